"""The public fabs of SMT2020: lot-steps a second, alone, in two threads, and 23 times as large.

Takes the folder that holds HVLM and LVHM, by default ../shared/smt2020. Each figure asserts its
work: the lot-steps of the run are those that its seed gives, and the books balance.
"""

import dataclasses
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fabstack import formats
from fabstack.arrays.entering import Window
from fabstack.arrays.fab import fab_arrays
from fabstack.simulate.readings import faults
from fabstack.simulate.simulation import Simulation

DAY = 1440.0
DAYS = 730
LARGE = 23  # 10,000 wafers a week become a million a month
RUNS = 3


def fab_of(programme, days):
    return fab_arrays(programme, Window(programme.programme.start, days * DAY))[0]


def enlarged(programme, times):
    """So many times the tools, the lots that enter and those inside."""
    return programme.model_copy(
        update={
            "tool_groups": tuple(
                dataclasses.replace(group, tools=group.tools * times)
                for group in programme.tool_groups
            ),
            "orders": tuple(
                dataclasses.replace(one, every_h=one.every_h / times, lots=one.lots * times)
                for one in programme.orders
            ),
            "wip": tuple(
                dataclasses.replace(lot, name=f"{lot.name}-{k}")
                for lot in programme.wip
                for k in range(times)
            ),
        }
    )


def run(fab, days, seed=1):
    """Seconds and lot-steps of one run."""
    simulation = Simulation(fab, seed)
    simulation.run_until(0.0)
    start = time.perf_counter()
    simulation.run_until(days * DAY)
    seconds = time.perf_counter() - start
    assert faults(simulation.world, days * DAY) == []
    return seconds, int(simulation.world.state.now.steps_done[0])


def report(name, runs):
    seconds, steps = min(runs)
    assert all(each == steps for _, each in runs)
    print(
        f"{name:<34}{seconds:7.2f} s  {steps:>12,} lot-steps  {steps / seconds / 1e6:6.2f} M/s  "
        f"{1e9 * seconds / steps:5.0f} ns each"
    )
    return seconds / steps


def two_threads(fab, days):
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        steps = sum(done for _, done in pool.map(lambda seed: run(fab, days, seed), (1, 2)))
    return steps / (time.perf_counter() - start)


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/smt2020")
    if not folder.is_dir():
        print(f"skipped: no SMT2020 models in {folder}")
        return
    for name in ("HVLM", "LVHM"):
        programme = formats.read(folder / name).programme
        fab = fab_of(programme, DAYS)
        alone = report(
            f"{name}, {DAYS} days, best of {RUNS}", [run(fab, DAYS) for _ in range(RUNS)]
        )
        print(f"  two threads: {two_threads(fab, DAYS) * alone:.2f} times the lot-steps a second")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory so far {memory:.0f} MB")
    large = enlarged(formats.read(folder / "HVLM").programme, LARGE)
    report(f"HVLM x {LARGE}, 365 days, once", [run(fab_of(large, 365), 365)])
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
