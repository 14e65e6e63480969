"""What the small integers in the tables stand for."""

from enum import IntEnum


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
