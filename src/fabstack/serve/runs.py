"""The runs of a folder: who they are at a glance, without reading their tables."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from fabstack.errors import InputError
from fabstack.report import answer
from fabstack.results.run import KIND, MANIFEST, SUMMARY, TABLES, Run, open_run
from fabstack.serve.problems import unfit
from fabstack.serve.shelf import Shelf, refuse_links

LARGEST_SUMMARY = 16 * 2**20  # bytes; a larger one is not looked into for the list


class RunInfo(BaseModel):
    """A run at a glance."""

    name: str
    programme: str = ""
    title: str = ""
    scenario: str = ""
    seed: int | None = None
    started: str = Field("", description="ISO 8601, UTC")
    wall_s: float | None = None
    engines: list[str] = []
    tables: list[str] = []
    digest: str = Field("", description="of the programme")
    fabstack: str = ""
    sentence: str = Field("", description="the verdict; blank where the run gives none")
    holds: int = 0
    fails: int = 0
    open: int = 0


class Runs:
    """The runs that lie in one folder."""

    def __init__(self, root: Path) -> None:
        self.shelf = Shelf(root, MANIFEST, "run")
        self._known: dict[str, tuple[tuple[int, int], RunInfo | None]] = {}
        self._lock = threading.Lock()

    def all(self) -> list[RunInfo]:
        """Every run, the newest first; a folder is looked into once unless its manifest changes."""
        with self._lock:
            infos = {folder.name: self._info(folder) for folder in self.shelf.folders()}
            self._known = {name: known for name, known in self._known.items() if name in infos}
        found = [info for info in infos.values() if info is not None]
        return sorted(found, key=lambda info: (info.started, info.name), reverse=True)

    def run(self, name: str) -> Run:
        """The run of that name.

        Raises:
            Problem: there is none, or it cannot be read.
        """
        folder = self.shelf.folder(name)
        refuse_links(folder, TABLES)
        try:
            return open_run(folder)
        except InputError as error:
            raise unfit(f"the run '{name}' cannot be read", error.findings) from None

    def info(self, name: str) -> RunInfo:
        """One run at a glance.

        Raises:
            Problem: there is none.
        """
        run = self.run(name)
        return _info(run.folder) or RunInfo(name=name)

    def _info(self, folder: Path) -> RunInfo | None:
        try:
            status = (folder / MANIFEST).stat()
        except OSError:
            return None
        stamp = status.st_mtime_ns, status.st_ino
        known = self._known.get(folder.name)
        if known is None or known[0] != stamp:
            known = self._known[folder.name] = (stamp, _info(folder))
        return known[1]


def matching(infos: Sequence[RunInfo], words: str = "", programme: str = "") -> list[RunInfo]:
    """The runs whose name, title, scenario or sentence has every word."""
    wanted = words.lower().split()
    return [
        info
        for info in infos
        if (not programme or info.programme == programme)
        and all(word in _text(info) for word in wanted)
    ]


def _text(info: RunInfo) -> str:
    return f"{info.name} {info.programme} {info.title} {info.scenario} {info.sentence}".lower()


def _info(folder: Path) -> RunInfo | None:
    manifest = _document(folder / MANIFEST)
    if manifest.get("kind") != KIND:
        return None
    run = Run(folder)
    run.__dict__.update(manifest=manifest, summary=_document(folder / SUMMARY))
    holds = [part.get("holds") for part in answer.parts(run)]
    return RunInfo(
        name=folder.name,
        programme=_word(manifest.get("programme")),
        title=_word(answer.about(run).get("title")),
        scenario=_word(manifest.get("scenario")),
        seed=_number(manifest.get("seed"), int),
        started=_word(manifest.get("started")),
        wall_s=_number(manifest.get("wall_s"), float),
        engines=_words(manifest.get("engines")),
        tables=_words(manifest.get("tables")),
        digest=_word(manifest.get("digest")),
        fabstack=_word(manifest.get("fabstack")),
        sentence=_word(answer.headline(run).get("sentence")),
        holds=holds.count(True),
        fails=holds.count(False),
        open=holds.count(None),
    )


def _document(file: Path) -> dict[str, Any]:
    """A JSON object; empty where the file holds none, is too large or a link."""
    try:
        if os.path.islink(file) or file.stat().st_size > LARGEST_SUMMARY:  # noqa: PTH114
            return {}
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _number(value: Any, kind: type) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return kind(value) if is_number else None
