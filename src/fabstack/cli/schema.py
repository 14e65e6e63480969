"""`fabstack schema`: the tables of a programme, for readers and for other programs."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from fabstack.errors import Finding, InputError, did_you_mean


def schema(
    table: Annotated[
        str | None, typer.Argument(help="One table or section; none: the whole programme.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Schema with units on stdout.")
    ] = False,
) -> None:
    """Say what the columns of a programme's tables mean, with units, defaults and choices.

    Example: fabstack schema steps
    """
    from fabstack.formats import schema as schemas
    from fabstack.model import sections, tables

    known = (*sections(), *tables())
    if table is not None and table not in known:
        message, cure = f"no table '{table}'", did_you_mean(table, known)
        raise InputError([Finding("TABLE", 0, 0, "unknown-table", message, cure=cure)])
    if as_json:
        document = schemas.schema() if table is None else schemas.table_schema(table)
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write(schemas.overview() if table is None else schemas.described_table(table))
