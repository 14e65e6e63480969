"""Dates of a network against independent ways of finding them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ramp_made import activity, programme

from fabstack.errors import InputError
from fabstack.model.plants import Plant, PlantKind, SharedLimit
from fabstack.ramp.network import Link, Network, network
from fabstack.ramp.schedule import critical, schedule, slack_months

# --- Networks without spread ----------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int, bool, int]]]:
    """Whole durations, and links (before, after, from start, lag) from earlier to later rows."""
    durations = draw(st.lists(st.integers(0, 9), min_size=1, max_size=7))
    links = []
    for after in range(1, len(durations)):
        befores = draw(st.sets(st.integers(0, after - 1), max_size=3))
        links += [(b, after, draw(st.booleans()), draw(st.integers(-2, 4))) for b in befores]
    return durations, links


def made(durations: list[int], links: list[tuple[int, int, bool, int]]) -> Network:
    rows = []
    for i, duration in enumerate(durations):
        parts = [
            f"a{before}{' start' if start else ''} + {lag}"
            for before, after, start, lag in links
            if after == i
        ]
        rows.append(activity(f"a{i}", duration, ";".join(parts)))
    return network(programme(*rows))


def paths_to(i: int, durations, links) -> Iterator[tuple[float, frozenset[int]]]:
    """Every way to the start of an activity: its length, and whose durations it is made of."""
    into = [link for link in links if link[1] == i]
    if not into:
        yield 0.0, frozenset()
    for before, _, from_start, lag in into:
        for length, members in paths_to(before, durations, links):
            if from_start:
                yield length + lag, members
            else:
                yield length + durations[before] + lag, members | {before}


@settings(max_examples=150, deadline=None)
@given(networks())
def test_starts_are_the_longest_of_all_paths(case):
    durations, links = case
    dated = schedule(made(durations, links), np.array(durations, dtype=float)[:, None])
    for i, duration in enumerate(durations):
        longest = max(length for length, _ in paths_to(i, durations, links))
        assert dated.starts[i, 0] == longest
        assert dated.ends[i, 0] == longest + duration


@settings(max_examples=150, deadline=None)
@given(networks())
def test_critical_is_what_moves_the_finish_when_it_takes_longer(case):
    durations, links = case
    net, work = made(durations, links), np.array(durations, dtype=float)
    finish = len(durations) - 1
    base = schedule(net, work[:, None])
    longer = schedule(net, work[:, None] + 0.25 * np.eye(len(durations)))
    moved = longer.ends[finish] > base.ends[finish, 0]
    assert critical(base, finish)[:, 0].tolist() == moved.tolist()


@settings(max_examples=100, deadline=None)
@given(networks())
def test_an_activity_can_be_put_off_by_its_slack_and_no_more(case):
    durations, links = case
    net, work = made(durations, links), np.array(durations, dtype=float)[:, None]
    finish = len(durations) - 1
    base = schedule(net, work)
    for i, slack in enumerate(slack_months(base, finish)[:, 0]):

        def finish_if_later(months: float, i: int = i) -> float:
            not_before = net.not_before_months.copy()
            not_before[i] = base.starts[i, 0] + months
            return schedule(replace(net, not_before_months=not_before), work).ends[finish, 0]

        usable = slack if np.isfinite(slack) else 50.0
        assert finish_if_later(usable) == base.ends[finish, 0]
        assert (finish_if_later(usable + 0.5) > base.ends[finish, 0]) == np.isfinite(slack)


def test_an_activity_waits_for_its_earliest_date_and_the_first_day_of_the_programme():
    net = network(
        programme(
            activity("first", 2),
            activity("dated", 1, earliest="2026-07"),
            activity("past", 1, earliest="2025-11"),
            activity("late", 1, "first", earliest="2026-02"),
            activity("held", 1, "first", earliest="2026-06"),
        )
    )
    dated = schedule(net, np.array([[2.0], [1], [1], [1], [1]]))
    assert dated.starts[:, 0].tolist() == [0, 6, -2, 2, 5]


def test_each_sample_is_dated_for_itself():
    net = made([0, 0, 0], [(0, 2, False, 0), (1, 2, False, 0)])
    dated = schedule(net, np.array([[1.0, 9.0], [4.0, 4.0], [1.0, 1.0]]))
    assert dated.ends[2].tolist() == [5, 10]
    assert critical(dated, 2).tolist() == [[False, True], [True, False], [True, True]]


def test_an_empty_network_has_no_dates():
    net = network(programme())
    assert schedule(net, np.empty((0, 5))).ends.shape == (0, 5)
    assert net.finishes() == ()


# --- Shared limits --------------------------------------------------------------------------------


def with_limit(rows: list, units: int, limit: str = "crew") -> Network:
    plant = Plant(name="p", kind=PlantKind.FAB)
    limits = [SharedLimit(plant="p", name=limit, units=units)]
    return network(programme(*rows, plants=[plant], shared_limits=limits))


def crew(name: str, duration: float, after: str = "", **other) -> object:
    return activity(name, duration, after, plant="p", limit="crew", **other)


def test_one_crew_serves_who_is_ready_first_and_then_who_stands_first():
    rows = [
        crew("late", 5, earliest="2026-11"),
        crew("long", 4),
        crew("short", 1),
        activity("end", 0, "late;long;short"),
    ]
    dated = schedule(with_limit(rows, 1), np.array([[5.0], [4], [1], [0]]))
    assert dated.starts[:, 0].tolist() == [10, 0, 4, 15]
    assert critical(dated, 3)[:, 0].tolist() == [True, False, False, True]


def test_who_waits_for_a_crew_makes_critical_who_held_it():
    rows = [crew("a", 4), crew("b", 3), activity("end", 0, "b")]
    dated = schedule(with_limit(rows, 1), np.array([[4.0], [3], [0]]))
    assert dated.ends[2, 0] == 7
    assert critical(dated, 2)[:, 0].tolist() == [True, True, True]
    assert dated.drivers(2) == {0, 1, 2}


def test_enough_crews_are_no_limit():
    rows = [crew(name, 4) for name in "abc"]
    dated = schedule(with_limit(rows, 3), np.full((3, 1), 4.0))
    assert dated.starts[:, 0].tolist() == [0, 0, 0]


def test_what_takes_no_time_needs_no_crew():
    rows = [crew("a", 4), crew("nothing", 0)]
    dated = schedule(with_limit(rows, 1), np.array([[4.0], [0.0]]))
    assert dated.starts[1, 0] == 0


# Reference data R3: eight tools are installed by crews, then qualified by one team.
INSTALL = (4, 4, 6, 3, 5, 4, 3, 6)
QUALIFY = (3, 2, 4, 2, 3, 2, 2, 4)


def tools(crews: int, teams: int) -> float:
    plant = Plant(name="p", kind=PlantKind.FAB)
    order = sorted(range(8), key=lambda i: INSTALL[i])  # shortest installation first
    rows = [crew(f"install{i}", INSTALL[i]) for i in order]
    rows += [
        activity(f"qualify{i}", QUALIFY[i], f"install{i}", plant="p", limit="team") for i in order
    ]
    limits = [
        SharedLimit(plant="p", name="crew", units=crews),
        SharedLimit(plant="p", name="team", units=teams),
    ]
    net = network(programme(*rows, plants=[plant], shared_limits=limits))
    work = np.array([INSTALL[i] for i in order] + [QUALIFY[i] for i in order], dtype=float)
    return float(schedule(net, work[:, None]).ends.max())


def test_more_crews_do_not_help_where_the_team_is_short_but_another_team_does():
    """Optima are 25, 25 and 20 (R3); serving in order is no optimiser and finds the first two."""
    assert tools(crews=2, teams=1) == 25
    assert tools(crews=3, teams=1) == 25
    assert 20 <= tools(crews=2, teams=2) < 25


def simulated(durations, links, limited, units) -> list[float]:
    """The same rule by moving a clock: ends first, then who is ready, then who gets a unit."""
    done: dict[int, float] = {}
    starts: dict[int, float] = {}
    clock, running = 0.0, set()
    while len(done) < len(durations):
        for i in [i for i in running if starts[i] + durations[i] <= clock]:
            running.discard(i)
            done[i] = clock
        waiting = []
        for i in range(len(durations)):
            into = [link for link in links if link[1] == i]
            if i not in starts and all(before in done for before, *_ in into):
                ready = max([0.0, *(done[before] + lag for before, _, _, lag in into)])
                if ready <= clock:
                    waiting.append((ready, i))
        for _, i in sorted(waiting):
            if i not in limited or len(running & limited) < units:
                starts[i] = clock
                running.add(i)
        clock += 1
    return [starts[i] for i in range(len(durations))]


@st.composite
def limited_networks(draw: st.DrawFn):
    durations = draw(st.lists(st.integers(1, 5), min_size=2, max_size=8))
    links = []
    for after in range(1, len(durations)):
        befores = draw(st.sets(st.integers(0, after - 1), max_size=2))
        links += [(before, after, False, draw(st.integers(0, 2))) for before in befores]
    limited = frozenset(draw(st.sets(st.integers(0, len(durations) - 1))))
    return durations, links, limited, draw(st.integers(1, 3))


@settings(max_examples=200, deadline=None)
@given(limited_networks())
def test_waiting_for_units_is_what_a_clock_with_the_same_rule_finds(case):
    durations, links, limited, units = case
    rows = []
    for i, duration in enumerate(durations):
        after = ";".join(f"a{b} + {lag}" for b, a, _, lag in links if a == i)
        make = crew if i in limited else activity
        rows.append(make(f"a{i}", duration, after))
    dated = schedule(with_limit(rows, units), np.array(durations, dtype=float)[:, None])
    assert dated.starts[:, 0].tolist() == simulated(durations, links, limited, units)


# --- What is wrong --------------------------------------------------------------------------------


def codes(*rows, **tables) -> list[str]:
    with pytest.raises(InputError) as caught:
        network(programme(*rows, **tables))
    return [finding.code for finding in caught.value.findings]


def test_a_circle_is_named_in_order():
    with pytest.raises(InputError, match=r"b -> c -> b|c -> b -> c"):
        network(programme(activity("a", 1), activity("b", 1, "a;c"), activity("c", 1, "b")))


def test_unknown_predecessors_and_limits_are_told_together_with_a_cure():
    with pytest.raises(InputError) as caught:
        network(programme(activity("shell", 1, limit="crane"), activity("b", 1, "shel + 2")))
    messages = " ".join(map(str, caught.value.findings))
    assert len(caught.value.findings) == 2
    assert "did you mean 'shell'?" in messages
    assert "'crane'" in messages


def test_a_time_that_can_be_negative_is_refused():
    assert codes(activity("a", "uniform(-1, 2)")) == ["negative-time"]
    assert codes(activity("a", 1, slip="triangular(-1, 1, 2)")) == ["negative-time"]


def test_an_unknown_activity_is_an_input_error_with_a_cure():
    with pytest.raises(InputError, match="did you mean 'shell'"):
        network(programme(activity("shell", 1))).index("shelf")


def test_links_carry_start_and_lag():
    net = network(programme(activity("a", 1), activity("b", 1, "a start + 6")))
    assert net.links_into[1] == (Link(0, 1, True, 6.0),)


def test_a_long_chain_is_ordered_without_recursion():
    rows = [activity("a0", 1), *(activity(f"a{i}", 1, f"a{i - 1}") for i in range(1, 3000))]
    net = network(programme(*reversed(rows)))
    assert schedule(net, np.ones((3000, 1))).ends.max() == 3000
