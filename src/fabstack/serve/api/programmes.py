"""Programmes over REST: read, check, edit with optimistic locking, upload."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from fabstack.serve.api.parts import Here, Name, Offset, Scenario
from fabstack.serve.problems import Problem, ProblemModel
from fabstack.serve.programmes.store import Edits, ProgrammeDetail, ProgrammeInfo
from fabstack.serve.programmes.tables import TableText, digest_of, text_of
from fabstack.serve.programmes.trial import PlacedFinding, placed
from fabstack.serve.programmes.uploads import receive

router = APIRouter(tags=["programmes"])
MOST_TEXT_ROWS = 5_000


class Checked(BaseModel):
    """What the check says."""

    findings: list[PlacedFinding]
    verdicts: list[dict[str, Any]] = Field([], description="on every claim, where nothing is wrong")
    errors: int


class Saved(Checked):
    """What the check says after saving."""

    etag: str


OLD: dict[int | str, dict[str, Any]] = {
    412: {"model": ProblemModel, "description": "Somebody else has saved in the meantime"},
    428: {"model": ProblemModel, "description": "If-Match is missing"},
}
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemModel, "description": "The name is taken"}
}


@router.get("/programmes")
def list_programmes(here: Here) -> list[ProgrammeInfo]:
    """Every programme."""
    return here.programmes.all()


@router.get("/programmes/{programme}")
def get_programme(programme: Name, here: Here, response: Response) -> ProgrammeDetail:
    """One programme: its tables, scenarios and the tag that a save needs."""
    detail = here.programmes.detail(programme)
    response.headers["etag"] = f'"{detail.etag}"'
    return detail


@router.put(
    "/programmes/{programme}",
    status_code=201,
    responses=TAKEN,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def put_programme(programme: Name, request: Request, here: Here) -> ProgrammeInfo:
    """Add a programme from a ZIP of its folder or a workbook; it is checked before it is kept."""
    content = await request.body()
    return await run_in_threadpool(receive, here.programmes, programme, content)


@router.get("/programmes/{programme}/check")
def check_programme(programme: Name, here: Here, scenario: Scenario = None) -> Checked:
    """The same findings and verdicts as `fabstack check`."""
    judged = here.programmes.check(programme, scenario)
    found = placed(judged.findings, here.programmes.folder(programme))
    verdicts = [verdict.as_dict() for verdict in judged.verdicts]
    return Checked(findings=found, verdicts=verdicts, errors=len(judged.errors))


@router.get("/programmes/{programme}/tables/{table}")
def get_table(
    programme: Name,
    table: Name,
    here: Here,
    response: Response,
    scenario: Scenario = None,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_TEXT_ROWS)] = 1_000,
) -> TableText:
    """Rows of a table as the texts of their cells, and what belongs into each column."""
    rows = here.programmes.table(programme, table, scenario, first=offset, most=limit)
    response.headers["etag"] = f'"{digest_of(here.programmes.folder(programme))}"'
    return rows


@router.get(
    "/programmes/{programme}/tables/{table}/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The file as it is"}},
)
def download_table(programme: Name, table: Name, here: Here) -> Response:
    """A table as its CSV file."""
    here.programmes.table(programme, table, most=0)
    file = here.programmes.folder(programme) / f"{table}.csv"
    if not file.is_file():
        raise Problem(404, f"the programme has no file {table}.csv")
    name = f'attachment; filename="{table}.csv"'
    headers = {"content-disposition": name}
    return Response(text_of(file).encode(), media_type="text/csv", headers=headers)


@router.post("/programmes/{programme}/tables/{table}/check")
def check_edits(programme: Name, table: Name, edits: Edits, here: Here) -> Checked:
    """What the check would say after some edits; nothing is saved."""
    judged, new = here.programmes.trial(programme, table, edits)
    found = placed(judged.findings, here.programmes.folder(programme), new)
    return Checked(findings=found, errors=len(judged.errors))


@router.patch("/programmes/{programme}/tables/{table}", responses={**OLD})
def save_edits(
    programme: Name,
    table: Name,
    edits: Edits,
    here: Here,
    response: Response,
    if_match: Annotated[
        str | None, Header(max_length=200, description="the ETag that the edits are made on")
    ] = None,
) -> Saved:
    """Save some edits in place or as a scenario; refused where they would add an error."""
    tag = _tag(if_match)
    judged, etag = here.programmes.save(programme, table, edits, tag)
    found = placed(judged.findings, here.programmes.folder(programme))
    response.headers["etag"] = f'"{etag}"'
    return Saved(findings=found, errors=len(judged.errors), etag=etag)


def _tag(if_match: str | None) -> str:
    """The tag in If-Match; without one nobody could tell whose edits would be lost."""
    if not if_match:
        raise Problem(428, "give the ETag of the programme in If-Match, so that no edit is lost")
    found = re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', if_match.strip())
    return found[1] if found else ""
