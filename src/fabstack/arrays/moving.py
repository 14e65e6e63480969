"""Where tool groups stand, and what it takes to get from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from fabstack.arrays.chance import Chance, constant
from fabstack.model import Distribution, Programme, grouped
from fabstack.model.routes import Move
from fabstack.model.tools import ToolGroup

Place = tuple[str, str]  # plant, bay


def places_of(programme: Programme) -> dict[Place, int]:
    """The places where tool groups stand, numbered."""
    found = dict.fromkeys((group.plant, group.bay) for group in programme.tool_groups)
    return {place: number for number, place in enumerate(found)}


def place_of(group: ToolGroup) -> Place:
    """Where a tool group stands."""
    return (group.plant, group.bay)


def hops_of(
    programme: Programme, places: Mapping[Place, int], chance: Callable[[Distribution], Chance]
) -> list[list[Chance]]:
    """Transport from place to place within a plant, as its moves say, else as its first route.

    Shape [from place][to place], at least one by one. Between plants, lots become units in a stock.
    """
    nothing = constant(0.0)
    if not places:
        return [[nothing]]
    hops = [[nothing] * len(places) for _ in places]
    for here, there in product(places, places):
        move = _move(programme, here, there) if here[0] == there[0] else None
        if move is not None:
            hops[places[here]][places[there]] = chance(move)
    return hops


def _move(programme: Programme, here: Place, there: Place) -> Distribution | None:
    fits = [
        move
        for move in grouped(programme.moves, "plant")[here[0]]
        if move.from_bay in ("", here[1]) and move.to_bay in ("", there[1])
    ]
    if fits:
        return max(fits, key=_bays_named).move
    routes = grouped(programme.routes, "plant")[here[0]]
    return next((route.move for route in routes if route.move is not None), None)


def _bays_named(move: Move) -> tuple[bool, bool]:
    return (move.from_bay != "", move.to_bay != "")
