"""When things happen: activities of plants, gates of chips, reviews."""

from __future__ import annotations

import re
from typing import NamedTuple

from fabstack import units
from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution


@row()
class Activity:
    """Something that takes time; its end is a milestone.

    `after` lists what it waits for, separated by `;`, with a lag in months: `shell + 2` starts two
    months after the end of shell, `shell start + 6` (or `shell SS + 6`) six months after its start.
    `shell FF + 1` ends no sooner than a month after the end of shell, `shell SF + 3` no sooner than
    three months after its start. `limit` lists shared limits: `crew 2; crane` takes two crews and a
    crane while it lasts.
    """

    name: str = named("unique name")
    title: str = worded("for people")
    plant: str | None = refers("plants", "where", default=None)
    generation: str | None = refers("generations", "of which chip", default=None)
    after: str = worded("activities that must have ended, with lags; see above")
    duration: Distribution = measured("month", "from start to end")
    prior: str = worded(
        "published time to build, such as `built-us` or `permitted-taiwan`, of which the duration "
        "is drawn instead; it holds the slips of others, so `slip` must be blank; the stated "
        "duration gives a second curve"
    )
    earliest: Day | None = chosen("does not start before", default=None)
    claimed: Day | None = chosen("end as claimed", default=None)
    chance_percent: float = measured(
        "percent",
        "that it takes place at all, such as an owner's deferral; else it takes no time",
        default=100.0,
        ge=0,
        le=100,
    )
    slip: Distribution | None = measured(
        "",
        "ratio of actual to stated duration (execution slip); activities of one plant or chip "
        "that state the same share one draw",
        default=None,
    )
    skill: str | None = refers("skills", "who does it", default=None)
    people: float = measured("person", "of that skill, all the time", default=0.0, ge=0)
    limit: str = worded("shared limits of the plant that it occupies, with how many units")
    calendar: str | None = refers(
        "calendars", "when it is worked on; blank: always, as its duration says", default=None
    )
    vendor_line: str | None = refers(
        "vendor_lines", "whose output it waits for; rows are served from the top", default=None
    )
    line_tools: float = measured("", "tools of that line that it needs", default=0.0, ge=0)
    repeat_percent: float = measured(
        "percent", "chance that it fails and is done again", default=0.0, ge=0, lt=100
    )
    repeat_again_percent: float | None = measured(
        "percent", "chance that a repeat fails too; blank: as the first", default=None, ge=0, lt=100
    )
    repeat: Distribution | None = measured(
        "month", "duration of a repeat; blank: as the first", default=None
    )
    repeat_from: str | None = refers(
        "activities",
        "a failure sends work back to the start of this activity: all from it to here is done "
        "again; blank: only this one",
        default=None,
    )
    repeat_most: int | None = counted(
        "the most repeats, after which it passes; blank: no limit", default=None, ge=1
    )
    promised: Day | None = chosen(
        "when the claimed end was promised (top-down view); blank: the programme's start",
        default=None,
    )
    reference_slip: Distribution | None = measured(
        "",
        "ratio of actual to promised duration of comparable whole projects: a second, top-down "
        "date from `promised` and `claimed` alone, never added to the network's own spread",
        default=None,
    )


@row()
class Generation:
    """A chip of the roadmap."""

    name: str = named("unique name")
    title: str = worded("for people")
    technology: str | None = refers("technologies", "node", default=None)
    volume_with: str | None = refers("activities", "activity whose end is volume", default=None)
    claimed_volume: Day | None = chosen("volume as claimed", default=None)
    design_cost_usd: float = measured("USD", "one spin's design", default=0.0, ge=0)


@row()
class Review:
    """A meeting that decides whether an activity may go on."""

    name: str = named("unique name")
    generation: str = refers("generations", "of which chip")
    until: str = refers("activities", "held until its end")
    weekdays: str = worded("such as 'Tue;Sat'", default=...)
    stop_percent: float = measured(
        "percent", "chance that a review sends work back", default=0.0, ge=0, le=100
    )
    cost_days: float = measured("day", "of work that a stop costs", default=0.0, ge=0)


class Predecessor(NamedTuple):
    """What an activity waits for: the end (or start) of another one, and a lag.

    It holds back the activity's start, or with `to_end` its end.
    """

    activity: str
    from_start: bool = False
    lag_months: float = 0.0
    to_end: bool = False


# The four kinds of precedence: which end of the first holds back which end of the second.
_KINDS = {"": (False, False), "FS": (False, False), "SS": (True, False)}
_KINDS |= {"start": (True, False), "FF": (False, True), "SF": (True, True)}
_PREDECESSOR = re.compile(
    r"(?P<name>[^+]*?)(?:\s+(?P<kind>start|FS|SS|FF|SF))?\s*(?:\+(?P<lag>[^+]*))?"
)


def predecessors(text: str) -> tuple[Predecessor, ...]:
    """What the text of a column `after` lists.

    >>> predecessors("shell; tools start + 6")[1]
    Predecessor(activity='tools', from_start=True, lag_months=6.0, to_end=False)

    Raises:
        ValueError: a part is not `activity`, `activity + lag` or `activity start + lag`.
    """
    return tuple(_predecessor(part.strip()) for part in text.split(";") if part.strip())


def _predecessor(part: str) -> Predecessor:
    match = _PREDECESSOR.fullmatch(part)
    if match is None or not match["name"].strip():
        raise ValueError(
            f"'{part}' is not of the form 'activity', 'activity + 2', 'a start + 2' or 'a FF + 2'"
        )
    from_start, to_end = _KINDS[match["kind"] or ""]
    lag = 0.0 if match["lag"] is None else units.parse(match["lag"].strip(), "month")
    return Predecessor(match["name"].strip(), from_start, lag, to_end)


class Occupied(NamedTuple):
    """Units of a shared limit that an activity takes while it lasts."""

    limit: str
    units: int = 1


_OCCUPIED = re.compile(r"(?P<name>.*?\S)(?:\s+(?P<units>\d+))?")


def occupied(text: str) -> tuple[Occupied, ...]:
    """What the text of a column `limit` lists.

    >>> occupied("crew 2; crane")
    (Occupied(limit='crew', units=2), Occupied(limit='crane', units=1))

    Raises:
        ValueError: a limit is named twice, or without a unit taken.
    """
    matches = (_OCCUPIED.fullmatch(part.strip()) for part in text.split(";"))
    found = tuple(Occupied(m["name"], int(m["units"] or 1)) for m in matches if m is not None)
    if len({one.limit for one in found}) < len(found) or any(one.units == 0 for one in found):
        raise ValueError(f"'{text}' names a limit twice or takes 0 units of one")
    return found
