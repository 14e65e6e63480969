"""A fab that grows: counts, orders, and the programme that says so."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.studies.tiny_fabs import tiny_fabs

from fabstack import formats
from fabstack.designer import Library
from fabstack.studies.design import DesignOptions, close_design
from fabstack.studies.design_phases import (
    GrownDesign,
    Purchase,
    Step,
    close_phases,
    grown_programme,
)
from fabstack.studies.design_time import Target

OPTIONS = DesignOptions(target=Target(days=2.0), check_days=120.0)
STEPS = (
    Step(date(2027, 1, 1), 20_000.0),
    Step(date(2028, 1, 1), 60_000.0),
    Step(date(2029, 7, 1), 150_000.0),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return tiny_fabs(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def grown(library: Library) -> tuple[GrownDesign, ...]:
    return close_phases(library, "rough", STEPS, OPTIONS)


def _counts(phase: GrownDesign) -> dict[str, int]:
    return {group.name: group.tools for group in phase.closed.design.groups}


def test_tools_only_ever_come(grown: tuple[GrownDesign, ...]) -> None:
    first, second, last = map(_counts, grown)
    assert all(first[name] <= second[name] <= last[name] for name in first)


def test_the_last_phase_is_what_one_shot_would_build(
    library: Library, grown: tuple[GrownDesign, ...]
) -> None:
    once = close_design(library, "rough", STEPS[-1].carriers_per_month, OPTIONS)
    assert _counts(grown[-1]) == {group.name: group.tools for group in once.design.groups}
    assert grown[-1].closed.design.money == once.design.money


def test_every_tool_of_the_last_phase_was_bought_once(grown: tuple[GrownDesign, ...]) -> None:
    bought: dict[str, int] = {}
    for phase in grown:
        for row in phase.purchases:
            bought[row.group.name] = bought.get(row.group.name, 0) + row.tools
    assert bought == _counts(grown[-1])
    money = grown[-1].closed.design.money.purchase_musd
    assert sum(phase.price_musd for phase in grown) == pytest.approx(money)


def test_tools_are_ordered_a_lead_and_an_installation_before_they_work(
    grown: tuple[GrownDesign, ...],
) -> None:
    from dataclasses import replace

    row = grown[0].purchases[0]
    slow = replace(row.group, tool=replace(row.group.tool, lead_months=12.0, install_weeks=10.0))
    purchase = Purchase(STEPS[1], slow, 3)
    assert purchase.released == date(2028, 1, 1)
    assert purchase.docked == purchase.released - timedelta(weeks=10)
    assert purchase.ordered == purchase.docked - timedelta(days=365)


def test_the_programme_delivers_the_tools_and_grows_its_starts(
    grown: tuple[GrownDesign, ...], tmp_path: Path
) -> None:
    programme = grown_programme(grown)
    counts = {group.name: group.tools for group in programme.tool_groups}
    for delivery in programme.deliveries:
        counts[delivery.tool_group] += delivery.tools
    assert counts == _counts(grown[-1])
    assert [(row.date, row.carriers_per_month) for row in programme.starts] == [
        (step.ready, step.carriers_per_month) for step in STEPS
    ]
    assert sum(phase.capacity_per_month for phase in programme.phases) == 150_000
    formats.save(programme, tmp_path / "plant")
    read = formats.read(tmp_path / "plant")
    assert read.programme == programme
    assert not read.findings
