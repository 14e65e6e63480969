"""The language of the page: whatever it says of its own is looked up here.

The English words are the keys, as in gettext; `static/zh.toml` holds what stands for them in
Chinese. Names, sources and what a programme says of itself stay as they are, and so do findings
of a kind that the file does not know.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources


class Language(StrEnum):
    """What a page can be written in."""

    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def tag(self) -> str:
        """The tag for browsers (BCP 47)."""
        return {"en": "en", "zh": "zh-CN"}[self.value]


class Name(str):
    """A word of the programme, which is said as it is in every language."""

    __slots__ = ()


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_YEAR = re.compile(r"[1-9][0-9]{3}")
_PLACE = re.compile(r"\{([a-z_0-9]+)\}")

_spoken: ContextVar[Language] = ContextVar("spoken", default=Language.ENGLISH)


@contextmanager
def speaking(language: Language | str) -> Iterator[None]:
    """Say everything in this language until the block ends, in this thread or task alone."""
    before = _spoken.set(Language(language))
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> Language:
    """The language of the page that is being made."""
    return _spoken.get()


def say(text: str, **values: object) -> str:
    """The text in the language that is spoken, with the values in its places."""
    found = text if isinstance(text, Name) else words(spoken()).get(text, text)
    return found.format(**values) if values else found


def in_turn(*sentences: str) -> str:
    """Sentences one after the other; empty ones are passed over."""
    between = "" if spoken() is Language.CHINESE else " "
    return between.join(filter(None, sentences))


def say_alike(sentence: str) -> str:
    """A sentence of the engines in the language that is spoken, where one of its kind is known.

    The kinds are the keys with places under `sentences`.
    """
    for pattern, found in _patterns(spoken()):
        if match := pattern.fullmatch(sentence):
            places = {name: _placed(name, text) for name, text in match.groupdict().items()}
            return found.format(**places)
    return sentence


def _placed(place: str, text: str) -> str:
    """What stands in a place: kinds of items and months are said, all else stays."""
    if place == "kind":
        return say(text)
    month, _, year = text.partition(" ")
    if month not in _MONTHS or not _YEAR.fullmatch(year):
        return text
    return date(int(year), _MONTHS.index(month) + 1, 1).strftime(say("%b %Y"))


@cache
def _patterns(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The keys with places as patterns, those with most words of their own first."""
    kinds = sections(language).get("sentences", {})
    longest = sorted(kinds.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return tuple((_pattern(key), found) for key, found in longest)


def _pattern(key: str) -> re.Pattern[str]:
    pieces = _PLACE.split(key)  # text and names of places in turn
    return re.compile(
        "".join(f"(?P<{p}>.+)" if i % 2 else re.escape(p) for i, p in enumerate(pieces))
    )


@cache
def words(language: Language) -> Mapping[str, str]:
    """What stands for the English words; empty for English."""
    parts = sections(language).values()
    return {key: text for part in parts for key, text in part.items()}


@cache
def sections(language: Language) -> Mapping[str, Mapping[str, str]]:
    """The same in the parts of the file, under their names."""
    if language is Language.ENGLISH:
        return {}
    file = resources.files("fabstack.report") / "static" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
