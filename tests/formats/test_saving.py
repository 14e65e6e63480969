"""A programme is written whole or not at all, and a fault of the disk is one clear line."""

import errno
import os
from pathlib import Path

import pytest

from fabstack.errors import OutputError
from fabstack.formats import export, save
from small_programme import FILES, small


@pytest.fixture
def programme(tmp_path):
    return small(tmp_path / "small")


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_disk_that_cannot_be_written_leaves_nothing_behind(
    programme, tmp_path, monkeypatch, fault
):
    written = []

    def fails_on_the_third(self, text, **how):
        written.append(self.name)
        if len(written) == 3:
            raise OSError(fault, os.strerror(fault))
        self.write_bytes(text.encode())

    monkeypatch.setattr(Path, "write_text", fails_on_the_third)
    with pytest.raises(OutputError) as error:
        save(programme, tmp_path / "out")
    assert str(error.value) == f"cannot write {tmp_path / 'out'}: {os.strerror(fault)}"
    assert names(tmp_path) == {"small"}


def test_an_interrupted_save_leaves_the_older_programme_as_it_was(programme, tmp_path, monkeypatch):
    before = {name: (tmp_path / "small" / name).read_bytes() for name in FILES}

    def interrupted(self, text, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(programme, tmp_path / "small")
    assert names(tmp_path) == {"small"}
    assert {name: (tmp_path / "small" / name).read_bytes() for name in FILES} == before


def test_a_folder_of_something_else_is_not_touched(programme, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "steps.csv").write_text("my own")
    with pytest.raises(OutputError, match="holds other files"):
        save(programme, tmp_path / "mine")
    assert (tmp_path / "mine" / "steps.csv").read_text() == "my own"


def test_a_file_in_the_way_is_one_clear_line(programme, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        save(programme, tmp_path / "file")
    with pytest.raises(OutputError, match="cannot write"):
        save(programme, tmp_path / "file" / "below")


def test_an_empty_folder_and_a_deep_one_are_filled(programme, tmp_path):
    (tmp_path / "empty").mkdir()
    save(programme, tmp_path / "empty")
    save(programme, tmp_path / "a" / "b" / "c")
    assert names(tmp_path / "empty") == names(tmp_path / "a" / "b" / "c") == set(FILES)


def test_an_unwritable_workbook_is_one_clear_line(programme, tmp_path):
    pytest.importorskip("xlsxwriter")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        export(programme, tmp_path / "file" / "book.xlsx")
