"""Tasks are done once, whoever does them, and whatever happens to who does them."""

import os
import signal
import threading

import pytest
from task_samples import contents, deadly, empty, expected, numbers, refusing, square, wrong

from fabstack.errors import LimitError
from fabstack.results.shelf import FolderShelf
from fabstack.studies.tasks import Alone, TaskFailed, kept, perform
from fabstack.studies.workers import Processes


def quiet(_words: str) -> None:
    pass


@pytest.mark.parametrize("crew", [Alone(), Processes(1, quiet), Processes(3, quiet)])
def test_every_crew_gives_the_same_results(crew):
    wanted, shelf = numbers(square, 7), empty()
    account = perform(wanted, crew, shelf)
    assert contents(wanted, shelf) == expected(7)
    assert (account.found, account.done, account.redone) == (0, 7, [])


def test_a_finished_task_is_never_done_again(tmp_path):
    book, shelf = tmp_path / "book", FolderShelf(tmp_path / "shelf")
    book.mkdir()
    perform(numbers(square, 4, book=str(book)), Alone(), shelf)
    account = perform(numbers(square, 6, book=str(book)), Processes(2, quiet), shelf)
    assert (account.found, account.done) == (4, 2)
    assert sorted(file.name[0] for file in book.iterdir()) == list("012345")


def test_equal_tasks_are_done_once():
    wanted = numbers(square, 3)
    twice = type(wanted)(wanted.name, wanted.work, wanted.shared, [*wanted.tasks, *wanted.tasks])
    account = perform(twice, Alone(), shelf := empty())
    assert account.done == 3
    assert [content for _, content in kept(twice, shelf)] == expected(3) * 2


def test_a_digest_tells_function_shared_things_and_argument_apart():
    same = numbers(square, 2), numbers(square, 2)
    assert [t.digest for t in same[0].tasks] == [t.digest for t in same[1].tasks]
    assert numbers(square, 1).tasks[0].digest != numbers(square, 1, factor=4).tasks[0].digest
    assert len({task.digest for task in numbers(square, 50).tasks}) == 50


def test_a_killed_worker_costs_its_task_only_and_it_is_said(tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    said: list[str] = []
    wanted = numbers(
        deadly, 8, deadly=2, mark=str(tmp_path / "mark"), once=True, book=str(book), pause_s=0.02
    )
    crew, shelf = Processes(2, said.append), empty()
    account = perform(wanted, crew, shelf)
    assert contents(wanted, shelf) == expected(8)
    assert account.redone == ["number 2"]
    assert said == ["a worker was ended by SIGKILL; number 2 is done again"]
    assert sorted(file.name[0] for file in book.iterdir()) == list("01234567")


def test_a_task_that_always_kills_its_worker_is_given_up_and_the_others_are_kept(tmp_path):
    wanted = numbers(deadly, 3, deadly=2, mark=str(tmp_path / "mark"))
    shelf = empty()
    with pytest.raises(LimitError, match="number 2 ended 3 processes; the last one was ended by"):
        perform(wanted, Processes(1, quiet), shelf)
    assert contents(wanted, shelf) == [*expected(2), None]


@pytest.mark.parametrize("crew", [Alone(), Processes(2, quiet)])
def test_a_refusal_arrives_as_it_was_raised(crew):
    with pytest.raises(Exception, match="three is too much") as caught:
        perform(numbers(refusing, 5), crew, empty())
    assert caught.value.exit_code == 4


def test_a_fault_of_ours_names_the_task_and_where_it_happened():
    with pytest.raises(TaskFailed, match=r"(?s)number 0:.*in wrong.*ZeroDivisionError: in 0"):
        perform(numbers(wrong, 1), Processes(1, quiet), empty())


@pytest.mark.parametrize("crew", [Alone(), Processes(2, quiet)])
def test_ctrl_c_keeps_what_is_finished(crew):
    wanted, shelf = numbers(square, 40, pause_s=0.05), empty()

    def interrupt(_what: str, done: int, _of: int) -> None:
        if done == 3:
            threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT)).start()

    account = perform(wanted, crew, shelf, interrupt)
    assert account.was_stopped
    assert 3 <= account.done < 40
    assert len(shelf.digests()) == account.done
    assert perform(wanted, Alone(), shelf).found == account.done
    assert contents(wanted, shelf) == expected(40)


def test_progress_counts_what_was_found(tmp_path):
    shelf, seen = FolderShelf(tmp_path), []
    perform(numbers(square, 2), Alone(), shelf)
    perform(numbers(square, 3), Alone(), shelf, lambda *said: seen.append(said))
    assert seen == [("squares", 2, 3), ("squares", 3, 3)]
