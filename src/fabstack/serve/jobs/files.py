"""The files of a job, and the state that they tell."""

from __future__ import annotations

import json
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from fabstack.results.folders import PARTIAL, remove, write_whole
from fabstack.results.run import MANIFEST

REQUEST, STARTED, CANCEL, ENDED = "request.json", "started.json", "cancel.json", "ended.json"
STDOUT, STDERR, LOCK = "stdout", "stderr", "lock"
STOPPED = 130  # exit code of a command that was stopped


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    LIMITED = "limited"  # a limit was hit; what was found so far is kept
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its process vanished


OVER = (State.DONE, State.LIMITED, State.FAILED, State.CANCELLED, State.INTERRUPTED)
_BY_CODE = {0: State.DONE, 4: State.LIMITED}


def read(folder: Path, name: str) -> dict[str, Any]:
    """One of the documents; empty where it is not there."""
    try:
        found = json.loads((folder / name).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(folder: Path, name: str, document: dict[str, Any]) -> None:
    """Write one of the documents, whole or not at all."""
    write_whole(folder / name, json.dumps(document, indent=1).encode())


def state_of(folder: Path) -> State:
    """Where a job stands, from its files and the processes of the machine."""
    wants_stop = (folder / CANCEL).exists()
    started = read(folder, STARTED)
    works = is_alive(started)  # looked at before the end, which is written while it still lives
    ended = read(folder, ENDED)
    if ended:
        return _ended(ended, cancelled=wants_stop)
    if not started:
        return State.CANCELLED if wants_stop else State.QUEUED
    return State.RUNNING if works else _ended({}, cancelled=wants_stop)


def _ended(ended: dict[str, Any], *, cancelled: bool) -> State:
    code = ended.get("code")
    if code in _BY_CODE:
        return _BY_CODE[code]
    if cancelled:
        return State.CANCELLED
    return State.INTERRUPTED if code is None or code == STOPPED or code < 0 else State.FAILED


def is_alive(process: dict[str, Any]) -> bool:
    """Whether a noted process still runs; another one with its number is told by its start."""
    return alive(process) is not None


def alive(process: dict[str, Any]) -> psutil.Process | None:
    """The process, if it still runs."""
    try:
        found = psutil.Process(int(process["pid"]))
        same = abs(found.create_time() - float(process["created"])) < 1.0
        return found if same and found.status() != psutil.STATUS_ZOMBIE else None
    except (KeyError, TypeError, ValueError, psutil.Error):
        return None


def identity(pid: int) -> dict[str, Any]:
    """A process by its number and its start."""
    return {"pid": pid, "created": psutil.Process(pid).create_time()}


def close(folder: Path, code: int | None) -> None:
    """Note how a job ended; one that vanished after its run was whole did end well."""
    target = read(folder, REQUEST).get("target")
    if target and code not in (0, 4):
        sweep(Path(target))
        if code is None and (Path(target) / MANIFEST).exists():
            code = 0
    write(folder, ENDED, {"code": code, "at": time.time()})


def sweep(target: Path) -> None:
    """Remove what a killed process left half-written beside its target."""
    for left in target.parent.glob(f".{target.name}-????????{PARTIAL}"):
        remove(left)


def tail(file: Path, most: int = 16_384) -> str:
    """The end of a text that may be long."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - most, 0))
            return stream.read(most).decode(errors="replace")
    except OSError:
        return ""
