"""How long activities take in each future, before anybody waits for anybody.

First attempt, repeats after failures, whether it takes place at all, and the execution slip of its
plant or chip, which stretches the whole: sources in docs/background/ramp.md.
"""

from __future__ import annotations

import numpy as np

from fabstack.model import Distribution, Programme
from fabstack.model.roadmap import Activity
from fabstack.ramp.futures import Futures, duration_cell, slip_name
from fabstack.ramp.limits import Ints
from fabstack.uncertainty.chance import Floats, quantile
from fabstack.uncertainty.uniforms import generator

# Longer chains of failures are cut; at 99 % failures one in 10^43 is longer.
MOST_REPEATS = 10_000


def work_months(programme: Programme, futures: Futures) -> Floats:
    """Months that each activity takes if nothing holds it up, [activity, sample]."""
    work = np.empty((len(programme.activities), futures.samples))
    for i, activity in enumerate(programme.activities):
        work[i] = _work(activity, futures)
    return work


def _work(activity: Activity, futures: Futures) -> Floats:
    work = first_months(activity, futures) + repeats_months(activity, futures)
    return work * taking_place(activity, futures) * _slip(activity, futures)


def first_months(activity: Activity, futures: Futures) -> Floats:
    """Months of the first attempt, [sample] or [1]."""
    return futures.draw(duration_cell(activity), _duration(activity, futures))


def _duration(activity: Activity, futures: Futures) -> Distribution:
    return futures.stated(activity, "duration") or activity.duration


def taking_place(activity: Activity, futures: Futures) -> Floats:
    """1 where the activity takes place and 0 where it does not, [sample] or [1]."""
    name = f"activities/{activity.name}/takes-place"
    if not futures.varies(name):
        return np.ones(1)
    chance = futures.value(f"activities/{activity.name}/chance_percent", activity.chance_percent)
    return (1 - futures.shares[name] < chance / 100).astype(float)


def _slip(activity: Activity, futures: Futures) -> Floats:
    slip = futures.stated(activity, "slip")
    return np.ones(1) if slip is None else futures.draw(slip_name(activity, slip), slip)


def repeats_months(activity: Activity, futures: Futures) -> Floats:
    """Months that further attempts take, each drawn for itself, [sample]."""
    name = f"activities/{activity.name}/repeats"
    total = np.zeros(futures.samples)
    if not futures.varies(name):
        return total
    counts = repeats(futures.shares[name], *_chances(activity, futures))
    again = futures.stated(activity, "repeat") or _duration(activity, futures)
    for attempt in range(1, int(counts.max()) + 1):
        failing = np.flatnonzero(counts >= attempt)
        shares = generator(futures.seed, f"{name} {attempt}").random(futures.samples)
        total[failing] += quantile(again, shares[failing])
    return total


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
