"""Two or more runs side by side: verdicts, and the cells that changed most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request

from fabstack.report import answer
from fabstack.report.html import Html, element
from fabstack.report.numbers import NOTHING, cell, plain
from fabstack.report.scorecard import verdict_sign
from fabstack.results.compare import compare
from fabstack.results.run import Run
from fabstack.serve.context import Context
from fabstack.serve.differences import Differences, TableChange, differences
from fabstack.serve.pages.shell import beside, frame, heading, nothing, page, path, query
from fabstack.serve.problems import unfit

MOST_RUNS = 6
SHOWN = 12  # cells of each table
ABSENT: Any = {}


def add(context: Context) -> None:
    """Add the page."""

    @page("/compare")
    async def side_by_side(request: Request) -> None:
        names = list(dict.fromkeys(filter(None, request.query_params.getlist("run"))))
        frame("Compare", "Compare", *await beside(_content, context, names))


def _content(context: Context, names: Sequence[str]) -> Iterator[Html]:
    if len(names) > MOST_RUNS:
        raise unfit(f"{len(names)} runs are too many side by side; at most {MOST_RUNS}")
    yield heading("Compare runs", over="The first is what the others are held against")
    yield _choice(context, names)
    if len(names) < 2:
        yield nothing("Choose two runs or more.")
        return
    runs = [context.runs.run(name) for name in names]
    yield _about(runs)
    if any(answer.parts(run) for run in runs):
        yield _verdicts(runs)
    for other in runs[1:]:
        yield _differences(runs[0], other, differences(compare(runs[0], other)))


def _choice(context: Context, names: Sequence[str]) -> Html:
    options = [element("option", value=info.name) for info in context.runs.all()]
    chips = [
        element(
            "a",
            name,
            element("span", "×", aria_hidden="true"),
            href=query("/compare", {"run": [each for each in names if each != name]}),
            class_="chip",
            aria_label=f"Take away {name}",
        )
        for name in names
    ]
    hidden = [element("input", type="hidden", name="run", value=name) for name in names]
    field = element("input", name="run", list="runs", placeholder="Name of a run", aria_label="Run",
                    autocomplete="off")  # fmt: skip
    return element(
        "form",
        chips,
        hidden,
        field,
        element("datalist", options, id="runs"),
        element("button", "Add", type="submit", class_="button"),
        method="get",
        action="/compare",
        class_="search",
    )


# --- What was run, and what came out --------------------------------------------------------------


def _about(runs: Sequence[Run]) -> Html:
    keys = ("programme", "scenario", "seed", "engines", "fabstack", "started")
    rows = [(key, [_told(run.manifest.get(key)) for run in runs]) for key in keys]
    rows.append(("verdict", [str(answer.headline(run).get("sentence") or NOTHING) for run in runs]))
    return element("section", _matrix(runs, "", [_plain_row(*row) for row in rows]))


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or NOTHING)


def _plain_row(title: str, values: Sequence[str]) -> Html:
    differs = len(set(values)) > 1
    cells = [element("td", value) for value in values]
    return element("tr", element("th", title, scope="row"), cells, class_="differs" if differs
                   else None)  # fmt: skip


def _verdicts(runs: Sequence[Run]) -> Html:
    by_run = [{part.get("part"): part for part in answer.parts(run)} for run in runs]
    numbers = sorted({number for parts in by_run for number in parts}, key=str)
    numbers.sort(key=lambda number: number if isinstance(number, int) else 0)
    rows = [_verdict_row([parts.get(number, ABSENT) for parts in by_run]) for number in numbers]
    title = element("header", element("h2", "Which parts hold"))
    return element("section", title, _matrix(runs, "Part", rows), id="verdicts")


def _verdict_row(parts: Sequence[Any]) -> Html:
    first = next(part for part in parts if part)
    title = element("th", f"{first.get('part')} {first.get('title', '')}", scope="row")
    cells = [
        element("td", verdict_sign(part.get("holds")), element("p", part.get("finding", "")))
        if part
        else element("td", NOTHING)
        for part in parts
    ]
    differs = len({str(part.get("holds")) for part in parts}) > 1
    return element("tr", title, cells, class_="differs" if differs else None)


def _matrix(runs: Sequence[Run], corner: str, rows: Sequence[Html]) -> Html:
    links = [
        element("th", element("a", run.folder.name, href=path("runs", run.folder.name)),
                scope="col")
        for run in runs
    ]  # fmt: skip
    head = element("tr", element("th", corner, scope="col") if corner else element("td"), links)
    table = element("table", element("thead", head), element("tbody", rows), class_="matrix")
    return element("div", table, class_="scroll wide", tabindex=0)


# --- What differs ---------------------------------------------------------------------------------


def _differences(first: Run, other: Run, found: Differences) -> Html:
    title = element("header", element("h2", f"{other.folder.name} against {first.folder.name}"))
    if not found.tables:
        return element("section", title, nothing("All tables that both hold are the same."))
    lacks = [
        f"only in {run.folder.name}: {', '.join(names)}"
        for run, names in ((first, found.only_a), (other, found.only_b))
        if names
    ]
    return element(
        "section",
        title,
        [element("p", words, class_="note") for words in lacks],
        [_table(first, other, table) for table in found.tables],
        class_="differences",
    )


def _table(first: Run, other: Run, table: TableChange) -> Html:
    counts = [(table.changed, "cells differ"), (table.only_a, f"rows only in {first.folder.name}"),
              (table.only_b, f"rows only in {other.folder.name}")]  # fmt: skip
    said = ", ".join(f"{count:,} {words}" for count, words in counts if count)
    summary = element("summary", element("b", table.table), " ", said)
    return element("details", summary, _cells(first, other, table) if table.largest else None)


def _cells(first: Run, other: Run, table: TableChange) -> Html:
    titles = [*table.keys, "column", first.folder.name, other.folder.name, "difference", "percent"]
    head = element("tr", [element("th", words, scope="col") for words in titles])
    names = [*table.keys, "column", "a", "b", "difference", "percent"]
    body = [element("tr", [_cell(row[name]) for name in names]) for row in table.largest[:SHOWN]]
    made = element("table", element("thead", head), element("tbody", body))
    href = path("runs", other.folder.name, "tables", table.table)
    more = element("p", f"The {min(SHOWN, table.changed)} largest of {table.changed:,}. ",
                   element("a", "All rows", href=href), class_="note")  # fmt: skip
    return element("div", element("div", made, class_="scroll", tabindex=0), more)


def _cell(value: Any) -> Html:
    if isinstance(value, float):
        return element("td", plain(value, 4), class_="n")
    try:
        return element("td", plain(float(str(value)), 6), class_="n")
    except ValueError:
        return element("td", cell(value))
