"""The FastAPI application: routes, and every error as a problem document."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from importlib import metadata
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from fabstack.errors import FabstackError, InputError
from fabstack.serve.api import comparisons, jobs, programmes, runs
from fabstack.serve.context import Context
from fabstack.serve.problems import Problem, ProblemModel, unfit

TICK_S = 0.5
PROBLEM = {"$ref": "#/components/schemas/ProblemModel"}
log = logging.getLogger("fabstack.serve")

ABOUT = """
Programmes, runs and jobs of one server. Errors are problem documents (RFC 9457) that carry the
findings of `fabstack check`. With a token: `Authorization: Bearer TOKEN`.
"""
REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemModel, "description": words}
    for status, words in {
        400: "The request cannot be read",
        401: "The token is missing",
        404: "There is no such thing",
        405: "Not in this way",
        413: "The body is too large",
        422: "Understood, and not acceptable",
        429: "Too many requests",
    }.items()
}


def application(context: Context) -> FastAPI:
    """The API over some runs, programmes and jobs."""
    app = FastAPI(
        title="fabstack",
        version=metadata.version("fabstack"),
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages fetch scripts from elsewhere
        redoc_url=None,
        lifespan=_working(context),
        responses=REFUSED,
        separate_input_output_schemas=False,
    )
    app.state.context = context
    _document_problems(app)
    for routes in (programmes, runs, comparisons, jobs):
        app.include_router(routes.router, prefix="/api")
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(FabstackError, _problem)
    app.add_exception_handler(RequestValidationError, _problem)
    app.add_exception_handler(HTTPException, _problem)
    app.add_exception_handler(Exception, _fault)
    return app


def _document_problems(app: FastAPI) -> None:
    """Say in the OpenAPI document that errors are problem documents, whatever a route gives."""
    made = app.openapi

    def document() -> dict[str, Any]:
        found = made()
        for methods in found["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if status >= "400":
                        answer["content"] = {"application/problem+json": {"schema": PROBLEM}}
        return found

    app.openapi = document  # type: ignore[method-assign]


def _working(context: Context) -> Any:
    """While the server runs, the queue is looked after."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_tick(context))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return lifespan


async def _tick(context: Context) -> None:
    while True:
        try:
            await asyncio.to_thread(context.jobs.tick)
        except Exception:
            log.exception("the queue could not be looked after; it is tried again")
        await asyncio.sleep(TICK_S)


# --- Errors ---------------------------------------------------------------------------------------


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    problem = _as_problem(error)
    headers = getattr(error, "headers", None)
    return JSONResponse(
        problem.document(), int(problem.status), headers, media_type="application/problem+json"
    )


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, InputError):
        return unfit("the input is wrong", error.findings)
    if isinstance(error, RequestValidationError):
        return unfit("; ".join(_said(one) for one in error.errors()[:20]))
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail))
    return unfit(str(error))


def _said(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}"


async def _fault(_request: Request, error: Exception) -> JSONResponse:
    log.error("a fault of ours", exc_info=error)
    words = "this is a fault of ours, not of your request; the server's log says where"
    return JSONResponse(Problem(500, words).document(), 500, media_type="application/problem+json")
