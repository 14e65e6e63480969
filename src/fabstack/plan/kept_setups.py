"""Setups that are kept into the next period: linked lot sizes.

    kept(c, t)  <=  set_up(c, t-1) + kept(c, t-1)         it was there when the last period ended
    sum over c of a tool group of kept(c, t)  <=  1       a tool group ends a period in one setup
    set_up(c, t) + kept(c, t)  <=  1                      one lot of a campaign in a period
    kept(c, t) + kept(c, t+1)  <=  1 + alone(g, t)        kept all through a period ...
    set_up(d, t)  <=  1 - alone(g, t), d of the group     ... in which nothing else is set up

After C. Suerie and H. Stadtler, The capacitated lot-sizing problem with linked lot sizes,
Management Science 49(8), 2003. A tool group counts as one machine: it has one setup at a time.
"""

from __future__ import annotations

import numpy as np

from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Ints


def add_kept_setups(
    lp: LinearProgram, set_up: Ints, group_of: Ints, carrying: Ints, *, whole: bool
) -> Ints:
    """Columns of setups that are there from before [carrying campaign, period], and their rules.

    `group_of` is the tool group of each campaign, `carrying` those whose setup is kept.
    """
    periods = set_up.shape[1]
    shape = (carrying.size, periods)
    upper = np.minimum(np.arange(periods), 1.0)  # nothing is set up before the first period
    kept = lp.add_columns("kept_up", shape, upper=upper, whole=whole)
    own = set_up[carrying]
    before = lp.add_rows("kept_before", (carrying.size, periods - 1), high=0.0)
    lp.add_entries(before, kept[:, 1:], 1.0)
    lp.add_entries(before, kept[:, :-1], -1.0)
    lp.add_entries(before, own[:, :-1], -1.0)
    once = lp.add_rows("one_lot", shape, high=1.0)
    lp.add_entries(once, kept, 1.0)
    lp.add_entries(once, own, 1.0)
    _add_groups(lp, set_up, group_of, carrying, kept)
    return kept


def _add_groups(
    lp: LinearProgram, set_up: Ints, group_of: Ints, carrying: Ints, kept: Ints
) -> None:
    """A tool group has one setup when a period ends, and one only all through it where it stays."""
    groups, place = np.unique(group_of[carrying], return_inverse=True)
    shape = (groups.size, set_up.shape[1])
    alone = lp.add_columns("alone", shape, upper=1.0)
    one = lp.add_rows("one_kept", shape, high=1.0)
    lp.add_entries(one[place], kept, 1.0)
    through = lp.add_rows("kept_through", (carrying.size, shape[1] - 1), high=1.0)
    lp.add_entries(through, kept[:, :-1], 1.0)
    lp.add_entries(through, kept[:, 1:], 1.0)
    lp.add_entries(through, alone[place, :-1], -1.0)
    others = np.flatnonzero(np.isin(group_of, groups))
    nothing = lp.add_rows("nothing_else", (others.size, shape[1]), high=1.0)
    lp.add_entries(nothing, set_up[others], 1.0)
    lp.add_entries(nothing, alone[np.searchsorted(groups, group_of[others])], 1.0)
