"""Folders that appear whole or not at all, and faults of the file system in one clear line."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from fabstack.errors import OutputError

PARTIAL = ".partial"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EACCES: "there is no right to write there",
    errno.EPERM: "there is no right to write there",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "a part of the path is a file",
    errno.EEXIST: "a part of the path is a file",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "a link points to itself",
}


@contextlib.contextmanager
def faults_told(target: Path) -> Iterator[None]:
    """Turn a fault of the file system into one line that names the target.

    Raises:
        OutputError: in place of the OSError.
    """
    try:
        yield
    except OSError as error:
        why = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"cannot write {target}: {why}") from error


def new_partial(target: Path) -> Path:
    """A new folder beside the target, with a name that says it is not complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.with_name(f".{target.name}-{secrets.token_hex(4)}{PARTIAL}")
    folder.mkdir()
    return folder


def write_durably(file: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it, so that no later rename can be ahead of it."""
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(target: Path, content: bytes) -> None:
    """Write one file that is there whole or as it was before.

    Raises:
        OutputError: it cannot be written.
    """
    with faults_told(target):
        partial = target.with_name(f".{target.name}-{secrets.token_hex(4)}{PARTIAL}")
        try:
            write_durably(partial, content)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def publish(partial: Path, target: Path) -> None:
    """Give the complete folder its name; what stood there before ends up under the partial name."""
    if not target.exists():
        partial.rename(target)
    elif not _exchanged(partial, target):
        _swap_in_steps(partial, target)


def remove(folder: Path) -> None:
    """Remove a folder as far as it can be."""
    shutil.rmtree(folder, ignore_errors=True)


def _exchanged(first: Path, second: Path) -> bool:
    """Whether the system could swap two names at one stroke (Linux can)."""
    with contextlib.suppress(OSError, AttributeError):
        rename = ctypes.CDLL(None).renameat2
        names = os.fsencode(first), os.fsencode(second)
        return bool(rename(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0)
    return False


def _swap_in_steps(partial: Path, target: Path) -> None:
    """Swap two names in three renames; a fault in between puts the old folder back."""
    aside = partial.with_name(f"{partial.name}.old{PARTIAL}")
    target.rename(aside)
    try:
        partial.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    aside.rename(partial)
