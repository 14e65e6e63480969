"""What kernel and border share: enums, records and the NamedTuples that hold them.

A `World` is all of a run: `Fab` (what a run reads), `State` (what it changes), `Calendar` (what is
going to happen) and `Logs` (what happened). Everything is a table, an array of records; a scalar
that changes is a field of a table with one row, marked [1]. So a copy of the arrays is a snapshot.

Things that are touched together lie together in a record of about one cache line; the links of all
lists are int32 in a table of their own (`Calendar.links`). Times are minutes since the start of
the run. A carrier is a wafer, a panel or a board.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

Records = Any  # np.recarray: NumPy has no type for its fields

# "No such lot, tool, step...". Not -1, which is a legal index and would read the last element;
# this one raises in pure Python and under NUMBA_BOUNDSCHECK=1.
NONE = np.int64(2**31 - 1)

# A time that never comes. Events from here on are not put into the calendar.
NEVER = 1e15

# The order of events is one integer: what the event does, above this many bits of sequence number.
SEQUENCE_BITS = 56


class Does(IntEnum):
    """What an event does. At the same minute the smaller goes first, then the one planned first.

    When all that happens at a minute has happened, the tool groups that it touched look for work.
    """

    NOTHING = 0
    RUN_BEGINS = 1
    JOB_ENDS = 2
    TOOL_WEARS_OUT = 3
    STOP_ENDS = 4
    TOOL_COMES = 5
    STOP_FALLS_DUE = 6
    TOOL_GOES = 7
    LOT_ARRIVES = 8
    UNITS_ARRIVE = 9
    PURCHASE_ARRIVES = 10
    LOTS_ENTER = 11


class Draw(IntEnum):
    """What a random number is for. One key per purpose keeps the streams apart."""

    PROCESS = 0
    TRANSPORT = 1
    SAMPLING = 2
    REWORK = 3
    LOT_SCRAP = 4
    CARRIER_SCRAP = 5
    TOOL_CHOICE = 6
    CROSSING_YIELD = 7
    CROSSING_DELAY = 8
    ENTRY_GAP = 9
    DUE_DATE = 10
    FIRST_STOP = 11
    BETWEEN_STOPS = 12
    STOP_LENGTH = 13
    LOT = 14


class Law(IntEnum):
    """How a random duration is distributed; `a` and `b` are fields of CHANCE.

    ============  =======================================  ==========================
    law           value, for a uniform draw u              a, b
    ============  =======================================  ==========================
    CONSTANT      mean
    UNIFORM       a + b u                                  lowest, width
    EXPONENTIAL   -mean ln u
    TRIANGULAR    inverse of two parabolas                 lowest, width
    PERT          a + b Beta(1 + 4 m, 5 - 4 m)             lowest, width
    NORMAL        max(0, mean + b z(u))                    -, standard deviation
    LOGNORMAL     a exp(b z(u))                            median, deviation of the log
    GAMMA         mean / a times a Gamma(a) draw           shape
    EMPIRICAL     one of b values from a on in Fab.values  first, count
    ============  =======================================  ==========================

    z is the inverse of the normal distribution; m is where the mode lies in the width.
    """

    CONSTANT = 0
    UNIFORM = 1
    EXPONENTIAL = 2
    TRIANGULAR = 3
    PERT = 4
    NORMAL = 5
    LOGNORMAL = 6
    GAMMA = 7
    EMPIRICAL = 8


class Basis(IntEnum):
    """What a process time is for."""

    LOT = 0
    CARRIER = 1  # the time is for each carrier, one after the other
    BATCH = 2  # several lots together


class Rule(IntEnum):
    """Which waiting lot goes first among those of the same rank; the smallest value does."""

    FIFO = 0  # time of arrival at the queue
    EARLIEST_DUE_DATE = 1
    CRITICAL_RATIO = 2  # (due - now) / work at the later steps
    LEAST_SLACK = 3  # due - work at the later steps
    SHORTEST_PROCESS = 4  # expected process time of the waiting step


class Choice(IntEnum):
    """Which of several free tools takes a lot."""

    LONGEST_FREE = 0
    RANDOM = 1


class Clock(IntEnum):
    """What brings a stop about."""

    REPAIR = 0  # time since the end of the last one, idle or busy
    GRID = 1  # time from start to start
    CARRIERS = 2  # carriers started since the start of the last one
    BUSY = 3  # productive minutes since the end of the last one


class ToolState(IntEnum):
    """What a tool does (SEMI E10), and AWAY: before it comes and after it goes."""

    STANDBY = 0
    PRODUCTIVE = 1
    SETUP = 2
    SCHEDULED_DOWN = 3
    UNSCHEDULED_DOWN = 4
    ENGINEERING = 5
    NON_SCHEDULED = 6
    AWAY = 7


class Status(IntEnum):
    """Why a run came back."""

    DONE = 0  # no event is left before the end
    PAUSED = 1  # as many events as asked for
    LOTS_FULL = 2  # more lots inside than slots
    FINISHED_FULL = 3  # the record of lots that left must be emptied
    EVENTS_FULL = 4  # the event log must be emptied


class Saw(IntEnum):
    """What a line of the event log says."""

    ENTERED = 0
    QUEUED = 1
    STARTED = 2
    ENDED = 3
    LEFT = 4
    SCRAPPED = 5
    STOPPED = 6  # a tool
    WENT_ON = 7


CACHE_LINE = 64  # bytes


def record(*, lines: int = 0, **fields: Any) -> np.dtype[Any]:
    """The dtype of a record with aligned fields, padded to so many cache lines (0: as it comes)."""
    tight: Any = np.dtype(list(fields.items()), align=True)
    padded: Any = {
        "names": tight.names,
        "formats": [tight[name] for name in tight.names],
        "offsets": [tight.fields[name][1] for name in tight.names],
        "itemsize": max(lines * CACHE_LINE, tight.itemsize),
    }
    made: np.dtype[Any] = np.dtype(padded)
    return made


def table(dtype: np.dtype[Any], size: int, **values: Any) -> Records:
    """Rows of zeros, or of these values, that begin at the edge of a cache line."""
    room = np.zeros(size * dtype.itemsize + CACHE_LINE, np.uint8)
    skip = -room.ctypes.data % CACHE_LINE
    rows = room[skip : skip + size * dtype.itemsize].view(dtype).view(np.recarray)
    for name, value in values.items():
        rows[name] = value
    return rows


I1, I2, I4, I8, U8, F8 = np.int8, np.int16, np.int32, np.int64, np.uint64, np.float64

# --- What a run reads ---------------------------------------------------------------------------

CHANCE = record(law=I4, mean_min=F8, a=F8, b=F8)

STEP = record(
    lines=2,
    group=I4,
    family=I4,  # lots of one family may share a job
    number=I4,  # position on the route; a key of its draws
    area=I4,  # of its tool group; gives the transport
    process=CHANCE,
    basis=I1,
    is_last=I1,
    may_fail=I1,  # has rework, scrap or yield
    performed_share=F8,  # of lots that visit the step; here the first cache line ends
    work_left_min=F8,  # expected at the later steps
    rework_share=F8,
    rework_step=I4,
    route=I4,
    carrier_scrap_share=F8,
    lot_scrap_share=F8,
)

ROUTE = record(
    first_step=I8,
    stock=I8,  # that finished lots go to, or NONE
    units_per_carrier=F8,
    yield_share=F8,  # of the units
    delay=CHANCE,  # on the way to the stock
)

GROUP = record(
    lines=1,
    first_tool=I8,
    tools=I8,
    first_family=I8,
    families=I4,
    plans=I4,
    first_plan=I8,
    interrupting=I8,  # plans that do not wait for the running job, one bit each
    handling_min=F8,  # loading and unloading, blocks the tool
    rule=I1,
    choice=I1,
    is_batching=I1,
    wears=I1,  # has a plan that falls due by productive minutes
)

FAMILY = record(
    group=I8,
    least_carriers=I8,  # that must wait before a job may start, at least 1
    most_carriers=I8,  # of a job; 0: a single lot
)

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
)

PERIOD = record(until_min=F8, interval_min=F8)
ORDER = record(at_min=F8, due_min=F8, carriers=I8, rank=I8)
NEED = record(stock=I8, units=I8)
STOCK = record(initial=I8, first_user=I8, users=I8)
PURCHASE = record(at_min=F8, units=I8, stock=I8)
INSIDER = record(step=I8, stream=I8, carriers=I8, rank=I8, entered_min=F8, due_min=F8)
FACTS = record(
    tools=I8,
    ranks=I8,
    areas=I8,
    streams=I8,
    purchases=I8,
    insiders=I8,
    most_lots=I8,  # that one event may move or make
)
USER = record(stream=I8)
VALUE = record(value=F8)


class Fab(NamedTuple):
    """What a run reads and never writes: plants, routes and what enters them."""

    facts: Records  # [1]
    steps: Records  # [step]  of all routes, one route after the other
    routes: Records  # [route]
    groups: Records  # [group]
    families: Records  # [family]
    fixtures: Records  # [tool]
    plans: Records  # [plan]  of all groups, one group after the other
    streams: Records  # [stream]
    periods: Records  # [period]
    orders: Records  # [order]  rising in time within a stream
    needs: Records  # [need]
    stocks: Records  # [stock]
    users: Records  # [user]  streams that take from a stock
    purchases: Records  # [purchase]  rising in time
    hops: Records  # [from area * areas + to area]  transport
    values: Records  # [value]  of the empirical distributions
    insiders: Records  # [lot]  already inside at the start


# --- What a run changes -------------------------------------------------------------------------

NOW = record(
    now_min=F8,
    events=I8,
    steps_done=I8,  # lots that ended a step
    free_lot=I8,  # first of the free slots
    free_lots=I8,
    touched=I8,  # groups that look for work before time goes on
    next_purchase=I8,
    finished=I8,  # lines written
    seen=I8,  # lines written
)

LOT = record(
    lines=1,
    key=U8,
    serial=I8,  # within its stream
    entered_min=F8,
    due_min=F8,
    since_min=F8,  # at its place: waiting line, tool or road
    step=I4,
    carriers=I4,
    stream=I4,
    rank=I2,
    visit=I4,  # how often it was sent back
    is_shipped=I1,  # its units are on the way to a stock
)

TOOL = record(
    lines=2,
    group=I4,
    first_lot=I4,  # of its job
    lots=I4,
    state=I1,
    is_suspended=I1,
    is_leaving=I1,
    stop=I1,  # place in its group of the plan that stops it now
    since_min=F8,  # in this state
    due=I8,  # plans that have fallen due, one bit each
    carriers=F8,  # started so far
    maintained_at_carriers=F8,  # when the next plan by carriers falls due
    minutes=(F8, (8,)),  # by ToolState; the first two end the first cache line
    remaining_min=F8,  # of a suspended job, or of a job after the tool will have worn out
    wears_out_at_min=F8,  # productive minutes
)

LINE = record(
    lines=2,
    first_free=I8,  # offset in the ring of free tools
    free=I8,
    is_touched=I1,
    waiting=I8,  # lots
    inside=I8,  # lots waiting or in a tool
    ready=I8,  # families with enough carriers for a job
    since_min=F8,
    waiting_area=F8,  # lots x minutes
    inside_area=F8,
    waited_min=F8,  # of lots that started
    lots_started=I8,
    lots_ended=I8,
    carriers_ended=I8,
    jobs=I8,
)

CROWD = record(lots=I8, carriers=I8)  # of a family that wait
QUEUE = record(first=I4, last=I4)
FREE_TOOL = record(tool=I4)
TOUCHED = record(group=I4)
UPKEEP = record(key=U8, tool=I8, plan=I8, times=I8, stops=I8, due_at=F8)  # times: intervals drawn
ENTRY = record(key=U8, entries=I8, lots=I8, planned_min=F8, is_waiting=I1)
STORE = record(units=I8, arrived=I8, used=I8, lost=I8, on_the_way=I8, since_min=F8, area=F8)

TALLY = record(
    inside=I8,
    entered=I8,
    left=I8,
    scrapped=I8,
    carriers_entered=I8,
    carriers_left=I8,
    carriers_scrapped=I8,
    since_min=F8,
    area=F8,  # lots x minutes inside
    stay_min=F8,  # inside since minute 0, summed over lots that left or were scrapped
)


class State(NamedTuple):
    """What a run changes."""

    now: Records  # [1]
    lots: Records  # [slot]  slots of lots that left are used again
    tools: Records  # [tool]
    lines: Records  # [group]
    crowds: Records  # [family]
    queues: Records  # [family * ranks + rank]
    free_tools: Records  # [tool]  a ring for each group
    touched: Records  # [group]  a list of groups
    upkeeps: Records  # [tool x plan]
    entries: Records  # [stream]
    stores: Records  # [stock]
    tallies: Records  # [product]


# --- What is going to happen --------------------------------------------------------------------

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


# --- What happened ------------------------------------------------------------------------------

FINISHED = record(
    left_min=F8,
    entered_min=F8,
    due_min=F8,
    serial=I8,
    stream=I4,
    product=I4,
    carriers=I4,  # that are good; 0: scrapped
    rank=I4,
)
SEEN = record(time_min=F8, serial=I8, stream=I4, step=I4, tool=I4, saw=I4)


ROOM = record(finished=I8, seen=I8)


class Logs(NamedTuple):
    """What happened, until the caller takes it away."""

    room: Records  # [1]  lines of the two logs
    finished: Records  # [line]
    seen: Records  # [line]  empty: no event log is kept


class World(NamedTuple):
    """All of a run."""

    fab: Fab
    state: State
    calendar: Calendar
    logs: Logs


# The row of each table, in the order in which the kernel finds them (see kernel_tables.py).
TABLES: dict[str, np.dtype[Any]] = {
    "facts": FACTS,
    "steps": STEP,
    "routes": ROUTE,
    "groups": GROUP,
    "families": FAMILY,
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
    "insiders": INSIDER,
    "now": NOW,
    "lots": LOT,
    "tools": TOOL,
    "lines": LINE,
    "crowds": CROWD,
    "queues": QUEUE,
    "free_tools": FREE_TOOL,
    "touched": TOUCHED,
    "upkeeps": UPKEEP,
    "entries": ENTRY,
    "stores": STORE,
    "tallies": TALLY,
    "wheel": WHEEL,
    "buckets": BUCKET,
    "links": LINK,
    "planned": PLANNED,
    "today": EVENT,
    "heap": EVENT,
    "room": ROOM,
    "finished": FINISHED,
    "seen": SEEN,
}
