"""Rules for the steps of routes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from fabstack.check.faults import Fault, error, warning
from fabstack.model import Programme, by_key, grouped
from fabstack.model.routes import Basis, Step

_BATCH_COLUMNS = ("batch_minimum", "batch_maximum", "batch_family")


def steps_elsewhere(programme: Programme) -> Iterator[Fault]:
    """Steps on tools that stand in another plant than their route."""
    routes, groups = by_key(programme.routes), by_key(programme.tool_groups)
    for step in programme.steps:
        plant, place = routes[step.route].plant, groups[step.tool_group].plant
        if plant != place:
            yield error(
                step,
                "tool_group",
                "tool-elsewhere",
                f"tool group '{step.tool_group}' stands in '{place}', but route '{step.route}' "
                f"runs in '{plant}'",
                expected=f"a tool group of '{plant}'",
                cure="name another tool group, or split the route at the plant's gate",
            )


def forward_rework(programme: Programme) -> Iterator[Fault]:
    """Rework that sends lots forward instead of back."""
    for step in programme.steps:
        if step.rework_to is not None and step.rework_to > step.step:
            yield error(
                step,
                "rework_to",
                "rework-forward",
                f"rework of step {step.step} leads on to step {step.rework_to}",
                expected=f"a step up to {step.step}",
                cure="name the step from which the work is done again",
            )


def wrong_queue_limits(programme: Programme) -> Iterator[Fault]:
    """Queue-time limits that do not end at a later step, or are half written."""
    for step in programme.steps:
        later, hours = step.queue_limit_to, step.queue_limit_h
        if later is not None and later <= step.step:
            message = (
                f"the queue limit of step {step.step} ends at step {later}, which is not later"
            )
            yield _queue_limit(step, "queue_limit_to", message)
        if (later is None) != (hours is None):
            blank = "queue_limit_to" if later is None else "queue_limit_h"
            message = f"the queue limit of step {step.step} has no {blank}"
            yield _queue_limit(step, blank, message)


def _queue_limit(step: Step, column: str, message: str) -> Fault:
    return error(
        step,
        column,
        "bad-queue-limit",
        message,
        expected="hours in queue_limit_h and a later step in queue_limit_to",
        cure="write both, or neither",
    )


def wrong_dedications(programme: Programme) -> Iterator[Fault]:
    """Steps that ask for the very tool of a step that is later or on other tools."""
    for step in programme.steps:
        if step.same_tool_as is None:
            continue
        first = by_key(programme.steps)[f"{step.route}:{step.same_tool_as}"]
        if first.step >= step.step or first.tool_group != step.tool_group:
            yield error(
                step,
                "same_tool_as",
                "bad-dedication",
                f"step {step.step} on '{step.tool_group}' asks for the tool of step {first.step} "
                f"on '{first.tool_group}'",
                expected=f"an earlier step on '{step.tool_group}'",
                cure="name the first visit to the tool",
            )


def impossible_batches(programme: Programme) -> Iterator[Fault]:
    """Batches that no whole number of lots can fill."""
    routes = by_key(programme.routes)
    for step in (step for step in programme.steps if step.basis is Basis.BATCH):
        lot = float(routes[step.route].carriers_per_lot)
        most = lot if step.batch_maximum is None else step.batch_maximum
        fault = _batch_fault(step, lot, most, _lot_sizes(programme, step))
        if fault:
            column, message = fault
            yield error(
                step,
                column,
                "impossible-batch",
                message,
                expected="minimum <= a whole number of lots <= maximum, in carriers",
                cure="batches count carriers, not lots; correct minimum, maximum or the lot size",
            )


def _batch_fault(step: Step, lot: float, most: float, lots: set[float]) -> tuple[str, str] | None:
    where = f"step {step.step} of route '{step.route}'"
    if most < lot:
        message = f"a lot of {lot:g} carriers does not fit into the batch of {most:g} of {where}"
        return "batch_maximum", message
    if step.batch_minimum > most:
        message = f"the batch of {where} needs {step.batch_minimum:g} carriers and holds {most:g}"
        return "batch_minimum", message
    full = math.floor(most / lot) * lot
    if len(lots) == 1 and full < step.batch_minimum:
        message = (
            f"the batch of {where} needs {step.batch_minimum:g} carriers, but whole lots of "
            f"{lot:g} give {full:g} up to its maximum of {most:g}"
        )
        return "batch_minimum", message
    return None


def _lot_sizes(programme: Programme, step: Step) -> set[float]:
    """Lot sizes that can come together in a batch of a step."""
    routes = by_key(programme.routes)
    if not step.batch_family:
        return {float(routes[step.route].carriers_per_lot)}
    return {
        float(routes[other.route].carriers_per_lot)
        for other in grouped(programme.steps, "tool_group")[step.tool_group]
        if other.batch_family == step.batch_family
    }


def idle_batch_columns(programme: Programme) -> Iterator[Fault]:
    """Batch sizes of steps that do not batch, and cascades of steps that do."""
    for step in programme.steps:
        if step.basis is not Basis.BATCH:
            filled = [column for column in _BATCH_COLUMNS if getattr(step, column)]
            yield from (_without_effect(step, column, Basis.BATCH) for column in filled[:1])
        if step.interval_min is not None and step.basis is Basis.BATCH:
            yield _without_effect(step, "interval_min", Basis.CARRIER)


def _without_effect(step: Step, column: str, wanted: Basis) -> Fault:
    return warning(
        step,
        column,
        "no-effect",
        f"{column} of step {step.step} has no effect: its basis is {step.basis}",
        expected=f"basis {wanted} where this column is used",
        cure=f"set basis to {wanted}, or leave the column blank",
    )


def slow_cascades(programme: Programme) -> Iterator[Fault]:
    """Cascading tools that release carriers more slowly than they process one alone."""
    for step in programme.steps:
        interval = step.interval_min
        if interval is not None and interval > step.process.mean:
            yield warning(
                step,
                "interval_min",
                "slow-cascade",
                f"a carrier leaves step {step.step} every {interval:g} min, though it is processed "
                f"in {step.process.mean:g} min",
                expected=f"at most {step.process.mean:g} min",
                cure="process is the time of the first carrier, interval_min of each other one",
            )


def unknown_setups(programme: Programme) -> Iterator[Fault]:
    """Steps that ask for a setup which their tool group has no time for."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for setup in programme.setups:
        known[setup.tool_group].add(setup.to_setup)
    for step in programme.steps:
        timed = step.setup_min is not None or step.setup in known[step.tool_group]
        if step.setup and not timed:
            yield warning(
                step,
                "setup",
                "free-setup",
                f"step {step.step} asks for setup '{step.setup}', which '{step.tool_group}' gets "
                "without any time",
                expected="setup_min here, or a row in setups with the time to change to it",
                cure="add the setup, or leave the cell blank",
            )


def idle_setup_times(programme: Programme) -> Iterator[Fault]:
    """Times for a setup that is not named."""
    for step in programme.steps:
        if step.setup_min is not None and not step.setup:
            yield warning(
                step,
                "setup_min",
                "no-effect",
                f"setup_min of step {step.step} has no effect: it asks for no setup",
                expected="the name of a setup in setup",
                cure="name the setup, or leave setup_min blank",
            )
