"""Yields that learn inside a window: each month has the share of its own age."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from fabstack.arrays.entering import Window
from fabstack.arrays.learning import learning_of
from fabstack.economics.flow import learned
from fabstack.formats import load
from fabstack.model import Programme
from fabstack.model.routes import Start
from fabstack.model.technology import Technology
from fabstack.simulate import snapshot
from fabstack.simulate.run import Keep, simulate
from fabstack.simulate.scene import scene_of

DAY_MIN = 1440.0
FIRST, DAYS = date(2026, 5, 1), 245.0  # the fab opens on that day; eight months
START, MATURE, TAU = 40.0, 96.0, 3.0


@pytest.fixture(scope="module")
def chain(project: Path) -> Programme:
    """The toy chain, whose fab starts a wafer every few hours and learns fast."""
    toy = load(project / "programmes" / "toy-chain")
    slow = Technology(
        name="learning",
        title="",
        carrier="wafer",
        yield_start_percent=START,
        yield_mature_percent=MATURE,
        learning_months=TAU,
    )
    items = tuple(
        replace(item, technology="learning") if item.name == "wafer" else item for item in toy.items
    )
    start = Start(route="make-wafer", date=FIRST, carriers_per_month=40.0)
    settings = replace(toy.simulation, starts_on=FIRST, days=DAYS, warm_up_days=0.0)
    return toy.model_copy(
        update={
            "technologies": (slow,),
            "items": items,
            "starts": (start,),
            "simulation": settings,
        }
    )


def share(month: int) -> float:
    """By hand: the middle of the month, in months since the opening."""
    first = (date(2026 + (4 + month) // 12, (4 + month) % 12 + 1, 1) - FIRST).days / 30.4375
    return learned(START, MATURE, TAU, first + 0.5) / 100


def test_each_month_has_the_share_of_its_middle(chain: Programme) -> None:
    found = learning_of(chain, Window(FIRST, DAYS * DAY_MIN))
    route = [one.name for one in chain.routes].index("make-wafer")
    assert found.shares[:, route] == pytest.approx([share(month) for month in range(8)])
    ends = [(date(2026 + (5 + m) // 12, (5 + m) % 12 + 1, 1) - FIRST).days for m in range(8)]
    assert found.ends_min == pytest.approx([day * DAY_MIN for day in ends])
    assert found.at(1.0) is not None
    assert found.at(31 * DAY_MIN)[route] == share(0)  # to the last minute of May
    assert found.at(31 * DAY_MIN + 1)[route] == share(1)
    assert not found.is_flat


def test_before_a_plant_opens_it_has_learned_nothing(chain: Programme) -> None:
    early = learning_of(chain, Window(FIRST - timedelta(days=120), 30 * DAY_MIN))
    route = [one.name for one in chain.routes].index("make-wafer")
    assert early.shares[0, route] == pytest.approx(START / 100)


def test_what_comes_out_follows_the_months_and_nothing_is_lost_on_the_way(
    chain: Programme,
) -> None:
    """Ten dies a wafer: arrived + lost is exact, and good ones are those of each month's share."""
    result = simulate(chain, seed=4, replications=40)
    die = result.names.stocks.index("die")
    wafers = [i for i, one in enumerate(result.names.products) if one.route == "make-wafer"]
    good, expected, made = 0.0, 0.0, 0.0
    for run in result.replications:
        books = run.readings[-1]
        left = books.carriers_left[wafers].sum()
        assert books.arrived[die] + books.lost[die] == 10 * left
        good += float(books.arrived[die])
        made += 10 * float(left)
        days = run.days.carriers_left[:, wafers].sum(axis=1)
        for month, minute in enumerate(result.scene.months_min):
            end = days[np.searchsorted(result.scene.days_min, minute)]
            begin = result.scene.months_min[month - 1] if month else 0.0
            before = days[np.searchsorted(result.scene.days_min, begin)] if month else 0
            expected += 10 * float(end - before) * share(month)
    # the fraction of a lot's good units is drawn: at most a half of one for each wafer
    error = 4 * 0.5 * (made / 10) ** 0.5
    assert good == pytest.approx(expected, abs=error)
    middle = made * learned(START, MATURE, TAU, DAYS / 2 / 30.4375) / 100
    assert abs(good - middle) > 2 * error  # one share for the whole window would be seen


def test_threads_and_snapshots_change_no_bit(chain: Programme, tmp_path: Path) -> None:
    whole = simulate(chain, seed=2, replications=3)
    file = tmp_path / "middle"
    keep = Keep(snapshot_at_min=100.3 * DAY_MIN, snapshot=file)
    cut = simulate(chain, seed=2, replications=3, workers=2, keep=keep)
    again = simulate(chain, resume=file)
    for other in (cut, again):
        for one, two in zip(whole.replications, other.replications, strict=True):
            assert all(map(np.array_equal, one.readings[-1], two.readings[-1]))


def test_a_snapshot_of_other_yields_is_of_another_fab(chain: Programme) -> None:
    faster = replace(chain.technologies[0], learning_months=1.0)
    other = chain.model_copy(update={"technologies": (faster,)})
    assert snapshot.digest_of(scene_of(chain)) != snapshot.digest_of(scene_of(other))


def test_where_nothing_learns_no_array_is_touched(project: Path) -> None:
    scene = scene_of(load(project / "programmes" / "toy-chain"))
    assert scene.learning.is_flat
    assert snapshot.digest_of(scene) == snapshot.digest_of_fab(scene.fab)
