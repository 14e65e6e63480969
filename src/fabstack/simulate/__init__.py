"""The simulator: every tool and lot of all plants on one clock."""

from fabstack.simulate.run import Replication, SimulationResult, simulate

__all__ = ["Replication", "SimulationResult", "simulate"]
