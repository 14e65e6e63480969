"""A folder or workbook becomes a programme, or every finding about it at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fabstack.errors import InputError
from fabstack.formats import autosched, folder, workbook_reading
from fabstack.formats.faults import Fault
from fabstack.formats.garbage import collection_paused
from fabstack.formats.loaded import Loaded, loaded_from
from fabstack.formats.places import Place
from fabstack.formats.raw import Raw
from fabstack.formats.scenarios import changes_of, value_cell, with_scenario
from fabstack.model import Programme
from fabstack.model.cells import Cell

__all__ = ["Loaded", "load", "read"]


def read(path: Path | str, scenario: str | None = None) -> Loaded:
    """The programme in a folder or workbook, or in an AutoSched model, with its cells' places.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    with collection_paused():
        loaded = loaded_from(_raw(Path(path)))
    return loaded if scenario is None else _in_scenario(loaded, scenario)


def _in_scenario(loaded: Loaded, name: str) -> Loaded:
    def where(cell: Cell) -> Place:
        return loaded.place(*cell)

    changed = with_scenario(loaded.programme, name, where)
    changes = changes_of(loaded.programme, name)
    moved = {cell: value_cell(change) for cell, change in changes.items()}
    return replace(loaded, programme=changed, moved=moved)


def load(path: Path | str, scenario: str | None = None) -> Programme:
    """The programme in a folder or workbook, or in an AutoSched model.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    return read(path, scenario).programme


def _raw(path: Path) -> Raw:
    if path.name == folder.SETTINGS:
        path = path.parent
    try:
        if autosched.is_autosched(path):
            return autosched.raw_model(path)
        if path.is_dir():
            return folder.raw_programme(path)
        if path.suffix.lower() in workbook_reading.SUFFIXES and path.exists():
            return workbook_reading.raw_workbook(path)
        found = f"'{path}' is no programme" if path.exists() else f"there is no '{path}'"
    except (OSError, ValueError) as error:  # no right to look, or no possible name of a file
        found = f"cannot read '{path}': {getattr(error, 'strerror', None) or error}"
    fault = Fault("no-programme", found, "a programme folder or workbook")
    raise InputError([fault.at(Place(str(path)))])
