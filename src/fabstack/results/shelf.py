"""Finished pieces of work under the digest of what they are, in a folder or an object store.

A piece is there whole or not at all, and carries its own checksum; one that is damaged counts as
missing. Its name says what it is the result of, so any number of users may share a shelf.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from fabstack.errors import OutputError
from fabstack.results.addresses import address_in, file_system, store_faults_told, write_object
from fabstack.results.folders import PARTIAL, faults_told

FANS = 2  # letters of a digest that name its folder: 256 folders, none with too many files
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SEAL_BYTES = hashlib.sha256().digest_size


class Shelf(Protocol):
    """Where pieces are kept."""

    def digests(self) -> frozenset[str]:
        """What is there."""
        ...

    def get(self, digest: str) -> bytes | None:
        """A piece; None where it is missing or damaged."""
        ...

    def put(self, digest: str, content: bytes) -> None:
        """Keep a piece.

        Raises:
            OutputError: it cannot be written.
        """
        ...


def open_shelf(place: str | Path) -> Shelf:
    """The shelf at a folder, or at any address of fsspec, such as s3://bucket/studies.

    Raises:
        MissingExtra: an address needs the extra `cloud`.
        OutputError: the store cannot be reached.
    """
    address = address_in(place)
    return StoreShelf(address) if address else FolderShelf(Path(os.path.realpath(place)))


def user_shelf() -> str:
    """Where pieces are kept unless somebody says otherwise: a folder of the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(base) / "fabstack" / "studies")


class FolderShelf:
    """A shelf of files; it may be on a disk that several machines share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def digests(self) -> frozenset[str]:
        """What is there."""
        with faults_told(self._folder):
            found = (file.name for file in self._folder.glob(f"{'?' * FANS}/*"))
            return frozenset(name for name in found if _DIGEST.fullmatch(name))

    def get(self, digest: str) -> bytes | None:
        """A piece; None where it is missing or damaged."""
        try:
            return _opened(self._file(digest).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"cannot read {self._file(digest)}: {error.strerror}") from error

    def put(self, digest: str, content: bytes) -> None:
        """Keep a piece."""
        file = self._file(digest)
        partial = file.with_name(f".{digest}-{secrets.token_hex(4)}{PARTIAL}")
        with faults_told(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                # no waiting for the disk: what a loss of power tears does not fit its seal
                partial.write_bytes(_sealed(content))
                partial.replace(file)
            finally:
                partial.unlink(missing_ok=True)

    def _file(self, digest: str) -> Path:
        return self._folder / digest[:FANS] / digest


class StoreShelf:
    """A shelf in a store that fsspec knows; writing an object there is all or nothing."""

    def __init__(self, address: str) -> None:
        self._system, self._root = file_system(address)
        self._address = address

    def digests(self) -> frozenset[str]:
        """What is there."""
        with store_faults_told(self._address):
            self._system.invalidate_cache()  # others write, too
            try:
                names = self._system.find(self._root)
            except FileNotFoundError:
                return frozenset()
        return frozenset(_digests(names))

    def get(self, digest: str) -> bytes | None:
        """A piece; None where it is missing or damaged."""
        with store_faults_told(self._address), contextlib.suppress(FileNotFoundError):
            return _opened(self._system.cat_file(self._place(digest)))
        return None

    def put(self, digest: str, content: bytes) -> None:
        """Keep a piece."""
        write_object(self._system, self._place(digest), _sealed(content), self._address)

    def _place(self, digest: str) -> str:
        return f"{self._root}/{digest[:FANS]}/{digest}"


def _digests(names: Any) -> Iterator[str]:
    for name in names:
        last = str(name).rpartition("/")[2]
        if _DIGEST.fullmatch(last):
            yield last


def _sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def _opened(sealed: bytes) -> bytes | None:
    content = sealed[_SEAL_BYTES:]
    return content if hashlib.sha256(content).digest() == sealed[:_SEAL_BYTES] else None


class Borrowed:
    """A shelf that is there only while one command runs."""

    def __init__(self) -> None:
        self._pieces: dict[str, bytes] = {}

    def digests(self) -> frozenset[str]:
        """What is there."""
        return frozenset(self._pieces)

    def get(self, digest: str) -> bytes | None:
        """A piece; None where it is missing."""
        return self._pieces.get(digest)

    def put(self, digest: str, content: bytes) -> None:
        """Keep a piece."""
        self._pieces[digest] = content
