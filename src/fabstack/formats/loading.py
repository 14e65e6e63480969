"""A folder or workbook becomes a programme, or every finding about it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fabstack.errors import InputError, did_you_mean
from fabstack.formats import autosched, folder, workbook_reading
from fabstack.formats.faults import Fault
from fabstack.formats.garbage import collection_paused
from fabstack.formats.loaded import Loaded, loaded_from
from fabstack.formats.overlays import FOLDER, Laid, lay_over, overlay_names
from fabstack.formats.places import Place
from fabstack.formats.raw import Raw
from fabstack.formats.scenarios import changes_of, value_cell, with_scenario
from fabstack.model import Programme, by_key, key_of, sections
from fabstack.model.cells import SECTION_KEY, Cell

__all__ = ["Loaded", "load", "read", "scenario_names"]


def read(path: Path | str, scenario: str | None = None) -> Loaded:
    """The programme in a folder or workbook, or in an AutoSched model, with its cells' places.

    A scenario is a folder `scenarios/NAME` of tables that lie over those of the programme, rows
    of the table of changes, or both; the changes come last.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    path = _folder_of(Path(path))
    with collection_paused():
        raw = _raw(path)
        is_overlay = scenario is not None and scenario in overlay_names(path)
        if scenario is None or not is_overlay:
            loaded = loaded_from(raw)
        else:
            laid = lay_over(raw, folder.raw_overlay(path / FOLDER / scenario))
            loaded = _with_laid(loaded_from(raw), laid)
    if scenario is None or (is_overlay and scenario not in by_key(loaded.programme.scenarios)):
        return loaded
    _refuse_the_unknown(loaded, scenario, scenario_names(path, loaded.programme))
    return _in_scenario(loaded, scenario)


def _refuse_the_unknown(loaded: Loaded, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        fault = Fault("unknown-scenario", f"no scenario '{name}'", cure=did_you_mean(name, known))
        raise InputError([fault.at(loaded.place("scenarios", name))])


def _with_laid(loaded: Loaded, laid: list[Laid]) -> Loaded:
    """The same, with the cells that an overlay sets among those that a scenario gives."""
    return replace(loaded, moved={cell: cell for cell in _cells(loaded, laid)})


def _cells(loaded: Loaded, laid: list[Laid]) -> Iterator[Cell]:
    for one in laid:
        is_section = one.table in sections()
        key = SECTION_KEY if is_section else key_of(loaded.tables[one.table].rows[one.row])
        yield Cell(one.table, key, one.column)


def _in_scenario(loaded: Loaded, name: str) -> Loaded:
    def where(cell: Cell) -> Place:
        return loaded.place(*cell)

    changed = with_scenario(loaded.programme, name, where)
    changes = changes_of(loaded.programme, name)
    moved = {cell: value_cell(change) for cell, change in changes.items()}
    return replace(loaded, programme=changed, moved={**loaded.moved, **moved})


def scenario_names(path: Path | str, programme: Programme) -> tuple[str, ...]:
    """The scenarios of a programme: those of its table, then those that are folders only."""
    listed = by_key(programme.scenarios)
    return (
        *listed,
        *(name for name in overlay_names(_folder_of(Path(path))) if name not in listed),
    )


def load(path: Path | str, scenario: str | None = None) -> Programme:
    """The programme in a folder or workbook, or in an AutoSched model.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    return read(path, scenario).programme


def _folder_of(path: Path) -> Path:
    """The folder whose settings somebody names."""
    return path.parent if path.name == folder.SETTINGS else path


def _raw(path: Path) -> Raw:
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
