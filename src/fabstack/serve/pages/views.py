"""What a view of a run shows before the report's sections: verdict, reasons, floor, sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import polars as pl

from fabstack.report import answer
from fabstack.report.html import Child, Html, element, joined
from fabstack.report.language import say_alike
from fabstack.report.numbers import NOTHING, address, plain, times
from fabstack.report.picture import lacking
from fabstack.report.rows import html_table
from fabstack.report.scorecard import scorecard, tally
from fabstack.results.run import Run
from fabstack.serve.floor import PLANNED, SIMULATED, sources_of
from fabstack.serve.language import say
from fabstack.serve.pages.parts import search
from fabstack.serve.pages.shell import button, nothing, path, query, tabs

SHOWN = 40
GRADES = ("published", "press", "estimate", "claim")
Asked = Mapping[str, str]


def first_of(run: Run, view: str, asked: Asked) -> Iterator[Child]:
    """What stands at the top of a view."""
    made = _FIRST.get(view)
    if made is not None:
        yield from made(run, asked)


# --- Overview -------------------------------------------------------------------------------------


def _overview(run: Run, _asked: Asked) -> Iterator[Child]:
    head, parts = answer.headline(run), answer.parts(run)
    if head.get("sentence"):
        sentence = element("p", say_alike(str(head["sentence"])), class_="verdict-words")
        said = element("div", sentence, tally(parts))
        yield element("div", said, _worst(head.get("breaks_first")), class_="hero")
    else:
        engines = ", ".join(map(say, run.manifest.get("engines", []))) or say("no engine")
        yield nothing(
            say("This run holds no verdict; it was made by: {engines}.", engines=engines),
            button(say("Its tables"), path("runs", run.folder.name, "tables")),
            button(say("Start a whole run"), query("/start", _again(run)), strong=True),
        )
    if parts:
        title = element("header", element("h2", say("Does it hold together?")))
        yield element("section", title, scorecard(parts), class_="first")


def _again(run: Run) -> dict[str, object]:
    """The whole run of what was run."""
    known = {name: run.manifest.get(name) for name in ("programme", "scenario")}
    return {**known, "command": "run"}


def _worst(worst: answer.Entry | None) -> Html | None:
    if not worst:
        return None
    return element(
        "div",
        element("div", say("Breaks first"), class_="label"),
        element("div", times(worst["factor"]), class_="big") if worst.get("factor") else None,
        element("p", str(worst.get("what", "")).partition(":")[0]),
        element("a", say("Part {number}", number=worst["part"]), href=f"#part-{worst['part']}")
        if "part" in worst
        else None,
        class_="worst",
    )


# --- Plan -----------------------------------------------------------------------------------------


def _plan(run: Run, asked: Asked) -> Iterator[Child]:
    missing = lacking(run, ["plan_short"])
    if missing:
        yield _missing(run, missing, "plan")
        return
    yield _why_short(run, asked["q"])
    yield _one_more(run)


def _missing(run: Run, words: str, command: str) -> Html:
    """What this view needs, and the way to get it."""
    whole = button(say("Start a whole run"), query("/start", _again(run)), strong=True)
    asked = {**_again(run), "command": command}
    one = {"plan": "Start a plan", "simulate": "Start a simulation"}.get(command)
    return nothing(words, button(say(one), query("/start", asked)) if one else None, whole)


def _why_short(run: Run, q: str) -> Html:
    rows = run.table("plan_short").sort("month", "quantity", descending=[False, True])
    words = pl.concat_str(["market", "item", "reason", "cause", "explanation"], separator=" ")
    for word in q.lower().split():
        rows = rows.filter(words.str.to_lowercase().str.contains(word, literal=True))
    given = ["month", "market", "item", "quantity", "explanation", "worth_usd"]
    name = run.folder.name
    none = say("No shortfall fits these words.") if q else say("Nothing is short.")
    title = say("Why short, and what one more unit would be worth")
    return element(
        "section",
        element("header", element("h2", title)),
        search(path("runs", name, "plan"), q, say("Market, item or cause")),
        _rows(run, "plan_short", rows.select(given)) if rows.height else nothing(none),
        id="short",
    )


def _one_more(run: Run) -> Html | None:
    """What one more tool would bring, by the plan's own prices, else the worth of an hour."""
    title = element("header", element("h2", say("The value of one more tool")))
    if not lacking(run, ["plan_expansion"]):
        rows = run.table("plan_expansion")
        by = ["exact_usd" if rows["exact_usd"].is_not_null().any() else "worth_usd"]
        rows = rows.sort(by, descending=True, nulls_last=True)
        body = _rows(run, "plan_expansion", rows) if rows.height else _no_tool()
        return element("section", title, body, id="one-more")
    if lacking(run, ["plan_capacity"]):
        return None
    worth = pl.col("value_usd_per_h")
    rows = run.table("plan_capacity").filter(worth > 0).sort(worth, descending=True)
    return element(
        "section", title, _rows(run, "plan_capacity", rows) if rows.height else _no_tool()
    )


def _no_tool() -> Html:
    return nothing(say("No tool group limits the plan; one more tool is worth nothing."))


def _rows(run: Run, table: str, rows: pl.DataFrame) -> Html:
    """The first rows, and the way to all of them."""
    href = path("runs", run.folder.name, "tables", table)
    words = "All {n} rows of {table}" if rows.height > SHOWN else "{n} rows of {table}"
    link = element("a", say(words, n=f"{rows.height:,}", table=table), href=href)
    shown = html_table(rows.head(SHOWN), [table])
    scroll = element("div", shown, class_="scroll wide dated", tabindex=0)
    return joined([scroll, element("div", link, class_="rows beside")])


# --- Plants ---------------------------------------------------------------------------------------


def _plants(run: Run, asked: Asked) -> Iterator[Child]:
    known = sources_of(run)
    if not known:
        words = say("This run shows no plant over time: that needs a plan, or a simulation by day.")
        yield _missing(run, words, "simulate")
        return
    plant = asked["plant"] if asked["plant"] in known else next(iter(known))
    source = asked["source"] if asked["source"] in known[plant] else known[plant][0]
    name = run.folder.name
    here = path("runs", name, "plants")
    plants = [(each, query(here, {"plant": each, "source": asked["source"]})) for each in known]
    choices = [tabs(plants, plant, say("Plant"))]
    if len(known[plant]) > 1:
        sources = [(say(_SOURCES[each]), query(here, {"plant": plant, "source": each}))
                   for each in known[plant]]  # fmt: skip
        choices.append(tabs(sources, say(_SOURCES[source]), say("Source")))
    floor = element("div", class_="floor", data_rows=path("runs", name, "tables", source),
                    data_src=query(path("api", "runs", name, "floors", plant), {"source": source}),
                    data_words=json.dumps(_floor_words(), ensure_ascii=False))  # fmt: skip
    told = say(_FLOOR_DAYS if source == SIMULATED else _FLOOR_MONTHS)
    title = say("The floor of {plant}", plant=plant)
    header = element("header", element("h2", title), element("p", told))
    chosen = element("div", choices, class_="choices")
    yield element("section", header, chosen, floor, class_="floor-section", id="floor")


_SOURCES = {SIMULATED: "by day, as simulated", PLANNED: "by month, as planned"}
_FLOOR_DAYS = (
    "Every tile is a tool group, in its area: the share of its available time that it works, the "
    "lots that wait there on that day, and below them its time at work, ready and down. A tile "
    "leads to its rows."
)
_FLOOR_MONTHS = (
    "Every tile is a tool group, in its area, with its load in the month of the slider. A tile "
    "leads to its rows. Queues and states need a simulation by day."
)


def _floor_words() -> dict[str, str]:
    """What the script that draws the floor says."""
    return {name: say(words) for name, words in _FLOOR_WORDS.items()}


_FLOOR_WORDS = {
    "play": "Play",
    "stop": "Stop",
    "time": "Time",
    "area": "tools",
    "tool": "1 tool",
    "tools": "{n} tools",
    "waiting": "{n} lots wait",
    "wip": "{n} lots in the simulation",
    "down": "{n} % down",
    "by": "Coloured by",
    "by_load": "load",
    "by_queue": "queue",
    "by_down": "time down",
    "unit_load": "Load, %",
    "unit_queue": "Lots waiting for each tool",
    "unit_down": "Time down, %",
    "under": "under {to}",
    "between": "{from} to {to}",
    "from": "{from} and more",
    "at_work": "at work",
    "ready": "ready, setup or no shift",
    "is_down": "down",
    "busy": "{n} of {all} tool groups at 90 % or more",
    "wait": "{n} lots wait",
}


# --- Sources --------------------------------------------------------------------------------------


def _sources(run: Run, asked: Asked) -> Iterator[Child]:
    missing = lacking(run, ["sources"])
    if missing:
        yield _missing(run, missing, "run")
        return
    rows, grade, q = run.table("sources"), asked["grade"], asked["q"]
    counts = dict(rows.group_by("grade").len().iter_rows())
    here = path("runs", run.folder.name, "sources")
    grades = {"": f"{say('all')} {rows.height:,}"}
    grades |= {each: f"{say(each)} {counts[each]:,}" for each in GRADES if each in counts}
    links = [(words, query(here, {"q": q, "grade": each})) for each, words in grades.items()]
    rows = _fitting(rows, grade, q)
    none = say("No source fits.") if counts else say("The programme names no source.")
    yield element(
        "section",
        element("header", element("h2", say("Where every number comes from"))),
        tabs(links, grades.get(grade, grades[""]), say("Grade")),
        search(here, q, say("Cell or source"), kept={"grade": grade}),
        _source_rows(run, rows) if rows.height else nothing(none),
        id="sources",
    )


def _fitting(rows: pl.DataFrame, grade: str, q: str) -> pl.DataFrame:
    if grade in GRADES:
        rows = rows.filter(pl.col("grade") == grade)
    text = pl.concat_str("cell", "source", "note", separator=" ", ignore_nulls=True)
    for word in q.lower().split():
        rows = rows.filter(text.str.to_lowercase().str.contains(word, literal=True))
    return rows


def _source_rows(run: Run, rows: pl.DataFrame) -> Html:
    head = [
        element("th", say(words), scope="col")
        for words in ("What", "Value", "Low to high", "Unit", "Year", "Grade", "Source")
    ]
    body = [_source(row) for row in rows.head(3 * SHOWN).iter_rows(named=True)]
    table = element("table", element("thead", element("tr", head)), element("tbody", body))
    href = path("runs", run.folder.name, "tables", "sources")
    shown = f"{min(rows.height, 3 * SHOWN):,}"
    words = say("{n} of {all} rows; all are in the table sources", n=shown, all=f"{rows.height:,}")
    scroll = element("div", table, class_="scroll wide", tabindex=0)
    return joined([scroll, element("div", element("a", words, href=href), class_="rows beside")])


def _source(row: dict[str, object]) -> Html:
    low, high = row["low"], row["high"]
    between = "" if low is None and high is None else say(
        "{low} to {high}", low=_number(low), high=_number(high)
    )  # fmt: skip
    grade = str(row["grade"])
    return element(
        "tr",
        element("td", address(str(row["cell"])), title=str(row["cell"])),
        element("td", _short(str(row["value"])), class_="name"),
        element("td", between, class_="name"),
        element("td", say(str(row["unit"] or ""))),
        element("td", row["year"]),
        element("td", element("span", say(grade), class_=f"grade {grade}")),
        element("td", row["source"], title=str(row["note"] or "") or None),
    )


def _short(text: str) -> str:
    """A number without the zero after the point that its text has."""
    return text.removesuffix(".0")


def _number(value: object) -> str:
    return plain(value, 4) if isinstance(value, float) else NOTHING


_FIRST: Mapping[str, Callable[[Run, Asked], Iterator[Child]]] = {
    "overview": _overview,
    "plan": _plan,
    "plants": _plants,
    "sources": _sources,
}
