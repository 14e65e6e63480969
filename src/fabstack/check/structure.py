"""All rules of structure, in the order of the tables that they are about.

A rule is a small function from a programme to the faults of one kind. To add one, write it in the
module of its concern and name it here; tests/check fails for a rule that no test breaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check import (
    chain,
    chances,
    choices,
    claims,
    clearing,
    dates,
    markets,
    people,
    plants,
    regrades,
    risks,
    routes,
    scenarios,
    sizes,
    sources,
    steps,
    suppliers,
    technologies,
    tools,
)
from fabstack.check.faults import Fault, Rule, Severity
from fabstack.model import Programme, by_key, key_of, tables
from fabstack.model.cells import Cell
from fabstack.model.references import problems


def broken_references(programme: Programme) -> Iterator[Fault]:
    """Names that point nowhere; whoever reads files has found them already."""
    for problem in problems(programme):
        key = key_of(programme.table(problem.table)[problem.row])
        cell = Cell(problem.table, key, problem.column)
        words = (problem.code, problem.message, problem.expected, problem.cure)
        yield Fault(cell, Severity.ERROR, *words)


def doubled_keys(programme: Programme) -> Iterator[Fault]:
    """Rows of one table with the same key, such as two steps of a route with one number."""
    for table in tables():
        rows = programme.table(table)
        if len(by_key(rows)) == len(rows):
            continue
        seen: set[str] = set()
        for row in rows:
            key = key_of(row)
            if key in seen:
                message = f"'{key}' stands twice in {table}"
                cell = Cell(table, key, "")
                yield Fault(cell, Severity.ERROR, "duplicate-key", message, "each key once")
            seen.add(key)


# Without these nothing else can be asked: rows that hide each other, names that point nowhere.
FOUNDATIONS: tuple[Rule, ...] = (doubled_keys, broken_references)

RULES: tuple[Rule, ...] = (
    dates.empty_horizon,
    choices.unknown_periods,
    # what is made of what
    technologies.unknown_yield_models,
    technologies.too_many_euv_layers,
    technologies.backward_learning,
    technologies.lost_edges,
    technologies.wrong_carriers,
    sizes.sizeless_dies,
    sizes.formatless_panels,
    sizes.sizeless_units,
    sizes.oversized_units,
    sizes.dies_beyond_the_field,
    sizes.hopeless_yields,
    chain.supply_loops,
    chain.unsupplied_items,
    chain.idle_items,
    chain.blank_quantities,
    chain.scrap_words,
    chain.backward_stages,
    chain.stranded_parts,
    regrades.own_substitutes,
    regrades.overfull_bins,
    regrades.circular_bins,
    # where, on what, how
    plants.empty_calendars,
    plants.idle_calendars,
    plants.idle_plants,
    plants.crowded_floors,
    plants.early_phases,
    plants.disagreeing_dates,
    plants.overfull_stores,
    plants.lanes_to_nowhere,
    plants.unknown_bays,
    plants.unknown_window_plants,
    plants.idle_vehicles,
    tools.idle_tool_groups,
    tools.absent_tool_groups,
    tools.endless_intervals,
    tools.idle_first_stops,
    tools.idle_batch_rules,
    tools.lost_availability,
    tools.overloaded_groups,
    routes.endless_routes,
    routes.twin_routes,
    steps.steps_elsewhere,
    steps.forward_rework,
    steps.wrong_queue_limits,
    steps.wrong_dedications,
    steps.impossible_batches,
    steps.idle_batch_columns,
    steps.slow_cascades,
    routes.dead_lines,
    steps.unknown_setups,
    steps.idle_setup_times,
    choices.campaigns_of_nothing,
    choices.changing_campaigns,
    choices.impossible_campaigns,
    choices.setups_kept_nowhere,
    choices.backward_windows,
    clearing.falling_clearings,
    clearing.bent_clearings,
    clearing.idle_clearings,
    routes.early_starts,
    routes.orders_due_before_start,
    routes.doubled_due_dates,
    routes.idle_due_spreads,
    chances.negative_times,
    chances.zero_times,
    chances.cut_normals,
    chances.wild_spreads,
    chances.lost_spreads,
    # from whom, for whom, when, by whom
    suppliers.offers_that_end_early,
    suppliers.overlapping_offers,
    suppliers.minimums_above_capacity,
    suppliers.loose_price_breaks,
    suppliers.dearer_orders,
    suppliers.dear_price_breaks,
    suppliers.overcommitted_suppliers,
    suppliers.nameless_us,
    suppliers.tied_ranks,
    suppliers.idle_suppliers,
    suppliers.unconfirmed_suppliers,
    markets.markets_without_needs,
    markets.markets_without_volumes,
    markets.needs_that_end_early,
    markets.doubled_needs,
    markets.interrupted_needs,
    markets.unpriced_deliveries,
    dates.dates_after_the_horizon,
    dates.dates_before_the_horizon,
    dates.volumes_outside_the_horizon,
    dates.activity_loops,
    dates.claims_before_the_earliest,
    dates.references_without_a_claim,
    dates.idle_people,
    dates.unknown_weekdays,
    people.reversed_pay,
    people.unhirable_skills,
    people.idle_skills,
    # how sure all that is
    sources.reversed_ranges,
    sources.values_outside_their_source,
    sources.wrong_source_units,
    sources.unsourced_numbers,
    risks.risks_of_words,
    risks.risks_far_from_their_value,
    risks.risks_out_of_bounds,
    risks.idle_correlations,
    risks.impossible_correlations,
    scenarios.empty_scenarios,
    scenarios.idle_changes,
    claims.parts_without_claims,
    claims.unknown_subjects,
    claims.too_few_subjects,
    claims.claims_without_a_number,
    claims.claims_without_a_date,
    claims.reversed_claims,
    claims.wrong_claim_units,
    claims.wrongly_counted_claims,
)


def faults(programme: Programme) -> Iterator[Fault]:
    """What all rules find; where names point nowhere, nothing but that."""
    broken = [fault for rule in FOUNDATIONS for fault in rule(programme)]
    yield from broken
    if not broken:
        for rule in RULES:
            yield from rule(programme)
