"""`fabstack schema`, `export`, `import` and `sources`, called as the command line calls them."""

import json

import pytest
import typer
from typer.testing import CliRunner

import autosched_folders
from fabstack.cli.export import export
from fabstack.cli.import_ import import_
from fabstack.cli.schema import schema
from fabstack.cli.sources import sources
from fabstack.errors import InputError
from fabstack.formats import load, save
from small_programme import edited, write_folder

commands = typer.Typer()
for name, function in {
    "schema": schema,
    "export": export,
    "import": import_,
    "sources": sources,
}.items():
    commands.command(name)(function)


def run(*arguments):
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    if result.exception:
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "small")


def test_schema_lists_the_tables_and_describes_one():
    assert "tool_groups" in run("schema").stdout
    assert "| `process` | distribution | min | required |" in run("schema", "steps").stdout


def test_schema_as_json_is_one_document():
    assert json.loads(run("schema", "--json").stdout)["properties"]["steps"]["type"] == "array"
    assert json.loads(run("schema", "finance", "--json").stdout)["type"] == "object"


def test_schema_of_an_unknown_table_asks_what_was_meant():
    with pytest.raises(InputError, match="did you mean 'steps'"):
        run("schema", "step")


def test_export_and_import_give_the_programme_back(folder, tmp_path):
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    book, again = tmp_path / "book.xlsx", tmp_path / "again"
    out = run("export", folder, book)
    assert out.stdout == ""
    run("import", book, "--out", again)
    save(load(folder), tmp_path / "direct")
    for file in (tmp_path / "direct").iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("words", [["autosched"], []], ids=["told", "by itself"])
def test_import_writes_an_autosched_model_as_a_programme(tmp_path, words):
    model = autosched_folders.plain(tmp_path / "fab", notes="more")
    done = run("import", *words, model, "--out", tmp_path / "out", "--due-spread-percent", 20)
    assert done.stdout == ""
    assert "notes.txt' is not read" in done.stderr
    saved = load(tmp_path / "out")
    assert {order.due_spread_percent for order in saved.orders if order.due_days} == {20}
    assert saved.steps == load(model).steps


def test_import_of_an_unknown_format_asks_what_was_meant(tmp_path):
    result = CliRunner().invoke(
        commands, ["import", "autoshed", str(tmp_path), "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert "did you mean 'autosched'?" in result.stderr


def test_a_spread_of_due_dates_goes_with_autosched_alone(folder, tmp_path):
    arguments = ["import", str(folder), "--out", str(tmp_path), "--due-spread-percent", "20"]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 2
    assert "goes with an autosched model alone" in result.stderr


def test_sources_show_value_range_year_grade_and_what_has_none(folder):
    text = run("sources", folder).stdout
    assert "technologies/logic-14/d0_mature_per_cm2 = 0.1 (0.05 to 0.2) 1/cm2" in text
    assert "estimate, 2024: a textbook" in text
    assert "numbers without a source: " in text


def test_sources_as_json_carry_every_field(folder):
    document = json.loads(run("sources", folder, "--json").stdout)
    assert document["sources"] == [
        {
            "cell": "technologies/logic-14/d0_mature_per_cm2",
            "value": 0.1,
            "low": 0.05,
            "high": 0.2,
            "unit": "1/cm2",
            "year": 2024,
            "source": "a textbook",
            "grade": "estimate",
            "note": "",
        }
    ]
    # d0_start of logic-14, its diameter and the two sides of the panel have none
    assert document["numbers_without_source_by_table"]["technologies"] == 4
    assert document["numbers_without_source"] == sum(
        document["numbers_without_source_by_table"].values()
    )


def test_a_source_for_another_number_lowers_the_count_by_one(tmp_path, folder):
    before = json.loads(run("sources", folder, "--json").stdout)
    line = "technologies/logic-14/d0_start_per_cm2,0.3,0.5,2024,a textbook,press\n"
    more = write_folder(
        tmp_path / "more", sources=edited("sources", "estimate\n", f"estimate\n{line}")
    )
    after = json.loads(run("sources", more, "--json").stdout)
    assert after["numbers_without_source"] == before["numbers_without_source"] - 1
    assert after["count_by_grade"] == {"estimate": 1, "press": 1}
    only = json.loads(run("sources", more, "--grade", "press", "--json").stdout)
    assert [one["grade"] for one in only["sources"]] == ["press"]


def test_an_unknown_grade_asks_what_was_meant(folder):
    with pytest.raises(InputError, match="did you mean 'press'"):
        run("sources", folder, "--grade", "pres")
