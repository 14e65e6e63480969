"""Planned stops of a tool as one cell: `6.7 h every 168 h, 13.3 h every 720 h`."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from pydantic import AfterValidator


class Stop(NamedTuple):
    """A planned stop: how long, and how often from start to start."""

    hours: float
    every_h: float


_STOP = re.compile(r"(?P<hours>\d+(\.\d+)?) ?h every (?P<every>\d+(\.\d+)?) ?h")


def stops_in(text: str) -> tuple[Stop, ...]:
    """The stops that a cell tells of, none where it is blank.

    >>> stops_in("6.7 h every 168 h")
    (Stop(hours=6.7, every_h=168.0),)

    Raises:
        ValueError: it is spelt otherwise, or a stop outlasts its interval.
    """
    return tuple(_stop(part.strip()) for part in text.split(",")) if text.strip() else ()


def _stop(text: str) -> Stop:
    match = _STOP.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not spelt like '6.7 h every 168 h'")
    stop = Stop(float(match["hours"]), float(match["every"]))
    if not 0 < stop.hours < stop.every_h:
        raise ValueError(f"a stop of {stop.hours:g} h cannot come every {stop.every_h:g} h")
    return stop


def _well_spelt(text: str) -> str:
    stops_in(text)
    return text


Stops = Annotated[str, AfterValidator(_well_spelt)]


def availability(mttf_h: float | None, mttr_h: float, stops: str) -> float:
    """Share of all hours in which a tool is up: MTTF / (MTTF + MTTR), less planned stops."""
    up = 1.0 if mttf_h is None else mttf_h / (mttf_h + mttr_h)
    return up * (1 - sum(stop.hours / stop.every_h for stop in stops_in(stops)))
