"""A run that is cut, written to a file and gone on with gives the bits of one that was not."""

import numpy as np
import pytest

from autosched_folders import plain
from fabstack import formats
from fabstack.errors import InputError
from fabstack.simulate import snapshot
from fabstack.simulate.run import Keep, simulate

DAY = 1440.0


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    """Two routes, batches, cascades, setups, bound tools, limited queue times, breakdowns, WIP."""
    return formats.read(plain(tmp_path_factory.mktemp("fab"))).programme


def assert_same_bits(a, b):
    assert len(a.replications) == len(b.replications)
    for first, second in zip(a.replications, b.replications, strict=True):
        assert first.seed == second.seed
        for one, other in zip(first.readings, second.readings, strict=True):
            assert all(map(np.array_equal, one, other))
        assert all(map(np.array_equal, first.days, second.days))
        for table in ("finished", "stores", "inside"):
            one, other = getattr(first, table), getattr(second, table)
            assert all(np.array_equal(one[name], other[name]) for name in one.dtype.names), table


@pytest.fixture(scope="module")
def whole(programme):
    return simulate(programme, until_min=40 * DAY, warm_up_min=10 * DAY, replications=2)


@pytest.mark.parametrize("at_min", [0.0, 3 * DAY, 10 * DAY, 21.7 * DAY, 31 * DAY, 40 * DAY])
def test_a_run_goes_on_with_the_same_bits(programme, whole, tmp_path, at_min):
    file = tmp_path / "run.snapshot"
    keep = Keep(snapshot_at_min=at_min, snapshot=file)
    cut = simulate(
        programme, until_min=40 * DAY, warm_up_min=10 * DAY, replications=2, keep=keep, workers=2
    )
    assert_same_bits(cut, whole)
    assert [path.name for path in tmp_path.iterdir()] == ["run.snapshot"]
    assert_same_bits(simulate(programme, resume=file), whole)


def test_a_run_goes_on_for_longer_than_it_was_planned(programme, whole, tmp_path):
    """To day 40 from the end of a run of 35 days and a half, in the middle of a month."""
    file = tmp_path / "run.snapshot"
    keep = Keep(snapshot_at_min=35.5 * DAY, snapshot=file)
    simulate(programme, until_min=35.5 * DAY, warm_up_min=10 * DAY, replications=2, keep=keep)
    assert_same_bits(simulate(programme, until_min=40 * DAY, resume=file), whole)


def test_a_snapshot_of_tools_by_day_keeps_them(programme, tmp_path):
    file = tmp_path / "run.snapshot"
    keep = Keep(daily_tools=True, snapshot_at_min=5.5 * DAY, snapshot=file)
    whole = simulate(programme, until_min=12 * DAY, replications=1, keep=keep)
    again = simulate(programme, resume=file)
    assert whole.replications[0].finished.size > 0
    assert whole.replications[0].days.state_min.size > 0
    assert_same_bits(again, whole)


def test_an_event_log_goes_on_where_the_snapshot_was_taken(programme, tmp_path):
    def seen_of(**options):
        pieces = []
        take = pieces.append
        simulate(programme, keep=Keep(take_seen=take, **options.pop("keep", {})), **options)
        return np.concatenate(pieces)

    file = tmp_path / "run.snapshot"
    cut = {"snapshot_at_min": 5.5 * DAY, "snapshot": file}
    whole = seen_of(until_min=12 * DAY, replications=1, keep=cut)
    rest = seen_of(resume=file)
    assert 0 < rest.size < whole.size
    tail = whole[-rest.size :]
    assert all(np.array_equal(rest[name], tail[name]) for name in rest.dtype.names)


def message_of(action):
    with pytest.raises(InputError) as caught:
        action()
    (finding,) = caught.value.findings
    return finding.message


@pytest.fixture
def file(programme, tmp_path):
    file = tmp_path / "run.snapshot"
    keep = Keep(snapshot_at_min=5 * DAY, snapshot=file)
    simulate(programme, until_min=10 * DAY, replications=1, keep=keep)
    return file


def test_another_programme_is_refused_in_one_line(programme, file):
    fewer = programme.model_copy(update={"breakdowns": ()})
    assert "another fab" in message_of(lambda: simulate(fewer, resume=file))


def test_a_snapshot_that_lacks_books_is_refused_in_one_line(programme, file):
    with np.load(file) as archive:
        kept = {name: archive[name] for name in archive.files if name != "0.days.waiting_area"}
    with file.open("wb") as opened:
        np.savez(opened, **kept)
    assert "it has no days.waiting_area" in message_of(lambda: simulate(programme, resume=file))


def test_another_kernel_is_refused_in_one_line(programme, file, monkeypatch):
    monkeypatch.setattr(snapshot, "digest_of_kernel", lambda: "of another day")
    assert "another version" in message_of(lambda: simulate(programme, resume=file))


def test_what_is_no_snapshot_is_refused_in_one_line(programme, tmp_path):
    for name, content in (("text", b"no archive"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        assert "no snapshot" in message_of(
            lambda name=name: simulate(programme, resume=tmp_path / name)
        )
    assert "cannot be read" in message_of(lambda: simulate(programme, resume=tmp_path / "none"))


def test_a_snapshot_cannot_go_back_in_time_nor_be_taken_after_the_end(programme, file):
    assert "day 5" in message_of(lambda: simulate(programme, until_min=3 * DAY, resume=file))
    late = Keep(snapshot_at_min=11 * DAY, snapshot=file)
    assert "after the end" in message_of(
        lambda: simulate(programme, until_min=10 * DAY, replications=1, keep=late)
    )


def test_a_snapshot_of_a_resumed_run_is_one_of_the_whole_run(programme, whole, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    keep = Keep(daily_tools=True, snapshot_at_min=5 * DAY, snapshot=first)
    simulate(programme, until_min=40 * DAY, warm_up_min=10 * DAY, replications=2, keep=keep)
    simulate(programme, resume=first, keep=Keep(snapshot_at_min=9.5 * DAY, snapshot=second))
    again = simulate(programme, resume=second)
    assert again.replications[1].readings[-1].events == whole.replications[1].readings[-1].events
    assert again.follows_tools_daily
    early = Keep(snapshot_at_min=4 * DAY, snapshot=second)
    assert "before the run goes on" in message_of(
        lambda: simulate(programme, resume=first, keep=early)
    )


def test_threads_change_no_bit(programme, whole):
    threads = simulate(
        programme, until_min=40 * DAY, warm_up_min=10 * DAY, replications=2, workers=2
    )
    assert_same_bits(threads, whole)
