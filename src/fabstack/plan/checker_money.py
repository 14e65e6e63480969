"""The objective of a plan, added up row by row."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.economics.capacity import hours_per_carrier, line_yield
from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import by_key, grouped
from fabstack.model.plants import Phase
from fabstack.model.workforce import Skill
from fabstack.plan.checker_stock import regrade_usd
from fabstack.plan.checker_terms import Terms
from fabstack.plan.result import Built, PlanResult

Posting = tuple[int, float]  # period, USD in today's prices; a gain is positive
Capital = tuple[int, float, float]  # period, USD in today's prices (below 0), share of equipment


def objective_usd(terms: Terms, result: PlanResult) -> tuple[float, float]:
    """(net present value less penalties, sum of the sizes of all postings)."""
    total = size = 0.0
    finance = terms.programme.finance
    is_taxed = terms.programme.planning.objective == "after-tax"
    rate = finance.tax_rate_percent / 100 if is_taxed else 0.0
    for period, usd in _postings(terms, result):
        total += usd * terms.worth(period) * (1 - rate)
        size += abs(usd) * terms.worth(period)
    for period, usd, equipment in _capital(terms, result):
        worth = terms.worth(period)
        if is_taxed:
            worth -= rate * equipment * _shield(terms, period, finance.equipment_life_years)
            worth -= rate * (1 - equipment) * _shield(terms, period, finance.building_life_years)
        total += usd * worth
        size += abs(usd) * terms.worth(period)
    return total, size


def _shield(terms: Terms, spent: int, years: float) -> float:
    """Worth of writing a dollar off evenly over so many years, what is left in the last period."""
    begins, left, worth = terms.middle(spent), 1.0, 0.0
    for period in range(terms.periods):
        share = terms.common(period, begins, begins + 12 * years) / (12 * years)
        worth += share * terms.discount(period)
        left -= share
    return (worth + left * terms.discount(terms.periods - 1)) * terms.prices(spent)


def _postings(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    yield from _deliveries(terms, result)
    yield from _making(terms, result)
    yield from _lanes(terms, result)
    yield from _purchases(terms, result)
    yield from _stocks(terms, result)
    yield from _queues(terms, result)
    yield from _plants(terms)
    for option, period, _, sold in terms.tool_orders(result):
        yield period, sold * option.resale_percent / 100 * terms.tool_price(option)


def _deliveries(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    """Revenue, and penalties for what is late or short."""
    planning = terms.programme.planning
    late_share = planning.backlog_penalty_percent / 100
    lost_share = planning.shortfall_penalty_percent / 100
    for place, (prices, priority) in enumerate(_prices(terms, result)):
        weight = result.options.class_weight ** _rank(terms, priority)
        item = result.names.wants[place].item
        instead = 10 * max(_last_resort(terms, item), 1.0)
        for period, price in enumerate(prices):
            worth = price or instead
            late = worth * weight * late_share
            late = terms.cost(item, "backlog_usd_per_month", late, period) * terms.months(period)
            lost = worth * weight * lost_share + (0.0 if price else worth)
            lost = terms.cost(item, "shortfall_usd", lost, period)
            yield period, price * float(result.delivered[place, period])
            yield period, -late * float(result.backlog[place, period])
            yield period, -lost * float(result.short[place, period])


def _prices(terms: Terms, result: PlanResult) -> Iterator[tuple[list[float], int]]:
    """(price in each period, class) of each want."""
    programme, periods = terms.programme, range(terms.periods)
    from_markets = len({(need.market, need.item) for need in programme.needs})
    for want in result.names.wants[:from_markets]:
        priority = by_key(programme.markets)[want.market].priority
        yield [terms.price(want.item, period) for period in periods], priority
    for demands in terms.alike():
        prices = [terms.price_of(demands[0], period) for period in periods]
        yield prices, demands[0].priority


def _last_resort(terms: Terms, item: str) -> float:
    """The dearest way to an item, one setup of every campaign, and the whole horizon in stock."""
    programme = terms.programme
    setups = {row.name: 0.0 for row in programme.campaigns}
    for row in programme.campaigns:
        setups[row.name] = max(setups[row.name], row.setup_usd)
    kept = max([row.holding_usd_per_month or 0.0 for row in programme.item_costs], default=0.0)
    return _dearest(terms, item, {}) + sum(setups.values()) + kept * terms.edges[-1]


def _rank(terms: Terms, priority: int) -> int:
    programme = terms.programme
    every = {market.priority for market in programme.markets}
    every |= {demand.priority for demand in programme.demands}
    return sorted(every).index(priority)


def _dearest(terms: Terms, item: str, known: dict[str, float]) -> float:
    """Cost of an item by the dearest way, at first yields."""
    if item in known:
        return known[item]
    known[item] = 0.0
    programme = terms.programme
    row = by_key(programme.items)[item]
    parts = 0.0
    for component in grouped(programme.components, "parent")[item]:
        each = children_per_parent(programme, component, 0.0)
        child = _dearest(terms, component.child, known)
        parts += each * child if each < float("inf") else 0.0
    carriers = [_carrier(terms, r.name, r.plant) for r in grouped(programme.routes, "item")[item]]
    good = max(yield_share(programme, row, 0.0), 1e-3)
    dated = [cost.make_cost_usd or 0.0 for cost in grouped(programme.item_costs, "item")[item]]
    made = max([row.make_cost_usd, *dated]) + (parts + max(carriers, default=0.0)) / good
    bought = [offer.price_usd for offer in grouped(programme.offers, "item")[item]]
    moved = max([lane.cost_usd for lane in programme.lanes], default=0.0)
    own = max([made, *bought])
    known[item] = max([own, *_regraded(terms, item, own > 0, known)]) + moved
    return known[item]


def _regraded(terms: Terms, item: str, has_own: bool, known: dict[str, float]) -> Iterator[float]:
    """By a substitute, where nothing of its own costs anything, and as a bin."""
    for row in terms.programme.substitutes:
        if row.item == item and not has_own:
            yield _dearest(terms, row.substitute, known) + row.cost_usd
    for bin in terms.programme.bins:
        if bin.bin == item:
            yield _dearest(terms, bin.item, known) / (bin.percent / 100)


def _carrier(terms: Terms, route: str, plant: str) -> float:
    units = units_per_carrier(terms.programme, route)
    units *= max(line_yield(terms.programme, route), 1e-3)
    extra = by_key(terms.programme.routes)[route].cost_usd
    return (_running(terms, route) + _people_for_carrier(terms, plant) + extra) / units


def _running(terms: Terms, route: str) -> float:
    groups = by_key(terms.programme.tool_groups)
    hours = hours_per_carrier(terms.programme, route)
    return sum(h * groups[name].running_cost_usd_per_h for name, h in hours.items())


def _making(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    items = by_key(terms.programme.items)
    for place, route in enumerate(terms.programme.routes):
        per_start = _running(terms, route.name) + _people_for_carrier(terms, route.plant)
        usual = items[route.item].make_cost_usd
        for period in range(terms.periods):
            started = float(result.starts[place, period])
            units = terms.expected_units(route, period) if started else 0.0
            each = terms.cost(route.item, "make_cost_usd", usual, period)
            yield period, -started * (per_start + route.cost_usd + units * each)
    for name, period, row in terms.campaigns():
        set_up = float(result.set_up[result.names.campaigns.index(name), period])
        yield period, -set_up * row.setup_usd
    for place, node in enumerate(result.names.conversions):
        for period in range(terms.periods):
            made = float(result.converted[place, period])
            usual = items[node.item].make_cost_usd
            yield period, -made * terms.cost(node.item, "make_cost_usd", usual, period)
    yield from regrade_usd(terms, result)


def _lanes(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    price = {(lane.origin, lane.destination): lane.cost_usd for lane in terms.programme.lanes}
    for place, way in enumerate(result.names.ways):
        each = price.get((way.origin, way.destination), 0.0)
        for period in range(terms.periods):
            yield period, -each * float(result.sent[place, period])


def _purchases(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    for place, offer in enumerate(terms.programme.offers):
        for period in range(terms.periods):
            months = terms.months(period)
            usd = terms.price_of_order(offer, float(result.ordered[place, period]) / months)
            usd *= months
            for when, share in terms.paid(period, offer.lead_time_months):
                yield when, -usd * share
            unmet = float(result.unmet[place, period])
            yield period, -unmet * offer.price_usd * offer.shortfall_share


def _stocks(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    """Holding cost, and the price of stock below its safety level."""
    items, programme = by_key(terms.programme.items), terms.programme
    for place, node in enumerate(result.names.nodes):
        item = items[node.item]
        usual = item.value_usd * programme.finance.holding_cost_percent / 1200
        worth = max(item.price_usd, item.value_usd)
        worth = worth or 10 * max(_last_resort(terms, node.item), 1.0)
        lacking = worth * programme.planning.backlog_penalty_percent / 100
        for period in range(terms.periods):
            months = terms.months(period)
            holding = terms.cost(node.item, "holding_usd_per_month", usual, period)
            yield period, -holding * months * float(result.stock[place, period])
            missed = terms.cost(node.item, "safety_usd_per_month", lacking, period)
            yield period, -missed * months * float(result.missing[place, period])


def _queues(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    """Carriers that wait cost what the units that they become cost in stock, and a little more."""
    items, routes = by_key(terms.programme.items), by_key(terms.programme.routes)
    for place, queue in enumerate(result.names.queues):
        route = routes[queue.route]
        item = items[route.item]
        usual = item.value_usd * terms.programme.finance.holding_cost_percent / 1200
        worth = max(item.price_usd, item.value_usd) or _dearest(terms, item.name, {}) or 1.0
        for period in range(terms.periods):
            units = float(result.waiting[place, period]) * terms.units_of_carrier(route, period)
            holding = terms.cost(item.name, "holding_usd_per_month", usual, period)
            yield period, -units * (holding + 0.001 * worth) * terms.months(period)


def _plants(terms: Terms) -> Iterator[Posting]:
    """Fixed cost and crews from the opening on."""
    for plant in terms.programme.plants:
        monthly = plant.fixed_cost_usd_per_month + _crew(terms, plant.name)
        for period in range(terms.periods):
            open_months = terms.overlap(period, plant.opens, None) * terms.months(period)
            yield period, -monthly * open_months


def _crew(terms: Terms, plant: str) -> float:
    skills = by_key(terms.programme.skills)
    rows = grouped(terms.programme.staffings, "plant")[plant]
    return sum(row.people * _month_of_work(skills[row.skill]) for row in rows)


def _people_for_carrier(terms: Terms, plant: str) -> float:
    skills = by_key(terms.programme.skills)
    rows = grouped(terms.programme.staffings, "plant")[plant]
    return sum(r.people_per_1000_per_month * _month_of_work(skills[r.skill]) for r in rows) / 1000


def _month_of_work(skill: Skill) -> float:
    pay = 0.5 * skill.pay_low_usd_per_year + 0.5 * skill.pay_high_usd_per_year
    return pay * (1 + skill.bonus_percent / 100) * skill.load_factor / 12


def _capital(terms: Terms, result: PlanResult) -> Iterator[Capital]:
    share = terms.programme.finance.equipment_share_percent / 100
    for period, usd in _capital_of_phases(terms, result):
        yield period, usd, share
    for period, usd in _tools(terms):
        yield period, usd, 1.0
    for built in result.built:
        for period, usd in paid_for_tools(terms, built):
            yield period, usd, 1.0
    for option, period, bought, _ in terms.tool_orders(result):
        when = min(terms.holding(terms.tool_delivered(option, period)), terms.periods - 1)
        yield when, -bought * terms.tool_price(option), 1.0


def _capital_of_phases(terms: Terms, result: PlanResult) -> Iterator[Posting]:
    phases = terms.programme.phases
    for phase in phases:
        if phase.ready is not None and not phase.optional:
            first = terms.position(phase.ready) - phase.ramp_months
            for period, share in _while_built(terms, phase, first):
                yield period, -phase.capex_usd * share
    for built in result.built:
        phase = by_key(phases)[f"{built.plant}:{built.phase}"]
        yield from spent_on(terms, phase, built)


def spent_on(terms: Terms, phase: Phase, built: Built) -> Iterator[Posting]:
    """A chosen phase costs all its capital: what lies outside the horizon counts at its ends."""
    usd, left = -phase.capex_usd * built.share, 1.0
    for period, share in _while_built(terms, phase, built.first_output):
        yield period, usd * share
        left -= share
    begins = built.first_output - phase.build_months
    early = min(max(-begins / phase.build_months, 0.0), 1.0) if phase.build_months else begins < 0
    yield 0, usd * early
    yield terms.periods - 1, usd * (left - early)


def _while_built(terms: Terms, phase: Phase, first_output: float) -> Iterator[tuple[int, float]]:
    """(period, share of the capital), evenly from the decision to the first output."""
    begins = first_output - phase.build_months
    for period in range(terms.periods):
        if phase.build_months:
            spent = terms.common(period, begins, first_output) / phase.build_months
            yield period, spent
        elif terms.holding(begins) == period:
            yield period, 1.0


def _tools(terms: Terms) -> Iterator[Posting]:
    """Delivered tools, where no phase of the plant carries the capital."""
    programme = terms.programme
    for delivery in programme.deliveries:
        group = by_key(programme.tool_groups)[delivery.tool_group]
        period = terms.holding(terms.position(delivery.date))
        is_paid = not terms.is_open_choice(delivery) and not _phases_pay(terms, group.plant)
        if 0 <= period < terms.periods and is_paid:
            yield period, -delivery.tools * group.price_usd


def paid_for_tools(terms: Terms, built: Built) -> Iterator[Posting]:
    """Tools that come with a chosen phase, where no phase of the plant carries the capital."""
    for group, tools, released in terms.tools_with(built):
        period = terms.holding(released)
        if 0 <= period < terms.periods and not _phases_pay(terms, group.plant):
            yield period, -tools * group.price_usd


def _phases_pay(terms: Terms, plant: str) -> bool:
    return sum(phase.capex_usd for phase in grouped(terms.programme.phases, "plant")[plant]) > 0
