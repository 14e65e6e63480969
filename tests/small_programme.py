"""A small valid programme, and folders of it, for tests of every package.

`small()` is a toy chain: a fab makes wafers, wafers give dies, a panel line makes packages of a die
and a bought frame, and a market takes the packages. Tests edit the text of its files.
"""

from __future__ import annotations

from pathlib import Path

from fabstack import formats
from fabstack.model import Programme

FILES = {
    "programme.toml": """\
[programme]
name = "small"
title = "A toy chain from wafer to package"
start = 2026-01-01
end = 2027-12-31

[finance]
discount_rate_percent = 8.0

[simulation]
days = 60
replications = 2
""",
    "technologies.csv": """\
name,carrier,diameter_mm,panel_width_mm,panel_height_mm,d0_start_per_cm2,d0_mature_per_cm2
logic-14,wafer,300 mm,,,0.4,0.1
fan-out,panel,,510,515,,
""",
    "items.csv": """\
name,kind,technology,width_mm,height_mm,make_cost_usd,price_usd
logic-wafer,wafer,logic-14,300,300,2500,
logic-die,die,logic-14,10,12,,
frame,material,,,,,
chip,package,fan-out,20,20,4,90
""",
    "components.csv": """\
parent,child,quantity
logic-die,logic-wafer,
chip,logic-die,1
chip,frame,1
""",
    "plants.csv": """\
name,kind,technology,opens
fab,fab,logic-14,
line,packaging,fan-out,2026-03
""",
    "phases.csv": """\
plant,phase,capacity_per_month,ready,ramp_months
fab,one,2000/month,2026-01,0
line,one,500/month,2026-06,3
""",
    "tool_groups.csv": """\
name,plant,tools,price_usd
LITHO_01,fab,4,60 million USD
ETCH_07,fab,5,5 million USD
MOULD,line,2,3 million USD
""",
    "breakdowns.csv": """\
tool_group,name,between,repair
LITHO_01,laser,exponential(200),exponential(8 h)
""",
    "routes.csv": """\
name,item,plant,carriers_per_lot
fab-logic,logic-wafer,fab,25
line-chip,chip,line,1
""",
    "steps.csv": """\
route,step,name,tool_group,process,basis,rework_percent,rework_to
fab-logic,10,expose,LITHO_01,"uniform(40 min, 60 min)",lot,2,10
fab-logic,20,etch,ETCH_07,1 h,lot,,
fab-logic,30,expose again,LITHO_01,50,lot,,
line-chip,10,mould,MOULD,"pert(8, 15, 22)",carrier,,
""",
    "starts.csv": """\
route,date,carriers_per_month
fab-logic,2026-01,1500
line-chip,2026-03,300
""",
    "suppliers.csv": """\
name,title,place
Frames,A maker of lead frames,Taiwan
""",
    "offers.csv": """\
supplier,item,from_date,price_usd,capacity_per_month,lead_time_months
Frames,frame,2026-01,0.5,1000000,1
""",
    "markets.csv": """\
name,unit
cars,car
""",
    "volumes.csv": """\
market,date,units_per_year
cars,2026-01,100 thousand/year
cars,2027-12,2 million/year
""",
    "needs.csv": """\
market,item,from_date,quantity
cars,chip,2026-01,2
""",
    "activities.csv": """\
name,plant,after,duration,limit
shell,line,,"pert(6, 8, 14)",crew
tools,line,shell,3,crew
pilot,line,tools + 1; shell start + 6,2,
""",
    "shared_limits.csv": """\
plant,name,units
line,crew,1
""",
    "mission.csv": """\
part,title,claim
1,Demand,Two chips a car
""",
    "claims.csv": """\
name,part,statement,measure,subject,value
cars-covered,1,The line covers the cars,covers-demand,line,
""",
    "sources.csv": """\
cell,low,high,year,source,grade
technologies/logic-14/d0_mature_per_cm2,0.05,0.2,2024,a textbook,estimate
""",
    "risks.csv": """\
cell,distribution
technologies/logic-14/d0_mature_per_cm2,"triangular(0.05, 0.1, 0.2)"
""",
    "scenarios.csv": """\
name,title
panels,The line counts panels
""",
    "changes.csv": """\
scenario,cell,value,why
panels,phases/line:one/capacity_per_month,900/month,read as panels
""",
}


def write_folder(folder: Path, **texts: str | bytes | None) -> Path:
    """Write the small programme into `folder`; `texts` replace files (None leaves one out).

    Names are given without suffix: `write_folder(folder, steps="route,...", programme="[...")`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = {f"{name}.{_suffix(name)}": text for name, text in texts.items()}
    for name, text in {**FILES, **changed}.items():
        if text is not None:
            content = text if isinstance(text, bytes) else text.encode()
            (folder / name).write_bytes(content)
    return folder


def edited(name: str, old: str, new: str) -> str:
    """The text of one file of the small programme with one passage replaced."""
    text = FILES[f"{name}.{_suffix(name)}"]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    return text.replace(old, new)


def small(folder: Path) -> Programme:
    """The small programme, written to and loaded from `folder`."""
    return formats.load(write_folder(folder))


def _suffix(name: str) -> str:
    return "toml" if name == "programme" else "csv"
