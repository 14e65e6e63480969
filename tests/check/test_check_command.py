"""`fabstack check` as a user meets it: words, exit codes, JSON."""

import json
from pathlib import Path

import pytest
import typer
from sound_programme import Change, write

from fabstack.cli.check import check


def told(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool = False,
    strict: bool = False,
    scenario: str | None = None,
) -> tuple[int, str]:
    """Exit code and what is written to stdout."""
    code = 0
    try:
        check(folder, scenario=scenario, as_json=as_json, strict=strict)
    except typer.Exit as leave:
        code = leave.exit_code
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


WARNED: dict[str, Change] = {
    "tool_groups": ("saw,line,,1,10,", "saw,line,,1,10,\npolisher,fab,,2,1,")
}
FAULTY: dict[str, Change] = {
    "reviews": ("Tue;Sat", "Tue;Son"),
    "skills": ("90000,150000", "190000,150000"),
}


def test_a_sound_programme_leaves_with_0_and_a_tally(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(write(tmp_path / "p"), capsys)
    assert code == 0
    assert out.splitlines()[-1].startswith("0 errors, 0 warnings, ")
    assert "holds  chips: Ten million chips a year" in out
    assert "open   own: No package is bought" in out


def test_warnings_leave_with_0_unless_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "p", WARNED)
    code, out = told(folder, capsys)
    assert code == 0
    first, expected, cure, blank = out.splitlines()[:4]
    assert first.startswith(str(folder / "tool_groups.csv:6:1: warning: "))
    assert (expected, cure, blank) == (
        "    expected a step on it",
        "    cure: name it in steps, or remove it",
        "",
    )
    assert told(folder, capsys, strict=True)[0] == 2


def test_errors_leave_with_2_and_are_all_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(write(tmp_path / "p", FAULTY), capsys)
    assert code == 2
    assert [line for line in out.splitlines() if ": error: " in line] == out.splitlines()[:4:3]
    assert "'Son' is no weekday" in out
    assert "pay of 'engineer' runs from" in out
    assert "Ten million chips" not in out


def test_what_the_readers_of_files_find_is_told_in_the_same_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes: dict[str, Change] = {"steps": ("expose again,litho", "expose again,lithography")}
    code, out = told(write(tmp_path / "p", changes), capsys)
    assert code == 2
    assert "steps.csv" in out
    assert "no tool group 'lithography'" in out


def test_a_folder_that_is_not_there_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(tmp_path / "nowhere", capsys)
    assert code == 2
    assert out.splitlines()[-1].startswith("1 errors, 0 warnings")


def test_json_holds_findings_verdicts_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(write(tmp_path / "p", WARNED), capsys, as_json=True)
    document = json.loads(out)
    assert code == 0
    assert set(document) == {"findings", "verdicts", "counts"}
    assert document["counts"]["warnings"] == 1
    assert document["counts"]["claims_that_hold"] == 10
    (warned,) = (f for f in document["findings"] if f["severity"] == "warning")
    assert (warned["line"], warned["code"]) == (6, "unused-tool-group")
    assert set(document["verdicts"][0]) == {"claim", "holds", "finding", "factor", "evidence"}


def test_json_of_a_faulty_programme_has_its_findings_and_no_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(write(tmp_path / "p", FAULTY), capsys, as_json=True)
    document = json.loads(out)
    assert code == 2
    assert document["counts"]["errors"] == 2
    assert document["verdicts"] == []


def test_a_scenario_is_checked_as_it_would_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "p")
    document = json.loads(told(folder, capsys, as_json=True, scenario="slump")[1])
    (covered,) = (v for v in document["verdicts"] if v["claim"] == "covered")
    assert covered["evidence"]["need_by_market"]["cars"]["units_per_month"] == 100_000
    assert told(folder, capsys, scenario="boom")[0] == 2
