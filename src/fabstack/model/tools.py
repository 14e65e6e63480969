"""Tool groups: how many tools, when they come, and what stops them."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.dispatch import DispatchRule
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution


class ToolChoice(StrEnum):
    """Which of several free tools takes an arriving lot."""

    RANDOM = "random"
    LONGEST_FREE = "longest-free"
    LEAST_USED = "least-used"  # it has taken the fewest carriers so far


class BatchPolicy(StrEnum):
    """When a batch that has its minimum starts on a free tool."""

    MINIMUM = "minimum"  # at once
    LOOK_AHEAD = "look-ahead"  # not yet, if lots that come would gain more than those here lose


@row()
class ToolGroup:
    """Interchangeable tools of one plant (SEMI E10 applies to each)."""

    name: str = named("unique name")
    plant: str = refers("plants", "where it stands")
    area: str = worded("department")
    bay: str = worded("where it stands; moves are between bays")
    kind: str = worded("type in the tool catalogue")
    tools: int = counted("on the first day", default=0)
    price_usd: float = measured("USD", "of one tool, installed", default=0.0, ge=0)
    lead_time_months: float = measured("month", "order to dock", default=0.0, ge=0)
    install_months: float = measured("month", "dock to released for production", default=0.0, ge=0)
    floor_m2: float = measured("m2", "of one tool with its service area", default=0.0, ge=0)
    power_kw: float = measured("kW", "of one tool, average", default=0.0, ge=0)
    operators: float = measured("person", "for each tool and shift", default=0.0, ge=0)
    running_cost_usd_per_h: float = measured("USD/h", "of one busy tool", default=0.0, ge=0)
    load_min: float = measured("min", "to load a lot", default=0.0, ge=0)
    unload_min: float = measured("min", "to unload a lot", default=0.0, ge=0)
    max_load_percent: float | None = measured(
        "percent",
        "of available time a plan may use; blank: the programme's",
        default=None,
        gt=0,
        le=100,
    )
    dispatch: DispatchRule | None = worded(
        "which lot goes first, such as priority > setup > fifo; blank: the programme's rule",
        default=None,
    )
    tool_choice: ToolChoice = chosen(
        "which of several free tools takes an arriving lot", default=ToolChoice.LONGEST_FREE
    )
    least_setup_tool: bool = chosen(
        "an arriving lot prefers the free tool with the least setup time", default=False
    )
    batch_wait_h: float | None = measured(
        "h",
        "a batch starts when its first lot has waited so long, whatever it lacks; blank: never",
        default=None,
        ge=0,
    )
    batch_policy: BatchPolicy = chosen(
        "when a batch that has its minimum starts: at once, or after lots that are on their way",
        default=BatchPolicy.MINIMUM,
    )


@row("tool_group", "date")
class Delivery:
    """Tools that are released for production on a date."""

    tool_group: str = refers("tool_groups", "which")
    date: Day = chosen("released for production")
    tools: int = counted("added", ge=1)
    phase: str = worded(
        "phase of the group's plant that they come with, if it is built; blank: always", default=""
    )


class Clock(StrEnum):
    """What makes a tool break."""

    CALENDAR = "calendar"  # idle tools break too
    BUSY = "busy"  # only processing ages a tool


@row("tool_group", "name")
class Breakdown:
    """Unscheduled downtime of each tool of a group; the interrupted lot resumes after it."""

    tool_group: str = refers("tool_groups", "which")
    name: str = named("cause")
    between: Distribution = measured("h", "from the end of a repair to the next failure")
    first: Distribution | None = measured(
        "h", "to the first failure; blank: as `between`", default=None
    )
    repair: Distribution = measured("h", "duration")
    clock: Clock = chosen("what ages the tool", default=Clock.CALENDAR)


@row("tool_group", "name")
class Maintenance:
    """Scheduled downtime of each tool of a group; it waits for the running job."""

    tool_group: str = refers("tool_groups", "which")
    name: str = named("plan")
    every_h: float | None = measured("h", "start to start", default=None, gt=0)
    every_carriers: float | None = measured(
        "", "carriers processed since the last", default=None, gt=0
    )
    first_h: float | None = measured(
        "h",
        "when the first one falls due, of the last tool if staggered; blank: as `every_h`",
        default=None,
        ge=0,
    )
    first_carriers: float | None = measured(
        "",
        "carriers to the first one, of the last tool if staggered; blank: as `every_carriers`",
        default=None,
        ge=0,
    )
    duration: Distribution = measured("h", "of one stop")
    staggered: bool = chosen(
        "spread the tools' first stops: the k-th of n tools has its own at k/n of the first one",
        default=True,
    )


@row("tool_group", "from_setup", "to_setup")
class Setup:
    """Time to change a tool from one setup to another."""

    tool_group: str = refers("tool_groups", "which")
    from_setup: str = named("blank: any other", default="")
    to_setup: str = named("the setup that a step asks for")
    setup_min: float = measured("min", "duration", ge=0)
    minimum_run: int = counted(
        "lots that a tool takes after the one it changed for, before it may change again",
        default=0,
    )
