"""The reference of a run's tables, written from the catalogue.

`python -m fabstack.results.reference` prints the page that stands in docs/reference/results.md.
"""

from __future__ import annotations

import sys

from fabstack.results.catalogue import TABLES, Engine, ResultColumn, ResultTable

HEAD = """# Tables of a run

Written from the catalogue by `python -m fabstack.results.reference`; a test keeps it true.

A run is a folder that is whole or not there:

| file | holds |
|---|---|
| `manifest.json` | digest of the inputs, scenario, seed, versions, command, wall time |
| `summary.json` | the answer in a page of numbers: verdicts, volumes, dates, costs, bottlenecks |
| `tables/*.parquet` | the tables below; the same programme and seed give the same bytes |
| `arrays/*.npy` | what `fabstack trace` searches (`--genealogy`): the books, sorted both ways |
| `report.html` | the page for people, drawn from the rest (again: `fabstack report RUN`) |

Numbers are finite; a blank is null. Read a table with any Parquet reader, or in Python:

    from fabstack import open_run

    open_run("texas-run").table("plan_items")
"""


def results_reference() -> str:
    """The page, engine by engine."""
    return HEAD + "".join(_engine(engine) for engine in Engine)


def _engine(engine: Engine) -> str:
    tables = [table for table in TABLES.values() if table.engine is engine]
    return f"\n## {str(engine).capitalize()}\n" + "".join(_table(table) for table in tables)


def _table(table: ResultTable) -> str:
    keys = ", ".join(f"`{key}`" for key in table.keys)
    rows = "".join(_row(column) for column in table.columns)
    head = f"\n### {table.name}\n\n{table.meaning} One row for each {keys}.\n"
    return f"{head}\n| column | holds | unit | meaning |\n|---|---|---|---|\n{rows}"


def _row(column: ResultColumn) -> str:
    return f"| `{column.name}` | {column.holds} | {column.unit} | {column.meaning} |\n"


if __name__ == "__main__":
    sys.stdout.write(results_reference())
