"""Scenarios as folders of tables that lie over those of a programme."""

import json

import pytest
from typer.testing import CliRunner

from fabstack.check import check
from fabstack.cli import app, exit_code
from fabstack.errors import InputError
from fabstack.formats import cell_value, load, read
from fabstack.model.differences import differences
from small_programme import write_folder


def overlay(tmp_path, name="more", **files):
    """The small programme with a scenario folder; files by name, `settings` for programme.toml."""
    folder = write_folder(tmp_path / "small")
    (folder / "scenarios" / name).mkdir(parents=True)
    for table, text in files.items():
        file = "programme.toml" if table == "settings" else f"{table}.csv"
        (folder / "scenarios" / name / file).write_text(text, encoding="utf-8")
    return folder


def findings_of(folder, scenario="more"):
    with pytest.raises(InputError) as caught:
        read(folder, scenario)
    return caught.value.findings


def test_a_known_key_changes_its_row_a_new_one_adds_and_remove_takes_away(tmp_path):
    folder = overlay(
        tmp_path,
        tool_groups="name,plant,tools,remove\nETCH_07,,7,\nBOND,line,2,no\nMOULD,,,yes\n",
        steps="route,step,name,tool_group,process,basis\nline-chip,10,bond,BOND,9 min,carrier\n",
    )
    base, changed = load(folder), load(folder, "more")
    assert [(g.name, g.plant, g.tools, g.price_usd) for g in changed.tool_groups] == [
        ("LITHO_01", "fab", 4, 60e6),
        ("ETCH_07", "fab", 7, 5e6),  # a blank cell leaves what the programme says
        ("BOND", "line", 2, 0.0),
    ]
    found = differences(base, changed)
    assert [str(one.cell) for one in found.changed] == [
        "tool_groups/ETCH_07/tools",
        "steps/line-chip:10/name",
        "steps/line-chip:10/tool_group",
        "steps/line-chip:10/process",
    ]
    assert [one.key for one in found.added] == ["BOND"]
    assert [one.key for one in found.removed] == ["MOULD"]


def test_settings_and_whole_tables_may_be_new(tmp_path):
    folder = overlay(
        tmp_path,
        settings='[finance]\ntax_rate_percent = 30\n\n[planning]\nperiods = "q"\n',
        lanes="origin,destination,days\nfab,line,5\n",
    )
    changed = load(folder, "more")
    assert changed.finance.tax_rate_percent == 30
    assert changed.finance.discount_rate_percent == 8  # of the programme
    assert changed.planning.periods == "q"
    assert [lane.days for lane in changed.lanes] == [5]
    assert load(folder).lanes == ()


def test_keys_are_the_same_however_they_are_spelt(tmp_path):
    folder = overlay(
        tmp_path, volumes="market,date,units_per_year\ncars,2027-12-01,3 million/year\n"
    )
    assert [row.units_per_year for row in load(folder, "more").volumes] == [1e5, 3e6]


def test_a_finding_points_at_the_file_and_line_that_its_cell_stands_in(tmp_path):
    folder = overlay(
        tmp_path,
        tool_groups="name,plant,tools\nETCH_07,,many\nBOND,lime,2\n",
        settings="[finance]\ntax_rate_percent = -3\n",
    )
    found = {(finding.code, finding.line, finding.column) for finding in findings_of(folder)}
    places = {finding.file.removeprefix(f"{folder}/") for finding in findings_of(folder)}
    assert places == {"scenarios/more/tool_groups.csv", "scenarios/more/programme.toml"}
    assert ("bad-number", 2, 10) in found or ("bad-integer", 2, 10) in found
    assert ("unknown-reference", 3, 6) in found
    assert any(line == 2 and column == 20 for _, line, column in found)


def test_a_cell_that_an_overlay_leaves_alone_keeps_its_place(tmp_path):
    folder = overlay(tmp_path, tool_groups="tools,name\n7,ETCH_07\n")
    loaded = read(folder, "more")
    assert loaded.place("tool_groups", "ETCH_07", "tools").file.endswith("more/tool_groups.csv")
    assert loaded.place("tool_groups", "ETCH_07", "tools")[1:] == (2, 1)
    assert loaded.place("tool_groups", "ETCH_07", "plant") == read(folder).place(
        "tool_groups", "ETCH_07", "plant"
    )
    assert loaded.place("tool_groups", "MOULD", "tools") == read(folder).place(
        "tool_groups", "MOULD", "tools"
    )


def test_rows_behind_a_removed_one_keep_their_places(tmp_path):
    folder = overlay(tmp_path, volumes="market,date,remove\ncars,2026-01,yes\n")
    loaded = read(folder, "more")
    assert [str(row.date) for row in loaded.programme.volumes] == ["2027-12-01"]
    where = loaded.place("volumes", "cars:2027-12-01", "units_per_year")
    assert where == read(folder).place("volumes", "cars:2027-12-01", "units_per_year")
    assert where.line == 3


def test_what_is_wrong_with_an_overlay_itself_is_told_with_its_cure(tmp_path):
    folder = overlay(
        tmp_path,
        tool_groups="name,tools,remove\nMOULT,,yes\nETCH_07,7,\nETCH_07,8,\nMOULD,2,perhaps\nX,1\n",
        phases="plant,capacity_per_month\nline,900\n",
        tool_grups="name\nx\n",
    )
    found = {finding.code: finding for finding in findings_of(folder)}
    assert found["unknown-row"].cure == "did you mean 'MOULD'?"
    assert found["unknown-row"].line == 2
    assert found["duplicate-key"].line == 4
    assert found["bad-boolean"].line == 5
    assert found["uneven-row"].line == 6
    assert "no column phase" in found["missing-column"].message
    assert found["unknown-file"].cure == "did you mean 'tool_groups.csv'?"


def test_what_a_removed_row_leaves_dangling_is_told_where_it_is_named(tmp_path):
    (finding,) = findings_of(overlay(tmp_path, tool_groups="name,remove\nMOULD,yes\n"))
    assert finding.code == "unknown-reference"
    assert finding.file.endswith("small/steps.csv")


def test_a_folder_and_rows_of_changes_go_together_and_the_changes_come_last(tmp_path):
    folder = overlay(
        tmp_path,
        name="panels",
        phases="plant,phase,capacity_per_month,ramp_months\nline,one,700,1\n",
    )
    changed = load(folder, "panels")
    assert cell_value(changed, "phases/line:one/capacity_per_month") == 900.0  # changes.csv
    assert cell_value(changed, "phases/line:one/ramp_months") == 1


def test_an_unknown_scenario_is_told_with_those_that_are_folders(tmp_path):
    (finding,) = findings_of(overlay(tmp_path), "mare")
    assert (finding.code, finding.cure) == ("unknown-scenario", "did you mean 'more'?")


def test_a_scenario_is_checked_as_a_whole_and_leaves_the_programme_as_it_is(tmp_path):
    folder = overlay(tmp_path, phases="plant,phase,capacity_per_month\nline,one,1\n")
    before = load(folder)
    assert not [one for one in check(read(folder, "more")) if one.severity == "error"]
    assert load(folder) == before


def test_an_overlay_without_rows_changes_nothing(tmp_path):
    folder = overlay(tmp_path, phases="plant,phase\n")
    assert load(folder, "more") == load(folder)


# --- fabstack scenarios ---------------------------------------------------------------------------


def test_scenarios_are_listed_with_what_they_change(tmp_path):
    folder = overlay(tmp_path, tool_groups="name,plant,tools,remove\nETCH_07,,7,\nBOND,line,2,\n")
    done = CliRunner().invoke(app, ["scenarios", str(folder)])
    assert done.exit_code == 0
    for line in ("more", "  tool_groups/ETCH_07/tools: 5 -> 7", "  + tool_groups/BOND"):
        assert line in done.stdout.splitlines()
    answer = json.loads(CliRunner().invoke(app, ["scenarios", str(folder), "--json"]).stdout)
    assert [one["name"] for one in answer["scenarios"]][-1] == "more"
    assert answer["scenarios"][-1]["added"] == [{"table": "tool_groups", "key": "BOND"}]


def test_a_scenario_that_cannot_be_read_is_listed_with_its_findings_and_exit_code_2(
    tmp_path, capsys
):
    folder = overlay(tmp_path, tool_groups="name,tools\nETCH_07,many\n")
    assert exit_code(["scenarios", str(folder)]) == 2
    told = capsys.readouterr().out
    assert "panels" in told
    assert "tool_groups.csv:2:9: error" in told
