"""Rows are filtered, sorted and cut as asked, and what makes no sense is told."""

import contextlib
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.results.store import RunWriter, open_run
from fabstack.serve.problems import Problem
from fabstack.serve.rows import Asked, csv_pieces, page_of

FRAME = pl.DataFrame(
    {
        "item": ["a", "b", "c", "=1+1", None],
        "count": [5, 4, 3, 2, 1],
        "usd": [1.0, None, 3.5, -2.0, 0.0],
        "day": [date(2027, 1, 1), None, date(2027, 3, 1), date(2028, 1, 1), date(2027, 2, 1)],
        "late": [True, False, None, True, False],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows") / "run"
    with RunWriter(folder, programme="toy") as writer:
        writer.table("things", FRAME)
    return open_run(folder)


def counts(run, *filters, sort="", offset=0, limit=100):
    page = page_of(run, "things", Asked(filters, sort), offset=offset, limit=limit)
    return page.rows["count"].to_list()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["item:eq:a"], [5]),
        (["item:ne:a"], [4, 3, 2, 1]),
        (["item:has:1+"], [2]),
        (["item:blank"], [1]),
        (["count:ge:3", "count:lt:5"], [4, 3]),
        (["usd:gt:0"], [5, 3]),
        (["usd:blank"], [4]),
        (["day:le:2027-02-01"], [5, 1]),
        (["late:eq:yes"], [5, 2]),
        (["day:has:2027"], [5, 3, 1]),
    ],
)
def test_filters(run, filters, expected):
    assert counts(run, *filters) == expected


def test_sorting_puts_blanks_last_both_ways(run):
    assert counts(run, sort="usd") == [2, 1, 5, 3, 4]
    assert counts(run, sort="-usd") == [3, 5, 1, 2, 4]


def test_pages_say_how_many_there_are(run):
    page = page_of(run, "things", Asked(["count:ge:2"], "count"), offset=1, limit=2)
    assert page.rows["count"].to_list() == [3, 4]
    assert (page.total, page.matching) == (5, 4)
    assert page_of(run, "things", Asked(), offset=10**12, limit=5).rows.is_empty()


@pytest.mark.parametrize(
    ("filters", "sort", "words"),
    [
        (["price:eq:1"], "", "there is no column 'price'"),
        (["count:eq:x"], "", "'x' does not belong into count, which holds numbers"),
        (["count:eq:99999999999999999999"], "", "does not belong into count"),
        (["day:eq:2027-13-01"], "", "dates such as"),
        (["late:eq:perhaps"], "", "yes or no"),
        (["count:like:1"], "", "expected COLUMN:OPERATOR:VALUE"),
        (["count"], "", "expected COLUMN:OPERATOR:VALUE"),
        ([], "-price", "there is no column 'price'"),
        (["count:ge:1"] * 21, "", "too many"),
    ],
)
def test_what_makes_no_sense_is_told(run, filters, sort, words):
    with pytest.raises(Problem) as told:
        counts(run, *filters, sort=sort)
    assert words in told.value.detail
    assert told.value.status == 422


def test_no_such_table(run):
    with pytest.raises(Problem, match="there is no table"):
        page_of(run, "../things", Asked(), offset=0, limit=1)


def test_csv_has_every_row_once_and_no_formula(run, monkeypatch):
    monkeypatch.setattr("fabstack.serve.rows.CSV_ROWS", 2)
    text = b"".join(csv_pieces(run, "things", Asked(sort="count"))).decode()
    lines = text.splitlines()
    assert lines[0] == "item,count,usd,day,late"
    assert [line.split(",")[1] for line in lines[1:]] == ["1", "2", "3", "4", "5"]
    assert lines[2].startswith("'=1+1,")


def test_csv_of_nothing_is_its_header(run):
    assert (
        b"".join(csv_pieces(run, "things", Asked(["count:gt:9"]))) == b"item,count,usd,day,late\n"
    )


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_of_a_filter_is_a_fault_of_ours(run, text, sort):
    for filters in ([text], [f"item:{text}"], [f"usd:gt:{text}"], [f"day:eq:{text}"]):
        with contextlib.suppress(Problem):
            counts(run, *filters, sort=sort)
