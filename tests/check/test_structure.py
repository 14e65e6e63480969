"""Each rule finds its fault, with file, line and words, and nothing else invents an error."""

from pathlib import Path

import pytest
from broken_programmes import BROKEN, FOUNDATIONS, Broken
from sound_programme import read

from fabstack import check, formats
from fabstack.check import arithmetic, structure
from fabstack.check.findings import findings, in_files
from fabstack.errors import Finding
from fabstack.model import Programme

TEACHING = ("single-queue", "small-line", "toy-chain")


def _name(broken: Broken) -> str:
    return f"{broken.rule.__name__}-{broken.at}"


def _place(finding: Finding) -> str:
    return f"{Path(finding.file).name}:{finding.line}"


@pytest.mark.parametrize("broken", BROKEN, ids=_name)
def test_each_fault_alone_is_found_with_file_line_and_words(broken: Broken, tmp_path: Path) -> None:
    loaded = read(tmp_path / "broken", broken.changes)
    found = [
        finding
        for finding in findings(broken.rule(loaded.programme), in_files(loaded))
        if _place(finding) == broken.at
    ]
    assert [(f.severity, f.code) for f in found] == [(broken.severity, broken.code)]
    assert broken.words in found[0].message
    assert found[0].column > 0
    everything = check.check(loaded)
    assert found[0] in everything
    assert {f.code for f in everything if f.severity == "error"} <= {broken.code}


def test_every_rule_is_broken_by_some_programme() -> None:
    rules = {*structure.RULES, *structure.FOUNDATIONS, *arithmetic.RULES}
    assert {broken.rule for broken in BROKEN} | set(FOUNDATIONS) == rules


def test_no_rule_is_listed_twice() -> None:
    assert len(set(structure.RULES)) == len(structure.RULES)


def test_nothing_is_said_against_a_sound_programme_but_that_numbers_lack_sources(
    tmp_path: Path,
) -> None:
    found = check.check(read(tmp_path / "sound"))
    assert {finding.code for finding in found} == {"no-source"}
    assert {finding.severity for finding in found} == {"note"}


@pytest.mark.parametrize("name", TEACHING)
def test_the_teaching_programmes_have_no_errors(name: str, project: Path) -> None:
    found = check.check(formats.read(project / "programmes" / name))
    assert [finding for finding in found if finding.severity == "error"] == []


def test_texas_has_no_errors_in_any_scenario(project: Path) -> None:
    folder = project / "programmes" / "texas"
    names = [scenario.name for scenario in formats.load(folder).scenarios]
    for name in (None, *names):
        found = check.check(formats.read(folder, name))
        assert [finding for finding in found if finding.severity == "error"] == []


# --- Without files ----------------------------------------------------------------------------


def _bare(**tables: list[dict[str, object]]) -> Programme:
    header = {"name": "bare", "title": "", "start": "2026-01", "end": "2027-12"}
    return Programme.model_validate({"programme": header, **tables})


def test_a_step_number_that_stands_twice_is_found_in_a_bare_programme() -> None:
    programme = _bare(
        plants=[{"name": "fab", "kind": "fab"}],
        items=[{"name": "wafer", "kind": "wafer"}],
        tool_groups=[{"name": "litho", "plant": "fab", "tools": 1}],
        routes=[{"name": "make", "item": "wafer", "plant": "fab"}],
        steps=[
            {"route": "make", "step": 10, "name": "a", "tool_group": "litho", "process": 1},
            {"route": "make", "step": 10, "name": "b", "tool_group": "litho", "process": 2},
        ],
    )
    (found,) = check.check(programme)
    assert (found.file, found.line, found.code) == ("steps.csv", 0, "duplicate-key")
    assert found.message == "'make:10' stands twice in steps"


def test_a_name_that_points_nowhere_is_found_in_a_bare_programme() -> None:
    programme = _bare(plants=[{"name": "fab", "kind": "fab", "calendar": "weekdays"}])
    (found,) = check.check(programme)
    assert (found.file, found.code) == ("plants.csv", "unknown-reference")
    assert "no calendar 'weekdays'" in found.message


def test_a_bare_programme_names_the_files_that_it_would_be_saved_in(tmp_path: Path) -> None:
    loaded = read(tmp_path / "sound", {"reviews": ("Tue;Sat", "Tue;Son")})
    errors = [f for f in check.check(loaded.programme) if f.severity == "error"]
    assert [(f.file, f.line, f.column) for f in errors] == [("reviews.csv", 0, 0)]


def test_an_empty_programme_has_no_findings_and_no_verdicts() -> None:
    assert check.check(_bare()) == ()
    assert check.verdicts(_bare()) == ()


# --- Many faults, and what-if -------------------------------------------------------------------


def test_a_column_of_alike_faults_shows_twenty_and_counts_the_rest(tmp_path: Path) -> None:
    rows = "".join(f"spare-{i:03},fab,1,1\n" for i in range(100))
    text = "name,plant,tools,floor_m2\nlitho,fab,3,0\netch,fab,4,0\nmould,line,2,0\nsaw,line,1,0\n"
    found = check.check(read(tmp_path / "many", {"tool_groups": text + rows}))
    unused = [finding for finding in found if finding.code == "unused-tool-group"]
    assert len(unused) == 21
    assert unused[-1].message == "80 more rows have the same fault from here on"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    changes = {
        "reviews": ("Tue;Sat", "Tue;Son"),
        "skills": ("90000,150000", "190000,150000"),
        "tool_groups": ("etch,fab,south,4", "etch,fab,south,0"),
    }
    found = check.check(read(tmp_path / "broken", changes))
    errors = [finding.code for finding in found if finding.severity == "error"]
    assert errors == ["unknown-weekday", "reversed-range", "no-tools"]


def test_what_a_scenario_sets_is_not_held_against_the_usual_evidence(tmp_path: Path) -> None:
    folder = tmp_path / "sound"
    usual = read(folder)
    slump = formats.read(folder, "slump")
    assert slump.programme != usual.programme
    codes = {finding.code for finding in check.check(slump)}
    assert codes & {"no-change", "outside-source", "far-from-value"} == set()


def test_the_same_values_without_the_scenario_are_held_against_the_evidence(
    tmp_path: Path,
) -> None:
    changes = {"volumes": ("cars,2026-01-01,600000", "cars,2026-01-01,300000")}
    codes = {finding.code for finding in check.check(read(tmp_path / "low", changes))}
    assert {"no-change", "outside-source"} <= codes
