"""Plan and simulation in turns, on the public fab LVHM and on Texas: how well the two agree.

Bars: after six iterations at most, the lead time of every route that is started is within 5 % of
its mean cycle time, and good units of every item in the measured time are within 3 % of the plan.
Here both are printed; what fails is said.

LVHM is planned for all that it releases, measured over days 150 to 365. Texas is measured over a
whole year from April 2029 on, so that its yearly shutdown is in it once, and its plan may build
half a phase (with half its tools).
"""

import time
from pathlib import Path

from tests.studies.agree_samples import with_demand_at_release_rate

from fabstack import formats
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.plan import Integers, PlanOptions
from fabstack.studies.agree import AgreeOptions, agree

ROOT = Path(__file__).parents[1]
LVHM = ROOT.parent / "shared" / "smt2020" / "LVHM"
WHOLE = PlanOptions()
RELAXED = PlanOptions(integers=Integers.RELAXED)


def main():
    if LVHM.is_dir():
        run("LVHM", with_demand_at_release_rate(formats.load(LVHM)), 150, 365, WHOLE)
    else:
        print(f"LVHM: skipped, there is no {LVHM}")
    run("Texas", formats.load(ROOT / "programmes" / "texas"), 90, 455, RELAXED)


def run(name, programme, warm_up_days, days, planning):
    options = AgreeOptions(
        until_min=days * MINUTES_PER_DAY,
        warm_up_min=warm_up_days * MINUTES_PER_DAY,
        replications=1,
        planning=planning,
    )
    wall, processor = time.perf_counter(), time.process_time()
    found = agree(programme, options)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    assert found.iterations
    for each in found.iterations:
        print(f"{name} {each.number}: {_worst(each)}")
    print(
        f"{name}: agrees {found.agrees}, delivers {found.delivers} ({found.ended}); "
        f"{wall:.0f} s, {processor:.0f} s of processor time"
    )


def _worst(iteration):
    routes = [row for row in iteration.routes if row["error_percent"] is not None]
    late = max(routes, key=lambda row: row["error_percent"])
    off = max(iteration.items, key=lambda row: abs(row["difference_percent"]))
    return (
        f"{len(routes)} routes, lead time at most {late['error_percent']:.2f} % off "
        f"({late['route']}); {len(iteration.items)} items, output at most "
        f"{off['difference_percent']:+.2f} % off ({off['item']})"
    )


if __name__ == "__main__":
    main()
