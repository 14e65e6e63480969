"""`fabstack report` and `fabstack compare` on a small run."""

import json
from datetime import date

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from fabstack.cli.compare import compare
from fabstack.cli.report import report
from fabstack.errors import InputError, OutputError
from fabstack.results.store import RunWriter, tables_digest

app = typer.Typer()
app.command("report")(report)
app.command("compare")(compare)


def write(folder, delivered, holds=None):
    volumes = pl.DataFrame(
        {"month": [date(2026, 1, 1)], "item": ["car"], "wanted": [10.0]}
        | {f"delivered_{case}": [delivered] for case in ("claimed", "p50", "p90")}
    )
    with RunWriter(folder, programme="toy", seed=1) as writer:
        writer.table("plan_volumes", volumes)
        writer.summary({"mission": [{"part": 1, "title": "Cars", "holds": holds, "finding": "so"}]})
    return str(folder)


@pytest.fixture
def runs(tmp_path):
    return write(tmp_path / "a", 5.0), write(tmp_path / "b", 6.0, holds=True)


def call(*arguments):
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_the_report_is_drawn_into_the_run_folder_and_leaves_the_tables(runs, tmp_path):
    before = tables_digest(runs[0])
    assert call("report", runs[0]) == f"Open {tmp_path / 'a' / 'report.html'}\n"
    assert "car · 50" in (tmp_path / "a" / "report.html").read_text()
    assert tables_digest(runs[0]) == before


def test_the_report_can_go_elsewhere(runs, tmp_path):
    call("report", runs[0], "--out", str(tmp_path / "page.html"))
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    assert not (tmp_path / "a" / "report.html").exists()


def test_the_report_can_be_in_chinese(runs, tmp_path):
    call("report", runs[0], "--lang", "zh")
    assert '<html lang="zh-CN">' in (tmp_path / "a" / "report.html").read_text(encoding="utf-8")


def test_options_that_make_no_sense_are_told_together(runs):
    with pytest.raises(InputError) as error:
        call("report", runs[0], "--lang", "fr", "--day", "2026-01-01")
    assert [finding.file for finding in error.value.findings] == ["--day", "--lang"]


def test_a_file_that_is_no_event_log_is_refused_before_anything_is_written(runs, tmp_path):
    with pytest.raises(InputError, match="event log"):
        call("report", runs[0], "--event-log", str(tmp_path / "a" / "manifest.json"))
    assert not (tmp_path / "a" / "report.html").exists()


def test_the_printed_page_lies_where_it_was_asked_for(runs, tmp_path, monkeypatch):
    monkeypatch.setattr("fabstack.report.pdf.pdf_of", lambda page: b"%PDF " + page[:15].encode())
    said = call("report", runs[0], "--pdf", str(tmp_path / "page.pdf"))
    assert said.endswith(f"Printed {tmp_path / 'page.pdf'}\n")
    assert (tmp_path / "page.pdf").read_bytes() == b"%PDF <!DOCTYPE html>"


def test_a_report_that_cannot_be_written_is_one_line_and_leaves_nothing(runs, tmp_path):
    for target in (tmp_path, tmp_path / "missing" / "page.html"):
        with pytest.raises(OutputError, match="cannot write"):
            call("report", runs[0], "--out", str(target))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_folder_that_is_no_run_is_a_finding(tmp_path):
    with pytest.raises(InputError, match="holds no run"):
        call("report", str(tmp_path))
    with pytest.raises(InputError, match="holds no run"):
        call("compare", str(tmp_path), str(tmp_path))


def test_differences_are_told_for_people(runs):
    told = call("compare", *runs)
    assert "part 1, Cars: unknown -> holds" in told
    assert "2026-01-01 car, delivered_p50: 5.0 -> 6.0 (+20 %)" in told


def test_differences_are_one_json_document(runs):
    document = json.loads(call("compare", *runs, "--json"))
    assert set(document) == {"plan", "about", "mission", "tables", "tables_only_a", "tables_only_b"}
    assert document["plan"] is None  # these runs have no plan of their own
    cells = document["tables"]["plan_volumes"]["changed"]
    assert {cell["column"] for cell in cells} == {
        "delivered_claimed",
        "delivered_p50",
        "delivered_p90",
    }
    assert {cell["percent"] for cell in cells} == {20.0}


def test_the_same_run_says_so(runs):
    assert call("compare", runs[0], runs[0]) == "The results are the same.\n"
