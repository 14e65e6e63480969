"""A run to look at: overview, plan, plants, risk, cost, sources; each view has its URL."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

import polars as pl

from fabstack.report import answer
from fabstack.report.html import Child, Html, element, joined
from fabstack.report.numbers import address, plain, times
from fabstack.report.picture import lacking
from fabstack.report.rows import html_table
from fabstack.report.scorecard import scorecard, tally
from fabstack.report.sections import Section
from fabstack.results.run import MANIFEST, REPORT, Run
from fabstack.serve.context import Context
from fabstack.serve.figures import SECTIONS
from fabstack.serve.floor import plants_of
from fabstack.serve.pages.parts import report_section, search
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    nothing,
    page,
    path,
    query,
    tabs,
    when,
)

VIEWS = {  # view -> its words and the sections of the report that it shows
    "overview": ("Overview", ("breaks", "volumes-dates-cost")),
    "plan": ("Plan", ("make-or-buy", "limits", "supply")),
    "plants": ("Plants", ("plants", "lots")),
    "risk": ("Risk", ("sensitivity", "milestones")),
    "cost": ("Cost and people", ("yield-and-cost", "money", "workforce")),
    "sources": ("Sources", ("assumptions", "evidence")),
}
MORE = "more"  # sections that no view names
SHOWN = 40
MOST_BYTES = 32 * 2**20
GRADES = ("published", "press", "estimate", "claim")


def add(context: Context) -> None:
    """Add the views."""
    pages = Pages(context)

    @page("/runs/{run}")
    async def overview(run: str) -> None:
        frame(run, "Runs", *await beside(pages.view, run, "overview"))

    @page("/runs/{run}/{view}")
    async def view(run: str, view: str, plant: str = "", q: str = "", grade: str = "") -> None:
        asked = {"plant": plant[:120], "q": q[:200], "grade": grade[:20]}
        frame(f"{run}: {view}", "Runs", *await beside(pages.view, run, view, **asked))


class Pages:
    """The views of runs; each is made once for a run and the last ones are kept."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._kept: OrderedDict[object, list[Html]] = OrderedDict()
        self._size = 0

    def view(self, name: str, view: str, **asked: str) -> list[Html]:
        """The content of a view.

        Raises:
            Problem: there is no such run or view.
        """
        run = self.context.runs.run(name)
        key = name, (run.folder / MANIFEST).stat().st_mtime_ns, view, *sorted(asked.items())
        if key not in self._kept:
            made = [joined(_view(run, view, asked))]
            self._kept[key] = made
            self._size += len(made[0])
            while self._size > MOST_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1][0])
        return self._kept[key]


def _view(run: Run, view: str, asked: dict[str, str]) -> Iterator[Child]:
    from fabstack.serve.problems import not_found

    if view not in (*VIEWS, MORE):
        raise not_found("view", view)
    yield _head(run, view)
    yield from _FIRST.get(view, lambda _run, _asked: ())(run, asked)
    yield from (report_section(run, section) for section in _sections(view))


def _sections(view: str) -> list[Section]:
    named = [name for _, names in VIEWS.values() for name in names]
    if view == MORE:
        return [section for section in SECTIONS if section.name not in named]
    wanted = VIEWS[view][1]
    return [section for name in wanted for section in SECTIONS if section.name == name]


def _head(run: Run, view: str) -> Html:
    name, manifest = run.folder.name, run.manifest
    said = [
        f"Programme {manifest.get('programme', '–')}",
        f"scenario: {manifest.get('scenario') or 'as claimed'}",
        f"seed {manifest.get('seed', '–')}",
        when(str(manifest.get("started", ""))),
    ]
    over = [element("span", words) for words in said]
    compare = button("Compare", query("/compare", {"run": name}))
    tables = button("Tables", path("runs", name, "tables"))
    report = button("Report", path("api", "runs", name, "report"), target="_blank")
    there = report if (run.folder / REPORT).is_file() else None
    links = [(words, path("runs", name, key)) for key, (words, _) in VIEWS.items()]
    if _sections(MORE):
        links.append(("More", path("runs", name, MORE)))
    active = "More" if view == MORE else VIEWS[view][0]
    return joined([heading(name, tables, compare, there, over=over), tabs(links, active, "Views")])


# --- Overview -------------------------------------------------------------------------------------


def _overview(run: Run, _asked: dict[str, str]) -> Iterator[Child]:
    head, parts = answer.headline(run), answer.parts(run)
    if head.get("sentence"):
        said = element("div", element("p", head["sentence"], class_="verdict-words"), tally(parts))
        yield element("div", said, _worst(head.get("breaks_first")), class_="hero")
    else:
        engines = ", ".join(run.manifest.get("engines", [])) or "no engine"
        yield nothing(f"This run holds no verdict; it was made by {engines}. See its views.")
    if parts:
        title = element("header", element("h2", "Does it hold together?"))
        yield element("section", title, scorecard(parts), class_="first")


def _worst(worst: answer.Entry | None) -> Html | None:
    if not worst:
        return None
    return element(
        "div",
        element("div", "Breaks first", class_="label"),
        element("div", times(worst["factor"]), class_="big") if worst.get("factor") else None,
        element("p", str(worst.get("what", "")).partition(":")[0]),
        element("a", f"Part {worst['part']}", href=f"#part-{worst['part']}")
        if "part" in worst
        else None,
        class_="worst",
    )


# --- Plan -----------------------------------------------------------------------------------------


def _plan(run: Run, asked: dict[str, str]) -> Iterator[Child]:
    missing = lacking(run, ["plan_short"])
    if missing:
        yield nothing(f"{missing} Start a plan or a whole run of the programme.")
        return
    yield _why_short(run, asked["q"])
    yield _one_more(run)


def _why_short(run: Run, q: str) -> Html:
    rows = run.table("plan_short").sort("month", "quantity", descending=[False, True])
    words = pl.concat_str(["market", "item", "reason", "cause", "explanation"], separator=" ")
    for word in q.lower().split():
        rows = rows.filter(words.str.to_lowercase().str.contains(word, literal=True))
    given = ["month", "market", "item", "quantity", "explanation", "worth_usd"]
    name = run.folder.name
    return element(
        "section",
        element("header", element("h2", "Why short, and what one more unit would be worth")),
        search(path("runs", name, "plan"), q, "Market, item or cause"),
        _rows(run, "plan_short", rows.select(given))
        if rows.height
        else nothing("Nothing is short." if not q else "No shortfall fits these words."),
        id="short",
    )


def _one_more(run: Run) -> Html | None:
    """What one more tool would bring, by the plan's own prices, else the worth of an hour."""
    title = element("header", element("h2", "The value of one more tool"))
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
    return nothing("No tool group limits the plan; one more tool is worth nothing.")


def _rows(run: Run, table: str, rows: pl.DataFrame) -> Html:
    """The first rows, and the way to all of them."""
    href = path("runs", run.folder.name, "tables", table)
    count = f"All {rows.height:,} rows" if rows.height > SHOWN else f"{rows.height} rows"
    more = element("div", element("a", f"{count} of {table}", href=href), class_="rows")
    shown = html_table(rows.head(SHOWN), [table])
    return element("div", element("div", shown, class_="scroll", tabindex=0), more, class_="card")


# --- Plants ---------------------------------------------------------------------------------------


def _plants(run: Run, asked: dict[str, str]) -> Iterator[Child]:
    known = plants_of(run)
    if not known:
        yield nothing("This run shows no plant over time. Run a plan, or a simulation with days.")
        return
    plant = asked["plant"] if asked["plant"] in known else next(iter(known))
    name = run.folder.name
    here = path("runs", name, "plants")
    choice = tabs([(each, query(here, {"plant": each})) for each in known], plant, "Plant")
    floor = element("div", class_="floor", data_src=path("api", "runs", name, "floors", plant),
                    data_rows=path("runs", name, "tables", known[plant]))  # fmt: skip
    title = element("header", element("h2", f"The floor of {plant}"), element("p", _FLOOR))
    yield element("section", title, choice, floor, class_="floor-section", id="floor")


_FLOOR = (
    "Every tile is a tool group, in its area, coloured by its load in the month or on the day "
    "that the slider shows. A tile leads to its rows."
)


# --- Sources --------------------------------------------------------------------------------------


def _sources(run: Run, asked: dict[str, str]) -> Iterator[Child]:
    missing = lacking(run, ["sources"])
    if missing:
        yield nothing(f"{missing} A whole run of a programme does.")
        return
    rows, grade, q = run.table("sources"), asked["grade"], asked["q"]
    counts = dict(rows.group_by("grade").len().iter_rows())
    here = path("runs", run.folder.name, "sources")
    links = [(f"all {rows.height:,}", query(here, {"q": q}))]
    links += [
        (f"{each} {counts[each]:,}", query(here, {"q": q, "grade": each}))
        for each in GRADES
        if each in counts
    ]
    active = next((words for words, _ in links if words.split()[0] == grade), links[0][0])
    rows = _fitting(rows, grade, q)
    yield element(
        "section",
        element("header", element("h2", "Where every number comes from")),
        tabs(links, active, "Grade"),
        search(here, q, "Cell or source", kept={"grade": grade}),
        _source_rows(run, rows) if rows.height else nothing(_NO_SOURCE[bool(counts)]),
        id="sources",
    )


_NO_SOURCE = ("The programme names no source.", "No source fits.")


def _fitting(rows: pl.DataFrame, grade: str, q: str) -> pl.DataFrame:
    if grade in GRADES:
        rows = rows.filter(pl.col("grade") == grade)
    text = pl.concat_str("cell", "source", "note", separator=" ", ignore_nulls=True)
    for word in q.lower().split():
        rows = rows.filter(text.str.to_lowercase().str.contains(word, literal=True))
    return rows


def _source_rows(run: Run, rows: pl.DataFrame) -> Html:
    head = [element("th", words, scope="col") for words in
            ("What", "Value", "Low to high", "Unit", "Year", "Grade", "Source")]  # fmt: skip
    body = [_source(row) for row in rows.head(3 * SHOWN).iter_rows(named=True)]
    table = element("table", element("thead", element("tr", head)), element("tbody", body))
    href = path("runs", run.folder.name, "tables", "sources")
    words = f"{min(rows.height, 3 * SHOWN):,} of {rows.height:,} rows; all of them in sources"
    more = element("div", element("a", words, href=href), class_="rows")
    return element("div", element("div", table, class_="scroll", tabindex=0), more, class_="card")


def _source(row: dict[str, object]) -> Html:
    low, high = row["low"], row["high"]
    between = "" if low is None and high is None else f"{_number(low)} to {_number(high)}"
    return element(
        "tr",
        element("td", address(str(row["cell"])), title=str(row["cell"])),
        element("td", str(row["value"])),
        element("td", between),
        element("td", row["unit"]),
        element("td", row["year"], class_="n"),
        element("td", element("span", row["grade"], class_=f"grade {row['grade']}")),
        element("td", row["source"], title=str(row["note"] or "") or None),
    )


def _number(value: object) -> str:
    return plain(value, 4) if isinstance(value, float) else "–"


_FIRST: dict[str, Callable[[Run, dict[str, str]], Iterator[Child]]] = {
    "overview": _overview,
    "plan": _plan,
    "plants": _plants,
    "sources": _sources,
}
