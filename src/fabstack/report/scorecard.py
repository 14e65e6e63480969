"""The mission on one screen: every part with its verdict, its claim and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fabstack.report import answer
from fabstack.report.answer import Entry, verdict
from fabstack.report.html import Html, element
from fabstack.report.language import say, say_alike
from fabstack.report.numbers import cell, plain

_ICONS = {
    "holds": '<path d="M5.2 10.4l3.1 3.1 6.5-7"/>',
    "fails": '<path d="M6.3 6.3l7.4 7.4M13.7 6.3l-7.4 7.4"/>',
    "open": '<path d="M7.4 7.8a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.1.9-1.1 1.6"/><path d="M10 14.4v.1"/>',
}
_COUNTED = ((False, "{count} fail"), (None, "{count} open"), (True, "{count} hold"))
_SAID = ("holds", "finding", "factor")  # of a claim, shown in its sentence


def icon(word: str) -> Html:
    """A sign in a ring; its shape, not its colour, carries the meaning."""
    ring = '<circle cx="10" cy="10" r="8.6"/>'
    return Html(
        f'<svg class="{word}" viewBox="0 0 20 20" fill="none" stroke="currentColor" '
        f'stroke-width="1.8" stroke-linecap="round" aria-hidden="true">{ring}{_ICONS[word]}</svg>'
    )


def verdict_sign(holds: object, words: str = "") -> Html:
    """The sign and the word."""
    word = verdict(holds)
    return element("span", icon(word), words or say(word), class_=f"verdict {word}")


def tally(parts: Sequence[Entry]) -> Html | None:
    """How many parts hold, fail and are open."""
    answers = [part.get("holds") for part in parts]
    signs = [
        verdict_sign(holds, say(words, count=answers.count(holds)))
        for holds, words in (
            (False, "{count} fail"),
            (None, "{count} open"),
            (True, "{count} hold"),
        )
        if answers.count(holds)
    ]
    return element("div", signs, class_="tally") if signs else None


def scorecard(parts: Sequence[Entry]) -> Html:
    """One card for each part."""
    return element("ol", [_card(part) for part in parts], class_="mission")


def _card(part: Entry) -> Html:
    claims = [claim for _, claim in answer.claims(part)]
    finding = claims[0]["finding"] if claims else part.get("finding", "")
    number, holds = str(part.get("part", "")), part.get("holds")
    title = element("h3", element("span", number), part.get("title", ""))
    return element(
        "li",
        element("header", title, verdict_sign(holds)),
        element("p", part.get("claim", ""), class_="claim"),
        element("p", say_alike(str(finding)), class_="finding"),
        _evidence(claims),
        class_=f"is-{verdict(holds)}",
        id=f"part-{number}",
    )


def _evidence(claims: Sequence[Entry]) -> Html | None:
    if not claims:
        return None
    words = "Evidence of the claim" if len(claims) == 1 else "Evidence of all {count} claims"
    listed = element("ul", [_claim(claim) for claim in claims])
    return element("details", element("summary", say(words, count=len(claims))), listed)


def _claim(claim: Entry) -> Html:
    facts = [f"{_words(key)} {_fact(value)}" for key, value in claim.items() if key not in _SAID]
    told = element(
        "div", say_alike(str(claim["finding"])), element("div", " · ".join(facts), class_="facts")
    )
    return element("li", icon(verdict(claim.get("holds"))), told)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _fact(value: object) -> str:
    if isinstance(value, float):
        return plain(value, 4)
    if isinstance(value, list | tuple):
        return ", ".join(map(_fact, value)) or say("none")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_fact(part)}" for key, part in value.items()) or say("none")
    return cell(value)
