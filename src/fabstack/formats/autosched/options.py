"""Which files of a folder belong to the model, and when its clock begins.

In the original form `options.def` says it: a key, then its value; a line with a blank key goes on
with the key before, and of several files only those not commented out with `~` are active.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fabstack.errors import did_you_mean
from fabstack.formats.autosched.cells import moment_in
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.table import COMMENT, Text, read_text
from fabstack.formats.faults import Unreadable
from fabstack.formats.places import Place

OPTIONS = "options.def"
PERIODS = "PERIOD_FILE"

# key in options.def -> names without their suffix, where there are no options
FILES: Mapping[str, tuple[str, ...]] = {
    "STATION_FILES": ("tool", "station"),
    "PRODUCT_FILES": ("part", "product"),
    "ORDER_FILES": ("order", "WIP"),
    "SETUP_FILES": ("setup",),
    "SETUPGROUP_FILES": ("setupgrp",),
    "DOWNCAL_FILES": ("downcal",),
    "PMCAL_FILES": ("pmcal",),
    "ATTACH_FILES": ("attach",),
    "FROMTO_FILES": ("fromto",),
    PERIODS: ("period",),
}
NEEDED = ("STATION_FILES", "PRODUCT_FILES", "ORDER_FILES")
SUFFIXES = (".txt.1l", ".txt", ".asd")  # the first that is there
_WANTED = {"SEQ_ADDS_SETUP_DELAYS": "N", "USE_CALENDARS(Y/N)": "Y", "COMMENT_CHARACTER": COMMENT}


@dataclass(slots=True)
class Options:
    """The active files by key, and the first moment (None: not said)."""

    folder: Path
    files: dict[str, list[Path]] = field(default_factory=dict)
    start: datetime | None = None


def find_files(folder: Path, names: Sequence[str]) -> list[Path]:
    """For each name the file of the folder that is called so, with the first suffix there is."""
    there = {file.name.lower(): file for file in sorted(folder.iterdir()) if file.is_file()}
    found = []
    for name in names:
        spelt = [there.get(f"{name}{suffix}".lower()) for suffix in SUFFIXES]
        found += [file for file in spelt if file is not None][:1]
    return found


def options_of(folder: Path, notes: Notes) -> Options:
    """What is active in a folder."""
    if (folder / OPTIONS).is_file():
        return _from_options(folder, notes)
    files = {key: find_files(folder, names) for key, names in FILES.items()}
    options = Options(folder, files)
    _note_missing(options, notes)
    return options


def _note_missing(options: Options, notes: Notes) -> None:
    for key in NEEDED:
        if not options.files.get(key):
            names = " or ".join(f"{name}.txt" for name in FILES[key])
            message = f"the model has no {names}"
            notes.at(Place(str(options.folder)), "missing-file", message, f"a file for {key}")


def _from_options(folder: Path, notes: Notes) -> Options:
    options = Options(folder)
    try:
        text = read_text(folder / OPTIONS)
    except Unreadable as error:
        notes.findings.append(error.finding)
        return options
    key, ignored = "", []
    for line, cells in text.numbered():
        key, values = cells[0] or key, [cell for cell in cells[1:] if cell]
        if key in FILES:
            _add_files(options, notes, text, line, key, values)
        elif key == "SIM_START":
            options.start = _start(notes, text, line, values)
        elif key in _WANTED:
            _compare(notes, text, line, key, values)
        elif cells[0]:
            ignored.append(key)
    _note_ignored(notes, text, ignored)
    _note_missing(options, notes)
    return options


def _add_files(
    options: Options, notes: Notes, text: Text, line: int, key: str, values: Sequence[str]
) -> None:
    if not values or values[0] == "none" or values == ["file"]:
        return
    name = values[-1]
    file = options.folder / name
    if not file.is_file():
        known = sorted(file.name for file in options.folder.iterdir())
        message = f"{key} names '{name}', which is not in the folder"
        notes.at(text.place(line), "missing-file", message, "a file", did_you_mean(name, known))
        return
    options.files.setdefault(key, []).append(file)


def _start(notes: Notes, text: Text, line: int, values: Sequence[str]) -> datetime | None:
    found = moment_in(" ".join(values))
    if found is None:
        message = f"SIM_START is '{' '.join(values)}'"
        notes.at(text.place(line), "bad-date", message, "a time such as 01/01/18 00:00:00")
    return found


def _compare(notes: Notes, text: Text, line: int, key: str, values: Sequence[str]) -> None:
    found = " ".join(values) or (COMMENT if key == "COMMENT_CHARACTER" else "")
    if found != _WANTED[key]:
        message = f"{key} is '{found}'; the model is read as if it were '{_WANTED[key]}'"
        notes.at(text.place(line), "unsupported-option", message, severity="warning")


def _note_ignored(notes: Notes, text: Text, keys: Sequence[str]) -> None:
    if keys:
        message = f"{len(keys)} options are not read: {', '.join(dict.fromkeys(keys))}"
        notes.at(text.place(0), "unread-options", message, severity="note")
