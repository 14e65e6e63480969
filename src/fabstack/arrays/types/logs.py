"""What happened, until the caller takes it away."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fabstack.arrays.types.records import F8, I4, I8, Records, record

FINISHED = record(
    left_min=F8,
    entered_min=F8,
    due_min=F8,
    serial=I8,
    stream=I4,
    product=I4,
    carriers=I4,  # that are good; 0: scrapped
    rank=I4,
)
SEEN = record(time_min=F8, serial=I8, stream=I4, step=I4, tool=I4, saw=I4)

CROSSING = record(  # units come into a stock, or lots that enter take them out
    time_min=F8,
    serial=I8,  # of the lot, of the first of the lots that enter together, or of the purchase
    units=I8,  # negative: taken out
    stream=I4,  # NONE: a purchase
    stock=I4,
)


ROOM = record(finished=I8, seen=I8, crossings=I8)


class Logs(NamedTuple):
    """What happened, until the caller takes it away."""

    room: Records  # [1]  lines of each log
    finished: Records  # [line]
    seen: Records  # [line]  empty: no event log is kept
    crossings: Records  # [line]  empty: nobody asks where units come from


LOG_TABLES: dict[str, np.dtype[Any]] = {
    "room": ROOM,
    "finished": FINISHED,
    "seen": SEEN,
    "crossings": CROSSING,
}
