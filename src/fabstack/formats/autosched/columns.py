"""The columns of each kind of file: which are read, which are needed, which mean nothing here."""

from __future__ import annotations

from collections.abc import Mapping

_LOTS = (
    "LOT", "PART", "PRIOR", "PIECES", "START", "RDIST", "REPEAT", "RUNITS", "RPT#", "LOTSPERRPT",
    "DUE", "CURSTEP", "HOTLOT", "SUPERHOTLOT",
)  # fmt: skip

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "STATION_FILES": (
        "STNFAM", "RULE", "FWLRANK", "WAKERESRANK", "BATCHCRITF", "BATCHPER", "LTIME", "LTUNITS",
        "ULTIME", "ULTUNITS", "STNCAP", "STNQTY", "STNGRP", "STNFAMSTEP_ACTLIST", "STNFAMLOC",
        "PRERULERWL", "SETUPGRP",
    ),
    "PRODUCT_FILES": ("PARTGRP", "PARTFAM", "PART", "ROUTEFILE", "ROUTE"),
    "ROUTE_FILES": (
        "ROUTE", "STEP", "DESC", "STNFAM", "PDIST", "PTIME", "PTIME2", "PTUNITS", "PTPER",
        "BATCHMN", "BATCHMX", "SETUP", "WHEN", "STIME", "STUNITS", "SVESTN", "FORSTEP",
        "BatchInterval", "BatchIntUnits", "PartInterval", "PartIntUnits", "RWKSTEP", "REWORK",
        "RWKTYPE", "StepPercent", "STEP_CQT", "CQT", "CQTUNITS",
    ),
    "ORDER_FILES": _LOTS,
    "SETUP_FILES": ("CURSETUP", "NEWSETUP", "SDIST", "STIME", "STIME2", "STUNITS"),
    "SETUPGROUP_FILES": (
        "SETUPGRP", "SETUP", "MINRUN", "MINQUEUE", "MAXQUEUE", "MINNUMSTN", "MAXNUMSTN",
    ),
    "DOWNCAL_FILES": (
        "DOWNCALNAME", "DOWNCALTYPE", "MTTFDIST", "MTTF", "MTTF2", "MTTFUNITS", "MTTRDIST", "MTTR",
        "MTTR2", "MTTRUNITS",
    ),
    "PMCAL_FILES": (
        "PMCALNAME", "PMCALTYPE", "MTBPM", "MTBPMUNITS", "MTTRDIST", "MTTR", "MTTR2", "MTTRUNITS",
    ),
    "ATTACH_FILES": (
        "CALNAME", "CALTYPE", "RESTYPE", "RESNAME", "FOADIST", "FOA", "FOA2", "FOAUNITS",
    ),
    "FROMTO_FILES": ("FROMLOC", "TOLOC", "DDIST", "DTIME", "DTIME2", "DUNITS"),
    "PERIOD_FILE": ("PERIOD", "PERIODSTART", "REPORT", "RESET"),
}  # fmt: skip

# STN names the single tools, ORDER groups lots in AutoSched's reports, TRACE asks it to print.
UNUSED = ("IGNORE", "STN", "ORDER", "TRACE")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "STATION_FILES": ("STNFAM",),
    "PRODUCT_FILES": ("PART", "ROUTEFILE", "ROUTE"),
    "ROUTE_FILES": ("ROUTE", "STEP", "STNFAM", "PTIME", "PTUNITS", "PTPER"),
    "ORDER_FILES": ("LOT", "PART", "PIECES"),
    "SETUP_FILES": ("NEWSETUP", "STIME", "STUNITS"),
    "SETUPGROUP_FILES": ("SETUPGRP", "SETUP", "MINRUN"),
    "DOWNCAL_FILES": ("DOWNCALNAME", "MTTF", "MTTR"),
    "PMCAL_FILES": ("PMCALNAME", "PMCALTYPE", "MTBPM", "MTTR"),
    "ATTACH_FILES": ("CALNAME", "CALTYPE", "RESTYPE", "RESNAME"),
    "FROMTO_FILES": ("FROMLOC", "TOLOC", "DTIME"),
    "PERIOD_FILE": ("PERIODSTART",),
}
