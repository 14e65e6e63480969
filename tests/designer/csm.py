"""SEMATECH's 250_Al_82 as a technology: its route is read from the reference data when tested."""

import csv
from pathlib import Path

from fabstack.designer import Library, read_library

TOOLS = Path(__file__).parent / "csm_library"


def csm_library(shared: Path, folder: Path) -> Library:
    """The shipped library with the CSM tools and the published route over it."""
    with (shared / "data" / "csm_250_Al_82_route.csv").open(encoding="utf-8") as file:
        steps = list(csv.DictReader(file))
    with (TOOLS / "tools.csv").open(encoding="utf-8") as file:
        rates = {row["kind"]: float(row["rate"]) for row in csv.DictReader(file)}
    masks = " ".join(step["mask_type"] for step in steps if step["mask_type"])
    (folder / "flows").mkdir()
    (folder / "flows" / "csm-250.csv").write_text(
        f"position,name,module,masks\n1,250_Al_82,csm-250,{masks}\n"
    )
    lines = ["module,step,name,tool,exposure,rate_factor"]
    lines += (_line(step, rates[step["tool_type"]]) for step in steps)
    (folder / "modules.csv").write_text("\n".join(lines) + "\n")
    return read_library(TOOLS, folder)


def _line(step: dict[str, str], rate: float) -> str:
    work = ",yes" if step["mask_type"] else f"{step['tool_type']},"
    return f"csm-250,{step['step']},{step['name']},{work},{step['wafers_per_hour']} / {rate}"
