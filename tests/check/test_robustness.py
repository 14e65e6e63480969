"""No programme makes the checks fail: whatever is missing, they answer."""

import random
from pathlib import Path

import pytest
from sound_programme import FILES, read, write

from fabstack import formats
from fabstack.check import check, verdicts
from fabstack.errors import InputError
from fabstack.model import Programme, sections, tables

TABLES = [name.removesuffix(".csv") for name in FILES if name.endswith(".csv")]


@pytest.mark.parametrize("table", TABLES)
def test_a_programme_without_one_of_its_tables_is_answered(table: str, tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme.model_copy(update={table: ()})
    found = check(programme)
    if all(finding.severity != "error" for finding in found):
        assert len(verdicts(programme)) == len(programme.claims)


@pytest.mark.parametrize("seed", range(60))
def test_a_programme_with_random_cells_emptied_is_answered(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    folder = write(tmp_path / "p")
    for name in chance.sample(TABLES, 4):
        file = folder / f"{name}.csv"
        file.write_text(_with_blanks(file.read_text(), chance))
    _answer(folder)


@pytest.mark.parametrize("seed", range(60))
def test_a_programme_with_random_numbers_scaled_is_answered(seed: int, tmp_path: Path) -> None:
    chance = random.Random(1000 + seed)
    folder = write(tmp_path / "p")
    for name in chance.sample(TABLES, 6):
        file = folder / f"{name}.csv"
        file.write_text(_with_scaled_numbers(file.read_text(), chance))
    _answer(folder)


def _answer(folder: Path) -> None:
    try:
        loaded = formats.read(folder)
    except InputError:
        return  # the readers of files have said it
    found = check(loaded)
    assert list(found) == sorted(found)
    if all(finding.severity != "error" for finding in found):
        assert len(verdicts(loaded.programme)) == len(loaded.programme.claims)


def _with_blanks(text: str, chance: random.Random) -> str:
    header, *rows = text.splitlines()
    row = chance.randrange(len(rows))
    if '"' not in rows[row]:
        cells = rows[row].split(",")
        cells[chance.randrange(len(cells))] = ""
        rows[row] = ",".join(cells)
    return "\n".join([header, *rows]) + "\n"


def _with_scaled_numbers(text: str, chance: random.Random) -> str:
    header, *rows = text.splitlines()
    row = chance.randrange(len(rows))
    if '"' not in rows[row]:
        cells = [_scaled(cell, chance) for cell in rows[row].split(",")]
        rows[row] = ",".join(cells)
    return "\n".join([header, *rows]) + "\n"


def _scaled(cell: str, chance: random.Random) -> str:
    try:
        value = float(cell)
    except ValueError:
        return cell
    return cell if chance.random() < 0.5 else f"{value * chance.choice((0, 0.001, 10, 1e6)):g}"


def test_a_hundred_thousand_steps_are_checked_in_seconds(tmp_path: Path) -> None:
    header = {"name": "long", "title": "", "start": "2026-01", "end": "2027-12"}
    steps = [
        {
            "route": f"r{i // 1000}",
            "step": i % 1000 + 1,
            "name": "s",
            "tool_group": "t",
            "process": 1,
        }
        for i in range(100_000)
    ]
    routes = [{"name": f"r{i}", "item": "wafer", "plant": "fab"} for i in range(100)]
    programme = Programme.model_validate(
        {
            "programme": header,
            "plants": [{"name": "fab", "kind": "fab"}],
            "items": [{"name": "wafer", "kind": "wafer"}],
            "tool_groups": [{"name": "t", "plant": "fab", "tools": 5}],
            "routes": routes,
            "steps": steps,
        }
    )
    assert {finding.code for finding in check(programme)} == {"duplicate-route"}


def test_every_table_and_section_has_an_address() -> None:
    from fabstack.check.faults import cell_of
    from fabstack.model.header import Header

    assert set(tables()) & set(sections()) == set()
    header = Header.__pydantic_validator__.validate_python(  # type: ignore[attr-defined]
        {"name": "n", "title": "", "start": "2026-01", "end": "2027-01"}
    )
    assert str(cell_of(header, "end")) == "programme/-/end"
