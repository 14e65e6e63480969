"""What a run reads and never writes: plants, routes and what enters them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fabstack.arrays.types.records import F8, I1, I2, I4, I8, U8, Records, record

CHANCE = record(law=I4, mean_min=F8, a=F8, b=F8)

STEP = record(
    lines=2,
    group=I4,
    family=I4,  # lots of one family may share a job; the first of its families (see FAMILY)
    number=I2,  # position on the route; a key of its draws
    place=I2,  # of its tool group; gives the transport
    setup=I4,  # that the tool must have, counted from 1 in its group; 0: any
    process=CHANCE,
    basis=I1,
    is_last=I1,
    may_fail=I1,  # has rework, scrap or yield
    cascades=I1,
    is_bound=I1,  # to a tool, or binds a later step to one
    is_watched=I1,  # opens or closes a window of limited queue time, or its lots are awaited
    performed_share=F8,  # of lots that visit the step; here the first cache line ends
    interval_min=F8,  # between two carriers, or lots, of a cascade
    setup_min=F8,  # of this setup, whatever the tool had before; negative: as the group says
    work_left_min=F8,  # expected at the later steps
    rework_share=F8,
    rework_step=I4,
    opens=I4,  # window of limited queue time, or NONE
    route=I4,
    bond=I2,  # memory of the lot that says which tool must do the step, or -1
    binds=I2,  # memory of the lot that keeps the tool of this step, or -1
    carrier_scrap_share=F8,
    lot_scrap_share=F8,
)

WINDOW = record(  # from the end of a step to the start of another
    limit_min=F8,
    from_step=I8,
    to_step=I8,
    timer=I8,  # of the lot, on which it runs
)

ROUTE = record(
    first_step=I8,
    stock=I8,  # that finished lots go to, or NONE
    units_per_carrier=F8,
    yield_share=F8,  # of the units
    delay=CHANCE,  # on the way to the stock
)

GROUP = record(
    lines=2,
    first_tool=I4,
    tools=I4,
    first_family=I4,
    families=I4,
    first_plan=I4,
    plans=I4,
    interrupting=I8,  # plans that do not wait for the running job, one bit each
    load_min=F8,
    handling_min=F8,  # loading and unloading
    kind=I1,
    choice=I1,
    by_rank=I1,  # whether a more urgent rank goes first, whatever the other keys say
    is_batching=I1,
    cascades=I1,
    is_eager=I1,  # a cascade that takes its second lot at once, to change the setup meanwhile
    is_serial=I1,  # a cascade that begins it when the first is through both slots
    wears=I1,  # has a plan that falls due by productive minutes
    prefers_least_setup=I1,  # a lot takes the tool that needs the least time to change for it
    line_keys=(I1, (8,)),  # Key, among lots of one line; the first cache line ends here
    keys=(I1, (8,)),  # Key, among the first lots of all lines
    families_per_batch=I4,  # 1, or with bound lots one for all tools and one for each
    own_rule=I4,  # of `own_rules`, for the key OWN
    looks_ahead=I1,  # a batch may wait for lots that are coming
    batch_wait_min=F8,  # after which a batch below its minimum may start, or waits no longer
    setups=I4,  # of which `changes` knows; 0: none
    first_setup=I4,
    first_change=I4,  # of setups + 1 rows of as many
)

FAMILY = record(
    group=I8,
    least_carriers=I8,  # that must wait before a job may start, at least 1
    most_carriers=I8,  # of a job; 0: a single lot
)

CHANGE = record(minutes=F8)
SETUP = record(least_run=I8)  # lots after the one that the tool changed for

FIXTURE = record(
    key=U8,  # of its name
    comes_min=F8,
    goes_min=F8,
    group=I8,
    place=I8,  # 1 for the first tool of its group
    first_upkeep=I8,
)

PLAN = record(
    between=CHANCE,  # in minutes, or in carriers
    length=CHANCE,
    first=CHANCE,
    clock=I1,
    state=I1,  # that its minutes count as
    interrupts=I1,  # a running job; otherwise it waits for it
    staggered=I1,  # the k-th of n tools has its first stop at k/n of `first`
)

STREAM = record(
    key=U8,  # of its name
    route=I8,
    product=I8,  # row of the lot statistics
    carriers=I8,
    lots=I8,  # that enter together
    rank=I8,  # 0 is served first
    first_period=I8,
    periods=I8,
    first_order=I8,
    orders=I8,  # listed entries; 0: the entries come by `gap`
    first_need=I8,
    needs=I8,
    entries=I8,  # at most
    first_min=F8,
    gap=CHANCE,  # with mean 1, in units of the period's interval
    due_after_min=F8,
    due_spread_share=F8,  # the due time is `due_after_min` times a draw from 1 +- this
    reserves=I1,  # tools are kept free for its lots
)

PERIOD = record(until_min=F8, interval_min=F8)
ORDER = record(at_min=F8, due_min=F8, carriers=I8, rank=I8)
NEED = record(stock=I8, units=I8)
STOCK = record(initial=I8, first_user=I8, users=I8)
PURCHASE = record(at_min=F8, units=I8, stock=I8)
INSIDER = record(
    step=I8,
    stream=I8,
    serial=I8,  # within its stream
    carriers=I8,
    rank=I8,
    entered_min=F8,
    due_min=F8,
    since_min=F8,
)
FACTS = record(
    tools=I8,
    ranks=I8,
    places=I8,
    bonds=I8,  # memories of a lot
    timers=I8,  # of a lot
    vehicles=I8,  # that carry lots between places; 0: never short of them
    late_lots=I8,  # what becomes of them: Late
    looks_ahead=I8,  # whether any group does
    streams=I8,
    purchases=I8,
    insiders=I8,
    most_lots=I8,  # that one event may move or make
)
USER = record(stream=I8)
VALUE = record(value=F8)
OWN_RULE = record(address=I8)
AHEAD = record(job_min=F8)  # expected at this step and all later ones of the route


class Fab(NamedTuple):
    """What a run reads and never writes: plants, routes and what enters them."""

    facts: Records  # [1]
    steps: Records  # [step]  of all routes, one route after the other
    windows: Records  # [window]  of limited queue time
    routes: Records  # [route]
    groups: Records  # [group]
    families: Records  # [family]
    changes: Records  # [from setup * (setups + 1) + to setup]  of each group with setups
    setups: Records  # [setup]  of each group with setups, after one for no setup
    fixtures: Records  # [tool]
    plans: Records  # [plan]  of all groups, one group after the other
    streams: Records  # [stream]
    periods: Records  # [period]
    orders: Records  # [order]  rising in time within a stream
    needs: Records  # [need]
    stocks: Records  # [stock]
    users: Records  # [user]  streams that take from a stock
    purchases: Records  # [purchase]  rising in time
    hops: Records  # [from place * places + to place]  transport
    values: Records  # [value]  of the empirical distributions
    aheads: Records  # [step]
    own_rules: Records  # [rule]  where the machine code of the user's rules is
    insiders: Records  # [lot]  already inside at the start


FACT_TABLES: dict[str, np.dtype[Any]] = {
    "facts": FACTS,
    "steps": STEP,
    "windows": WINDOW,
    "routes": ROUTE,
    "groups": GROUP,
    "families": FAMILY,
    "changes": CHANGE,
    "setups": SETUP,
    "fixtures": FIXTURE,
    "plans": PLAN,
    "streams": STREAM,
    "periods": PERIOD,
    "orders": ORDER,
    "needs": NEED,
    "stocks": STOCK,
    "users": USER,
    "purchases": PURCHASE,
    "hops": CHANCE,
    "values": VALUE,
    "aheads": AHEAD,
    "own_rules": OWN_RULE,
    "insiders": INSIDER,
}
