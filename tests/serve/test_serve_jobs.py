"""Jobs: their state is in files, whoever asks and whoever dies."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from serving import wait_for, write_run

from fabstack.cli import exit_code
from fabstack.serve.jobs import files
from fabstack.serve.jobs.files import State, state_of
from fabstack.serve.jobs.progress import told
from fabstack.serve.jobs.requests import Request, arguments
from fabstack.serve.problems import Problem

REQUEST = TypeAdapter(Request)
GONE = {"pid": 2**22 - 1, "created": 1.0}  # no process of that number began in 1970


def request(**given):
    return REQUEST.validate_python({"programme": "toy-chain", **given})


@pytest.fixture
def job(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    files.write(folder, files.REQUEST, {"target": str(tmp_path / "out")})
    return folder


# --- State ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "cancelled", "state"),
    [
        (0, False, State.DONE),
        (0, True, State.DONE),
        (4, False, State.LIMITED),
        (2, False, State.FAILED),
        (1, True, State.CANCELLED),
        (130, True, State.CANCELLED),
        (130, False, State.INTERRUPTED),
        (-9, False, State.INTERRUPTED),
        (None, False, State.INTERRUPTED),
    ],
)
def test_what_the_end_says(job, code, cancelled, state):
    files.write(job, files.STARTED, GONE)
    if cancelled:
        files.write(job, files.CANCEL, {})
    files.write(job, files.ENDED, {"code": code})
    assert state_of(job) is state


def test_the_way_of_a_job(job):
    assert state_of(job) is State.QUEUED
    files.write(job, files.STARTED, files.identity(os.getpid()))
    assert state_of(job) is State.RUNNING
    files.write(job, files.STARTED, GONE)
    assert state_of(job) is State.INTERRUPTED


def test_another_process_with_the_same_number_is_not_taken_for_it(job):
    mine = files.identity(os.getpid())
    files.write(job, files.STARTED, {**mine, "created": mine["created"] - 100})
    assert state_of(job) is State.INTERRUPTED


def test_a_run_that_was_whole_before_its_process_vanished_is_done(job, tmp_path):
    files.write(job, files.STARTED, GONE)
    write_run(tmp_path, "out")
    files.close(job, None)
    assert state_of(job) is State.DONE


def test_what_was_half_written_is_swept_away_and_nothing_else(job, tmp_path):
    for name in (".out-0123abcd.partial", ".other-0123abcd.partial", ".out-2-0123abcd.partial"):
        (tmp_path / name).mkdir()
    files.close(job, None)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"job", ".other-0123abcd.partial", ".out-2-0123abcd.partial"}


# --- Requests -------------------------------------------------------------------------------------


def test_a_value_cannot_pass_for_an_option():
    asked = request(command="run", scenario="--out=/etc", seed=3)
    words = arguments(asked, "/p/toy-chain", "/r/x")
    assert words == ["run", "--scenario=--out=/etc", "--seed=3", "--time-limit=300.0",
                     "--out=/r/x", "--", "/p/toy-chain"]  # fmt: skip


def test_no_text_of_a_study_can_pass_for_an_option():
    asked = request(command="sweep", vary=["--out=/etc", "a/b/c=1"])
    words = arguments(asked, "/p/toy-chain", "/r/x", "tcp://10.0.0.1:8786")
    assert words == ["study", "sweep", "--engine=ramp", "--vary=--out=/etc", "--vary=a/b/c=1",
                     "--replications=1", "--seed=1", "--out=/r/x",
                     "--cluster=tcp://10.0.0.1:8786", "--", "/p/toy-chain"]  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [{"command": "rm"}, {"command": "run", "seed": -1}, {"command": "run", "days": float("nan")},
     {"command": "plan", "expand": 10**9}, {"command": "run", "extra": 1}, {}],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(given):
    with pytest.raises(ValidationError):
        request(**given)


@pytest.mark.parametrize(
    "given",
    [{"command": "run", "seed": 2, "samples": 5, "days": 3, "replications": 2},
     {"command": "plan", "relaxed": True, "shortage": True, "expand": 1},
     {"command": "simulate", "days": 2.5}, {"command": "ramp", "samples": 9},
     {"command": "sweep", "engine": "simulate", "vary": ["a/b/c=1,2"], "days": 3, "samples": 4,
      "replications": 2}, {"command": "sweep", "futures": 5},
     {"command": "sensitivity", "of": ["cadence", "claim:x"], "samples": 8},
     {"command": "check"}],
)  # fmt: skip
def test_the_command_line_knows_every_option(given, capsys):
    """Parsed by the command line itself, up to a programme that is not there."""
    words = arguments(request(**given), "/nowhere/at/all", "/nowhere/run")
    assert exit_code(words) == 2
    said = capsys.readouterr()
    assert "no-programme" in said.err + said.out


# --- Progress -------------------------------------------------------------------------------------


def test_progress_is_told_apart_from_words():
    lines = 'hello\n{"progress": {"stage": "plan", "done": 4, "of": 8, "words": ""}}\nbye\n'
    progress, words = told(lines)
    assert (progress.stage, progress.done, progress.of) == ("plan", 4, 8)
    assert words == ["hello", "bye"]


@given(st.text())
def test_no_text_on_stderr_is_a_fault(text):
    told(text + '\n{"progress": ' + text)


def test_the_command_tells_its_progress(toy_run):
    lines = (toy_run.parent / "stderr").read_text().splitlines()
    stages = [json.loads(line)["progress"]["stage"] for line in lines]
    assert [stages[0], stages[-1]] == ["reading", "done"]
    assert {"check", "ramp", "plan", "simulation"} < set(stages)


# --- The queue ------------------------------------------------------------------------------------


def ended(queue, job):
    def over():
        queue.tick()
        info = queue.info(job)
        return info if info.state in files.OVER else None

    return wait_for(over)


def test_a_job_is_done_and_its_run_is_whole(context):
    folder = context.programmes.folder("small-line")
    asked = request(command="simulate", programme="small-line", days=5)
    job = context.jobs.add(asked, folder)
    info = ended(context.jobs, job.id)
    assert (info.state, info.code, info.has_run) == (State.DONE, 0, True)
    assert context.runs.run(info.run).table("sim_products").height > 0


def test_what_a_check_says_can_be_read(context):
    job = context.jobs.add(request(command="check"), context.programmes.folder("toy-chain"))
    assert ended(context.jobs, job.id).state is State.DONE
    assert json.loads(context.jobs.output(job.id))["counts"]["errors"] == 0


def test_a_job_that_fails_says_why(context, folders):
    (folders[1] / "toy-chain" / "items.csv").write_text("name\n\x00", encoding="utf-8")
    job = context.jobs.add(request(command="run"), context.programmes.folder("toy-chain"))
    info = ended(context.jobs, job.id)
    assert (info.state, info.code, info.has_run) == (State.FAILED, 2, False)
    assert any("items.csv" in line for line in info.words)


def test_one_works_and_the_others_wait_in_line(context):
    folder = context.programmes.folder("small-line")
    long = request(command="simulate", programme="small-line", days=3000, replications=50)
    first, second, third = (context.jobs.add(long, folder) for _ in range(3))
    started = context.jobs.folder / first.id
    wait_for(lambda: "child" in files.read(started, files.STARTED))
    keeper = files.read(started, files.STARTED)["pid"]
    assert os.getsid(keeper) != os.getsid(0), "Ctrl-C of the server would reach it"
    context.jobs.tick()
    assert [context.jobs.info(job.id).position for job in (second, third)] == [1, 2]
    assert len({first.run, second.run, third.run}) == 3
    assert context.jobs.cancel(second.id).state is State.CANCELLED
    assert context.jobs.info(third.id).position == 1
    context.jobs.cancel(third.id)
    wait_for(lambda: context.jobs.info(first.id).progress.stage == "simulation")
    context.jobs.cancel(first.id)
    stopped = ended(context.jobs, first.id)
    assert (stopped.state, stopped.code) == (State.CANCELLED, files.STOPPED), "it was not asked"
    assert any("nothing half-written" in line for line in stopped.words)
    assert [path.name for path in context.runs.shelf.root.iterdir()] == [".fabstack"]


def test_the_queue_is_bounded(context, monkeypatch):
    monkeypatch.setattr("fabstack.serve.jobs.queue.MOST_WAITING", 2)
    context.jobs.workers = 0
    folder = context.programmes.folder("toy-chain")
    for _ in range(2):
        context.jobs.add(request(command="check"), folder)
    with pytest.raises(Problem, match="2 jobs are waiting"):
        context.jobs.add(request(command="check"), folder)


def test_two_jobs_do_not_want_the_same_run(context):
    context.jobs.workers = 0
    folder = context.programmes.folder("toy-chain")
    context.jobs.add(request(command="ramp", run="mine"), folder)
    with pytest.raises(Problem) as problem:
        context.jobs.add(request(command="ramp", run="mine"), folder)
    assert problem.value.status == 409
    with pytest.raises(Problem, match="cannot name"):
        context.jobs.add(request(command="ramp", run="../mine"), folder)


def test_old_jobs_are_forgotten_and_their_runs_stay(context, monkeypatch):
    monkeypatch.setattr("fabstack.serve.jobs.queue.MOST_KEPT", 1)
    context.jobs.workers = 0
    folder = context.programmes.folder("toy-chain")
    for _ in range(3):
        context.jobs.cancel(context.jobs.add(request(command="check"), folder).id)
    context.jobs.tick()
    assert len(context.jobs.all()) == 1


def test_a_keeper_that_cannot_begin_is_not_tried_for_ever(context, monkeypatch):
    monkeypatch.setattr("fabstack.serve.jobs.queue.sys.executable", "/bin/false")
    job = context.jobs.add(request(command="check"), context.programmes.folder("toy-chain"))
    info = ended(context.jobs, job.id)
    assert (info.state, info.code) == (State.FAILED, 1)


def test_two_keepers_do_not_do_one_job_twice(context):
    """As when a server dies between starting a keeper and noting it."""
    context.jobs.workers = 0
    asked = request(command="simulate", programme="small-line", days=5)
    job = context.jobs.add(asked, context.programmes.folder("small-line"))
    folder = context.jobs.folder / job.id
    command = [sys.executable, "-m", "fabstack.serve.jobs.keeper", str(folder)]
    keepers = [subprocess.Popen(command, start_new_session=True) for _ in range(3)]
    assert [keeper.wait(timeout=120) for keeper in keepers] == [0, 0, 0]
    assert context.jobs.info(job.id).state is State.DONE
    assert files.read(folder, files.STARTED)["pid"] in [keeper.pid for keeper in keepers]


@pytest.mark.parametrize("reason", ["another has it", "it is over"])
def test_a_keeper_leaves_a_job_that_is_not_its_own(context, reason):
    context.jobs.workers = 0
    job = context.jobs.add(request(command="check"), context.programmes.folder("toy-chain"))
    folder = context.jobs.folder / job.id
    if reason == "it is over":
        files.write(folder, files.ENDED, {"code": 0})
    with (folder / files.LOCK).open("w") as lock:
        if reason == "another has it":
            fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "fabstack.serve.jobs.keeper", str(folder)]
        assert subprocess.run(command, timeout=60, check=False).returncode == 0
    assert not (folder / files.STARTED).exists()


def test_a_keeper_that_is_killed_takes_its_command_with_it(context):
    asked = request(command="simulate", programme="small-line", days=3000, replications=50)
    job = context.jobs.add(asked, context.programmes.folder("small-line"))
    folder = context.jobs.folder / job.id

    def child():
        return files.read(folder, files.STARTED).get("child")

    child = wait_for(child)
    time.sleep(0.5)
    os.kill(files.read(folder, files.STARTED)["pid"], signal.SIGKILL)
    wait_for(lambda: not files.is_alive(child), 30)  # while no server looks
    assert ended(context.jobs, job.id).state is State.INTERRUPTED
    assert [path.name for path in context.runs.shelf.root.iterdir()] == [".fabstack"]
