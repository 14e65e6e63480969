"""What all figures are put together from: traces, axes, layouts of one house style."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fabstack.report.language import say
from fabstack.report.theme import FONT, SERIES, Figure, faint

Trace = dict[str, Any]
Values = Sequence[Any]

# A scale of colours.
BAR: Mapping[str, Any] = {
    "thickness": 10,
    "lenmode": "pixels",
    "len": 170,
    "y": 1,
    "yanchor": "top",
}
LEGEND_PX, BARE_PX = 34, 12  # above a figure with a legend, and without one
LETTERS = 112  # of titles side by side, so that none runs into the next
MOST = 60  # lines of one figure that a reader can take in
# Two panels side by side with names at the left of each, which take a share of the width.
NAMED: Mapping[str, Any] = {"columns": 2, "each_px": 175, "left": 0.22}
NAME_LETTERS = 34  # of a line of such a name


# --- Traces -----------------------------------------------------------------------------------


def line(x: Values, y: Values, name: str, role: str, **more: Any) -> Trace:
    """A line over time; a name of the programme is given as `Name`, all others are said."""
    pen = {"color": role, "width": 2, **more.pop("line", {})}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": say(name),
        "line": pen,
        **more,
    }


def goal(x: Values, y: Values, name: str, role: str = "$ink") -> Trace:
    """A dashed line: what is wanted or claimed."""
    return line(x, y, name, role, line={"dash": "5px,3px", "width": 1.6})


def band(x: Values, low: Values, high: Values, name: str, role: str) -> list[Trace]:
    """The room between two lines, as two traces that come and go together."""
    edge = {"width": 0, "color": role}
    below = line(x, low, name, role, line=edge, showlegend=False, hoverinfo="skip")
    above = line(x, high, name, role, line=edge, fill="tonexty", fillcolor=faint(role, 0.2))
    return [below, {**above, "legendgroup": above["name"]}]


def bars(x: Values, y: Values, name: str, role: str, **more: Any) -> Trace:
    """Standing bars."""
    return {"type": "bar", "x": x, "y": y, "name": say(name), "marker": {"color": role}, **more}


def lying_bars(y: Values, x: Values, name: str, role: str, **more: Any) -> Trace:
    """Bars from left to right, one for each label of `y`."""
    return {**bars(x, y, name, role), "orientation": "h", **more}


def marks(x: Values, y: Values, name: str, role: str, symbol: str = "circle", **more: Any) -> Trace:
    """Single points."""
    marker = {"color": role, "symbol": symbol, "size": 9, **more.pop("marker", {})}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "name": say(name),
        "marker": marker,
    } | more


def spans(y: Values, low: Values, high: Values, name: str, role: str, width: int = 7) -> Trace:
    """A thick lying line from low to high for each label, as one trace."""
    xs = [value for pair in zip(low, high, strict=True) for value in (*pair, None)]
    ys = [label for label in y for _ in range(3)]
    pen = {"color": role, "width": width}
    unseen = {"size": width + 3, "color": "$card/0"}  # marks keep the ends clear of the frame
    return line(xs, ys, name, role, line=pen, mode="lines+markers", marker=unseen, hoverinfo="skip")


# --- Axes and layout --------------------------------------------------------------------------


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """A quiet axis; the title is short, carries the unit, and is said."""
    return {
        "title": {"text": say(title), "standoff": 8, "font": {"size": 12, "color": "$muted"}},
        "gridcolor": "$grid",
        "linecolor": "$line",
        "zerolinecolor": "$line",
        "tickfont": {"size": 11.5, "color": "$muted"},
        "automargin": True,
        "ticks": "",
        **more,
    }


def months(**more: Any) -> dict[str, Any]:
    """An axis of dates."""
    return axis(type="date", hoverformat=say("%b %Y"), showgrid=False, **more)


def labels(names: Values, **more: Any) -> dict[str, Any]:
    """An axis of names, the first at the top."""
    order = {"type": "category", "categoryorder": "array", "categoryarray": list(names)[::-1]}
    ink = {"tickfont": {"size": 12, "color": "$ink"}}
    around = {"range": [-0.6, len(names) - 0.4], "showgrid": False}
    return axis(**{**order, **ink, **around, **more})


def money_unit(values: Iterable[float | None]) -> tuple[float, str]:
    """The unit in which amounts of USD read best, and its size in USD."""
    most = max((abs(value) for value in values if value is not None), default=0.0)
    units = ((2e9, 1e9, "USD billion"), (2e6, 1e6, "USD million"))
    return next(((size, unit) for least, size, unit in units if most >= least), (1.0, "USD"))


def figure(traces: Sequence[Trace], height_px: float, **layout: Any) -> Figure:
    """Traces in the house layout: no title (the page has it), the legend above, air around.

    Where nothing stands in a legend, its room is given back.
    """
    above_px = LEGEND_PX if _has_legend(traces, layout) else BARE_PX
    return {
        "data": list(traces),
        "layout": {
            "height": round(height_px) - LEGEND_PX + above_px,
            "font": {"family": FONT, "size": 12.5, "color": "$ink"},
            "paper_bgcolor": "$card/0",
            "plot_bgcolor": "$card/0",
            "colorway": list(SERIES),
            "margin": {"l": 8, "r": 22, "t": above_px, "b": 8},
            "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"}
            | {"font": {"size": 12}, "traceorder": "normal"},
            "hoverlabel": {"bgcolor": "$card", "bordercolor": "$line"}
            | {"font": {"family": FONT, "size": 12.5, "color": "$ink"}, "namelength": -1},
            "bargap": 0.28,
            "dragmode": False,
            **layout,
        },
    }


def _has_legend(traces: Sequence[Trace], layout: Mapping[str, Any]) -> bool:
    """Whether the library draws one: for two traces, or where it is asked for."""
    told = [trace for trace in traces if trace.get("showlegend", "name" in trace)]
    return bool(layout.get("showlegend", len(told) > 1))


def listed() -> dict[str, Any]:
    """An axis of names in a small panel, in the order of the bars from the top."""
    ink = {"size": 11, "color": "$ink"}
    return axis(type="category", autorange="reversed", showgrid=False, tickfont=ink)


def wrapped(text: str, width: int = 52) -> str:
    """Text broken into lines, for labels and hovers; a Chinese sign is as wide as two letters."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return "<br>".join(textwrap.wrap(text, max(width - wide, width // 2))) or " "


def rows_high(count: int, each_px: float = 26, around_px: float = 90) -> float:
    """Height of a figure with one line for each label."""
    return around_px + each_px * max(count, 2)


# --- Small multiples --------------------------------------------------------------------------


def panels(
    parts: Mapping[str, Sequence[Trace]],
    *,
    x: dict[str, Any],
    y: dict[str, Any],
    columns: int = 3,
    each_px: float = 150,
    left: float = 0.045,
    **more: Any,
) -> Figure:
    """One small figure for each name, alike and side by side, under one legend.

    `left` is the room for labels at the left of each, as a share of the whole width.
    """
    columns = min(columns, max(len(parts), 1))
    lines = -(-len(parts) // columns)
    height_px = 46 + lines * (each_px + 52)
    traces: list[Trace] = []
    layout: dict[str, Any] = {"annotations": []}
    for i, (name, drawn) in enumerate(parts.items()):
        across = _place(i % columns, columns, left)
        down = _place(i // columns, lines, 26 / height_px, 26 / height_px)
        layout |= _axes(i, x | {"domain": across}, y | {"domain": [1 - down[1], 1 - down[0]]})
        layout["annotations"].append(
            _panel_title(_cut(name, LETTERS // columns), across[0], 1 - down[0])
        )
        traces += [_in_panel(i, trace) for trace in drawn]
    return figure(traces, height_px, **layout, **more)


def _axes(index: int, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """The axes of one panel; those that match follow the first, which follows none."""
    number = _number(index)
    together = x.get("matches") if index else None
    scaled = {"scaleanchor": f"x{number}"} if "scaleanchor" in y else {}
    return {
        f"xaxis{number}": {**x, "anchor": f"y{number}", "matches": together},
        f"yaxis{number}": {**y, "anchor": f"x{number}", **scaled},
    }


def drawn_on(index: int) -> dict[str, str]:
    """The axes that a shape of one panel stands on."""
    number = _number(index)
    return {"xref": f"x{number}", "yref": f"y{number}"}


def _in_panel(index: int, trace: Trace) -> Trace:
    """A trace on the axes of one panel; the first panel's stands in the legend for all."""
    number = _number(index)
    where = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    listed = {} if index == 0 else {"showlegend": False}
    return {"legendgroup": trace["name"], **trace, **where, **listed}


def _number(index: int) -> str:
    return "" if index == 0 else str(index + 1)


def _place(index: int, count: int, before: float, after: float = 0.0) -> list[float]:
    """The room of one of `count` panels along a side of length 1."""
    each = 1 / count
    return [index * each + before, (index + 1) * each - after]


def _cut(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def _panel_title(name: str, x: float, y: float) -> dict[str, Any]:
    return {
        "text": f"<b>{name}</b>",
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 12.5, "color": "$ink"},
    }
