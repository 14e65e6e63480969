"""A whole command as one task of a cluster: its programme goes there, and its run comes back.

The keeper of a job runs this in place of the command, as `python -m fabstack.serve.jobs.away
ADDRESS ARGUMENTS`. Worker and server need no common disk. Where the task is released, because it
was cancelled or whoever asked is gone, the command there is stopped like any other.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from fabstack.errors import FabstackError, Finding, InputError
from fabstack.results.folders import (
    faults_told,
    new_partial,
    publish,
    remove,
    write_durably,
)
from fabstack.studies import cluster, tasks

LOOK_S = 0.5  # between two looks at the command, on the worker
GRACE_S = 15.0  # from asking a command to stop until it is killed
STOPPED = 130
SAID = "fabstack-said"  # the event by which a worker tells how far it is
OUT = "--out="
CODE, STDOUT, STDERR, RUN = "code", "stdout", "stderr", "run/"  # in what comes back


def main(address: str, arguments: Sequence[str]) -> int:
    """Have a command done on the cluster; its exit code."""
    try:
        return _returned(_done_there(address, arguments), arguments)
    except FabstackError as error:
        sys.stderr.write(f"fabstack: error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("fabstack: stopped; nothing half-written is left behind\n")
        return STOPPED


def _done_there(address: str, arguments: Sequence[str]) -> bytes:
    name = secrets.token_hex(8)
    programme = Path(arguments[-1])
    shared = {"id": name, "name": programme.name, "programme": packed(programme)}
    label = f"{arguments[0]} {programme.name}"
    order = tasks.job("away", work, shared, name, [(label, list(arguments))])
    crew = cluster.Cluster(address, _say, lambda event: _hear(event, name))
    _tell("waiting for a worker of the cluster")
    _task, content = next(crew.results(order, order.tasks))
    return content


def _returned(content: bytes, arguments: Sequence[str]) -> int:
    """Say what the command said, and put its run where it was to be."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sys.stdout.write(archive.read(STDOUT).decode(errors="replace"))
        sys.stderr.write(archive.read(STDERR).decode(errors="replace"))
        target = next((Path(a.removeprefix(OUT)) for a in arguments if a.startswith(OUT)), None)
        names = [name for name in archive.namelist() if name.startswith(RUN)]
        if target is not None and names:
            _put(archive, names, target)
        return int(archive.read(CODE))


def _put(archive: zipfile.ZipFile, names: Sequence[str], target: Path) -> None:
    with faults_told(target):
        partial = new_partial(target)
        try:
            for name in names:
                file = partial / name.removeprefix(RUN)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_durably(file, archive.read(name))
            publish(partial, target)
        finally:
            remove(partial)


def _hear(event: dict[str, Any], name: str) -> None:
    """Say here what the command said there of its progress; called by Dask."""
    if event.get("action") == SAID and event.get("id") == name:
        sys.stderr.write(f"{event['line']}\n")
        sys.stderr.flush()


def _tell(words: str) -> None:
    said = {"stage": words, "done": 0, "of": 0, "words": ""}
    sys.stderr.write(json.dumps({"progress": said}) + "\n")
    sys.stderr.flush()


def _say(words: str) -> None:
    sys.stderr.write(f"fabstack: {words}\n")


def packed(programme: Path) -> bytes:
    """A programme's folder as ZIP.

    Raises:
        InputError: it is gone.
    """
    if not programme.is_dir():
        raise InputError([Finding(str(programme), 0, 0, "missing", "there is no such programme")])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(programme.iterdir()):
            if file.is_file():
                archive.write(file, file.name)
    return content.getvalue()


# --- On the worker --------------------------------------------------------------------------------


def work(shared: dict[str, Any], arguments: Sequence[str]) -> bytes:
    """Run a command in a folder of its own; what it said and made."""
    with tempfile.TemporaryDirectory(prefix="fabstack-away-") as name:
        place = Path(name)
        programme, out = place / shared["name"], place / "run"
        with zipfile.ZipFile(io.BytesIO(shared["programme"])) as archive:
            archive.extractall(programme)
        given = [f"{OUT}{out}" if each.startswith(OUT) else each for each in arguments[:-1]]
        with (place / STDOUT).open("w+b") as said, (place / STDERR).open("w+b") as told:
            code = _run([*given, str(programme)], said, told, shared["id"])
            return _answer(code, said, told, out)


def _run(arguments: Sequence[str], said: IO[bytes], told: IO[bytes], name: str) -> int:
    command = [sys.executable, "-m", "fabstack", *arguments]
    environment = {**os.environ, "FABSTACK_PROGRESS": "json", "COLUMNS": "100"}
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=said, stderr=told, env=environment
    )
    try:
        with open(told.name, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123
            while child.poll() is None and not cluster.is_released():
                _pass_on(lines, name)
                time.sleep(LOOK_S)
    finally:
        _stop(child)
    return child.wait()


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Stop a command that nobody waits for any more."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()


def _pass_on(lines: IO[str], name: str) -> None:
    """Tell whoever asked the last that the command said of its progress."""
    new = [line.rstrip("\n") for line in lines if _is_progress(line)]
    if new:
        cluster.tell({"action": SAID, "id": name, "line": new[-1]})


def _is_progress(line: str) -> bool:
    return line.startswith('{"progress"') and line.endswith("}\n")


def _answer(code: int, said: IO[bytes], told: IO[bytes], out: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CODE, str(code))
        archive.writestr(STDOUT, b"".join(_lines(said)))
        archive.writestr(STDERR, b"".join(each for each in _lines(told) if each[:1] != b"{"))
        for file in sorted(out.rglob("*")):
            if file.is_file():
                archive.write(file, f"{RUN}{file.relative_to(out)}")
    return content.getvalue()


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    yield from stream


if __name__ == "__main__":
    from fabstack.serve.jobs import away  # noqa: PLW0406 - workers find `work` by this name

    sys.exit(away.main(sys.argv[1], sys.argv[2:]))
