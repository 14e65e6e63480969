"""A folder of folders: whoever names one can reach it and nothing beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from fabstack.serve.problems import Problem, not_found, unfit

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NAME_RULE = "a name of letters, digits, '.', '_' and '-', at most 100 of them"


class Shelf:
    """Folders that lie directly in one folder and hold a certain file; links out do not count."""

    def __init__(self, root: Path, marker: str, noun: str) -> None:
        self.root = Path(os.path.realpath(root))
        self.marker = marker
        self.noun = noun

    def folders(self) -> Iterator[Path]:
        """All of them, in the order of the file system."""
        with os.scandir(self.root) as entries:
            names = [entry.name for entry in entries]
        return (folder for name in names if (folder := self._inside(name)) is not None)

    def folder(self, name: str) -> Path:
        """The folder of that name.

        Raises:
            Problem: there is none, or it leads out of the shelf.
        """
        found = self._inside(name)
        if found is None:
            raise not_found(self.noun, name)
        return found

    def new(self, name: str) -> Path:
        """Where a new one may be written.

        Raises:
            Problem: the name is no plain one, or taken.
        """
        if not NAME.fullmatch(name):
            raise unfit(f"'{name[:120]}' cannot name a {self.noun}; expected {NAME_RULE}")
        target = self.root / name
        if os.path.lexists(target):
            raise Problem(409, f"there is a {self.noun} '{name}' already; choose another name")
        return target

    def _inside(self, name: str) -> Path | None:
        """The folder, if its name is that of one entry and all links on the way stay inside."""
        if name.startswith(".") or "/" in name or "\0" in name or len(name) > 255:
            return None
        try:
            folder = Path(os.path.realpath(self.root / name))
            stays = folder.parent == self.root and not folder.name.startswith(".")
            file = Path(os.path.realpath(folder / self.marker))
            return folder if stays and file.parent == folder and file.is_file() else None
        except (OSError, ValueError):
            return None


def refuse_links(folder: Path, *below: str) -> None:
    """Refuse a folder that would have a file read which does not lie in it.

    Raises:
        Problem: it, or a named folder below it, holds a link.
    """
    for place in (folder, *(folder / name for name in below)):
        if place.is_dir():
            with os.scandir(place) as entries:
                links = sorted(entry.name for entry in entries if entry.is_symlink())
            if links:
                raise unfit(f"'{folder.name}' holds a link, {links[0]}, and links are not followed")
