"""How long activities take in each future, before anybody waits for anybody.

First attempt, repeats after failures, whether it takes place at all, and the execution slip of its
plant or chip, which stretches the whole: sources in docs/background/ramp.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.model import Distribution, Programme
from fabstack.model.roadmap import Activity
from fabstack.ramp.futures import Futures, duration_cell, slip_name
from fabstack.ramp.limits import Ints
from fabstack.ramp.network import Network
from fabstack.ramp.schedule import schedule
from fabstack.uncertainty.chance import Floats, quantile

# Longer chains of failures are cut; at 99 % failures one in 10^43 is longer.
MOST_REPEATS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What each activity takes, [activity, sample], and what of it are repeats."""

    months: Floats
    repeats: Mapping[int, Floats]  # activity that can fail -> [sample] months of its repeats


def work(programme: Programme, network: Network, futures: Futures) -> Work:
    """Months that each activity takes if nothing holds it up."""
    months = np.empty((len(programme.activities), futures.samples))
    again: dict[int, Floats] = {}
    for i, activity in enumerate(programme.activities):
        if futures.varies(f"activities/{activity.name}/repeats"):
            again[i] = repeats_months(i, programme, network, futures)
        months[i] = _months(activity, futures, again.get(i))
    return Work(months, again)


def changed_work(
    before: Work, changed: Collection[int], programme: Programme, network: Network, futures: Futures
) -> Floats:
    """The months [activity, sample] where inputs of some activities only have changed."""
    months = before.months.copy()
    for i, activity in enumerate(programme.activities):
        loop = _loop(i, programme, network) if i in before.repeats else {i}
        if not loop.isdisjoint(changed):
            can_fail = futures.varies(f"activities/{activity.name}/repeats")
            again = repeats_months(i, programme, network, futures) if can_fail else None
            months[i] = _months(activity, futures, again)
    return months


def _months(activity: Activity, futures: Futures, again: Floats | None) -> Floats:
    months = first_months(activity, futures) * slip(activity, futures)
    if again is not None:
        months = months + again
    return months * taking_place(activity, futures)


def first_months(activity: Activity, futures: Futures) -> Floats:
    """Months of the first attempt, [sample] or [1]."""
    return futures.draw(duration_cell(activity), _duration(activity, futures))


def _duration(activity: Activity, futures: Futures) -> Distribution:
    return futures.stated(activity, "duration") or activity.duration


def taking_place(activity: Activity, futures: Futures) -> Floats:
    """1 where the activity takes place and 0 where it does not, [sample] or [1]."""
    name = f"activities/{activity.name}/takes-place"
    if name in futures.removed:
        return np.zeros(1)
    if not futures.varies(name):
        return np.ones(1)
    chance = futures.value(f"activities/{activity.name}/chance_percent", activity.chance_percent)
    return (1 - futures.shares[name] < chance / 100).astype(float)


def slip(activity: Activity, futures: Futures) -> Floats:
    """Ratio of actual to stated duration, [sample] or [1]."""
    ratio = futures.stated(activity, "slip")
    if ratio is None or slip_name(activity, ratio) in futures.removed:
        return np.ones(1)
    return futures.draw(slip_name(activity, ratio), ratio)


def repeats_months(i: int, programme: Programme, network: Network, futures: Futures) -> Floats:
    """Months that further attempts take, each drawn for itself and slipped, [sample].

    Where a failure sends work back, an attempt is the longest way from there to here.
    """
    activity = programme.activities[i]
    name = f"activities/{activity.name}/repeats"
    counts = repeats(futures.shares[name], *_chances(activity, futures))
    if activity.repeat_most is not None:
        counts = np.minimum(counts, activity.repeat_most)
    total = np.zeros(futures.samples)
    loop = _loop(i, programme, network)
    for attempt in range(1, int(counts.max()) + 1):
        failing = np.flatnonzero(counts >= attempt)
        total[failing] += _attempt(loop, programme, network, futures, f"{name} {attempt}", failing)
    return total


def _loop(i: int, programme: Programme, network: Network) -> frozenset[int]:
    """The activities that are done again when one fails."""
    back = programme.activities[i].repeat_from
    if back is None:
        return frozenset({i})
    start = network.index(back)
    return frozenset(j for j in network.leading_to(i) if start in network.leading_to(j))


def _attempt(
    loop: frozenset[int],
    programme: Programme,
    network: Network,
    futures: Futures,
    name: str,
    failing: Ints,
) -> Floats:
    """Months of one more attempt in the futures that need it, [failing]."""
    part = network.part(loop)
    taken = np.empty((len(part.names), len(failing)))
    for row, own in enumerate(part.names):
        activity = programme.activities[network.index(own)]
        again = futures.stated(activity, "repeat") or _duration(activity, futures)
        stream = name if len(part.names) == 1 else f"{name} {own}"
        shares = futures.luck(stream)[failing]
        taken[row] = quantile(again, shares) * _of(slip(activity, futures), failing)
    ends: Floats = schedule(part, taken).ends.max(axis=0)
    return ends


def _of(values: Floats, chosen: Ints) -> Floats:
    return values if len(values) == 1 else values[chosen]


def _chances(activity: Activity, futures: Futures) -> tuple[Floats, Floats]:
    prefix = f"activities/{activity.name}"
    first = futures.value(f"{prefix}/repeat_percent", activity.repeat_percent) / 100
    if activity.repeat_again_percent is None:
        return first, first
    later = futures.value(f"{prefix}/repeat_again_percent", activity.repeat_again_percent) / 100
    return first, later


def repeats(shares: Floats, fails: Floats, fails_again: Floats) -> Ints:
    """How often something is done again; a larger share means more often.

    P(at least k) = fails x fails_again^(k - 1), so with a chance of success p1 first and p2 later
    the mean number of attempts is 1 + (1 - p1) / p2.
    """
    beyond = np.maximum(1 - shares, 2.0**-53)
    with np.errstate(divide="ignore", invalid="ignore"):
        further = np.log(beyond / fails) / np.log(fails_again)
    # an exact power is a boundary of probability zero; a later chance of 0 allows no second repeat
    counts = np.where(fails_again > 0, 1 + np.floor(np.nan_to_num(further, posinf=0.0)), 1.0)
    return np.where(beyond < fails, np.minimum(counts, MOST_REPEATS), 0.0).astype(np.int64)
