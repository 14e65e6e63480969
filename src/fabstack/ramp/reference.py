"""The outside view: a promised duration times what comparable whole projects took over promise.

It knows nothing of the network and must never be applied on top of it: the ratio of whole projects
already holds what the phases lose. Both curves side by side are the answer (Flyvbjerg's reference
class forecasting; Kahneman and Tversky's outside view).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scipy import special

from fabstack.model import Distribution, Kind, Programme
from fabstack.model.roadmap import Activity
from fabstack.ramp.futures import Futures
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats


def reference_class(median: float, other: float, percent: float) -> Distribution:
    """The lognormal ratio with a median and one more percentile of a class of projects.

    >>> str(reference_class(1.25, 1.60, 80))
    'lognormal(1.25, 0.29331500...)'

    Raises:
        ValueError: the percentile is no other than the median, or lies on its wrong side.
    """
    score = float(special.ndtri(percent / 100))
    if score == 0 or median <= 0 or other <= 0 or math.log(other / median) / score < 0:
        raise ValueError(f"{other} cannot be percentile {percent} of ratios with median {median}")
    return Distribution(Kind.LOGNORMAL, (median, math.log(other / median) / score))


def reference_ends(
    programme: Programme, futures: Futures, timeline: Timeline
) -> Mapping[str, Floats]:
    """Ends by the outside view of every activity that names a class and has a claim, [sample]."""
    found = {row.name: _end(row, futures, timeline) for row in programme.activities}
    return {name: end for name, end in found.items() if end is not None}


def _end(activity: Activity, futures: Futures, timeline: Timeline) -> Floats | None:
    ratio = futures.stated(activity, "reference_slip")
    if ratio is None or activity.claimed is None:
        return None
    promised = timeline.months(activity.promised) if activity.promised else 0.0
    length = timeline.months(activity.claimed) - promised
    return promised + length * futures.draw(f"activities/{activity.name}/reference-slip", ratio)
