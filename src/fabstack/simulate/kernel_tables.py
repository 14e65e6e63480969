"""How the kernel reaches the tables of a world: `lot_at(world, 7)` is row 7 of its lots.

Numba would hand a NamedTuple of forty arrays to every function by value, some 300 words for each
call. So the compiled kernel gets one number instead, the address of a directory (address and rows
of each table), and the functions below turn it and a row number into a record. In pure Python
`world` is a namespace of arrays and the very same names read from those. With NUMBA_BOUNDSCHECK=1
every row number is checked.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic

from fabstack.arrays.types import CACHE_LINE, TABLES, World
from fabstack.simulate.kernel_compile import SETTINGS

_POINTER = ir.IntType(8).as_pointer()
_WORD = ir.IntType(64)
_FLAG = ir.IntType(32)
_PREFETCH = ir.FunctionType(ir.VoidType(), [_POINTER, _FLAG, _FLAG, _FLAG])
_READ_AND_KEEP = [_FLAG(0), _FLAG(3), _FLAG(1)]


def tables_of(world):
    """The arrays of a world, in the order of TABLES."""
    return [array for part in world for array in part]


class Handle:
    """What kernel functions take for `world`; the arrays live as long as it does."""

    def __init__(self, world: World) -> None:
        self._arrays = tables_of(world)
        self._directory = np.array([[a.ctypes.data, a.size] for a in self._arrays], np.int64)

    @property
    def world(self) -> Any:
        """The address of the directory, or in pure Python the arrays by name."""
        if SETTINGS.DISABLE_JIT:
            return SimpleNamespace(**dict(zip(TABLES, self._arrays, strict=True)))
        return self._directory.ctypes.data


def _row_of(table):
    """The function that finds a row of this table."""
    if SETTINGS.DISABLE_JIT:
        return lambda world, row: getattr(world, table)[row]

    @intrinsic
    def row_at(_context, world, row):
        return from_dtype(TABLES[table])(world, row), _code_to_find(table)

    return row_at


def _only_row_of(table):
    """The function that finds the row of a table that has one."""
    if SETTINGS.DISABLE_JIT:
        return lambda world: getattr(world, table)[0]

    @intrinsic
    def row_of(_context, world):
        return from_dtype(TABLES[table])(world), _code_to_find(table)

    return row_of


def _hint_for(table):
    """The function that tells the processor which row of this table is needed soon."""
    if SETTINGS.DISABLE_JIT:
        return lambda world, row: None

    @intrinsic
    def expect_row(_context, world, row):
        return types.void(world, row), _code_to_fetch(table)

    return expect_row


def _code_to_fetch(table):
    place, record_bytes = list(TABLES).index(table), TABLES[table].itemsize

    def code(context, builder, signature, arguments):
        directory = builder.inttoptr(arguments[0], _POINTER.as_pointer())
        row = context.cast(builder, arguments[1], signature.args[1], types.int64)
        first = _word_of(builder, directory, 2 * place)
        at = builder.gep(first, [builder.mul(row, _WORD(record_bytes))])
        fetch = cgutils.get_or_insert_function(builder.module, _PREFETCH, "llvm.prefetch.p0")
        for line in range(0, record_bytes, CACHE_LINE):
            builder.call(fetch, [builder.gep(at, [_WORD(line)]), *_READ_AND_KEEP])
        return context.get_dummy_value()

    return code


OWN_RULES: dict[int, Any] = {}  # address -> function, in pure Python

if SETTINGS.DISABLE_JIT:

    def call_own(address, world, lot_id):
        """What a rule of the user says of a waiting lot."""
        return OWN_RULES[int(address)](world, lot_id)

else:

    @intrinsic
    def call_own(_context, address, world, lot_id):
        """What a rule of the user says of a waiting lot: float64(world, lot) at an address."""

        def code(context, builder, signature, arguments):
            made = ir.FunctionType(ir.DoubleType(), [_WORD, _WORD])
            lot = context.cast(builder, arguments[2], signature.args[2], types.int64)
            rule = builder.inttoptr(arguments[0], made.as_pointer())
            return builder.call(rule, [arguments[1], lot])

        return types.float64(address, world, lot_id), code


def _code_to_find(table):
    place, record_bytes = list(TABLES).index(table), TABLES[table].itemsize

    def code(context, builder, signature, arguments):
        directory = builder.inttoptr(arguments[0], _POINTER.as_pointer())
        if len(arguments) == 1:
            row = _WORD(0)
        else:
            row = context.cast(builder, arguments[1], signature.args[1], types.int64)
        if SETTINGS.BOUNDSCHECK:
            rows = _word_of(builder, directory, 2 * place + 1)
            _raise_unless_within(context, builder, row, builder.ptrtoint(rows, _WORD), table)
        first = _word_of(builder, directory, 2 * place)
        found = builder.gep(first, [builder.mul(row, _WORD(record_bytes))])
        return builder.bitcast(found, context.get_value_type(signature.return_type))

    return code


def _word_of(builder, directory, place):
    """A word of the directory; it never changes while compiled code runs."""
    word = builder.load(builder.gep(directory, [_WORD(place)]))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def _raise_unless_within(context, builder, row, rows, table):
    with cgutils.if_unlikely(builder, builder.icmp_unsigned(">=", row, rows)):
        message = f"row out of range in table '{table}'"
        context.call_conv.return_user_exc(builder, IndexError, (message,))


step_at = _row_of("steps")
route_at = _row_of("routes")
window_at = _row_of("windows")
group_at = _row_of("groups")
family_at = _row_of("families")
change_at = _row_of("changes")
setup_at = _row_of("setups")
fixture_at = _row_of("fixtures")
plan_at = _row_of("plans")
stream_at = _row_of("streams")
period_at = _row_of("periods")
order_at = _row_of("orders")
need_at = _row_of("needs")
stock_at = _row_of("stocks")
user_at = _row_of("users")
purchase_at = _row_of("purchases")
hop_at = _row_of("hops")
value_at = _row_of("values")
ahead_at = _row_of("aheads")
own_rule_at = _row_of("own_rules")
insider_at = _row_of("insiders")
lot_at = _row_of("lots")
bond_at = _row_of("bonds")
timer_at = _row_of("timers")
tool_at = _row_of("tools")
line_at = _row_of("lines")
crowd_at = _row_of("crowds")
coming_at = _row_of("comings")
stretch_at = _row_of("stretches")
queue_at = _row_of("queues")
free_tool_at = _row_of("free_tools")
touched_at = _row_of("touched")
upkeep_at = _row_of("upkeeps")
entry_at = _row_of("entries")
store_at = _row_of("stores")
tally_at = _row_of("tallies")
bucket_at = _row_of("buckets")
link_at = _row_of("links")
planned_at = _row_of("planned")
today_at = _row_of("today")
heap_at = _row_of("heap")
finished_at = _row_of("finished")
seen_at = _row_of("seen")

# Rows that will be needed soon.
expect_lot = _hint_for("lots")
expect_tool = _hint_for("tools")

# Tables of one row.
facts_of = _only_row_of("facts")
now_of = _only_row_of("now")
wheel_of = _only_row_of("wheel")
room_of = _only_row_of("room")
