"""A plant small enough to work out by hand: expansion, sizing, times, money, people."""

from pathlib import Path

import pytest
from tests.designer.small_library import files, small_library, write

from fabstack.designer import (
    Design,
    Library,
    beside_published,
    design,
    expand,
    programme_of,
    read_library,
)
from fabstack.errors import InputError
from fabstack.formats import read, save
from fabstack.model.routes import Basis

VOLUME = 7305  # panels a month: 10 an hour


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Design:
    return design(small_library(tmp_path_factory.mktemp("small")), "boards", VOLUME)


def test_the_route_is_written_out_step_by_step(plant: Design) -> None:
    assert [step.name for step in plant.flow.steps] == [
        "layer 1: print", "layer 1: measure", "layer 1: cure 1",
        "layer 2: print", "layer 2: measure", "layer 2: cure 1",
        "top: print", "top: measure", "top: cure 1", "top: cure 2",
        "top: place", "top: place",
    ]  # fmt: skip


def test_rework_returns_to_the_exposure_of_its_own_layer(plant: Design) -> None:
    again = [(step.step, step.rework_to) for step in plant.flow.steps if step.rework_percent]
    assert again == [(2, 1), (5, 4), (8, 7)]
    assert plant.flow.steps[1].rework_percent == 20.0


def test_a_limit_without_an_end_leads_to_the_next_step_that_all_lots_visit(plant: Design) -> None:
    assert plant.flow.steps[10].queue_limit_to == 12
    assert plant.flow.steps[11].queue_limit_to is None


def test_visits_count_samples_and_what_they_send_back(plant: Design) -> None:
    # half of the lots are measured, a fifth of these go back: 1 / 0.9 prints, half as many gauges
    assert plant.flow.visits[:3] == pytest.approx((1 / 0.9, 0.5 / 0.9, 1.0))


def test_the_line_yield_is_lost_evenly_at_exposures_and_visits(plant: Design) -> None:
    share = 0.81 ** (1 / 5)  # three exposures, two placements
    assert plant.flow.alive[:4] == pytest.approx((1, share, share, share))
    assert plant.flow.alive[-1] == pytest.approx(share**4)
    assert plant.flow.line_yield == pytest.approx(0.81)
    assert plant.flow.levels == 5


def test_needs_are_starts_survivors_visits_and_hours_over_what_a_tool_gives(plant: Design) -> None:
    share = 0.81 ** (1 / 5)
    prints = 10 * (1 + share + share**2) / 0.9 / (60 * 0.5)
    gauges = 10 * 0.5 * (share + share**2 + share**3) / 0.9 / 10 / (6 * 0.5)
    cures = 10 * (share + share**2 + 2 * share**3) / (20 * 2 * 0.6)
    places = 10 * 81 * (share**3 + share**4) / (9000 * 0.5)
    needed = {group.name: group.needed for group in plant.groups}
    assert needed == pytest.approx(
        {"printer": prints, "gauge": gauges, "oven": cures, "placer": places}
    )
    assert [group.tools for group in plant.groups] == [2, 1, 2, 1]


def test_a_load_that_is_planned_for_takes_more_tools_in_inverse_proportion(plant: Design) -> None:
    busier = design(plant.library, "boards", VOLUME, loads={"": 44.0, "oven": 88.0})
    ratio = {g.name: b.needed / g.needed for g, b in zip(plant.groups, busier.groups, strict=True)}
    assert ratio == pytest.approx({"printer": 2, "gauge": 2, "oven": 1, "placer": 2})


def test_a_group_limits_the_plant_where_its_tools_are_at_their_planned_load(plant: Design) -> None:
    first = plant.limits[0]
    at_limit = design(plant.library, "boards", first.limit_per_month)
    same = next(group for group in at_limit.groups if group.name == first.name)
    assert same.needed == pytest.approx(first.tools)
    assert same.load_percent == pytest.approx(88.0)


def test_tools_come_with_what_is_linked_to_them(plant: Design) -> None:
    printer = plant.groups[0]
    assert (printer.price_musd, printer.footprint_m2, printer.power_kw) == (2.5, 12.0, 24.0)
    purchase = 2 * 2.5 + 0.2 + 2 * 1 + 1
    assert plant.money.purchase_musd == pytest.approx(purchase)
    assert plant.money.capital_musd == pytest.approx(purchase * 1.15 / 0.75)
    assert plant.space.clean_room_m2 == pytest.approx(3.5 * (2 * 12 + 1 + 10 + 4))
    assert plant.power_mw == pytest.approx((48 + 1 + 100 + 2) * 0.5 / 0.404 / 1000)


def test_people_are_fixed_by_volume_and_by_tools_rounded_up(plant: Design) -> None:
    assert plant.headcount == 21  # 3 + 2 * 7.305 + 1.5 * 2 = 20.61


def test_a_cascade_gives_a_carrier_each_interval_and_holds_it_for_longer(plant: Design) -> None:
    programme = programme_of(plant)
    up = 90 / 100 * (1 - 9 / 90)
    interval = 60 / (60 * 0.5) * up * 0.88
    step = programme.steps[0]
    assert step.basis is Basis.CARRIER
    assert step.interval_min == pytest.approx(interval, rel=1e-5)
    assert step.process.mean == pytest.approx(2 * interval, rel=1e-5)
    way = next(move for move in programme.moves if move.from_bay == "printer")
    assert way.move.mean == pytest.approx(7.5 + 20 - interval, rel=1e-5)


def test_a_batch_takes_its_load_and_loading_is_inside_its_rate(plant: Design) -> None:
    step = programme_of(plant).steps[2]
    assert step.basis is Basis.BATCH
    assert (step.batch_minimum, step.batch_maximum) == (40, 40)
    assert step.process.mean == pytest.approx(60 * 40 / (20 * 2 * 0.6) * 0.88 - 10, rel=1e-5)


def test_dwell_lengthens_every_way_and_says_so(plant: Design) -> None:
    before, after = programme_of(plant), programme_of(plant.with_dwell(30.0))
    assert after.routes[0].move is not None
    assert after.routes[0].move.parameters == (5, 70)  # 7.5 -+ 2.5 and 30 -+ 30 minutes
    ways = zip(before.moves, after.moves, strict=True)
    assert all(b.move.mean == pytest.approx(a.move.mean + 30) for a, b in ways)
    notes = {source.note for source in after.sources if source.cell.endswith("/move")}
    assert notes == {"of it dwell 30 min on average, by difference"}
    with pytest.raises(ValueError, match="cannot stand"):
        plant.with_dwell(-1.0)


def test_a_sample_takes_as_long_for_any_lot(plant: Design) -> None:
    step = programme_of(plant).steps[1]
    assert step.basis is Basis.LOT
    assert step.process.mean == pytest.approx(60 / (6 * 0.5) * 0.88 - 2, rel=1e-5)


def test_work_counts_what_is_on_a_carrier(plant: Design) -> None:
    step = programme_of(plant).steps[-1]
    lot_min = 10 * 60 * 81 / (9000 * 0.5) * 0.88
    assert step.process.mean == pytest.approx((lot_min - 2) / 10, rel=1e-5)


def test_panels_become_units_and_have_their_size(plant: Design, tmp_path: Path) -> None:
    programme = programme_of(plant)
    assert programme.routes[0].units_per_carrier == 81
    assert programme.technologies[0].panel_width_mm == 510
    save(programme, tmp_path / "plant")
    assert read(tmp_path / "plant").programme == programme


def test_a_setting_replaces_a_parameter(plant: Design) -> None:
    more = expand(plant.library, "boards", {"layers": 5.0, "panel_width_mm": 600.0})
    assert more.levels == 7
    assert more.steps[-1].quantity == 99  # 11 x 9


def test_a_plant_with_other_counts_costs_accordingly(plant: Design) -> None:
    more = plant.with_tools({"oven": 5})
    assert more.money.purchase_musd == pytest.approx(plant.money.purchase_musd + 3)
    assert more.groups[2].load_percent == pytest.approx(plant.groups[2].load_percent * 2 / 5)
    with pytest.raises(KeyError, match="kiln"):
        plant.with_tools({"kiln": 1})
    with pytest.raises(ValueError, match="at least 1"):
        plant.with_tools({"oven": 0})


@pytest.mark.parametrize("volume", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_an_impossible_volume_is_refused(plant: Design, volume: float) -> None:
    with pytest.raises(InputError, match="carriers a month"):
        design(plant.library, "boards", volume)


def variant(folder: Path, name: str, old: str, new: str) -> Library:
    texts = files()
    assert old in texts[name]
    return read_library(write(folder, {**texts, name: texts[name].replace(old, new)}))


def test_rework_may_return_to_a_step_that_its_row_names(tmp_path: Path) -> None:
    header, *rows = files()["modules.csv"].splitlines()
    rows[2] = rows[2].replace("cures,1,2,100,0,,,", "cures,1,2,100,5,,,")
    texts = "\n".join([header + ",rework_to", *(row + "," for row in rows)]) + "\n"
    texts = texts.replace("100,5,,,,", "100,5,,,,20")
    library = read_library(write(tmp_path, {**files(), "modules.csv": texts}))
    steps = expand(library, "boards").steps
    assert [step.rework_to for step in steps if step.name.endswith("cure 1")] == [2, 5, 8]


def test_level_counts_the_executions_of_a_line_and_of_a_step(tmp_path: Path) -> None:
    text = files()["modules.csv"]
    text = text.replace("layer,10,print,,yes,,1,1,1,", "layer,10,print,,yes,,1,1,level,")
    text = text.replace("1,dies_on_panel,1,", "1,10 * level,1,")
    steps = expand(read_library(write(tmp_path, {**files(), "modules.csv": text})), "boards").steps
    prints = [step.rate_factor for step in steps if step.name.endswith("print")]
    places = [step.quantity for step in steps if step.name.endswith("place")]
    assert prints == [1, 2, 1]
    assert places == [10, 20]


def test_a_limit_does_not_end_at_a_step_that_some_lots_leave_out(tmp_path: Path) -> None:
    library = variant(tmp_path, "modules.csv", "1,1,100,0,,,", "1,1,100,0,,3,")  # after the print
    steps = expand(library, "boards").steps
    assert steps[0].queue_limit_h == 3
    assert steps[0].queue_limit_to == 3  # the cure, not the measurement before it


def test_a_kind_has_its_least_number_of_tools(tmp_path: Path) -> None:
    library = variant(tmp_path, "tools.csv", ",0.2,,,,1,1,1,0", ",0.2,,,,1,1,3,0")
    assert design(library, "boards", 1).groups[1].tools == 3


def test_a_started_carrier_visits_a_group_as_often_as_it_survives_and_is_sampled(
    plant: Design,
) -> None:
    share = 0.81 ** (1 / 5)
    visits = 0.5 * (share + share**2 + share**3) / 0.9
    assert plant.groups[1].visits_per_carrier == pytest.approx(visits)


def test_limits_follow_the_volume_and_not_the_load(plant: Design) -> None:
    loads = {"printer": 20.0, "oven": 99.0, "gauge": 50.0, "placer": 88.0}
    limits = design(plant.library, "boards", VOLUME, loads=loads).limits
    volumes = [group.limit_per_month for group in limits]
    assert volumes == sorted(volumes)
    assert [group.load_percent for group in limits] != sorted(
        (group.load_percent for group in limits), reverse=True
    )


def test_the_range_of_the_technology_counts_before_that_of_all(tmp_path: Path) -> None:
    bands = """\
technology,measure,low,high,year,grade,source
,tools_per_1000,1,2,2020,estimate,all
shop,tools_per_1000,3,4,2020,estimate,shop
boards,tools_per_1000,5,6,2020,estimate,boards
shop,people_per_1000,2,4,2020,estimate,shop
"""
    library = read_library(write(tmp_path, {**files(), "bands.csv": bands}))
    rows = {row.measure: row for row in beside_published(design(library, "boards", VOLUME))}
    tools, people = rows["tools_per_1000"], rows["people_per_1000"]
    assert tools.band is not None
    assert tools.band.source == "boards"
    assert tools.ratio == pytest.approx(6 / 7.305 / 5.5)
    assert people.band is not None
    assert people.is_inside


def test_impossible_loads_are_refused_together(plant: Design) -> None:
    with pytest.raises(InputError) as error:
        design(plant.library, "boards", 1.0, loads={"ovn": 90.0, "": 101.0, "oven": 0.0})
    assert len(error.value.findings) == 3
    assert "did you mean 'oven'" in str(error.value)
