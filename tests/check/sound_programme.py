"""A small programme with rows in every table that no check has anything to say against.

Tests break one cell of it at a time. A fab makes wafers, a foundry sells finer ones; a packaging
line makes chips and brains of their dies; cars take chips and racks take brains.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabstack import formats

Change = str | tuple[str, str]  # the whole new text of a file, or (passage, what replaces it)

FILES = {
    "programme.toml": """\
[programme]
name = "sound"
title = "Nothing is wrong with it"
start = 2026-01-01
end = 2027-12-31
""",
    "technologies.csv": """\
name,carrier,diameter_mm,panel_width_mm,panel_height_mm,edge_mm,mask_layers,euv_layers,\
d0_start_per_cm2,d0_mature_per_cm2,yield_start_percent,yield_mature_percent,mask_set_usd,\
capex_per_1000_per_month_usd,yield_model
coarse,wafer,300,,,3,40,0,0.4,0.1,90,98,5e6,2e8,poisson
fine,wafer,300,,,3,80,20,0.3,0.1,90,98,3e7,4e8,poisson
fan-out,panel,,510,515,10,,,,,80,95,,,poisson
""",
    "items.csv": """\
name,kind,technology,width_mm,height_mm,make_cost_usd,value_usd,price_usd
blank,material,,,,,100,
frame,material,,,,,0.5,
wafer,wafer,coarse,,,1000,2000,
fine-wafer,wafer,fine,,,,15000,
die,die,coarse,10,12,,,
fine-die,die,fine,20,20,,,
chip,package,fan-out,20,20,1,10,50
brain,package,fan-out,40,40,5,300,900
""",
    "components.csv": """\
parent,child,quantity,yield_percent,scrap_takes
wafer,blank,1,,
die,wafer,,,
fine-die,fine-wafer,,,
chip,die,1,99,child
chip,frame,1,,
brain,fine-die,1,99,parent
brain,frame,2,,
""",
    "calendars.csv": """\
name,days_per_week,hours_per_day,shutdown_days_per_year
always,7,24,0
working-days,6,20,10
""",
    "plants.csv": """\
name,kind,technology,calendar,opens,opens_with,floor_m2
fab,fab,coarse,always,,,500
line,packaging,fan-out,working-days,2026-03-31,pilot,200
""",
    "phases.csv": """\
plant,phase,capacity_per_month,capacity_of,ready,ready_with,ramp_months
fab,one,4000,carrier,2026-01-01,,
line,one,400000,unit,2026-06-30,volume,3
""",
    "lanes.csv": """\
origin,destination,days
fab,line,2
""",
    "stocks.csv": """\
plant,item,initial,maximum,safety
line,frame,1000,5000,500
""",
    "tool_groups.csv": """\
name,plant,bay,tools,floor_m2,dispatch
litho,fab,north,3,50,priority > cr
etch,fab,south,4,20,
mould,line,,2,20,
saw,line,,1,10,
""",
    "deliveries.csv": """\
tool_group,date,tools
litho,2026-07-01,1
""",
    "breakdowns.csv": """\
tool_group,name,between,repair
litho,laser,exponential(200),exponential(8)
""",
    "maintenances.csv": """\
tool_group,name,every_h,every_carriers,duration
litho,weekly,168,,8
saw,blade,,5000,1
""",
    "setups.csv": """\
tool_group,from_setup,to_setup,setup_min
mould,,small,20
mould,,large,20
""",
    "routes.csv": """\
name,item,plant,carriers_per_lot,move
make-wafer,wafer,fab,25,10
pack-chip,chip,line,5,5
pack-brain,brain,line,5,5
""",
    "campaigns.csv": """\
name,from_date,route,family,setup_usd,setup_h,tool_group,minimum_carriers,maximum_carriers
wafers,2026-01-01,make-wafer,,1000,2,litho,25,5000
chips,2026-01-01,pack-chip,,500,,,,
""",
    "item_costs.csv": """\
item,from_date,make_cost_usd,price_usd,holding_usd_per_month
chip,2027-01-01,0.9,45,0.05
""",
    "capacities.csv": """\
tool_group,from_date,hours_per_month
saw,2027-01-01,1000
""",
    "clearing_points.csv": """\
tool_group,waiting_h,load_percent
saw,2,60
saw,4,80
saw,8,95
""",
    "tool_options.csv": """\
tool_group,from_date,to_date,most,price_usd,lead_time_months
litho,2026-01-01,2027-01-01,2,3e7,9
""",
    "budgets.csv": """\
name,plant,from_date,to_date,capital_usd
tools-2026,fab,2026-01-01,2026-12-31,4e7
""",
    "moves.csv": """\
plant,from_bay,to_bay,move
fab,north,south,"uniform(5, 10)"
fab,,,3
""",
    "steps.csv": """\
route,step,name,tool_group,process,basis,interval_min,batch_minimum,batch_maximum,setup,\
rework_percent,rework_to,queue_limit_h,queue_limit_to,same_tool_as,yield_percent
make-wafer,10,expose,litho,2,carrier,1,,,,2,10,12,20,,
make-wafer,20,etch,etch,120,batch,,25,100,,,,,,,99
make-wafer,30,expose again,litho,"pert(20, 25, 40)",lot,,,,,,,,,10,
make-wafer,40,strip,etch,"normal(30, 5)",lot,,,,,,,,,,
pack-chip,10,mould,mould,"gamma(30, 0.5)",lot,,,,small,,,,,,
pack-chip,20,saw,saw,10,carrier,,,,,,,,,,
pack-brain,10,mould,mould,40,lot,,,,large,,,,,,
pack-brain,20,saw,saw,5,carrier,,,,,,,,,,
""",
    "starts.csv": """\
route,date,carriers_per_month
make-wafer,2026-01-01,3000
pack-chip,2026-04-01,500
""",
    "orders.csv": """\
name,route,date,lots,due
first-brains,pack-brain,2026-05-01,2,2026-05-20
""",
    "suppliers.csv": """\
name,title,place
frames,A maker of frames,Taiwan
foundry,A foundry,Korea
""",
    "offers.csv": """\
supplier,item,from_date,to_date,price_usd,capacity_per_month,minimum_per_month
frames,blank,2026-01-01,,100,50000,
frames,frame,2026-01-01,,0.5,2000000,
foundry,fine-wafer,2026-01-01,2026-12-31,15000,20000,100
foundry,fine-wafer,2027-01-01,,14000,20000,100
""",
    "price_breaks.csv": """\
supplier,item,from_quantity,price_usd
frames,frame,500000,0.4
""",
    "rivals.csv": """\
supplier,customer,rank,share_percent,in_shortage_percent
foundry,Apple,1,30,60
foundry,us,2,10,10
foundry,Small ones,3,40,40
""",
    "markets.csv": """\
name,unit,priority
cars,car,1
racks,rack,2
""",
    "volumes.csv": """\
market,date,units_per_year
cars,2026-01-01,600000
cars,2027-12-31,1200000
racks,2026-01-01,6000
""",
    "needs.csv": """\
market,item,from_date,to_date,quantity
cars,chip,2026-01-01,,2
racks,brain,2026-01-01,2026-12-31,8
racks,brain,2027-01-01,,10
""",
    "demands.csv": """\
name,item,date,quantity
samples,chip,2026-04-15,1000
""",
    "activities.csv": """\
name,plant,generation,after,duration,earliest,claimed,slip,skill,people,limit,reference_slip
build,line,,,"pert(1, 2, 4)",2026-01-01,,"lognormal(1.1, 0.1)",engineer,10,crew,
pilot,line,,build,1,,2026-04-15,,engineer,5,,
volume,line,,pilot,2,,2026-06-30,,,,,"lognormal(1.2, 0.3)"
tape-out,,gen-1,,"pert(3, 5, 8)",,2026-09-30,,,,,
ship,,gen-1,tape-out,6,,2027-04-30,,,,,
""",
    "generations.csv": """\
name,volume_with,claimed_volume
gen-1,ship,2027-04-30
""",
    "reviews.csv": """\
name,generation,until,weekdays
design,gen-1,tape-out,Tue;Sat
""",
    "shared_limits.csv": """\
plant,name,units
line,crew,1
""",
    "skills.csv": """\
name,headcount,target,hires_per_month,pay_low_usd_per_year,pay_high_usd_per_year
engineer,40,60,2,90000,150000
""",
    "staffings.csv": """\
plant,skill,people,people_per_1000_per_month
fab,engineer,20,2
""",
    "mission.csv": """\
part,title,claim
1,Chips,The fab gives ten million chips a year
2,Packages,The line is in volume in June 2026 and packs a hundred thousand a month
3,Rest,The rest holds too
""",
    "claims.csv": """\
name,part,statement,measure,subject,value,high,unit,date
chips,1,Ten million chips a year,chips-per-year,fab,10,,million chips/year,
money,1,The chips cost up to USD 100 million a year,chip-spend,,50,100,million USD/year,2027-12-31
packages,2,A lakh of packages a month,units-per-month,line,100000,,packages/month,2027-01-01
covered,2,The line covers the markets,covers-demand,line,,,,2027-12-31
in-volume,2,Volume in June 2026,done-by,volume,,,,2026-06-30
built,2,The line is built in half a year,build-months,line,6,,months,
starts,3,The fab takes 3000 wafers a month,carriers-per-month,fab,3000,,wafers/month,2026-09-01
cheap,3,Coarse is cheaper than fine,cheaper-node,coarse;fine,,,,
queue,3,The foundry serves Apple first,queue-rank,foundry,2,,,
place,3,The foundry is in Korea,packaged-at,foundry,,,,
people,3,Engineers come for up to USD 150000,staff,engineer,90000,150000,USD/year,
own,3,No package is bought,self-supply,package,,,,2026-06-30
both,3,Volume and tape-out are on time,joint-odds,volume;tape-out,,,,
""",
    "sources.csv": """\
cell,low,high,unit,year,source,grade
technologies/coarse/d0_mature_per_cm2,0.05,0.2,1/cm2,2024,a textbook,published
volumes/cars:2026-01-01/units_per_year,500000,700000,cars/year,2025,a report,press
suppliers/foundry/place,,,,2025,its annual report,published
skills/engineer/pay_low_usd_per_year,80000,95000,USD/year,2025,a statistical office,published
skills/engineer/pay_high_usd_per_year,140000,170000,USD/year,2025,a statistical office,published
activities/build/duration,1,4,month,2025,a survey of lines,published
""",
    "risks.csv": """\
cell,distribution
technologies/coarse/d0_mature_per_cm2,"triangular(0.05, 0.1, 0.2)"
volumes/cars:2027-12-31/units_per_year,"triangular(800000, 1200000, 1500000)"
technologies/fine/d0_mature_per_cm2,"lognormal(0.1, 0.3)"
""",
    "correlations.csv": """\
first,second,rho
technologies/coarse/d0_mature_per_cm2,technologies/fine/d0_mature_per_cm2,0.5
""",
    "scenarios.csv": """\
name,title
slump,Half the cars
""",
    "changes.csv": """\
scenario,cell,value,why
slump,volumes/cars:2026-01-01/units_per_year,300000,half
slump,volumes/cars:2027-12-31/units_per_year,600000,half
""",
}


def write(folder: Path, changes: Mapping[str, Change] | None = None) -> Path:
    """Write the sound programme into `folder` with some of its files changed.

    A name without suffix is a table; a pair replaces a passage that stands there exactly once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = dict(FILES)
    for name, change in (changes or {}).items():
        file = name if name in FILES else f"{name}.csv"
        texts[file] = change if isinstance(change, str) else _replaced(texts, file, *change)
    for file, text in texts.items():
        (folder / file).write_text(text)
    return folder


def read(folder: Path, changes: Mapping[str, Change] | None = None) -> formats.Loaded:
    """The sound programme, changed, written to and read from `folder`."""
    return formats.read(write(folder, changes))


def _replaced(texts: Mapping[str, str], file: str, old: str, new: str) -> str:
    assert texts[file].count(old) == 1, f"{old!r} stands {texts[file].count(old)} times in {file}"
    return texts[file].replace(old, new)
