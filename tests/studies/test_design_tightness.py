"""No padding: a designed plant that loses the cheapest 1 % of its tools breaks its target.

Shipped technologies at small volumes, so that the simulations of two years stay short.
"""

import functools
import math
from dataclasses import replace

import pytest

from fabstack.designer import read_library
from fabstack.studies.design import ClosedDesign, DesignOptions, close_design
from fabstack.studies.design_document import reason
from fabstack.studies.design_load import loads_of
from fabstack.studies.design_time import Target
from fabstack.studies.design_trial import run_trial

PLANTS = {  # wafers a month
    "logic-90": 6000.0,
    "logic-28": 4000.0,
    "rf-soi-65": 6000.0,
    "sige-130": 6000.0,
    "bcd-130": 6000.0,
}
TARGET = Target(days_per_level=1.4)
DAYS = 730.0


@functools.cache
def _closed(name: str) -> ClosedDesign:
    return close_design(read_library(), name, PLANTS[name], DesignOptions(target=TARGET))


def _removable(closed: ClosedDesign) -> dict[str, int]:
    """Tools of each group beyond its stated minimum, cheapest group first."""
    groups = sorted(closed.design.groups, key=lambda group: (group.price_musd, group.name))
    return {
        group.name: group.tools - group.tool.minimum
        for group in groups
        if group.tools > group.tool.minimum
    }


def _without_cheapest(closed: ClosedDesign, share: float) -> dict[str, int]:
    counts = {group.name: group.tools for group in closed.design.groups}
    left = math.ceil(share * closed.design.tools)
    for name, most in _removable(closed).items():
        gone = min(left, most)
        counts[name] -= gone
        left -= gone
    assert left == 0
    return counts


@pytest.mark.parametrize("name", PLANTS)
def test_a_designed_plant_holds_its_targets(name: str) -> None:
    closed = _closed(name)
    assert not closed.broken
    assert closed.is_checked
    assert closed.trial.output_ratio == pytest.approx(1.0, abs=0.01)
    assert max(closed.trial.utilisation_percent.values()) <= 97.0


@pytest.mark.parametrize("name", PLANTS)
def test_without_its_cheapest_hundredth_it_breaks_them(name: str) -> None:
    closed = _closed(name)
    fewer = closed.design.with_tools(_without_cheapest(closed, 0.01))
    assert fewer.tools < closed.design.tools
    trial = run_trial(fewer, DAYS, seed=1, visits=closed.trial.visits)
    assert replace(closed, trial=trial).broken, name


@pytest.mark.parametrize("name", PLANTS)
def test_each_group_needs_its_last_tool(name: str) -> None:
    """All groups lose one at once: a group's load hangs on its own count alone."""
    closed = _closed(name)
    counts = {group.name: group.tools for group in closed.design.groups}
    fewer = closed.design.with_tools({name: counts[name] - 1 for name in _removable(closed)})
    loads = loads_of(run_trial(fewer, DAYS, seed=1), closed.searches)
    spare = {
        group: loads[group]
        for group in _removable(closed)
        if loads[group] <= closed.searches[group].most_percent(counts[group] - 1)
    }
    assert not spare
    reasons = {reason(closed.searches[group], counts[group]) for group in _removable(closed)}
    assert reasons == {"load"}
