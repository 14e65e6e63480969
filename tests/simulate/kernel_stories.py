"""Fabs small enough to work out by hand, and what happens on them minute by minute."""

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stop, Stream, fab_of
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Saw
from fabstack.simulate.readings import faults, reading
from fabstack.simulate.simulation import Simulation


def trace(parts, end_min=1_000.0, saw=(Saw.STARTED, Saw.ENDED)):
    """(minute, stream, lot, what, tool) of each logged event."""
    simulation = Simulation(fab_of(parts), 1, seen_lines=1_000)
    simulation.run_until(end_min)
    assert faults(simulation.world, end_min) == []
    return [
        (line.time_min, int(line.stream), int(line.serial), Saw(line.saw).name, int(line.tool))
        for line in simulation.seen
        if line.saw in saw
    ]


def story(parts, end_min=1_000.0):
    """(minute, "stream.serial", tool) of each start."""
    return [
        (minute, f"{stream}.{serial}", tool)
        for minute, stream, serial, saw, tool in trace(parts, end_min)
        if saw == "STARTED"
    ]


def spans(parts, end_min=1_000.0):
    """ "stream.serial" -> (minute of its start, minute of its end), of lots with one step."""
    began, over = {}, {}
    for minute, stream, serial, saw, _ in trace(parts, end_min):
        (began if saw == "STARTED" else over)[f"{stream}.{serial}"] = minute
    return {lot: (began[lot], over[lot]) for lot in over}


def order(parts, end_min=1_000.0):
    """The lots in the order of their starts."""
    return [lot for _, lot, _ in story(parts, end_min)]


def left(parts, end_min=1_000.0):
    """(minute, "stream.serial", carriers) of each lot that left."""
    simulation = Simulation(fab_of(parts), 1)
    simulation.run_until(end_min)
    return [
        (one.left_min, f"{one.stream}.{one.serial}", one.carriers) for one in simulation.finished
    ]


def minutes(parts, state, at_min, group=0):
    """Tool minutes of a group in one state (SEMI E10) up to a minute."""
    simulation = Simulation(fab_of(parts), 1)
    simulation.run_until(at_min)
    assert faults(simulation.world, at_min) == []
    return reading(simulation.world, at_min).state_min[group, state]


def lots(*entries, **stream):
    return Stream("lots", listed=[Listed(*entry) for entry in entries], **stream)


def one_step(process, *streams, group=None, **step):
    group = Group("tools") if group is None else group
    return Parts([group], [Route([Step(0, process, **step)])], streams)


def stops_at(minute_and_length, **kind):
    """A stop that falls due at a minute, for a given time, then never again."""
    first, length = minute_and_length
    return Stop(constant(1e14), constant(length), first=constant(first), **kind)
