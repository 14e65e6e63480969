"""More tools where waiting is too long: at each turn the tool that saves most for its money.

    wait ~ u^(sqrt(2 (n + 1)) - 1) / (n (1 - u))

(Sakasegawa 1977; Hopp and Spearman, Factory Physics, ch. 8) says how the wait at a group shrinks
with its tools n and their load u; its level is that of the last simulation. What lots wait for the
rest of their batch, no tool takes away.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fabstack.designer.rows import Form
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.studies.design_load import Search
from fabstack.studies.design_trial import Trial, visits_by_group
from fabstack.studies.design_wip import lots_per_min

FULL = 0.9995  # a load is taken to be below this
HOPELESS_SHARE = 0.02  # of the waits of the fewest tools: if that is too long, all may be
MOST_TIMES = 5  # as many tools as the load takes; more save next to nothing


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a lot waits at one group in all, by the number of its tools."""

    search: Search
    level_days: float  # of the formula
    price_musd: float

    def days(self, tools: int) -> float:
        """Waiting that more tools would shorten."""
        return self.level_days * shape(self.search.expected_percent(tools) / 100, tools)

    def saved_days(self, tools: int) -> float:
        """By one tool more."""
        return self.days(tools) - self.days(tools + 1)


def shape(load: float, tools: int) -> float:
    """The wait of a group, up to its level."""
    load = min(load, FULL)
    return float(load ** (math.sqrt(2 * (tools + 1)) - 1) / (tools * (1 - load)))


def waitings(trial: Trial, known: Mapping[str, Search]) -> Mapping[str, Waiting]:
    """The waits of every group, at the level that a simulation shows."""
    counts = visits_by_group(trial.design)
    found = {}
    for group in trial.design.groups:
        search = known[group.name]
        wait_min = max(trial.visits[group.name].wait_min - _gathering_min(trial, group.name), 0.0)
        days = counts[group.name] * wait_min / MINUTES_PER_DAY
        load = search.expected_percent(group.tools) / 100
        level = days / shape(load, group.tools)
        found[group.name] = Waiting(search, level, group.price_musd)
    return found


def _gathering_min(trial: Trial, name: str) -> float:
    """Minutes that a lot waits on average until its batch is full, or its time is up."""
    design = trial.design
    group = next(group for group in design.groups if group.name == name)
    if group.tool.form is not Form.BATCH:
        return 0.0
    flows: dict[str, float] = {}
    for step, visits in zip(design.flow.steps, design.flow.visits, strict=True):
        if step.group == name:
            flows[step.family] = flows.get(step.family, 0.0) + visits * lots_per_min(design)
    lots = max(group.tool.load // design.flow.technology.carriers_per_lot, 1)
    total = sum(flows.values())
    waits = (min((lots - 1) / flow, 60 * group.tool.longest_wait_h) / 2 for flow in flows.values())
    return sum(flow / total * wait for flow, wait in zip(flows.values(), waits, strict=True))


class Tried(NamedTuple):
    """What waits may come to by the formula, and how far simulated queues were above the target."""

    allowed_days: float
    over_days: float


class Adding:
    """Tools beyond the fewest, in an order that no target changes."""

    def __init__(self, waits: Mapping[str, Waiting], fewest: Mapping[str, int]) -> None:
        self.waits = waits
        self.fewest = fewest
        self.longest_days = self.allowed_days = _total_days(waits, fewest)
        self.too_long = Tried(self.longest_days, math.inf)
        self.short_enough: Tried | None = None

    def learn(self, over_days: float) -> None:
        """A simulation of the counts tried last shows queues so far above the target."""
        tried = Tried(self.allowed_days, over_days)
        if over_days > 0:
            self.too_long = tried
        else:
            self.short_enough = tried

    def next_counts(self) -> dict[str, int]:
        """Half of the waits while all were too long, at last none; then between the two ends."""
        few, many = self.too_long, self.short_enough
        if many is None:
            half = few.allowed_days / 2
            return self.counts(half if half > HOPELESS_SHARE * self.longest_days else 0.0)
        share = -many.over_days / (few.over_days - many.over_days)
        return self.counts(many.allowed_days + share * (few.allowed_days - many.allowed_days))

    def counts(self, allowed_days: float) -> dict[str, int]:
        """The cheapest counts whose waits come to no more than is allowed.

        Where no number of tools brings them so far, the counts are as many as help at all.
        """
        self.allowed_days = max(allowed_days, 0.0)
        tools, left = dict(self.fewest), self.longest_days
        heap = [self._offer(name, count) for name, count in tools.items()]
        heapq.heapify(heap)
        while left > self.allowed_days and heap:
            _, name = heapq.heappop(heap)
            left -= self.waits[name].saved_days(tools[name])
            tools[name] += 1
            if tools[name] < MOST_TIMES * (self.fewest[name] + 1):
                heapq.heappush(heap, self._offer(name, tools[name]))
        return self._without_spare(tools)

    def _offer(self, name: str, tools: int) -> tuple[float, str]:
        waiting = self.waits[name]
        return -waiting.saved_days(tools) / max(waiting.price_musd, 1e-6), name

    def _without_spare(self, tools: dict[str, int]) -> dict[str, int]:
        """The last tool may save more than is needed: give dear ones back where that holds."""
        left = _total_days(self.waits, tools)
        for name in sorted(tools, key=lambda name: (-self.waits[name].price_musd, name)):
            while tools[name] > self.fewest[name]:
                lost = self.waits[name].saved_days(tools[name] - 1)
                if left + lost > self.allowed_days:
                    break
                tools[name] -= 1
                left += lost
        return tools


def _total_days(waits: Mapping[str, Waiting], tools: Mapping[str, int]) -> float:
    return sum(waits[name].days(count) for name, count in tools.items())
