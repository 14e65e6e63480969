"""How much of a fab's cycle time tools and transport explain, and how much is dwell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabstack.designer import Design
from fabstack.designer.bands import band_of
from fabstack.designer.rows import Band
from fabstack.studies.design_time import raw_times
from fabstack.studies.design_trial import run_trial
from fabstack.studies.evidence.markdown import number, ratio, table

DAYS, SEED = 120.0, 1  # of a simulation: the queues of a year come out within .01 to .02
MEASURE = "days_per_mask_layer"


@dataclass(frozen=True)
class Explained:
    """Days for each mask layer of a design without dwell, and the published range."""

    technology: str
    process: float
    transport: float
    queues: float
    band: Band

    @property
    def days(self) -> float:
        """What tools, transport and queues explain."""
        return self.process + self.transport + self.queues

    @property
    def middle(self) -> float:
        """Of the published range."""
        return (self.band.low + self.band.high) / 2

    @property
    def explained_share(self) -> float:
        """Of the middle of the published range."""
        return self.days / self.middle


def cycle_times(plants: Mapping[str, Design]) -> tuple[Explained, ...]:
    """Every plant, simulated without dwell.

    Raises:
        ValueError: nothing is published of a plant's cycle time.
    """
    return tuple(_explained(name, plant) for name, plant in plants.items())


def _explained(name: str, plant: Design) -> Explained:
    times, band = raw_times(plant), band_of(plant, MEASURE)
    if band is None:
        raise ValueError(f"no range of {MEASURE} is known for '{name}'")
    queue_days = run_trial(plant, DAYS, seed=SEED).queue_days(times)
    return Explained(
        technology=name,
        process=times.process_days / times.levels,
        transport=times.transport_days / times.levels,
        queues=queue_days / times.levels,
        band=band,
    )


HEAD = ("technology", "process", "transport", "queues", "together", "published", "ratio")
TAIL = ("dwell to the middle", "X-factor there")


def times_table(times: Sequence[Explained]) -> str:
    """Days for each mask layer by their parts."""
    return table((*HEAD, *TAIL), map(_cells, times))


def _cells(time: Explained) -> tuple[str, ...]:
    return (
        time.technology,
        *(f"{days:.2f}" for days in (time.process, time.transport, time.queues, time.days)),
        f"{number(time.band.low)} to {number(time.band.high)}",
        ratio(time.explained_share),
        f"{max(time.middle - time.days, 0):.2f}",
        f"{time.middle / time.process:.1f}",
    )
