"""A programme becomes a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from itertools import takewhile
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


def save_tables(programme: Programme, folder: Path | str, names: Collection[str]) -> None:
    """Write some tables of a programme into its folder; comments above a table's header stay.

    Raises:
        OutputError: the folder cannot be written.
    """
    folder = Path(folder)
    files = [f"{name}.csv" for name in names]
    texts = dict(programme_files(programme))
    kept = [(file, _heading(folder / file) + texts[file]) for file in files if file in texts]
    write_folder(folder, kept, replaces=files)


def _heading(file: Path) -> str:
    """The comments at the top of a file."""
    if not file.exists():
        return ""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(takewhile(lambda line: line.startswith("#"), lines))


def _refuse_to_mix(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SETTINGS).exists():
        raise OutputError(f"cannot write {folder}: it holds other files and no {SETTINGS}")


def digest(programme: Programme) -> str:
    """SHA-256 of the saved content: equal for equal programmes, whatever file they came from."""
    content = hashlib.sha256()
    for name, text in programme_files(programme):
        content.update(f"{name}\n{len(text)}\n{text}".encode())
    return content.hexdigest()
