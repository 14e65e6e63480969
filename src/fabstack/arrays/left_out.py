"""What a programme says that the simulator does not follow yet: nothing goes in silence."""

from __future__ import annotations

from collections.abc import Iterable

from fabstack.model import Programme, grouped


def left_out(programme: Programme) -> tuple[str, ...]:
    """One sentence for each kind of thing that a run leaves out or simplifies; empty where none."""
    steps = programme.steps
    told = {
        "setups are not simulated: steps ask for {} of them": _count(bool(s.setup) for s in steps),
        "queue-time limits are not enforced: {} steps set one": _count(
            s.queue_limit_h is not None for s in steps
        ),
        "dedication is not simulated: {} steps ask for the tool of an earlier one": _count(
            s.same_tool_as is not None for s in steps
        ),
        "cascades keep their tool for an interval a carrier, without overlap: {} steps": _count(
            s.interval_min is not None for s in steps
        ),
        "transport is that of a plant's first route: {} plants have routes that differ": _count(
            len({r.move for r in grouped(programme.routes, "plant")[p.name]}) > 1
            for p in programme.plants
        ),
    }
    return tuple(words.format(count) for words, count in told.items() if count)


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
