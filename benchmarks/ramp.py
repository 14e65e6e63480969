"""Ten thousand sampled futures of Texas: milestones, roadmap, hiring, yields and output.

The work is asserted: as many futures as asked for, and the same ones twice.
"""

import time
from pathlib import Path

import numpy as np

from fabstack import formats
from fabstack.ramp import ramp

FUTURES = 10_000
MILESTONE = "foplp-volume"


def main():
    texas = formats.load(Path(__file__).parents[1] / "programmes" / "texas")
    ramp(texas, samples=10)  # load what is loaded on first use
    ends = []
    for _ in range(2):
        wall, processor = time.perf_counter(), time.process_time()
        ends.append(ramp(texas, samples=FUTURES, seed=1).end_months(MILESTONE))
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(f"{FUTURES:,} futures  {wall:5.2f} s, {processor:5.2f} s of processor time")
    assert ends[0].size == FUTURES
    assert np.array_equal(*ends)


if __name__ == "__main__":
    main()
