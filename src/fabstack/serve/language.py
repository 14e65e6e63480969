"""The language of a page: the report's own table of words, and beside it that of the dashboard.

As in the report the English words are the keys. Who asks for `?lang=zh` gets Chinese; the browser
keeps that in a cookie, so that addresses without it stay in the language that was chosen.
"""

from __future__ import annotations

import functools
import inspect
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from starlette.requests import Request

from fabstack.report import language as report
from fabstack.report.language import Language, Name, speaking, spoken

__all__ = ["Language", "asked_for", "say", "say_later", "speaking", "spoken", "words"]

PARAMETER, COOKIE = "lang", "fabstack_lang"


def say(text: str, **values: object) -> str:
    """The text in the language that is spoken, with the values in its places."""
    found = None if isinstance(text, Name) else words(spoken()).get(text)
    if found is None:
        return report.say(text, **values)
    return found.format(**values) if values else found


@cache
def words(language: Language) -> Mapping[str, str]:
    """What the dashboard says beside what the report says; empty for English."""
    if language is Language.ENGLISH:
        return {}
    file = resources.files("fabstack.serve") / "static" / f"{language}.toml"
    parts = tomllib.loads(file.read_text(encoding="utf-8")).values()
    return {key: text for part in parts for key, text in part.items()}


def asked_for(request: Request) -> Language:
    """The language of the URL, else that of the cookie, else English."""
    known = {language.value: language for language in Language}
    given = (request.query_params.get(PARAMETER), request.cookies.get(COOKIE))
    return next((known[tag] for tag in given if tag in known), Language.ENGLISH)


def say_later(does: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """A handler that will speak the language of the page that is being made now."""
    language = spoken()

    @functools.wraps(does)
    async def spoken_later(*given: Any) -> Any:
        with speaking(language):
            found = does(*given)
            return await found if inspect.isawaitable(found) else found

    return spoken_later
