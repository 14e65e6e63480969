"""Addresses of stores: s3://bucket/run, memory://run, or whatever else fsspec knows."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fabstack.errors import FabstackError, MissingExtra, OutputError

_SIGN = "://"
ROOTED = frozenset({"file", "local"})  # kinds whose paths begin at the root of a machine
# Two letters at least, for C:/runs is a folder; a path of pathlib has lost one of the two slashes.
_ADDRESS = re.compile(r"(?P<kind>[a-z][a-z0-9+.-]+):/+(?P<rest>.*)")


def address_in(place: str | Path) -> str | None:
    """The address that a place is, or None where it is a folder of this machine.

    >>> address_in(Path("s3://bucket/run"))
    's3://bucket/run'
    """
    found = _ADDRESS.fullmatch(str(place))
    if found is None:
        return None
    root = "/" if found["kind"] in ROOTED else ""
    return f"{found['kind']}{_SIGN}{root}{found['rest']}"


def file_system(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path inside it.

    Raises:
        MissingExtra: fsspec, or what it needs for this kind of address, is not installed.
        OutputError: nobody knows this kind of address.
    """
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(address)
    except ImportError as error:
        raise MissingExtra(f"{address.partition(_SIGN)[0]}{_SIGN}", "cloud") from error
    except ValueError as error:
        raise OutputError(f"cannot use {address}: {error}") from error
    return system, str(root).rstrip("/")


@contextlib.contextmanager
def store_faults_told(address: str) -> Iterator[None]:
    """Turn any fault of a store into one line; which errors there are is the library's choice.

    Raises:
        OutputError: in place of them.
    """
    try:
        yield
    except (FileNotFoundError, FabstackError):
        raise
    except Exception as error:
        raise OutputError(f"cannot use {address}: {error or type(error).__name__}") from error


def write_object(system: Any, place: str, content: bytes, address: str) -> None:
    """Write one file of a store; folders are made where the store has some, buckets are not.

    Raises:
        OutputError: it cannot be written.
    """
    with store_faults_told(address):
        try:
            system.pipe_file(place, content)
        except FileNotFoundError:
            first = place.split("/", maxsplit=1)[0] or "/"
            if not system.exists(first):
                raise OutputError(f"cannot use {address}: there is no {first}") from None
            system.makedirs(place.rpartition("/")[0], exist_ok=True)
            system.pipe_file(place, content)
