"""Packaging on panels: routes, counts by hand, and the reference study beside them.

Figures of ../shared/reference: economics.md, sections 2.1 and 4.2; tools.md, sections 4 and 5.
"""

import json
import math
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
from fabstack.designer.reading import shipped_folders
from fabstack.errors import InputError
from fabstack.formats import load

LIBRARY = read_library()
FLOWS = ("foplp-face-down", "foplp-face-up", "foplp-rdl-first")
FORMATS = ((300, 300), (510, 515), (600, 600), (700, 700))


def on(width_mm: float, height_mm: float, **more: float) -> dict[str, float]:
    return {"panel_width_mm": float(width_mm), "panel_height_mm": float(height_mm), **more}


def place(flow: Flow, ending: str) -> int:
    """The first step whose name ends so."""
    return next(step.step for step in flow.steps if step.name.endswith(ending))


# --- Routes ---------------------------------------------------------------------------------------


def test_chip_first_face_down_places_moulds_debonds_and_then_wires() -> None:
    order = ("wafer back-grind", "wafer dicing", "die placement", "compression mould")
    order += ("post-mould cure", "carrier and tape debond", "die location", "seed sputter Ti/Cu")
    order += ("flux and ball mount", "singulate and sort", "final test", "tape and reel")
    places = [place(expand(LIBRARY, "foplp-face-down"), ending) for ending in order]
    assert places == sorted(places)


def test_chip_first_face_up_grinds_to_the_studs_and_leaves_the_carrier_after_the_balls() -> None:
    order = ("stud plating", "wafer dicing", "release layer coat", "die placement")
    order += ("compression mould", "grind to the studs", "seed sputter Ti/Cu")
    order += ("flux and ball mount", "laser debond", "singulate and sort")
    places = [place(expand(LIBRARY, "foplp-face-up"), ending) for ending in order]
    assert places == sorted(places)


def test_rdl_first_wires_and_tests_before_it_places() -> None:
    order = ("release layer coat", "seed sputter Ti/Cu", "open and short test")
    order += ("flip-chip placement", "underfill", "compression mould", "laser debond")
    order += ("flux and ball mount", "singulate and sort")
    flow = expand(LIBRARY, "foplp-rdl-first")
    places = [place(flow, ending) for ending in order]
    assert places == sorted(places)
    last_aoi = max(step.step for step in flow.steps if step.name.endswith("AOI of the layer"))
    assert last_aoi < place(flow, "flip-chip placement")


def test_a_redistribution_layer_is_made_in_the_order_of_the_trade() -> None:
    names = [step.name for step in expand(LIBRARY, "foplp-face-down").steps]
    layer = [name.removeprefix("RDL 2: ") for name in names if name.startswith("RDL 2: ")]
    assert layer == [
        "plasma clean",
        "dielectric coat",
        "expose openings with die-shift correction",
        "develop openings",
        "inspect openings",
        "dielectric cure",
        "descum openings",
        "seed sputter Ti/Cu",
        "resist film lamination",
        "expose lines with die-shift correction",
        "develop lines",
        "inspect lines",
        "descum lines",
        "copper plating",
        "resist strip",
        "seed etch Cu and Ti",
        "AOI of the layer",
    ]


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 6])
def test_each_layer_adds_17_steps_two_exposures_and_one_plating(name: str, layers: int) -> None:
    one, many = (expand(LIBRARY, name, {"rdl_layers": float(n)}) for n in (1, layers))
    assert len(many.steps) - len(one.steps) == 17 * (layers - 1)
    assert many.levels - one.levels == 2 * (layers - 1)
    platings = Counter(step.tool for step in many.steps)["panel_ecp"]
    assert platings == layers + (name == "foplp-rdl-first")  # and the pads
    programme = programme_of(design(LIBRARY, name, 100, settings={"rdl_layers": float(layers)}))
    assert programme.technologies[0].metal_layers == layers


@pytest.mark.parametrize("name", FLOWS)
def test_options_exchange_tools_and_leave_the_rest(name: str) -> None:
    usual = set(needed(design(LIBRARY, name, 2000)))
    stepper = set(needed(design(LIBRARY, name, 2000, settings={"stepper": 1.0})))
    film = set(needed(design(LIBRARY, name, 2000, settings={"dry_dielectric": 1.0})))
    assert usual ^ stepper == {"panel_ldi", "panel_stepper"}
    assert usual - film <= {"panel_coat"}
    assert film <= usual


def test_thermocompression_needs_no_mass_reflow_of_dies() -> None:
    usual = expand(LIBRARY, "foplp-rdl-first")
    bonded = expand(LIBRARY, "foplp-rdl-first", {"thermocompression": 1.0})
    assert [step.tool for step in usual.steps].count("panel_reflow") == 2
    assert [step.tool for step in bonded.steps].count("panel_reflow") == 1
    assert {step.tool for step in bonded.steps} >= {"place_tcb"}


def test_a_wait_is_limited_where_copper_or_mould_would_suffer() -> None:
    for name in FLOWS:
        limits = {
            step.name.split(": ", 1)[1]: step.queue_limit_to
            for step in expand(LIBRARY, name).steps
            if step.queue_limit_to is not None
        }
        assert {"seed sputter Ti/Cu", "descum openings", "compression mould"} <= set(limits)


# --- Counts by hand -------------------------------------------------------------------------------

PACKAGES = 8649  # of 6 x 6 mm on 600 x 600 mm, economics.md 2.1
DIES = 3908  # of 4 x 4 mm on a wafer, exact


def test_packages_on_panels_are_those_of_the_reference() -> None:
    for side, package, count in (
        (600, 6, 8649),
        (700, 4, 25_921),
        (700, 10, 4356),
        (600, 5, 12_321),
    ):
        given_mm = {"package_width_mm": float(package), "package_height_mm": float(package)}
        flow = expand(LIBRARY, "foplp-face-down", on(side, side, **given_mm))
        assert flow.parameters["units_per_carrier"] == count


def test_bonders_testers_and_grinders_by_hand() -> None:
    starts = 2000 / 0.92
    has = needed(design(LIBRARY, "foplp-face-down", starts))
    dies = starts * PACKAGES
    assert has["place_fan_out"] == pytest.approx(dies / (10_000 * 0.65 * HOURS_PER_MONTH))
    wafers = dies / 0.95 / DIES
    assert has["wafer_grind"] == pytest.approx(wafers / (25 * 0.7 * HOURS_PER_MONTH))
    assert has["wafer_mount"] == pytest.approx(2 * wafers / (60 * 0.7 * HOURS_PER_MONTH))
    cut_m = 5 + math.pi * 0.15**2 * (2 / 0.0041)
    assert has["wafer_dice"] == pytest.approx(wafers * cut_m / (160 * 0.7 * HOURS_PER_MONTH))
    on_panels = starts * 0.997**2 * 0.998**3  # mould, debond, three layers
    sawn_m = 5 + 2 * 0.36 / 0.0062
    assert has["panel_saw"] == pytest.approx(on_panels * sawn_m / (480 * 0.7 * HOURS_PER_MONTH))
    tested = on_panels * PACKAGES
    assert has["package_test"] == pytest.approx(tested / (6000 * 0.75 * HOURS_PER_MONTH))
    assert has["package_tape"] == pytest.approx(tested / (15_000 * 0.7 * HOURS_PER_MONTH))


@pytest.mark.parametrize(("width", "height"), FORMATS)
def test_platers_exposures_and_ovens_by_hand_on_every_format(width: int, height: int) -> None:
    has = needed(design(LIBRARY, "foplp-face-down", 5000, settings=on(width, height)))
    alive = [5000 * 0.997**2 * 0.998**layer for layer in range(4)]
    area = width * height / 360_000
    work, exposing = 0.4 + 0.6 * area, 0.1 + 0.9 * area
    plated = sum(alive[:3]) * work
    assert has["panel_ecp"] == pytest.approx(plated / (18 * 0.65 * HOURS_PER_MONTH))
    openings, lines = sum(alive), sum(alive[:3])
    exposed = (openings + lines) * exposing / 0.99  # 1 percent again
    assert has["panel_ldi"] == pytest.approx(exposed / (25 * 0.7 * HOURS_PER_MONTH))
    cures = 5000 * 0.997 / 0.6 + openings  # a panel fills a place, whatever its format
    assert has["panel_oven"] == pytest.approx(cures / (7 * 0.8 * HOURS_PER_MONTH))


@pytest.mark.parametrize(
    ("parameter", "group"),
    [("test_work", "package_test"), ("copper_um", "panel_ecp"), ("stud_um", "bump_ecp")],
)
def test_twice_the_work_takes_twice_the_tools_of_one_group(parameter: str, group: str) -> None:
    usual = needed(design(LIBRARY, "foplp-face-up", 5000))
    twice = 2 * expand(LIBRARY, "foplp-face-up").parameters[parameter]
    more = needed(design(LIBRARY, "foplp-face-up", 5000, settings={parameter: twice}))
    assert more == pytest.approx({**usual, group: 2 * usual[group]})


def test_dies_are_placed_on_good_sites_only_where_the_rdl_is_first() -> None:
    has = needed(design(LIBRARY, "foplp-rdl-first", 1000))
    placed = 1000 * 0.998**3 * PACKAGES * 0.98**3
    assert has["place_flip_chip"] == pytest.approx(placed / (4000 * 0.65 * HOURS_PER_MONTH))


def test_yields_are_those_of_the_steps() -> None:
    flow = expand(LIBRARY, "foplp-face-down")
    assert flow.line_yield == pytest.approx(0.997**2 * 0.998**3)
    assert flow.unit_yield == pytest.approx(0.999 * 0.98**3 * 0.999 * 0.998 * 0.99)
    assert flow.line_yield * flow.unit_yield == pytest.approx(0.92, abs=0.005)  # the study's 0.92
    good = PACKAGES * flow.line_yield * flow.unit_yield
    assert flow.good_units_per_carrier == pytest.approx(good)
    (package,) = programme_of(design(LIBRARY, "foplp-face-down", 100)).items
    assert package.yield_percent == pytest.approx(100 * flow.unit_yield, rel=1e-5)


def test_the_planted_loss_of_the_area_is_seen(tmp_path: Path) -> None:
    """Were rates for 600 x 600 mm taken as they are, the counts by hand would not be met."""
    (tmp_path / "parameters.csv").write_text("scope,name,value\npanel,panel_rate,1\n")
    faulty = needed(design(read_library(tmp_path), "foplp-face-down", 5000, settings=on(700, 700)))
    right = needed(design(LIBRARY, "foplp-face-down", 5000, settings=on(700, 700)))
    assert right["panel_ecp"] / faulty["panel_ecp"] == pytest.approx(0.4 + 0.6 * 49 / 36)
    assert right["panel_oven"] == faulty["panel_oven"]


# --- The reference study, and what is published ---------------------------------------------------


@pytest.mark.parametrize(
    ("good", "tools", "musd"), [(2000, 39, 76), (10_000, 143, 290), (43_000, 584, 1160)]
)
def test_tools_and_price_are_near_the_reference_study(good: int, tools: int, musd: int) -> None:
    plant = design(LIBRARY, "foplp-face-down", good / 0.92)
    assert plant.tools == pytest.approx(tools, rel=0.12)  # the route here is more complete
    assert plant.money.purchase_musd == pytest.approx(musd, rel=0.07)


def test_10_000_panels_a_week_take_the_people_of_novara() -> None:
    plant = design(LIBRARY, "foplp-face-down", 10_000 * 365.25 / 12 / 7)
    assert plant.headcount == pytest.approx(1600, rel=0.2)


def test_floor_and_capital_for_each_person_by_hand() -> None:
    plant = design(LIBRARY, "foplp-face-down", 10_000)
    rows = {row.measure: row.value for row in beside_published(plant)}
    tools_m2 = sum(group.tools * group.tool.footprint_m2 for group in plant.groups)
    assert rows["floor_m2_per_person"] == pytest.approx(tools_m2 * (2.5 + 2) / plant.headcount)
    capital = plant.money.purchase_musd * 1.15 / 0.75
    assert rows["capital_musd_per_person"] == pytest.approx(capital / plant.headcount)


@pytest.mark.parametrize("starts", [20, 2000, 10_000, 50_000])
@pytest.mark.parametrize("name", FLOWS)
def test_designs_lie_inside_published_ranges_or_say_why_not(name: str, starts: int) -> None:
    for row in beside_published(design(LIBRARY, name, starts)):
        if row.is_inside is False:
            assert row.band is not None
            assert row.band.why, row.measure


def test_the_catalogue_is_complete(shared: Path) -> None:
    assert_catalogue_is_complete(shared, LIBRARY, "foplp")


def test_no_shipped_table_replaces_rows_of_another() -> None:
    rows = Counter(
        (table.name, line.split(",")[0])
        for folder in shipped_folders()
        for table in folder.glob("*.csv")
        if table.name in ("tools.csv", "technologies.csv", "masks.csv")
        for line in table.read_text(encoding="utf-8").splitlines()[1:]
    )
    assert rows.most_common(1)[0][1] == 1
    modules = Counter(
        module
        for folder in shipped_folders()
        if (folder / "modules.csv").exists()
        for module in {
            line.split(",")[0]
            for line in (folder / "modules.csv").read_text(encoding="utf-8").splitlines()[1:]
        }
    )
    assert modules.most_common(1)[0][1] == 1


# --- Monotone -------------------------------------------------------------------------------------


@given(
    name=st.sampled_from(FLOWS),
    size=st.sampled_from(FORMATS),
    starts=st.floats(min_value=1, max_value=1e5),
    factor=st.floats(min_value=1, max_value=30),
)
@settings(max_examples=40)
def test_more_panels_never_need_fewer_tools(
    name: str, size: tuple[int, int], starts: float, factor: float
) -> None:
    less, more = (design(LIBRARY, name, n, settings=on(*size)) for n in (starts, starts * factor))
    assert_never_fewer(less, more)


@given(
    name=st.sampled_from(FLOWS),
    size=st.sampled_from(FORMATS),
    packages=st.floats(min_value=1e3, max_value=1e9),
    layers=st.integers(min_value=1, max_value=7),
)
@settings(max_examples=40)
def test_more_layers_never_need_fewer_tools_for_the_same_packages(
    name: str, size: tuple[int, int], packages: float, layers: int
) -> None:
    less, more = (
        design_for_output(LIBRARY, name, packages, on(*size, rdl_layers=float(n)))
        for n in (layers, layers + 1)
    )
    assert_never_fewer(less, more)


@given(name=st.sampled_from(FLOWS), packages=st.floats(min_value=1e6, max_value=1e9))
@settings(max_examples=30)
def test_larger_panels_never_need_more_tools_for_the_same_packages(
    name: str, packages: float
) -> None:
    tools = [design_for_output(LIBRARY, name, packages, on(*size)).tools for size in FORMATS]
    assert tools == sorted(tools, reverse=True)


@given(
    name=st.sampled_from(FLOWS),
    parameter=st.sampled_from(["dies_per_package", "copper_um", "test_work", "sample_develop"]),
    factor=st.integers(min_value=2, max_value=4),
)
@settings(max_examples=20)
def test_more_work_never_needs_fewer_tools(name: str, parameter: str, factor: int) -> None:
    usual = expand(LIBRARY, name).parameters[parameter]
    changed = {parameter: usual * factor if parameter != "sample_develop" else 100.0}
    assert_never_fewer(
        design(LIBRARY, name, 20_000), design(LIBRARY, name, 20_000, settings=changed)
    )


# --- Files and simulation -------------------------------------------------------------------------


@pytest.mark.parametrize("size", FORMATS)
@pytest.mark.parametrize("name", FLOWS)
def test_each_flow_on_each_format_is_written_checked_and_runs_empty(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    plant = design(LIBRARY, name, 1500, settings=on(*size))
    assert_written_and_checked(plant, tmp_path)
    assert_no_lot_is_stuck(programme_of(plant), days=30, emptied_days=30)


def test_a_pilot_of_2_000_large_packages_a_month_runs_though_no_batch_is_ever_full() -> None:
    large = {"package_width_mm": 50.0, "package_height_mm": 50.0, "test_work": 25.0}
    large |= {"die_width_mm": 20.0, "die_height_mm": 20.0}
    plant = design_for_output(LIBRARY, "foplp-rdl-first", 2000, large)
    assert 10 < plant.carriers_per_month < 30
    assert all(group.tools == 1 for group in plant.groups)
    assert_no_lot_is_stuck(programme_of(plant), days=90, emptied_days=30)


# --- Bad input and the command --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"package_width_mm": 590.0}, "0 items fit on a panel"),
        ({"package_width_mm": -1.0}, "sides above 0"),
        ({"die_width_mm": 400.0}, "divides by 0"),
        ({"rdl_layers": 2.5}, "no whole number"),
        ({"stepper": 0.5}, "no whole number"),
        ({"stepper": 2.0}, "comes to -1"),
        ({"rdl_layer_yield_percent": 120.0}, "comes to 120"),
        ({"rdl_layer_yield_percent": 0.0}, "comes to 0"),
        ({"rdl_layers": math.nan}, "finite"),
        ({"rdl_layer": 3.0}, "did you mean 'rdl_layers'"),
    ],
)
def test_nonsense_is_refused_with_what_was_found(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InputError) as refused:
        design(LIBRARY, "foplp-rdl-first", 2000, settings=wrong)
    assert says in str(refused.value)


def answer(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["design", "packaging", *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_the_command_takes_what_comes_out_in_place_of_starts(tmp_path: Path) -> None:
    words = ("--technology", "foplp-face-down", "--set", "rdl_layers=2")
    found = answer(*words, "--packages-per-month", "5000000", "--out", str(tmp_path / "plant"))
    assert found["good_units_per_month"] == pytest.approx(5e6)
    starts = found["carriers_per_month"]
    assert answer(*words, "--panels-per-month", repr(starts))["tools"] == found["tools"]
    programme = load(tmp_path / "plant")
    assert [plant.name for plant in programme.plants] == ["packaging"]
    assert programme.routes[0].units_per_carrier == PACKAGES
    assert programme.items[0].kind == "package"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("foplp-face-down",), "no volume"),
        (
            ("foplp-face-down", "--panels-per-month", "5", "--packages-per-month", "5"),
            "two volumes",
        ),
        (("foplp-face-down", "--panels-per-month", "-5"), "above 0"),
        (("logic-14", "--panels-per-month", "5"), "plant of kind 'fab'"),
        (("foplp-face-dow", "--panels-per-month", "5"), "did you mean 'foplp-face-down'"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["design", "packaging", "--technology", *words]) == 2
    assert says in capsys.readouterr().err
