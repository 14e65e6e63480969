"""A programme that somebody sends, as ZIP of its folder or as workbook; nothing is trusted."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from fabstack import formats
from fabstack.errors import FabstackError, InputError
from fabstack.formats.folder import SETTINGS
from fabstack.model import tables
from fabstack.serve.problems import Problem, unfit
from fabstack.serve.programmes.store import ProgrammeInfo, Programmes
from fabstack.serve.programmes.tables import title_of
from fabstack.serve.programmes.trial import named

MOST_FILES = 20 + 5 * len(tables())  # a workbook has four for each table, and a few of its own
MOST_BYTES = 256 * 2**20  # unpacked
MOST_RATIO = 200  # unpacked over packed; tables of text rarely reach 30


def receive(programmes: Programmes, name: str, content: bytes) -> ProgrammeInfo:
    """Add a programme from a ZIP or XLSX file.

    Raises:
        Problem: the name is taken, or the file is none of these, too large, or no programme.
    """
    target = programmes.shelf.new(name)
    archive = _opened(content)
    with tempfile.TemporaryDirectory(prefix=".upload-", dir=programmes.shelf.root) as place:
        new = Path(place) / name
        if "[Content_Types].xml" in archive.namelist():
            _workbook(archive, content, new)
        else:
            _folder(archive, new)
        try:
            new.rename(target)
        except OSError:
            raise Problem(409, f"there is a programme '{name}' already") from None
    title, description = title_of(target)
    return ProgrammeInfo(name=name, title=title, description=description, scenarios=[])


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise unfit("this is no ZIP and no XLSX file") from None
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise unfit(f"the file holds {len(entries)} entries; at most {MOST_FILES} are taken")
    size = sum(entry.file_size for entry in entries)
    if size > MOST_BYTES or size > MOST_RATIO * max(len(content), 10_000):
        raise unfit(f"unpacked it would have {size:,} bytes, too many for its {len(content):,}")
    return archive


def _workbook(archive: zipfile.ZipFile, content: bytes, new: Path) -> None:
    for entry in archive.infolist():  # the reader of workbooks would not notice a size that lies
        _content(archive, entry)
    file = new.with_suffix(".xlsx")
    file.write_bytes(content)
    try:
        formats.save(formats.load(file), new)
    except InputError as error:
        findings = map(named, error.findings)
        raise unfit("the workbook is no sound programme; nothing is saved", findings) from None
    except FabstackError as error:
        raise unfit(str(error)) from None


def _folder(archive: zipfile.ZipFile, new: Path) -> None:
    new.mkdir()
    tops = set()
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        path = _path(entry)
        tops.add(path.parts[:-1])
        (new / path.name).write_bytes(_content(archive, entry))
    if len(tops) > 1:
        raise unfit("the files of a programme lie in one folder; this ZIP has several")
    try:
        formats.read(new)
    except InputError as error:
        findings = map(named, error.findings)
        raise unfit("this is no sound programme; nothing is saved", findings) from None


def _path(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry that may be written: a known file in at most one folder."""
    path = PurePosixPath(entry.filename)
    known = (SETTINGS, "README.md", *(f"{table}.csv" for table in tables()))
    is_plain = not path.is_absolute() and ".." not in path.parts and "\\" not in entry.filename
    if not is_plain or len(path.parts) > 2 or stat.S_ISLNK(entry.external_attr >> 16):
        raise unfit(f"'{entry.filename[:120]}' leads elsewhere; expected files of one folder")
    if path.name not in known:
        raise unfit(f"'{path.name[:120]}' is no file of a programme; remove it from the ZIP")
    return path


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds; no more is unpacked than its size in the directory, which was added up.

    Raises:
        Problem: it is broken, locked, or larger than it says.
    """
    try:
        return archive.read(entry)
    except Exception:  # each way of packing has errors of its own
        raise unfit(f"'{entry.filename[:120]}' cannot be unpacked") from None
