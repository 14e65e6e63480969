"""What is claimed, where numbers come from, what may vary, and what is tried instead."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution


class Grade(StrEnum):
    """How far a number can be trusted."""

    PUBLISHED = "published"
    PRESS = "press"
    ESTIMATE = "estimate"
    CLAIM = "claim"


@row("cell")
class Source:
    """Where the number in a cell comes from; `cell` is table/key/column.

    One source may speak of a column of many rows: `*` in the key stands for any text.
    """

    cell: str = worded("such as technologies/logic-14/d0_mature_per_cm2", default=...)
    low: float | None = measured("", "in the cell's own unit", default=None)
    high: float | None = measured("", "in the cell's own unit", default=None)
    unit: str = worded("of low and high; the cell's own unit")
    year: int = counted("the number is of", ge=1900)
    source: str = worded("who says so", default=...)
    grade: Grade = chosen("how far it can be trusted")
    note: str = worded("what to know about it")


@row("cell")
class Risk:
    """A cell that varies between sampled futures."""

    cell: str = worded("table/key/column of a number", default=...)
    distribution: Distribution = measured("", "of the value, in the cell's own unit")
    note: str = worded("why")


@row("first", "second")
class Correlation:
    """How two varying cells move together (rank correlation of a Gaussian copula)."""

    first: str = worded("cell", default=...)
    second: str = worded("cell", default=...)
    rho: float = measured("", "-1 to 1", ge=-1, le=1)


@row()
class Scenario:
    """A named reading of the programme; its changes are in the table of changes."""

    name: str = named("unique name")
    title: str = worded("for people")
    meaning: str = worded("what is taken to be true")


@row("scenario", "cell")
class Change:
    """One cell that a scenario sets to another value."""

    scenario: str = refers("scenarios", "which")
    cell: str = worded("table/key/column", default=...)
    value: str = worded("as it would stand in the table; blank: the column's default")
    why: str = worded("reason")


@row("part")
class MissionRow:
    """One row of the mission: a part of the programme and what is said of it."""

    part: int = counted("number of the row", ge=1)
    title: str = worded("name of the part", default=...)
    claim: str = worded("what is said, in a sentence", default=...)


class Measure(StrEnum):
    """What a claim is about; each is computed from the model and the engines' results."""

    CHIPS_PER_YEAR = "chips-per-year"  # subject: a fab; good dies of its mix against the claim
    CHIP_SPEND = "chip-spend"  # subject: a market or blank; USD a year of chips
    UNITS_PER_MONTH = "units-per-month"  # subject: a plant; finished items it can give
    CARRIERS_PER_MONTH = "carriers-per-month"  # subject: a plant; starts it can take
    COVERS_DEMAND = "covers-demand"  # subject: a plant; own output against what markets need
    SELF_SUPPLY = "self-supply"  # subject: an item kind; nothing bought after the date
    BRIDGE = "bridge"  # subject: an item kind; bought supply closes the gap until then
    DONE_BY = "done-by"  # subject: an activity; it has ended by the date
    BUILD_MONTHS = "build-months"  # subject: a plant; decision to volume against published times
    CHEAPER_NODE = "cheaper-node"  # subject: two technologies a;b; wafer and capital of a against b
    QUEUE_RANK = "queue-rank"  # subject: a supplier; who is served before us, and what is left
    PACKAGED_AT = "packaged-at"  # subject: a supplier; the place is confirmed by a source
    CADENCE_MONTHS = "cadence-months"  # subject: blank; months between generations' volumes
    STAFF = "staff"  # subject: a skill; hired by when needed, and inside the pay range
    JOINT_ODDS = "joint-odds"  # subject: activities a;b;...; all hold at once with this chance
    ONE_CHAIN = "one-chain"  # subject: blank; every market is connected down to wafers on one clock


@row()
class Claim:
    """A sentence of the mission as something that can be computed."""

    name: str = named("unique name")
    part: int = counted("row of the mission", ge=1, table="mission")
    statement: str = worded("what is claimed", default=...)
    measure: Measure = chosen("what is computed")
    subject: str = worded("what it is about (see the measure)")
    value: float | None = measured("", "the number claimed", default=None)
    high: float | None = measured("", "upper end where a range is claimed", default=None)
    unit: str = worded("of the number")
    date: Day | None = chosen("by when", default=None)
