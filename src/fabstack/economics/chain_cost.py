"""Cost of a good unit through a bill of materials: wafer, die, package, board, system.

Plain numbers in, plain numbers out: each stage says what it spends on a started unit, which parts
it takes, and how many of its units are good. A die takes 1 / (dies per wafer) of a wafer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fabstack.errors import did_you_mean


@dataclass(frozen=True, slots=True)
class Stage:
    """How one unit comes about."""

    process_usd: float = 0.0  # for each unit started, bought price of what is bought
    parts: Mapping[str, float] = field(default_factory=dict)  # quantity for each unit started
    yield_share: float = 1.0  # good units of those started


@dataclass(frozen=True, slots=True)
class UnitCost:
    """USD for one good unit; the three parts add up to the total."""

    parts_usd: float  # of the unit itself, at the cost of good parts
    process_usd: float  # of the unit itself
    scrap_usd: float  # parts and process of the failed units that each good one pays for

    @property
    def total_usd(self) -> float:
        """What a good unit costs."""
        return self.parts_usd + self.process_usd + self.scrap_usd


def chain_costs(stages: Mapping[str, Stage]) -> dict[str, UnitCost]:
    """Cost of a good unit of every stage, from the wafer up.

    >>> wafer, die = Stage(16988.0), Stage(parts={"wafer": 1 / 132}, yield_share=0.67)
    >>> round(chain_costs({"wafer": wafer, "die": die})["die"].total_usd, 2)
    192.09

    Raises:
        ValueError: a part that is no stage, a loop, or a stage without any good unit.
    """
    costs: dict[str, UnitCost] = {}
    for name in in_build_order(stages):
        costs[name] = _unit_cost(name, stages[name], costs)
    return costs


def _unit_cost(name: str, stage: Stage, costs: Mapping[str, UnitCost]) -> UnitCost:
    if not 0 < stage.yield_share <= 1:
        raise ValueError(f"'{name}' needs a yield above 0 and at most 1, not {stage.yield_share}")
    parts_usd = sum(quantity * costs[part].total_usd for part, quantity in stage.parts.items())
    started_usd = parts_usd + stage.process_usd
    return UnitCost(parts_usd, stage.process_usd, started_usd / stage.yield_share - started_usd)


def started_per_good(stages: Mapping[str, Stage], unit: str) -> dict[str, float]:
    """Units of every stage that must be started for one good unit of the last.

    Raises:
        ValueError: a part that is no stage, or a loop.
    """
    started = dict.fromkeys(stages, 0.0)
    good_needed = dict.fromkeys(stages, 0.0) | {unit: 1.0}
    for name in reversed(in_build_order(stages)):
        started[name] = good_needed[name] / stages[name].yield_share
        for part, quantity in stages[name].parts.items():
            good_needed[part] += quantity * started[name]
    return started


def in_build_order(stages: Mapping[str, Stage]) -> list[str]:
    """The names of stages so that parts come before what they are built into.

    Raises:
        ValueError: a part that is no stage, or a loop of stages that contain each other.
    """
    order: dict[str, None] = {}
    for name in stages:
        _visit(name, stages, order, ())
    return list(order)


def _visit(
    name: str, stages: Mapping[str, Stage], order: dict[str, None], above: tuple[str, ...]
) -> None:
    if name in order:
        return
    if name in above:
        raise ValueError("parts contain each other: " + " -> ".join([*above, name]))
    if name not in stages:
        raise ValueError(f"'{above[-1]}' takes '{name}': {did_you_mean(name, list(stages))}")
    for part in stages[name].parts:
        _visit(part, stages, order, (*above, name))
    order[name] = None
