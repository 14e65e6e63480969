"""The event log of a run as one Parquet file, written while the run goes on.

Pieces wait in a short queue for a thread that encodes them, so memory stays bounded however long
the log becomes. Words are dictionary-coded (Enum), time is a whole number of 1/60 s.

    time_ticks   since the start of the run, 3600 a minute
    what         entered, queued, started, ended, left, scrapped (a lot); stopped, went_on (a tool)
    order, lot   the stream that the lot belongs to, and its number in it; blank: of a tool
    product      item that the lot becomes
    step         on its route
    tool_group   where it waits or is worked on, or the one of the tool
    tool         1 for the first of the group; blank: none yet
    stop         what keeps the tool from working; blank: of a lot
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl

from fabstack.arrays.types import NONE, Records, Saw, ToolState
from fabstack.economics.capacity import steps_of
from fabstack.errors import OutputError
from fabstack.model import Programme, by_key
from fabstack.results.ticks import TICKS_PER_MIN
from fabstack.simulate.scene import Scene

PIECES_WAITING = 2
ROWS_IN_A_GROUP = 262_144
WHAT = [saw.name.lower() for saw in Saw]
STOPS = [state.name.lower() for state in ToolState]


class EventLog:
    """Writes the lines that `take` is given; as a context manager the file appears whole."""

    def __init__(self, file: Path, scene: Scene, programme: Programme) -> None:
        self.file = file
        self.partial = file.with_name(f"{file.name}.partial")
        self.lines = 0
        self._lookup = _Lookup(scene, programme)
        self._pieces: queue.Queue[Records | None] = queue.Queue(PIECES_WAITING)
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> EventLog:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._hand_over(None)
            self._thread.join()
            if kind is None:
                self._raise_fault()
                self.partial.replace(self.file)
        finally:
            with contextlib.suppress(OSError):
                self.partial.unlink()

    def take(self, piece: Records) -> None:
        """Take lines of the log (rows SEEN) away.

        Raises:
            OutputError: the file cannot be written.
        """
        self._raise_fault()
        self.lines += piece.size
        self._hand_over(piece)

    def _hand_over(self, piece: Records | None) -> None:
        while self._thread.is_alive():
            try:
                return self._pieces.put(piece, timeout=0.5)
            except queue.Full:
                continue
        return None

    def _raise_fault(self) -> None:
        if isinstance(self._fault, KeyboardInterrupt):  # polars takes Ctrl-C while it writes
            raise KeyboardInterrupt
        if self._fault is not None:
            raise OutputError(f"cannot write {self.file}: {self._fault}") from self._fault

    def _write(self) -> None:
        from polars.io.plugins import register_io_source

        try:
            source: Any = self._frames  # polars asks for a generator function of four hints
            register_io_source(source, schema=self._lookup.schema).sink_parquet(
                self.partial,
                compression="zstd",
                compression_level=1,
                row_group_size=ROWS_IN_A_GROUP,
            )
        except BaseException as error:  # it is raised again where the run goes on
            self._fault = error

    def _frames(self, *_hints: Any) -> Iterator[pl.DataFrame]:
        while (piece := self._pieces.get()) is not None:
            if piece.size:
                yield self._lookup.frame(piece)


class _Lookup:
    """What the numbers in a line stand for."""

    def __init__(self, scene: Scene, programme: Programme) -> None:
        fab, names = scene.fab, scene.names
        routes = [by_key(programme.routes)[route] for route in names.routes]
        items = sorted({route.item for route in routes})
        self.group_of_tool = _padded(fab.fixtures.group)
        self.place_of_tool = _padded(fab.fixtures.place)
        self.group_of_step = _padded(fab.steps.group)
        self.number_of_step = _padded(
            [step.step for route in names.routes for step in steps_of(scene.programme, route)]
        )
        self.product_of_stream = _padded(
            [items.index(routes[route].item) for route in fab.streams.route]
        )
        self.state_of_plan = _padded(fab.plans.state)
        self.enums = {
            "what": WHAT,
            "order": [name.removeprefix("order:") for name in names.streams],
            "product": items,
            "tool_group": list(names.groups),
            "stop": STOPS,
        }
        self.schema: dict[str, Any] = {
            "time_ticks": pl.Int64,
            "what": pl.Enum(WHAT),
            "order": pl.Enum(self.enums["order"]),
            "lot": pl.Int64,
            "product": pl.Enum(items),
            "step": pl.Int32,
            "tool_group": pl.Enum(names.groups),
            "tool": pl.Int32,
            "stop": pl.Enum(STOPS),
        }

    def frame(self, piece: Records) -> pl.DataFrame:
        """Lines of the log with words for numbers."""
        is_tool, has_tool = piece.saw >= Saw.STOPPED, piece.tool != NONE
        stream, plan = np.where(is_tool, 0, piece.stream), np.where(is_tool, piece.stream, 0)
        tool, at_step = np.where(has_tool, piece.tool, 0), piece.saw == Saw.QUEUED
        group = np.where(has_tool, self.group_of_tool[tool], self.group_of_step[piece.step])
        columns = {
            "time_ticks": pl.Series(np.rint(piece.time_min * TICKS_PER_MIN).astype(np.int64)),
            "what": self._words("what", piece.saw),
            "order": self._words("order", stream, ~is_tool),
            "lot": _blanked(pl.Series(piece.serial), ~is_tool),
            "product": self._words("product", self.product_of_stream[stream], ~is_tool),
            "step": _blanked(pl.Series(self.number_of_step[piece.step]), ~is_tool),
            "tool_group": self._words("tool_group", group, has_tool | at_step),
            "tool": _blanked(pl.Series(self.place_of_tool[tool]), has_tool),
            "stop": self._words("stop", self.state_of_plan[plan], is_tool),
        }
        return pl.DataFrame(columns)

    def _words(self, column: str, codes: Any, there: Any = None) -> pl.Series:
        kind = _code_type(len(self.enums[column]))
        words = pl.Series(np.asarray(codes).astype(kind)).cat.to(self.schema[column])
        return words if there is None else _blanked(words, there)


def _padded(values: Sequence[int] | Any) -> Any:
    """[...]  as int32, with one more row: tables without rows are looked up, too, and blanked."""
    return np.append(np.asarray(values, np.int32), np.int32(0))


def _blanked(values: pl.Series, there: Any) -> pl.Series:
    """Null where nothing is there."""
    nothing = pl.Series([None], dtype=values.dtype)
    return values.zip_with(pl.Series(there), nothing.new_from_index(0, len(values)))


def _code_type(words: int) -> Any:
    """The type that polars keeps the codes of so many words in."""
    return np.uint8 if words < 2**8 else np.uint16 if words < 2**16 else np.uint32
