"""The page: one HTML file that carries everything it needs and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from fabstack.report import answer
from fabstack.report.html import Child, Html, element, joined
from fabstack.report.language import Language, in_turn, say, say_alike, speaking, spoken
from fabstack.report.numbers import NOTHING, cell, times
from fabstack.report.picture import Picture, futures, lacking
from fabstack.report.rows import Room, rows_beside
from fabstack.report.scorecard import scorecard, tally
from fabstack.report.scripts import figure_json, palettes_json, plotly, script, style
from fabstack.report.sections import DETAILS, FIRST_PAGE, Section
from fabstack.report.tiles import html_tiles
from fabstack.results.run import Run

# Nothing but this file: no request may leave the page, whatever stands in a name.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)


def report(run: Run, *, language: str = Language.ENGLISH, more: Sequence[Section] = ()) -> str:
    """The report of a run as one HTML page, from its tables, summary and manifest alone.

    `more` are sections beside those that every run has, such as those of an event log.

    Raises:
        ValueError: no page can be written in this language.
    """
    with speaking(language):
        return _page(run, (*DETAILS, *more))


def _page(run: Run, details: Sequence[Section]) -> str:
    known = answer.about(run).get("title") or run.manifest.get("programme")
    title = str(known or say("A programme"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · fabstack"),
        element("style", style()),
        element("script", plotly()),
    )
    return (
        f"<!DOCTYPE html>\n{element('html', head, _body(run, title, details), lang=spoken().tag)}\n"
    )


def _body(run: Run, title: str, details: Sequence[Section]) -> Html:
    room = Room()
    first = [_section(run, section, room, f"{i + 2}") for i, section in enumerate(FIRST_PAGE)]
    return element(
        "body",
        _menu(title, details),
        element("main", _answer(run, title), first, _details(run, details, room), _noted(run)),
        _footer(run.manifest),
        element("script", palettes_json(), type="application/json", id="palettes"),
        element("script", script()),
    )


def _menu(title: str, details: Sequence[Section]) -> Html:
    first, later = (
        [element("a", say(section.menu), href=f"#{section.name}") for section in sections]
        for sections in (FIRST_PAGE, details)
    )
    split = element("span", class_="split")
    answer = element("a", say("Answer"), href="#answer")
    return element(
        "nav", element("div", element("b", title), answer, first, split, later, class_="bar")
    )


# --- The answer -------------------------------------------------------------------------------


def _answer(run: Run, title: str) -> Html:
    head, parts = answer.headline(run), answer.parts(run)
    told = str(head.get("sentence") or "")
    sentence = say_alike(told) if told else say("{title}: this run holds no verdict.", title=title)
    mission = [
        element(
            "header",
            element("div", "1", class_="step"),
            element("h2", say("Does it hold together?")),
        ),
        scorecard(parts),
    ]
    lead = answer.about(run).get("description")
    said = element(
        "div",
        _about(run),
        element("h1", sentence),
        element("p", lead, class_="lead") if lead else None,
        tally(parts),
    )
    return joined(
        [
            element("div", said, _worst(head.get("breaks_first")), class_="hero", id="answer"),
            _without_script(),
            element("section", mission, class_="first") if parts else None,
        ]
    )


def _about(run: Run) -> Html:
    manifest = run.manifest
    words = [
        say("Programme {name}", name=manifest.get("programme", NOTHING)),
        say("scenario: {name}", name=manifest.get("scenario") or say("as claimed")),
        say("seed {number}", number=manifest.get("seed", NOTHING)),
        f"fabstack {manifest.get('fabstack', NOTHING)}",
    ]
    return element("div", [element("span", word) for word in words], class_="over")


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


def _without_script() -> Html:
    words = (
        "Pictures need JavaScript, which this browser does not run. "
        "All numbers are in the tables below each title."
    )
    return element("noscript", element("p", say(words)))


# --- Sections ---------------------------------------------------------------------------------


def _section(run: Run, section: Section, room: Room, step: str = "") -> Html:
    told = [
        tile for tiles in section.tiles if not lacking(run, tiles.tables) for tile in tiles.of(run)
    ]
    shown = [
        _picture(run, picture, section, room)
        for picture in section.pictures
        if not (picture.is_extra and lacking(run, picture.tables))
    ]
    number = element("div", step, class_="step") if step else None
    return element(
        "section",
        element("header", number, element("h2", say(section.title))),
        html_tiles(told),
        element("div", shown, class_="pictures"),
        element("p", say(section.note), class_="note") if section.note else None,
        id=section.name,
    )


def _picture(run: Run, picture: Picture, section: Section, room: Room) -> Html:
    told = in_turn(say(picture.says), futures(run, picture.tables))
    caption = element("figcaption", element("h3", say(picture.title)), element("p", told))
    width = "picture half" if picture in section.half else "picture"
    return element("figure", caption, _drawing(run, picture, room), class_=width, id=picture.name)


def _drawing(run: Run, picture: Picture, room: Room) -> Child:
    missing = lacking(run, picture.tables)
    if missing:
        return element("p", missing, class_="lack")
    rows = picture.rows(run)
    if rows.is_empty():
        return element("p", say(picture.empty), class_="lack")
    beside = rows_beside(picture.name, rows, picture.tables, room)
    return [_plot(picture, rows), _cut(picture, rows), beside]


def _cut(picture: Picture, rows: pl.DataFrame) -> Html | None:
    left_out = picture.left_out(rows)
    if left_out is None:
        return None
    shown, there = left_out
    lines = "The figure shows the first {shown} of {all} rows; the table has all."
    panels = "The figure shows the first {shown} of {all} panels; the table has all."
    words = panels if picture.panel_of else lines
    return element("p", say(words, shown=shown, all=f"{there:,}"), class_="note")


def _plot(picture: Picture, rows: pl.DataFrame) -> list[Html]:
    figure = picture.drawn(rows)
    name, height = f"figure-{picture.name}", figure["layout"]["height"]
    return [
        element(
            "div",
            id=f"plot-{picture.name}",
            class_="plot",
            role="img",
            aria_label=f"{say(picture.title)}. {say(picture.says)}",
            style=f"height:{height}px",
        ),
        element("script", figure_json(figure), type="application/json", id=name),
    ]


def _details(run: Run, details: Sequence[Section], room: Room) -> Html:
    words = say("Every picture is drawn from the tables of the run; the rows stand below it.")
    heading = element("div", element("h2", say("In detail")), element("p", words), class_="part")
    return joined([heading, [_section(run, section, room) for section in details]])


# --- What else is to be known -----------------------------------------------------------------


def _noted(run: Run) -> Html | None:
    """What the check found beside errors."""
    findings = answer.findings(run)
    if not findings:
        return None
    header = element(
        "header", element("h2", say("What the check noted ({count})", count=len(findings)))
    )
    listed = element("ul", [_finding(finding) for finding in findings], class_="findings")
    return element("section", header, listed, id="findings")


def _finding(finding: answer.Entry) -> Html:
    place = ":".join(str(finding[key]) for key in ("file", "line", "column") if finding.get(key))
    cure = f" – {finding['cure']}" if finding.get("cure") else ""
    code = element("code", f"{say(str(finding.get('severity', '')))} · {place}")
    return element("li", str(finding.get("message", "")), cure, " ", code)


def _footer(manifest: Mapping[str, Any]) -> Html:
    shown = (
        "command",
        "started",
        "wall_s",
        "engines",
        "digest",
        "tables_digest",
        "python",
        "libraries",
    )
    pairs = [
        [element("dt", say(key.replace("_", " "))), element("dd", _value(manifest[key]))]
        for key in shown
        if manifest.get(key) not in (None, "", [])
    ]
    listed = element("dl", pairs)
    return element(
        "footer", element("details", element("summary", say("How this was made")), listed)
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {version}" for name, version in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else cell(value)
