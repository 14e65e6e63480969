"""The queue: takes requests, starts what may run, and tells where everything stands."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from fabstack.results.folders import new_partial
from fabstack.serve.jobs import files, requests
from fabstack.serve.jobs.files import OVER, State
from fabstack.serve.jobs.progress import Progress, told
from fabstack.serve.problems import Problem, not_found, unfit
from fabstack.serve.shelf import Shelf

MOST_WAITING = 50
MOST_KEPT = 200  # jobs that are over; older ones are forgotten, their runs stay
MOST_AWAY = 16  # jobs on the cluster at a time; its scheduler shares its workers among them


class JobInfo(BaseModel):
    """A job at a glance."""

    id: str
    command: str
    programme: str
    scenario: str | None = None
    run: str | None = Field(None, description="the run that it writes")
    has_run: bool = Field(False, description="whether that run is there")
    where: str = Field("", description="address of the cluster that it works on; blank: here")
    state: State
    position: int | None = Field(None, description="in the queue, from 1")
    asked: float = Field(description="seconds since 1970")
    started: float | None = None
    ended: float | None = None
    code: int | None = Field(None, description="exit code of the command")
    progress: Progress = Progress()
    words: list[str] = Field([], description="the last lines that it said to people")


class Queue:
    """The jobs of one folder; of those on this machine at most `workers` work at a time."""

    def __init__(self, folder: Path, runs: Shelf, workers: int, cluster: str | None = None) -> None:
        self.folder = folder
        self.runs = runs
        self.workers = workers
        self.cluster = cluster
        self._lock = threading.Lock()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    # --- Asked of it --------------------------------------------------------------------------

    def add(self, request: Any, programme: Path) -> JobInfo:
        """Put a job into the queue.

        Raises:
            Problem: the queue is full, the run's name is taken, or there is no cluster.
        """
        if request.on_cluster and self.cluster is None:
            raise unfit("this server has no cluster; it is started with --cluster")
        with self._lock:
            states = {folder: files.state_of(folder) for folder in self._folders()}
            waiting = sum(state is State.QUEUED for state in states.values())
            if waiting >= MOST_WAITING:
                raise Problem(429, f"{waiting} jobs are waiting; try again when some are done")
            target = self._target(request, states)
            job = self._write(request, programme, target)
            self._tick()
        return self.info(job)

    def cancel(self, job: str) -> JobInfo:
        """Stop a job that waits or runs; one that is over stays as it is.

        Raises:
            Problem: there is no such job.
        """
        folder = self._folder(job)
        with self._lock:
            if files.state_of(folder) not in OVER:
                files.write(folder, files.CANCEL, {"at": time.time()})
                keeper = files.alive(files.read(folder, files.STARTED))
                if keeper is not None:
                    keeper.send_signal(signal.SIGTERM)
        return self.info(job)

    def info(self, job: str) -> JobInfo:
        """One job.

        Raises:
            Problem: there is no such job.
        """
        folder = self._folder(job)
        before = [one for one in self._waiting() if one <= folder]
        is_waiting = before[-1:] == [folder]
        state = State.QUEUED if is_waiting else files.state_of(folder)
        return self._info(folder, state, len(before) if is_waiting else None)

    def all(self) -> list[JobInfo]:
        """Every job, the newest first."""
        found = [(folder, files.state_of(folder)) for folder in self._folders()]
        waiting = [folder for folder, state in found if state is State.QUEUED]
        place = {folder: i + 1 for i, folder in enumerate(waiting)}
        return [self._info(folder, state, place.get(folder)) for folder, state in reversed(found)]

    def output(self, job: str) -> str:
        """What the command wrote on stdout, at most its last megabyte.

        Raises:
            Problem: there is no such job.
        """
        return files.tail(self._folder(job) / files.STDOUT, 2**20)

    # --- What it does by itself ---------------------------------------------------------------

    def tick(self) -> None:
        """Note what vanished, start what may start, forget what is old."""
        with self._lock:
            self._tick()

    def _tick(self) -> None:
        self._reap()
        states = {folder: files.state_of(folder) for folder in self._folders()}
        over = [folder for folder, state in states.items() if state in OVER]
        for folder in over:
            self._close(folder)
        for folder in over[:-MOST_KEPT]:
            shutil.rmtree(folder, ignore_errors=True)
        waiting = [folder for folder, state in states.items() if state is State.QUEUED]
        ready = [folder for folder in waiting if folder.name not in self._children]
        busy = [folder for folder in states if folder not in (*over, *ready)]  # or just started
        for is_away, most in ((False, self.workers), (True, MOST_AWAY)):
            room = most - sum(_is_away(folder) is is_away for folder in busy)
            alike = [folder for folder in ready if _is_away(folder) is is_away]
            for folder in alike[: max(room, 0)]:
                self._start(folder)

    def _reap(self) -> None:
        """Let go of keepers that are gone; one that could not even begin is not tried again."""
        for job, keeper in list(self._children.items()):
            code = keeper.poll()
            if code is None:
                continue
            del self._children[job]
            folder = self.folder / job
            if code != 0 and files.state_of(folder) is State.QUEUED:
                files.close(folder, 1)

    def _close(self, folder: Path) -> None:
        """Write down the end of a job whose keeper could not."""
        if (folder / files.ENDED).exists():
            return
        child = files.alive(files.read(folder, files.STARTED).get("child", {}))
        if child is not None:
            child.kill()
            child.wait(timeout=10)
        files.close(folder, None)

    def _start(self, folder: Path) -> None:
        command = [sys.executable, "-m", "fabstack.serve.jobs.keeper", str(folder)]
        with (folder / "keeper").open("ab") as said:
            self._children[folder.name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # neither Ctrl-C nor the server's end reaches it
            )

    # --- Folders ------------------------------------------------------------------------------

    def _folders(self) -> list[Path]:
        """All jobs, the oldest first: their names begin with the time."""
        return sorted(
            folder
            for folder in self.folder.iterdir()
            if folder.name[0] != "." and (folder / files.REQUEST).exists()
        )

    def _waiting(self) -> list[Path]:
        return [f for f in self._folders() if files.state_of(f) is State.QUEUED]

    def _folder(self, job: str) -> Path:
        folder = self.folder / job
        is_plain = job.replace("-", "").isalnum() and job.isascii() and len(job) < 60
        if not is_plain or not (folder / files.REQUEST).is_file():
            raise not_found("job", job)
        return folder

    def _target(self, request: Any, states: dict[Path, State]) -> Path | None:
        """Where the run is to stand; no two jobs may want the same place."""
        if request.command not in requests.WRITES:
            return None
        open_jobs = (folder for folder, state in states.items() if state not in OVER)
        taken = {files.read(folder, files.REQUEST).get("target") for folder in open_jobs}
        if not request.run:
            targets = (self.runs.root / name for name in self._names(request))
            return next(one for one in targets if str(one) not in taken and not one.exists())
        target = self.runs.new(request.run)
        if str(target) in taken:
            raise Problem(409, f"another job is going to write the run '{request.run}'")
        return target

    def _names(self, request: Any) -> Iterator[str]:
        words = [request.programme, request.scenario, request.command]
        stem = "-".join(_plain(word) for word in words if word)[:80]
        yield stem
        yield from (f"{stem}-{number}" for number in range(2, 10_000))

    def _write(self, request: Any, programme: Path, target: Path | None) -> str:
        now = datetime.now(UTC)
        job = f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}"
        partial = new_partial(self.folder / job)
        where = self._where(request)
        is_study = request.command in requests.STUDIES
        document = {
            "asked": now.timestamp(),
            "request": request.model_dump(mode="json"),
            "target": str(target) if target else None,
            "where": where,
            "as_one_task": where is not None and not is_study,
            "arguments": requests.arguments(request, str(programme), str(target), where),
        }
        files.write(partial, files.REQUEST, document)
        partial.rename(self.folder / job)
        return job

    def _where(self, request: Any) -> str | None:
        """The cluster, where there is one, what is asked for writes a run, and nobody minds."""
        is_wanted = request.on_cluster is not False and request.command in requests.WRITES
        return self.cluster if is_wanted else None

    def _info(self, folder: Path, state: State, position: int | None) -> JobInfo:
        document, ended = files.read(folder, files.REQUEST), files.read(folder, files.ENDED)
        asked, target = document.get("request", {}), document.get("target")
        progress, words = told(files.tail(folder / files.STDERR))
        return JobInfo(
            id=folder.name,
            command=asked.get("command", ""),
            programme=asked.get("programme", ""),
            scenario=asked.get("scenario"),
            run=Path(target).name if target else None,
            where=document.get("where") or "",
            has_run=target is not None and (Path(target) / self.runs.marker).exists(),
            state=state,
            position=position,
            asked=document.get("asked", 0.0),
            started=files.read(folder, files.STARTED).get("at"),
            ended=ended.get("at"),
            code=ended.get("code"),
            progress=progress,
            words=[line[:500] for line in words if line.strip()][-12:],
        )


def _is_away(folder: Path) -> bool:
    return files.read(folder, files.REQUEST).get("where") is not None


def _plain(word: str) -> str:
    """A word as a part of a name."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in word)
    return kept.strip("-") or "x"
