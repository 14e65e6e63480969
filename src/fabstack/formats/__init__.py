"""Text to model and back: programme folder, workbook, AutoSched model, JSON Schema, scenarios."""

from fabstack.formats.loading import Loaded, load, read, scenario_names
from fabstack.formats.places import Place
from fabstack.formats.saving import digest, save, save_tables
from fabstack.formats.scenarios import cell_value, set_cell, with_scenario
from fabstack.formats.workbook_writing import export

__all__ = [
    "Loaded",
    "Place",
    "cell_value",
    "digest",
    "export",
    "load",
    "read",
    "save",
    "save_tables",
    "scenario_names",
    "set_cell",
    "with_scenario",
]
