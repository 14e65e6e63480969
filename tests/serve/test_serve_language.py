"""The dashboard in Chinese: every word of its own has a translation, whatever page says it."""

import ast
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from serving import TestClient, write_run

import fabstack.serve
from fabstack.model import columns_of, tables
from fabstack.report import language as report_language
from fabstack.report.language import Language, speaking
from fabstack.report.language import words as report_words
from fabstack.report.numbers import heading
from fabstack.results.catalogue import TABLES
from fabstack.serve import language
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import State
from fabstack.serve.language import say, words
from fabstack.serve.overlays import OVERLAYS, drawn
from fabstack.serve.runs import Runs
from fabstack.serve.server import guarded

CHINESE = words(Language.CHINESE)
KNOWN = {*CHINESE, *report_words(Language.CHINESE)}
PLACE = re.compile(r"\{[^}]*\}")
# Shown where the language has words for them, and left out or named as they are elsewhere.
MEANINGS = {table.meaning for table in TABLES.values()}
MEANINGS |= {column.meaning for table in TABLES.values() for column in table.columns}
# Names of columns and of the programme itself, which users meet in their files, too.
NAMES = {heading(column.name)[0] for table in TABLES.values() for column in table.columns}
NAMES |= {heading(column.name)[0] for row in tables().values() for column in columns_of(row)}
NAMES |= {"fabstack"}
LETTERS = re.compile("[A-Za-z]")


def test_places_agree_and_nothing_is_blank():
    def places(text):
        return Counter(PLACE.findall(text))

    assert [key for key, text in CHINESE.items() if places(key) != places(text)] == []
    assert [key for key, text in CHINESE.items() if not text.strip()] == []


def test_no_words_are_given_by_the_report_already():
    assert set(CHINESE) & set(report_words(Language.CHINESE)) == set()


def test_every_text_that_is_said_in_the_source_has_a_translation():
    folder = Path(fabstack.serve.__file__).parent
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in folder.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "say"]
    whole = [arg for arg in said if not any(isinstance(n, ast.JoinedStr) for n in ast.walk(arg))]
    texts = {part.value for arg in whole for part in ast.walk(arg) if _is_text(part)}
    assert len(texts) > 120
    assert {text for text in texts if " " in text or text[:1].isupper()} - KNOWN == set()


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class Asked(dict):
    """A table that remembers what it was asked for."""

    def get(self, key, default=None):
        self[key] = default
        return default


@pytest.fixture
def asked(monkeypatch):
    """All that pages look up while the test runs."""
    table = Asked()
    monkeypatch.setattr(language, "words", lambda _: table)
    monkeypatch.setattr(report_language, "words", lambda _: table)
    return table


@pytest.fixture(scope="module")
def pages(tmp_path_factory, project, toy_run):
    """The pages over two whole runs and a small one; there can be one application in a process."""
    root = tmp_path_factory.mktemp("pages")
    for name in ("toy", "other"):
        shutil.copytree(toy_run, root / "runs" / name)
    write_run(root / "runs", "small")
    shutil.copytree(project / "programmes" / "toy-chain", root / "programmes" / "toy-chain")
    context = Context(root / "runs", root / "programmes", workers=1)
    with TestClient(guarded(context, None, "testserver")) as client:
        yield client


PATHS = (
    *("/", "/?q=nothing", "/programmes", "/programmes?q=nothing", "/jobs", "/start", "/reference"),
    *("/programmes/toy-chain", "/programmes/toy-chain?table=markets", "/compare"),
    *("/compare?run=toy", "/compare?run=toy&run=other", "/compare?run=toy&run=small"),
    *(f"/runs/toy{view}" for view in ("", "/plan", "/plants", "/agreement", "/risk", "/cost")),
    *("/runs/toy/sources", "/runs/toy/plan?q=nothing", "/runs/toy/sources?q=nothing"),
    *(f"/runs/small{view}" for view in ("", "/plan", "/plants", "/sources")),
    *("/runs/toy/tables", "/runs/toy/tables/plan_items?filter=kind:eq:die&sort=-made"),
    *("/runs/toy/tables/plan_items?filter=kind:eq:none", "/runs/none", "/programmes/none"),
)


def test_every_text_that_a_page_looks_up_has_a_translation(asked, pages):
    for path in PATHS:
        answer = pages.get(path, headers={"cookie": "fabstack_lang=zh"})
        assert answer.status_code == (404 if path.endswith("/none") else 200), path
    texts = {text for text in asked if LETTERS.search(text)} - MEANINGS - NAMES
    assert len(texts) > 250
    assert sorted(texts - KNOWN) == []


def test_the_address_chooses_the_language_before_the_cookie(pages):
    chinese = {"cookie": "fabstack_lang=zh"}
    assert "比较所选" in pages.get("/?lang=zh").text
    assert "比较所选" in pages.get("/", headers=chinese).text
    english = pages.get("/?lang=en&q=toy&programme=toy-chain", headers=chinese).text
    assert "Compare the chosen" in english
    assert re.search(r"\?q=toy.{1,12}programme=toy-chain.{1,12}lang=zh", english)  # filters stay
    assert 'lang="zh-CN"' in pages.get("/?lang=zh").text.partition("<body")[0]
    assert "Compare the chosen" in pages.get("/?lang=xx").text


def test_a_figure_speaks_the_language_that_is_asked_for(client, folders, toy_run):
    shutil.copytree(toy_run, folders[0] / "toy")
    address = "/api/runs/toy/figures/cash"
    assert "收入" in client.get(address, params={"lang": "zh"}).text
    assert "revenue" in client.get(address).text  # and the other one is not kept in its place
    assert client.get(address, params={"lang": "xx"}).status_code == 422


@pytest.mark.parametrize("state", [str(state) for state in State])
def test_every_state_of_a_job_has_a_word(state):
    with speaking(Language.CHINESE):
        assert say(state) != state


def test_runs_in_one_figure_speak_chinese(folders, toy_run):
    for name in ("toy", "other"):
        shutil.copytree(toy_run, folders[0] / name)
    runs = [Runs(folders[0]).run(name) for name in ("toy", "other")]
    with speaking(Language.CHINESE):
        assert "百万美元" in drawn(OVERLAYS["money"], runs)
