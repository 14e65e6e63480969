"""Lot-steps a second of the SMT2020 fab HVLM, here and in PySCFabSim, a simulator made for it.

    python benchmarks/peer_fab.py [PYSCFABSIM] [MODEL] [DAYS] [INTERPRETER]

PySCFabSim (github.com/prosysscience/PySCFabSim-release) is no part of fabstack: give the path of
your own copy, and the interpreter to run it with (pypy3). Both simulate the same days by FIFO with
one seed; the days before FIRST_DAY, in which a tracing compiler still learns, do not count. Times
are processor time, of runs that take turns.
"""

import shutil
import subprocess
import sys
import time
import types
from pathlib import Path

DAY = 1440.0
FIRST_DAY = 5
ROUNDS = 3


def peer(copy, model, days):
    """Run PySCFabSim by its own greedy dispatcher; prints seconds and lot-steps."""
    sys.path.insert(0, copy)
    # Printing statistics asks for packages that PyPy need not have.
    sys.modules["simulation.stats"] = types.SimpleNamespace(print_statistics=None)
    from simulation.dispatching.dispatcher import dispatcher_map
    from simulation.file_instance import FileInstance
    from simulation.greedy import get_lots_to_dispatch_by_machine
    from simulation.randomizer import Randomizer
    from simulation.read import read_all

    Randomizer().random.seed(1)
    fab = FileInstance(read_all(model), days * 86400, True, [])
    steps, start, begun = 0, None, 0
    while not fab.next_decision_point() and fab.current_time < days * 86400:
        if start is None and fab.current_time >= FIRST_DAY * 86400:
            start, begun = time.process_time(), steps
        machine, lots = get_lots_to_dispatch_by_machine(fab, dispatcher_map["fifo"])
        if lots is None:
            fab.usable_machines.remove(machine)
        else:
            steps += len(lots)
            fab.dispatch(machine, lots)
    print(time.process_time() - start, steps - begun)


def peer_elsewhere(interpreter, copy, model, days):
    told = subprocess.run(
        [interpreter, __file__, "--peer", str(copy), str(model), str(days)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return float(told[-2]), int(told[-1])


def ours(fab, days):
    from fabstack.simulate.simulation import Simulation

    simulation = Simulation(fab, 1)
    done = simulation.world.state.now.steps_done
    simulation.run_until(FIRST_DAY * DAY)
    start, before = time.process_time(), int(done[0])
    simulation.run_until(days * DAY)
    return time.process_time() - start, int(done[0]) - before


def report(name, runs):
    seconds, steps = min(runs)
    print(f"{name:<28}{seconds:8.3f} s {steps:>10,} lot-steps {1e6 * seconds / steps:9.3f} us each")
    return seconds / steps


def main(copy="../PySCFabSim-release", model="../shared/smt2020/HVLM", days="30", python="pypy3"):
    interpreter = shutil.which(python)
    if not (Path(copy).is_dir() and Path(model).is_dir() and interpreter):
        print(f"skipped: needs PySCFabSim in {copy}, SMT2020 in {model}, and {python}")
        return
    from benchmarks.fab import fab_of
    from fabstack import formats

    fab = fab_of(formats.read(model).programme, int(days))
    here, there = [], []
    for _ in range(ROUNDS):
        there.append(peer_elsewhere(interpreter, copy, model, int(days)))
        here.append(ours(fab, int(days)))
    ratio = report(f"PySCFabSim, {python}", there) / report("fabstack", here)
    print(f"days {FIRST_DAY} to {days}: {ratio:.0f} times as many lot-steps a second")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(*sys.argv[1:])
