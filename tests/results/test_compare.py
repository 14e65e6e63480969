"""Two runs side by side say what differs and nothing else."""

from datetime import date

import polars as pl
import pytest

from fabstack.results.compare import compare, compare_tables
from fabstack.results.store import RunWriter, open_run

COSTS = pl.DataFrame(
    {
        "item": ["ai5", "ai6", "rf"],
        "kind": ["die", "die", "die"],
        "total_usd": [100.0, 50.0, None],
        "grade": ["press", "press", "estimate"],
    }
)


def run(folder, tables, summary=None, **about):
    with RunWriter(folder, programme="toy", **about) as writer:
        for name, frame in tables.items():
            writer.table(name, frame)
        writer.summary(summary or {})
    return open_run(folder)


def cells(found):
    """Changed cells as tuples of key, column, a, b."""
    return [
        (*row[: len(found.keys)], *row[len(found.keys) : len(found.keys) + 3])
        for row in found.changed.rows()
    ]


def test_a_run_is_the_same_as_itself(tmp_path):
    found = [run(tmp_path / name, {"cost_items": COSTS}, seed=1) for name in "ab"]
    both = compare(*found)
    assert both.tables == both.mission == both.only_a == both.only_b == ()
    assert both.about == {}


def test_changed_cells_are_told_with_key_column_and_size():
    other = COSTS.with_columns(total_usd=pl.Series([80.0, 50.0, None]))
    found = compare_tables("cost_items", COSTS, other)
    assert found.keys == ("item",)
    assert found.changed.to_dicts() == [
        {"item": "ai5", "column": "total_usd", "a": "100.0", "b": "80.0",
         "difference": -20.0, "percent": -20.0}
    ]  # fmt: skip


def test_a_key_that_is_called_like_a_column_of_the_answer_stands_beside_it():
    key = {"plant": ["fab"], "route": ["r"], "percent": [50.0]}
    a = pl.DataFrame({**key, "cycle_time_days": [4.0]})
    b = a.with_columns(cycle_time_days=pl.lit(5.0))
    found = compare_tables("sim_cycle_times", a, b)
    assert found.keys == ("plant", "route", "percent_")
    assert found.changed.select("percent_", "percent").row(0) == (50.0, 25.0)


def test_what_weighs_most_in_its_column_comes_first():
    a = pl.DataFrame({"item": ["small", "large", "new"], "total_usd": [0.001, 1000.0, 0.0]})
    found = compare_tables(
        "cost_items", a, a.with_columns(total_usd=pl.Series([0.002, 900.0, 5.0]))
    )
    assert found.changed["item"].to_list() == ["large", "new", "small"]
    assert found.changed["percent"].to_list() == pytest.approx([-10.0, None, 100.0])


def test_a_blank_that_is_filled_and_a_word_that_changes_are_changes():
    other = COSTS.with_columns(
        total_usd=pl.Series([100.0, 50.0, 3.0]), grade=pl.Series(["claim", "press", "estimate"])
    )
    found = compare_tables("cost_items", COSTS, other)
    assert sorted(cells(found)) == [
        ("ai5", "grade", "press", "claim"),
        ("rf", "total_usd", None, "3.0"),
    ]


def test_rounding_is_no_change():
    other = COSTS.with_columns(pl.col("total_usd") * (1 + 1e-12))
    assert compare_tables("cost_items", COSTS, other).is_same
    noise = COSTS.with_columns(total_usd=pl.Series([100.0, 50.0, 1e-10]))
    assert compare_tables(
        "cost_items", COSTS.with_columns(pl.col("total_usd").fill_null(0.0)), noise
    ).is_same


def test_rows_of_one_run_only_are_told():
    other = COSTS.with_columns(item=pl.Series(["ai5", "ai6", "new"]))
    found = compare_tables("cost_items", COSTS, other)
    assert found.only_a["item"].to_list() == ["rf"]
    assert found.only_b["item"].to_list() == ["new"]
    assert found.changed.is_empty()


def test_the_order_of_rows_does_not_matter():
    assert compare_tables("cost_items", COSTS, COSTS.reverse()).is_same


def test_dates_differ_by_days():
    a = pl.DataFrame({"activity": ["x"], "p50": [date(2027, 3, 1)]})
    found = compare_tables("ramp_activities", a, a.with_columns(p50=pl.lit(date(2027, 4, 1))))
    assert found.changed.select("a", "b", "difference").row(0) == ("2027-03-01", "2027-04-01", 31.0)


def test_rows_with_the_same_key_are_matched_one_by_one():
    a = pl.DataFrame({"item": ["x", "x"], "total_usd": [1.0, 2.0]})
    found = compare_tables("cost_items", a, a[:1])
    assert found.changed.is_empty()
    assert found.only_a.rows() == [("x", 2.0)]


def test_unknown_tables_are_joined_on_what_is_no_number():
    a = pl.DataFrame({"who": ["x", "y"], "when": [date(2026, 1, 1)] * 2, "much": [1.0, 2.0]})
    found = compare_tables("something", a, a.with_columns(much=pl.Series([1.0, 3.0])))
    assert found.keys == ("who", "when")
    assert found.changed["who"].to_list() == ["y"]


def test_a_table_without_any_key_is_compared_row_by_row():
    a = pl.DataFrame({"x": [1, 2, 3]})
    assert cells(compare_tables("numbers", a, a.with_columns(x=pl.Series([1, 2, 4])))) == [
        ("x", "3", "4")
    ]


def test_null_keys_meet_each_other():
    a = pl.DataFrame({"item": [None, "x"], "total_usd": [1.0, 2.0]})
    assert compare_tables("cost_items", a, a).is_same


@pytest.mark.parametrize("empty", ["a", "b"])
def test_an_empty_table_has_all_rows_on_the_other_side(empty):
    pair = {"a": COSTS, "b": COSTS, empty: COSTS[:0]}
    found = compare_tables("cost_items", pair["a"], pair["b"])
    assert (found.only_b if empty == "a" else found.only_a).equals(COSTS)


def test_verdicts_that_turn_are_told(tmp_path):
    part = {"part": 3, "title": "Panels", "holds": False, "finding": "too few"}
    a = run(tmp_path / "a", {}, {"mission": [part, {"part": 4, "holds": None}]}, scenario=None)
    b = run(
        tmp_path / "b",
        {"cost_items": COSTS},
        {"mission": [{**part, "holds": True, "finding": "enough"}, {"part": 4, "holds": None}]},
        scenario="panels",
    )
    found = compare(a, b)
    assert [part["holds"] for part in found.mission] == [[False, True]]
    assert found.about["scenario"] == (None, "panels")
    assert found.only_b == ("cost_items",)
