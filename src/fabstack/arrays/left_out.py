"""What a programme says that the simulator does not follow yet: nothing goes in silence."""

from __future__ import annotations

from collections.abc import Iterable

from fabstack.model import Programme, grouped


def left_out(programme: Programme) -> tuple[str, ...]:
    """One sentence for each kind of thing that a run leaves out or simplifies; empty where none."""
    told = {
        "transport is that of a plant's first route: {} plants have routes that differ": _count(
            len({r.move for r in grouped(programme.routes, "plant")[p.name]}) > 1
            for p in programme.plants
        ),
    }
    return tuple(words.format(count) for words, count in told.items() if count)


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
