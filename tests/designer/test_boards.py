"""Boards and their assembly: routes, counts by hand, and the reference study beside them.

Figures of ../shared/reference: economics.md, section 5; tools.md, sections 4 and 5.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.designer.plants import (
    HOURS_PER_MONTH,
    assert_catalogue_is_complete,
    assert_never_fewer,
    assert_no_lot_is_stuck,
    assert_written_and_checked,
    design_for_output,
    needed,
)
from typer.testing import CliRunner

from fabstack.cli import app, exit_code
from fabstack.designer import Flow, beside_published, design, expand, programme_of, read_library
from fabstack.designer.reading import SHIPPED
from fabstack.errors import InputError
from fabstack.formats import load

LIBRARY = read_library()
BARE = ("pcb-hdi", "pcb-any-layer")
FLOWS = (*BARE, "board-smt")
PANEL_M2 = 0.457 * 0.610
FORMATS = ((457, 610), (533, 610), (610, 711))  # 18 x 24, 21 x 24 and 24 x 28 inches


def tools_in(flow: Flow) -> Counter[str]:
    return Counter(step.tool for step in flow.steps)


def on(width_mm: float, height_mm: float, **more: float) -> dict[str, float]:
    return {"panel_width_mm": float(width_mm), "panel_height_mm": float(height_mm), **more}


# --- Routes ---------------------------------------------------------------------------------------


def test_hdi_is_etched_pressed_drilled_built_up_and_finished_in_this_order() -> None:
    order = (
        "inner layers: inner-layer cut and clean",
        "inner layers: inner-layer LDI",
        "inner layers: inner-layer AOI",
        "inner layers: inner-layer bond film",
        "core press: lay-up and press",
        "core press: X-ray drill and edge rout",
        "core: core mechanical drill",
        "core: desmear and electroless copper",
        "core: panel plating",
        "core: resin plug and grind",
        "core: LDI",
        "build-up 1: lay-up and press",
        "build-up 1: laser drill, both sides",
        "build-up 1: via-fill plating",
        "build-up 1: AOI",
        "build-up 2: lay-up and press",
        "build-up 2: through-hole drill",
        "build-up 2: AOI",
        "solder mask: solder-mask LDI",
        "solder mask: legend",
        "finish: ENIG",
        "finish: electrical test, fixture",
        "finish: rout",
        "finish: final visual inspection",
    )
    names = [step.name for step in expand(LIBRARY, "pcb-hdi").steps]
    places = [names.index(name) for name in order]
    assert places == sorted(places)
    assert "build-up 1: through-hole drill" not in names


@pytest.mark.parametrize(
    ("layers", "buildups"), [(4, 1), (6, 1), (8, 2), (10, 2), (12, 3), (14, 4)]
)
def test_hdi_has_one_press_for_the_core_and_one_for_each_build_up(
    layers: int, buildups: int
) -> None:
    chosen = {"layers": float(layers), "buildups": float(buildups)}
    flow = expand(LIBRARY, "pcb-hdi", chosen)
    has_inner = layers - 2 * buildups > 2
    tools = tools_in(flow)
    assert tools["board_press"] == buildups + has_inner
    assert tools["board_laser_co2"] == tools["board_vcp_fill"] == buildups
    assert tools["board_drill"] == 2  # buried and through holes
    assert flow.levels == has_inner + 1 + buildups + 1  # inner, core, build-ups, solder mask


@pytest.mark.parametrize("layers", [4, 6, 8, 10, 12, 16])
def test_any_layer_drills_every_pair_of_layers_by_laser(layers: int) -> None:
    flow = expand(LIBRARY, "pcb-any-layer", {"layers": float(layers)})
    lasers = [step.quantity for step in flow.steps if step.tool == "board_laser_co2"]
    assert sum(lasers) == 60_000 * (layers - 1)
    assert tools_in(flow)["board_press"] == (layers - 2) / 2
    assert tools_in(flow)["board_vcp_fill"] == layers / 2
    assert tools_in(flow)["board_drill"] == 1  # through holes of the last build-up
    programme = programme_of(design(LIBRARY, "pcb-any-layer", 100, settings={"layers": layers}))
    assert programme.technologies[0].metal_layers == layers


@pytest.mark.parametrize("name", BARE)
def test_options_exchange_tools_and_leave_the_rest(name: str) -> None:
    usual = set(needed(design(LIBRARY, name, 5000)))
    for option, value, one, other in (
        ("osp", 1.0, "board_enig", "board_osp"),
        ("fixture_test", 0.0, "board_etest", "board_fly_probe"),
        ("uv_laser", 1.0, "board_laser_co2", "board_laser_uv"),
    ):
        changed = set(needed(design(LIBRARY, name, 5000, settings={option: value})))
        assert usual ^ changed == {one, other}
    without = expand(LIBRARY, name, {"through_holes": 0.0})
    assert not [step for step in without.steps if step.name.endswith("through-hole drill")]


def test_a_wait_is_limited_before_press_plating_and_reflow() -> None:
    limited = {
        step.name.split(": ", 1)[1]: flow.steps[step.queue_limit_to - 1].tool
        for flow in (expand(LIBRARY, name) for name in FLOWS)
        for step in flow.steps
        if step.queue_limit_to is not None
    }
    assert limited["bond film"] == limited["inner-layer bond film"] == "board_press"
    assert limited["desmear and electroless copper"] in ("board_vcp", "board_vcp_fill")
    assert limited["solder-mask pre-treat, coat, tack"] == "board_mask_ldi"
    assert limited["solder paste and SPI"] == "smt_reflow"


# --- Counts by hand -------------------------------------------------------------------------------


def test_boards_on_a_panel_by_hand() -> None:
    small = {"board_width_mm": 100.0, "board_height_mm": 60.0}
    # (457 - 40 + 2.4) / 102.4 = 4.1 and (610 - 40 + 2.4) / 62.4 = 9.2
    assert expand(LIBRARY, "pcb-hdi", small).parameters["units_per_carrier"] == 4 * 9
    assert expand(LIBRARY, "pcb-hdi").parameters["units_per_carrier"] == 1


def test_inner_layers_go_by_cores_and_their_yield() -> None:
    # 2+6+2: two etched cores inside, foil outside
    has = needed(design(LIBRARY, "pcb-hdi", 50_000))
    inner_h = 50_000 * 2 / 0.99 / (200 * 0.75)
    outer = 50_000 * (0.995 + 0.995**2 + 0.995**3)  # core and two build-ups
    film = (inner_h + outer / (200 * 0.75)) / HOURS_PER_MONTH
    assert has["board_film"] == pytest.approx(film, rel=1e-4)
    assert has["board_cut"] == pytest.approx(
        50_000 * 2 / 0.99 / (250 * 0.75) / HOURS_PER_MONTH, rel=1e-4
    )


def test_presses_lasers_and_drills_by_hand() -> None:
    has = needed(design(LIBRARY, "pcb-any-layer", 60_000))
    pressed = 60_000 * sum(0.995**before for before in range(4))
    assert has["board_press"] == pytest.approx(pressed / (40 * 0.8 * HOURS_PER_MONTH))
    vias = 60_000 * 60_000 * (1 + 2 * sum(0.995**after for after in (1, 2, 3, 4)))
    assert has["board_laser_co2"] == pytest.approx(vias / (3.6e6 * 0.78 * HOURS_PER_MONTH))
    hits = 60_000 * 0.995**4 * 3000 / 2
    assert has["board_drill"] == pytest.approx(hits / (60_000 * 0.8 * HOURS_PER_MONTH))
    tested = 60_000 * 0.995**4 * 1.2
    assert has["board_etest"] == pytest.approx(tested / (300 * 0.75 * HOURS_PER_MONTH))


@pytest.mark.parametrize(("width", "height"), FORMATS)
def test_lines_slow_down_with_the_panel_and_presses_do_not(width: int, height: int) -> None:
    has = needed(design(LIBRARY, "pcb-any-layer", 20_000, settings=on(width, height)))
    usual = needed(design(LIBRARY, "pcb-any-layer", 20_000))
    work = 0.2 + 0.8 * width * height / (457 * 610)
    assert has["board_desmear"] / usual["board_desmear"] == pytest.approx(work, rel=1e-5)
    assert has["board_press"] == pytest.approx(usual["board_press"])
    assert has["board_laser_co2"] == pytest.approx(usual["board_laser_co2"])


def test_larger_vias_take_longer_to_drill_and_to_fill() -> None:
    usual = needed(design(LIBRARY, "pcb-any-layer", 20_000))
    large = needed(design(LIBRARY, "pcb-any-layer", 20_000, settings={"via_um": 125.0}))
    changed = {name for name in usual if large[name] != usual[name]}
    assert changed == {"board_laser_co2", "board_vcp_fill"}
    assert large["board_vcp_fill"] / usual["board_vcp_fill"] == pytest.approx(1.25)


def test_placers_and_test_cells_by_hand() -> None:
    has = needed(design(LIBRARY, "board-smt", 600_000))
    assert has["smt_place"] == pytest.approx(600_000 * 2000 / (68_000 * 0.85 * HOURS_PER_MONTH))
    assert has["smt_test"] == pytest.approx(600_000 / (60 * 0.85 * HOURS_PER_MONTH))
    assert has["smt_repair"] == pytest.approx(600_000 * 0.06 / (6 * 0.8 * HOURS_PER_MONTH))
    one_side = needed(design(LIBRARY, "board-smt", 600_000, settings={"sides": 1.0}))
    assert one_side["smt_place"] == pytest.approx(has["smt_place"])
    assert one_side["smt_reflow"] == pytest.approx(has["smt_reflow"] / 2)


def test_yields_are_those_of_the_reference() -> None:
    any_layer = expand(LIBRARY, "pcb-any-layer")
    assert any_layer.line_yield == pytest.approx(0.995**4)
    assert any_layer.unit_yield == pytest.approx(0.985 * 0.98**4 * 0.99 * 0.98)
    assert 0.80 <= any_layer.line_yield * any_layer.unit_yield <= 0.88
    hdi = expand(LIBRARY, "pcb-hdi")
    assert hdi.line_yield == pytest.approx(0.995**3)
    assert hdi.unit_yield == pytest.approx(0.985 * 0.98**2 * 0.99 * 0.98)


def test_a_planted_loss_of_the_second_side_is_seen(tmp_path: Path) -> None:
    """Were vias drilled on one side only, the count of pairs of layers would not be met."""
    text = (SHIPPED / "board" / "modules.csv").read_text(encoding="utf-8")
    assert "2 * vias_per_layer_pair" in text
    faulty = text.replace("2 * vias_per_layer_pair", "vias_per_layer_pair")
    (tmp_path / "modules.csv").write_text(faulty)
    flow = expand(read_library(tmp_path), "pcb-any-layer")
    lasers = [step.quantity for step in flow.steps if step.tool == "board_laser_co2"]
    assert sum(lasers) == 60_000 * 5  # not of 9 pairs


# --- The reference study, and what is published ---------------------------------------------------


@pytest.mark.parametrize(("m2", "tools", "musd"), [(50_000, 295, 285), (167_000, 968, 935)])
def test_tools_and_price_are_near_the_reference_study(m2: int, tools: int, musd: int) -> None:
    plant = design(LIBRARY, "pcb-any-layer", m2 / PANEL_M2 / 0.85)
    assert plant.tools == pytest.approx(tools, rel=0.05)
    assert plant.money.purchase_musd == pytest.approx(musd, rel=0.05)


@pytest.mark.parametrize(("m2", "lasers", "fills", "presses"), [(167_000, 92, 109, 134)])
def test_tools_of_the_largest_kinds_differ_from_the_study_by_hours_and_pairs_alone(
    m2: int, lasers: int, fills: int, presses: int
) -> None:
    has = needed(design(LIBRARY, "pcb-any-layer", m2 / PANEL_M2 / 0.85))
    hours = 660 / HOURS_PER_MONTH  # the study takes fewer hours
    assert has["board_laser_co2"] == pytest.approx(lasers * 9 / 4 * hours, rel=0.03)  # and 4 of 9
    assert has["board_vcp_fill"] == pytest.approx(fills * hours, rel=0.03)
    assert has["board_press"] == pytest.approx(presses * hours, rel=0.03)


@pytest.mark.parametrize("starts", [500, 50_000, 700_000])
@pytest.mark.parametrize("name", FLOWS)
def test_designs_lie_inside_published_ranges_or_say_why_not(name: str, starts: int) -> None:
    for row in beside_published(design(LIBRARY, name, starts)):
        if row.is_inside is False:
            assert row.band is not None
            assert row.band.why, row.measure


def test_the_catalogue_is_complete(shared: Path) -> None:
    assert_catalogue_is_complete(shared, LIBRARY, "pcb")


# --- Monotone -------------------------------------------------------------------------------------


@given(
    name=st.sampled_from(FLOWS),
    starts=st.floats(min_value=1, max_value=1e6),
    factor=st.floats(min_value=1, max_value=30),
)
@settings(max_examples=40)
def test_more_boards_never_need_fewer_tools(name: str, starts: float, factor: float) -> None:
    assert_never_fewer(*(design(LIBRARY, name, n) for n in (starts, starts * factor)))


@given(
    name=st.sampled_from(BARE),
    boards=st.floats(min_value=1e3, max_value=1e6),
    layers=st.integers(min_value=4, max_value=11),
)
@settings(max_examples=40)
def test_more_layers_never_need_fewer_tools_for_the_same_boards(
    name: str, boards: float, layers: int
) -> None:
    less, more = (
        design_for_output(LIBRARY, name, boards, {"layers": 2.0 * pairs})
        for pairs in (layers, layers + 1)
    )
    assert_never_fewer(less, more)


@given(boards=st.floats(min_value=1e3, max_value=1e6), buildups=st.integers(1, 3))
@settings(max_examples=20)
def test_more_build_ups_never_need_less_money(boards: float, buildups: int) -> None:
    less, more = (
        design_for_output(LIBRARY, "pcb-hdi", boards, {"layers": 12.0, "buildups": float(n)})
        for n in (buildups, buildups + 1)
    )
    assert more.money.capital_musd >= less.money.capital_musd


@given(
    name=st.sampled_from(BARE),
    parameter=st.sampled_from(["vias_per_layer_pair", "through_holes", "via_um", "retest_percent"]),
    factor=st.floats(min_value=1, max_value=4),
)
@settings(max_examples=30)
def test_more_or_larger_vias_and_holes_never_need_fewer_tools(
    name: str, parameter: str, factor: float
) -> None:
    usual = expand(LIBRARY, name).parameters[parameter]
    more = design(LIBRARY, name, 40_000, settings={parameter: usual * factor})
    assert_never_fewer(design(LIBRARY, name, 40_000), more)


@given(st.sampled_from(BARE), st.sampled_from([1.0, 2.0]))
@settings(max_examples=4)
def test_a_higher_stack_never_needs_more_drills(name: str, stack: float) -> None:
    low, high = (
        needed(design(LIBRARY, name, 40_000, settings={"stack_height": height}))["board_drill"]
        for height in (stack, stack + 1)
    )
    assert high == pytest.approx(low * stack / (stack + 1))


# --- Files and simulation -------------------------------------------------------------------------


@pytest.mark.parametrize("size", FORMATS)
@pytest.mark.parametrize("name", BARE)
def test_each_bare_board_is_written_checked_and_runs_empty(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    plant = design(LIBRARY, name, 6000, settings=on(*size))
    assert_written_and_checked(plant, tmp_path)
    assert_no_lot_is_stuck(programme_of(plant), days=30, emptied_days=30)


@pytest.mark.parametrize("sides", [1, 2])
def test_assembly_is_written_checked_and_runs_empty(sides: int, tmp_path: Path) -> None:
    plant = design(LIBRARY, "board-smt", 30_000, settings={"sides": float(sides)})
    assert_written_and_checked(plant, tmp_path)
    assert_no_lot_is_stuck(programme_of(plant), days=20, emptied_days=10)


@pytest.mark.parametrize("name", FLOWS)
def test_small_boards_on_one_panel_keep_their_count_through_the_run(
    name: str, tmp_path: Path
) -> None:
    small = {} if name == "board-smt" else {"board_width_mm": 90.0, "board_height_mm": 70.0}
    plant = design(LIBRARY, name, 4000, settings=small)
    assert_written_and_checked(plant, tmp_path)
    assert_no_lot_is_stuck(programme_of(plant), days=20, emptied_days=30)


# --- Bad input and the command --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "says"),
    [
        ("pcb-any-layer", {"layers": 9.0}, "3.5, no whole number"),
        ("pcb-any-layer", {"layers": 0.0}, "at least 0"),
        ("pcb-hdi", {"layers": 9.0}, "no whole number"),
        ("pcb-hdi", {"layers": 4.0, "buildups": 2.0}, "at least 0"),
        ("pcb-hdi", {"board_width_mm": 900.0}, "0 items fit on a panel"),
        ("pcb-hdi", {"stack_height": 0.0}, "divides by 0"),
        ("board-smt", {"sides": 1.5}, "1.5, no whole number"),
    ],
)
def test_nonsense_is_refused_with_what_was_found(
    name: str, wrong: dict[str, float], says: str
) -> None:
    with pytest.raises(InputError) as refused:
        design(LIBRARY, name, 2000, settings=wrong)
    assert says in str(refused.value)


def answer(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["design", "pcb", *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


@pytest.mark.parametrize("a_day", [20_000, 40_000])
def test_the_dishes_of_the_mission_are_two_to_six_typical_plants(
    a_day: int, tmp_path: Path
) -> None:
    boards = a_day * 365.25 / 12
    words = ("--technology", "pcb-any-layer", "--boards-per-month", str(boards))
    found = answer(*words, "--out", str(tmp_path / "plant"))
    assert found["good_units_per_month"] == pytest.approx(boards)
    m2 = found["carriers_per_month"] * PANEL_M2
    assert 2 < m2 / 80_000 < 6  # of 50,000 to 80,000 m2 a month, tools.md 4
    assert load(tmp_path / "plant").plants[0].name == "pcb"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("pcb-hdi",), "no volume"),
        (("pcb-hdi", "--panels-per-month", "0"), "above 0"),
        (("foplp-face-up", "--panels-per-month", "5"), "plant of kind 'packaging'"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["design", "pcb", "--technology", *words]) == 2
    assert says in capsys.readouterr().err
