"""What breaks first: by what factor each claim is missed."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from fabstack.report import answer
from fabstack.report.figures.parts import (
    MOST,
    Trace,
    axis,
    figure,
    labels,
    lying_bars,
    rows_high,
    wrapped,
)
from fabstack.report.numbers import times
from fabstack.report.picture import Picture
from fabstack.report.theme import Figure
from fabstack.results.run import Run

LONG = 100  # letters of a label
_ROLES = {"fails": "$fails", "open": "$unknown", "holds": "$holds"}
_SCHEMA = {
    "part": pl.String,
    "claim": pl.String,
    "verdict": pl.String,
    "factor": pl.Float64,
    "finding": pl.String,
}


def claims(run: Run) -> pl.DataFrame:
    """Every claim that has a factor, the most missed first."""
    rows = [
        _row(part, name, claim)
        for part in answer.parts(run)
        for name, claim in answer.claims(part)
        if claim.get("factor")
    ]
    table = pl.DataFrame(rows, schema=_SCHEMA)
    order = pl.col("verdict").replace_strict({"fails": 0, "open": 1, "holds": 2})
    return table.sort(order, -pl.col("factor"), maintain_order=True)


def _row(part: answer.Entry, name: str, claim: answer.Entry) -> dict[str, Any]:
    finding = str(claim["finding"])
    statement = finding.partition(":")[0]
    return {
        "part": str(part.get("part", "")),
        "claim": statement if len(statement) <= LONG else name,
        "verdict": answer.verdict(claim.get("holds")),
        "factor": float(claim["factor"]),
        "finding": finding,
    }


def draw(rows: pl.DataFrame) -> Figure:
    """Bars from 1 outward on a logarithmic axis."""
    names = [wrapped(f"{row['part']}  {row['claim']}") for row in rows.iter_rows(named=True)]
    rows = rows.with_columns(label=pl.Series(names, dtype=pl.String))
    traces = [_bars(rows.filter(pl.col("verdict") == word), word) for word in _ROLES]
    promise = {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper"}
    scale = {"type": "log", "range": _decades(rows["factor"].to_list()), "dtick": 1}
    return figure(
        [trace for trace in traces if trace["x"]],
        rows_high(len(names), 34),
        xaxis=axis("need over supply, or time over promise (logarithmic)", tickprefix="×", **scale),
        yaxis=labels(names),
        shapes=[promise | {"line": {"color": "$ink", "width": 1}}],
        barmode="overlay",
    )


def _bars(rows: pl.DataFrame, word: str) -> Trace:
    factors = rows["factor"].to_list()
    return lying_bars(
        rows["label"].to_list(),
        [factor - 1 for factor in factors],
        word,
        _ROLES[word],
        base=1,
        marker={"color": _ROLES[word], "pattern": {"shape": "/" if word == "open" else ""}},
        text=[times(factor) for factor in factors],
        textposition="outside",
        cliponaxis=False,
        customdata=[wrapped(text, 70) for text in rows["finding"]],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _decades(factors: list[float]) -> list[float]:
    """The ends of a logarithmic axis, with room for a label at either side."""
    low, high = math.log10(min(1.0, *factors)), math.log10(max(10.0, *factors))
    return [low - 0.13 * (high - low), high + 0.15 * (high - low)]


CLAIMS = Picture(
    name="claims",
    title="By what factor each claim is missed",
    says="A bar to the right of ×1 says how many times too little there is, or too late; "
    "to the left there is room. Claims that are met or missed without a factor are in the "
    "scorecard only.",
    tables=(),
    rows=claims,
    draw=draw,
    empty="No claim of this programme has a factor.",
    most=MOST,
)
