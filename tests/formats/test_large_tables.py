"""Large tables cost a few microseconds a row, sound or broken."""

import time

import pytest

from fabstack.errors import InputError, did_you_mean
from fabstack.formats import load, read
from small_programme import write_folder

ROWS = 40_000
GENEROUS_S = 8.0  # about ten times what one quiet core takes
HEAD = "route,step,name,tool_group,process,sampling_percent\nline-chip,10,m,MOULD,5,\n"


def steps(group: str, process: str) -> str:
    lines = (f"fab-logic,{n},s {n},{group},{process.format(n)},50\n" for n in range(10, ROWS + 10))
    return HEAD + "".join(lines)


def test_a_large_table_loads_fast_and_its_places_are_found(tmp_path):
    folder = write_folder(tmp_path, steps=steps("LITHO_01", "{} s"))
    start = time.process_time()
    loaded = read(folder)
    assert len(loaded.programme.steps) == ROWS + 1
    assert loaded.programme.steps[1].process.mean == pytest.approx(10 / 60)
    assert loaded.place("steps", f"fab-logic:{ROWS}", "process").line == ROWS - 10 + 3
    assert time.process_time() - start < GENEROUS_S


def test_a_large_table_of_faults_is_told_fast_and_briefly(tmp_path):
    folder = write_folder(tmp_path, steps=steps("G{}", "{} mm"))
    start = time.process_time()
    with pytest.raises(InputError) as error:
        load(folder)
    assert time.process_time() - start < GENEROUS_S
    assert {found.code for found in error.value.findings} == {
        "bad-distribution",
        "unknown-reference",
    }
    assert len(error.value.findings) < 50


def test_the_nearest_of_very_many_names_is_found():
    names = [*(f"TOOL_{number:06d}" for number in range(200_000)), "LITHO_IMMERSION"]
    start = time.process_time()
    for _ in range(20):
        assert did_you_mean("LITHO_IMERSION", names) == "did you mean 'LITHO_IMMERSION'?"
        assert did_you_mean("TOOL_1999999", names).startswith("did you mean 'TOOL_")
    assert time.process_time() - start < GENEROUS_S
