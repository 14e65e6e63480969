"""What every page has: the bar, the title, and how a fault is shown."""

from __future__ import annotations

import contextvars
import copy
import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fabstack.errors import FabstackError, InputError
from fabstack.report.html import Child, Html, element, joined
from fabstack.report.language import say_alike
from fabstack.report.numbers import NOTHING
from fabstack.serve.language import PARAMETER, Language, asked_for, say, speaking, spoken
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
    """A page of NiceGUI at an address, in the language that its reader wants.

    What is refused is shown as a page, with its status.
    """

    def decorate(build: Build) -> Build:
        """The builder of the page, made known to NiceGUI."""

        @functools.wraps(build)
        async def shown(*given: Any, **named: Any) -> Response | None:
            client = ui.context.client
            with speaking(asked_for(client.request)):
                if spoken() is not Language.ENGLISH:
                    client.page = copy.copy(client.page)  # which all readers share
                    client.page.language = "zh-CN"
                try:
                    return await build(*given, **named)
                except (Problem, FabstackError) as error:
                    return _refused(error, client.request)

        ui.page(address, response_timeout=60)(shown)
        return shown

    return decorate


def frame(title: str, active: str, *content: Child) -> ui.html:
    """The bar and, below it, content in the style of the house."""
    ui.page_title(f"{title} · fabstack")
    ui.add_head_html(head())
    return house(bar(active, ui.context.client.request), element("main", content, id="main"))


def house(*content: Child) -> ui.html:
    """Content in the style of the house; all text in it is escaped by `element`."""
    return ui.html(str(joined(content)), sanitize=False).classes("house")


def bar(active: str, request: Request) -> Html:
    """The bar at the top."""
    links = [
        element("a", say(words), href=address, aria_current="page" if words == active else None)
        for words, address in MENU
    ]
    home = element("a", "fabstack", href="/", class_="home")
    skip = element("a", say("To the content"), href="#main", class_="skip")
    inside = element("div", home, links, _switch(request), class_="bar")
    return joined([skip, element("nav", inside, aria_label=say("Main"))])


def _switch(request: Request) -> Html:
    """The same address in the other language."""
    other = Language.ENGLISH if spoken() is Language.CHINESE else Language.CHINESE
    words = {Language.ENGLISH: "English", Language.CHINESE: "中文"}[other]
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != PARAMETER]
    href = f"?{urlencode([*asked, (PARAMETER, other.value)])}"
    return element("a", words, href=href, class_="language", lang=other.tag, hreflang=other.tag)


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
    actions = element("div", beside, class_="actions") if any(beside) else None
    return element("header", words, actions, class_="head")


def button(words: str, address: str, *, strong: bool = False, **attributes: object) -> Html:
    """A link that looks like a button."""
    return element(
        "a", words, href=address, class_="button strong" if strong else "button", **attributes
    )


def nothing(words: str, *beside: Child) -> Html:
    """What is said in place of an empty list, and what can be done about it."""
    if not beside:
        return element("p", words, class_="lack")
    actions = element("div", beside, class_="actions")
    return element("div", element("p", words), actions, class_="lack")


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
        return say("{s} s", s=f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return say("{min} min {s} s", min=minutes, s=rest)
    return say("{h} h {min} min", h=minutes // 60, min=minutes % 60)


async def beside(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do work in a thread, so that nobody else waits; it speaks the language of the page."""
    here = contextvars.copy_context()
    return await run.io_bound(here.run, _whole, functools.partial(work, *given, **named))


def _whole(work: Callable[[], Any]) -> Any:
    """What is made piece by piece is made here and not where it is shown."""
    found = work()
    return list(found) if isinstance(found, Iterator) else found


def findings_list(findings: Iterable[Any]) -> Html:
    """Findings with their place and their cure."""
    return element("ul", [_finding(finding) for finding in findings], class_="findings")


def _finding(finding: Any) -> Html:
    numbers = [str(number) for number in (finding.line, finding.column) if number]
    place = ":".join([finding.file, *numbers])
    expected = say("Expected {what}.", what=finding.expected) if finding.expected else ""
    has_cure = finding.cure and finding.severity != "note"
    cure = say("Cure: {what}.", what=finding.cure) if has_cure else ""
    return element(
        "li",
        element("span", say(finding.severity), class_=f"severity {finding.severity}"),
        element("span", say_alike(finding.message)),
        element("small", " ".join(filter(None, [expected, cure]))),
        element("code", place),
    )


def _refused(error: Exception, request: Request) -> Response:
    """A page of its own, without a script."""
    status = int(error.status) if isinstance(error, Problem) else 422
    findings = getattr(error, "findings", ())
    words = say("The input is wrong.") if isinstance(error, InputError) else say_alike(str(error))
    content = [
        heading(words[:1].upper() + words[1:]),
        findings_list(findings) if findings else None,
        element(
            "p",
            button(say("To the runs"), "/", strong=True),
            button(say("To the programmes"), "/programmes"),
            class_="actions",
        ),
    ]
    body = element("div", bar("", request), element("main", content, id="main"), class_="house")
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "fabstack"),
        head(),
    )
    html = element("html", top, element("body", body), lang=spoken().tag)
    return HTMLResponse(f"<!DOCTYPE html>\n{html}", status)
