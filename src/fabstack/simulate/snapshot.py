"""A run in the middle, as a file from which it goes on with the very same bits.

The file is a NumPy archive: `about` is a JSON text; each replication has the tables of its state
and its calendar as bytes, the lots that left, and the readings. The fab itself is made again from
the programme and must be the same to the last bit, as must the sources of the kernel: their digests
are in `about`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.types import TABLES, Calendar, Fab, State
from fabstack.errors import Finding, InputError, OutputError
from fabstack.simulate.course import Course
from fabstack.simulate.kernel_compile import SOURCES
from fabstack.simulate.readings import DayBooks, Reading
from fabstack.simulate.scene import Scene
from fabstack.simulate.simulation import SEEN_LINES, Simulation, Take, crossing_lines
from fabstack.simulate.world import new_world

Arrays = dict[str, Any]
KIND = "fabstack-snapshot"
Read = TypeVar("Read", bound=NamedTuple)


@dataclass(frozen=True, slots=True)
class About:
    """What a snapshot is of."""

    at_min: float
    until_min: float
    warm_up_min: float
    seeds: tuple[int, ...]
    daily_tools: bool
    genealogy: bool  # of the first replication
    fab: str  # digests
    kernel: str


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All replications of a run at one minute."""

    about: About
    courses: tuple[Arrays, ...]  # of each replication

    def course(self, scene: Scene, number: int, take_seen: Take | None = None) -> Course:
        """A replication that goes on from here."""
        arrays, seed = self.courses[number], self.about.seeds[number]
        lines = 0 if take_seen is None else SEEN_LINES
        keeps = self.about.genealogy and number == 0
        world = new_world(
            scene.fab,
            seed,
            seen_lines=lines,
            crossing_lines=crossing_lines(scene.fab) if keeps else 0,
        )
        world = world._replace(
            state=_tables(State, "state", arrays), calendar=_tables(Calendar, "calendar", arrays)
        )
        before = (_table(log, arrays[log]) for log in ("finished", "crossings"))
        run = Simulation.at(world, *before, take_seen=take_seen)
        course = Course(scene, seed, run, daily_tools=self.about.daily_tools)
        readings = _unstacked(Reading, "readings", arrays)  # those that this run wants, too
        course.readings += [read for read in readings if read.at_min in scene.cuts_min]
        course.days_done = sum(minute in scene.days_min for minute in arrays["days.at_min"])
        for field, column in course.days._asdict().items():
            column[: course.days_done] = arrays[f"days.{field}"][: course.days_done]
        return course


def about_run(
    scene: Scene, seeds: Sequence[int], at_min: float, *, daily_tools: bool, genealogy: bool
) -> About:
    """What a snapshot of this run is of."""
    return About(
        at_min=at_min,
        until_min=scene.until_min,
        warm_up_min=scene.warm_up_min,
        seeds=tuple(seeds),
        daily_tools=daily_tools,
        genealogy=genealogy,
        fab=digest_of(scene),
        kernel=digest_of_kernel(),
    )


def arrays_of(course: Course) -> Arrays:
    """A copy of all that a replication needs in order to go on."""
    world = course.run.copy().world
    for log in ("finished", "seen", "crossings"):  # they are taken away
        world.state.now[log][0] = 0
    return {
        **{f"state.{name}": _bytes(table) for name, table in world.state._asdict().items()},
        **{f"calendar.{name}": _bytes(table) for name, table in world.calendar._asdict().items()},
        "finished": _bytes(course.run.finished),
        "crossings": _bytes(course.run.crossings),
        **_stacked("readings", course.readings),
        **{
            f"days.{field}": column.copy()
            for field, column in course.days.upto(course.days_done)._asdict().items()
        },
    }


def save(snapshot: Snapshot, file: Path) -> None:
    """Write a snapshot: whole, or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    about = json.dumps({"kind": KIND, **asdict(snapshot.about)}).encode()
    arrays = {
        f"{number}.{name}": array
        for number, course in enumerate(snapshot.courses)
        for name, array in course.items()
    }
    partial = file.with_name(f"{file.name}.partial")
    try:
        with partial.open("wb") as opened:
            np.savez(opened, about=np.frombuffer(about, np.uint8), **arrays)
        partial.replace(file)
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def load(file: Path) -> Snapshot:
    """The snapshot in a file.

    Raises:
        InputError: it holds none, or one of another version of the kernel.
    """
    try:
        with np.load(file) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(arrays.pop("about").tobytes())
        if about.pop("kind") != KIND:
            raise KeyError(KIND)
        found = About(**{**about, "seeds": tuple(about["seeds"])})
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror or error}") from error
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise _refused(file, "is no snapshot of a simulation") from error
    if found.kernel != digest_of_kernel():
        raise _refused(file, "is of another version of fabstack: its kernel differs from this one")
    lacking = sorted({f"0.days.{field}" for field in DayBooks._fields} - set(arrays))
    if lacking:
        raise _refused(file, f"is of another version of fabstack: it has no {lacking[0][2:]}")
    return Snapshot(found, _by_course(arrays, len(found.seeds)))


def refuse_another_fab(snapshot: Snapshot, scene: Scene, file: Path) -> None:
    """Hold a snapshot to the fab that is to go on.

    Raises:
        InputError: programme, options or simulated time are not those of the snapshot.
    """
    if snapshot.about.at_min > scene.until_min:
        raise _refused(file, f"is of day {snapshot.about.at_min / 1440:g}, after --until")
    if snapshot.about.fab != digest_of(scene):
        raise _refused(
            file,
            "is of another fab: programme, its options and --until must be those of the run that "
            "wrote it",
        )
    if snapshot.about.warm_up_min != scene.warm_up_min:
        raise _refused(file, f"has a warm-up of {snapshot.about.warm_up_min / 1440:g} days")


def digest_of(scene: Scene) -> str:
    """SHA-256 of the arrays of a run, and of how its yields learn."""
    learned = hashlib.sha256(scene.learning.shares.tobytes())
    return digest_of_fab(scene.fab) + ("" if scene.learning.is_flat else learned.hexdigest())


def digest_of_fab(fab: Fab) -> str:
    """SHA-256 of all arrays that a run reads."""
    digest = hashlib.sha256()
    for name, table in fab._replace(own_rules=t.table(t.OWN_RULE, 0))._asdict().items():
        digest.update(name.encode())
        for column in _columns(np.asarray(table)):
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _columns(rows: Any) -> Iterator[Any]:
    """The plain columns of a table, without the room between them, which means nothing."""
    if rows.dtype.names is None:
        yield rows
    for name in rows.dtype.names or ():
        yield from _columns(rows[name])


def digest_of_kernel() -> str:
    """SHA-256 of the sources on which the meaning of the arrays depends."""
    digest = hashlib.sha256()
    for source in SOURCES:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


# --- Arrays -------------------------------------------------------------------------------------


def _bytes(table: t.Records) -> Any:
    return np.frombuffer(table.tobytes(), np.uint8)


def _table(name: str, content: Any) -> t.Records:
    dtype = TABLES[name]
    table = t.table(dtype, content.size // dtype.itemsize)
    if table.size:
        table[:] = np.frombuffer(content.tobytes(), dtype)
    return table


def _tables(kind: Any, part: str, arrays: Arrays) -> Any:
    return kind(*(_table(name, arrays[f"{part}.{name}"]) for name in kind._fields))


def _stacked(name: str, readings: list[Any]) -> Arrays:
    """Each field of the readings as one array [reading, ...]."""
    if not readings:
        return {}
    fields = readings[0]._fields
    return {f"{name}.{field}": np.array([getattr(r, field) for r in readings]) for field in fields}


def _unstacked(kind: type[Read], name: str, arrays: Arrays) -> list[Read]:
    found = {key.removeprefix(f"{name}."): arrays[key] for key in arrays if key.startswith(name)}
    rows = zip(*(found.get(field, ()) for field in kind._fields), strict=True)
    return [kind(*(value.item() if value.ndim == 0 else value for value in row)) for row in rows]


def _by_course(arrays: Mapping[str, Any], count: int) -> tuple[Arrays, ...]:
    courses: tuple[Arrays, ...] = tuple({} for _ in range(count))
    for name, array in arrays.items():
        number, _, rest = name.partition(".")
        courses[int(number)][rest] = array
    return courses


def _refused(file: Path, why: str) -> InputError:
    cure = "write it again with --snapshot-at and --snapshot"
    return InputError([Finding(str(file), 0, 0, "bad-snapshot", f"the file {why}", "", cure)])
