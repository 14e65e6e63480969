"""What the routes share: their context, and how pages and filters are asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi import Path as InPath

from fabstack.serve.context import Context
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
