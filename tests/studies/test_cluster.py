"""A Dask cluster gives the same bytes as one process, and says what it did again."""

import time

import pytest
from task_samples import contents, empty, expected, numbers, square, wrong

from fabstack.errors import FabstackError, LimitError, MissingExtra
from fabstack.studies import cluster
from fabstack.studies.cluster import Cluster
from fabstack.studies.tasks import Alone, TaskFailed, perform

dask = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of Dask's own


def quiet(_words: str) -> None:
    pass


@pytest.fixture(scope="module")
def scheduler():
    """Two workers in processes of their own that watch each other."""
    with (
        dask.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as local,
    ):
        yield local


def test_a_cluster_gives_the_bytes_of_one_process(scheduler):
    wanted, here, there = numbers(square, 12), empty(), empty()
    perform(wanted, Alone(), here)
    account = perform(wanted, Cluster(scheduler.scheduler_address, quiet), there)
    assert account.done == 12
    assert contents(wanted, there) == contents(wanted, here) == expected(12)


def test_a_worker_that_is_killed_is_told_and_nothing_is_missing(scheduler, tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    said: list[str] = []
    wanted, shelf = numbers(square, 16, pause_s=0.1, book=str(book)), empty()
    killed = []

    def kill(_what: str, done: int, _of: int) -> None:
        if done == 3 and not killed:
            killed.append(1)
            nanny = next(iter(scheduler.workers.values()))
            nanny.process.process.kill()

    account = perform(wanted, Cluster(scheduler.scheduler_address, said.append), shelf, kill)
    assert contents(wanted, shelf) == expected(16)
    assert account.redone
    assert all(label.startswith("number ") for label in account.redone)
    assert "is lost; done again: number " in said[0]
    runs = len(list(book.iterdir()))
    assert 16 <= runs <= 16 + len(account.redone)


def test_a_fault_on_a_worker_names_the_task(scheduler):
    with pytest.raises(TaskFailed, match=r"(?s)number 0.*ZeroDivisionError"):
        perform(numbers(wrong, 1), Cluster(scheduler.scheduler_address, quiet), empty())


def test_a_worker_with_other_code_is_refused(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "code_digest", lambda: "another")
    with pytest.raises(FabstackError, match="another version of fabstack") as caught:
        perform(numbers(square, 2), Cluster(scheduler.scheduler_address, quiet), empty())
    assert caught.value.exit_code == 2


def test_nobody_at_the_address_is_one_line(monkeypatch):
    monkeypatch.setattr(cluster, "WAIT_S", 0.5)
    began = time.monotonic()
    with pytest.raises(LimitError, match=r"no cluster answers at tcp://127.0.0.1:9"):
        perform(numbers(square, 2), Cluster("tcp://127.0.0.1:9", quiet), empty())
    assert time.monotonic() - began < 20


def test_a_missing_extra_is_named(monkeypatch):
    def missing(_name: str) -> None:
        raise ImportError

    monkeypatch.setattr(cluster.importlib, "import_module", missing)
    with pytest.raises(MissingExtra, match=r"--cluster needs .*fabstack\[cluster\]"):
        perform(numbers(square, 1), Cluster("tcp://127.0.0.1:9", quiet), empty())
