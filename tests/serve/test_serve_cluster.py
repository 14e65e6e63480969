"""Jobs on a Dask cluster: their runs are those of this machine, and they stop when told to."""

import time

import psutil
import pytest
from pydantic import TypeAdapter
from serving import wait_for

from fabstack.results.store import open_run
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import OVER, REQUEST, State, read
from fabstack.serve.jobs.requests import Request
from fabstack.serve.problems import Problem

dask = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of Dask's own
LONG = {"command": "simulate", "programme": "small-line", "days": 3000, "replications": 60}


@pytest.fixture(scope="module")
def scheduler():
    with dask.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield local.scheduler_address


@pytest.fixture
def away(folders, scheduler):
    """A server's context with a cluster; its jobs are stopped after the test."""
    made = Context(*folders, workers=1, cluster=scheduler)
    yield made
    for job in made.jobs.all():
        made.jobs.cancel(job.id)
    wait_for(lambda: all(job.state in OVER for job in looked(made)))


def looked(context):
    context.jobs.tick()
    return context.jobs.all()


def start(context, **asked):
    request = TypeAdapter(Request).validate_python(asked)
    return context.jobs.add(request, context.programmes.folder(asked["programme"])).id


def ended(context, job):
    def over():
        context.jobs.tick()
        info = context.jobs.info(job)
        return info if info.state in OVER else None

    return wait_for(over, 240)


def test_a_run_of_the_cluster_is_that_of_this_machine(away):
    asked = {"command": "simulate", "programme": "small-line", "days": 20}
    there = start(away, **asked, run="there")
    here = start(away, **asked, run="here", on_cluster=False)
    infos = [ended(away, job) for job in (there, here)]
    assert [info.state for info in infos] == [State.DONE] * 2
    assert infos[0].where == away.jobs.cluster
    assert infos[1].where == ""
    runs = [open_run(away.runs.shelf.root / name) for name in ("there", "here")]
    assert len({run.manifest["tables_digest"] for run in runs}) == 1


def test_a_study_gives_its_tasks_to_the_cluster_and_a_check_stays(away):
    study = start(away, command="sweep", programme="toy-chain", futures=3, samples=20)
    check = start(away, command="check", programme="toy-chain")
    arguments = read(away.jobs.folder / study, REQUEST)["arguments"]
    assert f"--cluster={away.jobs.cluster}" in arguments
    assert away.jobs.info(check).where == ""
    info = ended(away, study)
    assert (info.state, info.has_run) == (State.DONE, True)
    assert open_run(away.runs.shelf.root / info.run).table("sweep_runs").height == 3
    assert ended(away, check).state == State.DONE


def test_a_fault_there_is_told_here(away, folders):
    (folders[1] / "toy-chain" / "items.csv").write_text("name\n", encoding="utf-8")
    info = ended(away, start(away, command="ramp", programme="toy-chain"))
    assert (info.state, info.code, info.has_run) == (State.FAILED, 2, False)
    assert any("items.csv" in line for line in info.words)


def test_progress_is_told_and_a_cancel_ends_the_command_there(away, folders):
    job = start(away, **LONG)
    wait_for(lambda: looked(away) and away.jobs.info(job).progress.done > 0, 120)
    assert commands()
    away.jobs.cancel(job)
    assert ended(away, job).state == State.CANCELLED
    wait_for(lambda: not commands(), 60)
    assert [path.name for path in folders[0].iterdir()] == [".fabstack"]


def commands():
    """The long command in the worker's processes."""
    found = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in found if "--until=3000.0d" in line and "fabstack" in line]


def test_jobs_there_do_not_wait_for_those_here(away):
    here, there = start(away, **LONG, on_cluster=False), start(away, **LONG, run="second")
    both = {State.RUNNING}  # at once: either may be the first to say that it runs
    wait_for(lambda: looked(away) and {away.jobs.info(job).state for job in (here, there)} == both)
    third = start(away, **LONG, run="third", on_cluster=False)
    time.sleep(1.0)
    assert away.jobs.info(third).position == 1


def test_without_a_cluster_nothing_can_be_sent_there(context):
    with pytest.raises(Problem, match="has no cluster"):
        start(context, **LONG, on_cluster=True)
    assert context.jobs.all() == []


def test_nobody_at_the_address_is_told(folders):
    context = Context(*folders, workers=1, cluster="nowhere://127.0.0.1:9")
    info = ended(context, start(context, command="ramp", programme="toy-chain"))
    assert (info.state, info.has_run) == (State.LIMITED, False)
    assert any("no cluster answers at nowhere://127.0.0.1:9" in line for line in info.words)
