"""The page in Chinese: every word of its own has a translation, and no word of the user's."""

import ast
import re
import threading
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from reading import Page
from sample_log import LINES, write_log
from sample_run import sample_summary, sample_tables, write_sample

import fabstack.report
from fabstack.report import language, report
from fabstack.report.figures.event_pictures import log_section
from fabstack.report.language import Language, Name, say, say_alike, sections, speaking, words
from fabstack.report.numbers import month, rounded, usd
from fabstack.report.rows import html_table
from fabstack.report.sections import DETAILS, FIRST_PAGE
from fabstack.results.catalogue import TABLES
from fabstack.results.store import open_run

CHINESE = words(Language.CHINESE)
# What columns mean is shown where it has a translation, and left out where it has none.
MEANINGS = {column.meaning for table in TABLES.values() for column in table.columns}
PLACE = re.compile(r"%?\{[^}]*\}")
LATIN = re.compile(r"[A-Za-z]{2,}")


def places(text):
    """What the text leaves room for; how a date is written there is a matter of the language."""
    return Counter(place.partition("|")[0] for place in PLACE.findall(text))


# --- The table --------------------------------------------------------------------------------


def test_no_english_words_are_given_twice():
    given = Counter(key for part in sections(Language.CHINESE).values() for key in part)
    assert [key for key, count in given.items() if count > 1] == []


def test_places_agree():
    assert [key for key, text in CHINESE.items() if places(key) != places(text)] == []


def test_no_translation_is_empty_or_has_a_break_of_its_own():
    assert [key for key, text in CHINESE.items() if not text.strip() or "\n" in text] == []


def test_signs_between_chinese_words_are_chinese():
    half = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
    assert [text for text in CHINESE.values() if half.search(text)] == []


# --- Complete ---------------------------------------------------------------------------------


def test_every_text_that_is_said_in_the_source_has_a_translation():
    folder = Path(fabstack.report.__file__).parent
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in folder.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "say"]
    texts = {arg.value for arg in said if isinstance(arg, ast.Constant)}
    assert len(texts) > 60
    assert texts - set(CHINESE) == set()


def test_every_title_caption_and_remark_has_a_translation():
    shown = (*FIRST_PAGE, *DETAILS)
    texts = {text for section in shown for text in (section.menu, section.title)}
    for section in shown:
        for picture in section.pictures:
            texts |= {picture.title, picture.says, picture.empty}
    assert texts - set(CHINESE) == set()


class Asked(dict):
    """A table that remembers what it was asked for."""

    def get(self, key, default=None):
        self[key] = default
        return default


@pytest.fixture
def asked(monkeypatch):
    """All that a page looks up while the test runs."""
    table = Asked()
    monkeypatch.setattr(language, "words", lambda _: table)
    return table


def runs(tmp_path):
    """Runs that lack nothing, all, or rows; with one replication; and of another version."""
    tables = sample_tables()
    yield open_run(write_sample(tmp_path / "whole"))
    yield open_run(write_sample(tmp_path / "none", {}, {}))
    yield open_run(write_sample(tmp_path / "rows", {n: t.clear() for n, t in tables.items()}))
    once = tables["sim_products"].with_columns(replications=pl.lit(1, pl.Int64))
    older = tables["plan_volumes"].drop("wanted")
    changed = tables | {"sim_products": once, "plan_volumes": older}
    yield open_run(write_sample(tmp_path / "other", changed, scenario="slow"))


def test_every_text_that_a_page_looks_up_has_a_translation(asked, tmp_path):
    log, empty = write_log(tmp_path / "log"), write_log(tmp_path / "empty", LINES[:0])
    for run in runs(tmp_path):
        report(run)
    for file in (log, empty):
        report(open_run(tmp_path / "whole"), more=[log_section(file, None)])
    texts = {text for text in asked if text} - MEANINGS
    assert len(texts) > 300
    assert texts - set(CHINESE) == set()


def test_what_a_column_means_is_left_out_where_it_has_no_chinese_words(monkeypatch, sample):
    table = sample.table("plan_volumes").head(1)
    monkeypatch.setattr(language, "words", lambda _: {"new demand of markets": "市场新增需求"})
    with speaking("zh"):
        told = [a.get("title") for a in Page(html_table(table, ["plan_volumes"])).all("th")]
    assert told == [None, None, "市场新增需求", None, None, None]


@pytest.fixture(scope="module")
def chinese(sample):
    return report(sample, language="zh")


OWN = {"USD", "CSV", "SEMI", "E10", "fabstack", "Aurand", "Miller", "Python", "Spearman"}
CODES = re.compile(
    r"P\d+|JavaScript|cm|mm|own|phase|carriers|units|lang|zh|en|CN|simulate|report|event|log|out|day"
)


def test_no_english_word_of_the_page_is_left(chinese, sample):
    """What is Latin on the page stands in the run itself."""
    page = Page(chinese)
    known = set(LATIN.findall(text_of(sample))) | OWN
    left = {word for word in LATIN.findall(page.text) if word not in known}
    assert {word for word in left if not CODES.fullmatch(word)} == set()


def text_of(run):
    """Everything that the run says: names in its tables, its summary and its manifest."""
    cells = [
        str(value)
        for name in run.tables
        for column in run.table(name).select(pl.col(pl.String)).iter_columns()
        for value in column.unique().to_list()
    ]
    return " ".join([*cells, str(run.summary), str(run.manifest), *run.tables])


def test_no_english_word_of_the_figures_is_left(chinese, sample):
    known = set(LATIN.findall(text_of(sample))) | OWN | {"extra", "br", "customdata", "text"}
    scripts = Page(chinese).scripts
    shown = [w for name in scripts if name.startswith("figure-") for w in drawn(scripts[name])]
    left = {word for text in shown for word in LATIN.findall(text) if word not in known}
    assert {word for word in left if not CODES.fullmatch(word)} == set()


def drawn(script):
    """What a reader sees of a figure: names, titles, notes and hovers."""
    seen = re.findall(r'"(?:name|text|hovertemplate)":"((?:[^"\\]|\\.)*)"', script)
    return [text.encode().decode("unicode_escape", "ignore") for text in map(ascii_only, seen)]


def ascii_only(text):
    return text.encode("ascii", "ignore").decode()


# --- How it is said ---------------------------------------------------------------------------


def test_the_page_says_which_language_it_is_in(chinese, page):
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in page


def test_the_headline_is_chinese_and_the_title_stays(chinese):
    assert "The chip maker in Texas" in Page(chinese).text
    with speaking("zh"):
        told = say_alike("T does not hold together as claimed: 5 of 12 parts fail, 2 are open.")
    assert told == "T：按其宣称站不住脚，12 个部分中有 5 个不成立，2 个待定。"


@pytest.mark.parametrize("answers", [(True,), (False,), (None,), (False, None), (None, None), ()])
def test_every_headline_that_a_run_can_give_has_its_kind(answers):
    from fabstack.studies.summary import headline

    header = SimpleNamespace(title="T", name="t")
    parts = [{"part": i, "holds": holds, "evidence": {}} for i, holds in enumerate(answers)]
    tables = {"plan_short": pl.DataFrame({"quantity": pl.Series([], dtype=pl.Float64)})}
    sentence = headline(SimpleNamespace(programme=header), tables, parts)["sentence"]
    with speaking("zh"):
        assert re.match(r"T：[\u4e00-\u9fff]", say_alike(sentence))


def test_a_finding_on_a_date_has_its_kind():
    from fabstack.studies.mission import Findings, done_by

    day = date(2027, 3, 31)
    activity = {"activity": ["a"], "p10": [day], "p50": [day], "p90": [day]}
    curve = pl.DataFrame({"activity": ["a"], "date": [day], "probability": [0.5]})
    tables = {"ramp_activities": pl.DataFrame(activity), "ramp_curve": curve}
    claim = SimpleNamespace(name="c", subject="a", date=day, statement="In volume by March")
    finding = done_by(Findings(None, tables, lambda _: 1.0), claim).finding
    with speaking("zh"):
        said = say_alike(finding)
    assert said.startswith("In volume by March：")
    assert "2027-03" in said
    assert "March 2027" not in said


def test_a_finding_on_a_capacity_has_its_kind():
    from fabstack.studies.mission import Findings, in_time

    day = date(2027, 3, 31)
    fan = {"plant": ["p"], "month": [date(2027, 3, 1)], "p10": [0.0], "p50": [9.0], "p90": [20.0]}
    claim = SimpleNamespace(name="c", subject="p", date=day, value=2_000.0, statement="It is full")
    programme = SimpleNamespace(programme=SimpleNamespace(end=date(2035, 12, 31)))
    found = Findings(programme, {"ramp_capacity": pl.DataFrame(fan)}, lambda _: 1.0)
    with speaking("zh"):
        said = say_alike(in_time(found, claim, SimpleNamespace(evidence={})).finding)
    assert said.startswith("It is full：")
    assert "到 2027-03 中位未来为每月 9（" in said


def findings_of(module):
    """Every finding that a module words, with a stand-in for each value."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    worded = [k.value for c in calls for k in c.keywords if k.arg == "finding"]
    return [
        "".join(part.value if isinstance(part, ast.Constant) else "7" for part in text.values)
        for text in worded
        if isinstance(text, ast.JoinedStr)
    ]


def test_every_finding_that_the_mission_words_has_its_kind():
    from fabstack.studies import mission

    wordy = [finding for finding in findings_of(mission) if re.search("[a-z]{3}", finding)]
    assert len(wordy) >= 7
    with speaking("zh"):
        assert [finding for finding in wordy if say_alike(finding) == finding] == []


def test_kinds_of_items_are_said_within_a_finding():
    with speaking("zh"):
        said = say_alike("C: after April 2027 the plan still buys 41.4% of all packages (3 of 7).")
    assert said == "C：2027-04 之后计划仍外购全部封装的 41.4%（7 中的 3）。"


@pytest.mark.parametrize("why", ["March 99999", "March 0000", "March ", "March", "{why}", "%s"])
def test_what_only_looks_like_a_month_stays_as_it_is(why):
    with speaking("zh"):
        assert say_alike(f"C: unknown, {why}.") == f"C：未知，{why}。"


def test_a_finding_of_an_unknown_kind_stays_as_it_is():
    with speaking("zh"):
        assert say_alike("Something to nobody's knowledge.") == "Something to nobody's knowledge."


def test_a_name_of_the_programme_is_never_translated():
    with speaking("zh"):
        assert say("planned") == "计划"
        assert say(Name("planned")) == "planned"


def test_a_place_in_a_text_takes_any_name():
    with speaking("zh"):
        assert "{x}" in say("Part {number}", number="{x}")


def test_numbers_dates_and_money_are_written_as_chinese_readers_write_them():
    day = date(2027, 3, 1)
    with speaking("zh"):
        assert month(day) == "2027-03"
        assert rounded(159_064.0) == "15.9万"
        assert rounded(2.5e9) == "25亿"
        assert usd(1.2e9).endswith("美元")
    assert month(day) == "Mar 2027"
    assert rounded(2.5e9) == "2.5 billion"


def test_an_error_leaves_the_language_as_it_was(sample):
    class Broken:
        tables, summary, manifest = sample.tables, sample.summary, sample.manifest
        columns = sample.columns

        def table(self, name):
            raise OSError(name)

    with pytest.raises(OSError, match="plan_volumes"):
        report(Broken(), language="zh")
    assert say("planned") == "planned"


def test_two_pages_at_once_do_not_mix():
    heard = {}

    def listen(name):
        with speaking(name):
            barrier.wait()
            heard[name] = say("planned")

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=listen, args=(name,)) for name in ("en", "zh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": "planned", "zh": "计划"}


def test_an_unknown_language_is_refused(sample):
    with pytest.raises(ValueError, match="fr"):
        report(sample, language="fr")


def test_names_are_not_trusted_in_chinese_either(tmp_path):
    summary = sample_summary('<script>alert("{title}")</script>')
    page = report(open_run(write_sample(tmp_path / "run", None, summary)), language="zh")
    assert Page(page).faults == []
    assert "<script>alert" not in page


def test_what_moves_a_date_is_said_in_chinese_with_its_own_name():
    with speaking("zh"):
        assert say_alike("duration of Fab: permits") == "Fab: permits 的工期"
        assert say_alike("execution slip of texas-fab") == "texas-fab 的执行延误"
        assert say_alike("d0 mature per cm2 of logic-14") == "d0 mature per cm2 of logic-14"
