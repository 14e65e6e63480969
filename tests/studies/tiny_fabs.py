"""Fabs small enough to know the answer: one without chance, one with breakdowns and batches."""

from collections.abc import Mapping
from pathlib import Path

from tests.designer.small_library import write

from fabstack.designer import Library, read_library

TOOLS = """\
kind,title,area,form,rate,rate_of,cee,load,mttf_h,mttr_h,price_musd,minimum
cut,cutter,cut,lot,60,wafer,1,,,,2,1
gauge,gauge,check,sample,6,lot,1,,,,0.5,1
etch,etcher,etch,lot,40,wafer,0.8,,90,10,4,1
oven,oven,heat,batch,50,wafer,0.8,50,,,1,1
"""
MODULES = """\
module,step,name,tool,visit
even,10,cut,cut,yes
even,20,measure,gauge,
rough,10,cut,cut,yes
rough,20,etch,etch,
rough,30,heat,oven,
rough,40,measure,gauge,
"""
TECHNOLOGIES = """\
name,title,plant_kind,carrier,item_kind,carriers_per_lot,factory,metal_levels
even,a fab without chance,fab,wafer,wafer,25,shop,1
rough,a fab with breakdowns,fab,wafer,wafer,25,shop,1
"""
FILES: Mapping[str, str] = {
    "tools.csv": TOOLS,
    "modules.csv": MODULES,
    "technologies.csv": TECHNOLOGIES,
    "parameters.csv": "scope,name,value\nshop,line_yield_percent,96\n",
    "staff.csv": "factory,role,fixed\nshop,all,3\n",
    "flows/even.csv": "position,name,module,repeat\n10,layer {level},even,2\n",
    "flows/rough.csv": "position,name,module,repeat\n10,layer {level},rough,3\n",
}


def tiny_fabs(folder: Path, **tools_prices: float) -> Library:
    """The library, some kinds of tools at another price, over the shipped one."""
    return read_library(tiny_folder(folder, **tools_prices))


def tiny_folder(folder: Path, **tools_prices: float) -> Path:
    """The folder of the library."""
    lines = [_priced(line.split(","), tools_prices) for line in TOOLS.splitlines()]
    return write(folder, {**FILES, "tools.csv": "\n".join(lines) + "\n"})


def _priced(cells: list[str], prices: Mapping[str, float]) -> str:
    if cells[0] in prices:
        cells[10] = f"{prices[cells[0]]:g}"
    return ",".join(cells)
