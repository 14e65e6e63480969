"""What is going to happen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fabstack.arrays.types.records import F8, I4, I8, Records, record

EVENT = record(time_min=F8, order=I8, node=I8)
PLANNED = record(time_min=F8, order=I8)
WHEEL = record(
    buckets_per_min=F8,
    bucket=I8,  # the one that is open
    first=I8,  # of the events in it
    end=I8,
    heap=I8,  # size
    buckets=I8,  # a power of two
    today=I8,  # room
    sequence=I8,
)
BUCKET = record(first=I4)
LINK = record(behind=I4)


class Calendar(NamedTuple):
    """Future events, ordered by (time, what it does, sequence of planning).

    A node is a tool or a lot (node = tools + slot) and has one event ahead at most. Its time picks
    a bucket of the wheel. A bucket is sorted when its turn comes. What lies beyond the wheel, and
    all that belongs to no tool or lot (stops falling due, entries, purchases), waits in a heap.
    """

    wheel: Records  # [1]
    buckets: Records  # [bucket]  first node, or NONE
    links: Records  # [node]  node behind in its bucket, waiting line, job or list of free slots
    planned: Records  # [node]
    today: Records  # [place]  events of the open bucket, sorted
    heap: Records  # [place]


CALENDAR_TABLES: dict[str, np.dtype[Any]] = {
    "wheel": WHEEL,
    "buckets": BUCKET,
    "links": LINK,
    "planned": PLANNED,
    "today": EVENT,
    "heap": EVENT,
}
