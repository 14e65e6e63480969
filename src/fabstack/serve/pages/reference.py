"""The REST API for people, made from its own OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from fabstack.report.html import Html, element
from fabstack.serve.language import say
from fabstack.serve.pages.shell import button, frame, heading, page


def add(api: FastAPI) -> None:
    """Add the page."""

    @page("/reference")
    async def reference() -> None:
        frame("API", "API", *_content(api.openapi()))


def _content(document: dict[str, Any]) -> Iterator[Html]:
    link = button(say("OpenAPI document"), "/api/openapi.json", strong=True)
    yield heading(say("REST API"), link, over=say("The pages can do nothing that it cannot"))
    yield element("p", _words(document.get("info", {}).get("description", "")), class_="lead")
    for address, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            yield _operation(method, address, operation)


def _operation(method: str, address: str, operation: dict[str, Any]) -> Html:
    given = [
        element(
            "li", element("code", one["name"]), f" in {one['in']}. ", one.get("description", "")
        )
        for one in operation.get("parameters", [])
        if one["in"] != "path"
    ]
    return element(
        "section",
        element("h3", element("code", method.upper(), class_="method"), " ",
                element("code", address)),
        element("p", _words(operation.get("description", ""))),
        element("ul", given) if given else None,
        class_="operation",
    )  # fmt: skip


def _words(text: str) -> list[Html | str]:
    """The text with what stands between backticks as code."""
    parts = text.split("`")
    return [element("code", part) if place % 2 else part for place, part in enumerate(parts)]
