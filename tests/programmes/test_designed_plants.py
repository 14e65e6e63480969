"""The committed plants of programmes are those that the designer writes today, to the byte."""

from pathlib import Path

import pytest

from fabstack.designer import read_library
from fabstack.designer.site import DesignedPlant, designed_plants
from fabstack.designer.site_programme import WRITTEN, with_plants
from fabstack.designer.site_rows import read_site
from fabstack.economics.flow import units_per_carrier
from fabstack.formats import load
from fabstack.formats.folder import table_text

FOLDER = Path(__file__).resolve().parents[2] / "programmes"
DESIGNED = sorted(path.parent.name for path in FOLDER.glob("*/design"))


@pytest.fixture(scope="module", params=DESIGNED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def plants(name: str) -> tuple[DesignedPlant, ...]:
    return designed_plants(read_library(), read_site(FOLDER / name / "design"))


def test_the_committed_tables_are_what_the_designer_writes(
    name: str, plants: tuple[DesignedPlant, ...]
) -> None:
    designed = with_plants(load(FOLDER / name), plants)
    for table in WRITTEN:
        file = FOLDER / name / f"{table}.csv"
        rows = designed.table(table)
        lines = file.read_text(encoding="utf-8").splitlines() if rows else []
        text = "\n".join(line for line in lines if not line.startswith("#"))
        assert text == (table_text(rows).rstrip("\n") if rows else ""), (
            f"{table}: renew with fabstack design plants programmes/{name}/design "
            f"--into programmes/{name}"
        )


def test_designer_and_programme_agree_on_what_fits_on_a_carrier(
    name: str, plants: tuple[DesignedPlant, ...]
) -> None:
    programme = load(FOLDER / name)
    for made in (made for one in plants for made in one.made):
        fits = units_per_carrier(programme, made.route)
        assert fits == made.flow.parameters["units_per_carrier"], made.route
