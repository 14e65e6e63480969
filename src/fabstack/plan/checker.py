"""An independent look at a plan: plain loops over the programme and the plan's arrays.

Nothing here is shared with the blocks that built the program (`checker_terms` reads the programme
anew). What they say in sparse matrices is said again in ordinary sentences, so that a mistake
would have to be made twice, in two forms, to go unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fabstack.model import Programme, by_key, grouped
from fabstack.model.plants import CapacityOf
from fabstack.plan.checker_money import objective_usd
from fabstack.plan.checker_queues import (
    flows,
    hours_inside,
    next_stop,
    queue_errors,
    used_hours,
    worked_hours,
)
from fabstack.plan.checker_setups import setup_errors
from fabstack.plan.checker_stock import regraded_units, shelf_errors
from fabstack.plan.checker_terms import Terms
from fabstack.plan.checker_tools import hours_of_bought, hours_of_built, tool_errors
from fabstack.plan.network import Node
from fabstack.plan.result import Audit, PlanResult

Error = tuple[float, str]  # relative to what flows, and what it is about
Sheet = defaultdict[tuple[object, int], float]


def audit(programme: Programme, result: PlanResult) -> Audit:
    """How far a plan is from balances, limits and objective that are worked out anew."""
    terms = Terms(programme, result.options)
    balance = max(_balance_errors(terms, result), default=(0.0, ""))
    limit = max(_limit_errors(terms, result), default=(0.0, ""))
    objective = _objective_error(terms, result)
    return Audit(
        balance_error=float(balance[0]),
        limit_error=float(limit[0]),
        objective_error=float(objective[0]),
        worst=_worst(balance, limit, objective),
    )


def _worst(*errors: Error) -> str:
    size, what = max(errors)
    return what if size > 0 else ""


def _objective_error(terms: Terms, result: PlanResult) -> Error:
    found, size = objective_usd(terms, result)
    return abs(found - result.objective_usd) / max(size, 1.0), "objective"


def _relative(difference: float, size: float) -> float:
    return abs(difference) / max(size, 1.0)


# --- Balances -----------------------------------------------------------------------------------


def _balance_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    yield from _node_errors(terms, result)
    yield from _output_errors(terms, result)
    yield from queue_errors(terms, result)
    yield from _receipt_errors(terms, result)
    yield from _demand_errors(terms, result)


def _node_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """What comes, goes and stays at each node, against the most that moves there in a period."""
    net, size = Sheet(float), Sheet(float)
    for node, period, amount in _movements(terms, result):
        net[node, period] += amount
        size[node, period] += abs(amount)
    for place, node in enumerate(result.names.nodes):
        largest = max(size[node, period] for period in range(terms.periods))
        before = 0.0
        for period in range(terms.periods):
            after = float(result.stock[place, period])
            gone = float(result.disposed[place, period])
            difference = before + net[node, period] - after - gone
            yield _relative(difference, largest), f"balance of {node} in period {period}"
            before = after


def _movements(terms: Terms, result: PlanResult) -> Iterator[tuple[Node, int, float]]:
    """Every unit that comes to a node or leaves it."""
    yield from _from_outside(terms)
    yield from _by_routes(terms, result)
    yield from _by_conversions(terms, result)
    yield from regraded_units(terms, result)
    yield from _by_lanes(terms, result)
    for place, key in enumerate(result.names.offers):
        offer = by_key(terms.programme.offers)[key]
        for period in range(terms.periods):
            yield Node(offer.item, offer.supplier), period, float(result.bought[place, period])
    for outlet, (_, place) in enumerate(result.served_from.tolist()):
        for period in range(terms.periods):
            yield result.names.nodes[place], period, -float(result.served[outlet, period])


def _from_outside(terms: Terms) -> Iterator[tuple[Node, int, float]]:
    """First stocks, and lots inside on the first day."""
    for stock in terms.programme.stocks:
        yield Node(stock.item, stock.plant), 0, stock.initial
    routes = by_key(terms.programme.routes)
    for lot in terms.programme.wip:
        if next_stop(terms, lot) is not None:
            continue
        route = routes[lot.route]
        lags = [lag for step, lag in terms.step_lags(route).items() if step < lot.step]
        leaves = terms.holding(terms.leads[route.name] - (lags[-1] if lags else 0.0))
        if leaves < terms.periods:
            left = lot.carriers / terms.alive_at(route, lot.step)
            units = left * terms.units_of_carrier(route, leaves)
            yield Node(route.item, route.plant), leaves, units


def _by_routes(terms: Terms, result: PlanResult) -> Iterator[tuple[Node, int, float]]:
    routes = by_key(terms.programme.routes)
    for place, name in enumerate(result.names.routes):
        route = routes[name]
        components = grouped(terms.programme.components, "parent")[route.item]
        for period in range(terms.periods):
            yield Node(route.item, route.plant), period, float(result.output[place, period])
            started = float(result.starts[place, period])
            for component in components if started else ():
                taken = started * terms.children_of_start(route, component, period)
                yield Node(component.child, route.plant), period, -taken


def _by_conversions(terms: Terms, result: PlanResult) -> Iterator[tuple[Node, int, float]]:
    for place, node in enumerate(result.names.conversions):
        components = grouped(terms.programme.components, "parent")[node.item]
        for period in range(terms.periods):
            made = float(result.converted[place, period])
            yield node, period, made
            for component in components if made else ():
                each = terms.children_of_conversion(component, node.place, period)
                yield Node(component.child, node.place), period, -made * each


def _by_lanes(terms: Terms, result: PlanResult) -> Iterator[tuple[Node, int, float]]:
    days = {(lane.origin, lane.destination): lane.days for lane in terms.programme.lanes}
    for place, way in enumerate(result.names.ways):
        months = days.get((way.origin, way.destination), 0.0) / (365.25 / 12)
        for period in range(terms.periods):
            sent = float(result.sent[place, period])
            yield Node(way.item, way.origin), period, -sent
            for when, share in terms.arrivals(period, months):
                yield Node(way.item, way.destination), when, sent * share


def _output_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """Output is what was started, or left the last queue, the time before; less what was lost."""
    for place, route in enumerate(terms.programme.routes):
        out = [0.0] * terms.periods
        last = flows(terms, result, route)[-1]
        for period, carriers in enumerate(last.carriers):
            for when, share in terms.arrivals(period, terms.leads[route.name] - last.at):
                out[when] += carriers * share * terms.units_of_carrier(route, when)
        for period, amount in enumerate(out):
            difference = amount - float(result.output[place, period])
            yield _relative(difference, amount), f"output of {route.name} in period {period}"


def _receipt_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    for place, offer in enumerate(terms.programme.offers):
        received = [0.0] * terms.periods
        for period in range(terms.periods):
            for when, share in terms.arrivals(period, offer.lead_time_months):
                received[when] += float(result.ordered[place, period]) * share
        for period, amount in enumerate(received):
            difference = amount - float(result.bought[place, period])
            what = f"receipts of {offer.item} from {offer.supplier} in period {period}"
            yield _relative(difference, amount), what


def _demand_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """Wanted is delivered, late or short; deliveries are what the outlets serve."""
    wanted = _wanted(terms, result)
    served = Sheet(float)
    for outlet, (want, _) in enumerate(result.served_from.tolist()):
        for period in range(terms.periods):
            served[want, period] += float(result.served[outlet, period])
    for place, want in enumerate(result.names.wants):
        late = 0.0
        for period in range(terms.periods):
            given = float(result.delivered[place, period]) + float(result.short[place, period])
            after = float(result.backlog[place, period])
            asked = wanted[place][period]
            what = f"demand for {want.item} of {want.market} in period {period}"
            yield _relative(late + asked - given - after, late + asked), what
            yield _relative(served[place, period] - result.delivered[place, period], given), what
            yield _relative(asked - float(result.wanted[place, period]), asked), what
            late = after


def _wanted(terms: Terms, result: PlanResult) -> list[list[float]]:
    """Units wanted by each want in each period, from the programme's own tables."""
    orders = iter(terms.alike())
    markets = by_key(terms.programme.markets)
    pairs = {(need.market, need.item) for need in terms.programme.needs}
    found = []
    for want in result.names.wants:
        if want.market in markets and (want.market, want.item) in pairs:
            pairs.discard((want.market, want.item))
            found.append([terms.wanted(*want, period) for period in range(terms.periods)])
        else:
            due = [(terms.due(demand), demand.quantity) for demand in next(orders)]
            found.append(
                [sum(q for when, q in due if when == period) for period in range(terms.periods)]
            )
    return found


# --- Limits -------------------------------------------------------------------------------------


def _limit_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    yield from _negative(result)
    yield from _too_early(terms, result)
    yield from _tool_hours(terms, result)
    yield from setup_errors(terms, result)
    yield from tool_errors(terms, result)
    yield from _people(terms, result)
    yield from _phases(terms, result)
    yield from _offers(terms, result)
    yield from _stocks(terms, result)
    yield from shelf_errors(terms, result, _movements(terms, result))
    yield from _too_late(terms, result)


def _excess(amount: float, most: float) -> float:
    return max(amount - most, 0.0) / max(most, 1.0)


def _negative(result: PlanResult) -> Iterator[Error]:
    for name in ("worked", "waiting"):
        yield max(-getattr(result, name).min(initial=0.0), 0.0), f"{name} below zero"
    for name in ("starts", "converted", "ordered", "unmet", "sent", "stock", "disposed"):
        yield max(-getattr(result, name).min(initial=0.0), 0.0), f"{name} below zero"
    for name in ("served", "backlog", "short", "missing", "regraded", "kept_up"):
        yield max(-getattr(result, name).min(initial=0.0), 0.0), f"{name} below zero"


def _too_early(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """Nothing leaves a plant before it opens."""
    for place, route in enumerate(terms.programme.routes):
        opening, lead = terms.opening(route.plant), terms.leads[route.name]
        for period in range(terms.periods):
            if terms.first_arrival(period, lead) < opening:
                what = f"start of {route.name} in period {period}"
                yield float(result.starts[place, period]), what


def _tool_hours(terms: Terms, result: PlanResult) -> Iterator[Error]:
    used, idle, inside = used_hours(terms, result), Sheet(float), hours_inside(terms)
    for group, period, hours, given in worked_hours(terms, result):
        used[group, period] += hours
        idle[group, period] += given - hours
    more, built = hours_of_bought(terms, result), hours_of_built(terms, result)
    for name, period, row in terms.campaigns():
        place = result.names.campaigns.index(name)
        used[row.tool_group, period] += float(result.set_up[place, period]) * row.setup_h
    for place, group in enumerate(result.names.groups):
        for period in range(terms.periods):
            most = max(terms.usable_hours(group, period) - inside[group, period], 0.0)
            most += more[group, period] + built[group, period]
            what = f"hours of {group} in period {period}"
            yield _excess(used[group, period] + idle[group, period], most), what
            reported = float(result.used_h[place, period])
            yield _relative(used[group, period] + inside[group, period] - reported, reported), what


def _people(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """No more is started than the people can do who can be there."""
    programme = terms.programme
    plant_of = {route.name: route.plant for route in programme.routes}
    for skill in programme.skills if programme.planning.hiring_limits else ():
        rows = [row for row in programme.staffings if row.skill == skill.name]
        per_carrier = {row.plant: row.people_per_1000_per_month / 1000 for row in rows}
        for period in range(terms.periods):
            busy = sum(
                per_carrier.get(plant_of[name], 0.0) * float(result.starts[place, period])
                for place, name in enumerate(result.names.routes)
            )
            free = terms.people_there(skill, terms.middle(period))
            for row in rows:
                opens = by_key(programme.plants)[row.plant].opens
                free -= row.people * terms.overlap(period, opens, None)
            what = f"people of {skill.name} in period {period}"
            yield _excess(busy, max(free, 0.0) * terms.months(period)), what


def _phases(terms: Terms, result: PlanResult) -> Iterator[Error]:
    for limit in result.names.limits:
        for period in range(terms.periods):
            most = terms.claimed_capacity(limit.plant, limit.counted, period)
            for built in result.built:
                phase = by_key(terms.programme.phases)[f"{built.plant}:{built.phase}"]
                if (built.plant, phase.capacity_of) == (limit.plant, limit.counted):
                    most += built.share * terms.phase_gives(phase, built.first_output, period)
            count = _counted(terms, result, limit.plant, limit.counted, period)
            yield _excess(count, most), f"phases of {limit.plant} in period {period}"


def _counted(
    terms: Terms, result: PlanResult, plant: str, counted: CapacityOf, period: int
) -> float:
    array = result.starts if counted is CapacityOf.CARRIER else result.output
    return sum(
        float(array[place, period])
        for place, route in enumerate(terms.programme.routes)
        if route.plant == plant
    )


def _offers(terms: Terms, result: PlanResult) -> Iterator[Error]:
    for place, offer in enumerate(terms.programme.offers):
        left = offer.capacity_per_month * terms.left_for_us(offer.supplier)
        for period in range(terms.periods):
            force = terms.in_force(offer, period) * terms.months(period)
            ordered = float(result.ordered[place, period])
            what = f"order of {offer.item} from {offer.supplier} in period {period}"
            yield _excess(ordered, left * force), what
            least = offer.minimum_per_month * force
            yield _excess(least, ordered + float(result.unmet[place, period])), what


def _stocks(terms: Terms, result: PlanResult) -> Iterator[Error]:
    rows = {(stock.item, stock.plant): stock for stock in terms.programme.stocks}
    plants = by_key(terms.programme.plants)
    for place, node in enumerate(result.names.nodes):
        row = rows.get((node.item, node.place))
        for period in range(terms.periods):
            stock, what = float(result.stock[place, period]), f"stock of {node} in {period}"
            if node.place not in plants:
                yield stock, what
            if row is not None and row.maximum is not None:
                yield _excess(stock, row.maximum), what
            if row is not None:
                yield _excess(row.safety, stock + float(result.missing[place, period])), what


def _too_late(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """No unit is late for longer than it is wanted, with the oldest served first."""
    months = terms.programme.planning.backlog_months
    for place, want in enumerate(result.names.wants):
        for period in range(terms.periods):
            oldest = terms.edges[period + 1] - months + 1e-9
            recent = [s for s in range(period + 1) if terms.edges[s + 1] > oldest]
            most = float(result.wanted[place, recent].sum())
            most = most if period < terms.periods - 1 else 0.0
            late = float(result.backlog[place, period])
            yield _excess(late, most), f"backlog of {want.item} of {want.market} in {period}"
