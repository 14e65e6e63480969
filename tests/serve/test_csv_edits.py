"""Edits change the cells that they name and not one character beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.formats.csv_text import CsvText, quoted
from fabstack.serve.problems import Problem
from fabstack.serve.programmes.settings import edited_settings, typed
from fabstack.serve.programmes.text import TableEdits, edited, records, value

TEXT = '# of tools\nname, count ,note\nlitho,3,"a, ""b"""\n# between\n\netch,4,\n'


def test_one_cell():
    new = edited(TEXT, TableEdits({(1, "count"): "40"}))
    assert new == TEXT.replace("etch,4,", "etch,40,")


def test_a_text_that_needs_quotes_gets_them():
    new = edited(TEXT, TableEdits({(0, "note"): 'x,"y"\nz'}))
    assert value(records(new)[1].cells[2]) == 'x,"y"\nz'


def test_a_column_that_the_file_leaves_out_is_added():
    new = edited(TEXT, TableEdits({(1, "area"): "etch bay"}))
    assert new.splitlines()[1:3] == ["name, count ,note,area", 'litho,3,"a, ""b""",']
    assert new.endswith("etch,4,,etch bay\n")


def test_rows_are_added_and_removed():
    new = edited(TEXT, TableEdits(added=[{"name": "film", "count": "5"}], removed=frozenset({0})))
    assert new == "# of tools\nname, count ,note\n# between\n\netch,4,\nfilm,5,\n"


def test_a_table_without_a_file_is_begun():
    new = edited("", TableEdits(added=[{"name": "x", "title": "y"}]))
    assert new == "name,title\nx,y\n"


@pytest.mark.parametrize(
    "edits",
    [
        TableEdits({(2, "count"): "1"}),
        TableEdits(removed=frozenset({9})),
        TableEdits(added=[{"name": ""}]),
        TableEdits({(0, "count"): "a\0b"}),
        TableEdits({(0, "count"): "\ud800"}),
    ],
)
def test_edits_that_make_no_sense_are_refused(edits):
    with pytest.raises(Problem):
        edited(TEXT, edits)


def test_unbalanced_quotes_are_told():
    with pytest.raises(Problem, match="quotes"):
        edited('name\n"a"b\n', TableEdits({(0, "name"): "x"}))


CELLS = st.text(st.sampled_from("ab,\"\n #='"), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=6)


@st.composite
def texts(draw):
    """A CSV text with comments and blank lines, and a spelling with or without quotes."""
    lines = []
    for row in draw(TABLES):
        always = draw(st.booleans())
        cells = ['"' + cell.replace('"', '""') + '"' if always else quoted(cell) for cell in row]
        lines.append(",".join(cells))
        lines += draw(st.lists(st.sampled_from(["", '# words, "words']), max_size=2))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


@given(texts())
def test_records_are_those_that_the_formats_read(text):
    """The peer is the reader of the house itself, which goes by Python's csv module."""
    ours = [[value(cell) for cell in record.cells] for record in records(text)]
    assert ours == CsvText("x.csv", text).records()


@given(texts(), st.integers(0, 4), CELLS)
def test_an_edit_changes_its_own_cell_alone(text, row, new):
    before = CsvText("x.csv", text).records()
    if len(before) < 2 or len(set(map(str.strip, before[0]))) < 3:
        return
    row %= len(before) - 1
    column = before[0][1].strip()
    after = CsvText("x.csv", edited(text, TableEdits({(row, column): new}))).records()
    expected = [list(cells) for cells in before]
    expected[row + 1][1] = new if not new.startswith(" ") or '"' in quoted(new) else new.lstrip(" ")
    assert after == [cells for cells in expected if any(cells)]


def test_settings_keep_their_comments():
    text = '# head\n[programme]\nname = "toy"  # short\nmonths = 12\n'
    new = edited_settings(text, "programme", {"months": "24", "title": 'A "b"'}, {})
    assert new.startswith('# head\n[programme]\nname = "toy"  # short\nmonths = "24"\n')
    assert "title = 'A \"b\"'" in new or 'title = "A \\"b\\""' in new
    assert "months" not in edited_settings(text, "programme", {"months": " "}, {})


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("5", "integer", 5),
        ("5.5", "number", 5.5),
        ("5 d", "number", "5 d"),
        ("nan", "number", "nan"),
        ("yes", "boolean", True),
        ("perhaps", "boolean", "perhaps"),
        ("5", "text", "5"),
    ],
)
def test_settings_have_the_types_of_toml(text, kind, expected):
    found = typed(text, kind)
    assert found == expected
    assert type(found) is type(expected)
