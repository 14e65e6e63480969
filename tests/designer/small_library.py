"""A library small enough to size by hand: one oven, one printer with a loader, one gauge."""

from collections.abc import Mapping
from pathlib import Path

from fabstack.designer import Library, read_library

FILES: Mapping[str, str] = {
    "tools.csv": """\
kind,title,area,form,rate,rate_of,cee,load,latency_min,load_min,unload_min,mttf_h,mttr_h,stops,\
price_musd,price_low,price_high,linked_kind,footprint_m2,power_kw,minimum,technicians
printer,printer,print,cascade,60,panel,0.5,,20,1,1,90,10,9 h every 90 h,2,1,3,loader,10,20,1,1
loader,loader,print,cascade,60,panel,0.5,,,,,,,,0.5,,,,2,4,1,0.5
oven,oven,heat,batch,20,panel,0.6,40,,5,5,,,,1,,,,5,50,2,0
gauge,gauge,check,sample,6,lot,0.5,,,1,1,,,,0.2,,,,1,1,1,0
placer,placer,place,lot,9000,die,0.5,,,1,1,,,,1,,,,4,2,1,0
""",
    "masks.csv": "mask,title,tool,rework_percent\nfilm,dry film,printer,10\n",
    "modules.csv": """\
module,step,name,tool,exposure,uses,repeat,quantity,rate_factor,sampling_percent,rework_percent,\
visit,queue_limit_h,values
layer,10,print,,yes,,1,1,1,100,0,,,
layer,20,measure,gauge,,,1,1,1,50,mask_rework_percent * 2,,,
layer,30,cure {level},oven,,,cures,1,2,100,0,,,
place,10,place,placer,,,1,dies_on_panel,1,100,0,yes,4,
both,10,,,,layer,1,1,1,100,0,,,cures=2
both,20,,,,place,places - 1,1,1,100,0,,,
""",
    "technologies.csv": """\
name,title,plant_kind,carrier,item_kind,carriers_per_lot,factory,loss_at,metal_levels
boards,boards for a test,packaging,panel,package,10,shop,mask,3
""",
    "parameters.csv": """\
scope,name,value,unit
,cures,1,
,places,2,
,dies_on_panel,0,
shop,line_yield_percent,81,percent
boards,panel_width_mm,510,mm
boards,panel_height_mm,515,mm
boards,dies_on_panel,"grid(panel_width_mm, panel_height_mm, 50, 50, 10, 0.2)",
boards,units_per_carrier,dies_on_panel,
""",
    "staff.csv": "factory,role,fixed,per_1000_per_month,technicians\nshop,all,3,2,1\n",
    "flows/boards.csv": """\
position,name,module,repeat,masks,values
10,layer {level},layer,layers - 1,film,
20,top,both,1,film,places=3
""",
}
PARAMETER = ",layers,3,\n"


def files(**changes: str) -> dict[str, str]:
    """The files of the library; `changes` replace whole ones, named with _ for . and /."""
    made = dict(FILES)
    made["parameters.csv"] += PARAMETER
    made.update(changes)
    return made


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """The folder, with the texts in it."""
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def small_library(folder: Path) -> Library:
    """The library, over the shipped one."""
    return read_library(write(folder, files()))
