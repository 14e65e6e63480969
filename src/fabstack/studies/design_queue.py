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

from fabstack.designer.rows import Form
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.studies.design_load import Search
from fabstack.studies.design_trial import Trial, lots_per_min, visits_by_group

FULL = 0.9995  # a load is taken to be below this
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


def cheapest_for(
    allowed_days: float, fewest: Mapping[str, int], waits: Mapping[str, Waiting]
) -> dict[str, int]:
    """Counts from `fewest` on whose waits come to no more than is allowed.

    Where no number of tools brings them so far, the counts are as many as help at all.
    """
    tools = dict(fewest)
    left = sum(waits[name].days(count) for name, count in tools.items())
    heap = [_offer(waits[name], name, count) for name, count in tools.items()]
    heapq.heapify(heap)
    while left > allowed_days and heap:
        _, name = heapq.heappop(heap)
        left -= waits[name].saved_days(tools[name])
        tools[name] += 1
        if tools[name] < MOST_TIMES * fewest[name] + MOST_TIMES:
            heapq.heappush(heap, _offer(waits[name], name, tools[name]))
    return _without_spare(tools, fewest, waits, allowed_days)


def _offer(waiting: Waiting, name: str, tools: int) -> tuple[float, str]:
    return -waiting.saved_days(tools) / max(waiting.price_musd, 1e-6), name


def _without_spare(
    tools: dict[str, int],
    fewest: Mapping[str, int],
    waits: Mapping[str, Waiting],
    allowed_days: float,
) -> dict[str, int]:
    """The last tool may save more than is needed: give dearer ones back where that still holds."""
    left = sum(waits[name].days(count) for name, count in tools.items())
    for name in sorted(tools, key=lambda name: (-waits[name].price_musd, name)):
        while tools[name] > fewest[name]:
            lost = waits[name].saved_days(tools[name] - 1)
            if left + lost > allowed_days:
                break
            tools[name] -= 1
            left += lost
    return tools
