"""Folders of tables become a library, the later over the earlier, with every fault told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabstack.designer.library import FLOWS, TABLES, Library
from fabstack.designer.references import problems
from fabstack.designer.rows import Execution
from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.folder import csv_sheet
from fabstack.formats.places import Place
from fabstack.formats.tables import Table, read_table

SHIPPED = Path(__file__).parent / "data"


@dataclass
class _Reading:
    """The tables read so far."""

    tables: dict[str, dict[Any, Any]]
    cells: dict[int, tuple[Table, int]]
    findings: list[Finding]


def read_library(*folders: Path) -> Library:
    """The shipped library with `folders` laid over it.

    A row replaces the one with the same key, a module or a flow as a whole.

    Raises:
        InputError: something is wrong in a folder; the error carries every finding.
    """
    return read_folders(*shipped_folders(), *folders)


def shipped_folders() -> tuple[Path, ...]:
    """The folders that come with fabstack, each a library, the common one first."""
    folders = (path for path in SHIPPED.iterdir() if path.is_dir() and any(path.iterdir()))
    return tuple(sorted(folders, key=lambda path: (path.name != "common", path.name)))


def read_folders(*folders: Path) -> Library:
    """The library in these folders alone, the later over the earlier.

    Raises:
        InputError: something is wrong in them; the error carries every finding.
    """
    reading = _Reading({name: {} for name in (*TABLES, FLOWS)}, {}, [])
    for folder in folders:
        _read_folder(reading, folder)
    library = Library(**reading.tables, cells=reading.cells)
    if not reading.findings:
        reading.findings.extend(problems(library))
    if reading.findings:
        raise InputError(reading.findings)
    return library


def _read_folder(reading: _Reading, folder: Path) -> None:
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        message = f"cannot read '{folder}': {error.strerror}"
        fault = Fault("no-library", message, "a folder with tables such as tools.csv")
        reading.findings.append(fault.at(Place(str(folder))))
        return
    reading.findings.extend(_strangers(folder, files))
    for name, (row_class, _) in TABLES.items():
        file = folder / f"{name}.csv"
        if file in files:
            _overlay(reading, name, _read(reading, name, file, row_class))
    for file in sorted((folder / FLOWS).glob("*.csv")):
        rows = _read(reading, FLOWS, file, Execution)
        reading.tables[FLOWS][file.stem] = tuple(sorted(rows, key=lambda row: row.position))


def _strangers(folder: Path, files: list[Path]) -> Iterator[Finding]:
    """Tables that nobody would read, and a folder without any."""
    known = tuple(f"{name}.csv" for name in TABLES)
    for file in files:
        if file.suffix.lower() in (".csv", ".toml", ".tsv") and file.name not in known:
            fault = Fault(
                "unknown-file",
                f"'{file.name}' is no table of a library",
                cure=did_you_mean(file.name, known),
            )
            yield fault.at(Place(str(file)))
    if not any(file.name in known for file in files) and folder / FLOWS not in files:
        fault = Fault("no-library", f"'{folder}' holds no table", f"one of {', '.join(known)}")
        yield fault.at(Place(str(folder)))


def _read(reading: _Reading, name: str, file: Path, row_class: type) -> tuple[Any, ...]:
    try:
        table = read_table(csv_sheet(name, file), row_class)
    except Unreadable as error:
        reading.findings.append(error.finding)
        return ()
    reading.findings.extend(table.findings())
    reading.cells.update((id(row), (table, number)) for number, row in enumerate(table.rows))
    return table.rows


def _overlay(reading: _Reading, name: str, rows: tuple[Any, ...]) -> None:
    """Put rows over those with the same identity that are there."""
    key = TABLES[name][1]
    found: dict[Any, list[Any]] = {}
    for row in rows:
        parts = tuple(getattr(row, column) for column in key)
        found.setdefault(parts[0] if len(parts) == 1 else parts, []).append(row)
    grouped = name in ("modules", "staff")
    for identity, same in found.items():
        if name == "modules":
            same.sort(key=lambda step: step.step)
        reading.tables[name][identity] = tuple(same) if grouped else same[0]
