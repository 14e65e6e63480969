"""The settings of `programme.toml`: values, where each stands, and settings as TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.places import Place
from fabstack.model.randomness import shortest

_SECTION = re.compile(r"\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*(?P<name>[\w-]+|\"[^\"]*\"|'[^']*')\s*=\s*")
_PLACE_IN_MESSAGE = re.compile(r" \(at line (\d+), column (\d+)\)| \(at end of document\)")
_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\"}


class TomlText:
    """The text of one TOML file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def document(self) -> Mapping[str, Any]:
        """What the text says.

        Raises:
            Unreadable: it is no TOML.
        """
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(self._fault(error).at(self._place_of(error))) from None

    def place(self, section: str, key: str = "") -> Place:
        """The place of a key, or of its section where the key does not stand in the file."""
        return self._keys.get((section, key)) or self._keys.get((section, "")) or Place(self.file)

    def value_place(self, section: str, key: str) -> Place:
        """The place of the value of a key."""
        return self._values.get((section, key)) or self.place(section, key)

    @cached_property
    def _keys(self) -> dict[tuple[str, str], Place]:
        return {address: Place(self.file, line, key) for address, line, key, _ in self._spots}

    @cached_property
    def _values(self) -> dict[tuple[str, str], Place]:
        return {address: Place(self.file, line, value) for address, line, _, value in self._spots}

    @cached_property
    def _spots(self) -> list[tuple[tuple[str, str], int, int, int]]:
        """(section, key), line, and the columns of key and value, in the order of the file."""
        spots = []
        section = ""
        for line, text in _lines_outside_texts(self.text):
            if match := _SECTION.match(text):
                section = match["name"].strip("\"'")
                spots.append(((section, ""), line, match.start("name"), match.start("name")))
            elif match := _KEY.match(text):
                address = (section, match["name"].strip("\"'"))
                spots.append((address, line, match.start("name") + 1, match.end() + 1))
        return spots

    def _fault(self, error: Exception) -> Fault:
        words = _PLACE_IN_MESSAGE.sub("", str(error))
        return Fault("broken-toml", f"this is no TOML: {words}", "text in TOML 1.0")

    def _place_of(self, error: Exception) -> Place:
        match = _PLACE_IN_MESSAGE.search(str(error))
        if match is None:
            return Place(self.file)
        if match[1] is None:
            return Place(self.file, self.text.count("\n") + 1, 1)
        return Place(self.file, int(match[1]), int(match[2]))


class SectionGrid:
    """The one row of a section of a TOML file."""

    def __init__(self, text: TomlText, section: str, keys: tuple[str, ...]) -> None:
        self._text = text
        self._section = section
        self._keys = keys

    def place(self, row: int, cell: int) -> Place:
        """The place of a value (of its key, for the header), or of the section."""
        if cell < 0:
            return self._text.place(self._section)
        find = self._text.place if row < 0 else self._text.value_place
        return find(self._section, self._keys[cell])


def _lines_outside_texts(text: str) -> Iterator[tuple[int, str]]:
    """The lines that do not begin inside a text of several lines."""
    quotes = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not quotes:
            yield number, line
        for mark in re.findall(r"\"\"\"|'''", line):
            quotes = {"": mark, mark: ""}.get(quotes, quotes)


def toml_section(name: str, values: Mapping[str, Any]) -> str:
    """A section as TOML."""
    lines = (f"{key} = {_toml_value(value)}\n" for key, value in values.items())
    return f"[{name}]\n{''.join(lines)}"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, int):
        return str(value)
    return _toml_string(str(value))


def _toml_string(text: str) -> str:
    escaped = text.translate(_ESCAPES)
    return f'"""\n{escaped}"""' if "\n" in escaped else f'"{escaped}"'
