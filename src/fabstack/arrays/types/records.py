"""Tables are arrays of records, and a few numbers with a meaning of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

Records = Any  # np.recarray: NumPy has no type for its fields

# "No such lot, tool, step...". Not -1, which is a legal index and would read the last element;
# this one raises in pure Python and under NUMBA_BOUNDSCHECK=1.
NONE = np.int64(2**31 - 1)

# A time that never comes. Events from here on are not put into the calendar.
NEVER = 1e15

# The order of events is one integer: what the event does, above this many bits of sequence number.
SEQUENCE_BITS = 56

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
