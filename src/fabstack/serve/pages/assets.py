"""Style, scripts and the drawing library, served from here and kept by the browser."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response

from fabstack.report.html import Html, element, joined
from fabstack.report.scripts import palettes_json, plotly
from fabstack.report.theme import Scheme, css_variables
from fabstack.serve.problems import not_found

router = APIRouter(include_in_schema=False)

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="7" fill="#0b5fa5"/><path d="M8 24V13l8-5 8 5v11M13 24v-7h6v7" fill="none" stroke="#fff" '
    'stroke-width="2.4" stroke-linejoin="round"/></svg>'
)
KEPT = "public, max-age=31536000, immutable"  # its address changes with its content


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """One of the files below."""
    if name not in TYPES:
        raise not_found("file", name)
    headers = {"content-encoding": "gzip", "cache-control": KEPT}
    return Response(_packed(name), media_type=TYPES[name], headers=headers)


@cache
def head() -> Html:
    """What every page loads."""
    return joined(
        [
            element("link", rel="stylesheet", href=_address("style.css")),
            element("script", src=_address("app.js"), defer=True),
        ]
    )


def _address(name: str) -> str:
    return f"/assets/{name}?v={hashlib.sha256(_packed(name)).hexdigest()[:12]}"


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_text(name).encode(), 6, mtime=0)


def _text(name: str) -> str:
    if name == "plotly.js":
        return str(plotly())
    if name == "app.js":
        given = (
            f'window.HOUSE = {{palettes: {palettes_json()}, plotly: "{_address("plotly.js")}"}};'
        )
        return f"{given}\n{_own('app.js')}"
    return _style()


def _style() -> str:
    """The report's own style for what is drawn like it, and that of the dashboard around it."""
    light, dark = (css_variables(scheme) for scheme in (Scheme.LIGHT, Scheme.DARK))
    schemes = f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    page = (resources.files("fabstack.report") / "static" / "page.css").read_text(encoding="utf-8")
    return f"{schemes}\n.house{{\n{page}\n}}\n{_own('app.css')}"


def _own(name: str) -> str:
    return (resources.files("fabstack.serve") / "static" / name).read_text(encoding="utf-8")


TYPES = {
    "style.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "plotly.js": "text/javascript; charset=utf-8",
}
