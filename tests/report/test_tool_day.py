"""The event log shows every tool of a day, and the lots of every area."""

from datetime import date, datetime

import polars as pl
import pytest
from reading import Page
from sample_log import LINES, write_log
from sample_run import MONTHS, sample_tables, write_sample

from fabstack.errors import InputError
from fabstack.report import report
from fabstack.report.figures.area_wip import area_wip
from fabstack.report.figures.event_pictures import log_section
from fabstack.report.figures.tool_day import draw_day, tool_day
from fabstack.results.store import open_run

FIRST = MONTHS[0]
SECOND = date(FIRST.year, FIRST.month, FIRST.day + 1)


@pytest.fixture
def log(tmp_path):
    return write_log(tmp_path / "log.parquet")


def at(hour):
    return datetime(SECOND.year, SECOND.month, SECOND.day, hour)


def test_a_day_holds_all_that_the_tools_do_and_nothing_of_the_days_around(sample, log):
    rows = tool_day(sample, log, SECOND)
    told = rows.select("tool_group", "begins", "ends", "does", "what", "lots").rows()
    assert told == [
        ("fab-litho", at(0), at(6), "lot", "make/0", 1),
        ("fab-litho", at(7), at(10), "lot", "make/1", 1),
        ("fab-etch", at(10), at(12), "unscheduled_down", "", 0),
        ("fab-etch", at(16), datetime(2025, 9, 3), "lot", "make/0", 2),
    ]


def test_without_a_day_the_middle_of_the_log_is_shown(sample, log):
    assert tool_day(sample, log).equals(tool_day(sample, log, SECOND))


def test_bars_begin_and_last_as_the_rows_say(sample, log):
    figure = draw_day(tool_day(sample, log, SECOND))
    works = figure["data"][0]
    assert works["base"] == [at(0), at(7), at(16)]
    assert works["x"] == [6 * 3.6e6, 3 * 3.6e6, 8 * 3.6e6]
    assert [trace["name"] for trace in figure["data"]] == ["works on a lot", "unscheduled down"]
    assert "make/0 and 1 more" in works["customdata"][2]


def test_lots_of_an_area_are_those_that_came_less_those_that_went(sample, log):
    lots = area_wip(sample, log)
    assert set(lots["area"]) == {"bay"}
    assert lots.sort("day")["lots"].to_list() == [2, 2, 1]


def test_every_area_has_every_day(sample, log, tmp_path):
    tables = sample_tables()
    litho = pl.col("tool_group") == "fab-litho"
    area = pl.when(litho).then(pl.lit("light")).otherwise(pl.col("area"))
    tables["sim_tool_groups"] = tables["sim_tool_groups"].with_columns(area=area)
    run = open_run(write_sample(tmp_path / "run", tables))
    lots = area_wip(run, log).sort("area", "day")
    assert lots.rows()[0] == (FIRST, "texas-fab", "bay", 0)
    assert lots["lots"].to_list() == [0, 2, 0, 2, 0, 1]


def test_a_day_without_an_event_is_told(sample, log):
    page = Page(report(sample, more=[log_section(log, date(2030, 1, 1))]))
    assert "The event log has nothing on that day." in page.text


def test_the_page_has_the_day_behind_all_other_sections(sample, log):
    page = Page(report(sample, more=[log_section(log, SECOND)]))
    assert page.faults == []
    assert page.ids()[-1] != "event-log"
    assert page.ids().index("event-log") > page.ids().index("grades")
    assert "plot-tool-day" in page.ids()


def test_another_file_is_refused_with_what_it_lacks(tmp_path):
    other = tmp_path / "other.parquet"
    pl.DataFrame({"what": ["queued"], "lot": [1]}).write_parquet(other)
    with pytest.raises(InputError, match="time_ticks"):
        log_section(other, None)
    (tmp_path / "text.parquet").write_text("no log")
    for file in ("text.parquet", "missing.parquet"):
        with pytest.raises(InputError, match="event log"):
            log_section(tmp_path / file, None)


def test_an_empty_log_is_told(sample, tmp_path):
    empty = write_log(tmp_path / "empty.parquet", LINES[:0])
    page = Page(report(sample, more=[log_section(empty, None)]))
    assert "The event log has nothing on that day." in page.text
    assert "The event log has no lots." in page.text
