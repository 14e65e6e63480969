"""The choices of a run: which tool group asks, and which lots wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.types import NONE, World
from fabstack.simulate.simulation import Simulation

Rows = NDArray[Any]  # of one of the tables in arrays/types, as plain records


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A tool group that has a free tool and several lots to choose from."""

    now_min: float
    group: int
    slots: NDArray[np.int64]  # [candidate]  of the lots


def next_choice(run: Simulation, end_min: float, most: int) -> Choice | None:
    """Run up to the next choice before a minute; None if there is none."""
    group = run.ask_until(end_min)
    if group is None:
        return None
    return Choice(run.now_min, group, waiting_slots(run.world, group, most))


def run_first_come(run: Simulation, end_min: float) -> None:
    """Run up to a minute; at every choice the lot goes that stands first."""
    while (group := run.ask_until(end_min)) is not None:
        run.answer(int(waiting_slots(run.world, group, 1)[0]))


def waiting_slots(world: World, group: int, most: int) -> NDArray[np.int64]:
    """The first lots that wait for a group, as the rule `fifo` has them.

    More urgent ranks stand first, and lots of one rank in the order of their arrival.
    """
    tools, ranks = world.fab.fixtures.size, int(rows(world.fab.facts)["ranks"][0])
    first_queue = int(rows(world.fab.groups)["first_family"][group]) * ranks
    behind = rows(world.calendar.links)["behind"]
    slots: list[int] = []
    for first in rows(world.state.queues)["first"][first_queue : first_queue + ranks]:
        node = int(first)
        while node != NONE and len(slots) < most:
            slots.append(node - tools)
            node = int(behind[node])
    return np.array(slots, np.int64)


def rows(table: Any) -> Rows:
    """A table without the record array around it, whose look-ups take longer than a short run."""
    plain: Rows = table.view(np.ndarray)
    return plain
