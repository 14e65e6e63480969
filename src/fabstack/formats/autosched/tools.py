"""Tool groups (STNFAM) with their rules, and moves between locations.

RULE and FWLRANK: every rank sorts the list of waiting lots in its turn, but rank_RSETUP has no
effect there, for that list knows no tool; rule_LSSU alone looks at setups, and keeps its runs.
STNCAP 2 is a tool with two places in a row: its steps carry the interval of the first place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fabstack.errors import did_you_mean
from fabstack.formats.autosched import cells
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, Row
from fabstack.model.dispatch import SEPARATOR, Key

PLANT = "fab"
LEAST_SETUP_RULE = "rule_LSSU"
RULES = ("rule_HotLotFIRST", LEAST_SETUP_RULE)
RANKS: Mapping[str, Key | None] = {
    "rank_HP": Key.PRIORITY,
    "rank_RSETUP": None,
    "rank_FIFO": Key.FIFO,
    "rank_CR": Key.CRITICAL_RATIO,
}
WAKES = ("wake_LeastSetupTime",)
SAME_STEP = "crit_sameroutestep"
SAME_FAMILY = "crit_samepartfam|crit_samestepname"
ACTIONS = ("Custom_actlist_ASISemiOpersDuringSetupAndAdditionalLoadUnload",)


@dataclass(slots=True)
class Family:
    """One tool group: its row, and what the steps and setups on it must know."""

    row: Row
    ranks: list[tuple[Row, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the group."""
        return self.row["STNFAM"]

    @property
    def area(self) -> str:
        """The department, to which breakdowns are attached."""
        return self.row["STNGRP"]

    @property
    def least_setup(self) -> bool:
        """Whether lots that need no change of setup go first, in runs."""
        return self.row["RULE"] == LEAST_SETUP_RULE

    @property
    def cascades(self) -> bool:
        """Whether the tool takes its next unit before the last one is done."""
        return self.row["STNCAP"] in ("2", "2.0")


def families_of(table: AsdTable, notes: Notes) -> dict[str, Family]:
    """The tool groups by name; a row without a name adds a rank to the group above it."""
    found: dict[str, Family] = {}
    last: Family | None = None
    for row in table.rows:
        name = row["STNFAM"]
        if name and name in found:
            notes.error(row, "STNFAM", "duplicate-key", f"'{name}' stands twice", "each name once")
            continue
        if name:
            last = found[name] = Family(row)
        if last is None:
            notes.error(row, "STNFAM", "blank-cell", "STNFAM is blank", "the name of a tool group")
            continue
        if not name:
            _note_more_than_a_rank(row, notes)
        last.ranks += [(row, rank) for rank in row["FWLRANK"].split(";") if rank]
    return found


def _note_more_than_a_rank(row: Row, notes: Notes) -> None:
    for column in row.table.columns:
        if row[column] and column != "FWLRANK":
            message = f"{column} is '{row[column]}' in a row that only adds a rank"
            expected, cure = "FWLRANK alone", "name the tool group in STNFAM"
            notes.error(row, column, "unexpected-value", message, expected, cure)


def add_tool_groups(families: Mapping[str, Family], notes: Notes, sheets: Sheets) -> None:
    """A row of tool_groups for each family."""
    for family in families.values():
        row = family.row
        _check(family, notes)
        tools = cells.count(notes, row, "STNQTY")
        sheets.add(
            "tool_groups",
            row,
            name=family.name,
            plant=PLANT,
            area=family.area,
            bay=row["STNFAMLOC"],
            tools=1 if tools is None else tools,
            load_min=cells.minutes(notes, row, "LTIME", "LTUNITS"),
            unload_min=cells.minutes(notes, row, "ULTIME", "ULTUNITS"),
            dispatch=_rule(family, notes),
            tool_choice="least-used",
            least_setup_tool=bool(cells.one_of(notes, row, "WAKERESRANK", WAKES)),
        )


def _check(family: Family, notes: Notes) -> None:
    row = family.row
    cells.one_of(notes, row, "RULE", RULES)
    cells.one_of(notes, row, "BATCHCRITF", (SAME_STEP, SAME_FAMILY))
    cells.one_of(notes, row, "BATCHPER", ("piece",))
    cells.one_of(notes, row, "STNCAP", ("1", "2", "1.0", "2.0"))
    if row["STNFAMSTEP_ACTLIST"] and row["STNFAMSTEP_ACTLIST"] not in ACTIONS:
        message = f"the action list '{row['STNFAMSTEP_ACTLIST']}' is not read"
        expected = "sampling, move, wait, setup, load, process, unload, rework in this order"
        notes.warn(row, "STNFAMSTEP_ACTLIST", "unsupported-value", message, expected)
    if row["PRERULERWL"] not in ("", "no"):
        message = f"PRERULERWL '{row['PRERULERWL']}' is not read"
        notes.warn(row, "PRERULERWL", "unsupported-value", message, "no")


def _rule(family: Family, notes: Notes) -> str:
    """The ranks as keys; the least setup comes after priority, and only where the rule says so."""
    keys: list[str] = []
    for row, rank in family.ranks:
        if rank not in RANKS:
            expected, cure = f"one of {', '.join(RANKS)}", did_you_mean(rank, [*RANKS])
            notes.error(
                row, "FWLRANK", "unsupported-value", f"no rank '{rank}' is known", expected, cure
            )
        key = RANKS.get(rank)
        if key is not None and key not in keys:
            keys.append(key)
    if family.least_setup:
        keys.insert(1 if keys[:1] == [Key.PRIORITY] else 0, Key.SETUP)
    return SEPARATOR.join(keys or [Key.FIFO])


_MOVE = cells.Spread("DDIST", "DTIME", "DTIME2", "DUNITS")


def add_moves(table: AsdTable, notes: Notes, sheets: Sheets) -> None:
    """A row of moves for each pair of locations; other pairs take no time."""
    for row in table.rows:
        move = cells.time(notes, row, _MOVE)
        sheets.add(
            "moves", row, plant=PLANT, from_bay=row["FROMLOC"], to_bay=row["TOLOC"], move=move
        )
