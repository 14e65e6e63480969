"""What a tool does in an hour: for sizing, and for simulation with its stops told apart.

For sizing, a tool gives nameplate x CEE in all hours (CSM workbook 2001). The simulator tells stops
apart and leaves some time idle, so there the same tool works at

    nameplate x CEE / (availability x load)

with `load` the share of available time at which the CEE was reached (88 percent unless said
otherwise): both give the same output at that load.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabstack.designer.expansion import Flow, FlowStep
from fabstack.designer.rows import Form, Tool
from fabstack.designer.upkeep import availability
from fabstack.model.randomness import Distribution, constant
from fabstack.model.routes import Basis

LOTS = "lot"  # what the rate of a tool counts where the size of a lot does not matter


def up_share(tool: Tool) -> float:
    """Share of all hours in which a tool is up."""
    return availability(tool.mttf_h, tool.mttr_h, tool.stops)


def sizing_hours(flow: Flow, step: FlowStep, tool: Tool) -> float:
    """Hours of a tool for one visit of one carrier, when the tool limits the plant."""
    return nameplate_hours(flow, step, tool) / tool.cee


def nameplate_hours(flow: Flow, step: FlowStep, tool: Tool) -> float:
    """Hours of undisturbed work for one visit of one carrier."""
    shared = flow.technology.carriers_per_lot if tool.rate_of == LOTS else 1
    return step.quantity / (tool.rate * step.rate_factor) / shared


def simulated_min(flow: Flow, step: FlowStep, tool: Tool) -> float:
    """Minutes of an up tool for one visit of one carrier, all delays but stops and idleness in."""
    planned = up_share(tool) * flow.parameters["cee_load_percent"] / 100
    return 60 * sizing_hours(flow, step, tool) * planned


@dataclass(frozen=True, slots=True)
class StepTime:
    """The time of a step as a programme says it."""

    process: Distribution  # min
    basis: Basis
    interval_min: float | None = None
    batch_minimum: float = 0.0
    batch_maximum: float | None = None


def step_time(flow: Flow, step: FlowStep, tool: Tool) -> StepTime:
    """How long a step takes in simulation.

    Raises:
        ValueError: loading and unloading take longer than all the work on a lot.
    """
    each_min = simulated_min(flow, step, tool)
    lot = flow.technology.carriers_per_lot
    handling_min = tool.load_min + tool.unload_min
    if tool.form is Form.CASCADE:
        inside_min = each_min + min(tool.latency_min, each_min)
        return StepTime(constant(inside_min), Basis.CARRIER, each_min)
    if tool.form is Form.BATCH:
        full = max(tool.load, lot)
        process_min = _without_handling(tool, each_min * full, handling_min)
        least = _least(tool, full, lot)
        return StepTime(constant(process_min), Basis.BATCH, None, least, float(full))
    lot_min = _without_handling(tool, each_min * lot, handling_min)
    if tool.form is Form.SAMPLE:
        return StepTime(constant(lot_min), Basis.LOT)
    return StepTime(constant(lot_min / lot), Basis.CARRIER)


def passage_min(tool: Tool, step: FlowStep, flow: Flow) -> float:
    """Minutes inside a cascade beyond those of the step, while the next lots work already.

    The simulator's cascade holds two lots, so this is told as a part of the way to the next step.
    """
    if tool.form is not Form.CASCADE:
        return 0.0
    return max(tool.latency_min - simulated_min(flow, step, tool), 0.0)


def _without_handling(tool: Tool, work_min: float, handling_min: float) -> float:
    """The rate of a tool has loading in it; the simulator adds loading to the process time."""
    if work_min <= handling_min:
        raise ValueError(
            f"loading and unloading '{tool.kind}' ({handling_min:g} min) takes longer than "
            f"its whole work on a load ({work_min:.3g} min)"
        )
    return work_min - handling_min


def _least(tool: Tool, full: float, lot: int) -> float:
    """Carriers that a batch waits for: whole lots, at least one."""
    lots = int(full * tool.least_load_share / lot)
    return float(max(lots, 1) * lot)
