"""Tools that come with a phase: the phase must be one of their own plant."""

import pytest

from fabstack.errors import InputError
from fabstack.formats import load, save
from small_programme import write_folder

HEADER = "tool_group,date,tools,phase"


def folder_with(folder, row):
    write_folder(folder)
    (folder / "deliveries.csv").write_text(f"{HEADER}\n{row}\n")
    return folder


@pytest.mark.parametrize(
    ("row", "words", "cure"),
    [
        ("MOULD,2026-09,2,oen", "plant 'line' has no phase 'oen'", "did you mean 'one'?"),
        ("MOULD,2026-09,2,two", "plant 'line' has no phase 'two', but plant 'fab' has", ""),
    ],
)
def test_a_phase_that_the_plant_has_not_is_refused(tmp_path, row, words, cure):
    folder = folder_with(tmp_path / "small", row)
    phases = folder / "phases.csv"
    phases.write_text(phases.read_text() + "fab,two,2000/month,2027-01,0\n")
    with pytest.raises(InputError) as caught:
        load(folder)
    (finding,) = caught.value.findings
    assert (finding.code, finding.line, finding.column) == ("unknown-reference", 2, 17)
    assert finding.message == words
    assert finding.expected == "a phase of the plant of tool group 'MOULD', or blank"
    assert cure in finding.cure


def test_an_unknown_tool_group_is_told_once(tmp_path):
    with pytest.raises(InputError) as caught:
        load(folder_with(tmp_path / "small", "MUOLD,2026-09,2,one"))
    assert [finding.message for finding in caught.value.findings] == ["no tool group 'MUOLD'"]


def test_a_phase_of_a_delivery_is_kept_by_a_folder_and_a_workbook(tmp_path):
    programme = load(folder_with(tmp_path / "small", "MOULD,2026-09,2,one"))
    assert programme.deliveries[0].phase == "one"
    for name in ("again", "again.xlsx"):
        save(programme, tmp_path / name)
        assert load(tmp_path / name).deliveries == programme.deliveries
