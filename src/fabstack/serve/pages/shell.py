"""What every page has: the bar, the title, and how a fault is shown."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from nicegui import run, ui
from starlette.responses import HTMLResponse, Response

from fabstack.errors import FabstackError, InputError
from fabstack.report.html import Child, Html, element
from fabstack.report.numbers import NOTHING
from fabstack.serve.pages.assets import head
from fabstack.serve.problems import Problem

MENU = (
    ("Runs", "/"),
    ("Programmes", "/programmes"),
    ("Jobs", "/jobs"),
    ("Compare", "/compare"),
    ("API", "/reference"),
)
Build = Callable[..., Awaitable[Response | None]]


def page(address: str) -> Callable[[Build], Build]:
    """A page of NiceGUI at an address; what is refused is shown as a page, with its status."""

    def decorate(build: Build) -> Build:
        @functools.wraps(build)
        async def shown(*given: Any, **named: Any) -> Response | None:
            try:
                return await build(*given, **named)
            except (Problem, FabstackError) as error:
                return _refused(error)

        ui.page(address, response_timeout=60)(shown)
        return shown

    return decorate


def frame(title: str, active: str, *content: Child) -> ui.html:
    """The bar and, below it, content in the style of the house."""
    ui.page_title(f"{title} · fabstack")
    ui.add_head_html(head())
    body = [bar(active), element("main", content)]
    return house(*body)


def house(*content: Child) -> ui.html:
    """Content in the style of the house; all text in it is escaped by `element`."""
    return ui.html(_joined(content), sanitize=False).classes("house")


def _joined(content: Iterable[Child]) -> str:
    from fabstack.report.html import joined

    return str(joined(content))


def bar(active: str) -> Html:
    """The bar at the top."""
    links = [
        element("a", words, href=address, aria_current="page" if words == active else None)
        for words, address in MENU
    ]
    home = element("a", "fabstack", href="/", class_="home")
    return element("nav", element("div", home, links, class_="bar"), aria_label="Main")


def tabs(links: Iterable[tuple[str, str]], active: str, label: str) -> Html:
    """Links to the views of one thing."""
    made = [
        element("a", words, href=address, aria_current="page" if words == active else None)
        for words, address in links
    ]
    return element("nav", made, class_="tabs", aria_label=label)


def heading(title: str, *beside: Child, over: Child = None) -> Html:
    """The title of a page, what stands over it, and what can be done there."""
    words = element("div", element("div", over, class_="over"), element("h1", title))
    return element("header", words, element("div", beside, class_="actions"), class_="head")


def button(words: str, address: str, *, strong: bool = False, **attributes: object) -> Html:
    """A link that looks like a button."""
    return element(
        "a", words, href=address, class_="button strong" if strong else "button", **attributes
    )


def nothing(words: str) -> Html:
    """What is said in place of an empty list."""
    return element("p", words, class_="lack")


def path(*parts: str) -> str:
    """An address of its parts, each of them quoted."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def query(address: str, given: Mapping[str, Any]) -> str:
    """An address with what is asked for; what is blank is left out."""
    kept = {key: value for key, value in given.items() if value not in (None, "", [], ())}
    return f"{address}?{urlencode(kept, doseq=True)}" if kept else address


def when(iso: str) -> str:
    """A time to the minute."""
    return iso.replace("T", " ")[:16] or NOTHING


def lasted(seconds: float | None) -> str:
    """How long something took."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


async def beside(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do work in a thread, so that nobody else waits."""
    return await run.io_bound(work, *given, **named)


def findings_list(findings: Iterable[Any]) -> Html:
    """Findings with their place and their cure."""
    return element("ul", [_finding(finding) for finding in findings], class_="findings")


def _finding(finding: Any) -> Html:
    numbers = [str(number) for number in (finding.line, finding.column) if number]
    place = ":".join([finding.file, *numbers])
    expected = f"Expected {finding.expected}." if finding.expected else ""
    cure = f"Cure: {finding.cure}." if finding.cure and finding.severity != "note" else ""
    return element(
        "li",
        element("span", finding.severity, class_=f"severity {finding.severity}"),
        element("span", finding.message),
        element("small", " ".join(filter(None, [expected, cure]))),
        element("code", place),
    )


def _refused(error: Exception) -> Response:
    """A page of its own, without a script."""
    status = int(error.status) if isinstance(error, Problem) else 422
    findings = getattr(error, "findings", ())
    words = "The input is wrong." if isinstance(error, InputError) else str(error)
    content = [
        heading(words[:1].upper() + words[1:]),
        findings_list(findings) if findings else None,
        element("p", button("To the runs", "/")),
    ]
    body = element("div", bar(""), element("main", content), class_="house")
    top = element("head", element("meta", charset="utf-8"), element("title", "fabstack"), head())
    html = element("html", top, element("body", body), lang="en")
    return HTMLResponse(f"<!DOCTYPE html>\n{html}", status)
