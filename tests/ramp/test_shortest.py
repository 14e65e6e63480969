"""The shortest schedule under limits; ../shared/reference/ramp.md, 6.3 (proved there by CP-SAT)."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ramp_made import activity, programme

from fabstack import formats
from fabstack.errors import InputError
from fabstack.model.plants import Plant, PlantKind, SharedLimit
from fabstack.ramp.shortest import shortest

PLANT = Plant(name="p", kind=PlantKind.FAB)


def case(rows, **units):
    """Rows are (length, limits, after); the n-th is called jn."""
    limits = [SharedLimit(plant="p", name=name, units=n) for name, n in units.items()]
    made = [
        activity(f"j{i}", length, after, plant="p", limit=limit)
        for i, (length, limit, after) in enumerate(rows, start=1)
    ]
    return programme(*made, plants=[PLANT], shared_limits=limits)


def r1(cap: int = 4):
    rows = [(3, "crew 2", ""), (4, "crew 3", ""), (2, "crew 1", ""), (5, "crew 2", "j1;j2"),
            (1, "crew 3", "j2;j3"), (4, "crew 2", "j4;j5")]  # fmt: skip
    return case(rows, crew=cap)


def test_r1_needs_17_months_where_its_critical_path_has_13():
    found = shortest(r1())
    assert (found.months, found.proved) == (17, True)
    assert shortest(r1(cap=100)).months == 13


INSTALL = (4, 4, 6, 3, 5, 4, 3, 6)
QUALIFY = (3, 2, 4, 2, 3, 2, 2, 4)


def r3(crews: int, teams: int):
    rows = [(d, "crew", "") for d in INSTALL]
    rows += [(d, "team", f"j{i}") for i, d in enumerate(QUALIFY, start=1)]
    return case(rows, crew=crews, team=teams)


@pytest.mark.parametrize(("crews", "teams", "months"), [(2, 1, 25), (3, 1, 25), (2, 2, 20)])
def test_r3_another_crew_does_nothing_and_another_team_does(crews, teams, months):
    found = shortest(r3(crews, teams))
    assert (found.months, found.at_least_months) == (months, months)
    assert found.in_order_months >= months


def test_r1_through_a_folder_is_the_same(tmp_path):
    formats.save(r1(), tmp_path / "r1")
    assert shortest(formats.load(tmp_path / "r1")).months == 17


def by_all_orders(rows, units: int) -> float:
    """Every order of the activities, each as early as links and units allow, by whole months."""
    best = float("inf")
    for order in permutations(range(len(rows))):
        starts: dict[int, int] = {}
        for i in order:
            length, wants, after = rows[i]
            if any(b not in starts for b in after):
                break
            at = max([0, *(starts[b] + rows[b][0] for b in after)])
            while any(
                sum(rows[j][1] for j in starts if starts[j] <= t < starts[j] + rows[j][0]) + wants
                > units
                for t in range(at, at + length)
            ):
                at += 1
            starts[i] = at
        else:
            best = min(best, max(starts[i] + rows[i][0] for i in starts))
    return best


@st.composite
def small(draw: st.DrawFn):
    count = draw(st.integers(2, 6))
    return [
        (draw(st.integers(1, 4)), draw(st.integers(1, 3)),
         sorted(draw(st.sets(st.integers(0, i - 1), max_size=2))) if i else [])
        for i in range(count)
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(small())
def test_no_order_of_all_is_shorter(rows):
    made = [(d, f"crew {n}", ";".join(f"j{b + 1}" for b in after)) for d, n, after in rows]
    found = shortest(case(made, crew=3))
    assert found.proved
    assert found.months == by_all_orders(rows, 3)


@settings(max_examples=60, deadline=None)
@given(small())
def test_the_starts_it_gives_keep_links_and_limits(rows):
    made = [(d, f"crew {n}", ";".join(f"j{b + 1}" for b in after)) for d, n, after in rows]
    found = shortest(case(made, crew=3))
    starts = [found.starts_months[f"j{i + 1}"] for i in range(len(rows))]
    for i, (length, _, after) in enumerate(rows):
        assert all(starts[i] >= starts[b] + rows[b][0] for b in after)
        running = [j for j in range(len(rows)) if starts[j] <= starts[i] < starts[j] + rows[j][0]]
        assert sum(rows[j][1] for j in running) <= 3
        assert starts[i] + length <= found.months


def test_a_search_that_is_cut_short_says_how_far_it_can_be_off():
    found = shortest(r3(2, 2), most_nodes=0)
    assert found.at_least_months <= 20 <= found.months


def test_parts_of_months_are_not_rounded():
    rows = [(1.5, "crew", ""), (2.25, "crew", ""), (0.5, "crew", "j1")]
    assert shortest(case(rows, crew=1)).months == 4.25


def test_lags_and_start_lags_count():
    rows = [(4, "", ""), (3, "", "j1 start + 2"), (1, "", "j2 + 5"), (2, "", "j3 FF + 3")]
    assert shortest(case(rows)).months == 14


def test_an_overtaking_lead_is_an_input_error():
    with pytest.raises(InputError, match="may begin before"):
        shortest(case([(2, "", ""), (5, "", "j1 FF")]))


def test_nothing_to_do_takes_no_time():
    assert shortest(programme()).months == 0
