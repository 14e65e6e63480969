"""`fabstack design`: what it prints, writes and refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.designer.small_library import files, write
from typer.testing import CliRunner

from fabstack.cli import app, exit_code
from fabstack.formats import load

SMALL = ("design", "fab", "--technology", "logic-28", "--wspm", "20000")


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def answer(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json"))
    return found


def test_a_design_is_one_document_and_its_parts_agree() -> None:
    found = answer(*SMALL)
    assert found["tools"] == sum(group["tools"] for group in found["groups"])
    assert found["tools"] == sum(found["tools_by_area"].values())
    assert found["steps"] == sum(found["steps_by_area"].values())
    spent = sum(group["all_musd"] for group in found["groups"])
    assert found["money"]["purchase_musd"] == pytest.approx(spent)
    assert found["money"]["capital_musd"] == pytest.approx(spent * 1.15 / 0.75)
    assert found["headcount"] == sum(found["people"].values())
    limits = [limit["limit_per_month"] for limit in found["limits"]]
    assert len(limits) == 3
    assert 20_000 <= limits[0] <= limits[1] <= limits[2]


def test_the_plant_is_written_as_a_programme(tmp_path: Path) -> None:
    found = answer(*SMALL, "--start", "2027-03", "--out", str(tmp_path / "plant"))
    programme = load(tmp_path / "plant")
    assert str(programme.programme.start) == "2027-03-01"
    counts = {group.name: group.tools for group in programme.tool_groups}
    assert counts == {group["tool_group"]: group["tools"] for group in found["groups"]}


def test_the_table_shows_groups_totals_published_ranges_and_limits() -> None:
    text = run(*SMALL)
    lines = text.splitlines()
    immersion = next(line for line in lines if line.startswith("litho_arf_imm"))
    assert len(immersion.split()) == 6
    assert any(line.startswith("masks ") and "40 to 50" in line for line in lines)
    assert "outside: rounding up and two tools of each kind" in text
    assert "limits next" in text
    assert all(len(line) < 200 for line in lines)


def test_a_higher_load_takes_fewer_tools() -> None:
    usual, high = answer(*SMALL), answer(*SMALL, "--loading", "96", "--loading", "imp_he=50")
    assert high["tools"] < usual["tools"]
    loads = {group["kind"]: group["planned_load_percent"] for group in high["groups"]}
    assert (loads["imp_he"], loads["imp_mc"]) == (50, 96)


def test_a_lower_line_yield_takes_fewer_tools_at_the_end_of_the_route() -> None:
    usual, bad = answer(*SMALL), answer(*SMALL, "--set", "line_yield_percent=60")
    assert bad["line_yield_percent"] == pytest.approx(60)
    needs = [{group["tool_group"]: group["needed"] for group in d["groups"]} for d in (usual, bad)]
    assert needs[1]["test_wat"] == pytest.approx(needs[0]["test_wat"] * 60 / 98.5, rel=1e-3)
    assert needs[1]["laser_mark"] == needs[0]["laser_mark"]


def test_euv_scanners_stand_beside_the_worlds_yearly_output() -> None:
    found = answer("design", "fab", "--technology", "logic-2", "--wspm", "1000000")
    assert found["euv_scanners"] > 300
    assert found["euv_years_of_world_output"] == pytest.approx(found["euv_scanners"] / 48)
    rows = {row["measure"]: row for row in found["published"]}
    assert rows["wafers_per_euv_layer"]["value"] == pytest.approx(27e6 / found["euv_scanners"])


def test_known_technologies_are_listed() -> None:
    rows = answer("design", "list")["technologies"]
    masks = {row["technology"]: row["masks"] for row in rows}
    assert masks["logic-14"] == 60
    assert "logic-14            60" in run("design", "list")


def test_a_library_of_ones_own_is_used(tmp_path: Path) -> None:
    write(tmp_path, {"parameters.csv": "scope,name,value\n,building_share_percent,0\n"})
    found = answer(*SMALL, "--library", str(tmp_path))
    assert found["money"]["building_musd"] == 0


REFUSED = {
    ("--technology", "logic-15"): "did you mean",
    ("--wspm", "-5"): "above 0",
    ("--wspm", "many"): "has no number in it",
    ("--wspm", "nan"): "--wspm",
    ("--loading", "120"): "above 0 and at most 100",
    ("--loading", "litho_duv=90"): "no kind 'litho_duv'",
    ("--loading", "litho_euv=high"): "has no number in it",
    ("--set", "95"): "names nothing",
    ("--set", "line_yeild_percent=95"): "did you mean 'line_yield_percent'",
    ("--start", "soon"): "no date",
    ("--library", "nowhere"): "cannot read 'nowhere'",
}


@pytest.mark.parametrize("option", REFUSED, ids=" ".join)
def test_what_cannot_be_is_refused_with_what_was_expected(
    option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*SMALL, *option]) == 2
    told = capsys.readouterr()
    assert REFUSED[option] in told.err
    assert told.out == ""


def test_a_technology_of_panels_is_no_fab(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = str(write(tmp_path, files()))
    words = ("--technology", "boards", "--wspm", "10", "--library", library)
    assert exit_code(["design", "fab", *words]) == 2
    assert "made on a panel" in capsys.readouterr().err


def test_a_folder_with_other_files_is_not_written_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"notes.txt": "mine"})
    assert exit_code([*SMALL, "--out", str(tmp_path)]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
