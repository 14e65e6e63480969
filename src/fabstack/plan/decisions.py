"""What a plan at hand decides, for orders and later plans to go by."""

from __future__ import annotations

from fabstack.plan.earlier import Earlier
from fabstack.plan.result import PlanResult


def decisions(result: PlanResult) -> Earlier:
    """The decisions of a plan."""
    names = result.names
    days = (*names.months, names.end)
    return Earlier(
        days=days,
        starts=dict(zip(names.routes, result.starts, strict=True)),
        orders=dict(zip(names.offers, result.ordered, strict=True)),
        bought_tools=dict(zip(names.options, result.bought_tools, strict=True)),
        sold_tools=dict(zip(names.options, result.sold_tools, strict=True)),
        built={
            (one.plant, one.phase, None if one.decided is None else days[one.decided]): one.share
            for one in result.built
        },
        delivered=tuple(result.delivered),
    )
