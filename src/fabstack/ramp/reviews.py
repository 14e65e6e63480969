"""Reviews on fixed weekdays that may stop the work of a chip, until one of its activities ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.errors import LimitError
from fabstack.model import Programme
from fabstack.model.roadmap import Review
from fabstack.ramp.faults import weekdays
from fabstack.ramp.futures import Futures
from fabstack.ramp.network import Network
from fabstack.ramp.schedule import Stretch
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.uniforms import generator

# Lost days hold reviews too, which lose days: each round is a share of the one before, and `faults`
# refuses shares of 1 and more. Shares near 1 die out slowly.
MOST_ROUNDS = 10_000


def review_stretches(
    programme: Programme, network: Network, futures: Futures
) -> Mapping[int, Stretch]:
    """How reviews lengthen activities: those of the chip that lead to the review's last one."""
    held: dict[int, list[Held]] = {}
    for review in programme.reviews:
        for i in reviewed(review, programme, network):
            if f"activities/{network.names[i]}/reviews" not in futures.removed:
                held.setdefault(i, []).append(held_review(review, programme, futures))
    timeline = Timeline(programme.programme.start)
    return {
        i: _stretch(network.names[i], reviews, futures, timeline) for i, reviews in held.items()
    }


def reviewed(review: Review, programme: Programme, network: Network) -> list[int]:
    """The activities of a chip that a review may stop."""
    leading = sorted(network.leading_to(network.index(review.until)))
    return [i for i in leading if programme.activities[i].generation == review.generation]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A review on the programme's calendar."""

    name: str
    first_days: tuple[int, ...]  # day of the programme on which each weekday first comes
    stop_share: Floats  # [sample] or [1]
    cost_days: Floats  # [sample] or [1]

    def count(self, since_days: Floats, until_days: Floats) -> Floats:
        """Reviews from one moment (with it) to another (without it)."""
        total = np.zeros(np.broadcast(since_days, until_days).shape)
        for first in self.first_days:
            total += np.ceil((until_days - first) / 7) - np.ceil((since_days - first) / 7)
        return total


def held_review(review: Review, programme: Programme, futures: Futures) -> Held:
    """A review on the programme's calendar, with its chance and its cost."""
    start, prefix = programme.programme.start.weekday(), f"reviews/{review.name}"
    return Held(
        review.name,
        tuple((day - start) % 7 for day in weekdays(review)),
        futures.value(f"{prefix}/stop_percent", review.stop_percent) / 100,
        futures.value(f"{prefix}/cost_days", review.cost_days),
    )


def _stretch(activity: str, reviews: list[Held], futures: Futures, timeline: Timeline) -> Stretch:
    def lasting_months(start_months: Floats, work_months: Floats) -> Floats:
        """Work plus all lost days; reviews in lost days may lose more."""
        since, end = timeline.days(start_months), timeline.days(start_months + work_months)
        worked = end
        streams = [_stream(futures, f"{held.name} {activity}") for held in reviews]
        for _ in range(MOST_ROUNDS):
            lost = np.zeros_like(end)
            for held, stream in zip(reviews, streams, strict=True):
                lost += _lost_days(held, since, end, stream)
            if not lost.any():
                late = timeline.moments(end) - timeline.moments(worked)
                return work_months + late
            since, end = end, end + lost
        raise LimitError(f"reviews of '{activity}' cost nearly all of its time; it never ends")

    return lasting_months


def _stream(futures: Futures, name: str) -> np.random.Generator | None:
    """Luck of the reviews of an activity; None where all luck is still."""
    return None if futures.still else generator(futures.seed, name)


def _lost_days(
    held: Held, since: Floats, until: Floats, stream: np.random.Generator | None
) -> Floats:
    meetings = held.count(since, until).astype(np.int64)
    if stream is None:  # a median of the binomial: its mean, rounded
        return np.asarray(np.rint(meetings * held.stop_share) * held.cost_days)
    lost: Floats = stream.binomial(meetings, held.stop_share) * held.cost_days
    return lost
