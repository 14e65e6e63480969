"""A finished run, read from its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.errors import Finding, InputError
from fabstack.results.addresses import address_in
from fabstack.results.remote import download

MANIFEST, SUMMARY, REPORT, TABLES = "manifest.json", "summary.json", "report.html", "tables"
ARRAYS = "arrays"
KIND = "fabstack-run"

T = TypeVar("T")


class Run:
    """A run, read from its folder; tables are loaded when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, when and for how long."""
        return _read_json(self.folder / MANIFEST)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The answer in a page of numbers; empty where the run gave none."""
        file = self.folder / SUMMARY
        return _read_json(file) if file.exists() else {}

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(file.stem for file in table_files(self.folder))

    def table(self, name: str) -> pl.DataFrame:
        """One table.

        Raises:
            KeyError: the run has no such table.
            InputError: its file cannot be read.
        """
        return self._read(name, pl.read_parquet)

    def scan(self, name: str) -> pl.LazyFrame:
        """One table, of which only what is asked for will be read.

        Raises:
            KeyError: the run has no such table.
            InputError: its file cannot be read.
        """
        return self._read(name, _scan)

    def columns(self, name: str) -> tuple[str, ...]:
        """Names of the columns of one table, without reading it.

        Raises:
            KeyError: the run has no such table.
            InputError: its file cannot be read.
        """
        return tuple(self.schema(name))

    def schema(self, name: str) -> Mapping[str, pl.DataType]:
        """Columns of one table with their types, without reading it.

        Raises:
            KeyError: the run has no such table.
            InputError: its file cannot be read.
        """
        return self._read(name, pl.read_parquet_schema)

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """Names of the arrays: tables made ready to be searched."""
        return tuple(sorted(file.stem for file in (self.folder / ARRAYS).glob("*.npy")))

    def array(self, name: str) -> NDArray[np.int64]:
        """One array, mapped into memory: only what is looked at is read.

        Raises:
            InputError: its file cannot be read.
        """
        file = self.folder / ARRAYS / f"{name}.npy"
        try:
            return np.asarray(np.load(file, mmap_mode="r"))
        except (OSError, ValueError, EOFError) as error:
            raise _unreadable(file, str(error)) from error

    def _read(self, name: str, read: Callable[[Path], T]) -> T:
        if name not in self.tables:
            raise KeyError(f"the run has no table '{name}'")
        file = self.folder / TABLES / f"{name}.parquet"
        try:
            return read(file)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _unreadable(file, str(error)) from error


def open_run(folder: str | Path) -> Run:
    """The run in a folder, or at an address such as s3://bucket/run.

    Raises:
        InputError: it holds no run, or one whose tables do not fit their digest.
        MissingExtra: the address needs the extra `cloud`.
        OutputError: the store cannot be reached.
    """
    address = address_in(folder)
    run = Run(download(address) if address else Path(folder))
    if not (run.folder / MANIFEST).is_file():
        raise _no_run(address or run.folder, f"there is no {MANIFEST}")
    if run.manifest.get("kind") != KIND:
        raise _no_run(address or run.folder, f"its {MANIFEST} is not that of a run")
    if address and run.manifest.get("tables_digest") != tables_digest(run.folder):
        raise _no_run(address, "its tables do not fit the digest in its manifest")
    return run


def tables_digest(folder: str | Path) -> str:
    """SHA-256 over names and bytes of all tables of a run."""
    digest = hashlib.sha256()
    for file in table_files(Path(folder)):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def table_files(folder: Path) -> list[Path]:
    """The files of a run's tables, by name."""
    return sorted((folder / TABLES).glob("*.parquet"))


def _scan(file: Path) -> pl.LazyFrame:
    found = pl.scan_parquet(file)
    found.collect_schema()  # a broken file is found here
    return found


def _read_json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(file, str(error)) from error
    if not isinstance(document, dict):
        raise _unreadable(file, "it is no JSON object")
    return document


def _unreadable(file: Path, why: str) -> InputError:
    cure = "run it again: fabstack run"
    return InputError(
        [Finding(str(file), 0, 0, "unreadable-run", f"cannot be read: {why}", "", cure)]
    )


def _no_run(folder: str | Path, why: str) -> InputError:
    expected, cure = (
        "a folder written by fabstack run",
        "make one: fabstack run PROGRAMME --out DIR",
    )
    return InputError(
        [Finding(str(folder), 0, 0, "not-a-run", f"holds no run: {why}", expected, cure)]
    )
