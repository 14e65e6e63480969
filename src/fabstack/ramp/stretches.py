"""Everything that makes an activity last longer than its work, one thing after the other."""

from __future__ import annotations

from collections.abc import Mapping

from fabstack.model import Programme
from fabstack.ramp.calendars import calendar_stretches
from fabstack.ramp.futures import Futures
from fabstack.ramp.network import Network
from fabstack.ramp.reviews import review_stretches
from fabstack.ramp.schedule import Stretch
from fabstack.ramp.standstill import event_stretches
from fabstack.ramp.timeline import Timeline
from fabstack.ramp.vendors import vendor_stretches
from fabstack.uncertainty.chance import Floats


def stretches(
    programme: Programme, network: Network, futures: Futures, timeline: Timeline
) -> Mapping[int, Stretch]:
    """Days lost in reviews are work, work needs open days and no event, and tools may come late."""
    kinds = (
        review_stretches(programme, network, futures),
        calendar_stretches(programme, timeline),
        event_stretches(programme, futures, timeline),
        vendor_stretches(programme, futures, timeline),
    )
    held: dict[int, Stretch] = {}
    for kind in kinds:
        for i, stretch in kind.items():
            held[i] = _after(held[i], stretch) if i in held else stretch
    return held


def _after(first: Stretch, second: Stretch) -> Stretch:
    def lasting_months(start_months: Floats, work_months: Floats) -> Floats:
        return second(start_months, first(start_months, work_months))

    return lasting_months
