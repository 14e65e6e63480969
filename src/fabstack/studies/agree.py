"""Plan and simulation in turns, until the lead times of the one are the cycle times of the other.

Hung and Leachman (IEEE Trans. Semicond. Manuf. 9(2), 1996): plan with lead times, execute the plan
in a simulation, measure, plan again. The first update takes the measured mean in full, since the
formula that began knows no queues. Each later one goes only part of the way where the load that
made the cycle time moves with the plan: by how much the last update of a route moved its cycle time
(Wegstein, Commun. ACM 1(6), 1958), and `damping` of the way at least. All simulations meet the same
luck (common random numbers), so that what moves between two of them is the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from fabstack.errors import LimitError
from fabstack.model import Programme
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.plan import PlanOptions, PlanResult, plan
from fabstack.results.schema import table_of
from fabstack.simulate import simulate
from fabstack.studies.agree_measure import (
    AGREES,
    IDLE,
    PILES_UP,
    group_rows,
    item_rows,
    route_rows,
)
from fabstack.studies.agree_starts import executed, supplied

STEADY = 1e-3  # a smaller change of a lead time says nothing about its effect
LOADED = 0.9  # of the hours a plan may use: from here on a group's true hours matter to the plan

Row = dict[str, Any]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeOptions:
    """What to run; None leaves it to the programme."""

    iterations: int = 6
    lead_error_percent: float = 5.0  # below it, a lead time agrees
    delivered_error_percent: float = 3.0
    damping: float = 0.5  # least share of the way to the measured time, from the second update on
    until_min: float | None = None
    warm_up_min: float | None = None
    replications: int | None = None
    seed: int = 1
    workers: int = 1
    planning: PlanOptions = field(default_factory=PlanOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration:
    """One plan and its simulation."""

    number: int
    routes: Sequence[Row]
    groups: Sequence[Row]
    items: Sequence[Row]

    @property
    def agrees(self) -> bool:
        """Whether every route that is started has the lead time that it was planned with."""
        verdicts = {row["verdict"] for row in self.routes}
        return AGREES in verdicts and verdicts <= {AGREES, IDLE}


@dataclass(slots=True)
class Agreement:
    """The iterations that were finished, and why there are no more."""

    options: AgreeOptions
    iterations: list[Iteration] = field(default_factory=list)
    was_stopped: bool = False
    ended: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the last iteration does."""
        return bool(self.iterations) and self.iterations[-1].agrees

    @property
    def delivers(self) -> bool:
        """Whether the last plan's output came out of the simulation, item by item."""
        most = self.options.delivered_error_percent
        return bool(self.iterations) and all(
            abs(row["difference_percent"]) <= most for row in self.iterations[-1].items
        )

    def tables(self) -> dict[str, pl.DataFrame]:
        """All iterations as tables of the catalogue."""
        rows = {
            "agree_routes": self._numbered("routes"),
            "agree_tool_groups": self._numbered("groups"),
            "agree_items": self._numbered("items"),
            "agree_plants": [row for each in self.iterations for row in plant_rows(each)],
        }
        return {name: table_of(name, found) for name, found in rows.items()}

    def _numbered(self, part: str) -> list[Row]:
        return [
            {"iteration": each.number, **row}
            for each in self.iterations
            for row in getattr(each, part)
        ]


def agree(
    programme: Programme, options: AgreeOptions, tell: Tell = lambda _what, _done, _of: None
) -> Agreement:
    """Plan and simulate in turns; Ctrl-C and a fab that runs over end it with what was finished."""
    agreement, planning = Agreement(options), options.planning
    try:
        for number in range(1, options.iterations + 1):
            tell("plan and simulation", number - 1, options.iterations)
            iteration = _iteration(programme, number, planning, options)
            agreement.iterations.append(iteration)
            if iteration.agrees:
                agreement.ended = "all lead times agree"
                return agreement
            planning = _updated(planning, agreement.iterations, options)
        agreement.ended = f"{options.iterations} iterations were not enough"
    except KeyboardInterrupt:
        agreement.was_stopped, agreement.ended = True, "stopped"
    except LimitError as error:
        agreement.ended = str(error)
        if not agreement.iterations:
            raise
    return agreement


def _iteration(
    programme: Programme, number: int, planning: PlanOptions, options: AgreeOptions
) -> Iteration:
    found: PlanResult = plan(programme, options=planning)
    started = executed(programme, found)
    result = simulate(
        started,
        until_min=options.until_min,
        warm_up_min=options.warm_up_min,
        seed=options.seed,
        replications=options.replications,
        workers=options.workers,
        arrivals=supplied(programme, found),
    )
    return Iteration(
        number=number,
        routes=list(route_rows(programme, found, result, options.lead_error_percent)),
        groups=list(group_rows(programme, found, result)),
        items=list(item_rows(programme, started, found, result)),
    )


# --- Updates ------------------------------------------------------------------------------------


def _updated(
    planning: PlanOptions, iterations: Sequence[Iteration], options: AgreeOptions
) -> PlanOptions:
    """The next plan's lead times and effective capacity."""
    last, before = iterations[-1], {}
    if len(iterations) > 1:
        before = {row["route"]: row for row in iterations[-2].routes}
    leads = dict(planning.lead_times_months)
    for row in last.routes:
        if row["cycle_time_days_mean"] is not None and row["verdict"] != PILES_UP:
            share = _share(row, before.get(row["route"]), options.damping)
            days = _towards(row["lead_time_days_planned"], row["cycle_time_days_mean"], share)
            leads[row["route"]] = days / DAYS_PER_MONTH
    share = 1.0 if len(iterations) == 1 else options.damping
    efficiencies = {**planning.efficiencies, **_efficiencies(last, share)}
    return replace(planning, lead_times_months=leads, efficiencies=efficiencies)


def _share(row: Row, before: Row | None, least: float) -> float:
    """Share of the way to the measured time that meets it, if it moves as after the last update.

    With s, the change of the measured time over that of the planned one, the two are equal after
    1 / (1 - s) of the way.
    """
    if before is None or before["cycle_time_days_mean"] is None:
        return 1.0
    planned: float = row["lead_time_days_planned"] - before["lead_time_days_planned"]
    measured: float = row["cycle_time_days_mean"] - before["cycle_time_days_mean"]
    if abs(planned) <= STEADY * row["lead_time_days_planned"]:
        return least
    return min(max(1 / (1 - min(measured / planned, 0.0)), least), 1.0)


def _efficiencies(iteration: Iteration, share: float) -> Mapping[str, float]:
    """Groups that limit the plan and need more hours than it counts get fewer to give.

    Where batches are made and hours are left, they are small because nobody waits: that costs none.
    """
    return {
        row["tool_group"]: _towards(row["efficiency"], min(1.0, 1 / row["busy_ratio"]), share)
        for row in iteration.groups
        if row["busy_ratio"] and _needed_percent(row) >= 100 * LOADED
    }


def _needed_percent(row: Row) -> float:
    """Load of a group in the plan, with the hours that it really took where it makes no batches."""
    load: float = row["load_percent_planned"]
    return load if row["makes_batches"] else load * row["efficiency"] * row["busy_ratio"]


def _towards(old: float, new: float, share: float) -> float:
    return old + share * (new - old)


# --- Plants -------------------------------------------------------------------------------------


def plant_rows(iteration: Iteration) -> list[Row]:
    """The worst and the mean lead-time error of each plant."""
    by_plant: defaultdict[str, list[Row]] = defaultdict(list)
    for row in iteration.routes:
        by_plant[row["plant"]].append(row)
    return [_plant_row(iteration.number, plant, rows) for plant, rows in sorted(by_plant.items())]


def _plant_row(number: int, plant: str, rows: Sequence[Row]) -> Row:
    errors = [row["error_percent"] for row in rows if row["error_percent"] is not None]
    return {
        "iteration": number,
        "plant": plant,
        "routes": sum(row["verdict"] != IDLE for row in rows),
        "routes_that_agree": sum(row["verdict"] == AGREES for row in rows),
        "error_percent_worst": max(errors, default=None),
        "error_percent_mean": sum(errors) / len(errors) if errors else None,
    }
