"""Rules for what a planner may choose: periods, campaigns, dated costs, tools to buy, budgets."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error
from fabstack.errors import did_you_mean
from fabstack.model import Programme
from fabstack.model.choices import Budget, ToolOption
from fabstack.model.grid import FORM, parts_of


def unknown_periods(programme: Programme) -> Iterator[Fault]:
    """A grid of periods that cannot be read."""
    planning = programme.planning
    try:
        parts_of(planning.periods)
    except ValueError as fault:
        cure = "write 13w 24m 20q, or leave it blank for months"
        yield error(planning, "periods", "unknown-periods", str(fault), expected=FORM, cure=cure)


def campaigns_of_nothing(programme: Programme) -> Iterator[Fault]:
    """Campaigns that are for no route, or both for a route and for a family."""
    families = {route.family for route in programme.routes if route.family}
    for row in programme.campaigns:
        if (row.route is None) == (not row.family):
            found = "names neither a route nor a family" if row.route is None else "names both"
            yield error(
                row,
                "route",
                "campaign-of-what",
                f"campaign '{row.name}' {found}",
                expected="a route, or the family of several routes",
                cure="leave one of the two blank",
            )
        elif row.family and row.family not in families:
            yield error(
                row,
                "family",
                "unknown-family",
                f"no route has the family '{row.family}'",
                expected="a word in the column family of routes",
                cure=did_you_mean(row.family, sorted(families)),
            )


def changing_campaigns(programme: Programme) -> Iterator[Fault]:
    """Rows of one campaign that are not about the same routes and tool group."""
    first: dict[str, tuple[str | None, str, str | None, bool]] = {}
    for row in programme.campaigns:
        about = (row.route, row.family, row.tool_group, row.carries_over)
        if first.setdefault(row.name, about) != about:
            yield error(
                row,
                "name",
                "changing-campaign",
                f"rows of campaign '{row.name}' name different routes or tool groups, or differ in "
                "whether a setup is kept",
                expected="one route or family, one tool group and one rule for each name",
                cure="give the other campaign a name of its own",
            )


def impossible_campaigns(programme: Programme) -> Iterator[Fault]:
    """Campaigns whose minimum lies above their maximum."""
    for row in programme.campaigns:
        if row.maximum_carriers is not None and row.minimum_carriers > row.maximum_carriers:
            yield error(
                row,
                "minimum_carriers",
                "reversed-limits",
                f"campaign '{row.name}' starts at least {row.minimum_carriers:g} and at most "
                f"{row.maximum_carriers:g} carriers",
                expected=f"at most {row.maximum_carriers:g}",
                cure="swap the two",
            )


def setups_kept_nowhere(programme: Programme) -> Iterator[Fault]:
    """Setups that are kept into the next period by no tool group."""
    for row in programme.campaigns:
        if row.carries_over and row.tool_group is None:
            yield error(
                row,
                "tool_group",
                "setup-kept-nowhere",
                f"the setup of campaign '{row.name}' is kept, but no tool group keeps it",
                expected="the tool group that is set up",
                cure="name it; it ends each period in one setup",
            )


def backward_windows(programme: Programme) -> Iterator[Fault]:
    """Offers of tools and budgets that end before they begin."""
    rows: tuple[ToolOption | Budget, ...] = (*programme.tool_options, *programme.budgets)
    for row in rows:
        if row.to_date is not None and row.to_date < row.from_date:
            yield error(
                row,
                "to_date",
                "reversed-dates",
                f"it holds from {row.from_date} to {row.to_date}",
                expected=f"{row.from_date} or later",
                cure="swap the two dates",
            )
