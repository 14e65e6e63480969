"""Small programmes for the tests of the ramp; a month is whatever unit a case's source used."""

from datetime import date
from typing import Any

from fabstack.model import Programme
from fabstack.model.header import Header, Ramp
from fabstack.model.roadmap import Activity

START = date(2026, 1, 1)


def header(**other: Any) -> Header:
    settings = {"name": "made", "start": START, "end": date(2035, 12, 31), **other}
    return Header(**settings)


def activity(name: str, duration: Any, after: str = "", **other: Any) -> Activity:
    return Activity(name=name, duration=duration, after=after, **other)


def programme(*activities: Activity, correlation: float = 0.0, **tables: Any) -> Programme:
    rows = {name: tuple(found) for name, found in tables.items() if name != "programme"}
    return Programme(
        programme=tables.get("programme", header()),
        ramp=Ramp(correlation=correlation),
        activities=activities,
        **rows,
    )


# Hillier and Lieberman's "Reliable Construction": low, most likely, high, predecessors.
RELIABLE = {
    "A": (1, 2, 3, ""),
    "B": (2, 3.5, 8, "A"),
    "C": (6, 9, 18, "B"),
    "D": (4, 5.5, 10, "C"),
    "E": (1, 4.5, 5, "C"),
    "F": (4, 4, 10, "E"),
    "G": (5, 6.5, 11, "D"),
    "H": (5, 8, 17, "E;G"),
    "I": (3, 7.5, 9, "C"),
    "J": (3, 9, 9, "F;I"),
    "K": (4, 4, 4, "J"),
    "L": (1, 5.5, 7, "J"),
    "M": (1, 2, 3, "H"),
    "N": (5, 5.5, 9, "K;L"),
}


def reliable(kind: str) -> Programme:
    """The network with one family of distributions, and its end as a milestone of no length."""
    rows = [
        activity(name, f"{kind}({low}, {mode}, {high})", after)
        for name, (low, mode, high, after) in RELIABLE.items()
    ]
    return programme(*rows, activity("end", 0, "M;N"))
