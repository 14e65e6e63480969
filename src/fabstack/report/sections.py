"""What the page tells, in its order: the questions of the first page, then the details."""

from __future__ import annotations

from fabstack.report import tiles
from fabstack.report.figures.agreement import LEAD_TIMES, OUTPUT_ERRORS
from fabstack.report.figures.claims import CLAIMS
from fabstack.report.figures.cost import COST, DIES, PARTS, SWINGS_PICTURE
from fabstack.report.figures.curves import MEASURED, OPERATING
from fabstack.report.figures.dates import DATES, GANTT, INFLUENCES, ODDS, ROADMAP
from fabstack.report.figures.evidence import ESTIMATES, GRADES_PICTURE, YIELDS
from fabstack.report.figures.flow import FLOW
from fabstack.report.figures.lots import CONFIRMED, CYCLE_TIMES
from fabstack.report.figures.maps import PANELS, WAFERS
from fabstack.report.figures.money import CASH, DISCOUNTED, PEOPLE
from fabstack.report.figures.plants import BOTTLENECKS, CAPACITY, LOAD, RANKING, STATES
from fabstack.report.figures.ramps import CHANCES, DRIVERS, OUTPUTS, TORNADO
from fabstack.report.figures.supply import CUMULATIVE, MAKE_BUY, SHORTFALL, VOLUMES
from fabstack.report.figures.waits import AREAS, LIMITS, ON_TIME, SPREAD, WIP
from fabstack.report.figures.waterfalls import CHAIN_STEPS, COST_STEPS, YIELD_STEPS
from fabstack.report.section import Section

__all__ = ["DETAILS", "FIRST_PAGE", "Section"]

# After the verdict and the mission, which are the answer to the first question.
FIRST_PAGE = (
    Section(
        name="breaks",
        menu="Breaks",
        title="What breaks first, and by what factor?",
        tiles=(tiles.BREAKS,),
        pictures=(CLAIMS,),
    ),
    Section(
        name="volumes-dates-cost",
        menu="Volumes, dates, cost",
        title="How many, when, and at what cost per good chip?",
        tiles=(tiles.SERVED, tiles.PUNCTUAL, tiles.DEAREST),
        pictures=(VOLUMES, DATES, COST),
    ),
    Section(
        name="make-or-buy",
        menu="Make or buy",
        title="What is made, what is bought?",
        tiles=(tiles.BOUGHT,),
        pictures=(MAKE_BUY,),
    ),
    Section(
        name="limits",
        menu="Bottlenecks",
        title="What is the bottleneck of each plant?",
        tiles=(tiles.LIMITS,),
        pictures=(BOTTLENECKS,),
    ),
    Section(
        name="sensitivity",
        menu="Sensitivity",
        title="What is the answer most sensitive to?",
        tiles=(tiles.COST_DRIVERS, tiles.DATE_DRIVERS),
        pictures=(SWINGS_PICTURE, INFLUENCES),
    ),
    Section(
        name="assumptions",
        menu="Assumptions",
        title="Which assumptions are estimates?",
        tiles=(tiles.WEAKNESS,),
        pictures=(ESTIMATES,),
    ),
)

DETAILS = (
    Section(
        name="supply",
        menu="Demand and supply",
        title="Demand and supply",
        pictures=(FLOW, CUMULATIVE, SHORTFALL),
    ),
    Section(
        name="milestones",
        menu="Milestones",
        title="Ramp and milestones",
        pictures=(CAPACITY, OUTPUTS, CHANCES, ODDS, ROADMAP, GANTT, DRIVERS, TORNADO),
    ),
    Section(
        name="plants",
        menu="Plants",
        title="Plants and tools",
        pictures=(LOAD, STATES, RANKING, OPERATING, MEASURED),
        note="What every tool does on one day is drawn from an event log. Keep one: fabstack "
        "simulate PROGRAMME --event-log FILE --out RUN; then: fabstack report RUN --event-log FILE "
        "--day DATE.",
    ),
    Section(
        name="lots",
        menu="Lots",
        title="Lots",
        pictures=(CYCLE_TIMES, SPREAD, WIP, AREAS, ON_TIME, LIMITS),
    ),
    Section(
        name="agreement",
        menu="Plan and simulation",
        title="Plan and simulation",
        pictures=(CONFIRMED, OUTPUT_ERRORS, LEAD_TIMES),
    ),
    Section(
        name="yield-and-cost",
        menu="Yield and cost",
        title="Yield and cost of chips",
        pictures=(COST_STEPS, PARTS, DIES, CHAIN_STEPS, YIELD_STEPS, YIELDS, WAFERS, PANELS),
        half=(PARTS, DIES),
    ),
    Section(
        name="money",
        menu="Money",
        title="Money",
        pictures=(CASH, DISCOUNTED),
        half=(CASH, DISCOUNTED),
    ),
    Section(name="workforce", menu="People", title="Workforce", pictures=(PEOPLE,)),
    Section(name="evidence", menu="Sources", title="Sources", pictures=(GRADES_PICTURE,)),
)
