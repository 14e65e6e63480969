"""What the episodes of an environment share: the fab, who chooses where, and what is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fabstack import formats
from fabstack.arrays.entering import Arrival
from fabstack.environment.rewards import REWARDS, Reward
from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.model import Programme
from fabstack.simulate.scene import Scene, scene_of


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A fab over a window of time, some of whose tool groups ask which lot goes next."""

    scene: Scene
    groups: tuple[int, ...]  # rows of the tool groups that ask
    most_candidates: int
    reward: Reward


def setting_of(
    programme: Programme | Path | str,
    tool_groups: Sequence[str],
    *,
    until_min: float | None,
    warm_up_min: float | None,
    most_candidates: int,
    reward: Reward | str,
    arrivals: Sequence[Arrival],
) -> Setting:
    """The border crossed once for all episodes; `programme` may be the folder of one.

    Raises:
        InputError: a tool group is unknown, or none is named.
        UnknownNameError: there is no reward of that name.
        ValueError: there is nothing to choose from, or a group cannot ask.
    """
    if most_candidates < 2:
        raise ValueError(f"{most_candidates} candidates leave no choice; take 2 or more")
    if not isinstance(programme, Programme):
        programme = formats.load(Path(programme))
    _refuse_unknown(programme, tool_groups)
    scene = scene_of(
        programme,
        until_min=until_min,
        warm_up_min=warm_up_min,
        arrivals=arrivals,
        asked=frozenset(tool_groups),
    )
    groups = tuple(sorted(scene.names.groups.index(name) for name in set(tool_groups)))
    strategy = REWARDS.named(reward) if isinstance(reward, str) else reward
    return Setting(scene, groups, most_candidates, strategy)


def _refuse_unknown(programme: Programme, tool_groups: Sequence[str]) -> None:
    known = [group.name for group in programme.tool_groups]
    findings = [
        Finding(
            "tool_groups", 0, 0, "unknown-reference", f"no tool group '{name}'",
            "a name of the table tool_groups", did_you_mean(name, known),
        )
        for name in tool_groups
        if name not in known
    ]  # fmt: skip
    if not tool_groups:
        findings.append(
            Finding("tool_groups", 0, 0, "empty", "no tool group is named", "one or more")
        )
    if findings:
        raise InputError(findings)
