"""A library of one's own: what it replaces, and what is said of its faults."""

from pathlib import Path

import pytest
from tests.designer.small_library import FILES, files, small_library, write

from fabstack.designer import design, expand, read_folders, read_library
from fabstack.designer.reading import SHIPPED, shipped_folders
from fabstack.errors import InputError


def replaced(name: str, old: str, new: str) -> dict[str, str]:
    assert old in files()[name], old
    return files(**{name: files()[name].replace(old, new)})


def test_a_row_of_ones_own_replaces_the_shipped_one_and_others_stay(tmp_path: Path) -> None:
    kind = "kind,title,area,form,rate,rate_of,cee,price_musd,linked_kind,minimum\n"
    row = "litho_euv,own scanner,litho,cascade,220,wafer,0.65,180,track_euv,1\n"
    own = read_library(write(tmp_path, {"tools.csv": kind + row}))
    shipped = read_library()
    assert own.tools["litho_euv"].rate == 220
    assert own.tools["litho_krf"] == shipped.tools["litho_krf"]
    assert own.modules == shipped.modules


def test_faster_scanners_of_ones_own_are_fewer(tmp_path: Path) -> None:
    kind = "kind,title,area,form,rate,rate_of,cee,price_musd,linked_kind,minimum\n"
    row = "litho_euv,own scanner,litho,cascade,320,wafer,0.6,180,track_euv,1\n"
    own = read_library(write(tmp_path, {"tools.csv": kind + row}))
    usual, faster = (
        design(library, "logic-5", 100_000).scanners for library in (read_library(), own)
    )
    needs = {group.name: group.needed for group in usual}
    halved = {group.name: group.needed for group in faster}
    assert halved["litho_euv"] == pytest.approx(needs["litho_euv"] / 2)  # 160 an hour before
    assert halved["litho_krf"] == needs["litho_krf"]


def test_a_module_of_ones_own_replaces_all_steps_of_the_shipped_one(tmp_path: Path) -> None:
    text = "module,step,name,tool\nfinal,10,parametric test,test_wat\n"
    own = read_library(write(tmp_path, {"modules.csv": text}))
    assert [step.name for step in own.modules["final"]] == ["parametric test"]
    shipped = read_library()
    fewer = len(shipped.modules["final"]) - 1
    assert len(expand(own, "logic-28").steps) == len(expand(shipped, "logic-28").steps) - fewer


def test_the_later_of_two_libraries_counts(tmp_path: Path) -> None:
    small = write(tmp_path / "first", files())
    text = "scope,name,value\n,layers,4\n"
    later = write(tmp_path / "second", {"parameters.csv": text})
    assert expand(read_library(small, later), "boards").parameters["layers"] == 4
    assert expand(read_library(later, small), "boards").parameters["layers"] == 3


def test_the_narrowest_scope_counts(tmp_path: Path) -> None:
    texts = files()
    texts["parameters.csv"] += "shop,layers,5,\nboards,cures,2,\nshop,cures,7,\n"
    flow = expand(read_library(write(tmp_path, texts)), "boards")
    assert (flow.parameters["layers"], flow.parameters["cures"]) == (5, 2)


def test_shipped_folders_are_in_the_package_and_each_is_read() -> None:
    names = [folder.name for folder in shipped_folders()]
    assert names[0] == "common"
    assert "wafer" in names
    assert all(folder.parent == SHIPPED for folder in shipped_folders())


def test_every_figure_that_comes_from_outside_names_its_source() -> None:
    library = read_library()
    for tool in library.tools.values():
        assert tool.rate_source, tool.kind
        assert tool.price_source, tool.kind
        assert tool.upkeep_source, tool.kind
        assert tool.rest_source, tool.kind
        assert (tool.rate_low or 0) <= tool.rate <= (tool.rate_high or tool.rate), tool.kind
        assert (tool.price_low or 0) <= tool.price_musd, tool.kind
        assert tool.price_musd <= (tool.price_high or tool.price_musd), tool.kind
    assert all(row.source for row in library.parameters.values())
    assert all(row.source for rows in library.staff.values() for row in rows)
    assert all(band.low <= band.high for band in library.bands.values())


FAULTS = {  # file, old, new -> line, what is said
    "unknown tool": ("modules.csv", "measure,gauge", "measure,gouge", 3, "did you mean 'gauge'?"),
    "unknown module": ("flows/boards.csv", "top,both", "top,bth", 3, "did you mean 'both'?"),
    "unknown mask": ("flows/boards.csv", "1,film,places", "1,flm,places", 3, "no mask 'flm'"),
    "unknown parameter": ("modules.csv", "1,dies_on_panel", "1,dies", 5, "no parameter 'dies'"),
    "unknown linked tool": ("tools.csv", ",loader,10", ",lader,10", 2, "did you mean 'loader'?"),
    "no sum": ("modules.csv", "places - 1", "places -", 7, "no sum of numbers and names"),
    "a call": ("modules.csv", "places - 1", "open('x')", 7, "no function 'open'"),
    "an attribute": ("modules.csv", "places - 1", "places.real", 7, "only numbers, names"),
    "bad values": ("flows/boards.csv", "places=3", "places 3", 3, "not spelt like 'implants=2'"),
    "bad stop": ("tools.csv", "9 h every 90 h", "9 hours", 2, "not spelt like '6.7 h every"),
    "long stop": ("tools.csv", "9 h every 90 h", "99 h every 90 h", 2, "cannot come every 90 h"),
    "negative rate": ("tools.csv", "batch,20,", "batch,-1,", 4, "above 0"),
    "not a number": ("tools.csv", "batch,20,", "batch,nan,", 4, "rate is nan"),
    "two works": ("modules.csv", "both,10,,,,layer", "both,10,,oven,,layer", 6, "one of tool, exp"),
    "no work": ("modules.csv", "both,10,,,,layer", "both,10,,,,", 6, "a tool, an exposure or"),
    "endless": ("modules.csv", "both,10,,,,layer", "both,10,,,,both", 6, "uses itself by 'both'"),
    "doubled key": ("modules.csv", "layer,20,", "layer,10,", 3, "stands twice"),
    "unknown choice": ("tools.csv", ",batch,", ",bach,", 4, "did you mean 'batch'?"),
    "unknown column": ("masks.csv", "rework_percent", "rework", 1, "did you mean 'rework_p"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_line_and_cure(tmp_path: Path, fault: str) -> None:
    name, old, new, line, words = FAULTS[fault]
    with pytest.raises(InputError) as error:
        read_library(write(tmp_path, replaced(name, old, new)))
    told = [str(finding) for finding in error.value.findings]
    assert any(f"{name}:{line}:" in text and words in text for text in told), told


SENSELESS = {  # said when the technology is expanded
    "half a layer": ("modules.csv", "places - 1", "places - 1.5", 7, "no whole number"),
    "negative": ("modules.csv", "places - 1", "places - 9", 7, "comes to -6"),
    "division by 0": ("modules.csv", "places - 1", "1 / (places - 3)", 7, "divides by 0"),
    "all lots again": ("modules.csv", "mask_rework_percent * 2", "100", 3, "below 100"),
    "too many masks": ("flows/boards.csv", "1,film,places", "1,film film,places", 3, "1 masks"),
    "no mask": ("flows/boards.csv", "1,film,places", "1,,places", 2, "in column masks"),
    "a million layers": ("flows/boards.csv", "layers - 1", "layers * 1000000", 2, "more than"),
    "many layers": ("flows/boards.csv", "layers - 1", "layers * 4000", 2, "more than"),
}


@pytest.mark.parametrize("fault", SENSELESS)
def test_what_makes_no_sense_for_a_technology_is_told_with_its_cell(
    tmp_path: Path, fault: str
) -> None:
    name, old, new, line, words = SENSELESS[fault]
    library = read_library(write(tmp_path, replaced(name, old, new)))
    with pytest.raises(InputError) as error:
        expand(library, "boards")
    told = str(error.value)
    file, line = {"no mask": ("modules.csv", 2), "many layers": ("modules.csv", 4)}.get(
        fault, (name, line)
    )
    assert f"{file}:{line}:" in told, told
    assert words in told, told


def test_parameters_that_depend_on_each_other_are_told(tmp_path: Path) -> None:
    texts = files()
    texts["parameters.csv"] += ",first,second + 1,\n,second,first,\n"
    texts["modules.csv"] = texts["modules.csv"].replace("places - 1", "first")
    library = read_library(write(tmp_path, texts))
    with pytest.raises(InputError, match="depends on itself"):
        expand(library, "boards")


@pytest.mark.parametrize(
    ("column", "row", "to", "words"),
    [
        ("rework_to", 3, 30, "an earlier step of module 'layer'"),
        ("rework_to", 3, 15, "an earlier step of module 'layer'"),
        ("queue_limit_to", 3, 10, "a later step of module 'layer'"),
    ],
)
def test_rework_leads_back_and_limits_lead_onwards(
    tmp_path: Path, column: str, row: int, to: int, words: str
) -> None:
    lines = files()["modules.csv"].splitlines()
    ends = [f",{column}", *("," for _ in lines[1:])]
    ends[row - 1] = f",{to}"
    text = "".join(f"{line}{end}\n" for line, end in zip(lines, ends, strict=True))
    with pytest.raises(InputError, match=words) as error:
        read_library(write(tmp_path, files(**{"modules.csv": text})))
    assert f"modules.csv:{row}:" in str(error.value)


def test_all_faults_of_a_library_are_told_at_once(tmp_path: Path) -> None:
    texts = replaced("tools.csv", "9 h every 90 h", "often")
    texts["modules.csv"] = texts["modules.csv"].replace("places - 1", "places -")
    texts["flows/boards.csv"] = texts["flows/boards.csv"].replace("20,top", "x,top")
    with pytest.raises(InputError) as error:
        read_library(write(tmp_path, texts))
    assert {Path(finding.file).name for finding in error.value.findings} == {
        "tools.csv",
        "modules.csv",
        "boards.csv",
    }


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"tool.csv": "kind\n"}, "did you mean 'tools.csv'"),
        ({"tools.csv": ""}, "the file is empty"),
        ({"tools.csv": "kind;title\n"}, "separated by semicolons"),
        ({"notes.txt": "nothing"}, "holds no table"),
        ({"flows/alone.csv": "position,name,module\n1,start,start\n"}, "no technology 'alone'"),
        (
            {
                "technologies.csv": "name,title,plant_kind,carrier,item_kind,carriers_per_lot,"
                "factory\nlonely,x,fab,wafer,wafer,25,fab\n"
            },
            "write flows/lonely.csv",
        ),
    ],
)
def test_a_file_that_is_missing_or_unreadable_is_told(
    tmp_path: Path, texts: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        read_library(write(tmp_path, texts))


def test_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_library(tmp_path / "nowhere")


def test_an_unknown_technology_or_setting_is_told(tmp_path: Path) -> None:
    library = small_library(tmp_path)
    with pytest.raises(InputError, match="did you mean 'boards'"):
        expand(library, "bords")
    with pytest.raises(InputError, match="did you mean 'layers'"):
        expand(library, "boards", {"layer": 2.0})


def test_a_table_with_a_header_alone_says_nothing(tmp_path: Path) -> None:
    header = FILES["tools.csv"].splitlines()[0] + "\n"
    assert read_library(write(tmp_path, {"tools.csv": header})).tools == read_library().tools


def test_folders_alone_are_read_without_the_shipped_ones(tmp_path: Path) -> None:
    library = read_folders(write(tmp_path, files()))
    assert set(library.technologies) == {"boards"}
