"""A run as a folder: manifest, summary, tables, report; whole or not there at all.

    manifest.json      what was run: digest of the inputs, seed, versions, command, wall time
    summary.json       the answer in a page of numbers
    tables/*.parquet   every table; the same programme and seed give the same bytes
    report.html        the page for people

A run is written beside its target under a name that ends in `.partial` and renamed when complete.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from fabstack.errors import OutputError

MANIFEST, SUMMARY, REPORT, TABLES = "manifest.json", "summary.json", "report.html", "tables"
PARTIAL = ".partial"
LIBRARIES = ("numpy", "scipy", "numba", "highspy", "polars", "pydantic")


class Run:
    """A finished run, read from its folder; tables are loaded when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, when and for how long."""
        return _read_json(self.folder / MANIFEST)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The answer in a page of numbers."""
        return _read_json(self.folder / SUMMARY)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(sorted(file.stem for file in (self.folder / TABLES).glob("*.parquet")))

    def table(self, name: str) -> pl.DataFrame:
        """One table.

        Raises:
            KeyError: the run has no such table.
        """
        if name not in self.tables:
            raise KeyError(name)
        return pl.read_parquet(self.folder / TABLES / f"{name}.parquet")


def open_run(folder: Path) -> Run:
    """The run in a folder.

    Raises:
        OutputError: the folder holds no whole run.
    """
    if not (folder / MANIFEST).is_file():
        raise OutputError(f"{folder} holds no run (there is no {MANIFEST}); make one: fabstack run")
    return Run(folder)


def tables_digest(folder: Path) -> str:
    """SHA-256 over names and bytes of all tables of a run."""
    digest = hashlib.sha256()
    for file in sorted((folder / TABLES).glob("*.parquet")):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class RunWriter:
    """Writes a run folder; as a context manager it appears whole at the end or not at all."""

    def __init__(self, target: Path, **about: Any) -> None:
        self.target = Path.cwd() / target  # a later change of folder must not move it
        self.about = about
        self.folder = self.target  # the partial one, once entered
        self.started_s = time.perf_counter()
        self.started_at = datetime.datetime.now(datetime.UTC)

    def __enter__(self) -> RunWriter:
        _refuse_what_is_no_run(self.target)
        with told(self.target):
            self.target.parent.mkdir(parents=True, exist_ok=True)
            name = tempfile.mkdtemp(
                prefix=f".{self.target.name}-", suffix=PARTIAL, dir=self.target.parent
            )
            self.folder = Path(name)
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
            shutil.rmtree(self.folder, ignore_errors=True)

    def table(self, name: str, frame: pl.DataFrame) -> None:
        """Add one table.

        Raises:
            ValueError: a number is NaN or infinite; the message names table and column.
            OutputError: it cannot be written.
        """
        _refuse_broken_numbers(name, frame)
        with told(self.target):
            frame.write_parquet(
                self.folder / TABLES / f"{name}.parquet",
                compression="zstd",
                compression_level=3,
                row_group_size=1_000_000,
                statistics=True,
            )

    def summary(self, answer: Mapping[str, Any]) -> None:
        """Set the summary."""
        self.text(SUMMARY, _json(answer))

    def text(self, name: str, words: str) -> None:
        """Add a file of text beside the tables."""
        with told(self.target):
            (self.folder / name).write_text(words, encoding="utf-8")

    def partial_run(self) -> Run:
        """What has been written so far, for a report to read."""
        return Run(self.folder)

    def manifest(self) -> dict[str, Any]:
        """What was run: everything that another machine needs to run it again."""
        return {
            **self.about,
            "fabstack": _version("fabstack"),
            "python": platform.python_version(),
            "libraries": {name: _version(name) for name in LIBRARIES},
            "started": self.started_at.isoformat(timespec="seconds"),
            "wall_s": round(time.perf_counter() - self.started_s, 3),
            "tables_digest": tables_digest(self.folder),
        }

    def _publish(self) -> None:
        """Rename the partial folder to the target; an older run there is replaced whole."""
        self.text(MANIFEST, _json(self.manifest()))
        with told(self.target):
            self.folder.chmod(0o777 & ~_umask())
            if self.target.exists():
                old = self.folder.with_name(self.folder.name + ".old")
                self.target.rename(old)
                self.folder.rename(self.target)
                shutil.rmtree(old, ignore_errors=True)
            else:
                self.folder.rename(self.target)


@contextlib.contextmanager
def told(target: Path) -> Any:
    """Turn a fault of the file system into one clear line that names the target.

    Raises:
        OutputError: in place of the OSError.
    """
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the quota is used up",
        errno.EACCES: "there is no right to write there",
        errno.EPERM: "there is no right to write there",
        errno.EROFS: "the file system is read-only",
        errno.ENOTDIR: "a part of the path is a file",
        errno.EEXIST: "a part of the path is a file",
        errno.ENAMETOOLONG: "the name is too long",
    }
    try:
        yield
    except OSError as error:
        why = reasons.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"cannot write {target}: {why}") from error


def _refuse_what_is_no_run(target: Path) -> None:
    with told(target):
        if not target.exists() or (target / MANIFEST).is_file():
            return
        if target.is_dir() and not any(target.iterdir()):
            return
    raise OutputError(f"{target} exists and is no run folder; choose another place with --out")


def _refuse_broken_numbers(name: str, frame: pl.DataFrame) -> None:
    for column in frame.columns:
        if frame[column].dtype.is_float() and not frame[column].drop_nulls().is_finite().all():
            raise ValueError(f"table {name}, column {column}: a number is not finite")


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, default=str, allow_nan=False) + "\n"


def _read_json(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot read {file}: {error}") from error
    return document


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
