"""Everything that varies between sampled futures, by name, drawn once and correlated.

An input's name is the address of its cell where it has one (`activities/shell/duration`, or any
cell of the table of risks). Chances that come to pass or not have names of the same form:
`activities/NAME/takes-place`, `.../repeats`, `.../reference-slip`, `risk_events/NAME/happens`, and
`activities/OWNER/slip ...` for the execution slip that all activities of a plant or chip share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from fabstack.model import Distribution, Programme, grouped
from fabstack.model.roadmap import Activity
from fabstack.model.supply import RiskEvent
from fabstack.model.tools import ToolGroup
from fabstack.ramp.build_times import prior
from fabstack.uncertainty.chance import Floats, is_random, quantile
from fabstack.uncertainty.copula import Pair, coupled, of_scores
from fabstack.uncertainty.uniforms import Design, generator, uniforms

LEAD, INSTALL = "lead-slip", "install-slip"  # stages of a tool, from order to release
SHORTAGES = "ramp/-/shortages"  # how many world-wide shortages come
LINE_COLUMNS = ("units_per_year", "growth_per_year", "delivered_share", "share_percent")


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """One share of all cases for each input and future; the same seed gives the same bits."""

    samples: int
    seed: int
    shares: Mapping[str, Floats]  # input -> [sample] in (0, 1)
    risks: Mapping[str, Distribution]  # cell -> distribution of its value
    removed: frozenset[str] = frozenset()  # inputs that have their usual value
    as_stated: bool = False  # durations are those of the tables, not of published times
    still: bool = False  # luck without a name (each repeat, each review) is at its median, too

    def draw(self, name: str, distribution: Distribution) -> Floats:
        """Values [sample] of an input; [1] where it does not vary."""
        if name in self.shares:
            return quantile(distribution, self.shares[name])
        return quantile(distribution, np.array([0.5]))

    def value(self, cell: str, otherwise: float) -> Floats:
        """The number in a cell, [sample] where it is a risk, else [1]."""
        if cell in self.risks:
            return self.draw(cell, self.risks[cell])
        return np.array([otherwise])

    def drawn(self, cell: str, own: Distribution) -> Floats:
        """The value of a cell that holds a distribution, or of its risk, [sample] or [1]."""
        return self.draw(cell, self.risks.get(cell, own))

    def luck(self, stream: str) -> Floats:
        """Shares of something that has no name among the inputs, [sample]."""
        if self.still:
            return np.full(self.samples, 0.5)
        return generator(self.seed, stream).random(self.samples)

    def first(self, most: int) -> Futures:
        """The first of these futures."""
        kept = min(most, self.samples)
        return replace(self, samples=kept, shares={n: u[:kept] for n, u in self.shares.items()})

    def without(self, name: str) -> Futures:
        """The same futures with one input at its usual value: its median, or no event."""
        left = {other: shares for other, shares in self.shares.items() if other != name}
        return replace(self, shares=left, removed=self.removed | {name})

    def with_stated_durations(self) -> Futures:
        """The same futures where published times to build are left aside."""
        return replace(self, as_stated=True)

    def varies(self, name: str) -> bool:
        """Whether futures differ in an input."""
        return name in self.shares

    def stated(self, activity: Activity, column: str) -> Distribution | None:
        """The distribution of a column of an activity: that of its risk, else the column's own."""
        return _stated(activity, column, self.risks, as_stated=self.as_stated)


def futures(
    programme: Programme, *, samples: int, seed: int, design: Design = Design.LATIN_HYPERCUBE
) -> Futures:
    """The varying inputs of a programme, correlated as its tables say.

    Activities of one plant share `[ramp] correlation` between their durations (of normal scores);
    the table of correlations gives rank correlations and overrides it.

    Raises:
        InputError: the correlations contradict each other.
    """
    risks = {risk.cell: risk.distribution for risk in programme.risks}
    names = varying_inputs(programme)
    columns = uniforms(names, samples=samples, seed=seed, design=design)
    return Futures(samples, seed, coupled(columns, input_pairs(programme)), risks)


def varying_inputs(programme: Programme) -> frozenset[str]:
    """Names of everything that varies between futures."""
    return frozenset(_inputs(programme, {risk.cell: risk.distribution for risk in programme.risks}))


def input_pairs(programme: Programme) -> list[Pair]:
    """Inputs that move together; a later pair overrides an earlier one."""
    return _pairs(programme, varying_inputs(programme))


def duration_cell(activity: Activity) -> str:
    """The name of the input that is an activity's duration."""
    return f"activities/{activity.name}/duration"


def slip_name(activity: Activity, distribution: Distribution) -> str:
    """The name of the execution slip that activities of one plant or chip share."""
    owner = activity.plant or activity.generation or activity.name
    return f"activities/{owner}/slip {distribution}"


def _stated(
    activity: Activity, column: str, risks: Mapping[str, Distribution], *, as_stated: bool = False
) -> Distribution | None:
    own: Distribution | None = getattr(activity, column)
    if column == "duration" and activity.prior and not as_stated:
        own = prior(activity.prior)
    return risks.get(f"activities/{activity.name}/{column}", own)


def _inputs(programme: Programme, risks: Mapping[str, Distribution]) -> Iterator[str]:
    yield from (cell for cell, distribution in risks.items() if is_random(distribution))
    for activity in programme.activities:
        yield from _inputs_of(activity, risks)
    yield from _tool_inputs(programme)
    yield from _event_inputs(programme, risks)
    for line in programme.vendor_lines:
        for column in LINE_COLUMNS:
            if is_random(getattr(line, column)):
                yield f"vendor_lines/{line.name}/{column}"


def _tool_inputs(programme: Programme) -> Iterator[str]:
    delivered = {delivery.tool_group for delivery in programme.deliveries}
    stages = ((LEAD, programme.ramp.lead_slip), (INSTALL, programme.ramp.install_slip))
    for group in programme.tool_groups:
        if group.name in delivered:
            yield from (tool_slip_name(group, kind) for kind, slip in stages if is_random(slip))


def _event_inputs(programme: Programme, risks: Mapping[str, Distribution]) -> Iterator[str]:
    for row in programme.risk_events:
        if row.per_year or f"risk_events/{row.name}/per_year" in risks:
            yield event_name(row)
    if programme.ramp.shortages_per_year or "ramp/-/shortages_per_year" in risks:
        yield SHORTAGES


def event_name(row: RiskEvent) -> str:
    """The name of the input that says how often an event comes."""
    return f"risk_events/{row.name}/happens"


def tool_slip_name(group: ToolGroup, kind: str) -> str:
    """The name of the input that is the slip of a stage of a tool group."""
    return f"tool_groups/{group.name}/{kind}"


def _inputs_of(activity: Activity, risks: Mapping[str, Distribution]) -> Iterator[str]:
    prefix = f"activities/{activity.name}"
    duration, slip, reference_slip = (
        _stated(activity, column, risks) for column in ("duration", "slip", "reference_slip")
    )
    if duration is not None and is_random(duration):
        yield f"{prefix}/duration"
    if activity.chance_percent < 100 or f"{prefix}/chance_percent" in risks:
        yield f"{prefix}/takes-place"
    if activity.repeat_percent or f"{prefix}/repeat_percent" in risks:
        yield f"{prefix}/repeats"
    if slip is not None and is_random(slip):
        yield slip_name(activity, slip)
    if reference_slip is not None and is_random(reference_slip):
        yield f"{prefix}/reference-slip"


def _pairs(programme: Programme, names: frozenset[str]) -> list[Pair]:
    """Correlations between inputs that vary; those of the table come last and so override."""
    pairs: list[Pair] = []
    if programme.ramp.correlation:
        for plant, activities in grouped(programme.activities, "plant").items():
            cells = [cell for cell in map(duration_cell, activities) if cell in names]
            if plant is not None:
                pairs += (Pair(a, b, programme.ramp.correlation) for a, b in combinations(cells, 2))
    if programme.ramp.lead_correlation:
        slips = sorted(name for name in names if name.endswith(f"/{LEAD}"))
        pairs += (Pair(a, b, programme.ramp.lead_correlation) for a, b in combinations(slips, 2))
    for row in programme.correlations:
        if row.first in names and row.second in names:
            pairs.append(Pair(row.first, row.second, of_scores(row.rho)))
    return pairs
