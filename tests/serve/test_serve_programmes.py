"""Programmes over REST: the findings of the check, two writers, uploads that lie."""

import io
import json
import subprocess
import sys
import threading
import zipfile

import pytest
from serving import TestClient

from fabstack import formats

TOOLS = "/api/programmes/small-line/tables/tool_groups"


def etag(client, name="small-line"):
    return client.get(f"/api/programmes/{name}").json()["etag"]


def cell(row, column, value, **more):
    return {"cells": [{"row": row, "column": column, "value": value}], **more}


def content(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_the_list_and_a_table(client):
    assert [one["name"] for one in client.get("/api/programmes").json()] == [
        "small-line",
        "toy-chain",
    ]
    table = client.get(TOOLS).json()
    assert table["total"] == len(table["rows"]) > 0
    units = {column["name"]: column["unit"] for column in table["columns"]}
    assert units["price_usd"] == "USD"


def test_the_check_says_what_the_command_says(client, folders):
    folder = folders[1] / "toy-chain"
    (folder / "steps.csv").write_text(
        (folder / "steps.csv").read_text().replace("\n", "\nnowhere,1", 2), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "fabstack", "check", str(folder), "--json"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    theirs = [
        {**finding, "file": finding["file"].rpartition("/")[2]}
        for finding in json.loads(done.stdout)["findings"]
    ]
    ours = client.get("/api/programmes/toy-chain/check").json()
    assert ours["errors"] > 0
    assert [{key: one[key] for key in theirs[0]} for one in ours["findings"]] == theirs


def test_an_edit_is_tried_without_being_saved(client, folders):
    before = content(folders[1] / "small-line")
    found = client.post(f"{TOOLS}/check", json=cell(0, "tools", "many")).json()
    (error,) = [one for one in found["findings"] if one["severity"] == "error"]
    assert (error["table"], error["row"], error["field"]) == ("tool_groups", 0, "tools")
    assert "many" in error["message"]
    assert content(folders[1] / "small-line") == before


def test_an_edit_is_saved_in_place(client, folders):
    answer = client.patch(TOOLS, json=cell(0, "tools", "7"), headers={"if-match": etag(client)})
    assert answer.status_code == 200
    assert client.get(TOOLS).json()["rows"][0]["tools"] == "7"
    assert answer.json()["etag"] == etag(client)


def test_an_edit_with_an_error_is_refused_and_nothing_changes(client, folders):
    before = content(folders[1] / "small-line")
    answer = client.patch(TOOLS, json=cell(0, "tools", "-1"), headers={"if-match": etag(client)})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["findings"][0]["code"] == "out-of-bounds"
    assert content(folders[1] / "small-line") == before


def test_a_broken_programme_can_be_cured_step_by_step(client, folders):
    file = folders[1] / "small-line" / "tool_groups.csv"
    first = client.get(TOOLS).json()["rows"][0]["tools"]
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines, "x1,nowhere", "x2,nowhere"]) + "\n", encoding="utf-8")
    count = client.get(TOOLS).json()["total"]
    answer = client.patch(TOOLS, json={"remove": [count - 1]}, headers={"if-match": etag(client)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["errors"] > 0  # the other one is still there
    answer = client.patch(TOOLS, json={"remove": [count - 2]}, headers={"if-match": etag(client)})
    assert answer.json()["errors"] == 0
    assert client.get(TOOLS).json()["rows"][0]["tools"] == first


def test_of_two_writers_the_second_is_told(client, folders):
    tag = etag(client)
    assert client.patch(TOOLS, json=cell(0, "tools", "7"), headers={"if-match": tag}).is_success
    second = client.patch(TOOLS, json=cell(1, "tools", "8"), headers={"if-match": tag})
    assert second.status_code == 412
    assert "changed by somebody else" in second.json()["detail"]
    gone = client.patch(TOOLS, json=cell(99_999, "tools", "8"), headers={"if-match": tag})
    assert gone.status_code == 412  # the row may have been there when they looked
    assert client.get(TOOLS).json()["rows"][0]["tools"] == "7"


def test_of_twenty_writers_at_once_one_wins(client):
    tag, answers = etag(client), []

    def write(number):
        edits = cell(0, "tools", str(number + 1), scenario="busy")
        answers.append(client.patch(TOOLS, json=edits, headers={"if-match": tag}).status_code)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [412] * 19


def test_without_a_tag_nothing_is_saved(client):
    assert client.patch(TOOLS, json=cell(0, "tools", "7")).status_code == 428
    weak = client.patch(TOOLS, json=cell(0, "tools", "7"), headers={"if-match": "*"})
    assert weak.status_code == 412


def test_edits_are_saved_as_a_scenario(client, folders):
    before = content(folders[1] / "small-line")
    edits = cell(0, "tools", "7", scenario="more-tools")
    answer = client.patch(TOOLS, json=edits, headers={"if-match": etag(client)})
    assert answer.status_code == 200, answer.text
    after = content(folders[1] / "small-line")
    assert {name for name in after if after[name] != before.get(name)} == {
        "changes.csv",
        "scenarios.csv",
    }
    shown = client.get(TOOLS, params={"scenario": "more-tools"}).json()
    assert shown["rows"][0]["tools"] == "7"
    assert shown["changed"] == [[0, "tools"]]
    again = cell(0, "tools", "9", scenario="more-tools")
    client.patch(TOOLS, json=again, headers={"if-match": etag(client)})
    changes = client.get("/api/programmes/small-line/tables/changes").json()["rows"]
    assert [row["value"] for row in changes] == ["9"]
    other = cell(0, "tools", "5", scenario="fewer-tools")
    client.patch(TOOLS, json=other, headers={"if-match": etag(client)})
    changes = client.get("/api/programmes/small-line/tables/changes").json()["rows"]
    assert [(row["scenario"], row["value"]) for row in changes] == [
        ("more-tools", "9"),
        ("fewer-tools", "5"),
    ]


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ({"remove": [0], "scenario": "x"}, "neither add nor remove"),
        (cell(0, "tools", "1", scenario="a b"), "cannot name a scenario"),
        (cell(10_000, "tools", "1", scenario="x"), "there is no row 10000"),
        (cell(10_000, "tools", "1"), "there is no row 10000"),
        (cell(0, "tool", "1"), "is no column"),
        (cell(0, "name", "other", scenario="x"), "would put an error"),
    ],
)
def test_edits_that_make_no_sense_are_told(client, edits, words):
    answer = client.patch(TOOLS, json=edits, headers={"if-match": etag(client)})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_settings_are_edited_in_place(client, folders):
    address = "/api/programmes/small-line/tables/programme"
    answer = client.patch(
        address, json=cell(0, "title", "Other"), headers={"if-match": etag(client)}
    )
    assert answer.status_code == 200, answer.text
    assert client.get("/api/programmes/small-line").json()["title"] == "Other"


def test_line_ends_and_byte_order_mark_stay(client, folders):
    file = folders[1] / "small-line" / "tool_groups.csv"
    text = file.read_text(encoding="utf-8")
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert client.patch(
        TOOLS, json=cell(0, "tools", "7"), headers={"if-match": etag(client)}
    ).is_success
    new = file.read_bytes()
    assert new.startswith(b"\xef\xbb\xbf")
    assert new.count(b"\r\n") == new.count(b"\n") == text.count("\n")


def test_a_programme_that_holds_a_link_is_refused(client, folders, tmp_path):
    (tmp_path / "secret.csv").write_text("name\nsecret\n")
    (folders[1] / "small-line" / "claims.csv").symlink_to(tmp_path / "secret.csv")
    answer = client.get("/api/programmes/small-line/tables/claims")
    assert answer.status_code == 422
    assert "secret" not in answer.text.replace("claims.csv", "")


# --- Uploads --------------------------------------------------------------------------------------


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def sent(client: TestClient, content, name="new"):
    return client.put(f"/api/programmes/{name}", content=content)


@pytest.mark.parametrize("top", ["", "some-folder/"])
def test_a_folder_is_received_as_zip(client, folders, top):
    files = {top + name: text for name, text in content(folders[1] / "toy-chain").items()}
    answer = sent(client, zipped(files))
    assert answer.status_code == 201, answer.text
    assert content(folders[1] / "new") == content(folders[1] / "toy-chain")
    assert sent(client, zipped(files)).status_code == 409


def test_a_workbook_becomes_a_folder(client, folders, tmp_path):
    pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")
    pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
    programme = formats.load(folders[1] / "toy-chain")
    formats.export(programme, tmp_path / "toy.xlsx")
    assert sent(client, (tmp_path / "toy.xlsx").read_bytes()).status_code == 201
    assert formats.digest(formats.load(folders[1] / "new")) == formats.digest(programme)


SOUND = '[programme]\nname = "x"\nstart = 2026-01\nmonths = 12\n'
UPLOADS = {
    "no archive": (b"MZ not a zip", "no ZIP"),
    "traversal": (zipped({"../../evil.csv": "a"}), "leads elsewhere"),
    "one up": (zipped({"../programme.toml": SOUND}), "leads elsewhere"),
    "absolute": (zipped({"/etc/programme.toml": "a"}), "leads elsewhere"),
    "backslash": (zipped({"..\\evil.csv": "a"}), "leads elsewhere"),
    "deep": (zipped({"a/b/programme.toml": "a"}), "leads elsewhere"),
    "unknown": (zipped({"run.sh": "rm"}), "no file of a programme"),
    "two folders": (zipped({"a/programme.toml": SOUND, "b/items.csv": "name\n"}), "several"),
    "bomb": (zipped({"programme.toml": "0" * 60_000_000}), "too many"),
    "many": (zipped({f"{i}.csv": "" for i in range(300)}), "300 entries"),
    "no programme": (zipped({"items.csv": "name\n"}), "no sound programme"),
}


@pytest.mark.parametrize("case", UPLOADS)
def test_an_upload_that_is_no_programme_leaves_nothing(client, folders, case):
    body, words = UPLOADS[case]
    answer = sent(client, body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert {file.name for file in folders[1].iterdir()} == {"toy-chain", "small-line"}


@pytest.mark.parametrize("name", ["programme.toml", "[Content_Types].xml"])
def test_a_size_that_lies_in_the_directory_is_found_out(client, folders, name):
    """Of a folder and of a workbook, whose own reader would unpack all there is."""
    body = bytearray(zipped({name: "0" * 5000}))
    at = body.rfind(b"PK\x01\x02") + 24  # the size in the directory (APPNOTE 4.3.12)
    assert body[at : at + 4] == (5000).to_bytes(4, "little")
    body[at : at + 4] = (10).to_bytes(4, "little")
    answer = sent(client, bytes(body))
    assert answer.status_code == 422
    assert "cannot be unpacked" in answer.json()["detail"]
    assert {file.name for file in folders[1].iterdir()} == {"toy-chain", "small-line"}


def test_an_upload_that_is_too_large_is_cut_off(client):
    answer = sent(client, b"0" * (33 * 2**20))
    assert answer.status_code == 413
    streamed = client.put("/api/programmes/new", content=iter([b"0" * 2**20] * 33))
    assert streamed.status_code == 413
