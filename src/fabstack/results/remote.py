"""Runs at an address of fsspec: written and read through a folder of this machine.

The manifest is taken away first and written last, so a run whose writing was cut off is no run, and
a reader holds the tables against the digest in it.
"""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path
from typing import Any

from fabstack.errors import OutputError
from fabstack.results.addresses import file_system, store_faults_told, write_object
from fabstack.results.folders import remove

MANIFEST = "manifest.json"


def local_folder() -> Path:
    """A new folder that goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="fabstack-"))
    atexit.register(remove, folder)
    return folder


def upload(folder: Path, address: str) -> None:
    """Write the run in a folder to an address; an older run there is replaced.

    Raises:
        OutputError: it cannot be written, or what is there is no run.
    """
    old = refuse_what_is_no_run_at(address)
    system, root = file_system(address)
    new = {f"{root}/{file.relative_to(folder).as_posix()}": file for file in _local(folder)}
    last = new.pop(f"{root}/{MANIFEST}")
    with store_faults_told(address):
        if old:
            system.rm_file(f"{root}/{MANIFEST}")
        for place in old - new.keys() - {f"{root}/{MANIFEST}"}:
            system.rm_file(place)
    for place, file in new.items():
        write_object(system, place, file.read_bytes(), address)
    write_object(system, f"{root}/{MANIFEST}", last.read_bytes(), address)


def refuse_what_is_no_run_at(address: str) -> set[str]:
    """The files at an address, all of one run.

    Raises:
        OutputError: what is there is no run.
    """
    system, root = file_system(address)
    old = _files(system, root, address)
    if old and f"{root}/{MANIFEST}" not in old:
        raise OutputError(f"cannot write {address}: it exists and is no run; choose another")
    return old


def download(address: str) -> Path:
    """A folder with the files of the run at an address; empty where there is none.

    Raises:
        OutputError: the store cannot be reached.
    """
    system, root = file_system(address)
    folder = local_folder()
    for place in sorted(_files(system, root, address)):
        file = folder / place.removeprefix(f"{root}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        with store_faults_told(address):
            file.write_bytes(system.cat_file(place))
    return folder


def _local(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _files(system: Any, root: str, address: str) -> set[str]:
    with store_faults_told(address):
        system.invalidate_cache()
        try:
            return {str(place) for place in system.find(root)}
        except FileNotFoundError:
            return set()
