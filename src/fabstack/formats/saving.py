"""A programme becomes a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fabstack.errors import OutputError
from fabstack.formats.folder import SETTINGS, programme_files
from fabstack.formats.writing import write_folder
from fabstack.model import Programme, tables


def save(programme: Programme, folder: Path | str) -> None:
    """Write a programme folder; an older one there is replaced, other files in it stay.

    Raises:
        OutputError: the folder cannot be written, or holds something else than a programme.
    """
    folder = Path(folder)
    _refuse_to_mix(folder)
    replaces = [f"{table}.csv" for table in tables()]
    write_folder(folder, programme_files(programme), replaces=replaces)


def _refuse_to_mix(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SETTINGS).exists():
        raise OutputError(f"cannot write {folder}: it holds other files and no {SETTINGS}")


def digest(programme: Programme) -> str:
    """SHA-256 of the saved content: equal for equal programmes, whatever file they came from."""
    content = hashlib.sha256()
    for name, text in programme_files(programme):
        content.update(f"{name}\n{len(text)}\n{text}".encode())
    return content.hexdigest()
