"""What kernel and border share: enums, records and the NamedTuples that hold them.

A `World` is all of a run: `Fab` (what a run reads), `State` (what it changes), `Calendar` (what is
going to happen) and `Logs` (what happened), each in a file of its own. Everything is a table, an
array of records; a scalar that changes is a field of a table with one row, marked [1]. So a copy of
the arrays is a snapshot.

Things that are touched together lie together in a record of about one cache line; the links of all
lists are int32 in a table of their own (`Calendar.links`). Times are minutes since the start of
the run. A carrier is a wafer, a panel or a board.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fabstack.arrays.types.calendar import *
from fabstack.arrays.types.enums import *
from fabstack.arrays.types.facts import *
from fabstack.arrays.types.logs import *
from fabstack.arrays.types.records import *
from fabstack.arrays.types.state import *


class World(NamedTuple):
    """All of a run."""

    fab: Fab
    state: State
    calendar: Calendar
    logs: Logs


# The row of each table, in the order in which the kernel finds them (see kernel_tables.py).
TABLES: dict[str, np.dtype[Any]] = FACT_TABLES | STATE_TABLES | CALENDAR_TABLES | LOG_TABLES
