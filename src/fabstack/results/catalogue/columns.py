"""What a table of a run is made of: its columns, each with unit and one line of meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """What stands in the cells of a column; a blank cell is null, never NaN."""

    DATE = "date"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    FLAG = "yes or no"


class Engine(StrEnum):
    """Who fills a table."""

    ECONOMICS = "economics"
    RAMP = "ramp"
    PLAN = "plan"
    SIMULATION = "simulation"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column; `unit` is empty for names and pure numbers."""

    name: str
    holds: Holds
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ResultTable:
    """One table; `keys` name a row, so that two runs can be laid side by side."""

    name: str
    engine: Engine
    meaning: str
    keys: tuple[str, ...]
    columns: tuple[ResultColumn, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns in their order."""
        return tuple(column.name for column in self.columns)


def day(name: str, meaning: str) -> ResultColumn:
    """A date."""
    return ResultColumn(name, Holds.DATE, "", meaning)


def text(name: str, meaning: str) -> ResultColumn:
    """A name, or words for people."""
    return ResultColumn(name, Holds.TEXT, "", meaning)


def number(name: str, unit: str, meaning: str) -> ResultColumn:
    """A finite number."""
    return ResultColumn(name, Holds.NUMBER, unit, meaning)


def whole(name: str, unit: str, meaning: str) -> ResultColumn:
    """A whole number."""
    return ResultColumn(name, Holds.WHOLE, unit, meaning)


def flag(name: str, meaning: str) -> ResultColumn:
    """Yes or no."""
    return ResultColumn(name, Holds.FLAG, "", meaning)


MONTH = day("month", "first day of the month")
PLANT = text("plant", "where")
ITEM = text("item", "what")
