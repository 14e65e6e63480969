"""A server that is killed loses no run, and what it left is whole or not there."""

import random
import time
import urllib.error

import pytest
from serving import wait_for

from fabstack.results.store import open_run, tables_digest
from fabstack.serve.jobs.files import OVER, State

MOMENTS = 10


def job_of(server, job):
    return server.get(f"/api/jobs/{job}")


def test_ten_kills_during_jobs_lose_nothing(serve, folders):
    """Killed at random moments, once at once; its jobs go on and are found again."""
    chance, server, jobs = random.Random(7), serve("--jobs", "2"), []
    for moment in range(MOMENTS):
        asked = {"command": "simulate", "programme": "small-line", "days": 40, "seed": moment}
        jobs.append(server.post("/api/jobs", asked)["id"])
        time.sleep(0.0 if moment == 0 else chance.uniform(0.0, 1.5))
        server.kill()
        server.start()
        assert {one["id"] for one in server.get("/api/jobs")} == set(jobs)
    ended = wait_for(lambda: all_over(server), 240)
    assert {one["state"] for one in ended} == {State.DONE}
    assert sorted(info["name"] for info in server.get("/api/runs")["runs"]) == sorted(
        one["run"] for one in ended
    )
    for one in ended:
        run = open_run(folders[0] / one["run"])
        assert tables_digest(run.folder) == run.manifest["tables_digest"]
    assert [path for path in folders[0].iterdir() if path.name.endswith(".partial")] == []


def all_over(server):
    jobs = server.get("/api/jobs")
    return jobs if all(one["state"] in OVER for one in jobs) else None


def test_a_job_can_be_cancelled_after_the_server_came_back(serve, folders):
    server = serve()
    asked = {"command": "simulate", "programme": "small-line", "days": 3000, "replications": 60}
    job = server.post("/api/jobs", asked)["id"]
    wait_for(lambda: job_of(server, job)["state"] == State.RUNNING)
    server.kill()
    server.start()
    assert job_of(server, job)["state"] == State.RUNNING
    server.post(f"/api/jobs/{job}/cancel")
    wait_for(lambda: job_of(server, job)["state"] == State.CANCELLED)
    assert [path.name for path in folders[0].iterdir()] == [".fabstack"]


def test_what_was_asked_is_told_in_problems(serve):
    server = serve()
    with pytest.raises(urllib.error.HTTPError) as told:
        server.post("/api/jobs", {"command": "run", "programme": "none"})
    assert told.value.code == 404
    assert told.value.headers["content-type"] == "application/problem+json"
    told.value.close()
