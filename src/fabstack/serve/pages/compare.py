"""Two or more runs: verdicts side by side, lines in one figure, and the cells that changed most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from fabstack.report import answer
from fabstack.report.html import Html, element
from fabstack.report.language import say_alike
from fabstack.report.numbers import NOTHING, cell, plain
from fabstack.report.numbers import heading as words_of
from fabstack.report.picture import lacking
from fabstack.report.scorecard import verdict_sign
from fabstack.results.compare import compare
from fabstack.results.run import Run
from fabstack.serve.context import Context
from fabstack.serve.differences import Differences, TableChange, differences
from fabstack.serve.language import say
from fabstack.serve.overlays import MOST_RUNS, OVERLAYS, Overlay
from fabstack.serve.pages.parts import plot
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    nothing,
    page,
    path,
    query,
    when,
)
from fabstack.serve.problems import unfit
from fabstack.serve.runs import RunInfo

SHOWN = 12  # cells of each table
OFFERED = 12  # runs
FOLDED = 220  # letters of a finding before its end is folded away
ABSENT: Any = {}


def add(context: Context) -> None:
    """Add the page."""

    @page("/compare")
    async def side_by_side(request: Request) -> None:
        names = list(dict.fromkeys(filter(None, request.query_params.getlist("run"))))
        frame(say("Compare"), "Compare", *await beside(_content, context, names))


def _content(context: Context, names: Sequence[str]) -> Iterator[Html]:
    if len(names) > MOST_RUNS:
        words = say("{n} runs are too many side by side; at most {most}", n=len(names),
                    most=MOST_RUNS)  # fmt: skip
        raise unfit(words)
    over = say("The first is what the others are held against")
    yield heading(say("Compare runs"), over=over)
    yield _choice(context, names)
    if len(names) < 2:
        yield _offer(context.runs.all(), names)
        return
    runs = [context.runs.run(name) for name in names]
    yield _about(runs)
    if any(answer.parts(run) for run in runs):
        yield _verdicts(runs)
    yield _figures(runs)
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
            aria_label=say("Take away {run}", run=name),
        )
        for name in names
    ]
    hidden = [element("input", type="hidden", name="run", value=name) for name in names]
    words = say("Name of a run")
    field = element("input", name="run", list="runs", placeholder=words, aria_label=words,
                    autocomplete="off")  # fmt: skip
    return element(
        "form",
        chips,
        hidden,
        field,
        element("datalist", options, id="runs"),
        element("button", say("Add"), type="submit", class_="button"),
        method="get",
        action="/compare",
        class_="search",
    )


def _offer(infos: Sequence[RunInfo], names: Sequence[str]) -> Html:
    """The latest runs, to be chosen with one click."""
    others = [info for info in infos if info.name not in names][:OFFERED]
    if not others:
        return nothing(say("There is no other run to compare."), button(say("To the runs"), "/"))
    words = "Choose what to hold against it:" if names else "Choose the first run:"
    listed = [
        element(
            "li",
            element("a", info.name, href=query("/compare", {"run": [*names, info.name]})),
            " ",
            element("span", _told_of(info), class_="note"),
        )
        for info in others
    ]
    return element("div", element("p", say(words)), element("ul", listed), class_="card offer")


def _told_of(info: RunInfo) -> str:
    return f"{info.programme} · {info.scenario or say('as claimed')} · {when(info.started)}"


# --- What was run, and what came out --------------------------------------------------------------


def _about(runs: Sequence[Run]) -> Html:
    rows = [(say(title), [of(run) for run in runs]) for title, of in _FACTS.items()]
    return element("section", _matrix(runs, "", [_plain_row(*row) for row in rows]), class_="first")


def _manifest(key: str) -> Callable[[Run], str]:
    return lambda run: str(run.manifest.get(key) or NOTHING)


_FACTS: Mapping[str, Callable[[Run], str]] = {
    "Programme": _manifest("programme"),
    "Scenario": lambda run: str(run.manifest.get("scenario") or say("as claimed")),
    "Seed": _manifest("seed"),
    "Engines": lambda run: ", ".join(map(say, run.manifest.get("engines") or [])) or NOTHING,
    "fabstack": _manifest("fabstack"),
    "Started": lambda run: when(str(run.manifest.get("started") or "")),
    "Verdict": lambda run: say_alike(str(answer.headline(run).get("sentence") or NOTHING)),
}


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
    title = element("header", element("h2", say("Which parts hold")))
    return element("section", title, _matrix(runs, say("Part"), rows), id="verdicts")


def _verdict_row(parts: Sequence[Any]) -> Html:
    first = next(part for part in parts if part)
    title = element("th", f"{first.get('part')} {first.get('title', '')}", scope="row")
    cells = [
        element("td", verdict_sign(part.get("holds")), _finding(str(part.get("finding", ""))))
        if part
        else element("td", NOTHING)
        for part in parts
    ]
    differs = len({str(part.get("holds")) for part in parts}) > 1
    return element("tr", title, cells, class_="differs" if differs else None)


def _finding(words: str) -> Html:
    """The finding, its end folded away where it is long."""
    told = say_alike(words)
    if len(told) <= FOLDED:
        return element("p", told)
    cut = told[:FOLDED].rsplit(" ", 1)[0]
    summary = element("summary", cut, element("span", " …", class_="more"))
    return element("details", summary, element("p", told[len(cut) :]), class_="folded")


def _matrix(runs: Sequence[Run], corner: str, rows: Sequence[Html]) -> Html:
    links = [
        element("th", element("a", run.folder.name, href=path("runs", run.folder.name)),
                scope="col")
        for run in runs
    ]  # fmt: skip
    head = element("tr", element("th", corner, scope="col") if corner else element("td"), links)
    table = element("table", element("thead", head), element("tbody", rows), class_="matrix")
    return element("div", table, class_="scroll wide", tabindex=0)


# --- In one figure --------------------------------------------------------------------------------


def _figures(runs: Sequence[Run]) -> Html:
    """The figures of which at least two runs hold the tables."""
    shown = [
        _overlay(runs, overlay)
        for overlay in OVERLAYS.values()
        if sum(not lacking(run, overlay.tables) for run in runs) > 1
    ]
    title = element("header", element("h2", say("In one figure")))
    none = nothing(say("No two of these runs hold the same tables of a plan, ramp or simulation."))
    body = element("div", shown, class_="pictures") if shown else none
    return element("section", title, body, id="figures")


def _overlay(runs: Sequence[Run], overlay: Overlay) -> Html:
    names = [run.folder.name for run in runs]
    address = path("api", "compare", "figures", overlay.name)
    title, says = say(overlay.title), say(overlay.says)
    without = [run.folder.name for run in runs if lacking(run, overlay.tables)]
    left_out = say("Without {runs}.", runs=", ".join(without)) if without else ""
    csv = query(path("api", "compare", "figures", overlay.name, "csv"), {"run": names})
    link = element("a", "CSV", href=csv, download=f"compare-{overlay.name}.csv", class_="csv")
    return element(
        "figure",
        element("figcaption", element("h3", title), element("p", f"{says} {left_out}".rstrip())),
        plot(f"{title}. {says}", address, run=names),
        element("div", element("span", say("Rows:"), " "), *_tables(runs, overlay), link,
                class_="rows"),
        class_="picture",
        id=overlay.name,
    )  # fmt: skip


def _tables(runs: Sequence[Run], overlay: Overlay) -> Iterator[Html]:
    """The rows of each run behind a figure."""
    for run in runs:
        for table in overlay.tables:
            if table in run.tables:
                href = path("runs", run.folder.name, "tables", table)
                yield element("a", f"{run.folder.name}: {table}", href=href)


# --- What differs ---------------------------------------------------------------------------------


def _differences(first: Run, other: Run, found: Differences) -> Html:
    one, two = first.folder.name, other.folder.name
    title = element("header", element("h2", say("{run} against {first}", run=two, first=one)))
    if not found.tables:
        same = say("All tables that both hold are the same.")
        return element("section", title, nothing(same))
    lacks = [
        say("only in {run}: {tables}", run=run.folder.name, tables=", ".join(names))
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
    counts = [(table.changed, "{n} cells differ", ""),
              (table.only_a, "{n} rows only in {run}", first.folder.name),
              (table.only_b, "{n} rows only in {run}", other.folder.name)]  # fmt: skip
    said = ", ".join(say(words, n=f"{count:,}", run=run) for count, words, run in counts if count)
    summary = element("summary", element("b", table.table), " ", said)
    return element("details", summary, _cells(first, other, table) if table.largest else None)


def _cells(first: Run, other: Run, table: TableChange) -> Html:
    keys = [words_of(key)[0] for key in table.keys]
    last = [first.folder.name, other.folder.name, say("difference"), "%"]
    titles = [element("th", words, scope="col") for words in (*keys, say("column"))]
    titles += [element("th", words, scope="col", class_="n") for words in last]
    names = [*table.keys, "column", "a", "b", "difference", "percent"]
    body = [element("tr", [_cell(row[name]) for name in names]) for row in table.largest[:SHOWN]]
    made = element("table", element("thead", element("tr", titles)), element("tbody", body))
    href = path("runs", other.folder.name, "tables", table.table)
    shown, all_ = min(SHOWN, table.changed), f"{table.changed:,}"
    more = element("p", say("The {n} largest of {all}.", n=shown, all=all_), " ",
                   element("a", say("All rows"), href=href), class_="note")  # fmt: skip
    return element("div", element("div", made, class_="scroll", tabindex=0), more)


def _cell(value: Any) -> Html:
    if isinstance(value, float):
        return element("td", plain(value, 4), class_="n")
    try:
        return element("td", plain(float(str(value)), 6), class_="n")
    except ValueError:
        return element("td", cell(value))
