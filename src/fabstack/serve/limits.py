"""How often one sender may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

PER_S, BURST = 100.0, 600.0  # requests; a page of pictures takes about thirty
MOST_SENDERS = 10_000


class Rate:
    """A bucket of requests for each sender, filled at a steady rate."""

    def __init__(
        self,
        per_s: float = PER_S,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s, self._burst, self._clock = per_s, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lets(self, sender: str) -> bool:
        """Whether this sender may ask now; if so that is counted."""
        now = self._clock()
        level, at = self._buckets.pop(sender, (self._burst, now))
        level = min(level + (now - at) * self._per_s, self._burst)
        passes = level >= 1
        self._buckets[sender] = (level - passes, now)
        while len(self._buckets) > MOST_SENDERS:
            self._buckets.popitem(last=False)
        return passes
