"""Documents as JSON that any reader accepts: finite numbers, dates as text."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any


def refuse_broken_numbers(value: Any, place: str) -> None:
    """Raise where a float is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{place}: {value} is not finite")
    for key, part in _parts(value):
        refuse_broken_numbers(part, f"{place}/{key}")


def _parts(value: Any) -> Iterable[tuple[Any, Any]]:
    """What a document holds, with its keys or places."""
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The document, indented; its keys keep their order.

    Raises:
        TypeError: a value has no place in JSON.
    """
    return (json.dumps(document, indent=2, default=_plain_value, allow_nan=False) + "\n").encode()


def _plain_value(value: Any) -> Any:
    """A date as text, a number of numpy as a number."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in JSON: {value!r}")
