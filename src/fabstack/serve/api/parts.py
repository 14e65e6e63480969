"""What the routes share: their context, and how pages and filters are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi import Path as InPath

from fabstack.serve.context import Context
from fabstack.serve.language import Language
from fabstack.serve.problems import Problem
from fabstack.serve.rows import MOST_ROWS, RULE, Asked


def context(request: Request) -> Context:
    """The runs, programmes and jobs of this server."""
    found: Context = request.app.state.context
    return found


def asked(
    filter: Annotated[
        list[Annotated[str, Query(max_length=500)]], Query(description=RULE, max_length=20)
    ] = [],  # noqa: B006 - FastAPI copies it
    sort: Annotated[
        str, Query(description="a column; with a minus before it the largest first", max_length=120)
    ] = "",
) -> Asked:
    """The rows that are asked for."""
    return Asked(tuple(filter), sort)


Here = Annotated[Context, Depends(context)]
Wanted = Annotated[Asked, Depends(asked)]
Name = Annotated[str, InPath(max_length=120)]
Offset = Annotated[int, Query(ge=0, le=2**40, description="rows to pass over")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="rows of this page")]
Scenario = Annotated[str | None, Query(max_length=120, description="a scenario of the programme")]
Quiet = Annotated[bool, Query(description="tell what is missing as {missing: words}")]
Spoken = Annotated[Language, Query(description="of the words in the figure")]


def as_figure(draw: Callable[[], str], *, quiet: bool) -> dict[str, Any]:
    """A figure as it was drawn; a quiet reader is told in words why there is none."""
    try:
        return Response(draw(), media_type="application/json")  # type: ignore[return-value]
    except Problem as problem:
        if quiet and problem.status == 422:
            return {"missing": problem.detail}
        raise
