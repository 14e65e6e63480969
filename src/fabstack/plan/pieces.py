"""Pieces of a plan with lots that are solved anew one by one (`polish`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabstack.plan.build import Model
from fabstack.plan.polish import Pieces
from fabstack.plan.rolling import column_periods
from fabstack.plan.types import Flags, Ints

PIECE = 60  # whole columns in one, more or less


def lot_pieces(model: Model) -> Pieces:
    """Runs of periods that overlap by half, then runs of campaigns that do."""
    whole, periods = model.arrays.whole, column_periods(model)
    campaigns = np.full(whole.size, -1)
    for block, rows in _blocks(model):
        campaigns[block] = rows[:, None]
    by_period = _runs(periods, model.facts.periods.count, whole)
    by_campaign = _runs(campaigns, len(model.campaigns.terms), whole)
    return [*by_period, *by_campaign]


def _blocks(model: Model) -> Iterator[tuple[Ints, Ints]]:
    """Columns of setups, and the campaign of each of their rows."""
    yield model.columns["set_up"], np.arange(len(model.campaigns.terms))
    yield model.columns["kept_up"], model.campaigns.carrying


def _runs(place: Ints, count: int, whole: Flags) -> Iterator[Flags]:
    """Whole columns whose place lies in one of several runs of places."""
    each = max(np.count_nonzero(whole & (place >= 0)) / max(count, 1), 1.0)
    length = max(round(PIECE / each), 2)
    for first in range(0, max(count - length // 2, 1), max(length // 2, 1)):
        yield whole & (place >= first) & (place < first + length)
