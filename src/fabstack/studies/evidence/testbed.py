"""A designed fab beside the public testbed SMT2020, both read and simulated in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fabstack.designer import Design, Library, design, expand, programme_of
from fabstack.errors import InputError
from fabstack.formats.faults import Fault
from fabstack.formats.folder import csv_sheet
from fabstack.formats.places import Place
from fabstack.formats.tables import read_table
from fabstack.model import Programme
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_DAY
from fabstack.model.fields import measured, named, row, worded
from fabstack.model.routes import Step
from fabstack.model.technology import Carrier
from fabstack.studies.evidence.shape import Shape, shape_of
from fabstack.studies.operating_curve import CurveOptions, Sample, operating_curve

OVERLAY = "Litho_REG"  # the testbed measures the overlay of each mask layer once
DELAY = "Delay_32"  # of the testbed: waiting that holds no tool
LOADS = (80.0, 90.0, 95.0)  # percent, of the busiest group
DAYS, WARM_UP_DAYS, SEED = 365.0, 120.0, 1
AREAS = Path(__file__).with_name("areas.csv")
CSM_MASKS = 19  # of SEMATECH's 250_Al_82, which the CSM workbook plans


@row("area")
class AreaNames:
    """One area as the testbed and the designer call its parts, and what the CSM workbook has."""

    area: str = named("unique name")
    testbed: str = worded("areas of the testbed")
    designed: str = worded("areas of a design")
    csm_steps: float = measured("", "steps of 250_Al_82", ge=0)
    csm_tools_per_1000: float = measured("", "tools for 1,000 wafers a month", ge=0)


def area_names(file: Path = AREAS) -> tuple[AreaNames, ...]:
    """The areas of a table.

    Raises:
        InputError: the table is wrong, with every finding.
    """
    found = read_table(csv_sheet("areas", file), AreaNames)
    if findings := list(found.findings()):
        raise InputError(findings)
    return tuple(found.rows)


@dataclass(frozen=True)
class Fab:
    """A fab, its shape, and how it behaves in simulation."""

    title: str
    programme: Programme
    shape: Shape

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """What a simulation at each of the loads says."""
        options = CurveOptions(
            loads_percent=LOADS,
            until_min=DAYS * MINUTES_PER_DAY,
            warm_up_min=WARM_UP_DAYS * MINUTES_PER_DAY,
            replications=1,
            seed=SEED,
        )
        curve = operating_curve(self.programme, options)
        return tuple(curve.samples[point][SEED] for point in curve.points)

    @property
    def wafers_per_week(self) -> float:
        """Started."""
        return self.shape.carriers_per_month / DAYS_PER_MONTH * 7

    @property
    def busy_share(self) -> float:
        """Of all hours in which a tool works."""
        return self.share_of(tuple(self.shape.areas))

    def share_of(self, areas: tuple[str, ...]) -> float:
        """Of all hours in which a tool of some areas works."""
        area = self.shape.merged(areas)
        hours = area.tools * DAYS_PER_MONTH * 24
        return self.shape.carriers_per_month * area.busy_min / 60 / hours if hours else 0.0


@dataclass(frozen=True)
class Pair:
    """The testbed, and a fab designed for as many wafers with as nearly as many masks."""

    testbed: Fab
    designed: Fab
    plant: Design

    @property
    def fabs(self) -> tuple[Fab, Fab]:
        """The designed one first."""
        return self.designed, self.testbed


def pair_of(library: Library, testbed: Programme) -> Pair:
    """The testbed and the design to put beside it.

    Raises:
        InputError: the programme has no mask layers or starts, so it is not the testbed.
    """
    _refuse_strangers(testbed)
    shape = shape_of(testbed, _is_mask, (DELAY,))
    plant = design(library, nearest_node(library, testbed), shape.carriers_per_month)
    programme = programme_of(plant)
    designed_shape = shape_of(programme, lambda step: step.mask_layer)
    return Pair(
        testbed=Fab("SMT2020", testbed, shape),
        designed=Fab(plant.flow.technology.name, programme, designed_shape),
        plant=plant,
    )


def masks_by_route(testbed: Programme) -> dict[str, int]:
    """Mask layers of each of the testbed's products."""
    counts = {route.name: 0 for route in testbed.routes}
    for step in testbed.steps:
        counts[step.route] += _is_mask(step)
    return counts


def nearest_node(library: Library, testbed: Programme) -> str:
    """The logic node whose masks are nearest to those of the product with most layers."""
    most = max(masks_by_route(testbed).values())
    nodes = [
        name
        for name, technology in library.technologies.items()
        if technology.carrier is Carrier.WAFER and name.startswith("logic-")
    ]
    return min(nodes, key=lambda name: abs(expand(library, name).masks.total() - most))


def _is_mask(step: Step) -> bool:
    return step.tool_group.startswith(OVERLAY)


def _refuse_strangers(testbed: Programme) -> None:
    findings = [fault.at(Place(testbed.programme.name)) for fault in _faults(testbed)]
    if findings:
        raise InputError(findings)


def _faults(testbed: Programme) -> Iterator[Fault]:
    cure = "give a copy of SMT2020's HVLM"
    if not any(map(_is_mask, testbed.steps)):
        expected = f"steps at groups {OVERLAY}..., which tell mask layers"
        yield Fault("no-testbed", "no mask layer is measured", expected, cure)
    if not any(order.every_h for order in testbed.orders) and not testbed.starts:
        yield Fault("no-testbed", "nothing is started regularly", "starts or orders", cure)
