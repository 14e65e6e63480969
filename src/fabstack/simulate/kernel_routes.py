"""What lies before a lot on its route: steps that it is spared, ways, and work."""

from numpy import int64

from fabstack.arrays.types import NONE, Draw
from fabstack.simulate.kernel_chance import happens, lot_draw
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_tables import ahead_at, facts_of, hop_at, step_at


@inlined
def next_performed(world, lot, step_id):
    """The first step from `step_id` on that this lot visits, or NONE behind the last."""
    step = step_at(world, step_id)
    while step.performed_share < 1.0 and is_spared(lot, step):
        if step.is_last:
            return NONE
        step_id += 1
        step = step_at(world, step_id)
    return step_id


@compiled
def is_spared(lot, step):
    return not happens(step.performed_share, lot.key, lot_draw(Draw.SAMPLING, lot, step))


@compiled
def hop_between(world, from_step, to_step):
    """How long lots travel, as a row of chances."""
    here, there = int64(step_at(world, from_step).place), int64(step_at(world, to_step).place)
    return hop_at(world, here * facts_of(world).places + there)


@compiled
def work_between(world, first_step, end_step):
    """Expected minutes of a lot at the steps from the first on, the end not included."""
    minutes = ahead_at(world, first_step).job_min
    if not step_at(world, end_step - 1).is_last:
        minutes -= ahead_at(world, end_step).job_min
    return minutes
