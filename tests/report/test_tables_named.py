"""What a picture or tile reads stands in its `tables`: the page can tell where one is missing."""

import pytest

from fabstack.report.sections import DETAILS, FIRST_PAGE

SECTIONS = (*FIRST_PAGE, *DETAILS)
PICTURES = {picture.name: picture for section in SECTIONS for picture in section.pictures}
TILES = {f"{s.name}-{i}": tiles for s in SECTIONS for i, tiles in enumerate(s.tiles)}


class Only:
    """A run that gives out some of its tables and no other."""

    def __init__(self, run, tables):
        self.run, self.tables, self.summary = run, tables, run.summary

    def table(self, name):
        assert name in self.tables, f"reads {name}, which it does not name"
        return self.run.table(name)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_reads_the_tables_that_it_names(sample, name):
    assert PICTURES[name].rows(Only(sample, PICTURES[name].tables)) is not None


@pytest.mark.parametrize("name", TILES)
def test_a_tile_reads_the_tables_that_it_names(sample, name):
    assert TILES[name].of(Only(sample, TILES[name].tables)) is not None
