"""Small AutoSched models in both forms: plain tables, and the original with options.def.

Two parts share a photo bay with lens dedication, a furnace, an implanter with gas runs and a pure
delay; one wet bench cascades by lots, one etcher by wafers.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path

TOOL = (
    "STNFAM\tSTN\tRULE\tFWLRANK\tWAKERESRANK\tBATCHCRITF\tBATCHPER\tLTIME\tLTUNITS\tULTIME\t"
    "ULTUNITS\tSTNCAP\tSTNQTY\tSTNGRP\tSTNFAMSTEP_ACTLIST\tSTNFAMLOC\tPRERULERWL\tSETUPGRP\n"
    "FURN\tFURN\trule_HotLotFIRST\trank_HP;rank_RSETUP;rank_CR\t\tcrit_sameroutestep\tpiece\t1.0\t"
    "min\t1.0\tmin\t\t3.0\tDiff\t\tFab\tno\t\n"
    "WET\tWET\trule_HotLotFIRST\trank_HP;rank_RSETUP;rank_CR\t\t\t\t1\tmin\t1\tmin\t2.0\t2\tWet\t\tFab\n"
    "ETCH\tETCH\trule_HotLotFIRST\trank_HP;rank_RSETUP;rank_CR\t\t\t\t1\tmin\t1\tmin\t2\t2\tWet\t\tFab\n"
    "LITHO\tLITHO\trule_HotLotFIRST\trank_HP;rank_RSETUP;rank_CR\twake_LeastSetupTime\t\t\t1\tmin\t"
    "1\tmin\t\t2\tPhoto\t\tFab\n"
    "IMPL\tIMPL\trule_LSSU\trank_HP;rank_RSETUP;rank_CR\twake_LeastSetupTime\t\t\t1\tmin\t1\tmin\t\t2\t"
    "Imp\t\tFab\tno\tGas\n"
    "WAIT\tWAIT1\trule_HotLotFIRST\trank_HP;rank_RSETUP;rank_CR\t\t\t\t0\tmin\t0\tmin\t\t40\tWait\t\tDelay\n"
)
ROUTE_HEADER = (
    "ROUTE\tSTEP\tDESC\tSTNFAM\tPDIST\tPTIME\tPTIME2\tPTUNITS\tPTPER\tBATCHMN\tBATCHMX\tSETUP\tWHEN\t"
    "STIME\tSTUNITS\tSVESTN\tFORSTEP\tBatchInterval\tBatchIntUnits\tPartInterval\tPartIntUnits\t"
    "RWKSTEP\tREWORK\tRWKTYPE\tStepPercent\tSTEP_CQT\tCQT\tCQTUNITS\tIGNORE"
)
_COLUMNS = ROUTE_HEADER.split("\t")


def step(number: int, group: str, **cells: str) -> str:
    """One line of a route file; `cells` are the columns that differ from a plain lot step."""
    given = {
        "ROUTE": "r_1", "STEP": str(number), "DESC": f"{number:03d}_{group}", "STNFAM": group,
        "PDIST": "uniform", "PTIME": "10", "PTIME2": "0.5", "PTUNITS": "min", "PTPER": "per_lot",
        "IGNORE": "a comment", **cells,
    }  # fmt: skip
    return "\t".join(given.get(column, "") for column in _COLUMNS)


_STEPS = (
    step(1, "FURN", PTIME="8", PTIME2="0", PTUNITS="hr", PTPER="per_batch", BATCHMN="50",
         BATCHMX="75"),
    step(2, "WET", BatchInterval="7", BatchIntUnits="min"),
    step(3, "ETCH", PTPER="per_piece", PTIME="1", PTIME2="0.05", PartInterval="0.75",
         PartIntUnits="min", STEP_CQT="5", CQT="120", CQTUNITS="min"),
    step(4, "LITHO", PTPER="per_piece", SETUP="reticle", WHEN="need", STIME="15", STUNITS="min",
         SVESTN="yes", FORSTEP="6"),
    step(5, "IMPL", SETUP="boron", WHEN="need"),
    step(6, "LITHO", SVESTN="yes", FORSTEP="9", RWKSTEP="4", REWORK="1.5", RWKTYPE="lot"),
    step(7, "WAIT", PDIST="constant", PTIME="120", PTIME2=""),
    step(8, "IMPL", SETUP="arsenic", WHEN="need", StepPercent="40"),
    step(9, "LITHO"),
)  # fmt: skip

TABLES: Mapping[str, str] = {
    "tool": TOOL,
    "part": (
        "PARTGRP\tPARTFAM\tPART\tROUTEFILE\tROUTE\n"
        "Saleable\tproduct_1\tpart_1\troute_1.txt\tr_1\n"
        "Saleable\tproduct_2\tpart_2\troute_2.txt\tr_2\n"
    ),
    "route_1": "\n".join((ROUTE_HEADER, *_STEPS, "")),
    "route_2": "\n".join((ROUTE_HEADER, step(1, "WAIT", ROUTE="r_2"), "")),
    "order": (
        "LOT\tPART\tPRIOR\tPIECES\tSTART\tRDIST\tREPEAT\tRUNITS\tRPT#\tLOTSPERRPT\tDUE\tORDER\tHOTLOT\n"
        "Lot_1\tpart_1\t10\t25\t01/01/18 00:00:00\tconstant\t90\tmin\t200000\t1\t"
        "01/03/18 12:00:00\tO\tno\n"
        "Hot_1\tpart_1\t20\t25\t01/01/18 06:30:00\tconstant\t2\tday\t500\t2\t"
        "01/02/18 06:30:00\tO\tyes\n"
        "Lot_2\tpart_2\t10\t24\t01/02/18 00:00:00\tconstant\t90\tmin\t9\t1\t\tO\tno\n"
    ),
    "WIP": (
        "LOT\tPART\tPRIOR\tPIECES\tSTART\tCURSTEP\tDUE\tORDER\tHOTLOT\tTRACE\n"
        "In_1\tpart_1\t10\t25\t01/01/18 00:00:00\t4\t12/31/17 12:00:00\tO_Init\n"
        "In_2\tpart_1\t10\t25\t01/01/18 00:00:00\t9\t01/02/18 00:00:00\tO_Init\t\t\n"
    ),
    "setup": (
        "CURSETUP\tNEWSETUP\tSTIME\tSTUNITS\tIGNORE\n"
        "\tboron\t72\tmin\tIMPL\nboron\tarsenic\t60\tmin\tIMPL\n"
    ),
    "setupgrp": "SETUPGRP\tSETUP\tMINRUN\tIGNORE\nGas\tboron\t7\tIMPL\n\tarsenic\t6\tIMPL\n",
    "downcal": (
        "DOWNCALNAME\tDOWNCALTYPE\tMTTFDIST\tMTTF\tMTTFUNITS\tMTTRDIST\tMTTR\tMTTRUNITS\tIGNORE\n"
        "BREAK_Wet\tmttf_by_cal\texponential\t10080\tmin\texponential\t36\tmin\tWet\n"
    ),
    "pmcal": (
        "PMCALNAME\tPMCALTYPE\tMTBPM\tMTBPMUNITS\tMTTRDIST\tMTTR\tMTTR2\tMTTRUNITS\tIGNORE\n"
        "LITHO_WK\tmtbpm_by_cal\t7\tday\tuniform\t10\t2\thr\tPhoto\n"
        "FURN_QT\tmtbpm_by_pieces\t5000\tpieces\tuniform\t20\t4\thr\tDiff\n"
    ),
    "attach": (
        "CALNAME\tCALTYPE\tRESTYPE\tRESNAME\tFOADIST\tFOA\tFOAUNITS\n"
        "BREAK_Wet\tdown\tstngrp\tWet\texponential\t5040\tmin\n"
        "LITHO_WK\tpm\tstnfam\tLITHO\tconstant\t6.5\tday\n"
        "FURN_QT\tpm\tstnfam\tFURN\tconstant\t4800\n"
    ),
    "fromto": "FROMLOC\tTOLOC\tDDIST\tDTIME\tDTIME2\tDUNITS\nFab\tFab\tuniform\t7.5\t2.5\tmin\n",
}

OPTIONS = (
    "COMMENT_CHARACTER\t~\n"
    "~ what is active\n"
    "SIM_START\t01/01/18 00:00:00\n"
    "SEQ_ADDS_SETUP_DELAYS\tN\n"
    "USE_CALENDARS(Y/N)\tY\n"
    "STATION_FILES\tfile\ttool.txt\n"
    "PRODUCT_FILES\tfile\tpart.txt\n"
    "ORDER_FILES\tfile\t~order.txt\n"
    "\tfile\tlist.txt\n"
    "\tfile\tWIP.txt\t~ lots inside\n"
    "SETUP_FILES\tfile\tsetup.txt\n"
    "SETUPGROUP_FILES\tfile\tsetupgrp.txt\n"
    "DOWNCAL_FILES\tfile\tdowncal.txt\n"
    "PMCAL_FILES\tfile\tpmcal.txt\n"
    "ATTACH_FILES\tfile\tattach.txt\n"
    "FROMTO_FILES\tfile\tfromto.txt\n"
    "PERIOD_FILE\tfile\tperiod.txt\n"
    "WORKCELL_FILES\tnone\n"
)
LISTED = (
    "LOT\tPART\tPRIOR\tPIECES\tSTART\tDUE\tORDER\tHOTLOT\n"
    "Lot_1\tpart_1\t10\t25\t01/01/18 01:30:00\t01/03/18 13:30:00\tO\tno\t~ first\n"
    "Lot_1\tpart_1\t10\t7\t01/08/18 08:00:00\t01/09/18 08:00:00\tO\tno\n"
)
PERIOD = (
    "PERIOD\tPERIODSTART\tREPORT\tRESET\n"
    "WarmUp\t01/01/18 00:00:00\tyes\tyes\nRest\t01/31/18 00:00:00\tyes\tyes\n"
)


def plain(folder: Path, **changed: str) -> Path:
    """The model as plain tables; `changed` are other texts by name, "" leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**TABLES, **changed}.items():
        file = "tool.txt.1l" if name == "tool" else f"{name}.txt"
        if text:
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
    return folder


def original(folder: Path, *, mark: bool = True, **changed: str) -> Path:
    """The model in its original form: UTF-16, CR LF, ranks below each other, listed orders."""
    folder.mkdir(parents=True, exist_ok=True)
    extra = {"tool": _ranks_below(TOOL), "list": LISTED, "period": PERIOD}
    texts = {f"{name}.txt": text for name, text in {**TABLES, **extra, **changed}.items()}
    texts["options.def"] = changed.get("options", OPTIONS)
    for name, text in texts.items():
        encoded = text.replace("\n", "\r\n").encode("utf-16-le")
        (folder / name).write_bytes((codecs.BOM_UTF16_LE if mark else b"") + encoded)
    return folder


def _ranks_below(tool: str) -> str:
    """Each rank on a line of its own, and a comment before them all."""
    lines = ["~ tool groups"]
    at = tool.split("\n", maxsplit=1)[0].split("\t").index("FWLRANK")
    for line in tool.splitlines():
        cells = line.split("\t")
        first, *rest = cells[at].split(";")
        lines.append("\t".join([*cells[:at], first, *cells[at + 1 :]]))
        lines += ["\t" * at + rank for rank in rest]
    return "\n".join(lines) + "\n"


def replaced(name: str, old: str, new: str) -> dict[str, str]:
    """A table with one passage, which stands there exactly once, replaced."""
    assert TABLES[name].count(old) == 1, (name, old, TABLES[name].count(old))
    return {name: TABLES[name].replace(old, new)}
