"""What is wrong between the rows of a library: names that point nowhere, steps that contradict."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from fabstack.designer.expressions import names_in
from fabstack.designer.library import Library
from fabstack.designer.rows import Execution, ModuleStep, Parameter
from fabstack.errors import Finding, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.model.fields import columns_of

GIVEN = ("level", "mask_rework_percent")  # known while a module is expanded
Problem = tuple[Any, str, Fault]  # row, column, fault


def problems(library: Library) -> Iterator[Finding]:
    """Every fault between rows, with its place."""
    for row, column, fault in _problems(library):
        yield fault.at(library.place(row, column))


def _problems(library: Library) -> Iterator[Problem]:
    parameters = frozenset(_given_names(library))
    for _, row in library.rows():
        yield from _unknown_names(library, row)
        if isinstance(row, ModuleStep):
            yield from _unclear_work(row)
            yield from _broken_steps(library.modules[row.module], row)
        if isinstance(row, Execution | ModuleStep):
            yield from _bad_values(row)
        if isinstance(row, Execution):
            yield from _unknown_masks(library, row)
        yield from _unknown_parameters(row, parameters)
    yield from _endless_modules(library)
    yield from _lonely_flows(library)


def _unknown_names(library: Library, row: Any) -> Iterator[Problem]:
    row_class: type = type(row)
    for column in columns_of(row_class):
        value = getattr(row, column.name)
        for table in column.refers_to if value is not None else ():
            known: Collection[str] = getattr(library, table)
            if value not in known:
                yield row, column.name, _unknown(table.removesuffix("s"), value, known)


def _unknown(what: str, value: str, known: Collection[str]) -> Fault:
    cure = did_you_mean(value, tuple(known))
    return Fault("unknown-reference", f"no {what} '{value}' in the library", cure=cure)


def _unclear_work(step: ModuleStep) -> Iterator[Problem]:
    works = (step.tool is not None) + step.exposure + (step.uses is not None)
    if works != 1:
        found = f"step {step.step} of module '{step.module}' has {works or 'none'} of the three"
        cure = "give one of tool, exposure and uses"
        yield step, "tool", Fault("unclear-step", found, "a tool, an exposure or a module", cure)


def _broken_steps(module: tuple[ModuleStep, ...], step: ModuleStep) -> Iterator[Problem]:
    """Rework that leads onwards, limits that lead back, and steps that are not there."""
    known = {other.step for other in module}
    for column, earlier in (("rework_to", True), ("queue_limit_to", False)):
        to = getattr(step, column)
        if to is not None and (
            to not in known or (to >= step.step if earlier else to <= step.step)
        ):
            expected = f"{'an earlier' if earlier else 'a later'} step of module '{step.module}'"
            fault = Fault("unknown-step", f"{column} of step {step.step} is {to}", expected)
            yield step, column, fault


def values_in(text: str) -> dict[str, str]:
    """The parameters that a cell sets: name -> expression.

    >>> values_in("implants=2 films=layers-1")
    {'implants': '2', 'films': 'layers-1'}

    Raises:
        ValueError: it is spelt otherwise.
    """
    values = {}
    for part in text.split():
        name, equals, expression = part.partition("=")
        if not name.isidentifier() or not equals:
            raise ValueError(f"'{part}' is not spelt like 'implants=2', without blanks inside")
        names_in(expression)
        values[name] = expression
    return values


def _bad_values(row: Execution | ModuleStep) -> Iterator[Problem]:
    try:
        values_in(row.values)
    except ValueError as error:
        yield row, "values", Fault("bad-values", f"values is '{row.values}': {error}")


def _unknown_masks(library: Library, row: Execution) -> Iterator[Problem]:
    for mask in row.masks.split():
        if mask not in library.masks:
            yield row, "masks", _unknown("mask", mask, library.masks)


def _unknown_parameters(row: Any, known: Collection[str]) -> Iterator[Problem]:
    """Names in expressions that no parameter of any scope and no cell of values gives."""
    for column, text in _expressions(row):
        for name in sorted(names_in(text).difference(known)):
            cure = did_you_mean(name, tuple(known))
            yield row, column, Fault("unknown-parameter", f"no parameter '{name}'", cure=cure)


def _expressions(row: Any) -> Iterator[tuple[str, str]]:
    if isinstance(row, Parameter):
        yield "value", row.value
    if isinstance(row, Execution):
        yield "repeat", row.repeat
    if isinstance(row, ModuleStep):
        for column in (
            "repeat",
            "quantity",
            "rate_factor",
            "sampling_percent",
            "rework_percent",
            "yield_percent",
            "unit_yield_percent",
        ):
            yield column, getattr(row, column)


def _given_names(library: Library) -> Iterator[str]:
    yield from GIVEN
    yield from (name for _, name in library.parameters)
    for _, row in library.rows():
        if isinstance(row, Execution | ModuleStep):
            try:
                yield from values_in(row.values)
            except ValueError:  # told elsewhere
                continue


def _endless_modules(library: Library) -> Iterator[Problem]:
    """Modules that use themselves, straight or by way of others."""
    for name, steps in library.modules.items():
        for step in steps:
            if step.uses is not None and name in _reached(library, step.uses):
                fault = Fault("endless-module", f"module '{name}' uses itself by '{step.uses}'")
                yield step, "uses", fault


def _reached(library: Library, module: str) -> set[str]:
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [step.uses for step in library.modules.get(name, ()) if step.uses]
    return reached


def _lonely_flows(library: Library) -> Iterator[Problem]:
    """Technologies without steps, and flows without a technology."""
    for name, technology in library.technologies.items():
        if not library.flows.get(name):
            file = f"flows/{name}.csv"
            fault = Fault("no-flow", f"technology '{name}' has no {file}", cure=f"write {file}")
            yield technology, "name", fault
    for name, flow in library.flows.items():
        if flow and name not in library.technologies:
            yield flow[0], "name", _unknown("technology", name, library.technologies)
