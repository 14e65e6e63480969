"""People: skills, pay, hiring."""

from __future__ import annotations

from fabstack.model.fields import measured, named, row, worded


@row()
class Skill:
    """One kind of specialist."""

    name: str = named("unique name")
    title: str = worded("for people")
    headcount: float = measured("person", "on the first day", default=0.0, ge=0)
    target: float = measured("person", "wanted in the end", default=0.0, ge=0)
    hires_per_month: float = measured(
        "person/month", "the most that can be hired", default=0.0, ge=0
    )
    attrition_percent_per_year: float = measured(
        "percent/year", "that leave", default=0.0, ge=0, lt=100
    )
    months_to_productive: float = measured(
        "month", "from joining to full effect, linear", default=0.0, ge=0
    )
    pay_low_usd_per_year: float = measured("USD/year", "base pay, low end", default=0.0, ge=0)
    pay_high_usd_per_year: float = measured("USD/year", "base pay, high end", default=0.0, ge=0)
    bonus_percent: float = measured("percent", "cash bonus on base", default=0.0, ge=0)
    equity_percent: float = measured(
        "percent", "stock as a share of the total", default=0.0, ge=0, lt=100
    )
    load_factor: float = measured("", "employer's cost over base pay", default=1.35, ge=1)
