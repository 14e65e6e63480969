"""What lies between two steps of a route: the way from one to the other."""

from numpy import int64

from fabstack.simulate.kernel_compile import compiled
from fabstack.simulate.kernel_tables import facts_of, hop_at, step_at


@compiled
def hop_between(world, from_step, to_step):
    """How long lots travel, as a row of chances."""
    here, there = int64(step_at(world, from_step).place), int64(step_at(world, to_step).place)
    return hop_at(world, here * facts_of(world).places + there)
