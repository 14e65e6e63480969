"""The page answers in its order, carries everything it needs, and trusts no name."""

import base64
import csv
import io
import json
import re
from datetime import date
from importlib import resources

import polars as pl
import pytest
from reading import Page
from sample_run import MONTHS, TITLES, sample_summary, sample_tables, write_sample

from fabstack.report import report
from fabstack.report.scripts import plotly
from fabstack.report.sections import DETAILS, FIRST_PAGE
from fabstack.results.store import open_run

LIMIT_BYTES = 8_000_000


@pytest.fixture(scope="session")
def read(page):
    return Page(page)


# --- What it says -----------------------------------------------------------------------------


def test_all_twelve_parts_stand_on_the_page_with_verdict_claim_and_finding(read):
    for number, title in enumerate(TITLES, start=1):
        assert f"part-{number}" in read.ids()
        assert f"{number} {title}" in read.text
        assert f"What the article says of part {number}:" in read.text
        assert f"What was found of part {number}:" in read.text


def test_verdicts_are_told_in_words_and_signs_not_in_colour_alone(read):
    cards = [attributes["class"] for attributes in read.all("li") if "id" in attributes]
    assert [cards.count(f"is-{word}") for word in ("fails", "open", "holds")] == [5, 2, 5]
    assert [read.text.count(words) for words in ("5 fail", "2 open", "5 hold")] == [1, 1, 1]
    signs = [a for a in read.all("svg") if a["class"] in ("fails", "open", "holds")]
    assert all(sign["aria-hidden"] == "true" for sign in signs)


def test_the_first_page_answers_in_the_order_of_the_questions(read):
    expected = [
        "answer", "part-1", "part-12", "breaks", "volumes-dates-cost", "volumes", "dates", "cost",
        "make-or-buy", "limits", "sensitivity", "assumptions", "supply", "milestones", "evidence",
    ]  # fmt: skip
    assert [name for name in read.ids() if name in expected] == expected


def test_the_headline_and_the_worst_factor_come_first(read):
    assert read.text.index("does not hold together: 5 of 12 parts fail") < read.text.index("×680")
    assert read.text.index("×680") < read.text.index("Does it hold together?")


def test_a_picture_stands_before_its_table(page):
    for section in (*FIRST_PAGE, *DETAILS):
        for picture in section.pictures:
            start = page.index(f'id="{picture.name}"')
            assert start < page.index(f'id="plot-{picture.name}"') < page.index("<table", start)


def test_simulated_figures_say_how_many_replications_stand_behind_them(read, tmp_path):
    assert read.text.count("Simulated, n = 3 replications.") > 10
    sampled = [p for s in (*FIRST_PAGE, *DETAILS) for p in s.pictures if "ramp_" in str(p.tables)]
    assert read.text.count("n = 4,000 sampled futures.") == len(sampled) > 10
    once = {"sim_products": sample_tables()["sim_products"].with_columns(replications=1)}
    text = Page(report(open_run(write_sample(tmp_path / "run", sample_tables() | once)))).text
    assert "Simulated once (n = 1)." in text
    assert "replications." not in text.replace("lowest to the highest replication.", "")


def test_the_page_says_how_to_see_one_day_of_the_tools(read):
    assert "--event-log FILE --day DATE." in read.text


def test_grades_stand_beside_what_they_weaken(read):
    assert [a for a in read.all("span") if a.get("class") == "grade estimate"]


def test_findings_of_the_check_are_told(read):
    assert "the claim is far from what <anyone> published" in read.text


def test_the_footer_says_how_the_run_was_made(read, sample):
    assert "fabstack run programmes/texas" in read.text
    assert sample.manifest["tables_digest"] in read.text


# --- One file, no network ---------------------------------------------------------------------


def test_the_page_is_well_formed(read):
    assert read.faults == []
    assert read.open == []
    assert len(read.ids()) == len(set(read.ids()))


def test_nothing_is_fetched_from_anywhere(read):
    for _, attributes in read.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            address = attributes.get(name) or ""
            assert not address or address.startswith(("#", "data:text/csv")), (name, address)
    assert "@import" not in read.scripts["style"]
    assert "url(" not in read.scripts["style"]


def test_the_browser_is_told_to_refuse_every_request(read):
    policy = next(a["content"] for a in read.all("meta") if "http-equiv" in a)
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_menu_entries_lead_to_sections_of_the_page(read):
    targets = [a["href"][1:] for a in read.all("a") if a["href"].startswith("#")]
    assert targets
    assert set(targets) <= set(read.ids())


def test_the_page_is_small_enough(page):
    assert len(page.encode()) < LIMIT_BYTES


def test_a_page_without_script_says_so_and_keeps_its_numbers(page):
    assert re.search(r"<noscript><p>Pictures need JavaScript", page)


def test_the_drawing_library_is_carried_once(page):
    assert len(re.findall(r"plotly\.js \(cartesian - minified\) v\d", page)) == 1


def test_the_drawing_library_speaks_the_language_of_the_one_that_checks_figures():
    from plotly.offline import get_plotlyjs_version

    carried = re.search(r"plotly\.js \(cartesian - minified\) v(\d+)\.", plotly())
    assert carried[1] == get_plotlyjs_version().partition(".")[0]


def test_the_licence_of_the_drawing_library_lies_beside_it():
    folder = resources.files("fabstack.report") / "static"
    assert "MIT License" in (folder / "plotly-LICENSE.txt").read_text(encoding="utf-8")


def test_the_same_run_gives_the_same_page(sample, page):
    assert report(sample) == page


# --- Figures and rows -------------------------------------------------------------------------


def test_every_plot_has_its_figure_and_a_name_for_those_who_do_not_see_it(read):
    plots = [a for a in read.all("div") if a.get("class") == "plot"]
    assert len(plots) == len([p for s in (*FIRST_PAGE, *DETAILS) for p in s.pictures])
    for plot in plots:
        figure = json.loads(read.scripts[plot["id"].replace("plot-", "figure-")])
        assert figure["data"]
        assert plot["role"] == "img"
        assert plot["aria-label"]


def test_csv_beside_a_picture_holds_its_rows(read, sample):
    link = next(a for a in read.all("a") if a.get("download") == "dates.csv")
    text = base64.b64decode(link["href"].partition("base64,")[2]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    claimed = sample.table("ramp_activities").filter(pl.col("claimed").is_not_null())
    assert sorted(row["activity"] for row in rows) == sorted(claimed["activity"])
    assert {row["p50"] for row in rows} == {day.isoformat() for day in claimed["p50"]}


def test_large_tables_are_cut_in_the_page_and_say_so(read):
    assert "The first 60 of 840 rows." in read.text


def test_panels_that_are_not_drawn_are_counted(tmp_path):
    tables = sample_tables()
    tables["plan_volumes"] = many(tables["plan_volumes"], MONTHS, "item", 30)
    found = Page(report(open_run(write_sample(tmp_path / "run", tables))))
    words = "The figure shows the first 12 of 30 panels; the table has all."
    assert found.text.count(words) == 2  # volumes, and the same summed up


@pytest.mark.parametrize("picture", [p for s in (*FIRST_PAGE, *DETAILS) for p in s.pictures])
def test_a_picture_draws_as_many_panels_as_it_says(sample, picture):
    rows = picture.rows(sample)
    if picture.panel_of:
        title = [a for a in picture.drawn(rows)["layout"]["annotations"] if "<b>" in a["text"]]
        assert len(title) == min(rows.n_unique(picture.panel_of), picture.most)


# --- Names are not trusted --------------------------------------------------------------------

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>&"\'\u2028</style>$blue'


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """A run in which every text is an attack."""
    tables = {
        name: frame.with_columns(
            pl.when(pl.col(column).str.len_chars() > 0)
            .then(pl.lit(EVIL) + pl.col(column))
            .otherwise(pl.col(column))
            .alias(column)
            for column, dtype in frame.schema.items()
            if dtype == pl.String and column not in ("kind", "grade", "tool_group", "carrier")
        )
        for name, frame in sample_tables().items()
    }
    summary = sample_summary(EVIL)
    summary["mission"][0] |= {"title": EVIL, "claim": EVIL, "finding": EVIL, "part": EVIL}
    summary["mission"][1]["evidence"] = {EVIL: {"holds": False, "finding": EVIL, EVIL: EVIL}}
    summary["headline"]["breaks_first"]["what"] = EVIL
    folder = tmp_path_factory.mktemp("evil") / "run"
    return report(open_run(write_sample(folder, tables, summary, programme=EVIL, scenario=EVIL)))


def test_no_name_becomes_a_tag(evil, read):
    found = Page(evil)
    assert found.faults == []
    assert len(found.all("script")) == len(read.all("script"))
    assert found.all("img") == []
    assert not [a for _, a in found.elements for name in a if name.startswith("on")]


def test_no_name_ends_a_script_or_becomes_markup_in_a_figure(evil):
    for name, text in Page(evil).scripts.items():
        if name.startswith("figure-"):
            assert "<" not in text
            for words in texts(json.loads(text)):
                assert not re.search(r"<(?!/?(b|br|i|extra)>)", words)


def texts(value):
    """Every text inside a document."""
    if isinstance(value, dict):
        return [words for part in value.values() for words in texts(part)]
    if isinstance(value, list):
        return [words for part in value for words in texts(part)]
    return [value] if isinstance(value, str) else []


def test_the_attack_is_shown_as_the_text_it_is(evil):
    assert '<script>alert("x")</script>' in Page(evil).text


# --- Runs that lack things --------------------------------------------------------------------


def test_a_run_with_nothing_says_what_is_missing(tmp_path):
    found = Page(report(open_run(write_sample(tmp_path / "run", {}, {}))))
    assert found.faults == []
    assert "texas: this run holds no verdict." in found.text
    assert "This run holds no table plan_volumes." in found.text
    assert "This run holds no table plan_capacity, sim_tool_groups." in found.text


class Emptied:
    """A run in which one table has no rows."""

    def __init__(self, run, name):
        self.run, self.name, self.tables, self.summary = run, name, run.tables, run.summary

    def table(self, name):
        return self.run.table(name)[:0] if name == self.name else self.run.table(name)


@pytest.mark.parametrize("name", sorted(sample_tables()))
def test_each_table_may_be_empty(sample, name):
    run = Emptied(sample, name)
    for section in (*FIRST_PAGE, *DETAILS):
        for picture in section.pictures:
            rows = picture.rows(run)
            assert rows.is_empty() or picture.drawn(rows)["data"]
        for tiles in section.tiles:
            assert isinstance(tiles.of(run), list)


def test_tables_without_a_row_are_told_in_words(tmp_path):
    tables = {name: frame.clear() for name, frame in sample_tables().items()}
    text = Page(report(open_run(write_sample(tmp_path / "run", tables)))).text
    assert "Nothing is short: every unit that is wanted is delivered." in text
    assert "No activity claims a date." in text


def test_a_table_of_another_version_is_told_and_no_fault(tmp_path):
    tables = sample_tables()
    tables["plan_volumes"] = tables["plan_volumes"].drop("delivered_p90")
    text = Page(report(open_run(write_sample(tmp_path / "run", tables)))).text
    assert text.count("another version of fabstack, without plan_volumes.delivered_p90.") == 2


def test_blank_cells_are_no_fault(tmp_path):
    """Every column but keys and names may be blank in a row."""
    tables = {name: blanked(frame) for name, frame in sample_tables().items()}
    assert Page(report(open_run(write_sample(tmp_path / "run", tables)))).faults == []


def blanked(frame):
    """The table with its last row's numbers and dates blank, but for the month it is of."""
    numbers = [
        name
        for name, dtype in frame.schema.items()
        if (dtype.is_numeric() or dtype == pl.Date) and name not in ("month", "date", "percentile")
    ]
    last = pl.int_range(pl.len()) == frame.height - 1
    return frame.with_columns(pl.when(~last).then(pl.col(name)).alias(name) for name in numbers)


@pytest.mark.parametrize(
    "summary",
    [
        {"headline": None, "mission": None, "programme": None, "findings": None},
        {"headline": {"holds": None}, "mission": [{}]},
        {"mission": [{"part": 1, "evidence": {"a": "words"}}, {"part": 2, "evidence": ["b"]}]},
        {"headline": {"breaks_first": {}, "first_shortage": {"month": "soon"}}},
        {"headline": {"breaks_first": {"what": "x", "factor": None}}},
        {"mission": [{"part": 1, "holds": True, "title": "only", "finding": "yes"}]},
    ],
)
def test_any_key_of_the_summary_may_be_missing(tmp_path, summary):
    found = Page(report(open_run(write_sample(tmp_path / "run", sample_tables(), summary))))
    assert found.faults == []


def test_a_programme_of_many_plants_over_many_years_still_fits(tmp_path):
    """400 tool groups and 60 items over 20 years: about 250,000 rows."""
    months = [date(2026 + i // 12, i % 12 + 1, 1) for i in range(240)]
    tables = sample_tables()
    tables["plan_capacity"] = many(tables["plan_capacity"], months, "tool_group", 400)
    tables["plan_volumes"] = many(tables["plan_volumes"], months, "item", 60)
    tables["plan_items"] = many(tables["plan_items"], months, "item", 60)
    tables["ramp_people"] = many(tables["ramp_people"], months, "skill", 60)
    page = report(open_run(write_sample(tmp_path / "run", tables)))
    assert len(page.encode()) < LIMIT_BYTES


def many(frame, months, column, count):
    """One row of each of `count` names in each month, like those of the first month."""
    first = frame.filter(pl.col("month") == MONTHS[0]).drop("month", column)
    rows = [first.row(i % first.height, named=True) | {column: f"name-{i}"} for i in range(count)]
    names = pl.DataFrame(rows, schema_overrides={c: first.schema[c] for c in first.columns})
    return names.join(pl.DataFrame({"month": months}), how="cross").select(frame.columns)
