"""From a programme to sampled futures: draw, date, and see what follows for plants and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from fabstack.model import Programme
from fabstack.model.evidence import Measure
from fabstack.ramp.bridge import Crossing, bridged, bridges
from fabstack.ramp.equipment import arrivals
from fabstack.ramp.futures import Futures, futures
from fabstack.ramp.inputs import Input, date_inputs, number_inputs
from fabstack.ramp.learning import learning_items, yield_fans
from fabstack.ramp.moved import DatedFutures
from fabstack.ramp.network import Network, network
from fabstack.ramp.odds import Sampled, claim_odds
from fabstack.ramp.output import Course, output
from fabstack.ramp.people import staff
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import Moved, Opening, Stated, capacity_per_month, openings
from fabstack.ramp.reference import reference_ends
from fabstack.ramp.removal import Removal
from fabstack.ramp.result import CapacityFan, RampResult
from fabstack.ramp.roadmap import gaps, volumes
from fabstack.ramp.schedule import Schedule, critical
from fabstack.ramp.staffing import with_staff
from fabstack.ramp.stretches import stretches
from fabstack.ramp.timeline import Timeline, month_grid
from fabstack.ramp.work import work
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import fan
from fabstack.uncertainty.sensitivity import Influence, Sample
from fabstack.uncertainty.uniforms import Design

CADENCE = "cadence"  # the outcome beside the activities: mean months between volumes


def ramp(
    programme: Programme,
    *,
    samples: int | None = None,
    seed: int = 1,
    design: Design = Design.LATIN_HYPERCUBE,
    keep: Keep | None = None,
) -> RampResult:
    """Sample the dates of a programme, and the capacity, yields and people that follow.

    The same programme, samples, seed and design give the same bits. `keep` is asked for each of the
    long parts by name and may give back what it was given before.

    Raises:
        InputError: the activities cannot be dated, or the correlations contradict each other.
    """
    net = network(programme)
    count = programme.ramp.samples if samples is None else samples
    drawn = futures(programme, samples=count, seed=seed, design=design)
    timeline = Timeline(programme.programme.start)
    taken = work(programme, net, drawn)
    held = stretches(programme, net, drawn, timeline)
    dated = with_staff(programme, net, drawn, timeline, taken.months, held)
    moved = Moved(programme, timeline, dated)
    opened = openings(programme, drawn, moved)
    came = arrivals(programme, drawn, timeline, moved)
    months = month_grid(programme)
    grid = np.array([timeline.months(day) for day in months])
    in_volume = volumes(programme, dated, timeline)
    stated = replace(drawn, risks={})  # claims are the tables' own numbers
    inputs = tuple(date_inputs(programme, drawn, dated, taken))
    asked = [net.names[i] for i in sorted(_asked_for(programme, net))]
    keep = keep or MakeAll()
    removal = Removal(programme, net, drawn, timeline, inputs, asked)
    keep.expect(len(removal.moved) + len(programme.skills) + len(programme.plants))
    keep.expect(sum(1 for _ in learning_items(programme)) + sum(1 for _ in bridged(programme)))
    people = staff(programme, drawn, dated, opened, grid, keep)
    sampled = Sampled(programme, timeline, dated, opened, in_volume, people)
    return RampResult(
        programme=programme,
        samples=drawn.samples,
        seed=seed,
        design=design,
        timeline=timeline,
        futures=drawn,
        dated=dated,
        reference=reference_ends(programme, drawn, timeline),
        as_stated=_ends_as_stated(programme, net, drawn, timeline),
        critical_share={net.names[i]: critical(dated, i).mean(axis=1) for i in net.finishes()},
        openings=opened,
        capacity=_capacity(openings(programme, stated, Stated(timeline)), opened, grid),
        volumes=in_volume,
        people=people,
        yields=yield_fans(programme, drawn, opened, grid, keep),
        arrivals=came,
        output=output(Course(programme, drawn, opened, people, came, months[:-1], grid), keep),
        bridges=bridges(Crossing(programme, drawn, opened, months[:-1], grid), keep),
        influences=_influences(programme, dated, inputs, in_volume),
        drivers=removal.drivers(keep),
        odds=claim_odds(sampled, (*inputs, *number_inputs(programme, drawn))),
        inputs=inputs,
        titles={one.name: one.title for one in inputs},
        months=months[:-1],
    )


def dated_futures(programme: Programme, *, samples: int, seed: int, design: Design) -> DatedFutures:
    """The dates of the same futures alone."""
    net, timeline = network(programme), Timeline(programme.programme.start)
    drawn = futures(programme, samples=samples, seed=seed, design=design)
    held = stretches(programme, net, drawn, timeline)
    months = work(programme, net, drawn).months
    dated = with_staff(programme, net, drawn, timeline, months, held)
    came = arrivals(programme, drawn, timeline, Moved(programme, timeline, dated))
    return DatedFutures(programme, samples, timeline, drawn, dated, came)


def _ends_as_stated(
    programme: Programme, net: Network, drawn: Futures, timeline: Timeline
) -> Mapping[str, Floats]:
    """Ends [sample] by stated durations alone; empty where no published time is drawn instead."""
    if not any(row.prior for row in programme.activities):
        return {}
    stated = drawn.with_stated_durations()
    months = work(programme, net, stated).months
    held = stretches(programme, net, stated, timeline)
    ends = with_staff(programme, net, stated, timeline, months, held).ends
    return {net.names[i]: ends[i] for i in sorted(_asked_for(programme, net))}


def _capacity(
    stated: Mapping[str, Opening], sampled: Mapping[str, Opening], grid_months: Floats
) -> tuple[CapacityFan, ...]:
    fans = []
    for plant, opening in sampled.items():
        if opening.phases:
            claimed = [capacity_per_month(stated[plant], now)[0] for now in grid_months[:-1]]
            spread = fan(capacity_per_month(opening, now) for now in grid_months[:-1])
            fans.append(CapacityFan(plant, np.array(claimed), spread))
    return tuple(fans)


def _influences(
    programme: Programme,
    dated: Schedule,
    inputs: tuple[Input, ...],
    in_volume: Mapping[str, Floats],
) -> tuple[Influence, ...]:
    """What moves every date that somebody asks for, and the time between chips."""
    sample = Sample({one.name: one.values for one in inputs})

    def among(*finishes: int) -> set[str]:
        drivers = frozenset().union(*(dated.drivers(finish) for finish in finishes))
        return {one.name for one in inputs if one.activity in drivers}

    found: list[Influence] = []
    for i in sorted(_asked_for(programme, dated.network)):
        found += sample.influences(dated.network.names[i], dated.ends[i], among(i))
    between = gaps(in_volume)
    if len(between):
        chips = {chip.volume_with for chip in programme.generations if chip.volume_with}
        finishes = among(*map(dated.network.index, chips))
        found += sample.influences(CADENCE, between.mean(axis=0), finishes)
    return tuple(found)


def _asked_for(programme: Programme, net: Network) -> set[int]:
    """Activities that claim a date, move something, end the network, or are in a claim."""
    names = {row.name for row in programme.activities if row.claimed is not None}
    names |= {plant.opens_with for plant in programme.plants if plant.opens_with}
    names |= {phase.ready_with for phase in programme.phases if phase.ready_with}
    names |= {chip.volume_with for chip in programme.generations if chip.volume_with}
    names |= {claim.subject for claim in programme.claims if claim.measure is Measure.DONE_BY}
    known = frozenset(net.names)
    return {net.index(name) for name in names if name in known} | set(net.finishes())
