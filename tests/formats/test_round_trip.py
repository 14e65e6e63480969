"""A programme that is saved and loaded is the same programme."""

import tempfile
from pathlib import Path

import pytest
from arbitrary import programmes
from hypothesis import HealthCheck, given, settings

from fabstack.formats import digest, load, save
from fabstack.formats.columns import rows_of, stand_in
from fabstack.model import columns_of, sections, tables
from small_programme import FILES, small, write_folder

thorough = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@thorough
@given(programmes())
def test_any_programme_survives_its_folder(programme):
    with tempfile.TemporaryDirectory() as folder:
        save(programme, Path(folder) / "a")
        again = load(Path(folder) / "a")
        assert again == programme
        save(again, Path(folder) / "b")
        assert content(Path(folder) / "b") == content(Path(folder) / "a")
        assert digest(again) == digest(programme)


def test_units_and_defaults_of_the_small_programme_are_read(tmp_path):
    programme = small(tmp_path / "small")
    assert programme.technologies[0].diameter_mm == 300.0
    assert programme.tool_groups[0].price_usd == 60e6
    assert programme.volumes[1].units_per_year == 2e6
    assert programme.steps[1].process.mean == 60.0
    assert str(programme.steps[0].process) == "uniform(40, 60)"
    assert programme.finance.tax_rate_percent == 21.0
    assert programme.plants[1].opens.isoformat() == "2026-03-01"


def test_saved_tables_leave_out_columns_of_defaults_and_tables_without_rows(tmp_path):
    save(small(tmp_path / "a"), tmp_path / "b")
    saved = (tmp_path / "b" / "tool_groups.csv").read_text()
    assert saved.splitlines()[0] == "name,plant,tools,price_usd"
    assert set(content(tmp_path / "b")) == set(FILES)


def test_key_columns_stand_first(tmp_path):
    steps = "tool_group,process,name,step,route\nLITHO_01,5,expose,10,fab-logic\n"
    steps += "MOULD,5,mould,10,line-chip\n"
    programme = load(write_folder(tmp_path / "a", steps=steps))
    save(programme, tmp_path / "b")
    header = (tmp_path / "b" / "steps.csv").read_text().splitlines()[0]
    assert header == "route,step,name,tool_group,process"


def test_comments_blank_lines_and_spaces_around_cells_are_allowed(tmp_path):
    markets = '# who buys, "quoted\n\nname, unit\n,\n  cars , "car"\n# done\n'
    programme = load(write_folder(tmp_path / "a", markets=markets))
    assert (programme.markets[0].name, programme.markets[0].unit) == ("cars", "car")


def test_line_ends_of_other_systems_and_a_byte_order_mark_are_read(tmp_path):
    markets = b'\xef\xbb\xbfname,title\r\ncars,"two\r\nlines"\r\n'
    programme = load(write_folder(tmp_path / "a", markets=markets))
    assert programme.markets[0].title == "two\nlines"


def test_a_save_over_an_older_programme_removes_its_tables_and_keeps_other_files(tmp_path):
    programme = small(tmp_path / "a")
    (tmp_path / "a" / "notes.md").write_text("mine")
    save(programme.model_copy(update={"risks": (), "sources": ()}), tmp_path / "a")
    assert set(content(tmp_path / "a")) == set(FILES) - {"risks.csv", "sources.csv"} | {"notes.md"}


def test_the_digest_changes_with_a_cell(tmp_path):
    programme = small(tmp_path / "a")
    other = programme.model_copy(update={"markets": ()})
    assert digest(programme) != digest(other)
    assert len(digest(programme)) == 64


@pytest.mark.parametrize("table", [*tables(), *sections()])
def test_a_blank_cell_never_hides_a_value(table):
    """Blank means the default, so an optional column must have no other default than None."""
    for column in columns_of({**tables(), **sections()}[table]):
        assert not column.optional or column.default is None


@pytest.mark.parametrize("table", [*tables(), *sections()])
def test_what_stands_in_for_a_broken_cell_is_itself_valid(table):
    row_class = {**tables(), **sections()}[table]
    stand_ins = {column.name: stand_in(column) for column in columns_of(row_class)}
    (row,) = rows_of(row_class, {}, 1)
    assert row == row_class(**stand_ins)
