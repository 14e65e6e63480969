"""Edits in `programme.toml`: comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from fabstack.model import Column
from fabstack.serve.problems import unfit


def edited_settings(
    text: str, section: str, values: Mapping[str, str], columns: Mapping[str, Column]
) -> str:
    """The text with some values of one section set; a blank one is left to its default.

    Raises:
        Problem: the text is no TOML.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError:
        raise unfit("programme.toml is no TOML; repair it with an editor") from None
    if section not in document:
        document[section] = tomlkit.table()
    table: Any = document[section]
    for key, words in values.items():
        if words.strip():
            table[key] = typed(words.strip(), columns[key].kind if key in columns else "text")
        elif key in table:
            del table[key]
    return tomlkit.dumps(document)


def typed(text: str, kind: str) -> Any:
    """A text as TOML has it: a number, a date or yes or no where it is one, else the text."""
    try:
        if kind in ("number", "integer", "distribution"):
            return int(text) if text.lstrip("+-").isdigit() else _finite(text)
        if kind == "boolean":
            return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]
        return date.fromisoformat(text) if kind == "date" else text
    except (ValueError, KeyError):
        return text


def _finite(text: str) -> float | str:
    number = float(text)
    return number if abs(number) < float("inf") else text
