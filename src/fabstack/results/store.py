"""A run as a folder: manifest, summary, tables, report; whole or not there at all.

    manifest.json      what was run: digest of the inputs, seed, versions, command, wall time
    summary.json       the answer in a page of numbers
    tables/*.parquet   every table; the same programme and seed give the same bytes
    arrays/*.npy       tables made ready to be searched (genealogy)
    report.html        the page for people

A run is written beside its target under a name that ends in `.partial` and renamed when complete.
One for an address, such as s3://bucket/run, is written here first, and its manifest goes last.
"""

from __future__ import annotations

import datetime
import io
import os
import platform
import re
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.errors import InputError, OutputError
from fabstack.results import catalogue
from fabstack.results.addresses import address_in
from fabstack.results.documents import json_bytes, refuse_broken_numbers
from fabstack.results.folders import faults_told, new_partial, publish, remove, write_durably
from fabstack.results.parquet import parquet_bytes
from fabstack.results.remote import local_folder, refuse_what_is_no_run_at, upload
from fabstack.results.run import (
    ARRAYS,
    KIND,
    MANIFEST,
    REPORT,
    SUMMARY,
    TABLES,
    Run,
    open_run,
    table_files,
    tables_digest,
)

__all__ = ["REPORT", "Run", "RunWriter", "open_run", "tables_digest"]

LIBRARIES = ("numpy", "scipy", "numba", "highspy", "polars", "pydantic", "plotly")

_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILE_NAME = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9]+")


class RunWriter:
    """Writes a run folder; as a context manager it appears whole at the end or not at all.

    `about` goes into the manifest: programme, digest, scenario, seed, command.
    """

    folder: Path  # the partial one, while the context is open

    def __init__(self, target: str | Path, **about: Any) -> None:
        # a later change of folder must not move it, and a link must not be replaced by a folder
        self.address = address_in(target)
        self.target = local_folder() / "run" if self.address else Path(os.path.realpath(target))
        self.about = about
        self.started_s = time.perf_counter()
        self.started_at = datetime.datetime.now(datetime.UTC)

    def __enter__(self) -> RunWriter:
        if self.address:
            refuse_what_is_no_run_at(self.address)
        _refuse_what_is_no_run(self.target)
        with faults_told(self.target):
            self.folder = new_partial(self.target)
            (self.folder / TABLES).mkdir()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._publish()
        finally:
            remove(self.folder)

    def table(self, name: str, frame: pl.DataFrame) -> None:
        """Add one table.

        Raises:
            ValueError: the name is no plain word or taken, or a number is NaN or infinite; the
                message names table and column.
            OutputError: it cannot be written.
        """
        file = self.folder / TABLES / f"{_plain(_TABLE_NAME, name)}.parquet"
        if file.exists():
            raise ValueError(f"the run has a table '{name}' already")
        self._write(file, parquet_bytes(name, frame))

    def array(self, name: str, values: NDArray[np.int64]) -> None:
        """Add an array that a reader maps into memory.

        Raises:
            ValueError: the name is no plain word.
            OutputError: it cannot be written.
        """
        folder, content = self.folder / ARRAYS, io.BytesIO()
        np.save(content, values, allow_pickle=False)
        with faults_told(self.target):
            folder.mkdir(exist_ok=True)
        self._write(folder / f"{_plain(_TABLE_NAME, name)}.npy", content.getvalue())

    def summary(self, answer: Mapping[str, Any]) -> None:
        """Set the summary.

        Raises:
            ValueError: a number in it is NaN or infinite; the message says where.
            OutputError: it cannot be written.
        """
        refuse_broken_numbers(answer, "summary")
        self._write(self.folder / SUMMARY, json_bytes(answer))

    def text(self, name: str, words: str) -> None:
        """Add a file of text beside the tables.

        Raises:
            OutputError: it cannot be written.
        """
        self._write(self.folder / _plain(_FILE_NAME, name), words.encode())

    def partial_run(self) -> Run:
        """What has been written so far, for a report to read."""
        self._write(self.folder / MANIFEST, json_bytes(self.manifest()))
        return Run(self.folder)

    def manifest(self) -> dict[str, Any]:
        """What was run: everything that another machine needs to run it again."""
        names = [file.stem for file in table_files(self.folder)]
        return {
            "kind": KIND,
            **self.about,
            "engines": _engines(names),
            "fabstack": _version("fabstack"),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "libraries": {name: _version(name) for name in LIBRARIES},
            "started": self.started_at.isoformat(timespec="seconds"),
            "wall_s": round(time.perf_counter() - self.started_s, 3),
            "tables": names,
            "tables_digest": tables_digest(self.folder),
        }

    def _write(self, file: Path, content: bytes) -> None:
        with faults_told(self.target):
            write_durably(file, content)

    def _publish(self) -> None:
        """Give the run its name; an older run there is replaced whole."""
        self._write(self.folder / MANIFEST, json_bytes(self.manifest()))
        _refuse_what_is_no_run(self.target)
        with faults_told(self.target):
            publish(self.folder, self.target)
        if self.address:
            upload(self.target, self.address)


def _refuse_what_is_no_run(target: Path) -> None:
    """Let pass what may be replaced: nothing, an empty folder, a run."""
    with faults_told(target):
        if not target.exists() or (target.is_dir() and not any(target.iterdir())):
            return
    if not target.is_dir():
        raise OutputError(f"cannot write {target}: it is a file, and a run is a folder")
    try:
        open_run(target)
    except InputError:
        raise OutputError(
            f"cannot write {target}: it exists and is no run folder; choose another with --out"
        ) from None


def _engines(tables: list[str]) -> list[str]:
    """Who gave the tables, in the order of the engines."""
    known = {catalogue.TABLES[name].engine for name in tables if name in catalogue.TABLES}
    return [str(engine) for engine in catalogue.Engine if engine in known]


def _plain(pattern: re.Pattern[str], name: str) -> str:
    if not pattern.fullmatch(name):
        raise ValueError(f"'{name}' is no plain name")
    return name


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
