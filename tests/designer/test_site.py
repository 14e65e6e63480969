"""Plants of a programme designed from tables: stages, mixes, scenarios, and what stays."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.designer.small_library import files, write
from typer.testing import CliRunner

from fabstack.check import check
from fabstack.cli import app
from fabstack.designer import design, design_plant, product, programme_of, read_library
from fabstack.designer.programme import Names
from fabstack.designer.site import designed_plants
from fabstack.designer.site_programme import WRITTEN, capital_musd, with_plants
from fabstack.designer.site_rows import read_site
from fabstack.errors import InputError
from fabstack.formats import load, read, save, save_tables
from fabstack.model import Programme, by_key
from fabstack.model.evidence import Scenario
from fabstack.model.items import Item
from fabstack.model.plants import Phase, Plant

TABLES = {
    "plants.csv": "plant,prefix,settings,loads\nshop,s-,dwell_min=3,oven=80\n",
    "products.csv": "plant,route,item,technology,carriers_per_lot,settings\n"
    "shop,thin,thin,boards,,\nshop,deep,deep,boards,5,layers=5\n",
    "mixes.csv": "plant,mix,route,share_percent\nshop,thin-only,thin,100\n"
    "shop,both,thin,40\nshop,both,deep,60\n",
    "stages.csv": "plant,phase,date,carriers_per_month,scenario,meaning\n"
    "shop,first,,2000,,\nshop,first,2027-01-01,9000,,more\nshop,second,2028-01-01,30000,,\n"
    "shop,first,,8000,large,a large start\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("site"), TABLES)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("shelf"), files())


@pytest.fixture(scope="module")
def before(shelf: Path) -> Programme:
    """A plant of another name with all its rows, and a bare one that is to be designed."""
    names = Names(plant="other", item="panel", prefix="o-")
    old = programme_of(design(read_library(shelf), "boards", 5000), names=names)
    shop = Plant(name="shop", kind="packaging", title="", place="")
    phases = [
        Phase(plant="shop", phase=name, capacity_per_month=1000, ready=date(2027, 1, 1))
        for name in ("first", "second")
    ]
    items = [
        Item(name=name, kind="package", title=name, technology="boards")
        for name in ("thin", "deep")
    ]
    return old.model_copy(
        update={
            "plants": (*old.plants, shop),
            "phases": (*old.phases, *phases),
            "items": (*old.items, *items),
            "scenarios": (Scenario(name="large", title="Large", meaning="more at first"),),
        }
    )


def after(folder: Path, shelf: Path, programme: Programme) -> Programme:
    return with_plants(programme, designed_plants(read_library(shelf), read_site(folder)))


def tools_on(programme: Programme, day: date) -> dict[str, int]:
    return {
        group.name: group.tools
        + sum(d.tools for d in programme.deliveries if d.tool_group == group.name and d.date <= day)
        for group in programme.tool_groups
        if group.plant == "shop"
    }


def test_tools_of_a_day_are_those_of_a_plant_for_every_mix_of_its_stage(
    folder: Path, shelf: Path, before: Programme
) -> None:
    library = read_library(shelf)
    made = (
        product(library, "thin", "boards", {"dwell_min": 3}),
        product(library, "deep", "boards", {"dwell_min": 3, "layers": 5}, 5),
    )
    grown = after(folder, shelf, before)
    for day, volume in (("2026-12-31", 2000), ("2027-01-01", 9000), ("2029-01-01", 30000)):
        mixes = ({"thin": volume}, {"thin": 0.4 * volume, "deep": 0.6 * volume})
        wanted = design_plant(library, made, mixes, loads={"oven": 80.0}).groups
        there = tools_on(grown, date.fromisoformat(day))
        assert there == {f"s-{group.name}": group.tools for group in wanted}


def test_a_scenario_has_the_tools_of_its_own_stage_on_the_first_day(
    folder: Path, shelf: Path, before: Programme, tmp_path: Path
) -> None:
    save(after(folder, shelf, before), tmp_path / "p")
    (found,) = designed_plants(read_library(shelf), read_site(folder))
    large = load(tmp_path / "p", "large")
    assert tools_on(large, date(2026, 12, 31)) == {
        f"s-{name}": tools for name, tools in found.others[0].tools.items()
    }
    assert tools_on(large, date(2026, 12, 31)) != tools_on(load(tmp_path / "p"), date(2026, 12, 31))


def test_the_programme_has_no_finding_and_every_number_a_source(
    folder: Path, shelf: Path, before: Programme, tmp_path: Path
) -> None:
    grown = after(folder, shelf, before)
    save(grown, tmp_path / "p")
    assert read(tmp_path / "p").programme == grown
    found = check(read(tmp_path / "p"))
    assert [str(finding) for finding in found if finding.severity == "error"] == []
    lacking = {f.message.partition(" in ")[2].split(":")[0] for f in found if f.code == "no-source"}
    assert lacking <= {"phases", "technologies"}  # given by this test, without a source


def test_what_belongs_to_others_stays_and_writing_again_changes_nothing(
    folder: Path, shelf: Path, before: Programme
) -> None:
    grown = after(folder, shelf, before)
    for table in ("tool_groups", "breakdowns", "maintenances", "routes", "steps", "moves"):
        rows = before.table(table)
        assert grown.table(table)[: len(rows)] == rows
        assert len(grown.table(table)) > len(rows)
    assert set(before.sources) <= set(grown.sources)
    assert after(folder, shelf, grown) == grown


def test_phases_cost_what_their_stages_add_and_the_floor_is_that_of_the_end(
    folder: Path, shelf: Path, before: Programme
) -> None:
    (found,) = designed_plants(read_library(shelf), read_site(folder))
    grown = after(folder, shelf, before)
    capital = dict(capital_musd(found))
    last = found.stages[-1].design
    assert sum(capital.values()) == pytest.approx(last.money.capital_musd)
    phases = by_key(grown.phases)
    assert phases["shop:second"].capex_usd == round(capital["second"]) * 1e6
    assert by_key(grown.plants)["shop"].floor_m2 == round(last.space.clean_room_m2)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("mixes.csv", "deep,60", "deep,50", "bad-mix"),
        ("mixes.csv", "both,deep", "both,sharp", "unknown-reference"),
        ("products.csv", "shop,thin", "shed,thin", "unknown-reference"),
        ("stages.csv", "30000", "-1", "out-of-bounds"),
        ("stages.csv", "shop,first,,2000", "shed,first,,2000", "unknown-reference"),
        ("products.csv", "layers=5", "layers=five", "bad-setting"),
        ("products.csv", "layers=5", "lairs=5", "unknown-parameter"),
        ("plants.csv", "oven=80", "ovn=80", "unknown-tool"),
        ("stages.csv", "second,2028", "third,2028", "unknown-reference"),
    ],
)
def test_every_fault_is_told(
    shelf: Path, before: Programme, tmp_path: Path, file: str, old: str, new: str, code: str
) -> None:
    assert old in TABLES[file]
    broken = write(tmp_path / "site", {**TABLES, file: TABLES[file].replace(old, new, 1)})
    with pytest.raises(InputError) as told:
        after(broken, shelf, before)
    assert code in {finding.code for finding in told.value.findings}


def test_a_table_that_is_missing_is_told_and_so_is_a_plant_without_stages(tmp_path: Path) -> None:
    short = {name: text for name, text in TABLES.items() if name != "mixes.csv"}
    with pytest.raises(InputError, match=r"mixes\.csv"):
        read_site(write(tmp_path / "short", short))
    lone = {**TABLES, "plants.csv": TABLES["plants.csv"] + "hut,h-,,\n"}
    with pytest.raises(InputError, match="'hut' has no row in stages"):
        read_site(write(tmp_path / "lone", lone))


def test_the_command_writes_its_tables_alone_and_tells_every_stage(
    folder: Path, shelf: Path, before: Programme, tmp_path: Path
) -> None:
    target = tmp_path / "p"
    save(before, target)
    kept = (target / "items.csv").read_bytes()
    heading = "# What stands here.\n"
    (target / "steps.csv").write_text(heading + (target / "steps.csv").read_text())
    told = CliRunner().invoke(
        app,
        ["design", "plants", str(folder), "--into", str(target), "--library", str(shelf), "--json"],
    )
    assert told.exit_code == 0, told.output
    stages = json.loads(told.stdout)["stages"]
    assert [(s["phase"], s["date"], s["scenario"]) for s in stages] == [
        ("first", None, ""),
        ("first", "2027-01-01", ""),
        ("second", "2028-01-01", ""),
        ("first", None, "large"),
    ]
    assert load(target) == after(folder, shelf, before)
    assert (target / "items.csv").read_bytes() == kept
    assert (target / "steps.csv").read_text().startswith(heading)
    written = {name: (target / f"{name}.csv").read_bytes() for name in ("steps", "sources")}
    save_tables(load(target), target, WRITTEN)
    assert written == {name: (target / f"{name}.csv").read_bytes() for name in written}
