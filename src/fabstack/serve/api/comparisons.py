"""Several runs over REST: how two differ, and figures with a line for each run."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fabstack.results.compare import compare
from fabstack.results.run import Run
from fabstack.serve import rows as row
from fabstack.serve.api.parts import Here, Name, Quiet, Spoken, as_figure
from fabstack.serve.context import Context
from fabstack.serve.differences import Differences, differences
from fabstack.serve.language import Language, speaking
from fabstack.serve.overlays import MOST_RUNS, drawn, overlay_of, rows_of

router = APIRouter(tags=["runs"])
RunName = Annotated[str, Query(max_length=120)]
Names = Annotated[
    list[RunName],
    Query(alias="run", min_length=2, max_length=MOST_RUNS, description="names of runs"),
]


@router.get("/compare")
def compare_runs(here: Here, a: RunName, b: RunName) -> Differences:
    """How two runs differ: verdicts, and the cells that changed most."""
    return differences(compare(here.runs.run(a), here.runs.run(b)))


@router.get("/compare/figures/{figure}")
def get_overlay(
    figure: Name,
    here: Here,
    names: Names,
    quiet: Quiet = False,
    lang: Spoken = Language.ENGLISH,
) -> dict[str, Any]:
    """A figure with a line for each run, for Plotly."""
    with speaking(lang):
        return as_figure(lambda: drawn(overlay_of(figure), _runs(here, names)), quiet=quiet)


@router.get(
    "/compare/figures/{figure}/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The rows as CSV"}},
)
def download_overlay(figure: Name, here: Here, names: Names) -> Response:
    """The rows that such a figure is drawn from, as CSV."""
    rows = row.harmless(rows_of(overlay_of(figure), _runs(here, names)))
    headers = {"content-disposition": f'attachment; filename="compare-{figure}.csv"'}
    return Response(rows.write_csv(), media_type="text/csv", headers=headers)


def _runs(here: Context, names: list[str]) -> list[Run]:
    """Each run once."""
    return [here.runs.run(name) for name in dict.fromkeys(names)]
