"""When things happen: activities of plants, gates of chips, reviews."""

from __future__ import annotations

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
    skill: str | None = refers("skills", "who does it", default=None)
    people: float = measured("person", "of that skill, all the time", default=0.0, ge=0)
    limit: str = worded("shared limit of the plant that it occupies")
    repeat_percent: float = measured(
        "percent", "chance that it fails and is done again", default=0.0, ge=0, lt=100
    )
    repeat: Distribution | None = measured(
        "month", "duration of a repeat; blank: as the first", default=None
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
