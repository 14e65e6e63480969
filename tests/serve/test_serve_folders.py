"""Nobody reaches a file beside the folders that a server was given."""

import pytest
from serving import write_run

from fabstack.serve.problems import Problem
from fabstack.serve.runs import Runs, matching
from fabstack.serve.shelf import Shelf

BAD = ("..", ".", "", "a/b", "../secret", "/etc", "x\0y", "secret", ".hidden", "out", "a" * 300)


@pytest.fixture
def runs(tmp_path):
    root = tmp_path / "runs"
    root.mkdir()
    write_run(root, "one")
    write_run(tmp_path, "secret")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "same").symlink_to(root / "one")
    return root


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_leads_elsewhere_is_not_there(runs, name):
    with pytest.raises(Problem) as told:
        Shelf(runs, "manifest.json", "run").folder(name)
    assert told.value.status == 404


def test_links_inside_are_followed_and_links_out_are_not_listed(runs):
    shelf = Shelf(runs, "manifest.json", "run")
    assert {folder.name for folder in shelf.folders()} == {"one"}
    assert shelf.folder("same").name == "one"


def test_a_run_whose_tables_are_links_is_refused(runs, tmp_path):
    table = runs / "one" / "tables" / "cost_items.parquet"
    table.rename(tmp_path / "elsewhere.parquet")
    table.symlink_to(tmp_path / "elsewhere.parquet")
    with pytest.raises(Problem, match="holds a link"):
        Runs(runs).run("one")


def test_a_marker_that_is_a_link_out_makes_no_run(runs, tmp_path):
    (runs / "fake").mkdir()
    (runs / "fake" / "manifest.json").symlink_to(tmp_path / "secret" / "manifest.json")
    assert [info.name for info in Runs(runs).all()] == ["one"]
    with pytest.raises(Problem, match="there is no run 'fake'"):
        Shelf(runs, "manifest.json", "run").folder("fake")


@pytest.mark.parametrize("name", ["../x", "a b", "", ".x", "-x", "ä", "a/b", "x" * 101])
def test_a_new_one_needs_a_plain_name(runs, name):
    with pytest.raises(Problem, match="cannot name"):
        Shelf(runs, "manifest.json", "run").new(name)


def test_a_taken_name_is_told(runs):
    for name in ("one", "out"):
        with pytest.raises(Problem) as told:
            Shelf(runs, "manifest.json", "run").new(name)
        assert told.value.status == 409


def test_the_list_says_what_each_run_is(runs):
    (info,) = Runs(runs).all()
    assert (info.name, info.programme, info.seed) == ("one", "toy", 1)
    assert (info.holds, info.fails, info.open) == (1, 1, 0)
    assert info.sentence.startswith("It does not hold")
    assert info.tables == ["cost_items"]


def test_broken_folders_are_left_out_of_the_list(runs):
    for name, text in {"empty": "", "other": "{}", "array": "[1]", "deep": "[" * 100_000}.items():
        (runs / name).mkdir()
        (runs / name / "manifest.json").write_text(text)
    assert [info.name for info in Runs(runs).all()] == ["one"]


def test_a_run_that_is_replaced_is_looked_at_again(runs):
    shelf = Runs(runs)
    assert shelf.all()[0].scenario == ""
    write_run(runs, "one", scenario="shortage")
    assert shelf.all()[0].scenario == "shortage"


def test_words_must_all_occur(runs):
    infos = Runs(runs).all()
    assert matching(infos, "HOLD one") == infos
    assert matching(infos, "hold two") == []
    assert matching(infos, programme="other") == []
