"""Rules for tool groups: are they used, ever there, ever up, and enough for what is started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from fabstack.check.faults import Fault, error, warning
from fabstack.economics.capacity import (
    hours_per_carrier,
    hours_per_tool_month,
    open_share,
)
from fabstack.model import Programme, by_key, grouped
from fabstack.model.deliveries import dated_deliveries
from fabstack.model.routes import Basis
from fabstack.model.tools import BatchPolicy


def idle_tool_groups(programme: Programme) -> Iterator[Fault]:
    """Tool groups that no step uses."""
    used = {step.tool_group for step in programme.steps}
    for group in programme.tool_groups:
        if group.name not in used:
            yield warning(
                group,
                "name",
                "unused-tool-group",
                f"no step uses tool group '{group.name}'",
                expected="a step on it",
                cure="name it in steps, or remove it",
            )


def absent_tool_groups(programme: Programme) -> Iterator[Fault]:
    """Tool groups that steps use and that never have a tool."""
    used = {step.tool_group for step in programme.steps}
    delivered = {row.tool_group for row in programme.deliveries}
    delivered |= {row.tool_group for row in programme.tool_options}
    delivered |= {row.tool_group for row in programme.capacities}
    for group in programme.tool_groups:
        if group.name in used and not group.tools and group.name not in delivered:
            yield error(
                group,
                "tools",
                "no-tools",
                f"tool group '{group.name}' is used by steps but never has a tool",
                expected="at least 1 tool on the first day or in deliveries",
                cure="write the number of tools, or add a delivery",
            )


def endless_intervals(programme: Programme) -> Iterator[Fault]:
    """Maintenance that says neither after how many hours nor after how many carriers."""
    for plan in programme.maintenances:
        if plan.every_h is None and plan.every_carriers is None:
            yield error(
                plan,
                "every_h",
                "no-interval",
                f"maintenance '{plan.name}' of '{plan.tool_group}' has no interval",
                expected="hours in every_h or carriers in every_carriers",
                cure="write one of the two",
            )


def idle_first_stops(programme: Programme) -> Iterator[Fault]:
    """First stops of a kind that the maintenance does not repeat."""
    for plan in programme.maintenances:
        for first, every in (("first_h", "every_h"), ("first_carriers", "every_carriers")):
            if getattr(plan, first) is not None and getattr(plan, every) is None:
                yield warning(
                    plan,
                    first,
                    "no-effect",
                    f"{first} of maintenance '{plan.name}' of '{plan.tool_group}' has no effect: "
                    f"{every} is blank",
                    expected=f"an interval in {every}",
                    cure=f"write {every}, or leave {first} blank",
                )


def idle_batch_rules(programme: Programme) -> Iterator[Fault]:
    """Waiting times and policies for batches on tools that take none."""
    for group in programme.tool_groups:
        steps = grouped(programme.steps, "tool_group")[group.name]
        if any(step.basis is Basis.BATCH for step in steps):
            continue
        is_set = {
            "batch_wait_h": group.batch_wait_h is not None,
            "batch_policy": group.batch_policy is not BatchPolicy.MINIMUM,
        }
        for column in (column for column, is_there in is_set.items() if is_there):
            yield warning(
                group,
                column,
                "no-effect",
                f"{column} of '{group.name}' has no effect: none of its steps takes batches",
                expected="a step with basis batch",
                cure="set the basis of its steps to batch, or leave the cell blank",
            )


def lost_availability(programme: Programme) -> Iterator[Fault]:
    """Tool groups whose maintenance takes all their time."""
    for group in programme.tool_groups:
        plans = grouped(programme.maintenances, "tool_group")[group.name]
        stopped = sum(plan.duration.mean / plan.every_h for plan in plans if plan.every_h)
        if stopped >= 1:
            yield error(
                group,
                "name",
                "no-availability",
                f"maintenance takes {stopped:.0%} of the time of '{group.name}': none is ever up",
                expected="stops that take less time than lies between them, both in hours",
                cure="check every_h and duration of its maintenances",
            )


ROUNDING_H = 1e-9  # what is left of a sum of rates that has gone back to nothing


class Peak(NamedTuple):
    """The highest load of a tool group under the starts as they are written."""

    load: float  # hours needed over hours that its tools give; infinite without a tool
    day: date


def overloaded_groups(programme: Programme) -> Iterator[Fault]:
    """Tool groups that the starts keep busier than they can be: their queue grows without end."""
    for name, peak in _peaks(programme).items():
        if peak.load <= 1:
            continue
        no_tool = peak.load == float("inf")
        found = "have no tool there" if no_tool else f"load it with {peak.load:.0%} of its hours"
        yield warning(
            by_key(programme.tool_groups)[name],
            "tools",
            "overloaded-tool-group",
            f"starts from {peak.day} on need '{name}' and {found}",
            expected="a load below 100 %: rates x time / (tools x hours they are up)",
            cure="start less, add tools, or check unit and basis of the process times",
        )


def _peaks(programme: Programme) -> Mapping[str, Peak]:
    """The peak of each tool group that starts need, over all dates on which something changes."""
    routes = dict.fromkeys(row.route for row in programme.starts)
    hours = {route: hours_per_carrier(programme, route) for route in routes}
    supply = {name: _hours_per_tool(programme, name) for found in hours.values() for name in found}
    tools = {name: by_key(programme.tool_groups)[name].tools for name in supply}
    rates: dict[str, float] = defaultdict(float)
    needed_h: dict[str, float] = defaultdict(float)
    peaks: dict[str, Peak] = {}
    for day, changes in _changes(programme).items():
        touched: set[str] = set()
        for name, added in changes.tools:
            if name in tools:
                tools[name] += added
                touched.add(name)
        for route, rate in changes.rates:
            for name, h in hours[route].items():
                needed_h[name] += (rate - rates[route]) * h
            touched.update(hours[route])
            rates[route] = rate
        for name in touched:
            _raise(peaks, name, Peak(_load(needed_h[name], tools[name] * supply[name]), day))
    return peaks


def _raise(peaks: dict[str, Peak], name: str, found: Peak) -> None:
    if name not in peaks or found.load > peaks[name].load:
        peaks[name] = found


def _load(needed_h: float, given_h: float) -> float:
    if needed_h <= ROUNDING_H:
        return 0.0
    return needed_h / given_h if given_h > 0 else float("inf")


def _hours_per_tool(programme: Programme, group: str) -> float:
    plant = by_key(programme.tool_groups)[group].plant
    return hours_per_tool_month(programme, group) if open_share(programme, plant) > 0 else 0.0


class Changes(NamedTuple):
    """What is different from a day on."""

    tools: list[tuple[str, int]]  # (tool group, added)
    rates: list[tuple[str, float]]  # (route, carriers a month)


def _changes(programme: Programme) -> Mapping[date, Changes]:
    """Changes of rates and tools by day; what came before the horizon counts on its first day."""
    start, end = programme.programme.start, programme.programme.end
    found: dict[date, Changes] = {}
    events = [
        *(
            (row.date, True, row.tool_group, row.tools)
            for group in programme.tool_groups
            for row in dated_deliveries(programme, group.name)
        ),
        *((row.date, False, row.route, row.carriers_per_month) for row in programme.starts),
    ]
    for day, is_tool, name, amount in sorted(events, key=lambda event: (event[0], event[2])):
        if day > end:
            break
        changes = found.setdefault(max(day, start), Changes([], []))
        if is_tool:
            changes.tools.append((name, int(amount)))
        else:
            changes.rates.append((name, float(amount)))
    return found
