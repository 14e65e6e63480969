"""A made run with every table of the catalogue: small, plausible, the same each time."""

import math
from datetime import date, timedelta

import polars as pl

from fabstack.model.days import month_start
from fabstack.results.catalogue import TABLES, Holds
from fabstack.results.store import RunWriter

START = date(2025, 9, 1)
MONTHS = [month_start(START, i) for i in range(60)]
DTYPES = {
    Holds.DATE: pl.Date,
    Holds.TEXT: pl.String,
    Holds.NUMBER: pl.Float64,
    Holds.WHOLE: pl.Int64,
    Holds.FLAG: pl.Boolean,
}
PLANTS = {
    "texas-fab": ("litho", "etch", "film", "test"),
    "bastrop-foplp": ("place", "mould", "plate", "saw"),
    "bastrop-pcb": ("image", "drill", "press"),
}
SYSTEMS = {"car-computer": 150_000, "robot-computer": 40_000, "terminal": 400_000}
CHAIN = {
    "ai5-wafer": ("wafer", 5_000),
    "ai5-die": ("die", 240_000),
    "ai5-package": ("package", 230_000),
    "car-board": ("board", 200_000),
}
CHIPS = {"edge-die": 21, "ai5-die": 190, "ai5-package": 261, "rf-module": 0.6}
YIELDS = {  # chains from a die or board: item, kind, share that is good
    "ai5-die": [
        ("ai5-wafer", "wafer", 0.98),
        ("ai5-die", "die", 0.65),
        ("ai5-package", "package", 0.95),
        ("car-computer", "system", 0.99),
    ],
    "car-board": [("car-board", "board", 0.9), ("car-computer", "system", 0.99)],
}
DATED = {
    "foplp-pilot": ("Panel line: pilot", "bastrop-foplp", "", date(2026, 9, 30), 11, 15, 22),
    "foplp-volume": ("Panel line: volume", "bastrop-foplp", "", date(2027, 3, 31), 17, 23, 34),
    "fab-decision": ("Fab: decision", "texas-fab", "", None, 3, 6, 11),
    "fab-volume": ("Fab: volume", "texas-fab", "", date(2029, 1, 31), 49, 66, 90),
    "ai5-volume": ("AI5: volume", "", "ai5", date(2027, 7, 31), 20, 25, 33),
    "ai6-volume": ("AI6: volume", "", "ai6", date(2028, 7, 31), 33, 40, 51),
}
TITLES = (
    "Demand",
    "Board plant",
    "Panel packaging",
    "Bridge supply",
    "Wafer fab",
    "Build time",
    "Foundries",
    "Packaging partner",
    "Chip roadmap",
    "Workforce",
    "Risk",
    "Full stack",
)
HOLDS = (False, True, False, True, None, False, True, None, False, True, False, True)


def table(name, rows):
    """Rows as a table of the catalogue; what a row does not say is null."""
    schema = {column.name: DTYPES[column.holds] for column in TABLES[name].columns}
    rows = [{key: row.get(key) for key in schema} for row in rows]
    return pl.DataFrame(rows, schema=schema)


def grows(i, full, middle=30.0, width=7.0):
    """A ramp from nothing to `full` around the month `middle`."""
    return full / (1 + math.exp((middle - i) / width))


def day_after(months):
    """The day so many months after the start."""
    return month_start(START, int(months)) + timedelta(days=14)


# --- Tables -----------------------------------------------------------------------------------


def sample_tables():
    """Every table of the catalogue, by name."""
    made = {**plan(), **simulation(), **studies(), **ramp(), **economics()}
    return {name: table(name, rows) for name, rows in made.items()}


def plan():
    return {
        "plan_items": [row for i in range(60) for row in item_rows(i)],
        "plan_periods": [
            {"month": MONTHS[i], "until": month_start(START, i + 1), "months": 1.0}
            for i in range(60)
        ],
        "plan_starts": [
            {
                "month": MONTHS[i],
                "route": f"make-{item}",
                "plant": plant,
                "item": item,
                "carriers_started": grows(i, 9_000.0),
                "units_out": grows(i, CHAIN[item][1]),
            }
            for i in range(60)
            for item, plant in (("ai5-wafer", "texas-fab"), ("ai5-package", "bastrop-foplp"))
        ],
        "plan_bought": [
            {
                "month": MONTHS[i],
                "supplier": supplier,
                "item": "ai5-package",
                "quantity": 80_000.0 - grows(i, 70_000),
                "cost_usd": 30e6 - grows(i, 26e6),
            }
            for i in range(60)
            for supplier in ("innolux", "stmicro")
        ],
        "plan_capacity": [row for i in range(60) for row in capacity_rows(i)],
        "plan_short": [row for i in range(12, 60, 3) for row in short_rows(i)],
        "plan_phases": [
            {
                "plant": plant,
                "phase": phase,
                "ready": MONTHS[ready],
                "built": built,
                "capacity_per_month": capacity,
            }
            for plant, phase, ready, built, capacity in (
                ("bastrop-foplp", "first", 18, True, 2_000.0),
                ("bastrop-foplp", "expansion", 42, False, 250_000.0),
                ("texas-fab", "module-1", 52, True, 100_000.0),
            )
        ],
        "plan_cash": [cash_row(i) for i in range(60)],
        "plan_volumes": [
            {
                "month": MONTHS[i],
                "item": item,
                "wanted": grows(i, full, 20),
                "delivered_claimed": grows(i, 0.7 * full, 26),
                "delivered_p50": grows(i, 0.55 * full, 31),
                "delivered_p90": grows(i, 0.4 * full, 38),
            }
            for i in range(60)
            for item, full in SYSTEMS.items()
        ],
    }


def item_rows(i):
    for item, (kind, full) in CHAIN.items():
        made = grows(i, full)
        own = {"converted": made} if kind == "die" else {"made": made}
        flow = {"made": 0.0, "converted": 0.0, **own, "bought": 0.6 * full - grows(i, 0.5 * full)}
        rest = {"used": made, "delivered": 0.0, "wanted": 0.0, "short": 0.0, "backlog_end": 0.0}
        yield {"month": MONTHS[i], "item": item, "kind": kind, **flow, **rest, "stock_end": 9.0}
    for item, full in SYSTEMS.items():
        wanted, delivered = grows(i, full, 20), grows(i, 0.55 * full, 31)
        flow = {"made": delivered, "bought": 0.0, "converted": 0.0, "used": 0.0}
        rest = {"delivered": delivered, "wanted": wanted, "short": 0.9 * (wanted - delivered)}
        ends = {"backlog_end": 0.1 * wanted, "stock_end": 0.0}
        yield {"month": MONTHS[i], "item": item, "kind": "system", **flow, **rest, **ends}


def capacity_rows(i):
    for plant, groups in PLANTS.items():
        for k, group in enumerate(groups):
            load = min(grows(i, 100 - 13 * k, 24 + 4 * k), 88 if k else 100)
            yield {
                "month": MONTHS[i],
                "plant": plant,
                "tool_group": f"{plant.split('-')[-1]}-{group}",
                "tools": 10.0 + i // 12,
                "available_h": 6_000.0,
                "used_h": 60 * load,
                "load_percent": load,
                "value_usd_per_h": 4_200.0 - 60 * i if k == 0 and i > 30 else 0.0,
            }
        yield {
            "month": MONTHS[i],
            "plant": plant,
            "tool_group": "phase:units",
            "available_h": grows(i, 2_000.0),
            "used_h": grows(i, 1_500.0),
            "load_percent": None if i < 6 else 75.0,
            "value_usd_per_h": 0.0,
        }


def short_rows(i):
    for item, reason, cause in (
        ("car-computer", "phase-capacity", "phase first of bastrop-foplp"),
        ("robot-computer", "supplier-capacity", "tsmc"),
        ("terminal", "tool-hours", "pcb-drill"),
    ):
        yield {
            "month": MONTHS[i],
            "market": item.split("-")[0] + "s",
            "item": item,
            "quantity": grows(i, 0.3 * SYSTEMS[item]),
            "reason": reason,
            "cause": cause,
            "explanation": f"{cause} limits {item} in {MONTHS[i]:%B %Y}.",
            "worth_usd": 120.0 + i,
        }


def cash_row(i):
    costs = {
        "revenue_usd": grows(i, 900e6),
        "make_usd": grows(i, 210e6),
        "buy_usd": 260e6 - grows(i, 180e6),
        "fixed_usd": 60e6,
        "people_usd": grows(i, 40e6, 10),
        "capex_usd": 400e6 if 10 < i < 40 else 15e6,
        "holding_usd": 3e6,
        "transport_usd": 4e6,
        "penalty_usd": 30e6,
    }
    spent = sum(costs.values()) - costs["revenue_usd"] - costs["penalty_usd"]
    net = costs["revenue_usd"] - spent
    return {
        "month": MONTHS[i],
        **costs,
        "net_usd": net,
        "discounted_usd": net / 1.1 ** (i / 12),
    }


def simulation():
    groups = [(plant, group, k) for plant, names in PLANTS.items() for k, group in enumerate(names)]
    return {
        "sim_products": [
            {
                "plant": plant,
                "route": f"make-{item}",
                "item": item,
                "name": "",
                "priority": 0,
                "was_inside": False,
                "lots_started": 900.0,
                "lots_completed": 880.0,
                "units_out": 22_000.0,
                "cycle_time_days_mean": days,
                "cycle_time_days_ci95": 0.04 * days,
                "cycle_time_days_p50": 0.96 * days,
                "cycle_time_days_p95": 1.5 * days,
                "x_factor": 2.1,
                "on_time_percent": 91.0 if plant == "texas-fab" else None,
                "tardiness_days_mean": 0.4 if plant == "texas-fab" else None,
                "wip_lots_mean": 40.0,
                "replications": 3,
            }
            for plant, item, days in (
                ("texas-fab", "ai5-wafer", 61.0),
                ("bastrop-foplp", "ai5-package", 9.0),
                ("bastrop-pcb", "car-board", 6.5),
            )
        ],
        "sim_days": [
            {
                "day": START + timedelta(days=i),
                "lots_started": 5.0,
                "lots_completed": 4.0,
                "moves": 60.0,
                "wip_lots_mean": 40.0,
            }
            for i in range(3)
        ],
        "sim_cycle_times": [
            {
                "plant": plant,
                "route": f"make-{item}",
                "percent": percent + 0.5,
                "cycle_time_days": days * (0.8 + 0.004 * percent),
            }
            for plant, item, days in (
                ("texas-fab", "ai5-wafer", 61.0),
                ("bastrop-foplp", "ai5-package", 9.0),
            )
            for percent in range(100)
        ],
        "sim_queue_times": [
            {
                "route": "make-ai5-wafer",
                "from_step": 10 * k,
                "to_step": 10 * k + 20,
                "from_tool_group": "fab-etch",
                "to_tool_group": "fab-film",
                "limit_h": 6.0 * k,
                "closed": 900.0,
                "late": 45.0 / k,
                "late_percent": 5.0 / k,
                "late_1h_percent": 4.0 / k,
                "late_2h_percent": 2.0 / k,
                "late_4h_percent": 0.5 / k,
                "late_h_mean": 1.7,
                "replications": 3,
            }
            for k in (1, 2)
        ],
        "sim_tool_groups": [
            {
                "plant": plant,
                "area": "bay",
                "tool_group": f"{plant.split('-')[-1]}-{group}",
                "tools": 12.0,
                "productive_percent": 80.0 - 12 * k,
                "setup_percent": 4.0,
                "standby_percent": 3.0 + 12 * k,
                "scheduled_down_percent": 6.0,
                "unscheduled_down_percent": 6.0,
                "non_scheduled_percent": 1.0,
                "availability_percent": 87.0,
                "utilisation_of_available_percent": 96.0 - 13 * k,
                "utilisation_ci95_percent": 0.4,
                "queue_time_h_mean": 30.0 / (k + 1),
                "wip_lots_mean": 60.0 / (k + 1),
                "moves": 41_000.0,
                "turns_per_day": 2.0,
                "bottleneck_rank": k + 1,
            }
            for plant, group, k in groups
        ],
        "sim_output": [
            {
                "month": MONTHS[i],
                "plant": plant,
                "item": item,
                "units_mean": 0.95 * grows(i, CHAIN[item][1]),
                "units_low": 0.9 * grows(i, CHAIN[item][1]),
                "units_high": grows(i, CHAIN[item][1]),
            }
            for i in range(48, 60)
            for item, plant in (("ai5-package", "bastrop-foplp"), ("ai5-wafer", "texas-fab"))
        ],
        "sim_wip": [
            {
                "month": MONTHS[i],
                "plant": plant,
                "route": f"make-{item}",
                "wip_lots_mean": 40.0 + 3 * math.sin(i),
            }
            for i in range(48, 60)
            for item, plant in (("ai5-package", "bastrop-foplp"), ("ai5-wafer", "texas-fab"))
        ],
        "sim_stocks": [
            {
                "plant": "bastrop-foplp",
                "item": "ai5-die",
                "received": 5e5,
                "produced": 0.0,
                "used": 4.9e5,
                "shipped": 0.0,
                "left": 1e4,
            }
        ],
    }


def studies():
    return {
        "curve_points": [
            {
                "load_percent": float(load),
                "rule": rule,
                "starts_factor": load / 80,
                "utilisation_percent": load - 0.5,
                "busiest_tool_group": "fab-litho",
                "cycle_time_days_mean": 20 * x,
                "cycle_time_days_ci95": 0.4,
                "cycle_time_days_p95": 30 * x,
                "x_factor": x,
                "x_factor_ci95": 0.05,
                "on_time_percent": None,
                "lots_per_day": 12.0,
                "wip_lots_mean": 240 * x,
                "replications": 4,
            }
            for rule, spread in (("own", 1.0), ("fifo", 1.3))
            for load in (60, 80, 90, 95)
            for x in [1 + spread * load / (100 - load) / 4]
        ],
        "sensitivity_outcomes": [
            {
                "outcome": "milestone:fab-volume",
                "title": "Fab: volume",
                "unit": "month",
                "samples": 4096,
                "mean": 66.0,
                "deviation": 14.0,
                "worst_fifth_mean": 88.0,
                "perfect_information_months": 3.0,
            }
        ],
        "sensitivity_inputs": [
            {
                "outcome": "milestone:fab-volume",
                "input": f"activities/{name}/duration_months",
                "title": f"duration of {name}",
                "rank_correlation": 0.5,
                "at_low": 66.0 - swing / 3,
                "at_high": 66.0 + 2 * swing / 3,
                "swing": swing,
                "information_months": None,
            }
            for name, swing in (("tools", 6.0), ("building", 18.0), ("hire", 0.0))
        ],
        "agree_routes": [
            {
                "iteration": iteration,
                "route": f"make-{item}",
                "plant": plant,
                "item": item,
                "lead_time_days_planned": days * (1 + 0.3 / iteration),
                "cycle_time_days_mean": days,
                "cycle_time_days_ci95": 0.02 * days,
                "error_percent": 30.0 / iteration,
                "lots_started": 900.0,
                "lots_completed": 890.0,
                "yield_percent_planned": 97.0,
                "yield_percent_simulated": 96.8,
                "verdict": "agrees",
                "why": "",
            }
            for iteration in (1, 2)
            for plant, item, days in (
                ("texas-fab", "ai5-wafer", 61.0),
                ("bastrop-foplp", "ai5-package", 9.0),
            )
        ],
    }


def ramp():
    return {
        "ramp_activities": [
            {
                "activity": name,
                "title": title,
                "plant": plant,
                "generation": generation,
                "claimed": claimed,
                "p10": day_after(p10),
                "p50": day_after(p50),
                "p90": day_after(p90),
                "p50_low": day_after(p50 - 1),
                "p50_high": day_after(p50 + 1),
                "mean_months": p50 + 1.0,
                "critical_percent": 100.0 if plant == "texas-fab" else 35.0,
                "odds_of_claim_percent": None if claimed is None else 4.5,
                "after": "",
            }
            for name, (title, plant, generation, claimed, p10, p50, p90) in DATED.items()
        ],
        "ramp_curve": curves(),
        "ramp_reference": [
            {
                "activity": "fab-volume",
                "view": "others' whole projects",
                "title": "Fab: volume",
                "promised": START,
                "claimed": date(2029, 1, 31),
                "p10": day_after(45),
                "p50": day_after(62),
                "p90": day_after(95),
                "odds_of_claim_percent": 12.0,
                "network_p50": day_after(66),
            }
        ],
        "ramp_reference_curve": [
            row | {"view": "others' whole projects"}
            for row in curves()
            if row["activity"] == "fab-volume"
        ],
        "ramp_critical": [
            {"finish": "fab-volume", "activity": "fab-decision", "critical_percent": 100.0}
        ],
        "ramp_capacity": [
            {
                "month": MONTHS[i],
                "plant": plant,
                "claimed": grows(i, full, 26, 2),
                "p10": grows(i, 0.8 * full, 44),
                "p50": grows(i, full, 36),
                "p90": grows(i, full, 30),
            }
            for i in range(60)
            for plant, full in (("bastrop-foplp", 2_000.0), ("texas-fab", 100_000.0))
        ],
        "ramp_yield": [
            {
                "month": MONTHS[i],
                "item": item,
                "plant": "bastrop-foplp",
                "p10_percent": 60 + grows(i, 20),
                "p50_percent": 66 + grows(i, 25),
                "p90_percent": 70 + grows(i, 27),
            }
            for i in range(60)
            for item in ("ai5-package", "rf-module")
        ],
        "ramp_output": [
            {
                "month": MONTHS[i],
                "plant": "bastrop-foplp",
                "item": item,
                "p10": grows(i, 0.7 * full, 40),
                "p50": grows(i, full, 34),
                "p90": grows(i, 1.2 * full, 30),
            }
            for i in range(60)
            for item, full in (("ai5-package", 900.0), ("rf-module", 40_000.0), ("idle", 0.0))
        ],
        "ramp_drivers": [
            {
                "outcome": outcome,
                "input": f"activities/{name}/duration_months",
                "title": f"duration of {name}",
                "mean_months": months,
                "p50_months": months,
                "p80_months": 1.2 * months,
                "worst_fifth_months": 1.5 * months,
                "odds_gain_percent": gain,
            }
            for outcome, name, months, gain in (
                ("fab-volume", "building", 9.0, 12.0),
                ("fab-volume", "tools", 4.0, None),
                ("foplp-volume", "hire", 2.0, 3.0),
                ("foplp-volume", "building", -0.1, 0.0),
            )
        ],
        "ramp_claims": [
            {
                "claim": f"claim-{part}",
                "part": part,
                "statement": f"Statement of part {part}",
                "date": day_after(20),
                "odds_percent": odds,
                "low_percent": None if odds is None else max(odds - 2, 0.0),
                "high_percent": None if odds is None else odds + 2,
                "margin_p50": -2.0,
                "margin_unit": "month",
                "inputs": "" if odds is None else "duration of building; duration of tools",
                "why": "no source confirms it" if odds is None else "",
                "futures": None if odds is None else 2000,
            }
            for part, odds in ((3, 4.0), (9, 85.0), (1, None))
        ],
        "ramp_claim_inputs": [
            {
                "claim": "claim-3",
                "rank": rank,
                "input": f"activities/{name}/duration",
                "title": f"duration of {name}",
                "share_percent": share,
                "odds_low_percent": 9.0,
                "odds_high_percent": 1.0,
            }
            for rank, name, share in ((1, "building", 62.4), (2, "tools", 20.0))
        ],
        "ramp_roadmap": [
            {
                "generation": name.split("-")[0],
                "claimed": claimed,
                "p10": day_after(p10),
                "p50": day_after(p50),
                "p90": day_after(p90),
                "odds_percent": 7.0,
            }
            for name, (_, _, generation, claimed, p10, p50, p90) in DATED.items()
            if generation
        ],
        "ramp_cadence": [
            {"percentile": q, "months": months, "longest_gap_months": months + 3}
            for q, months in ((10, 12.0), (50, 15.0), (90, 19.0))
        ],
        "ramp_people": [
            {
                "month": MONTHS[i],
                "skill": skill,
                "heads_p10": 0.85 * (start + grows(i, full)),
                "heads_p50": 0.95 * (start + grows(i, full)),
                "heads_p90": start + grows(i, full),
                "productive_p50": 0.9 * (start + grows(i, full)),
                "wanted": start + grows(i, full, 18),
                "cost_usd": 20e3 * (start + grows(i, full)),
                "stock_usd": 3e3 * (start + grows(i, full)),
            }
            for i in range(60)
            for skill, start, full in (("physical-design", 90, 90), ("process", 60, 840))
        ],
        "ramp_staff": [
            {
                "skill": "physical-design",
                "title": "Physical design",
                "headcount": 90.0,
                "target": 180.0,
                "reached_percent": 71.0,
                "reached_p10": day_after(20),
                "reached_p50": day_after(28),
                "reached_p90": None,
                "short_person_months_mean": 310.0,
                "cost_usd": 9e7,
            }
        ],
        "ramp_sensitivity": [
            {
                "outcome": outcome,
                "input": f"activities/{name}/duration_months",
                "title": f"duration of {name}",
                "rank_correlation": rank,
                "share_percent": share,
            }
            for outcome in ("end of fab-volume", "end of foplp-volume")
            for name, rank, share in (
                ("building", 0.7, 52.0),
                ("tools", 0.4, 21.0),
                ("hire", -0.2, 4.0),
            )
        ],
    }


def curves():
    return [
        {
            "activity": name,
            "date": month_start(START, i),
            "probability": min(1.0, max(0.0, (i - p10 + 2) / (p90 - p10 + 4))),
        }
        for name, (_, _, _, _, p10, _, p90) in DATED.items()
        for i in range(p10 - 2, p90 + 3)
    ]


def economics():
    return {
        "cost_items": [
            {
                "item": item,
                "kind": "die" if item.endswith("die") else "package",
                "material_usd": 0.4 * cost,
                "make_usd": 0.2 * cost,
                "capital_usd": 0.25 * cost,
                "yield_loss_usd": 0.15 * cost,
                "total_usd": float(cost),
                "low_usd": 0.75 * cost,
                "high_usd": 1.6 * cost,
                "grade": "estimate" if cost < 200 else "press",
            }
            for item, cost in CHIPS.items()
        ],
        "cost_swings": [
            {
                "item": item,
                "cell": cell,
                "at_low_usd": cost * (1 - swing),
                "at_high_usd": cost * (1 + 1.5 * swing),
                "width_usd": cost * 2.5 * swing,
            }
            for item, cost in CHIPS.items()
            for cell, swing in (
                ("technologies/logic-14/d0_mature_per_cm2", 0.2),
                ("items/ai5-wafer/make_cost_usd", 0.1),
                ("plants/texas-fab/fixed_cost_usd_per_month", -0.03),
            )
        ],
        "cost_yields": [
            {
                "chain": " > ".join(item for item, *_ in chain),
                "place": i + 1,
                "begins": begins,
                "product": chain[-1][0],
                "item": item,
                "kind": kind,
                "share_start": 0.9 * share,
                "share_mature": share,
                "left_start": math.prod(0.9 * s for *_, s in chain[: i + 1]),
                "left_mature": math.prod(s for *_, s in chain[: i + 1]),
            }
            for begins, chain in YIELDS.items()
            for i, (item, kind, share) in enumerate(chain)
        ],
        "cost_dies": [
            {
                "item": item,
                "technology": "logic-14",
                "area_mm2": area,
                "gross_dies": gross,
                "yield_start": 0.4,
                "yield_mature": 0.81,
                "good_dies_start": 0.4 * gross,
                "good_dies_mature": 0.81 * gross,
                "wafer_cost_usd": 4_100.0,
                "cost_per_good_die_usd": 4_100 / (0.81 * gross),
            }
            for item, area, gross in (("edge-die", 260.0, 231), ("ai5-die", 429.0, 136))
        ],
        "cost_layouts": [
            {
                "item": item,
                "kind": kind,
                "carrier": carrier,
                "units": units,
                "width_mm": side,
                "height_mm": side,
                "gap_mm": 0.1,
                "edge_mm": edge,
                "carrier_width_mm": size,
                "carrier_height_mm": size,
                "phase_x_mm": phase,
                "phase_y_mm": phase,
                "yield_start": 0.4,
                "yield_mature": 0.8,
            }
            for item, kind, carrier, units, side, edge, size, phase in (
                ("edge-die", "die", "wafer", 616, 10.0, 3.0, 300.0, 5.05),
                ("ai5-package", "package", "panel", 225, 45.0, 10.0, 700.0, None),
            )
        ],
        "sources": [
            {
                "cell": cell,
                "value": value,
                "low": 0.06,
                "high": 0.15,
                "unit": unit,
                "year": 2025,
                "grade": grade,
                "source": source,
                "note": "range of <three> reports",
            }
            for cell, value, unit, grade, source in (
                ("technologies/logic-14/d0_mature_per_cm2", "0.09", "1/cm2", "estimate", "own"),
                ("items/ai5-wafer/make_cost_usd", "1100", "USD", "press", "IBS 2018"),
                ("plants/texas-fab/fixed_cost_usd_per_month", "4e7", "USD", "claim", "article"),
                ("technologies/logic-14/alpha", "3", "", "published", "Feng 2022"),
            )
        ],
    }


# --- Summary and run --------------------------------------------------------------------------


def sample_summary(title="The chip maker in Texas"):
    """The page of numbers that `fabstack run` writes."""
    parts = [part(i + 1, name, HOLDS[i]) for i, name in enumerate(TITLES)]
    return {
        "samples": 4000,
        "programme": {
            "name": "texas",
            "title": title,
            "description": "One demand, one chain of boards, packages and wafers.",
            "start": START.isoformat(),
            "end": MONTHS[-1].isoformat(),
            "currency": "USD",
            "price_year": 2025,
        },
        "headline": {
            "holds": False,
            "sentence": f"{title} does not hold together: 5 of 12 parts fail, 2 are open.",
            "breaks_first": {
                "part": 3,
                "claim": "packages-covered",
                "what": "The own plant covers the packages that the markets need: "
                "2,000 a month against 1,360,000 wanted.",
                "factor": 680.0,
            },
            "first_shortage": {
                "month": "2026-09-01",
                "market": "terminals",
                "item": "terminal",
                "units": 12_000.0,
                "cause": "pcb-drill",
                "explanation": "pcb-drill limits terminal in September 2026.",
            },
        },
        "mission": parts,
        "findings": [
            {
                "file": "claims.csv",
                "line": 3,
                "column": 2,
                "code": "far-claim",
                "message": "the claim is far from what <anyone> published",
                "expected": "",
                "cure": "say where it comes from",
                "severity": "warning",
            }
        ],
    }


def part(number, title, holds):
    """One row of the mission with two claims as evidence."""
    factor = {False: 4.0 * number, None: None, True: 0.8}[holds]
    return {
        "part": number,
        "title": title,
        "claim": f"What the article says of part {number}: a sentence or two.",
        "finding": f"What was found of part {number}. And more of it.",
        "holds": holds,
        "evidence": {
            f"claim-{number}a": {
                "holds": holds,
                "finding": f"What was found of part {number}: 2,000 of 1,360,000 units.",
                "factor": factor,
                "capacity_per_month": 2_000.0,
                "plants": ["texas-fab"],
            },
            f"claim-{number}b": {"holds": True, "finding": "And more of it.", "factor": None},
        },
    }


def write_sample(target, tables=None, summary=None, **about):
    """Write the run and give its folder."""
    with RunWriter(
        target,
        **{"programme": "texas", "scenario": None, "seed": 1, "digest": "d" * 64, **about},
        command="fabstack run programmes/texas",
    ) as writer:
        for name, frame in (sample_tables() if tables is None else tables).items():
            writer.table(name, frame)
        writer.summary(sample_summary() if summary is None else summary)
    return target
