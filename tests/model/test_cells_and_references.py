"""Addresses of cells, what activities wait for, and names that point nowhere."""

import pytest

from fabstack.model import columns_of, key_of, tables
from fabstack.model.cells import Cell, value_at, with_value, with_values
from fabstack.model.counting import things_counted
from fabstack.model.references import noun, problems
from fabstack.model.roadmap import Predecessor, predecessors
from fabstack.model.supply import PriceBreak
from small_programme import small


@pytest.fixture
def programme(tmp_path):
    return small(tmp_path / "small")


def test_an_address_may_hold_an_address():
    cell = Cell.parse("risks/technologies/logic-14/alpha/distribution")
    assert cell == ("risks", "technologies/logic-14/alpha", "distribution")
    assert str(cell) == "risks/technologies/logic-14/alpha/distribution"


@pytest.mark.parametrize("address", ["", "items", "items/x", "/x/y", "items//x", "items/x/"])
def test_an_address_has_three_parts(address):
    with pytest.raises(ValueError, match="no address"):
        Cell.parse(address)


def test_setting_several_cells_of_a_row_keeps_all(programme):
    cells = {
        Cell("items", "chip", "width_mm"): 25.0,
        Cell("items", "chip", "height_mm"): 26.0,
        Cell("finance", "-", "tax_rate_percent"): 0.0,
    }
    changed = with_values(programme, cells)
    assert {cell: value_at(changed, cell) for cell in cells} == cells
    assert with_values(changed, {c: value_at(programme, c) for c in cells}) == programme


def test_a_set_cell_is_validated(programme):
    with pytest.raises(ValueError, match="greater than 0"):
        with_value(programme, Cell("items", "chip", "width_mm"), -1.0)
    with pytest.raises(KeyError, match="no row 'chop' in items"):
        with_value(programme, Cell("items", "chop", "width_mm"), 1.0)


def test_keys_spell_numbers_as_tables_do():
    row = PriceBreak(supplier="a", item="b", from_quantity=1000.0, price_usd=2)
    assert key_of(row) == "a:b:1000"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("a", (Predecessor("a"),)),
        (" a ;; b;", (Predecessor("a"), Predecessor("b"))),
        ("a + 2", (Predecessor("a", lag_months=2.0),)),
        ("a start", (Predecessor("a", from_start=True),)),
        ("a b start + 0.5", (Predecessor("a b", True, 0.5),)),
        ("a + -1", (Predecessor("a", lag_months=-1.0),)),
        ("a + 1 year", (Predecessor("a", lag_months=12.0),)),
        ("start", (Predecessor("start"),)),
        ("kick-off start", (Predecessor("kick-off", from_start=True),)),
    ],
)
def test_predecessors_are_activities_with_lags(text, parts):
    assert predecessors(text) == parts


@pytest.mark.parametrize("text", ["+ 2", "a + b + 2", "a +", "a + soon", "a + 2 mm"])
def test_what_is_no_predecessor_says_so(text):
    with pytest.raises(ValueError, match="'"):
        predecessors(text)


def test_a_sound_programme_has_no_problems(programme):
    assert list(problems(programme)) == []


def test_tables_in_doubt_are_not_judged(programme):
    lost = programme.model_copy(update={"tool_groups": ()})
    assert {problem.table for problem in problems(lost)} == {"breakdowns", "steps"}
    assert list(problems(lost, in_doubt={"tool_groups"})) == []


def test_rows_are_called_by_the_field_s_words():
    assert (noun("tool_groups"), noun("technologies"), noun("wip")) == (
        "tool group",
        "technology",
        "wip",
    )


def test_references_name_tables_and_counts_name_columns():
    for row_class in tables().values():
        names = {column.name for column in columns_of(row_class)}
        for column in columns_of(row_class):
            assert set(column.refers_to) <= set(tables())
            assert not column.counts or column.counts in names


def test_a_phase_counts_carriers_or_what_its_plant_makes(programme):
    carriers, units = (
        programme.phases[1],
        with_value(programme, Cell("phases", "line:one", "capacity_of"), "unit").phases[1],
    )
    assert things_counted(programme, carriers, "plant") == {"panel"}
    assert things_counted(programme, units, "plant") == {"package"}
