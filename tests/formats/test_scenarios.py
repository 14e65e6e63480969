"""Scenarios and cells that are set as text."""

import pytest

from fabstack.errors import InputError
from fabstack.formats import cell_value, load, read, set_cell, with_scenario
from fabstack.model.cells import Cell
from small_programme import FILES, edited, small, write_folder

HEAD = "scenario,cell,value\n"


@pytest.fixture
def programme(tmp_path):
    return small(tmp_path / "small")


def test_a_scenario_changes_its_cells_and_nothing_else(programme):
    changed = with_scenario(programme, "panels")
    assert cell_value(changed, "phases/line:one/capacity_per_month") == 900.0
    back = set_cell(changed, "phases/line:one/capacity_per_month", "500")
    assert back == programme


def test_the_place_of_a_changed_cell_is_that_of_its_new_value(tmp_path):
    loaded = read(write_folder(tmp_path), "panels")
    assert loaded.place("phases", "line:one", "capacity_per_month")[1:] == (2, 43)
    assert loaded.place("phases", "line:one", "capacity_per_month").file.endswith("changes.csv")
    assert loaded.place("phases", "line:one", "ready").file.endswith("phases.csv")
    assert loaded.programme == with_scenario(load(tmp_path), "panels")


def test_places_of_cells_rows_and_tables_that_have_none(tmp_path):
    loaded = read(write_folder(tmp_path))
    assert loaded.place("plants", "line", "kind")[1:] == (3, 6)
    assert loaded.place("plants", "line", "floor_m2")[1:] == (3, 1)
    assert loaded.place("plants", "line")[1:] == (3, 1)
    assert loaded.place("plants", "nowhere")[1:] == (0, 0)
    assert loaded.place("lanes", "x") == (str(tmp_path / "lanes.csv"), 0, 0)
    assert loaded.place("programme", "-", "end")[1:] == (5, 7)
    assert loaded.place("finance", "-", "tax_rate_percent")[1:] == (7, 1)
    assert loaded.place("ramp", "-", "samples")[1:] == (0, 0)


def test_several_changes_of_one_row_and_of_settings_apply_together(tmp_path):
    changes = HEAD + (
        "panels,phases/line:one/capacity_per_month,900\n"
        "panels,phases/line:one/ready,2027-01\n"
        "panels,finance/-/discount_rate_percent,12 %/year\n"
        "panels,plants/line/opens,\n"
    )
    changed = load(write_folder(tmp_path, changes=changes), "panels")
    assert (changed.phases[1].capacity_per_month, str(changed.phases[1].ready)) == (
        900.0,
        "2027-01-01",
    )
    assert changed.finance.discount_rate_percent == 12.0
    assert changed.plants[1].opens is None


def test_an_unknown_scenario_asks_what_was_meant(programme, tmp_path):
    with pytest.raises(InputError, match="no scenario 'panel'; did you mean 'panels'"):
        with_scenario(programme, "panel")
    with pytest.raises(InputError, match=r"scenarios.csv: error: no scenario 'panel'"):
        load(write_folder(tmp_path), "panel")


def test_a_change_that_breaks_a_reference_is_found_at_its_value(tmp_path):
    changes = HEAD + "panels,steps/fab-logic:20/tool_group,ETCH_7\n"
    folder = write_folder(tmp_path, changes=changes)
    load(folder)
    with pytest.raises(InputError) as error:
        load(folder, "panels")
    (found,) = error.value.findings
    assert (found.code, found.line, found.column) == ("unknown-reference", 2, 38)
    assert "did you mean 'ETCH_07'?" in str(found)


WRONG = (
    ("items/chip/width_mm", "-3", "expected above 0 mm"),
    ("items/chip/width_mm", "3 min", "no quantity in mm"),
    ("items/chip/name", "x", "cannot be changed"),
    ("items/chi/width_mm", "4", "did you mean 'chip'?"),
    ("items/chip/with_mm", "4", "did you mean 'width_mm'?"),
    ("item/chip/width_mm", "4", "did you mean 'items'?"),
    ("items/chip/technology", "fan-in", "no technology 'fan-in'"),
    ("items/chip/kind", "", "kind is blank"),
    ("steps/line-chip:10/rework_to", "7", "route 'line-chip' has no step 7"),
    ("steps/line-chip:10/process", "pert(9, 1, 2)", "low <= mode <= high"),
    ("finance/-/tax_rate_percent", "150", "at most 100 percent"),
    ("phases/line:one/capacity_per_month", "5 wafers/month", "expected panels"),
    ("nonsense", "4", "no address"),
)


@pytest.mark.parametrize(("cell", "text", "words"), WRONG)
def test_a_text_that_does_not_belong_into_a_cell_is_a_finding(programme, cell, text, words):
    with pytest.raises(InputError) as error:
        set_cell(programme, cell, text)
    assert words in str(error.value)
    assert str(error.value).startswith(cell)


def test_cells_are_set_as_they_would_be_read(programme):
    changed = set_cell(programme, Cell("steps", "line-chip:10", "process"), "uniform(1 h, 2 h)")
    assert str(cell_value(changed, "steps/line-chip:10/process")) == "uniform(60, 120)"
    assert cell_value(set_cell(programme, "items/chip/width_mm", ""), "items/chip/width_mm") is None


def test_a_scenario_of_a_workbook_is_read_too(programme, tmp_path):
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    from fabstack.formats import export

    export(programme, tmp_path / "book.xlsx")
    assert load(tmp_path / "book.xlsx", "panels") == with_scenario(programme, "panels")


def test_every_fault_of_a_change_is_found_without_choosing_its_scenario(tmp_path):
    text = edited("changes", "900/month", "900 mm")
    assert "changes.csv" in FILES
    with pytest.raises(InputError, match="no quantity"):
        load(write_folder(tmp_path, changes=text))
