"""Rules for routes and for what is started on them."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error, warning
from fabstack.economics.capacity import line_yield, steps_of
from fabstack.model import Programme, by_key, grouped
from fabstack.model.routes import Order, Route, Start, Step, Wip

HOPELESS_SHARE = 0.01  # less survives: probably a loss was written where a yield belongs


def endless_routes(programme: Programme) -> Iterator[Fault]:
    """Routes that nothing limits: no steps, and no phase of their plant."""
    for route in programme.routes:
        steps = grouped(programme.steps, "route")[route.name]
        phases = grouped(programme.phases, "plant")[route.plant]
        if not steps and not phases:
            yield warning(
                route,
                "name",
                "no-limit",
                f"route '{route.name}' has no steps and plant '{route.plant}' has no phase: "
                "it makes any amount at once",
                expected="steps on tool groups, or a phase with a capacity",
                cure="add steps for the route or phases for the plant",
            )


def twin_routes(programme: Programme) -> Iterator[Fault]:
    """Routes that make the same item in the same plant by the same steps."""
    seen: dict[object, Route] = {}
    for route in programme.routes:
        same = grouped(programme.routes, "item")[route.item]
        if len(same) < 2 or not steps_of(programme, route.name):
            continue
        signature = (route.item, route.plant, tuple(map(_work, steps_of(programme, route.name))))
        first = seen.setdefault(signature, route)
        if first is not route:
            yield warning(
                route,
                "name",
                "duplicate-route",
                f"route '{route.name}' makes '{route.item}' by the same steps as '{first.name}'",
                expected="one route for one way to make an item",
                cure="remove one of them",
            )


def _work(step: Step) -> tuple[object, ...]:
    return (step.tool_group, step.process, step.basis, step.setup)


def dead_lines(programme: Programme) -> Iterator[Fault]:
    """Routes that next to no carrier survives."""
    for route in programme.routes:
        share = line_yield(programme, route.name)
        if share < HOPELESS_SHARE:
            tell = error if share == 0 else warning
            yield tell(
                route,
                "name",
                "nothing-survives",
                f"{share:.2g} of the carriers survive the steps of route '{route.name}'",
                expected="a line yield of a few tens of percent at least",
                cure="yield_percent is what survives, lot_scrap_percent what is lost",
            )


def early_starts(programme: Programme) -> Iterator[Fault]:
    """Starts before the plant of their route has opened."""
    routes, plants = by_key(programme.routes), by_key(programme.plants)
    for start in programme.starts:
        opens = plants[routes[start.route].plant].opens
        if opens and start.date < opens and start.carriers_per_month:
            yield warning(
                start,
                "date",
                "start-before-opening",
                f"route '{start.route}' is started from {start.date}, but its plant opens on "
                f"{opens}",
                expected=f"{opens} or later, or as much earlier as a lot takes",
                cure="correct one of the two dates",
            )


def doubled_due_dates(programme: Programme) -> Iterator[Fault]:
    """Lots that are promised both for a day and for a number of days."""
    lots: list[Order | Wip] = [*programme.orders, *programme.wip]
    for row in lots:
        if row.due is not None and row.due_days is not None:
            yield warning(
                row,
                "due_days",
                "two-due-dates",
                f"'{row.name}' is due on {row.due} and after {row.due_days:g} days",
                expected="one of the two; due_days is used",
                cure="leave due or due_days blank",
            )


def idle_due_spreads(programme: Programme) -> Iterator[Fault]:
    """Spreads around due dates that nobody gave."""
    lots: list[Start | Order] = [*programme.starts, *programme.orders]
    for row in lots:
        dated = row.due_days is not None or getattr(row, "due", None) is not None
        if row.due_spread_percent and not dated:
            yield warning(
                row,
                "due_spread_percent",
                "no-effect",
                f"due_spread_percent of route '{row.route}' has no effect: no lot has a due date",
                expected="a number of days in due_days",
                cure="write due_days, or leave due_spread_percent blank",
            )


def orders_due_before_start(programme: Programme) -> Iterator[Fault]:
    """Orders that are promised for a day before they start."""
    for order in programme.orders:
        if order.due and order.due < order.date:
            yield warning(
                order,
                "due",
                "due-before-start",
                f"order '{order.name}' starts on {order.date} and is due on {order.due}",
                expected=f"after {order.date}",
                cure="correct one of the two dates",
            )
