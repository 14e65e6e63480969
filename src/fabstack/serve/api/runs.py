"""Runs over REST: the list, what a run says, its tables, figures, floors and report."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from fabstack.results.catalogue import TABLES, column_of
from fabstack.results.run import REPORT
from fabstack.serve import rows as row
from fabstack.serve.api.parts import (
    Here,
    Limit,
    Name,
    Offset,
    Quiet,
    Spoken,
    Wanted,
    as_figure,
)
from fabstack.serve.figures import Figures, picture, rows_behind
from fabstack.serve.floor import Floor, floor_of, plants_of
from fabstack.serve.language import Language, speaking
from fabstack.serve.problems import not_found
from fabstack.serve.runs import RunInfo, matching

router = APIRouter(tags=["runs"])
figures = Figures()

# The report brings its own scripts; without an origin they can reach nothing of this server.
SANDBOX = (
    "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)


class RunList(BaseModel):
    """Some of the runs."""

    runs: list[RunInfo]
    total: int
    matching: int


class ResultColumnInfo(BaseModel):
    """One column of a run's table."""

    name: str
    unit: str = ""
    meaning: str = ""
    type: str


class TablePage(BaseModel):
    """Some rows of a table."""

    table: str
    meaning: str = ""
    columns: list[ResultColumnInfo]
    rows: list[dict[str, Any]]
    total: int
    matching: int = Field(description="rows that pass the filters")
    offset: int


@router.get("/runs")
def list_runs(
    here: Here,
    q: Annotated[str, Query(max_length=200, description="words that must all occur")] = "",
    programme: Annotated[str, Query(max_length=120)] = "",
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> RunList:
    """The runs, the newest first."""
    infos = here.runs.all()
    found = matching(infos, q, programme)
    shown = found[offset : offset + limit]
    return RunList(runs=shown, total=len(infos), matching=len(found))


@router.get("/runs/{run}")
def get_run(run: Name, here: Here) -> RunInfo:
    """One run at a glance."""
    return here.runs.info(run)


@router.get("/runs/{run}/manifest")
def get_manifest(run: Name, here: Here) -> dict[str, Any]:
    """What was run, with what, when and for how long."""
    return here.runs.run(run).manifest


@router.get("/runs/{run}/summary")
def get_summary(run: Name, here: Here) -> dict[str, Any]:
    """The answer in a page of numbers."""
    return here.runs.run(run).summary


@router.get("/runs/{run}/tables/{table}")
def get_rows(
    run: Name, table: Name, here: Here, asked: Wanted, offset: Offset = 0, limit: Limit = 100
) -> TablePage:
    """Rows of a table: filtered, sorted, one page of them."""
    found = row.page_of(here.runs.run(run), table, asked, offset=offset, limit=limit)
    return TablePage(
        table=table,
        meaning=TABLES[table].meaning if table in TABLES else "",
        columns=[_column(table, name, str(kind)) for name, kind in found.rows.schema.items()],
        rows=[_plain(entry) for entry in found.rows.iter_rows(named=True)],
        total=found.total,
        matching=found.matching,
        offset=offset,
    )


def _column(table: str, name: str, kind: str) -> ResultColumnInfo:
    known = column_of(table, name)
    if known is None:
        return ResultColumnInfo(name=name, type=kind)
    return ResultColumnInfo(name=name, unit=known.unit, meaning=known.meaning, type=kind)


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it; broken numbers of foreign files are blank."""
    return {name: _plain_value(value) for name, value in entry.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


@router.get(
    "/runs/{run}/tables/{table}/csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "The rows as CSV"}},
)
def download_rows(run: Name, table: Name, here: Here, asked: Wanted) -> StreamingResponse:
    """All rows that pass the filters, as CSV."""
    pieces = row.csv_pieces(here.runs.run(run), table, asked)
    headers = {"content-disposition": f'attachment; filename="{table}.csv"'}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/runs/{run}/figures/{figure}")
def get_figure(
    run: Name,
    figure: Name,
    here: Here,
    quiet: Quiet = False,
    lang: Spoken = Language.ENGLISH,
) -> dict[str, Any]:
    """A figure of the report for Plotly; colours are roles such as `$made`."""
    with speaking(lang):
        return as_figure(lambda: figures.json(here.runs.run(run), figure), quiet=quiet)


@router.get(
    "/runs/{run}/figures/{figure}/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The rows as CSV"}},
)
def download_figure(run: Name, figure: Name, here: Here) -> Response:
    """The rows that a figure is drawn from, as CSV."""
    rows = rows_behind(here.runs.run(run), picture(figure))
    headers = {"content-disposition": f'attachment; filename="{figure}.csv"'}
    return Response(row.harmless(rows).write_csv(), media_type="text/csv", headers=headers)


@router.get("/runs/{run}/floors")
def list_floors(run: Name, here: Here) -> dict[str, str]:
    """The plants of a run that can be looked at over time, each with the table that says so."""
    return plants_of(here.runs.run(run))


@router.get("/runs/{run}/floors/{plant}")
def get_floor(
    run: Name, plant: Name, here: Here, source: Annotated[str | None, Query(max_length=60)] = None
) -> Floor:
    """The load of every tool group of a plant over time."""
    return floor_of(here.runs.run(run), plant, source)


@router.get(
    "/runs/{run}/report",
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}, "description": "The report"}},
)
def get_report(run: Name, here: Here) -> FileResponse:
    """The report of a run, a page of its own."""
    file = here.runs.run(run).folder / REPORT
    if not file.is_file():
        raise not_found("report of the run", run)
    headers = {"content-security-policy": SANDBOX}
    return FileResponse(file, media_type="text/html; charset=utf-8", headers=headers)
