"""How two runs differ, cut to what can be looked at."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from fabstack.results.compare import Comparison, TableDifference

MOST_CELLS = 40  # of each table


class TableChange(BaseModel):
    """How one table differs."""

    table: str
    keys: list[str]
    changed: int = Field(description="cells")
    only_a: int = Field(description="rows")
    only_b: int = Field(description="rows")
    largest: list[dict[str, Any]] = Field(description="the cells that changed most")


class Differences(BaseModel):
    """How two runs differ; what is the same is left out."""

    about: dict[str, tuple[Any, Any]]
    mission: list[dict[str, Any]]
    tables: list[TableChange]
    only_a: list[str]
    only_b: list[str]


def differences(found: Comparison) -> Differences:
    """A comparison as a document."""
    return Differences(
        about=dict(found.about),
        mission=[dict(part) for part in found.mission],
        tables=[_table(table) for table in found.tables],
        only_a=list(found.only_a),
        only_b=list(found.only_b),
    )


def _table(table: TableDifference) -> TableChange:
    largest = table.changed.head(MOST_CELLS).to_dicts()
    return TableChange(
        table=table.table,
        keys=list(table.keys),
        changed=table.changed.height,
        only_a=table.only_a.height,
        only_b=table.only_b.height,
        largest=[{key: _plain(value) for key, value in cell.items()} for cell in largest],
    )


def _plain(value: Any) -> Any:
    is_plain = value is None or isinstance(value, bool | int | float | str)
    return value if is_plain else str(value)
