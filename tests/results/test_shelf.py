"""A shelf keeps pieces whole, in folders and in stores, and never gives back a damaged one."""

import hashlib

import pytest

from fabstack.errors import MissingExtra, OutputError
from fabstack.results import addresses
from fabstack.results.shelf import open_shelf, user_shelf

FIRST, SECOND = (hashlib.sha256(word).hexdigest() for word in (b"first", b"second"))


@pytest.fixture(scope="module")
def s3():
    """Address of a bucket on a local server that speaks S3."""
    moto = pytest.importorskip("moto.server", reason="the local S3 server is not installed")
    s3fs = pytest.importorskip("s3fs", reason="the extra `cloud` is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        }.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("studies")
        yield "s3://studies/of-texas"
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture(params=["folder", "memory", "file", "s3"])
def address(request, tmp_path):
    if request.param == "s3":
        return request.getfixturevalue("s3") + f"/{tmp_path.name}"
    places = {"folder": tmp_path, "memory": f"memory://{tmp_path}", "file": f"file://{tmp_path}"}
    return str(places[request.param])


def test_what_is_put_is_there_for_the_next_who_opens_it(address):
    shelf = open_shelf(address)
    assert shelf.digests() == frozenset()
    assert shelf.get(FIRST) is None
    shelf.put(FIRST, b"one")
    shelf.put(SECOND, b"")
    shelf.put(FIRST, b"one")
    again = open_shelf(address)
    assert again.digests() == {FIRST, SECOND}
    assert (again.get(FIRST), again.get(SECOND)) == (b"one", b"")


def test_others_see_what_was_put_after_they_looked(address):
    first, second = open_shelf(address), open_shelf(address)
    assert second.digests() == frozenset()
    first.put(FIRST, b"one")
    assert second.digests() == {FIRST}


def test_a_damaged_piece_counts_as_missing(tmp_path):
    shelf = open_shelf(str(tmp_path))
    shelf.put(FIRST, b"one")
    file = next(tmp_path.glob(f"*/{FIRST}"))
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert shelf.get(FIRST) is None
    file.write_bytes(b"")
    assert shelf.get(FIRST) is None
    assert not list(tmp_path.rglob("*.partial"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="a part of the path is a file"):
        open_shelf(str(tmp_path / "file" / "below")).put(FIRST, b"one")


def test_an_unknown_kind_of_address_is_one_line():
    with pytest.raises(OutputError, match="cannot use nowhere://bucket"):
        open_shelf("nowhere://bucket")


def test_a_bucket_that_is_not_there_is_one_line(s3):
    with pytest.raises(OutputError, match="cannot use s3://no-such-bucket"):
        open_shelf("s3://no-such-bucket/x").put(FIRST, b"one")


def test_a_missing_extra_is_named(monkeypatch):
    def missing(*_: object) -> None:
        raise ImportError("Install s3fs to access S3")

    import fsspec.core

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(MissingExtra, match=r"s3:// needs an optional package.*fabstack\[cloud\]"):
        addresses.file_system("s3://bucket/run")


def test_the_users_own_shelf_lies_in_the_cache(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert user_shelf() == "/somewhere/fabstack/studies"
