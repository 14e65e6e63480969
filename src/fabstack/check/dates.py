"""Rules for time: the horizon, and the network of activities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fabstack.check.circles import Link, circles
from fabstack.check.faults import Fault, error, warning
from fabstack.errors import did_you_mean
from fabstack.model import Programme, by_key
from fabstack.model.roadmap import predecessors

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Rows that have no effect at all when their day lies after the horizon.
_FOR_NOTHING_AFTER = (
    ("deliveries", "date"),
    ("starts", "date"),
    ("orders", "date"),
    ("demands", "date"),
    ("offers", "from_date"),
    ("needs", "from_date"),
    ("plants", "opens"),
    ("phases", "ready"),
    ("activities", "claimed"),
    ("generations", "claimed_volume"),
    ("claims", "date"),
)
# Rows that come too late when their day lies before it.
_TOO_LATE_BEFORE = (("orders", "date"), ("demands", "date"))


def empty_horizon(programme: Programme) -> Iterator[Fault]:
    """A horizon that ends before it begins."""
    header = programme.programme
    if header.end <= header.start:
        yield error(
            header,
            "end",
            "empty-horizon",
            f"the horizon begins on {header.start} and ends on {header.end}",
            expected=f"after {header.start}",
            cure="swap start and end",
        )


def dates_after_the_horizon(programme: Programme) -> Iterator[Fault]:
    """Rows that can have no effect, because their day comes after the last one."""
    end = programme.programme.end
    for table, column in _FOR_NOTHING_AFTER:
        for row in programme.table(table):
            day: date | None = getattr(row, column)
            if day and day > end:
                found = f"{column} {day} lies after the end of the horizon, {end}"
                yield _outside(row, column, found, f"{end} or earlier")


def dates_before_the_horizon(programme: Programme) -> Iterator[Fault]:
    """Orders and demands that are past when the programme begins."""
    start = programme.programme.start
    for table, column in _TOO_LATE_BEFORE:
        for row in programme.table(table):
            day: date = getattr(row, column)
            if day < start:
                found = f"{column} {day} lies before the start of the horizon, {start}"
                yield _outside(row, column, found, f"{start} or later")


def volumes_outside_the_horizon(programme: Programme) -> Iterator[Fault]:
    """Markets of which no volume is dated inside the horizon or before it."""
    end = programme.programme.end
    first: dict[str, date] = {}
    for row in programme.volumes:
        first[row.market] = min(first.get(row.market, row.date), row.date)
    for row in programme.volumes:
        if row.date > end and row.date == first[row.market]:
            found = (
                f"market '{row.market}' first builds products on {row.date}, after the end, {end}"
            )
            yield _outside(row, "date", found, f"a volume on {end} or earlier")


def _outside(row: object, column: str, message: str, expected: str) -> Fault:
    cure = "correct the date, or the start or end of the programme"
    return warning(row, column, "outside-horizon", message, expected=expected, cure=cure)


def activity_loops(programme: Programme) -> Iterator[Fault]:
    """Activities that wait for themselves."""
    rows = by_key(programme.activities)
    for circle in circles(links(programme)):
        told = " waits for ".join(f"'{name}'" for name in circle)
        yield error(
            rows[circle[0]],
            "after",
            "activity-loop",
            f"activities wait for each other in a circle: {told}",
            expected="a network without circles",
            cure="remove one of them from after",
        )


def links(programme: Programme) -> list[Link]:
    """(before, after) for all activities that wait for another."""
    return [
        (before.activity, activity.name)
        for activity in programme.activities
        for before in predecessors(activity.after)
    ]


def claims_before_the_earliest(programme: Programme) -> Iterator[Fault]:
    """Activities that are claimed to end before they may start."""
    for activity in programme.activities:
        if activity.claimed and activity.earliest and activity.claimed < activity.earliest:
            yield warning(
                activity,
                "claimed",
                "claimed-before-earliest",
                f"'{activity.name}' is claimed for {activity.claimed} but does not start before "
                f"{activity.earliest}",
                expected=f"after {activity.earliest}",
                cure="correct one of the two dates",
            )


def references_without_a_claim(programme: Programme) -> Iterator[Fault]:
    """Top-down slips of activities that claim no date which could slip."""
    for activity in programme.activities:
        if activity.reference_slip is not None and activity.claimed is None:
            yield warning(
                activity,
                "reference_slip",
                "slip-without-claim",
                f"'{activity.name}' has a reference slip but no claimed date",
                expected="a date in claimed, and the day it was promised in promised",
                cure="write the claimed date, or leave reference_slip blank",
            )


def idle_people(programme: Programme) -> Iterator[Fault]:
    """Activities that need people of no skill."""
    for activity in programme.activities:
        if activity.people and activity.skill is None:
            yield warning(
                activity,
                "people",
                "people-without-skill",
                f"'{activity.name}' needs {activity.people:g} people of no skill",
                expected="the name of a skill",
                cure="write the skill, or leave people blank",
            )


def unknown_weekdays(programme: Programme) -> Iterator[Fault]:
    """Reviews on days that no week has."""
    for review in programme.reviews:
        words = [word.strip() for word in review.weekdays.split(";")]
        wrong = [word for word in words if word.lower()[:3] not in WEEKDAYS]
        if wrong:
            yield error(
                review,
                "weekdays",
                "unknown-weekday",
                f"'{wrong[0]}' is no weekday",
                expected="days such as Tue;Sat",
                cure=did_you_mean(wrong[0].lower()[:3], WEEKDAYS),
            )
