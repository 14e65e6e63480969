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
    TOOL_TAKES_MORE = 3
    LOT_LEAVES_CASCADE = 4
    TOOL_WEARS_OUT = 5
    STOP_ENDS = 6
    TOOL_COMES = 7
    STOP_FALLS_DUE = 8
    TOOL_GOES = 9
    LOT_ARRIVES = 10
    UNITS_ARRIVE = 11
    PURCHASE_ARRIVES = 12
    LOTS_ENTER = 13
    BATCH_IS_OVERDUE = 14


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


class Key(IntEnum):
    """What a dispatch rule looks at; it compares lots key by key, and the smaller value goes first.

    Lots that are alike in all keys go in the order of their arrival at the waiting line.
    """

    END = 0  # of the list of keys
    PRIORITY = 1  # rank; where it is not the first key, lots of all ranks are compared
    SETUP = 2  # minutes that the tool would need to change for the lot
    FIFO = 3  # time of arrival at the waiting line
    EARLIEST_DUE_DATE = 4
    CRITICAL_RATIO = 5  # (due - now) / work at the later steps
    LEAST_SLACK = 6  # due - work at the later steps
    SHORTEST_PROCESS = 7  # expected process time of the waiting step
    SHORTEST_REMAINING = 8  # work at this step and the later ones
    QUEUE_TIME_RATIO = 9  # time left in an open window / work up to its end (QTCR, WSC 2020)
    QUEUE_TIME_SPREAD = 10  # latest start that spreads the limit over the window (QTS, WSC 2020)
    NEXT_QUEUE = 11  # lots waiting for the next step, for each tool there
    FULLEST_BATCH = 12  # carriers that wait with it, the most first
    OWN = 13  # a function of the user


class Kind(IntEnum):
    """How a tool group finds its next job."""

    PLAIN = 0  # any tool takes any lot
    BATCHING = 1  # any tool takes any batch
    CHOOSY = 2  # what a tool may or would rather take depends on the tool
    ASKED = 3  # any tool takes any lot; the caller says which


class Late(IntEnum):
    """What becomes of a lot that exceeds a limited queue time."""

    COUNTED = 0  # it goes on
    HELD = 1  # it goes on; lots that would be late are not let in where the window begins
    SCRAPPED = 2  # it is lost at the end of the step that it was late for
    REWORKED = 3  # it goes back from there to where the window begins


class Choice(IntEnum):
    """Which of several free tools takes a lot."""

    LONGEST_FREE = 0
    RANDOM = 1
    LEAST_USED = 2  # the one that has taken the fewest carriers


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
    ASKED = 5  # a group waits for the caller's choice: NOW.asked, NOW.answer


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


# --- What a run changes -------------------------------------------------------------------------

NOW = record(
    now_min=F8,
    events=I8,
    steps_done=I8,  # lots that ended a step
    free_lot=I8,  # first of the free slots
    free_lots=I8,
    touched=I8,  # groups that look for work before time goes on
    start_lot=I8,  # a lot that starts as soon as the event is over, or NONE
    start_tool=I8,
    is_full=I1,  # some room must be made before the next event
    arrivals=I8,  # lots that joined a waiting line
    looked=I8,  # touched groups that have looked for work
    asked=I8,  # group that waits for a choice, or NONE
    answer=I8,  # node of the lot that it shall take, or NONE
    vehicles=I8,  # free
    first_parked=I4,  # lots that wait for a vehicle
    last_parked=I4,
    next_purchase=I8,
    finished=I8,  # lines written
    seen=I8,  # lines written
    crossings=I8,  # lines written
)

LOT = record(
    lines=2,
    key=U8,
    since_min=F8,  # at its place: waiting line, tool or road
    due_min=F8,
    work_left_min=F8,  # expected at the later steps
    step=I4,
    carriers=I4,
    stream=I4,
    visit=I4,  # how often it was sent back
    tool=I4,  # that it is in, where it shares it (a cascade)
    rank=I2,
    is_shipped=I1,  # its units are on the way to a stock
    is_late=I1,  # for a limited queue time whose limit is enforced
    arrival=I8,  # how many joined a waiting line before it; the first cache line ends here
    serial=I8,  # within its stream
    entered_min=F8,
    travel_min=F8,  # of its next way, while it waits for a vehicle
    late_window=I4,  # that it was too late for, where the limit is enforced
    reserves=I1,  # tools are kept free for it
)

TOOL = record(
    lines=3,
    group=I4,
    first_lot=I4,  # of its job
    second_lot=I4,  # in a cascade
    lots=I4,
    setup=I4,
    run_left=I4,  # lots to take before the setup may change
    state=I1,
    is_suspended=I1,
    is_leaving=I1,
    stop=I1,  # place in its group of the plan that stops it now
    is_free=I1,  # may take a lot now
    takes_more=I1,  # at a planned minute
    since_min=F8,  # in this state
    due=I8,  # plans that have fallen due, one bit each
    carriers=F8,  # started so far; a tool that comes late begins with the mean of its group
    maintained_at_carriers=F8,  # when the next plan by carriers falls due
    first_slot_min=F8,  # when the slots of a cascade fall free; here the first line ends
    second_slot_min=F8,
    loaded_min=F8,  # when the last lot is set up and loaded
    setup_ends_min=F8,
    stopped_min=F8,  # when the running job was interrupted
    minutes=(F8, (8,)),  # by ToolState; the second line ends with the first three
    remaining_min=F8,  # of a suspended job, or of a job after the tool will have worn out
    wears_out_at_min=F8,  # productive minutes
)

LINE = record(
    lines=2,
    first_free=I8,  # offset in the ring of free tools
    free=I8,
    is_touched=I1,
    waiting=I8,  # lots
    expected=I4,  # lots on the way that a tool is kept free for
    in_windows=I4,  # lots inside windows that end here, where lots are held
    first_held=I4,  # lots that are not let into a window that ends here
    last_held=I4,
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

CROWD = record(  # of a family that wait, where the group is not plain
    lots=I8,
    carriers=I8,
    is_overdue=I1,
    is_awaited=I1,
    first_coming=I4,  # lot on its way to the family, where the group looks ahead
)
COMING = record(  # a lot on its way to a group that looks ahead
    family=I4,  # NONE: it is not
    ahead=I4,  # lot before it in the list of its family
    behind=I4,
    tool=I4,  # that it is in, at the step before; NONE: it is on the road
    way_min=F8,  # expected from there
)
BOND = record(tool=I4)
TIMER = record(deadline_min=F8, window=I8)  # window: NONE while the timer does not run
STRETCH = record(  # books of a window of limited queue time
    closed=I8,
    late=I8,
    late_by_1h=I8,
    late_by_2h=I8,
    late_by_4h=I8,
    late_min=F8,  # summed over the late ones
)
QUEUE = record(first=I4, last=I4)
FREE_TOOL = record(tool=I4, carriers=F8)
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
    bonds: Records  # [slot * bonds + memory]  tool, or NONE
    timers: Records  # [slot * timers + timer]
    tools: Records  # [tool]
    lines: Records  # [group]
    crowds: Records  # [family]
    comings: Records  # [slot]  empty: no group looks ahead
    stretches: Records  # [window]
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

CROSSING = record(  # units come into a stock, or lots that enter take them out
    time_min=F8,
    serial=I8,  # of the lot, of the first of the lots that enter together, or of the purchase
    units=I8,  # negative: taken out
    stream=I4,  # NONE: a purchase
    stock=I4,
)


ROOM = record(finished=I8, seen=I8, crossings=I8)


class Logs(NamedTuple):
    """What happened, until the caller takes it away."""

    room: Records  # [1]  lines of each log
    finished: Records  # [line]
    seen: Records  # [line]  empty: no event log is kept
    crossings: Records  # [line]  empty: nobody asks where units come from


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
    "now": NOW,
    "lots": LOT,
    "bonds": BOND,
    "timers": TIMER,
    "tools": TOOL,
    "lines": LINE,
    "crowds": CROWD,
    "comings": COMING,
    "stretches": STRETCH,
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
    "crossings": CROSSING,
}
