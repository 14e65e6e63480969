"""Jobs over REST: start, follow, cancel."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import PlainTextResponse

from fabstack.serve.api.parts import Here, Name
from fabstack.serve.jobs.queue import JobInfo
from fabstack.serve.jobs.requests import Request
from fabstack.serve.problems import ProblemModel, not_found

router = APIRouter(tags=["jobs"])
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemModel, "description": "The name of the run is taken"}
}


@router.get("/jobs")
def list_jobs(here: Here) -> list[JobInfo]:
    """Every job, the newest first."""
    return here.jobs.all()


@router.post("/jobs", status_code=201, responses=TAKEN)
def start_job(request: Annotated[Request, Body()], here: Here) -> JobInfo:
    """Put a command into the queue; it works on when this server stops."""
    folder = here.programmes.folder(request.programme)
    if request.scenario and request.scenario not in _scenarios(here, request.programme):
        raise not_found("scenario", request.scenario)
    return here.jobs.add(request, folder)


def _scenarios(here: Here, programme: str) -> list[str]:
    return here.programmes.detail(programme).scenarios


@router.get("/jobs/{job}")
def get_job(job: Name, here: Here) -> JobInfo:
    """Where a job stands."""
    return here.jobs.info(job)


@router.get("/jobs/{job}/output", response_class=PlainTextResponse)
def get_output(job: Name, here: Here) -> PlainTextResponse:
    """What the command wrote on stdout, at most its last megabyte."""
    return PlainTextResponse(here.jobs.output(job))


@router.post("/jobs/{job}/cancel")
def cancel_job(job: Name, here: Here) -> JobInfo:
    """Stop a job; what it had not finished is taken away."""
    return here.jobs.cancel(job)
