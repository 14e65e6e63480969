"""Programmes with one fault each: the finding names file, line, what was found and the cure."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabstack.errors import Finding, InputError
from fabstack.formats import load, read, set_cell, with_scenario
from fabstack.model import Programme
from small_programme import FILES, edited, write_folder


class Broken(NamedTuple):
    """A file with one passage replaced, and the only finding that may follow."""

    file: str
    old: str
    new: str
    code: str
    line: int
    column: int
    words: str  # in the finding as it is printed


BROKEN = (
    # references
    Broken("steps", "20,etch,ETCH_07", "20,etch,ETCH_7", "unknown-reference", 3, 19,
           "no tool group 'ETCH_7'; did you mean 'ETCH_07'?"),
    Broken("items", "die,logic-14", "die,logic-41", "unknown-reference", 3, 15,
           "no technology 'logic-41'; did you mean 'logic-14'?"),
    Broken("claims", "covered,1", "covered,2", "unknown-reference", 2, 14, "no mission row '2'"),
    Broken("changes", "panels,phases", "panel,phases", "unknown-reference", 2, 1,
           "no scenario 'panel'; did you mean 'panels'?"),
    Broken("offers", "Frames,frame", "Frames,fram", "unknown-reference", 2, 8, "no item 'fram'"),
    Broken("steps", "lot,2,10", "lot,2,11", "unknown-step", 2, 62,
           "route 'fab-logic' has no step 11"),
    Broken("activities", "tools + 1", "tool + 1", "unknown-reference", 4, 12,
           "no activity 'tool'; did you mean 'tools'?"),
    Broken("activities", "tools + 1", "tools ++ 1", "bad-predecessor", 4, 12, "'tools ++ 1'"),
    Broken("activities", "tools + 1", "tools + soon", "bad-predecessor", 4, 12, "'soon'"),
    Broken("activities", "shell,3,crew", "shell,3,crews", "unknown-reference", 3, 20,
           "plant 'line' has no shared limit 'crews'; did you mean 'crew'?"),
    Broken("risks", "logic-14/d0", "logic-15/d0", "unknown-cell", 2, 1,
           "no row 'logic-15' in technologies"),
    Broken("sources", "/d0_mature_per_cm2", "/d0_mature", "unknown-cell", 2, 1,
           "no column 'd0_mature' in technologies; did you mean 'd0_mature_per_cm2'"),
    Broken("sources", "technologies/", "technology/", "unknown-cell", 2, 1,
           "no table 'technology'"),
    Broken("changes", "phases/line:one/capacity_per_month", "phases", "unknown-cell", 2, 8,
           "'phases' is no address"),
    # numbers and units
    Broken("technologies", "300 mm", "300 wafers", "wrong-unit", 2, 16,
           "diameter_mm: '300 wafers' is no quantity in mm"),
    Broken("technologies", "300 mm", "300 mmm", "wrong-unit", 2, 16, "unknown unit"),
    Broken("phases", "500/month", "500 panels/month + 2 wafers/month", "wrong-unit", 3, 10,
           "mixes what cannot be added"),
    Broken("phases", "500/month", "500 wafers/month", "wrong-unit", 3, 10,
           "capacity_per_month is in wafers; expected panels"),
    Broken("starts", "2026-03,300", "2026-03,300 wspm", "wrong-unit", 3, 19,
           "carriers_per_month is in wafers; expected panels"),
    Broken("needs", "2026-01,2", "2026-01,2 dies", "wrong-unit", 2, 19,
           "quantity is in dies; expected packages"),
    Broken("changes", "900/month", "900 boards/month", "wrong-unit", 2, 43, "expected panels"),
    Broken("tool_groups", "fab,4,", "fab,four,", "bad-number", 2, 14, "tools: 'four'"),
    Broken("tool_groups", "fab,4,", "fab,4.5,", "bad-number", 2, 14,
           "tools is '4.5'; expected a whole number at least 0"),
    Broken("tool_groups", "fab,4,", "fab,-4,", "out-of-bounds", 2, 14,
           "tools is -4; expected at least 0"),
    Broken("technologies", ",0.4,", ",nan,", "bad-number", 2, 25, "nan"),
    Broken("items", "20,20,4,90", "20,20,4,inf", "bad-number", 5, 30, "inf"),
    Broken("items", "20,20,4,90", "20,-20,4,90", "out-of-bounds", 5, 25,
           "height_mm is -20; expected above 0 mm"),
    Broken("steps", "lot,2,10", "lot,200,10", "out-of-bounds", 2, 60,
           "rework_percent is 200; expected at least 0 and below 100 percent"),
    Broken("steps", '"pert(8, 15, 22)"', '"pert(8, 15)"', "bad-distribution", 5, 26,
           "pert(low, mode, high) got 2 parameters"),
    Broken("steps", '"pert(8, 15, 22)"', '"pert(9, 5, 22)"', "bad-distribution", 5, 26,
           "needs low <= mode <= high"),
    Broken("steps", '"pert(8, 15, 22)"', '"prt(8, 15, 22)"', "bad-distribution", 5, 26,
           "no distribution 'prt'"),
    Broken("steps", '"pert(8, 15, 22)"', '"lognormal(8, inf)"', "bad-distribution", 5, 26,
           "not a finite number"),
    Broken("steps", '"pert(8, 15, 22)"', '"gamma(8, nan)"', "bad-distribution", 5, 26,
           "not a finite number"),
    Broken("steps", '"pert(8, 15, 22)"', '"pert(8 mm, 15, 22)"', "bad-distribution", 5, 26,
           "'8 mm' is no quantity in min"),
    # choices, dates, names, blanks
    Broken("plants", "line,packaging", "line,pakaging", "unknown-choice", 3, 6,
           "did you mean 'packaging'?"),
    Broken("plants", "2026-03", "2026-13", "bad-date", 3, 24, "opens is '2026-13'"),
    Broken("plants", "2026-03", "March 2026", "bad-date", 3, 24, "expected a date such as 2026-09"),
    Broken("tool_groups", "MOULD,", "MOU/LD,", "bad-text", 4, 1, "expected a name without any of"),
    Broken("starts", "fab-logic,2026-01,1500", "fab-logic,2026-01,", "blank-cell", 2, 19,
           "carriers_per_month is blank"),
    Broken("changes", "900/month", "900 mm", "wrong-unit", 2, 43,
           "'900 mm' is no quantity in 1/month"),
    Broken("changes", "900/month", "-900", "out-of-bounds", 2, 43, "capacity_per_month is -900"),
    Broken("changes", "/capacity_per_month", "/phase", "change-of-key", 2, 30, "cannot be changed"),
    # rows and headers
    Broken("markets", "cars,car\n", "cars,car\ncars,lorry\n", "duplicate-key", 3, 1,
           "'cars' stands twice in markets, first in line 2"),
    Broken("steps", "route,step,name,tool_group", "route,step,name,tool_groop",
           "unknown-column", 1, 17,
           "'tool_groop' is no column of steps; did you mean 'tool_group'?"),
    Broken("markets", "name,unit\ncars,car", "name,unit\ncars", "too-few-cells", 2, 1,
           "this row has 1 cells; expected 2 cells"),
    Broken("markets", "cars,car", "cars,car,van", "too-many-cells", 2, 1, "into quotes"),
    Broken("markets", "name,unit", "name,", "unknown-column", 1, 6, "blank"),
    Broken("items", "width_mm,height_mm", "width_mm,width_mm", "duplicate-column", 1, 31, "twice"),
    Broken("markets", "cars,car", 'cars,"car', "broken-quotes", 2, 6, "not balanced"),
    Broken("markets", "cars,car", 'cars,"c"ar"', "broken-quotes", 2, 6, "doubled"),
    Broken("markets", "cars,car", "cars,c\0ar", "nul-character", 2, 7, "NUL"),
    Broken("markets", "name,unit\ncars,car\n", "", "empty-file", 0, 0, "empty"),
    Broken("markets", "name,unit\ncars,car\n", "name;unit\ncars;car\n", "wrong-separator", 1, 1,
           "semicolons"),
    # settings
    Broken("programme", "[finance]", "[finances]", "unknown-section", 7, 1,
           "did you mean 'finance'?"),
    Broken("programme", "discount_rate_percent", "discount_percent", "unknown-key", 8, 1,
           "did you mean 'discount_rate_percent'?"),
    Broken("programme", "8.0", '"8 mm"', "wrong-unit", 8, 25, "no quantity in percent/year"),
    Broken("programme", "8.0", "[8.0, 9.0]", "bad-value", 8, 25, "one value"),
    Broken("programme", "8.0", "true", "bad-number", 8, 25, "discount_rate_percent"),
    Broken("programme", "8.0", "-8.0", "out-of-bounds", 8, 25, "expected at least 0"),
    Broken("programme", "end = 2027-12-31\n", "", "missing-key", 1, 1, "no key 'end'"),
    Broken("programme", "2027-12-31", "2027-31-12", "broken-toml", 5, 11, "no TOML"),
    Broken("programme", "days = 60", "days = ", "broken-toml", 11, 8, "no TOML"),
    Broken("programme", '"small"', '"small', "broken-toml", 2, 14, "no TOML"),
)  # fmt: skip


def findings(folder) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as error:
        load(folder)
    return error.value.findings


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.code}-{broken.new[:24]!a}")
def test_one_fault_gives_one_finding_at_its_place(broken, tmp_path):
    text = edited(broken.file, broken.old, broken.new)
    (found,) = _less_followers(findings(write_folder(tmp_path, **{broken.file: text})), broken)
    assert (found.code, found.line, found.column) == (broken.code, broken.line, broken.column)
    suffix = "toml" if broken.file == "programme" else "csv"
    assert found.file == str(tmp_path / f"{broken.file}.{suffix}")
    assert broken.words in str(found)


def _less_followers(found, broken):
    """A column that is spelt wrong is also missing; say both, and nothing else."""
    return [one for one in found if not (one.code == "missing-column" != broken.code)]


def test_a_wrong_column_name_is_unknown_and_the_right_one_missing(tmp_path):
    text = edited("steps", "name,tool_group", "name,tool_groop")
    found = findings(write_folder(tmp_path, steps=text))
    assert [one.code for one in found] == ["missing-column", "unknown-column"]
    assert "steps has no column 'tool_group'" in found[0].message


def test_a_table_under_a_wrong_name_is_unknown(tmp_path):
    folder = write_folder(tmp_path, tool_group="name,plant\n")
    (found,) = findings(folder)
    assert (found.code, found.file) == ("unknown-file", str(tmp_path / "tool_group.csv"))
    assert "did you mean 'tool_groups.csv'?" in str(found)


def test_other_files_may_lie_beside_the_tables(tmp_path):
    write_folder(tmp_path)
    for name in ("README.md", ".hidden.csv", "~lock.csv", "picture.png"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "attic").mkdir()
    assert load(tmp_path)


def test_a_missing_folder_is_one_finding(tmp_path):
    (found,) = findings(tmp_path / "nowhere")
    assert (found.code, found.line) == ("no-programme", 0)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "notes.txt", "none.xlsx"])
def test_what_can_be_no_programme_is_one_finding(tmp_path, name):
    (tmp_path / "notes.txt").write_text("mine")
    (found,) = findings(tmp_path / name)
    assert (found.code, found.line) == ("no-programme", 0)


def test_the_settings_file_stands_for_its_folder(tmp_path):
    assert load(write_folder(tmp_path) / "programme.toml") == load(tmp_path)


def test_a_folder_without_settings_says_so(tmp_path):
    (found,) = findings(write_folder(tmp_path, programme=None))
    assert (found.code, found.file) == ("missing-file", str(tmp_path / "programme.toml"))


def test_a_table_that_is_a_folder_is_a_finding(tmp_path):
    write_folder(tmp_path, markets=None)
    (tmp_path / "markets.csv").mkdir()
    assert [one.code for one in findings(tmp_path)] == ["unreadable-file"]


def test_text_in_another_encoding_says_at_which_byte(tmp_path):
    folder = write_folder(tmp_path, markets="name,unit\ncars,Stück\n".encode("latin-1"))
    (found,) = findings(folder)
    assert (found.code, found.line, found.column) == ("not-utf8", 2, 8)
    assert "0xfc" in found.message


def test_every_fault_of_every_file_is_found_at_once(tmp_path):
    folder = write_folder(
        tmp_path,
        items=edited("items", "20,20,4,90", "-20,x,4,90"),
        steps=edited("steps", "etch,ETCH_07,1 h", "etch,ETCH_7,1 mm"),
        programme=edited("programme", "replications", "repetitions"),
        tool_group="name\n",
    )
    codes = sorted(one.code for one in findings(folder))
    assert codes == [
        "bad-distribution",
        "bad-number",
        "out-of-bounds",
        "unknown-file",
        "unknown-key",
        "unknown-reference",
    ]


def test_a_name_that_cannot_be_read_does_not_break_what_refers_to_it(tmp_path):
    groups = edited("tool_groups", "LITHO_01,fab", "LITHO/01,fab")
    assert [one.code for one in findings(write_folder(tmp_path, tool_groups=groups))] == [
        "bad-text"
    ]


COUNTED = (
    ("phases", "2000/month", "2000 wafers/month"),
    ("phases", "500/month", "6000 panels/year"),
    ("starts", "1500", "1500 wspm"),
    ("needs", "2026-01,2", "2026-01,2 packages"),
    ("offers", ",1000000,", ",1 million parts/month,"),
    ("routes", "fab,25", "fab,25 wafers"),
    ("changes", "900/month", "900 panels/month"),
)


@pytest.mark.parametrize(("file", "old", "new"), COUNTED, ids=lambda text: text.strip(","))
def test_the_right_thing_may_be_named_beside_its_number(file, old, new, tmp_path):
    named = load(write_folder(tmp_path / "named", **{file: edited(file, old, new)}))
    plain = load(write_folder(tmp_path / "plain"))
    if file != "changes":
        assert named == plain
    assert with_scenario(named, "panels") == with_scenario(plain, "panels").model_copy(
        update={"changes": named.changes}
    )


def test_a_whole_wrong_column_is_told_in_a_few_findings(tmp_path):
    rows = "".join(f"fab-logic,{step},s,LITHO_01,soon\n" for step in range(10, 1010, 10))
    text = "route,step,name,tool_group,process\n" + rows + "line-chip,10,m,MOULD,5\n"
    found = findings(write_folder(tmp_path, steps=text))
    assert len(found) == 21
    assert found[-1].message == "80 more cells of this column have the same fault from here on"
    assert found[-1].line == 22


def test_cells_of_several_lines_do_not_shift_the_places(tmp_path):
    text = 'name,title,unit\ncars,"a, ""b""\nc",car\n# comment\n\nvans,x,"van",more\n'
    (found,) = findings(write_folder(tmp_path, markets=text))
    assert (found.code, found.line) == ("too-many-cells", 6)


def test_a_place_of_a_cell_after_several_lines_counts_in_its_own_line(tmp_path):
    text = 'name,title,priority\ncars,"a\nb",high\n'
    (found,) = findings(write_folder(tmp_path, markets=text))
    assert (found.code, found.line, found.column) == ("bad-number", 3, 4)


any_bytes = st.binary(max_size=200) | st.text(max_size=200).map(
    lambda text: text.encode("utf-8", "replace")
)
csv_like = st.text(st.sampled_from('na,me"\n#;\t1.-5% \r\x0bé='), max_size=60).map(str.encode)
toml_like = st.text(st.sampled_from("[]=\"'\n#.,{}1a-: \\"), max_size=60).map(str.encode)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(set(FILES) - {"programme.toml"})),
    st.integers(0, 60),
    any_bytes | csv_like,
)
def test_no_bytes_in_a_table_give_a_traceback(tmp_path_factory, file, kept, noise):
    name = file.removesuffix(".csv")
    content = FILES[file].encode()[:kept] + noise
    _loads_or_finds(write_folder(tmp_path_factory.mktemp("fuzz"), **{name: content}))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 200), any_bytes | toml_like)
def test_no_bytes_in_the_settings_give_a_traceback(tmp_path_factory, kept, noise):
    content = FILES["programme.toml"].encode()[:kept] + noise
    _loads_or_finds(write_folder(tmp_path_factory.mktemp("fuzz"), programme=content))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(FILES)),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 3),
    st.sampled_from(
        ["", ",", '"', "\n", "-", "9", "x", " ", "=", "'", "[", "(", "\ud7ff", "/", ";"]
    ),
)
def test_no_slip_of_the_keyboard_gives_a_traceback(tmp_path_factory, file, where, cut, typed):
    text = FILES[file]
    at = int(where * len(text))
    name = file.rpartition(".")[0]
    changed = text[:at] + typed + text[at + cut :]
    _loads_or_finds(write_folder(tmp_path_factory.mktemp("slip"), **{name: changed}))


SPELLINGS = (
    "constant uniform pert lognormal gamma empirical ( ) , 0 -1 9 .5 1e999 inf nan h % ** + /"
)
spelt = st.lists(st.sampled_from(SPELLINGS.split()), max_size=9).map("".join)


@settings(max_examples=200, deadline=None)
@given(spelt, st.sampled_from(["steps/fab-logic:10/process", "items/chip/width_mm", "risks/x/y/z"]))
def test_no_spelling_of_a_quantity_gives_a_traceback(small_one, text, cell):
    try:
        set_cell(small_one, cell, text)
    except InputError as error:
        told = str(error)
    else:
        told = cell
    assert cell in told


@pytest.fixture(scope="module")
def small_one(tmp_path_factory):
    return load(write_folder(tmp_path_factory.mktemp("small")))


HOSTILE = (
    "a = " + "[" * 5000,
    "a = " + "9" * 5000,
    "[programme]\nname = 0x" + "f" * 5000,
    "a = 1\na = 2",
    'a = "\\ud800"',
    "a.b.c = 1",
    "programme = 3",
    "programme.name = 3",
    "[[programme]]",
    "[programme]\nname = 1979-05-27T07:32:00Z",
    "[programme]\nstart = 07:32:00",
    '[programme]\nname = "a\\u0000b"',
    '[programme]\nname = """\na\n[finance]\nb = 3"""',
)


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_settings_are_findings(tmp_path, content):
    assert findings(write_folder(tmp_path, programme=content))


def _loads_or_finds(folder) -> None:
    try:
        programme = read(folder).programme
    except InputError as error:
        files = [found.file for found in error.findings]
    else:
        files = [str(folder)]
        assert isinstance(programme, Programme)
    assert files
    assert all(file.startswith(str(folder)) for file in files)
