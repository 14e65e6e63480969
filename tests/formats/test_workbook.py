"""A programme and its workbook say the same; faults in it name sheet, row and column."""

import builtins
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
from arbitrary import programmes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabstack.errors import InputError, MissingExtra, OutputError
from fabstack.formats import digest, export, load, read, save
from fabstack.model import Distribution, tables
from fabstack.model.demand import Market
from fabstack.model.fields import columns_of
from fabstack.model.items import Item
from fabstack.model.randomness import constant
from fabstack.model.technology import Technology
from small_programme import small

calamine = pytest.importorskip("python_calamine")
xlsxwriter = pytest.importorskip("xlsxwriter")

thorough = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def programme(tmp_path):
    return small(tmp_path / "small")


@thorough
@given(programmes())
def test_any_programme_survives_its_workbook(programme):
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        export(programme, book)
        again = load(book)
        assert again == programme
        assert digest(again) == digest(programme)


def test_folder_to_workbook_to_folder_gives_the_same_bytes(programme, tmp_path):
    save(programme, tmp_path / "a")
    export(load(tmp_path / "a"), tmp_path / "book.xlsx")
    save(load(tmp_path / "book.xlsx"), tmp_path / "b")
    for file in (tmp_path / "a").iterdir():
        assert (tmp_path / "b" / file.name).read_bytes() == file.read_bytes()


def test_equal_programmes_give_equal_workbooks(programme, tmp_path):
    export(programme, tmp_path / "a.xlsx")
    export(programme, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


NUMBERS = (0.1 + 0.2, 123456789.123456789, 1.7976931348623157e308, 5e-324, 1e22, 1 / 3, 12.0)


def test_numbers_are_exact_to_the_last_bit(programme, tmp_path):
    items = tuple(Item(name=f"i{n}", kind="board", width_mm=x) for n, x in enumerate(NUMBERS))
    lone = programme.model_copy(update=dict.fromkeys(tables(), ()) | {"items": items})
    export(lone, tmp_path / "book.xlsx")
    assert tuple(item.width_mm for item in load(tmp_path / "book.xlsx").items) == NUMBERS


def cells_of(book: Path, sheet: str):
    rows = calamine.CalamineWorkbook.from_path(book).get_sheet_by_name(sheet).to_python()
    return dict(zip(rows[0], rows[1], strict=True))


def test_numbers_and_dates_are_numbers_and_dates_for_the_spreadsheet(programme, tmp_path):
    export(programme, tmp_path / "book.xlsx")
    assert cells_of(tmp_path / "book.xlsx", "starts")["date"] == date(2026, 1, 1)
    assert cells_of(tmp_path / "book.xlsx", "starts")["carriers_per_month"] == 1500.0
    assert cells_of(tmp_path / "book.xlsx", "activities")["duration"] == "pert(6, 8, 14)"


def test_no_text_becomes_a_formula_or_a_link(programme, tmp_path):
    texts = ("=1+1", "{=A1}", "http://example.org", "'quoted", "@x", "+1", "007", "TRUE", "1e5")
    markets = tuple(Market(name=f"m{n}", title=text) for n, text in enumerate(texts))
    lone = programme.model_copy(update=dict.fromkeys(tables(), ()) | {"markets": markets})
    export(lone, tmp_path / "book.xlsx")
    assert tuple(market.title for market in load(tmp_path / "book.xlsx").markets) == texts
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_early_dates_and_constant_distributions_survive(programme, tmp_path):
    plants = tuple(
        plant.__class__(name=plant.name, kind=plant.kind, opens=date(1899 + n, 2, 28))
        for n, plant in enumerate(programme.plants)
    )
    old = programme.model_copy(update={"plants": plants})
    export(old, tmp_path / "book.xlsx")
    again = load(tmp_path / "book.xlsx")
    assert again.plants == plants
    assert again.steps[1].process == constant(60.0)
    assert again.steps[3].process == Distribution.parse("pert(8, 15, 22)")


def test_headers_carry_unit_and_meaning_and_choices_are_offered(programme, tmp_path):
    export(programme, tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        notes = b"".join(parts.read(name) for name in parts.namelist() if "comments" in name)
        sheets = b"".join(parts.read(name) for name in parts.namelist() if "/sheet" in name)
    assert b"unit: mm" in notes
    assert all(column.doc.encode()[:20] in notes for column in columns_of(Technology)[:2])
    assert sheets.count(b'type="list"') > 10
    assert sheets.count(b'state="frozen"') == len(tables()) + 1


def written(folder: Path, **sheets: list[list]) -> Path:
    """A workbook as a user might write it."""
    settings_rows = [
        ["section", "key", "value"],
        ["programme", "name", "x"],
        ["programme", "start", date(2026, 1, 1)],
        ["programme", "end", "2027-12"],
    ]
    book = xlsxwriter.Workbook(folder / "book.xlsx", {"default_date_format": "yyyy-mm-dd"})
    for name, rows in ({"programme": settings_rows} | sheets).items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write(line, at, cell)
    book.close()
    return folder / "book.xlsx"


def test_a_hand_written_workbook_is_read(tmp_path):
    book = written(
        tmp_path,
        markets=[["name", "priority", "", ""], [], [7, "3"], ["cars", 2]],
        volumes=[
            ["market", "date", "units_per_year"],
            ["cars", date(2026, 5, 1), "2 million/year"],
        ],
        _notes=[["anything"]],
    )
    loaded = read(book)
    assert [(m.name, m.priority) for m in loaded.programme.markets] == [("7", 3), ("cars", 2)]
    assert loaded.programme.volumes[0].units_per_year == 2e6
    assert loaded.place("markets", "cars", "priority") == (f"{book}[markets]", 4, 2)
    assert loaded.place("lanes", "a:b").file == f"{book}[lanes]"
    assert loaded.place("programme", "-", "end") == (f"{book}[programme]", 4, 3)


IDENTITY = [
    ["section", "key", "value"],
    ["programme", "name", "x"],
    ["programme", "end", "2027-01"],
]
STARTED = [*IDENTITY, ["programme", "start", "2026-01"]]
VOLUMES = [["market", "date", "units_per_year"], ["cars", "2026-01", 3]]

FAULTS = (
    ({"markets": [["name", "priority"], [], ["cars", "high"]]}, "bad-number", "markets", 3, 2),
    ({"markets": [["name", "priority"], ["cars", True]]}, "bad-number", "markets", 2, 2),
    ({"markets": [["name", "prio"], ["cars", 3]]}, "unknown-column", "markets", 1, 2),
    ({"volumes": VOLUMES}, "unknown-reference", "volumes", 2, 1),
    ({"market": [["name"]]}, "unknown-sheet", "market", 0, 0),
    ({"programme": [*IDENTITY, ["programme", "start", "soon"]]}, "bad-date", "programme", 4, 3),
    ({"programme": [*STARTED, ["programme", "titel", "t"]]}, "unknown-key", "programme", 5, 2),
    ({"programme": [*STARTED, ["finances", "a", 1]]}, "unknown-section", "programme", 5, 1),
    ({"programme": [["name", "value"]]}, "bad-header", "programme", 1, 1),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[1])
def test_a_fault_names_sheet_row_and_column(fault, tmp_path):
    sheets, code, sheet, line, column = fault
    book = written(tmp_path, **sheets)
    with pytest.raises(InputError) as error:
        load(book)
    (found,) = error.value.findings
    assert (found.code, found.file, found.line, found.column) == (
        code,
        f"{book}[{sheet}]",
        line,
        column,
    )


def test_what_is_no_workbook_is_one_finding(tmp_path):
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(InputError) as error:
        load(book)
    assert [found.code for found in error.value.findings] == ["broken-workbook"]


def test_a_workbook_without_settings_says_so(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    book.add_worksheet("markets")
    book.close()
    with pytest.raises(InputError) as error:
        load(tmp_path / "book.xlsx")
    assert "missing-sheet" in [found.code for found in error.value.findings]


spots = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
)


def damaged(content: bytes, damage: list[tuple[float, int]]) -> bytes:
    changed = bytearray(content)
    for where, byte in damage:
        changed[int(where * len(changed))] = byte
    return bytes(changed)


def _loads_or_finds(book: Path) -> None:
    try:
        load(book)
    except InputError as error:
        found = error.findings
    else:
        found = (None,)
    assert found


@settings(max_examples=40, deadline=None)
@given(spots)
def test_a_damaged_workbook_gives_findings_and_no_traceback(tmp_path_factory, damage):
    book = written(tmp_path_factory.mktemp("damaged"), markets=[["name", "priority"], ["cars", 3]])
    book.write_bytes(damaged(book.read_bytes(), damage))
    _loads_or_finds(book)


@settings(max_examples=60, deadline=None)
@given(spots, st.integers(0, 20))
def test_a_workbook_with_damaged_parts_gives_findings_and_no_traceback(
    tmp_path_factory, damage, number
):
    book = written(tmp_path_factory.mktemp("damaged"), markets=[["name", "priority"], ["cars", 3]])
    with zipfile.ZipFile(book) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = sorted(parts)[number % len(parts)]
    parts[name] = damaged(parts[name], damage)
    with zipfile.ZipFile(book, "w") as whole:
        for part, content in parts.items():
            whole.writestr(part, content)
    _loads_or_finds(book)


def test_without_the_extra_both_ways_name_it(programme, tmp_path, monkeypatch):
    export(programme, tmp_path / "book.xlsx")
    real = builtins.__import__

    def without(name, *rest):
        if name.split(".")[0] in ("python_calamine", "xlsxwriter"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"fabstack\[excel\]"):
        load(tmp_path / "book.xlsx")
    with pytest.raises(MissingExtra, match=r"fabstack\[excel\]"):
        export(programme, tmp_path / "other.xlsx")


def test_a_cell_too_long_for_a_sheet_is_one_clear_line(programme, tmp_path):
    step = programme.steps[0]
    long = Distribution.parse(f"empirical({', '.join(['1.125'] * 9000)})")
    steps = (step.__class__(**{**_fields(step), "process": long}), *programme.steps[1:])
    with pytest.raises(OutputError, match="characters"):
        export(programme.model_copy(update={"steps": steps}), tmp_path / "book.xlsx")
    assert not (tmp_path / "book.xlsx").exists()


def _fields(row):
    return {column.name: getattr(row, column.name) for column in columns_of(type(row))}
