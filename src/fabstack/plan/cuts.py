"""Valid inequalities that tie setups to the stock that they would leave behind.

For an item, a period l and any set S of (route, period t) with t <= l,

    sum over S of units made  <=  sum over S of asked(t..l) x set_up  +  stock of it at the end of l

(set_up is that of the period, or one that is kept from before).

asked(t..l) is what the periods t to l ask for, late units of before among them; stock counts the
item in all that it has gone into. It holds because what the first setup of S and all after it make
is delivered by l, disposed of or still there. These are the (l, S) inequalities of Barany, Van Roy
and Wolsey (Management Science 30(10), 1984), which describe the problem of one item exactly. For
given values the most violated S is found at once: every (route, t) that makes the left side larger.

They are worked out for items that never travel: without lead times and lanes that take time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack

from fabstack.plan.build import Model
from fabstack.plan.campaigns import late_units
from fabstack.plan.requirements import asked, contents
from fabstack.plan.types import Flags, Floats, Ints

NO_COLUMN = -1
VIOLATED = 1e-4  # of the units made: less is not worth a row


class _Lots(NamedTuple):
    """An item whose routes need setups; columns are [route, period]."""

    starts: Ints
    set_up: Ints
    kept_up: Ints  # NO_COLUMN where no setup is kept
    units: Floats  # good units of a started carrier
    most: Floats  # units that can be made after a setup
    asked: Floats  # [t, l] units that the periods t to l ask for; 0 where l lies before t
    kept: Ints  # [node, period] stock of the item, and of all that it goes into
    content: Floats  # [node] units of the item in one of the node's
    thrown: Ints  # [node, period] what is disposed of
    thrown_content: Floats  # [node]


class LotCuts:
    """Finds inequalities that values break."""

    def __init__(self, model: Model) -> None:
        self.columns = model.arrays.cost.size
        self.lots = _lots(model)

    def __call__(self, values: Floats) -> csr_matrix:
        """Rows that should be at most 0 and are not, under some values of the columns."""
        rows = [row for lots in self.lots for row in self._broken(lots, values)]
        return vstack(rows).tocsr() if rows else csr_matrix((0, self.columns))

    def _broken(self, lots: _Lots, values: Floats) -> list[csr_matrix]:
        made, set_up = lots.units * values[lots.starts], values[lots.set_up]
        set_up = set_up + np.where(lots.kept_up == NO_COLUMN, 0.0, values[lots.kept_up])
        kept = lots.content @ values[lots.kept]
        thrown = np.cumsum(lots.thrown_content @ values[lots.thrown])
        found = []
        for last in range(made.shape[1]):
            bound = np.minimum(lots.asked[:, last], lots.most)
            excess = np.where(np.arange(made.shape[1]) <= last, made - bound * set_up, 0.0)
            chosen = excess > 0
            if not chosen.any():
                continue
            first = int(np.flatnonzero(chosen.any(axis=0))[0])
            gone = thrown[last] - (thrown[first - 1] if first else 0.0)
            if excess[chosen].sum() > kept[last] + gone + VIOLATED * (1 + made[chosen].sum()):
                found.append(self._row(lots, chosen, bound, first, last))
        return found

    def _row(self, lots: _Lots, chosen: Flags, bound: Floats, first: int, last: int) -> csr_matrix:
        thrown = lots.thrown[:, first : last + 1]
        kept = chosen & (lots.kept_up != NO_COLUMN)
        parts = (
            (lots.starts[chosen], lots.units[chosen]),
            (lots.set_up[chosen], -bound[chosen]),
            (lots.kept_up[kept], -bound[kept]),
            (lots.kept[:, last], -lots.content),
            (thrown.ravel(), -np.repeat(lots.thrown_content, thrown.shape[1])),
        )
        columns = np.concatenate([part[0] for part in parts])
        entries = np.concatenate([part[1] for part in parts])
        shape = (1, self.columns)
        return csr_matrix((entries, (np.zeros(columns.size, dtype=np.int64), columns)), shape=shape)


def _lots(model: Model) -> list[_Lots]:
    """Items that have campaigns and never travel."""
    into, travels = contents(model.facts), _travelling(model)
    campaign_of = {
        int(route): place
        for place, one in reversed(list(enumerate(model.campaigns.terms)))
        for route in one.routes
    }
    routes_of: dict[str, list[int]] = {}
    for route in sorted(campaign_of):
        routes_of.setdefault(model.facts.programme.routes[route].item, []).append(route)
    return [
        _lots_of(model, item, routes, [campaign_of[route] for route in routes], into[item])
        for item, routes in routes_of.items()
        if not travels & set(into[item])
    ]


def _travelling(model: Model) -> set[str]:
    """Items that take time to make, or on a lane out of a plant."""
    facts, on = model.facts, model.making.leaving
    slow = np.unique(on.flow[on.arrives > on.leaves])
    found = {facts.programme.routes[route].item for route in slow.tolist()}
    stores = set(facts.network.stores)
    nodes = facts.network.nodes
    return found | {
        nodes[arc.origin].item
        for arc in facts.network.arcs
        if arc.months > 0 and arc.origin in stores
    }


def _lots_of(
    model: Model, item: str, routes: list[int], campaigns: list[int], into: Mapping[str, float]
) -> _Lots:
    facts = model.facts
    units = model.making.units[routes]
    wanted = asked(facts, model.delivering.wishes, item, into)
    up_to = np.cumsum(wanted)
    before = up_to - wanted - late_units(facts, wanted)
    stores = np.array(facts.network.stores, dtype=np.int64)
    stored, content = _content(model, stores, into)
    thrown, thrown_content = _content(model, model.surplus, into)
    return _Lots(
        starts=model.columns["starts"][routes],
        set_up=model.columns["set_up"][campaigns],
        kept_up=_kept_up(model)[campaigns],
        units=units,
        most=np.maximum(model.campaigns.most, model.campaigns.most_kept)[campaigns] * units,
        asked=np.triu(up_to - before[:, None]),
        kept=model.columns["stock"][stored],
        content=content,
        thrown=model.columns["disposed"][thrown],
        thrown_content=thrown_content,
    )


def _kept_up(model: Model) -> Ints:
    """Columns of setups that are kept [campaign, period]."""
    found = np.full(model.campaigns.most.shape, NO_COLUMN, dtype=np.int64)
    found[model.campaigns.carrying] = model.columns["kept_up"]
    return found


def _content(model: Model, nodes: Ints, into: Mapping[str, float]) -> tuple[Ints, Floats]:
    """Which of some nodes hold the item in some form, and how much in a unit."""
    items = [model.facts.network.nodes[node].item for node in nodes]
    content = np.array([into.get(name, 0.0) for name in items])
    held = np.flatnonzero(content)
    return held, content[held]
