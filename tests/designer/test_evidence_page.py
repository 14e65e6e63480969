"""The page of evidence is what designs made now say, and what it compares is compared rightly.

Figures of SMT2020 and of the CSM workbook: ../shared/reference/tools.md, sections 2.3 and 6.1.
"""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fabstack import formats
from fabstack.designer import design, expand, programme_of, read_library
from fabstack.designer.rates import up_share
from fabstack.errors import InputError
from fabstack.studies.evidence import pair_of, published_sections, testbed_section
from fabstack.studies.evidence.plants import (
    compared_plants,
    designed_like,
    plants_beside,
    published_plants,
)
from fabstack.studies.evidence.ranges import OF_THE_ROUTE, Ranges
from fabstack.studies.evidence.shape import shape_of, started_per_month
from fabstack.studies.evidence.testbed import area_names, masks_by_route

testbed_section.__test__ = False  # a function of the page, whatever its name
LIBRARY = read_library()
RENEW = "python -m fabstack.studies.evidence ../shared/smt2020/HVLM"
HOURS_PER_MONTH = 730.5


@pytest.fixture(scope="module")
def written(project) -> str:
    return (project / "docs" / "background" / "designer-evidence.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pair(shared):
    folder = shared / "smt2020" / "HVLM"
    if not folder.is_dir():
        pytest.skip("the copy of SMT2020 (../shared/smt2020) is not beside this checkout")
    return pair_of(LIBRARY, formats.load(folder))


# --- The page is true today -----------------------------------------------------------------------


def test_fabs_packaging_and_boards_are_as_designed_now(written) -> None:
    assert written.startswith(published_sections(LIBRARY)), f"renew with: {RENEW}"


def test_the_fab_beside_the_testbed_is_as_designed_and_simulated_now(written, pair) -> None:
    assert written.endswith(testbed_section(LIBRARY, pair)), f"renew with: {RENEW}"


def test_the_page_is_these_sections_and_nothing_else(written) -> None:
    heads = re.findall(r"^## .*$", written, re.MULTILINE)
    assert [head.split()[1] for head in heads] == ["1.", "2.", "3.", "What"]


def test_every_star_is_explained_and_every_figure_has_a_source(written) -> None:
    """A row with a range has a grade, a year and a source; a table with a star, a sentence."""
    for part in written.split("#### ")[1:]:
        text = part.split("\n#")[0]
        rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
        assert rows
        for cells in (row.strip("| ").split(" | ") for row in rows):
            assert "none known" in cells[1] or all(cells[-3:]), cells
            if any(cell.endswith("*") for cell in cells):
                assert re.search(rf"^- .*\b{cells[0]}\b.*: \w+", text, re.MULTILINE), cells


def test_another_library_writes_another_page(tmp_path) -> None:
    (tmp_path / "parameters.csv").write_text("scope,name,value\n,clean_m2_per_footprint,2\n")
    ours, theirs = (
        Ranges(library, ["logic-28"], [45_000.0]).tables()
        for library in (LIBRARY, read_library(tmp_path))
    )
    changed = [
        (a, b) for a, b in zip(ours.splitlines(), theirs.splitlines(), strict=False) if a != b
    ]
    assert "777 | 0.98" in changed[0][0]
    assert "444* | 0.56" in changed[0][1]


# --- Ranges and plants ----------------------------------------------------------------------------


def test_measures_of_the_route_are_the_same_at_any_volume() -> None:
    ranges = Ranges(LIBRARY, ["logic-28", "logic-3"], [1_000.0, 45_000.0, 1e6])
    for measure, rows in ranges.measures.items():
        same = all(len({beside.value for beside in row.besides}) == 1 for row in rows)
        assert same == (measure in OF_THE_ROUTE), measure


def test_each_published_plant_is_designed_at_its_own_volume() -> None:
    for plant in published_plants():
        assert plant.technology in LIBRARY.technologies
        designed = designed_like(LIBRARY, plant)
        each = 1.0
        if plant.volume_of == "m2":
            given = expand(LIBRARY, plant.technology).parameters
            each = given["panel_width_mm"] * given["panel_height_mm"] / 1e6
        assert designed.carriers_per_month * each == pytest.approx(plant.volume)


def test_a_plant_is_beside_the_figures_that_are_known_of_it_and_no_others() -> None:
    figures = compared_plants(LIBRARY, ("fab",))
    mine = {one.what: one for one in figures if one.plant.plant == "JASM Kumamoto 1"}
    assert set(mine) == {"capital, MUSD", "people"}
    capital = design(LIBRARY, "logic-20", 55_000).money.capital_musd
    assert mine["capital, MUSD"].ratio == pytest.approx(capital / 8600)
    assert "JASM Kumamoto 1 | logic-20 | 55,000 | people | 1,700" in plants_beside(figures)


def test_the_middle_of_the_announced_fabs_is_within_a_third_of_the_designs() -> None:
    """Capital, people and clean room: nobody has fitted them to each other."""
    figures = compared_plants(LIBRARY, ("fab",))
    for what in {figure.what for figure in figures}:
        ratios = sorted(figure.ratio for figure in figures if figure.what == what)
        assert len(ratios) >= 6
        assert 2 / 3 < ratios[len(ratios) // 2] < 3 / 2


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (published_plants, "plant,technology\nA,logic-28\n", "missing-column"),
        (area_names, "area,testbed,designed,csm_steps,csm_tools_per_1000\nwet,A,b,-1,1\n", ""),
    ],
)
def test_a_fault_in_the_published_figures_is_told_with_file_and_line(
    read, text, code, tmp_path
) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read(file)
    assert all(found.file == str(file) and found.line for found in error.value.findings)
    assert code in {found.code for found in error.value.findings} or not code


# --- Shapes ---------------------------------------------------------------------------------------


def test_the_shape_of_the_testbed_is_that_which_others_have_counted(pair) -> None:
    shape = pair.testbed.shape
    assert masks_by_route(pair.testbed.programme) == {"r_3": 34, "r_4": 22}
    assert (shape.all_areas.groups, shape.all_areas.tools) == (105, 1043)
    assert shape.carriers_per_month == pytest.approx(43_523, rel=1e-4)
    assert shape.all_areas.steps == pytest.approx((583 - 24 + 343 - 10) / 2, rel=1e-3)  # no delays
    assert shape.areas["Dry_Etch"].tools == 362
    p3, p4 = (25 * rate for rate in (9250, 4986))  # tool minutes of a lot of 25
    assert 25 * shape.areas["Dry_Etch"].busy_min == pytest.approx((p3 + p4) / 50, rel=0.003)
    assert shape.areas["Litho_Met"].visits == pytest.approx((54 + 38) / 2, rel=0.01)
    assert shape.raw_days == pytest.approx((27.27 + 16.04) / 2, rel=0.005)


def test_the_design_has_the_wafers_of_the_testbed_and_masks_next_to_its_larger_product(
    pair,
) -> None:
    assert pair.designed.title == "logic-65"
    ours, theirs = (fab.shape.carriers_per_month for fab in pair.fabs)
    assert ours == pytest.approx(theirs)
    distance = {
        name: abs(expand(LIBRARY, name).masks.total() - 34)
        for name in LIBRARY.technologies
        if name.startswith("logic-")
    }
    assert min(distance, key=lambda name: distance[name]) == pair.designed.title


def test_a_design_read_from_its_programme_does_the_work_that_it_was_sized_for() -> None:
    plant = design(LIBRARY, "logic-40", 30_000, settings={"line_yield_percent": 100.0})
    shape = shape_of(programme_of(plant), lambda step: step.mask_layer)
    assert shape.masks == plant.flow.masks.total()
    assert shape.all_areas.visits == pytest.approx(sum(plant.flow.visits))
    assert shape.all_areas.steps == len(plant.flow.steps)
    assert shape.all_areas.tools == plant.tools
    busy_h = sum(
        group.tools * group.load_percent / 100 * up_share(group.tool) * HOURS_PER_MONTH
        for group in plant.groups
    )
    done_h = 30_000 * shape.all_areas.busy_min / 60
    assert done_h == pytest.approx(busy_h, rel=1e-4)


def test_orders_and_starts_count_alike_and_products_by_their_share(pair) -> None:
    programme = pair.testbed.programme
    twice = programme.model_copy(
        update={"orders": tuple(replace(o, every_h=o.every_h / 2) for o in programme.orders)}
    )
    once = started_per_month(programme)
    assert started_per_month(twice) == pytest.approx({name: 2 * n for name, n in once.items()})
    shape = shape_of(twice, lambda step: step.tool_group.startswith("Litho_REG"), ("Delay_32",))
    assert shape.masks == pytest.approx(pair.testbed.shape.masks)
    assert shape.all_areas.busy_min == pytest.approx(pair.testbed.shape.all_areas.busy_min)


def test_every_tool_of_both_fabs_is_in_one_area_of_the_table(pair) -> None:
    for fab, column in ((pair.designed, "designed"), (pair.testbed, "testbed")):
        listed = [area for names in area_names() for area in getattr(names, column).split()]
        assert len(listed) == len(set(listed))
        assert set(fab.shape.areas) <= set(listed)


def test_tools_are_visits_times_time_over_the_share_of_hours_at_work(pair) -> None:
    for fab in pair.fabs:
        for name, area in fab.shape.areas.items():
            hours = fab.shape.carriers_per_month * area.busy_min / 60
            assert area.tools * HOURS_PER_MONTH * fab.share_of((name,)) == pytest.approx(hours)


def test_csm_has_283_steps_and_289_tools_for_25_000_wafers() -> None:
    names = area_names()
    assert sum(one.csm_steps for one in names) == 283
    assert 25 * sum(one.csm_tools_per_1000 for one in names) == pytest.approx(289.11, rel=1e-3)


def test_x_grows_with_load_in_both_and_differs_by_less_than_a_sixth(pair) -> None:
    for fab in pair.fabs:
        factors = [sample.x_factor for sample in fab.samples]
        assert all(less < more for less, more in pairwise(factors))
    for ours, theirs in zip(*(fab.samples for fab in pair.fabs), strict=True):
        assert 5 / 6 < ours.x_factor / theirs.x_factor < 6 / 5


# --- The command ----------------------------------------------------------------------------------


def test_another_fab_is_refused_with_what_is_missing(tmp_path) -> None:
    plant = design(LIBRARY, "logic-90", 5_000)
    with pytest.raises(InputError, match="no mask layer is measured"):
        pair_of(LIBRARY, programme_of(plant))
    formats.save(programme_of(plant), tmp_path / "fab")
    assert _command(str(tmp_path / "fab")) == (2, "no mask layer is measured")
    assert _command() == (2, "usage")
    assert _command(str(tmp_path / "nowhere"))[0] == 2


def _command(*words: str) -> tuple[int, str]:
    """Its exit code, and which of the known words it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "fabstack.studies.evidence", *words],
        capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert not done.stdout
    said = [word for word in ("usage", "no mask layer is measured") if word in done.stderr]
    return done.returncode, said[0] if said else ""
