"""What a programme is: frozen, validated, with no arrays and no files.

One table, one row class, one concept. Every column carries unit, default and one line of meaning
(`fields`). The address of a cell is `table/key/column`, for example `steps/fab14:30/process`;
sources, risks and scenarios point at cells by it.
"""

from fabstack.model.fields import Column, columns_of, key_of
from fabstack.model.lookup import by_key, follows_from, grouped
from fabstack.model.programme import Programme, column, key_columns, sections, tables
from fabstack.model.randomness import Distribution, Kind

__all__ = [
    "Column",
    "Distribution",
    "Kind",
    "Programme",
    "by_key",
    "column",
    "columns_of",
    "follows_from",
    "grouped",
    "key_columns",
    "key_of",
    "sections",
    "tables",
]
