"""AutoSched models become the programmes that their columns mean, or findings with places."""

from datetime import date
from pathlib import Path

import pytest

from autosched_folders import LISTED, OPTIONS, TABLES, original, plain, replaced
from fabstack import formats
from fabstack.check import check
from fabstack.errors import InputError
from fabstack.formats import autosched
from fabstack.model import Programme, by_key
from fabstack.model.routes import Basis


@pytest.fixture
def model(tmp_path: Path) -> Programme:
    return formats.load(plain(tmp_path / "my fab"))


def _step(model: Programme, number: int):
    return by_key(model.steps)[f"r_1:{number}"]


# --- What the columns mean (../shared/reference/smt2020.md, section 1) -------------------------


def test_a_folder_is_recognised_and_a_programme_is_not_taken_for_one(tmp_path):
    folder = plain(tmp_path / "a")
    assert autosched.is_autosched(folder)
    assert autosched.is_autosched(original(tmp_path / "b"))
    formats.save(formats.load(folder), tmp_path / "c")
    assert not autosched.is_autosched(tmp_path / "c")
    assert not autosched.is_autosched(tmp_path / "nowhere")


def test_the_header_begins_with_the_first_start_and_holds_two_years(model):
    header = model.programme
    assert header.name == "my-fab"
    assert (header.start, header.end) == (date(2018, 1, 1), date(2019, 12, 31))


def test_tool_groups_keep_area_bay_size_and_handling(model):
    furnace, delay = by_key(model.tool_groups)["FURN"], by_key(model.tool_groups)["WAIT"]
    assert (furnace.area, furnace.bay, furnace.tools) == ("Diff", "Fab", 3)
    assert (furnace.load_min, furnace.unload_min) == (1, 1)
    assert (delay.bay, delay.tools, delay.load_min) == ("Delay", 40, 0)


def test_only_the_rule_that_avoids_setups_ranks_by_them(model):
    groups = by_key(model.tool_groups)
    assert groups["LITHO"].dispatch == "priority > cr"
    assert groups["IMPL"].dispatch == "priority > setup > cr"
    assert {name for name, group in groups.items() if group.least_setup_tool} == {"LITHO", "IMPL"}
    assert {group.tool_choice for group in groups.values()} == {"least-used"}


def test_times_for_a_batch_a_lot_a_wafer_and_cascades(model):
    batch, lots, wafers, plain_wafers = (_step(model, number) for number in (1, 2, 3, 4))
    assert (batch.basis, str(batch.process)) == (Basis.BATCH, "480")
    assert (batch.batch_minimum, batch.batch_maximum, batch.batch_family) == (50, 75, "")
    assert (lots.basis, lots.interval_min, str(lots.process)) == (
        Basis.LOT,
        7,
        "uniform(9.5, 10.5)",
    )
    assert (wafers.basis, wafers.interval_min) == (Basis.CARRIER, 0.75)
    assert (plain_wafers.basis, plain_wafers.interval_min) == (Basis.CARRIER, None)


def test_setups_belong_to_the_groups_that_use_them_and_runs_to_those_that_keep_them(model):
    assert (_step(model, 4).setup, _step(model, 4).setup_min) == ("reticle", 15)
    assert (_step(model, 5).setup, _step(model, 5).setup_min) == ("boron", None)
    rows = [
        (row.tool_group, row.from_setup, row.to_setup, row.setup_min, row.minimum_run)
        for row in model.setups
    ]
    assert rows == [("IMPL", "", "boron", 72, 7), ("IMPL", "boron", "arsenic", 60, 6)]


def test_runs_are_kept_only_by_the_rule_that_avoids_setups(tmp_path):
    found = formats.load(plain(tmp_path, **replaced("tool", "rule_LSSU", "rule_HotLotFIRST")))
    assert [row.minimum_run for row in found.setups] == [0, 0]
    assert by_key(found.tool_groups)["IMPL"].dispatch == "priority > cr"


def test_a_later_step_needs_the_tool_of_the_step_that_keeps_it(model):
    assert _step(model, 6).same_tool_as == 4
    assert _step(model, 9).same_tool_as == 6
    assert _step(model, 4).same_tool_as is None


def test_queue_limits_sampling_and_rework(model):
    assert (_step(model, 3).queue_limit_h, _step(model, 3).queue_limit_to) == (2, 5)
    assert (_step(model, 8).sampling_percent, _step(model, 9).sampling_percent) == (40, 100)
    assert (_step(model, 6).rework_percent, _step(model, 6).rework_to) == (1.5, 4)


def test_breakdowns_of_an_area_come_to_each_of_its_groups(model):
    found = {row.tool_group: row for row in model.breakdowns}
    assert set(found) == {"WET", "ETCH"}
    one = found["WET"]
    assert [str(one.between), str(one.first), str(one.repair)] == [
        "exponential(168)",
        "exponential(84)",
        "exponential(0.6)",
    ]


def test_maintenance_by_time_and_by_pieces_with_its_first(model):
    weekly, pieces = by_key(model.maintenances)["LITHO:LITHO_WK"], model.maintenances[1]
    assert (weekly.every_h, weekly.first_h, str(weekly.duration)) == (168, 156, "uniform(8, 12)")
    assert (pieces.every_carriers, pieces.first_carriers) == (5000, 4800)
    assert weekly.staggered
    assert pieces.staggered


def test_moves_between_locations(model):
    (move,) = model.moves
    assert (move.from_bay, move.to_bay, str(move.move)) == ("Fab", "Fab", "uniform(5, 10)")


def test_a_stream_is_one_order_and_several_lots_at_once_are_several(model):
    orders = by_key(model.orders)
    assert set(orders) == {"Lot_1", "Hot_1", "Hot_1 #2", "Lot_2"}
    lot = orders["Lot_1"]
    assert (lot.lots, lot.every_h, lot.due_days, lot.carriers) == (200_000, 1.5, 2.5, 25)
    assert (orders["Hot_1"].start_h, orders["Hot_1"].every_h) == (6.5, 48)
    assert orders["Hot_1"].reserves_tools
    assert not lot.reserves_tools
    assert orders["Lot_2"].due_days is None
    assert by_key(model.routes)["r_2"].carriers_per_lot == 24


def test_lots_inside_wait_at_their_step_with_their_own_due_dates(model):
    lots = by_key(model.wip)
    assert (lots["In_1"].step, lots["In_1"].due_days, lots["In_1"].started) == (4, -0.5, None)
    assert (lots["In_2"].step, lots["In_2"].due_days) == (9, 1)


def test_nothing_is_said_against_the_sample_by_reader_or_checks(tmp_path):
    loaded = formats.read(plain(tmp_path))
    assert loaded.findings == ()
    assert check(loaded) == ()


# --- The original form -------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [True, False], ids=["BOM", "no BOM"])
def test_the_original_form_says_the_same_of_the_fab(tmp_path, mark):
    tables = formats.load(plain(tmp_path / "plain"))
    first = formats.load(original(tmp_path / "original", mark=mark))
    for table in ("tool_groups", "steps", "setups", "breakdowns", "maintenances", "moves", "wip"):
        assert first.table(table) == tables.table(table)


def test_only_active_order_files_count_and_listed_lots_keep_size_start_and_due_date(tmp_path):
    first = formats.load(original(tmp_path))
    assert [(o.name, o.date, o.start_h, o.carriers, o.due_days) for o in first.orders] == [
        ("Lot_1", date(2018, 1, 1), 1.5, 25, 2.5),
        ("Lot_1 #2", date(2018, 1, 8), 8, 7, 1),
    ]
    assert all(order.lots == 1 and order.every_h is None for order in first.orders)


def test_statistics_begin_when_the_first_period_with_a_reset_ends(tmp_path):
    assert formats.load(original(tmp_path)).simulation.warm_up_days == 30


def test_options_that_are_not_read_are_named(tmp_path):
    (found,) = formats.read(original(tmp_path)).findings
    assert (found.code, found.severity) == ("unread-options", "note")
    assert "WORKCELL_FILES" in found.message


def test_sim_start_is_time_0_and_lots_may_start_later(tmp_path):
    options = OPTIONS.replace("01/01/18 00:00:00", "12/25/17 00:00:00")
    first = formats.load(original(tmp_path, options=options))
    assert first.programme.start == date(2017, 12, 25)
    assert by_key(first.wip)["In_2"].due_days == 8


def test_step_names_in_words_are_numbered_in_order(tmp_path):
    route = TABLES["route_2"].replace("\t1\t001", "\toxide\t001")
    wip = TABLES["WIP"] + "In_3\tpart_2\t10\t24\t01/01/18 00:00:00\toxide\t\tO\n"
    found = formats.load(plain(tmp_path, route_2=route, WIP=wip))
    assert by_key(found.steps)["r_2:1"].name == "001_WAIT"
    assert by_key(found.wip)["In_3"].step == 1


def test_parts_that_share_a_route_share_its_batches(tmp_path):
    part = TABLES["part"].replace("route_2.txt\tr_2", "route_1.txt\tr_1")
    found = formats.load(plain(tmp_path, part=part, route_2=""))
    families = {step.batch_family for step in found.steps if step.basis is Basis.BATCH}
    assert {route.name for route in found.routes} == {"r_1 part_1", "r_1 part_2"}
    assert families == {"r_1 1"}


def test_due_dates_are_spread_where_asked(tmp_path):
    found = autosched.read(plain(tmp_path), due_spread_percent=20).programme
    spreads = {order.name: order.due_spread_percent for order in found.orders}
    assert spreads == {"Lot_1": 20, "Hot_1": 20, "Hot_1 #2": 20, "Lot_2": 0}


# --- Round trip --------------------------------------------------------------------------------


def test_what_is_saved_loads_as_the_same_programme(tmp_path):
    for form in (plain, original):
        first = formats.load(form(tmp_path / form.__name__))
        formats.save(first, tmp_path / "saved")
        assert formats.load(tmp_path / "saved") == first


# --- Findings ----------------------------------------------------------------------------------


def _name(case) -> str:
    return "+".join(case) if isinstance(case, dict) else str(case)[:40]


_BAD = [
    (replaced("route_1", "2\t002_WET\tWET", "2\t002_WET\tWTE"), "route_1.txt:3:15",
     "unknown-reference", "no tool group 'WTE'"),
    (replaced("order", "Lot_2\tpart_2", "Lot_2\tpart_3"), "order.txt:4:7",
     "unknown-reference", "no part 'part_3'"),
    (replaced("order", "25\t01/01/18 00", "25\t31/01/18 00"), "order.txt:2:20",
     "bad-date", "START is '31/01/18 00:00:00'"),
    (replaced("order", "90\tmin\t200000", "ninety\tmin\t200000"), "order.txt:2:47",
     "bad-number", "REPEAT is 'ninety'"),
    (replaced("order", "2\tday", "2\tdays"), "order.txt:3:49",
     "unknown-unit", "RUNITS is 'days'"),
    (replaced("WIP", "\t4\t12", "\t44\t12"), "WIP.txt:2:37",
     "unknown-step", "route 'r_1' has no step '44'"),
    (replaced("attach", "LITHO_WK\tpm", "LITHO_WX\tpm"), "attach.txt:3:1",
     "unknown-reference", "no calendar 'LITHO_WX'"),
    (replaced("attach", "stngrp\tWet", "stngrp\tWett"), "attach.txt:2:23",
     "unknown-reference", "no area 'Wett'"),
    (replaced("downcal", "mttf_by_cal", "mttf_by_pieces"), "downcal.txt:2:11",
     "unsupported-value", "DOWNCALTYPE is 'mttf_by_pieces'"),
    (replaced("pmcal", "uniform\t10", "weibull\t10"), "pmcal.txt:2:29",
     "unknown-distribution", "MTTRDIST is 'weibull'"),
    (replaced("tool", "rule_LSSU", "rule_LSU"), "tool.txt.1l:6:11",
     "unsupported-value", "RULE is 'rule_LSU'"),
    (replaced("tool", "rank_CR\t\tcrit", "rank_EDD\t\tcrit"), "tool.txt.1l:2:28",
     "unsupported-value", "no rank 'rank_EDD'"),
    (replaced("part", "route_2.txt", "route_3.txt"), "part.txt:3:27",
     "missing-file", "there is no file 'route_3.txt'"),
    ({"tool": TABLES["tool"].replace("STNFAM\t", "FAMILY\t", 1)}, "tool.txt.1l:1",
     "missing-column", "there is no column 'STNFAM'"),
    (replaced("fromto", "2.5\tmin", "2.5\tmin\tmore"), "fromto.txt:2",
     "too-many-cells", "this row has 7 cells"),
    ({"part": ""}, "missing", "missing-file", "the model has no part.txt"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "at", "code", "words"), _BAD, ids=_name)
def test_what_cannot_be_read_is_found_with_file_line_and_column(changed, at, code, words, tmp_path):
    folder = plain(tmp_path / "missing", **changed)
    with pytest.raises(InputError) as caught:
        autosched.read(folder)
    found = [one for one in caught.value.findings if words in one.message]
    assert [one.code for one in found] == [code]
    place = ":".join(str(part) for part in (found[0].line, found[0].column) if part)
    assert f"{Path(found[0].file).name}:{place}".rstrip(":") == at
    assert found[0].expected or found[0].cure


_DOUBTFUL = [
    (replaced("order", "10\t24", "10\tDU[1,10]"), "unsupported-value", "every lot has 6 pieces"),
    (replaced("order", "00:00:00\tconstant\t90\tmin\t9\t", "00:00:00\texponential\t90\tmin\t9\t"),
     "unsupported-value", "lots are started evenly"),
    (replaced("route_1", "boron\tneed", "boron\talways"), "unsupported-value", "done when needed"),
    (replaced("setup", "\n\tboron", "\n\tneon\t5\tmin\n\tboron"), "unused-setup", "setup 'neon'"),
    (replaced("attach", "FURN_QT\tpm\tstnfam\tFURN\tconstant\t4800\n", ""),
     "unattached", "FURN_QT"),
    (replaced("setupgrp", "MINRUN\tIGNORE", "MINRUN\tFLAVOUR"), "unknown-column", "FLAVOUR"),
    ({"notes": "more"}, "unread-file", "notes.txt"),
    (replaced("tool", "2.0\t2\tWet", "\t2\tWet"), "odd-interval", "'WET' has STNCAP ''"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "code", "words"), _DOUBTFUL, ids=_name)
def test_what_is_left_out_is_said_and_the_rest_is_read(changed, code, words, tmp_path):
    loaded = formats.read(plain(tmp_path, **changed))
    assert {found.code for found in loaded.findings} == {code}
    assert all(words in found.message for found in loaded.findings)
    assert all(found.severity in ("warning", "note") for found in loaded.findings)
    assert set(loaded.findings) <= set(check(loaded))


def test_all_faults_are_found_at_once(tmp_path):
    changed = replaced("setup", "72", "-72") | replaced("fromto", "7.5", "?")
    with pytest.raises(InputError) as caught:
        formats.load(plain(tmp_path, **changed))
    assert {Path(found.file).name for found in caught.value.findings} == {"setup.txt", "fromto.txt"}


def test_a_long_list_of_lots_is_read_and_its_faults_are_not_all_shown(tmp_path):
    row = LISTED.splitlines()[2].replace("01/08/18", "41/08/18")
    rows = "\n".join([LISTED.splitlines()[0], *[row] * 300])
    with pytest.raises(InputError) as caught:
        formats.load(original(tmp_path, list=rows + "\n"))
    assert len(caught.value.findings) < 30
    assert any("more rows" in found.message for found in caught.value.findings)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        autosched.read(tmp_path / "nowhere")


def test_bytes_that_are_no_text_are_a_finding(tmp_path):
    folder = plain(tmp_path)
    (folder / "setup.txt").write_bytes(b"CURSETUP\tNEWSETUP\n\xff\xfe\xfa\xfb\n" * 3)
    with pytest.raises(InputError, match="bad-encoding"):
        formats.load(folder)
