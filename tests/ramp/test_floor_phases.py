"""A phase that only adds floor sets no pace."""

import numpy as np
import pytest
from ramp_made import programme

from fabstack.model.items import Item, ItemKind
from fabstack.model.plants import Phase, Plant, PlantKind
from fabstack.model.routes import Route
from fabstack.model.technology import Carrier, Technology
from fabstack.ramp import ramp


def weekly(*phases: Phase) -> np.ndarray:
    case = programme(
        technologies=[Technology(name="pcb", carrier=Carrier.BOARD)],
        items=[Item(name="board", kind=ItemKind.BOARD, technology="pcb")],
        plants=[Plant(name="plant", kind=PlantKind.PCB, technology="pcb")],
        phases=phases,
        routes=[
            Route(name="r", item="board", plant="plant", units_per_carrier=10, lead_time_months=1)
        ],
    )
    (fan,) = ramp(case, samples=100).output.fans
    return fan.percentiles


def test_floor_that_comes_later_changes_no_output():
    made = {"plant": "plant", "phase": "one", "capacity_per_month": 100, "ready": "2026-01-01"}
    annex = {"plant": "plant", "phase": "annex", "capacity_per_month": 0, "floor_m2": 500}
    alone = weekly(Phase(**made))
    assert alone.max() > 0
    assert weekly(Phase(**made), Phase(**annex, ready="2026-09-01")) == pytest.approx(alone)


def test_a_plant_whose_only_phase_adds_floor_is_like_one_without_phases():
    annex = Phase(
        plant="plant", phase="annex", capacity_per_month=0, floor_m2=500, ready="2026-01-01"
    )

    def fans(*phases: Phase) -> int:
        case = programme(
            technologies=[Technology(name="pcb", carrier=Carrier.BOARD)],
            items=[Item(name="board", kind=ItemKind.BOARD, technology="pcb")],
            plants=[Plant(name="plant", kind=PlantKind.PCB, technology="pcb")],
            phases=phases,
            routes=[Route(name="r", item="board", plant="plant", lead_time_months=1)],
        )
        return len(ramp(case, samples=100).output.fans)

    assert fans(annex) == fans()
