"""What an agent sees: a few numbers for each candidate, and a few for the tool group that asks.

All are finite and between -1 and 1. Times and counts x without a bound are shown as
x / (unit + |x|), which is 1/2 at the unit and nearly straight below it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.types import NEVER, NONE, Basis, ToolState
from fabstack.environment.choice import Choice, Rows, rows
from fabstack.environment.setting import Setting
from fabstack.simulate.simulation import Simulation

Values = Any  # [candidate]  floats: NumPy has no type for what a field of a record holds

HOUR_MIN, DAY_MIN = 60.0, 1440.0
CARRIERS = 25.0  # of a usual lot
LOTS_INSIDE = 100.0


class View:
    """A run at one of its choices."""

    def __init__(self, setting: Setting, run: Simulation, choice: Choice) -> None:
        self.setting = setting
        self.world = run.world
        self.now_min = choice.now_min
        self.choice = choice

    @cached_property
    def lots(self) -> Rows:
        """[candidate]  rows LOT."""
        return rows(self.world.state.lots)[self.choice.slots]

    @cached_property
    def steps(self) -> Rows:
        """[candidate]  rows STEP: where it waits."""
        found: Rows = rows(self.world.fab.steps)[self.lots["step"]]
        return found

    @cached_property
    def group(self) -> Any:
        """The row GROUP."""
        return rows(self.world.fab.groups)[self.choice.group]

    @cached_property
    def line(self) -> Any:
        """The row LINE."""
        return rows(self.world.state.lines)[self.choice.group]

    @cached_property
    def tools(self) -> Rows:
        """[tool of the group]  rows TOOL."""
        first = int(self.group["first_tool"])
        return rows(self.world.state.tools)[first : first + int(self.group["tools"])]

    @cached_property
    def to_due_min(self) -> Values:
        """[candidate]  minutes to the due date."""
        return self.lots["due_min"] - self.now_min


class Feature(NamedTuple):
    """One number of the observation."""

    name: str
    meaning: str
    of: Callable[[View], Any]


# --- Of a candidate -----------------------------------------------------------------------------


def _waiting(view: View) -> Values:
    return bounded(view.now_min - view.lots["since_min"], DAY_MIN)


def _slack(view: View) -> Values:
    return bounded(view.to_due_min - view.lots["work_left_min"], DAY_MIN)


def _critical_ratio(view: View) -> Values:
    left = view.lots["work_left_min"]
    ratio = np.where(left > 0.0, view.to_due_min / np.where(left > 0.0, left, 1.0), 0.0)
    return bounded(ratio, 1.0)


def _work_left(view: View) -> Values:
    return bounded(view.lots["work_left_min"], DAY_MIN)


def _process(view: View) -> Values:
    mean, interval = view.steps["process"]["mean_min"], view.steps["interval_min"]
    more = np.where(interval >= 0.0, interval, mean) * (view.lots["carriers"] - 1)
    return bounded(mean + np.where(view.steps["basis"] == Basis.CARRIER, more, 0.0), HOUR_MIN)


def _carriers(view: View) -> Values:
    return bounded(view.lots["carriers"].astype(np.float64), CARRIERS)


def _rank(view: View) -> Values:
    ranks = int(rows(view.world.fab.facts)["ranks"][0])
    return view.lots["rank"] / max(1, ranks - 1)


def _setup(view: View) -> Values:
    has = view.tools["setup"][view.tools["is_free"] == 1]
    wanted = view.steps["setup"]
    alike = (wanted[:, None] == has[None, :]).sum(axis=1) / max(1, has.size)
    return np.where(wanted == 0, 1.0, alike)


def _next_queue(view: View) -> Values:
    following = view.lots["step"] + (view.steps["is_last"] == 0)
    groups = rows(view.world.fab.steps)["group"][following]
    waiting = rows(view.world.state.lines)["waiting"][groups]
    tools = np.maximum(1, rows(view.world.fab.groups)["tools"][groups])
    return np.where(view.steps["is_last"] == 1, 0.0, bounded(waiting / tools, 1.0))


def _queue_limit(view: View) -> Values:
    timers = int(rows(view.world.fab.facts)["timers"][0])
    if timers == 0:
        return np.ones(view.choice.slots.size)
    open_ = rows(view.world.state.timers).reshape(-1, timers)[view.choice.slots]
    deadline = np.where(open_["window"] == NONE, NEVER, open_["deadline_min"]).min(axis=1)
    return bounded(deadline - view.now_min, DAY_MIN)


CANDIDATE_FEATURES = (
    Feature("waiting", "minutes in this queue; unit a day", _waiting),
    Feature("slack", "minutes to the due date less work at the later steps; unit a day", _slack),
    Feature("critical_ratio", "minutes to the due date over that work; unit 1", _critical_ratio),
    Feature("work_left", "expected minutes of work at the later steps; unit a day", _work_left),
    Feature("process", "expected minutes at this step; unit an hour", _process),
    Feature("carriers", "in the lot; unit 25", _carriers),
    Feature("rank", "0 for the most urgent priority, 1 for the least", _rank),
    Feature("setup", "share of the free tools that need no change for it", _setup),
    Feature(
        "next_queue", "lots that wait at its next step for each tool there; unit 1", _next_queue
    ),
    Feature("queue_limit", "minutes to its next queue-time deadline; unit a day", _queue_limit),
)


# --- Of the tool group --------------------------------------------------------------------------


def _time(view: View) -> float:
    scene = view.setting.scene
    return (view.now_min - scene.warm_up_min) / max(1e-9, scene.until_min - scene.warm_up_min)


def _utilisation(view: View) -> float:
    minutes, state = view.tools["minutes"], view.tools["state"]
    busy = minutes[:, _WORK].sum()
    is_working = (state == ToolState.PRODUCTIVE) | (state == ToolState.SETUP)
    busy += ((view.now_min - view.tools["since_min"]) * is_working).sum()
    whole = max(1e-9, view.now_min * view.tools.size)
    return float(np.clip(busy / whole, 0.0, 1.0))


def _queue(view: View) -> float:
    return float(bounded(view.line["waiting"] / max(1, view.tools.size), 1.0))


def _free_tools(view: View) -> float:
    return float(view.line["free"]) / max(1, view.tools.size)


def _inside(view: View) -> float:
    return float(bounded(rows(view.world.state.tallies)["inside"].sum(), LOTS_INSIDE))


_WORK = [ToolState.PRODUCTIVE, ToolState.SETUP]

GROUP_FEATURES = (
    Feature("time", "share of the window that is over, the warm-up not counted", _time),
    Feature("utilisation", "share of tool time in process or setup since minute 0", _utilisation),
    Feature("queue", "lots that wait for each tool of the group; unit 1", _queue),
    Feature("free_tools", "share of the tools that may take a lot now", _free_tools),
    Feature("inside", "lots inside all plants; unit 100", _inside),
)


# --- All together -------------------------------------------------------------------------------

Observation = dict[str, NDArray[Any]]


def blank(setting: Setting) -> Observation:
    """What an agent sees where nothing is to be chosen."""
    most = setting.most_candidates
    return {
        "candidates": np.zeros((most, len(CANDIDATE_FEATURES)), np.float32),
        "group": np.zeros(len(GROUP_FEATURES) + len(setting.groups), np.float32),
        "action_mask": np.zeros(most, np.int8),
    }


def observation(view: View) -> Observation:
    """Rows of candidates (zeros where there are none), the group, and who may be chosen."""
    seen, count = blank(view.setting), view.choice.slots.size
    for column, feature in enumerate(CANDIDATE_FEATURES):
        seen["candidates"][:count, column] = feature.of(view)
    for place, feature in enumerate(GROUP_FEATURES):
        seen["group"][place] = feature.of(view)
    seen["group"][len(GROUP_FEATURES) + view.setting.groups.index(view.choice.group)] = 1.0
    seen["action_mask"][:count] = 1
    return seen


def bounded(values: Any, unit: float) -> Any:
    """Values between -1 and 1, 1/2 at the unit.

    >>> bounded(1440.0, 1440.0)
    0.5
    """
    return values / (unit + np.abs(values))
