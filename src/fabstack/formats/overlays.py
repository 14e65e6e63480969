"""A scenario as a folder: small tables that lie over those of a programme.

    scenarios/NAME/programme.toml     settings that have another value
    scenarios/NAME/TABLE.csv          rows by key: a known key changes its row, a new one adds a row

A blank cell leaves what the programme says, and a row with `yes` in the column `remove` takes its
row away. The cells are laid over each other as text, before they mean anything; so all rules of a
table hold for them, and every finding points at the file and line in which its cell stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fabstack.errors import Finding, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Grid, Place
from fabstack.formats.raw import Raw
from fabstack.formats.tables import HEADER, WHOLE_ROW, Sheet
from fabstack.formats.values import value_of
from fabstack.model import column, key_columns

FOLDER = "scenarios"
REMOVE = "remove"
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")

Cells = Sequence[str | Fault]


def overlay_names(programme: Path) -> tuple[str, ...]:
    """The scenarios of a programme folder that are folders themselves."""
    folder = programme / FOLDER
    if not folder.is_dir():
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir() and _is_shown(one)))


def _is_shown(folder: Path) -> bool:
    return not folder.name.startswith((".", "~", "_"))


class Laid(NamedTuple):
    """A cell that an overlay sets, by its row in the table that results."""

    table: str
    row: int
    column: str


def lay_over(raw: Raw, overlay: Raw) -> list[Laid]:
    """Lay the cells of an overlay over those of a programme; what is set."""
    raw.findings += overlay.findings
    raw.unreadable |= overlay.unreadable
    laid = []
    for name, sheet in overlay.sheets.items():
        below = raw.sheets.get(name)
        if below is None:
            below = Sheet(name, (), (), sheet.grid)
        merge = _Merge(below, sheet)
        raw.sheets[name] = merge.sheet()
        raw.findings += merge.findings
        laid += merge.laid
    return laid


@dataclass
class _Merge:
    """One table with an overlay on it."""

    below: Sheet
    above: Sheet
    rows: list[list[str | Fault]] = field(default_factory=list)
    origin: list[tuple[int | None, int | None]] = field(default_factory=list)  # row below, above
    laid: list[Laid] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = [name for name in self.above.header if name != REMOVE]
        new = [name for name in dict.fromkeys(own) if name not in self.below.header]
        self.header = (*self.below.header, *new)
        self.rows = [[*cells, *[""] * len(new)] for cells in self.below.rows]
        self.origin = [(row, None) for row in range(len(self.rows))]
        self.at = {name: place for place, name in reversed(list(enumerate(self.header)))}

    def sheet(self) -> Sheet:
        """The table that results."""
        removed = set[int]()
        if not self._lacks_keys():
            known = self._rows_by_key()
            for row, cells in enumerate(self.above.rows):
                if not self._is_uneven(row, cells):
                    self._lay(
                        row, dict(zip(self.above.header, cells, strict=False)), known, removed
                    )
        kept = [row for row in range(len(self.rows)) if row not in removed]
        place = {row: new for new, row in enumerate(kept)}
        self.laid = [one._replace(row=place[one.row]) for one in self.laid if one.row in place]
        laid = {(one.row, self.at[one.column]) for one in self.laid}
        origin = [self.origin[row] for row in kept]
        grid = _Grid(self.below, self.above, self.header, origin, laid)
        table = self.below.table
        return Sheet(table, self.header, [self.rows[r] for r in kept], grid, self.below.noun)

    def _lay(
        self,
        row: int,
        cells: Mapping[str, str | Fault],
        known: dict[Any, int],
        removed: set[int],
    ) -> None:
        key = _key(self.above.table, cells)
        target = known.get(key)
        if self._is_to_go(row, cells.get(REMOVE, "")):
            if target is None:
                self._tell(row, _unknown_row(self.above.table, key, known))
            else:
                removed.add(target)
            return
        if target is None:
            target = known[key] = len(self.rows)
            self.rows.append([""] * len(self.header))
            self.origin.append((None, row))
        elif self.origin[target][1] is not None:
            self._tell(row, _twice(self.above.table, key))
            return
        else:
            self.origin[target] = (self.origin[target][0], row)
        self._set(target, cells)

    def _set(self, target: int, cells: Mapping[str, str | Fault]) -> None:
        is_new = self.origin[target][0] is None
        keys = key_columns(self.above.table)
        for name, cell in cells.items():
            is_blank = isinstance(cell, str) and not cell.strip()
            if name != REMOVE and (is_new or not (is_blank or name in keys)):
                self.rows[target][self.at[name]] = cell
                self.laid.append(Laid(self.above.table, target, name))

    def _rows_by_key(self) -> dict[Any, int]:
        found: dict[Any, int] = {}
        for row, cells in enumerate(self.rows):
            key = _key(self.below.table, dict(zip(self.header, cells, strict=False)))
            found.setdefault(key, row)
        return found

    # --- Faults of the overlay itself -----------------------------------------------------------

    def _lacks_keys(self) -> bool:
        missing = [name for name in key_columns(self.above.table) if name not in self.above.header]
        if missing and self.above.header:
            message = f"this overlay has no column {', '.join(missing)}"
            expected = f"the key of {self.above.table}, which says what row is meant"
            fault = Fault("missing-column", message, expected)
            self.findings.append(fault.at(self.above.grid.place(HEADER, WHOLE_ROW)))
        return bool(missing)

    def _is_uneven(self, row: int, cells: Cells) -> bool:
        width = len(self.above.header)
        is_uneven = len(cells) < width or any(cells[width:])
        if is_uneven:
            message, expected = f"this row has {len(cells)} cells", f"{width} as in the header"
            self._tell(row, Fault("uneven-row", message, expected, "add or remove commas"))
        return is_uneven

    def _is_to_go(self, row: int, cell: str | Fault) -> bool:
        text = cell.strip().lower() if isinstance(cell, str) else ""
        if text not in (*YES, *NO):
            message = f"'{cell}' does not say whether the row is to be removed"
            self._tell(row, Fault("bad-boolean", message, "yes, no or blank"))
        return text in YES

    def _tell(self, row: int, fault: Fault) -> None:
        self.findings.append(fault.at(self.above.grid.place(row, WHOLE_ROW)))


def _key(table: str, cells: Mapping[str, str | Fault]) -> Any:
    """What names a row, as it is meant: 2026-01 is the same day as 2026-01-01."""
    return tuple(_meant(table, name, cells.get(name, "")) for name in key_columns(table))


def _meant(table: str, name: str, cell: str | Fault) -> Any:
    wanted = column(table, name)
    assert wanted is not None
    value = value_of(wanted, cell)
    return cell if isinstance(value, Fault) else value


def _unknown_row(table: str, key: Any, known: Mapping[Any, int]) -> Fault:
    spelt = [":".join(map(str, one)) for one in known]
    name = ":".join(map(str, key))
    message = f"{table} has no row '{name}' that could be removed"
    return Fault("unknown-row", message, "the key of a row", did_you_mean(name, spelt))


def _twice(table: str, key: Any) -> Fault:
    name = ":".join(map(str, key))
    message = f"'{name}' stands twice in this overlay of {table}"
    return Fault("duplicate-key", message, "each key once", "remove one of them")


class _Grid:
    """Where the cells of a table with an overlay stand: in the one file or the other."""

    def __init__(
        self,
        below: Sheet,
        above: Sheet,
        header: tuple[str, ...],
        origin: Sequence[tuple[int | None, int | None]],
        laid: set[tuple[int, int]],
    ) -> None:
        self.below, self.above = below, above
        self.header, self.origin, self.laid = header, origin, laid

    def place(self, row: int, cell: int) -> Place:
        """The place of a cell; row -1 is the header, cell -1 the row as a whole."""
        if row < 0 or row >= len(self.origin):
            return self._header_place(cell)
        below, above = self.origin[row]
        if above is not None and (below is None or (row, cell) in self.laid):
            return self.above.grid.place(above, self._above(cell))
        assert below is not None
        at = cell if cell < len(self.below.header) else WHOLE_ROW
        return self.below.grid.place(below, at)

    def _header_place(self, cell: int) -> Place:
        if cell >= len(self.below.header):
            return self.above.grid.place(HEADER, self._above(cell))
        grid: Grid = self.below.grid if self.below.header else self.above.grid
        return grid.place(HEADER, cell)

    def _above(self, cell: int) -> int:
        """The position of a cell in the overlay; of its row where the overlay leaves it out."""
        name = self.header[cell] if cell >= 0 else None
        return self.above.header.index(name) if name in self.above.header else WHOLE_ROW
