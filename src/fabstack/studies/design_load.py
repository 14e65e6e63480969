"""The fewest tools of each group whose load holds in simulation, all groups searched at once.

Starts are fixed, so a group's load hangs on its own count alone, and one simulation tries a count
of every group. A count is known to be too few where the bare work exceeds what it gives, or where
a simulation has shown it. A group is done when one tool less is known to be too few
(in a group of hundreds: a third of a percent less).

A cascade that stands empty loses its overlap with the next lot, so with more tools, or in weeks in
which they are up for longer, a lot takes more of a tool's time; that loss is taken to go with the
idle share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from fabstack.designer.rates import up_share
from fabstack.designer.rows import Form, Tool
from fabstack.designer.sizing import ToolGroup
from fabstack.studies.design_trial import Trial, visits_by_group
from fabstack.studies.design_wip import lots_per_min

MOST_LOAD_PERCENT = 97.0  # of available time, that simulation may show
SURE = 3.0  # standard errors that a load stays below its limit: half a hundred groups have to
HELD_DAYS = 182.5  # in which it does: of a year, after half of it to warm up
MOST_TIMES_LOST = 2.0  # as much overlap as in a window whose idle share was not the usual one
OPEN_SHARE = 0.003  # of a group's tools: a load is not known better from some weeks
ROUNDING = 0.002  # of the bare work: lots of whole carriers, times of six digits


@dataclass
class Search:
    """What is known of one group's counts."""

    group: ToolGroup
    up_share: float  # of all time, as simulated
    limit_percent: float
    least: int  # no count below it is looked at: the stated minimum, or what is there already
    known_loads: dict[int, float] = field(default_factory=dict)  # count -> percent, as simulated
    too_few: int = 0
    enough: int | None = None

    def __post_init__(self) -> None:
        bare = math.ceil(self.bare_percent(1) * (1 - ROUNDING) / self.limit_percent) - 1
        self.too_few = max(self.least - 1, bare, 0)

    def bare_percent(self, tools: int) -> float:
        """Load by work alone: a group cannot have less."""
        group = self.group
        return group.load_percent * group.tools / tools * up_share(group.tool) / self.up_share

    def most_percent(self, tools: int) -> float:
        """What a load may be so that chance in half a year does not lift it above the limit."""
        error = uptime_error(self.group.tool) / math.sqrt(tools) / self.up_share
        return self.limit_percent * (1 - SURE * error)

    def usual_percent(self, tools: int, seen_percent: float, window_percent: float) -> float:
        """Load in the up time of years, where a window's work would make `seen_percent` of it.

        In the window tools were busy for `window_percent` of the time that they were up in it.
        """
        bare = self.bare_percent(tools)
        lost = seen_percent / bare - 1
        if self.group.tool.form is not Form.CASCADE or lost <= 0:
            return seen_percent
        idle = 100.0 - window_percent / (1 + lost)
        times = min(max(100.0 - bare, 0.0) / idle, MOST_TIMES_LOST)
        return bare * (1 + lost * times)

    def learn(self, tools: int, load_percent: float) -> None:
        """A simulation has shown a load."""
        self.known_loads[tools] = load_percent
        if load_percent > self.most_percent(tools):
            self.too_few = max(self.too_few, tools)
            if self.enough is not None and self.enough <= tools:
                self.enough = None
        elif tools > self.too_few:
            self.enough = min(tools, self.enough or tools)

    @property
    def is_done(self) -> bool:
        """Whether one tool less is known to be too few; of hundreds, a few less."""
        return self.enough is not None and self.enough - self.too_few <= 1 + self.open_tools

    @property
    def open_tools(self) -> int:
        """Tools of very many of which a simulation cannot say whether they are needed."""
        return int(OPEN_SHARE * (self.enough or 0))

    def next_count(self, *, dare: bool) -> int:
        """The count to try next; the least that held, if one did and fewer are not dared."""
        if self.enough is not None and (self.is_done or not dare):
            return self.enough
        most = self.enough - 1 if self.enough is not None else 2 * self._last() + 2
        return min(max(self.expected(), self.too_few + 1), most)

    def expected(self) -> int:
        """The fewest tools that should hold, by the overlap lost at the count tried last."""
        tools = max(self.too_few, 1)
        while self.expected_percent(tools) > self.most_percent(tools):
            tools += 1
        return tools

    def expected_percent(self, tools: int) -> float:
        """Load at a count, from that at the nearest count tried."""
        bare = self.bare_percent(tools)
        if not self.known_loads:
            return bare
        seen = min(self.known_loads, key=lambda count: (abs(count - tools), count))
        seen_bare = self.bare_percent(seen)
        if seen_bare >= 100.0:
            return bare
        lost = max(self.known_loads[seen] / seen_bare - 1, 0.0)
        return bare * (1 + lost * max(100.0 - bare, 0.0) / (100.0 - seen_bare))

    def _last(self) -> int:
        return max(self.known_loads, default=self.group.tools)


def uptime_error(tool: Tool) -> float:
    """Standard error of the up share of one tool over the days in which loads hold.

    Up times and repairs are exponential: an alternating renewal process, whose time down in t has
    the variance 2 t (mttf mttr)^2 / (mttf + mttr)^3 (Cox 1962, Renewal Theory, ch. 7).
    """
    if tool.mttf_h is None:
        return 0.0
    hours, cycle_h = HELD_DAYS * 24, tool.mttf_h + tool.mttr_h
    return tool.mttf_h * tool.mttr_h * math.sqrt(2 * hours / cycle_h**3) / hours


def searches(
    groups: tuple[ToolGroup, ...],
    up: Mapping[str, float],
    *,
    limits: Mapping[str, float],
    floor: Mapping[str, int],
) -> Mapping[str, Search]:
    """A search for each group; `limits` are percent by kind, "" for all others."""
    most = limits.get("", MOST_LOAD_PERCENT)
    return {
        group.name: Search(
            group=group,
            up_share=up[group.name],
            limit_percent=limits.get(group.tool.kind, most),
            least=max(group.tool.minimum, floor.get(group.name, 0)),
        )
        for group in groups
    }


def learn_from(trial: Trial, known: Mapping[str, Search]) -> None:
    """Every group's load in a simulation, at the stated starts and the up time of two years."""
    for name, percent in loads_of(trial, known).items():
        search = known[name]
        search.learn(_tools(trial)[name], percent)


def loads_of(trial: Trial, known: Mapping[str, Search]) -> Mapping[str, float]:
    """Percent of available time that each group is busy, chance of the window taken out."""
    counts, rate, tools = visits_by_group(trial.design), lots_per_min(trial.design), _tools(trial)
    loads = {}
    for name, visit in trial.visits.items():
        up = tools[name] * known[name].up_share
        seen = 100 * rate * counts[name] * visit.busy_min / up
        loads[name] = known[name].usual_percent(tools[name], seen, trial.utilisation_percent[name])
    return loads


def _tools(trial: Trial) -> Mapping[str, int]:
    return {group.name: group.tools for group in trial.design.groups}
