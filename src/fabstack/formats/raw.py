"""The cells of a programme before they mean anything, whatever file they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fabstack.errors import Finding
from fabstack.formats.faults import Fault
from fabstack.formats.tables import Sheet
from fabstack.formats.values import text_in


@dataclass(slots=True)
class Raw:
    """The sheets of a programme, what is wrong with its files, and which could not be read."""

    place_of: Callable[[str], str]  # the file or sheet in which a table stands, or would
    sheets: dict[str, Sheet] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)  # tables and sections


def cell_of(value: Any) -> str | Fault:
    """The text of a typed value, or its Fault where it is a list or a table."""
    if isinstance(value, list | Mapping):
        return Fault("bad-value", "a cell holds one value, not several", "text, number or date")
    try:
        return text_in(value)
    except ValueError:  # Python spells no number of more than 4,300 digits
        return Fault("bad-number", "this number has too many digits")
