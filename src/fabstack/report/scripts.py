"""What the page carries beside its text: figures as JSON, colours, the script that draws."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from fabstack.report.html import Html
from fabstack.report.theme import PALETTES, Figure, Scheme, css_variables

DIGITS = 6  # significant ones of what is drawn
_MARKUP = re.compile(r"<(?!/?(?:b|i|br|extra)>)")  # any tag that the figures themselves do not use


def figure_json(figure: Figure) -> Html:
    """A figure as JSON that may stand inside a script element."""
    return Html(_safe_json(_drawn(figure)))


def _drawn(value: Any) -> Any:
    """The same with few digits, dates as text, and no markup of the user's in any text."""
    if isinstance(value, dict):
        return {key: _drawn(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_drawn(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, str):
        return _MARKUP.sub("&lt;", value)
    return value.isoformat() if isinstance(value, date) else value


def _safe_json(document: Any) -> str:
    """JSON in which no text can end the script element (HTML, section 4.12.1.3)."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def palettes_json() -> Html:
    """The colours of both schemes, for the script that draws."""
    return Html(_safe_json({str(scheme): dict(colours) for scheme, colours in PALETTES.items()}))


def style() -> Html:
    """The style sheet with the colours of both schemes."""
    light, dark = (css_variables(scheme) for scheme in (Scheme.LIGHT, Scheme.DARK))
    schemes = (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )
    return Html(schemes + _own("page.css"))


def script() -> Html:
    """The script that draws the figures."""
    return Html(_own("page.js"))


@cache
def plotly() -> Html:
    """The drawing library, to be carried inside the page so that it opens without a network.

    The bundle of plotly.js for two axes, a third as large as the whole one; plotly-LICENSE.txt.
    """
    return Html(_own("plotly-cartesian.min.js"))


@cache
def _own(name: str) -> str:
    return (resources.files("fabstack.report") / "static" / name).read_text(encoding="utf-8")
