"""What a plan takes for granted, and which inputs of a programme it does not use."""

from __future__ import annotations

from fabstack.model.header import Objective
from fabstack.plan.facts import Facts
from fabstack.plan.options import x_factor


def assumptions(facts: Facts) -> tuple[str, ...]:
    """Sentences for the reader of a plan."""
    return (*_always(facts), *_queues(facts), *_windows(facts), *_unused(facts))


def _always(facts: Facts) -> list[str]:
    options, programme = facts.options, facts.programme
    used = {plant.kind for plant in programme.plants}
    factors = ", ".join(
        f"{kind} {x_factor(programme, options, kind):g}"
        for kind in options.x_factors
        if kind in used
    )
    return [
        "Every month counts as one twelfth of a year."
        if facts.periods.even
        else "Periods count true days, 30.4375 to a month.",
        f"Cycle time is raw process time times an X-factor ({factors}), unless given by route.",
        f"A plan uses at most {programme.planning.max_load_percent:g} % of the available tool "
        "hours, where a tool group says nothing else; setups are part of the rest.",
        f"Money is {_taxed(facts)}; capital is spent evenly while a phase is built.",
        "What is in stock or under way at the end of the horizon is worth nothing.",
    ]


def _queues(facts: Facts) -> list[str]:
    cleared = facts.paths.cleared
    if not cleared:
        return []
    given = [
        route.name
        for route in facts.programme.routes
        if route.lead_time_months is not None or route.name in facts.options.lead_times_months
        if not cleared.isdisjoint(facts.timings[route.name].groups)
    ]
    return [
        f"Waiting for {', '.join(sorted(cleared))} follows from the load by a clearing function, "
        "and the X-factor is that of all other tool groups.",
        *(f"The lead time given for {name} is not used: it waits by load." for name in given),
    ]


def _windows(facts: Facts) -> list[str]:
    window = facts.options.window
    if window is None:
        return []
    return [
        f"Planned window by window, {window} periods or as many as the longest way needs one by "
        "one and later ones merged; the gap is the distance to the best of all plans, and classes "
        "of demand are weighted."
    ]


def _taxed(facts: Facts) -> str:
    after = facts.programme.planning.objective is Objective.AFTER_TAX
    return "after tax, and a loss saves tax at once" if after else "before tax"


def _unused(facts: Facts) -> list[str]:
    programme = facts.programme
    found = {
        "setup times": bool(programme.setups),
        "clearing functions (option --clearing)": bool(programme.clearing_points)
        and not facts.options.clearing,
        "queue-time limits": any(step.queue_limit_h for step in programme.steps),
        "shelf lives": any(item.shelf_life_months for item in programme.items),
        "the tables of starts and orders (the plan chooses its own)": bool(
            programme.starts or programme.orders
        ),
        "chip-first scrap of parents": any(c.scrap_takes == "parent" for c in programme.components),
        "chance events": bool(programme.risk_events),
    }
    return [f"Not used by the planner: {what}." for what, is_given in found.items() if is_given]
