"""Every table that a run can hold, with the unit and the meaning of each column.

The documentation, the CSV export and the report's headers read it; the tests hold every
converter to it.
"""

from collections.abc import Mapping

from fabstack.results.catalogue.columns import Engine, Holds, ResultColumn, ResultTable
from fabstack.results.catalogue.economics import ECONOMICS
from fabstack.results.catalogue.futures import FUTURES
from fabstack.results.catalogue.plan import PLAN
from fabstack.results.catalogue.ramp import RAMP
from fabstack.results.catalogue.simulate import SIMULATION
from fabstack.results.catalogue.study import STUDIES

TABLES: Mapping[str, ResultTable] = {
    table.name: table for table in (*ECONOMICS, *RAMP, *PLAN, *SIMULATION, *STUDIES, *FUTURES)
}

__all__ = ["TABLES", "Engine", "Holds", "ResultColumn", "ResultTable", "column_of"]


def column_of(table: str, name: str) -> ResultColumn | None:
    """The column called `name` of a table, or None where the catalogue has none."""
    if table not in TABLES:
        return None
    return next((column for column in TABLES[table].columns if column.name == name), None)
