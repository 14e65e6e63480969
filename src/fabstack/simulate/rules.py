"""Dispatch rules of the user: a function of a waiting lot, compiled into the kernel's choice.

A rule is a Python function `rule(now_min, lot, step) -> float`; the lot with the smallest value
goes first. `lot` is a row of the table LOT and `step` the row of the table STEP at which it waits
(see arrays/types for their fields): `lot.due_min`, `lot.since_min`, `lot.carriers`,
`lot.work_left_min`, `step.process.mean_min`... A programme names it as a key of a rule, such as
`priority > rule:my-rule`; an installed package offers its own under the entry point group
`fabstack.dispatch_rules`.

>>> def shortest_slack(now_min, lot, step):
...     return lot.due_min - now_min - lot.work_left_min
>>> check_rule(shortest_slack)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.types import Fab
from fabstack.economics.registry import Registry, UnknownNameError
from fabstack.errors import FabstackError
from fabstack.simulate.kernel_compile import SETTINGS
from fabstack.simulate.kernel_tables import OWN_RULES, lot_at, now_of, step_at

Rule = Callable[[float, Any, Any], float]

DISPATCH_RULES: Registry[Rule] = Registry("dispatch rule", "fabstack.dispatch_rules")

_LINKED: dict[Rule, tuple[int, Any]] = {}  # address, and what keeps it alive


class RuleError(FabstackError):
    """A rule that cannot steer a run; the message says what is wrong with it."""

    exit_code = 2


def register_rule(name: str, rule: Rule) -> None:
    """Let programmes of this process use a rule as `rule:NAME`.

    Raises:
        RuleError: the rule fails its check.
        ValueError: the name is taken, or not lower-case words joined by hyphens.
    """
    check_rule(rule)
    DISPATCH_RULES.register(name, rule)


def check_rule(rule: Rule) -> None:
    """Try a rule on sample lots, as plain Python and compiled.

    Raises:
        RuleError: it does not compile, changes a lot, is not the same twice, or is no number.
    """
    lots, steps = _samples()
    for lot, step in zip(lots, steps, strict=True):
        before = (lot.tobytes(), step.tobytes())
        first, again = (_tried(rule, lot, step) for _ in range(2))
        if (lot.tobytes(), step.tobytes()) != before:
            raise RuleError(f"{_name(rule)} changes a lot or a step; it may only read")
        if first != again:
            raise RuleError(
                f"{_name(rule)} gives {first!r}, then {again!r}: chance "
                f"or memory has no place in it"
            )
    _address_of(rule)


def link_rules(fab: Fab, names: Sequence[str]) -> None:
    """Tell the kernel where the rules of these names are.

    Raises:
        RuleError: one fails its check, or there is none of that name.
    """
    for row, name in enumerate(names):
        rule = _named(name)
        check_rule(rule)
        fab.own_rules.address[row] = _address_of(rule)


def _named(name: str) -> Rule:
    try:
        return DISPATCH_RULES.named(name)
    except UnknownNameError as error:
        raise RuleError(str(error)) from None


def _tried(rule: Rule, lot: Any, step: Any) -> float:
    try:
        value = float(rule(1000.0, lot, step))
    except Exception as error:
        raise RuleError(f"{_name(rule)} fails on a sample lot: {error}") from error
    if math.isnan(value):
        raise RuleError(f"{_name(rule)} is no number (NaN) for a sample lot")
    return value


def _address_of(rule: Rule) -> int:
    if rule not in _LINKED:
        _LINKED[rule] = _interpreted(rule) if SETTINGS.DISABLE_JIT else _compiled(rule)
    return _LINKED[rule][0]


def _interpreted(rule: Rule) -> tuple[int, Any]:
    def value(world: Any, lot_id: int) -> float:
        lot = lot_at(world, lot_id)
        return float(rule(now_of(world).now_min, lot, step_at(world, lot.step)))

    address = 1 + len(OWN_RULES)
    OWN_RULES[address] = value
    return address, value


def _compiled(rule: Rule) -> tuple[int, Any]:
    import numba

    inner = rule if hasattr(rule, "py_func") else numba.njit(nogil=True)(rule)

    def value(world: Any, lot_id: int) -> float:
        lot = lot_at(world, lot_id)
        return float(inner(now_of(world).now_min, lot, step_at(world, lot.step)))

    try:
        made = numba.cfunc(numba.float64(numba.int64, numba.int64))(value)
    except Exception as error:  # not all that Numba raises is a NumbaError
        raise RuleError(f"{_name(rule)} does not compile: {error}") from error
    return int(made.address or 0), made


def _name(rule: Rule) -> str:
    return f"the dispatch rule {getattr(rule, '__name__', repr(rule))}"


def _samples() -> tuple[t.Records, t.Records]:
    """A few lots, early and late, large and small, at the last step and before."""
    lots = t.table(t.LOT, 4, carriers=[25, 1, 25, 10], rank=[0, 1, 1, 2])
    lots.due_min = [2000.0, 900.0, t.NEVER, 1000.0]
    lots.since_min = [990.0, 0.0, 1000.0, 500.0]
    lots.work_left_min = [300.0, 0.0, 5000.0, 1.0]
    steps = t.table(t.STEP, 4, number=[1, 9, 3, 4], is_last=[0, 1, 0, 0])
    steps.process.mean_min = np.array([60.0, 1.0, 300.0, 15.0])
    steps.work_left_min = lots.work_left_min
    return lots, steps
