"""A run at an address is whole or no run, and reads as the same run in a folder."""

import polars as pl
import pytest

from fabstack.errors import InputError, OutputError
from fabstack.results import remote
from fabstack.results.addresses import address_in
from fabstack.results.store import RunWriter, open_run

fsspec = pytest.importorskip("fsspec", reason="the extra `cloud` is not installed")


def write(target, rows=3, extra=()):
    with RunWriter(target, programme="made", seed=1) as writer:
        writer.table("made_table", pl.DataFrame({"n": range(rows)}))
        for name in extra:
            writer.table(name, pl.DataFrame({"n": [1]}))
        writer.summary({"rows": rows})


@pytest.fixture(params=["memory", "file"])
def address(request, tmp_path):
    return {"memory": f"memory://{tmp_path}/run", "file": f"file://{tmp_path}/run"}[request.param]


def test_a_run_at_an_address_is_the_run_of_a_folder(address, tmp_path):
    write(address)
    write(tmp_path / "here")
    there, here = open_run(address), open_run(tmp_path / "here")
    assert there.manifest["tables_digest"] == here.manifest["tables_digest"]
    assert there.table("made_table").equals(here.table("made_table"))
    assert there.summary == {"rows": 3}


def test_a_newer_run_replaces_an_older_one_whole(address):
    write(address, extra=["other_table"])
    write(address, rows=5)
    found = open_run(address)
    assert found.tables == ("made_table",)
    assert found.table("made_table").height == 5


def test_a_run_whose_writing_was_cut_off_is_no_run(address):
    write(address)
    system, root = fsspec.core.url_to_fs(address)
    system.rm_file(f"{root}/manifest.json")
    with pytest.raises(InputError, match=r"holds no run: there is no manifest\.json"):
        open_run(address)


def test_a_newer_run_that_is_cut_off_never_looks_like_the_older_one(address, monkeypatch):
    write(address)

    def cut_off(*_: object) -> None:
        raise OutputError("the line is down")

    monkeypatch.setattr(remote, "write_object", cut_off)
    with pytest.raises(OutputError, match="the line is down"):
        write(address, rows=5)
    with pytest.raises(InputError, match="holds no run"):
        open_run(address)


def test_tables_that_do_not_fit_the_manifest_are_refused(address):
    write(address)
    system, root = fsspec.core.url_to_fs(address)
    system.pipe_file(f"{root}/tables/made_table.parquet", b"something else")
    with pytest.raises(InputError, match="do not fit the digest"):
        open_run(address)


def test_what_is_no_run_is_not_replaced(address):
    system, root = fsspec.core.url_to_fs(address)
    system.makedirs(root, exist_ok=True)
    system.pipe_file(f"{root}/letter.txt", b"dear")
    with pytest.raises(OutputError, match="it exists and is no run"):
        write(address)
    assert system.cat_file(f"{root}/letter.txt") == b"dear"


def test_a_study_that_fails_leaves_the_older_run(address):
    write(address)
    with pytest.raises(ValueError, match="no plain name"):
        write(address, extra=["no name"])
    assert open_run(address).table("made_table").height == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("s3:/bucket/run", "s3://bucket/run"),  # as pathlib leaves it
        ("file:/tmp/run", "file:///tmp/run"),
        ("memory://a", "memory://a"),
        ("C:/runs", None),
        ("runs/texas", None),
        ("/runs", None),
    ],
)
def test_addresses_are_told_from_folders(written, meant):
    assert address_in(written) == meant
