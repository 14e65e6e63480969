"""Files are written beside their place and renamed when whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fabstack.errors import OutputError


def write_folder(
    folder: Path, files: Iterable[tuple[str, str]], *, replaces: Iterable[str]
) -> None:
    """Write a folder of texts; of what is there, only files named in `replaces` may vanish.

    Raises:
        OutputError: the folder cannot be written; what was there is then unchanged.
    """
    with _as_output_error(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _new_folder(beside=folder) as new:
            names = set()
            for name, text in files:
                (new / name).write_text(text, encoding="utf-8", newline="\n")
                names.add(name)
            if folder.exists():
                _move_into(folder, new, names, stale=set(replaces) - names)
            else:
                new.rename(folder)


@contextmanager
def written_file(file: Path) -> Iterator[Path]:
    """A temporary file beside `file` that takes its place when the block ends well.

    Raises:
        OutputError: the file cannot be written; what was there is then unchanged.
    """
    with _as_output_error(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with _new_folder(beside=file) as new:
            yield new / file.name
            (new / file.name).replace(file)


def _move_into(folder: Path, new: Path, names: set[str], stale: set[str]) -> None:
    for name in sorted(names):
        (new / name).replace(folder / name)
    for name in sorted(stale):
        (folder / name).unlink(missing_ok=True)


@contextmanager
def _new_folder(beside: Path) -> Iterator[Path]:
    new = Path(tempfile.mkdtemp(prefix=f".{beside.name}-", dir=beside.parent))
    try:
        new.chmod(0o755)
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def _as_output_error(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from None
