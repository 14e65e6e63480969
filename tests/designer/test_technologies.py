"""The shipped technologies beside what is published.

Figures of ../shared/reference: economics.md, section 3; tools.md, sections 2 and 6.3.
"""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabstack.check import check
from fabstack.designer import (
    Design,
    Flow,
    Library,
    beside_published,
    design,
    expand,
    programme_of,
    read_library,
)
from fabstack.designer.rates import up_share
from fabstack.economics.capacity import (
    availability,
    lot_visits,
    step_min_per_carrier,
    steps_of,
    survival,
)
from fabstack.formats import read, save

LIBRARY = read_library()
NODES = (90, 65, 40, 28, 20, 14, 10, 7, 5, 3, 2)
TECHNOLOGIES = tuple(
    name for name, found in LIBRARY.technologies.items() if found.carrier == "wafer"
)
# masks by kind and process visits of the node model, tools.md 2.1 and 2.2
PUBLISHED = {
    90: ({"iline": 8, "krf": 12, "arf": 8}, 203),
    65: ({"iline": 8, "krf": 13, "arf": 11}, 235),
    40: ({"iline": 8, "krf": 14, "arf": 8, "arfi": 8}, 271),
    28: ({"iline": 8, "krf": 16, "arf": 6, "arfi": 15}, 339),
    14: ({"iline": 6, "krf": 18, "arf": 8, "arfi": 28}, 449),
    7: ({"iline": 6, "krf": 16, "arf": 8, "arfi": 52}, 623),
    5: ({"iline": 6, "krf": 16, "arf": 8, "arfi": 36, "euv": 14}, 628),
    3: ({"iline": 6, "krf": 16, "arf": 8, "arfi": 36, "euv": 22}, 667),
    2: ({"iline": 6, "krf": 16, "arf": 8, "arfi": 38, "euv": 27}, 755),
}
OF_THE_ROUTE = ("masks", "euv_masks", "process_visits")


def flow_of(node: int) -> Flow:
    return expand(LIBRARY, f"logic-{node}")


@pytest.mark.parametrize("node", PUBLISHED)
def test_masks_by_kind_are_those_of_the_node_model(node: int) -> None:
    assert dict(flow_of(node).masks) == PUBLISHED[node][0]


@pytest.mark.parametrize("node", PUBLISHED)
def test_process_visits_lie_within_12_percent_of_the_node_model(node: int) -> None:
    visits = flow_of(node).visits_by_area
    process = sum(count for area, count in visits.items() if area not in ("metrology", "test"))
    assert process == pytest.approx(PUBLISHED[node][1], rel=0.12)


def test_14_nm_has_60_masks() -> None:
    assert flow_of(14).masks.total() == 60


def test_a_later_node_has_no_fewer_masks_except_where_euv_replaces_them_and_it_says_so() -> None:
    for earlier, later in pairwise(NODES):
        before, after = flow_of(earlier), flow_of(later)
        assert after.technology.follows == before.technology.name
        if after.masks.total() < before.masks.total():
            assert after.masks["euv"] > before.masks["euv"]
            assert "EUV replaces" in after.technology.note


def test_specialities_have_the_masks_that_are_published_for_them() -> None:
    assert 22 <= expand(LIBRARY, "rf-soi-65").masks.total() <= 32
    assert 32 <= expand(LIBRARY, "sige-130").masks.total() <= 36
    assert 25 <= expand(LIBRARY, "bcd-130").masks.total() <= 36


def test_silicon_on_insulator_needs_no_deep_implants_and_power_needs_most() -> None:
    deep = {name: deep_implants(expand(LIBRARY, name)) for name in TECHNOLOGIES}
    assert deep["rf-soi-65"] == 0
    assert max(deep, key=lambda name: deep[name]) == "bcd-130"


def deep_implants(flow: Flow) -> int:
    return sum(step.tool == "imp_he" for step in flow.steps)


def test_metal_levels_are_made_bottom_up_via_before_trench() -> None:
    names = [step.name for step in flow_of(28).steps]
    for level in range(2, 9):
        via, trench = (names.index(f"metal {level}: {part} etch") for part in ("via", "trench"))
        plating = names.index(f"metal {level}: copper plating and anneal")
        polish = names.index(f"metal {level}: copper CMP")
        assert via < trench < plating < polish
        assert polish < names.index(f"metal {level + 1}: via etch") if level < 8 else True


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_each_exposure_is_measured_and_can_be_sent_back_to_itself(name: str) -> None:
    flow = expand(LIBRARY, name)
    places = [step.step for step in flow.steps if step.mask]
    returns = [step.rework_to for step in flow.steps if step.rework_percent]
    assert returns == places
    for step, count in zip(flow.steps, flow.visits, strict=True):
        if step.mask:
            again = LIBRARY.masks[step.mask].rework_percent / 100
            assert count == pytest.approx(1 / (1 - again))


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_queue_limits_stand_where_waiting_harms(name: str) -> None:
    limits = {
        step.name.split(": ", 1)[1]
        for step in expand(LIBRARY, name).steps
        if step.queue_limit_to is not None
    }
    assert {"copper plating and anneal", "clean before oxidation"} <= limits or name == "bcd-130"


@pytest.mark.parametrize("volume", [10_000, 50_000, 100_000, 1_000_000])
@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_designs_lie_inside_published_ranges_or_say_why_not(name: str, volume: int) -> None:
    for row in beside_published(design(LIBRARY, name, volume)):
        if row.is_inside is False:
            assert row.measure not in OF_THE_ROUTE
            assert row.band is not None
            assert row.band.why, row.measure


def test_14_nm_at_100_000_wafers_lies_inside_all_ranges() -> None:
    rows = beside_published(design(LIBRARY, "logic-14", 100_000))
    assert [row.measure for row in rows if row.is_inside is False] == []


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_the_clean_room_of_a_large_plant_is_that_of_published_ones(name: str) -> None:
    """With aisles, stores and reserve: tool space alone would be a half of it."""
    rows = {row.measure: row for row in beside_published(design(LIBRARY, name, 100_000))}
    assert rows["clean_room_m2_per_1000"].is_inside


@given(
    name=st.sampled_from(TECHNOLOGIES),
    volume=st.floats(min_value=1, max_value=2e6),
    factor=st.floats(min_value=1, max_value=30),
)
@settings(max_examples=60)
def test_more_wafers_never_need_fewer_tools_nor_less_money(
    name: str, volume: float, factor: float
) -> None:
    less, more = design(LIBRARY, name, volume), design(LIBRARY, name, volume * factor)
    for few, many in zip(less.groups, more.groups, strict=True):
        assert few.name == many.name
        assert few.tools <= many.tools
    assert less.money.capital_musd <= more.money.capital_musd
    assert less.headcount <= more.headcount


@given(st.sampled_from(TECHNOLOGIES), st.floats(min_value=10, max_value=1e6))
@settings(max_examples=30)
def test_no_group_is_planned_above_its_load_and_one_tool_fewer_would_be(
    name: str, volume: float
) -> None:
    for group in design(LIBRARY, name, volume).groups:
        assert group.load_percent <= group.planned_load_percent * (1 + 1e-8)
        assert group.tools == group.tool.minimum or group.needed > group.tools - 1


@given(st.integers(min_value=0, max_value=4))
@settings(max_examples=5)
def test_needs_are_in_proportion_to_volume(doublings: int) -> None:
    once = design(LIBRARY, "logic-28", 10_000)
    often = design(LIBRARY, "logic-28", 10_000 * 2**doublings)
    for one, many in zip(once.groups, often.groups, strict=True):
        assert many.needed == one.needed * 2**doublings


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_a_plant_round_trips_through_files_and_checks_without_findings(
    name: str, tmp_path: Path
) -> None:
    programme = programme_of(design(LIBRARY, name, 20_000))
    save(programme, tmp_path)
    loaded = read(tmp_path)
    assert loaded.programme == programme
    # that EUV scanners are scarce in the world is true of any such plant
    assert {found.code for found in check(loaded)} <= {"euv-scanners"}


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_the_written_steps_take_the_tools_that_the_design_says(name: str) -> None:
    plant = design(LIBRARY, name, 50_000)
    hours = written_hours(plant)
    programme = programme_of(plant)
    for group in plant.groups:
        up = availability(programme, group.name)
        assert up == pytest.approx(up_share(group.tool), rel=1e-9)
        busy = 50_000 * hours[group.name] / (730.5 * up * group.tools)
        assert 100 * busy == pytest.approx(group.load_percent, rel=2e-5)


def written_hours(plant: Design) -> dict[str, float]:
    """Hours of up tools for a started carrier, from the rows of the programme alone."""
    programme = programme_of(plant)
    route = programme.routes[0]
    steps = steps_of(programme, route.name)
    hours = dict.fromkeys((group.name for group in programme.tool_groups), 0.0)
    alive = 1.0
    for step, visits in zip(steps, lot_visits(steps), strict=True):
        work_h = step_min_per_carrier(programme, route, step) / 60
        hours[step.tool_group] += alive * visits * work_h
        alive *= survival(step)
    return hours


def test_a_lot_can_be_bound_to_one_scanner_for_its_critical_masks() -> None:
    free = programme_of(design(LIBRARY, "logic-14", 20_000))
    bound = programme_of(design(LIBRARY, "logic-14", 20_000, settings={"dedicate_critical": 1.0}))
    assert all(step.same_tool_as is None for step in free.steps)
    immersion = [step for step in bound.steps if step.tool_group == "litho_arf_imm"]
    assert immersion[0].same_tool_as is None
    assert {step.same_tool_as for step in immersion[1:]} == {immersion[0].step}


def test_copper_and_transistors_share_no_wet_tools() -> None:
    programme = programme_of(design(LIBRARY, "logic-28", 20_000))
    segments = {step.name: step.tool_group for step in programme.steps}
    assert segments["metal 2: clean before barrier"] == "wet_single-copper"
    assert segments["contact: clean before metal"] == "wet_single-front"


def test_every_number_of_a_plant_has_a_source_with_a_grade() -> None:
    programme = programme_of(design(LIBRARY, "logic-14", 20_000))
    sources = {source.cell: source for source in programme.sources}
    price = sources["tool_groups/litho_arf_imm/price_usd"]
    assert (price.low, price.high) == (59e6, 98e6)  # scanner 50 to 85, its track 9 to 13
    assert price.grade == "press"
    repair = sources["breakdowns/litho_arf_imm:failure/repair"]
    assert repair.grade == "published"
    assert len(sources) == len(programme.sources)


def test_masks_cost_litho_cells_and_nothing_else_when_rework_grows(tmp_path: Path) -> None:
    text = "mask,title,tool,rework_percent,critical\narfi,ArF immersion,litho_arf_imm,12,yes\n"
    (tmp_path / "masks.csv").write_text(text)
    worse: Library = read_library(tmp_path)
    usual = {group.name: group.needed for group in design(LIBRARY, "logic-14", 50_000).groups}
    more = {group.name: group.needed for group in design(worse, "logic-14", 50_000).groups}
    grown = {name for name in usual if more[name] > usual[name] * (1 + 1e-9)}
    assert grown == {"litho_arf_imm", "met_overlay", "met_cdsem"}
    assert more["litho_arf_imm"] / usual["litho_arf_imm"] == pytest.approx(0.98 / 0.88)
