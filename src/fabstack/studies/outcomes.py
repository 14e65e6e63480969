"""What a run is asked for: numbers of its tables, by address.

An outcome is `table/key/column`, as a cell of a programme is, with the keys of the catalogue joined
by a colon and `*` for any text: `ramp_activities/foplp-volume/mean_months`. `sum(...)`, `mean(...)`
`min(...)` or `max(...)` make one number of all that fit: `sum(plan_cash/*/discounted_usd)`, and
`share(A of B)` is one sum over another. A date counts in days from the programme's start, yes as 1
and no as 0; a blank is no outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from fabstack.errors import Finding, InputError, PlanError, did_you_mean
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.results.catalogue import TABLES
from fabstack.results.catalogue import Engine as Source

if TYPE_CHECKING:
    from fabstack.plan import PlanResult

Tables = Mapping[str, pl.DataFrame]
TOTAL = re.compile(r"(sum|mean|min|max)\((.*)\)")
SHARE = re.compile(r"share\((.*) of (.*)\)")


class Engine(StrEnum):
    """Who answers."""

    RAMP = "ramp"
    PLAN = "plan"
    SIMULATE = "simulate"
    ECONOMICS = "economics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What engines are told beside the programme; None leaves it to the programme."""

    samples: int | None = None  # of the ramp
    days: float | None = None  # simulated
    warm_up_days: float | None = None
    whole: bool = False  # a plan with whole phases and tools; half ones are faster
    plan_time_limit_s: float = 600.0

    def as_dict(self) -> dict[str, Any]:
        """In plain values."""
        return asdict(self)


USUAL: Mapping[Engine, tuple[str, ...]] = {
    Engine.RAMP: ("ramp_activities/*/mean_months", "ramp_claims/*/odds_percent"),
    Engine.PLAN: (
        "share(plan_items/*/delivered of plan_items/*/wanted)",
        "sum(plan_items/*/short)",
        "sum(plan_cash/*/discounted_usd)",
        "sum(plan_cash/*/capex_usd)",
        "plan_phases/*/ready",
    ),
    Engine.SIMULATE: ("sim_products/*/cycle_time_days_mean", "sim_products/*/units_out"),
    Engine.ECONOMICS: ("cost_items/*/total_usd",),
}


def usual(engine: Engine, programme: Programme) -> tuple[str, ...]:
    """What an engine is asked for where nothing is said; of a plan the output of each route too."""
    routes = programme.routes if engine is Engine.PLAN else ()
    return (*USUAL[engine], *(f"sum(plan_starts/*:{one.name}/units_out)" for one in routes))


TABLES_OF: Mapping[Engine, Source] = {
    Engine.RAMP: Source.RAMP,
    Engine.PLAN: Source.PLAN,
    Engine.SIMULATE: Source.SIMULATION,
    Engine.ECONOMICS: Source.ECONOMICS,
}


def outcomes_of(tables: Tables, patterns: Sequence[str], start: date) -> dict[str, float]:
    """What is asked for, in the order of the patterns; `start` is the programme's."""
    found: dict[str, float] = {}
    for pattern in patterns:
        found |= taken(tables, pattern, start)
    return found


def faults(engine: Engine, patterns: Sequence[str]) -> Iterator[Finding]:
    """Patterns that no table of the engine can answer, found before anything runs."""
    tables = {name: t for name, t in TABLES.items() if t.engine is TABLES_OF[engine]}
    for pattern, (table, _, column) in _asked(patterns):
        if table not in tables:
            yield _fault(pattern, f"no table '{table}' of {engine}", table, [*tables])
        elif column not in tables[table].column_names:
            known = tables[table].column_names
            yield _fault(pattern, f"no column '{column}' in {table}", column, known)


def tables_asked(patterns: Sequence[str]) -> set[str]:
    """Names of the tables in which patterns look."""
    return {table for _, (table, _, _) in _asked(patterns)}


def _asked(patterns: Sequence[str]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Each pattern with the parts of each address in it."""
    for pattern in patterns:
        share = SHARE.fullmatch(pattern)
        for address in share.groups() if share else (pattern,):
            yield pattern, _parts(address)


def _fault(pattern: str, message: str, word: str, known: Sequence[str]) -> Finding:
    expected = "table/key/column of a run, or sum(...) or share(... of ...) of such"
    cure = did_you_mean(word, known)
    return Finding("--outcome", 0, 0, "unknown-outcome", f"{pattern}: {message}", expected, cure)


# --- Cells of tables ------------------------------------------------------------------------------


def taken(tables: Tables, pattern: str, start: date) -> dict[str, float]:
    """The numbers that a pattern fits, by address."""
    share = SHARE.fullmatch(pattern)
    if share is not None:
        part, whole = (_sum(tables, address, start) for address in share.groups())
        return {pattern: part / whole} if whole else {}
    table, key, column = _parts(pattern)
    rows = tables[table] if table in tables else pl.DataFrame()
    fitting = _numbers(rows, table, key, column, start) if rows.width else {}
    how = TOTAL.fullmatch(pattern)
    if how is None:
        return fitting
    values = [*fitting.values()]
    return {pattern: TOTALS[how[1]](values)} if values else {}


def _sum(tables: Tables, address: str, start: date) -> float:
    return sum(taken(tables, f"sum({address})", start).values())


TOTALS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": lambda values: float(pl.Series(values).sum()),
    "mean": lambda values: float(pl.Series(values).sum()) / len(values),
    "min": min,
    "max": max,
}


def _parts(pattern: str) -> tuple[str, str, str]:
    """Table, key and column of a pattern."""
    how = TOTAL.fullmatch(pattern)
    table, _, rest = (how[2] if how else pattern).partition("/")
    key, _, column = rest.rpartition("/")
    return table, key or "*", column


def _numbers(
    rows: pl.DataFrame, table: str, key: str, column: str, start: date
) -> dict[str, float]:
    keys = pl.concat_str(
        [pl.col(k).cast(pl.String).fill_null("") for k in TABLES[table].keys], separator=":"
    )
    value = pl.col(column)
    if rows.schema[column] == pl.Date:
        value = (value - pl.lit(start)).dt.total_days()
    fits = "^" + ".*".join(map(re.escape, key.split("*"))) + "$"
    chosen = rows.select(key=keys, value=value.cast(pl.Float64)).filter(
        pl.col("key").str.contains(fits) & pl.col("value").is_not_null()
    )
    return {f"{table}/{name}/{column}": number for name, number in chosen.iter_rows()}


# --- Engines --------------------------------------------------------------------------------------


def _ramp(programme: Programme, settings: Settings, seed: int) -> Tables:
    from fabstack.ramp import ramp
    from fabstack.results.ramp_tables import ramp_tables

    return ramp_tables(ramp(programme, samples=settings.samples, seed=seed), programme)


def _plan(programme: Programme, settings: Settings, _seed: int) -> Tables:
    from fabstack.plan import Integers, PlanOptions, plan

    options = PlanOptions(
        integers=Integers.WHOLE if settings.whole else Integers.RELAXED,
        time_limit_s=settings.plan_time_limit_s,
    )
    return tables_of_plan(plan(programme, options=options), programme)


def tables_of_plan(found: PlanResult, programme: Programme) -> Tables:
    """The tables of a plan that the independent checker agrees with.

    Raises:
        PlanError: it does not.
    """
    from fabstack.results.plan_tables import plan_tables

    if found.audit is None or not found.audit.holds:
        raise PlanError(f"the independent checker disagrees with the plan: {found.audit}")
    return plan_tables(found, programme)


def _simulate(programme: Programme, settings: Settings, seed: int) -> Tables:
    from fabstack.results.simulate_tables import simulate_tables
    from fabstack.simulate.run import simulate

    result = simulate(
        programme,
        until_min=_minutes(settings.days),
        warm_up_min=_minutes(settings.warm_up_days),
        seed=seed,
        replications=1,
    )
    return simulate_tables(result, programme)


def _economics(programme: Programme, _settings: Settings, _seed: int) -> Tables:
    from fabstack.results.economics_tables import economics_tables

    return economics_tables(programme)


def _minutes(days: float | None) -> float | None:
    return None if days is None else days * MINUTES_PER_DAY


RUNS: Mapping[Engine, Callable[[Programme, Settings, int], Tables]] = {
    Engine.RAMP: _ramp,
    Engine.PLAN: _plan,
    Engine.SIMULATE: _simulate,
    Engine.ECONOMICS: _economics,
}


def refuse(engine: Engine, patterns: Sequence[str]) -> None:
    """Refuse patterns that cannot fit.

    Raises:
        InputError: all of them.
    """
    found = [*faults(engine, patterns)]
    if found:
        raise InputError(found)
