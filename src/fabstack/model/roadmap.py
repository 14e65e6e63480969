"""When things happen: activities of plants, gates of chips, reviews."""

from __future__ import annotations

import re
from typing import NamedTuple

from fabstack import units
from fabstack.model.days import Day
from fabstack.model.fields import chosen, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution


@row()
class Activity:
    """Something that takes time; its end is a milestone.

    `after` lists what must have ended, separated by `;`. A lag follows in months: `shell + 2`
    starts two months after the end of shell, `shell start + 6` six months after its start.
    """

    name: str = named("unique name")
    title: str = worded("for people")
    plant: str | None = refers("plants", "where", default=None)
    generation: str | None = refers("generations", "of which chip", default=None)
    after: str = worded("activities that must have ended")
    duration: Distribution = measured("month", "from start to end")
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
    limit: str = worded("shared limit of the plant that it occupies")
    repeat_percent: float = measured(
        "percent", "chance that it fails and is done again", default=0.0, ge=0, lt=100
    )
    repeat_again_percent: float | None = measured(
        "percent", "chance that a repeat fails too; blank: as the first", default=None, ge=0, lt=100
    )
    repeat: Distribution | None = measured(
        "month", "duration of a repeat; blank: as the first", default=None
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
    """What an activity waits for: the end (or start) of another one, and a lag."""

    activity: str
    from_start: bool = False
    lag_months: float = 0.0


_PREDECESSOR = re.compile(r"(?P<name>[^+]*?)(?P<start>\s+start)?\s*(?:\+(?P<lag>[^+]*))?")


def predecessors(text: str) -> tuple[Predecessor, ...]:
    """What the text of a column `after` lists.

    >>> predecessors("shell; tools start + 6")[1]
    Predecessor(activity='tools', from_start=True, lag_months=6.0)

    Raises:
        ValueError: a part is not `activity`, `activity + lag` or `activity start + lag`.
    """
    return tuple(_predecessor(part.strip()) for part in text.split(";") if part.strip())


def _predecessor(part: str) -> Predecessor:
    match = _PREDECESSOR.fullmatch(part)
    if match is None or not match["name"].strip():
        raise ValueError(f"'{part}' is not of the form 'activity', 'activity + 2' or 'a start + 2'")
    lag = 0.0 if match["lag"] is None else units.parse(match["lag"].strip(), "month")
    return Predecessor(match["name"].strip(), match["start"] is not None, lag)
