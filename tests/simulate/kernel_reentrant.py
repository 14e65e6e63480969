"""A small fab that lots come back to, with any of the rules on, in which no two events tie."""

from dataclasses import replace

import numpy as np
from kernel_fabs import by

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stream
from fabstack.arrays.chance import exponential, uniform
from fabstack.arrays.types import Basis, Key

FIFO = by(Key.FIFO)
CHANGES = {("red", "blue"): 4.0, ("blue", "red"): 2.5, (None, "green"): 3.0, (None, "red"): 1.0}


def listed(count, interval_min, rank, seed):
    """Entries at random minutes that never tie, due some time later."""
    luck = np.random.default_rng(seed)
    minutes = np.cumsum(luck.exponential(interval_min, count))
    due = minutes + luck.uniform(100.0, 500.0, count)
    carriers = luck.integers(1, 6, count)
    return [
        Listed(float(minute), int(many), rank, float(late))
        for minute, many, late in zip(minutes, carriers, due, strict=True)
    ]


def reentrant(*, keys=FIFO, load=0.0, **group):
    """Three groups that lots come back to: litho, etch and implant."""
    per_carrier = {"basis": Basis.CARRIER}
    steps = [
        Step(0, uniform(0.6, 1.0), interval_min=0.5, setup="red", **per_carrier),
        Step(1, exponential(3.0), performed_share=0.6),
        Step(2, uniform(2.0, 6.0), setup="p"),
        Step(0, uniform(0.4, 0.9), interval_min=0.4, setup="blue", **per_carrier),
        Step(1, exponential(2.0), rework_share=0.2, rework_to=3),
        Step(0, exponential(1.5), setup="green"),
        Step(2, uniform(1.0, 5.0), setup="b", setup_min=1.5),
        Step(1, exponential(1.0)),
    ]
    short = [steps[3], replace(steps[5], setup=None), steps[2], steps[6], steps[1]]
    return Parts(
        [
            Group("litho", 2, keys, load_min=load, unload_min=load / 2, **group),
            Group("etch", 2, keys, load_min=0.3, unload_min=0.2),
            Group("implant", 2, keys, place=1),
        ],
        [Route(steps), Route(short)],
        [
            Stream("plain", 0, listed=listed(350, 7.5, 1, 1)),
            Stream("hot", 1, 1, listed=listed(100, 26.0, 0, 2)),
        ],
        hops=((uniform(0.5, 2.0), uniform(3.0, 4.0)), (uniform(1.0, 2.0), uniform(0.1, 0.2))),
    )


def with_steps(parts, **change):
    routes = [replace(r, steps=[replace(s, **change) for s in r.steps]) for r in parts.routes]
    return replace(parts, routes=routes)


def bound(parts):
    """Later steps at a group use the tool of the first one there."""
    bind = {0: [None, None, None, 0, None, 3, 2, 1], 1: [None, 0, None, 2, None]}
    routes = [
        replace(
            route,
            steps=[
                replace(step, same_tool_as=tool)
                for step, tool in zip(route.steps, bind[place], strict=True)
            ],
        )
        for place, route in enumerate(parts.routes)
    ]
    return replace(parts, routes=routes)


def baked(parts, least=1, most=9, **oven):
    """The second group works on batches: of one step, and of two steps that share them."""
    words = {3.0: None, 2.0: "bake", 1.0: "bake"}  # by the mean of the process
    batch = {"basis": Basis.BATCH, "least_carriers": least, "most_carriers": most}
    routes = [
        replace(
            route,
            steps=[
                replace(
                    step,
                    process=step.process.times(6.0),
                    batch_family=words[step.process.mean_min],
                    **batch,
                )
                if step.group == 1
                else step
                for step in route.steps
            ],
        )
        for route in parts.routes
    ]
    groups = [parts.groups[0], replace(parts.groups[1], **oven), *parts.groups[2:]]
    return replace(parts, groups=groups, routes=routes)


def with_groups(parts, **change):
    return replace(parts, groups=[replace(group, **change) for group in parts.groups])
