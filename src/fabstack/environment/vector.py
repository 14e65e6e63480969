"""Several fabs at once: the kernel lets other threads run, so each may have a core of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array
from numpy.typing import NDArray

from fabstack.arrays.entering import Arrival
from fabstack.environment.features import Observation
from fabstack.environment.rewards import Reward
from fabstack.environment.setting import setting_of
from fabstack.environment.single import Info, SettingEnv, Step
from fabstack.model import Programme

Batch = tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]


class VectorFabEnv(VectorEnv[Observation, Any, NDArray[Any]]):
    """`num_envs` environments like FabEnv in `workers` threads; results do not depend on these.

    The k-th one has seed `seed + k`. An environment whose episode is over begins the next one with
    the next step, whose action it does not look at (`autoreset_mode` NextStep, Gymnasium's own), or
    at once, with `final_obs` and `final_info` in info (SameStep).

    Raises:
        ValueError: the mode of reset is another one, or as for FabEnv.
    """

    def __init__(
        self,
        programme: Programme | Path | str,
        tool_groups: Sequence[str],
        *,
        num_envs: int,
        workers: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        until_min: float | None = None,
        warm_up_min: float | None = None,
        seed: int = 1,
        most_candidates: int = 16,
        reward: Reward | str = "tardiness",
        arrivals: Sequence[Arrival] = (),
        render_mode: None = None,
    ) -> None:
        super().__init__()
        setting = setting_of(
            programme,
            tool_groups,
            until_min=until_min,
            warm_up_min=warm_up_min,
            most_candidates=most_candidates,
            reward=reward,
            arrivals=arrivals,
        )
        self.envs = [SettingEnv(setting, seed + number) for number in range(num_envs)]
        self.num_envs = num_envs
        self.render_mode = None
        self.single_observation_space = self.envs[0].observation_space
        self.single_action_space = self.envs[0].action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._resets_at_once = _mode(autoreset_mode) is AutoresetMode.SAME_STEP
        self.metadata = {**SettingEnv.metadata, "autoreset_mode": _mode(autoreset_mode)}
        self._is_over = np.zeros(num_envs, np.bool_)
        self._workers = min(num_envs, workers or os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self._workers)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, Info]:
        """Begin an episode in each; one seed is that of the first, the others count on from it."""
        seeds = _seeds(seed, self.num_envs)
        found = self._each(lambda k: self.envs[k].reset(seed=seeds[k], options=options))
        self._is_over[:] = False
        return self._stacked([seen for seen, _ in found]), self._merged([info for _, info in found])

    def step(self, actions: Any) -> Batch:
        """Choose a lot in each and run to its next choice."""
        steps = self._each(lambda k: self._step(k, actions[k]))
        seen, rewards, over, cut, infos = zip(*steps, strict=True)
        self._is_over[:] = False if self._resets_at_once else over
        return (
            self._stacked(seen),
            np.array(rewards, np.float64),
            np.array(over, np.bool_),
            np.array(cut, np.bool_),
            self._merged(infos),
        )

    def close_extras(self, **_: Any) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    def _step(self, number: int, action: Any) -> Step:
        env = self.envs[number]
        if self._is_over[number]:
            seen, info = env.reset()
            return seen, 0.0, False, False, info
        step = env.step(action)
        if not (self._resets_at_once and step[2]):
            return step
        last_seen, reward, over, cut, last_info = step
        seen, info = env.reset()
        return seen, reward, over, cut, {**info, "final_obs": last_seen, "final_info": last_info}

    def _each(self, do: Callable[[int], Any]) -> list[Any]:
        """What each environment gives, a share of them in each thread."""
        if self._workers == 1:
            return [do(number) for number in range(self.num_envs)]
        shares = np.array_split(range(self.num_envs), self._workers)
        parts = self._pool.map(lambda share: [do(int(number)) for number in share], shares)
        return [one for part in parts for one in part]

    def _stacked(self, seen: Sequence[Observation]) -> Observation:
        empty: Any = create_empty_array(self.single_observation_space, n=self.num_envs, fn=np.zeros)
        stacked: Any = concatenate(self.single_observation_space, seen, empty)
        return dict(stacked)

    def _merged(self, infos: Sequence[Info]) -> Info:
        merged: Info = {}
        for number, info in enumerate(infos):
            merged = self._add_info(merged, info, number)
        return merged


def _mode(mode: AutoresetMode | str) -> AutoresetMode:
    known = AutoresetMode(mode)
    if known is AutoresetMode.DISABLED:
        raise ValueError("environments always begin anew: choose NextStep or SameStep")
    return known


def _seeds(seed: int | Sequence[int | None] | None, count: int) -> Sequence[int | None]:
    if seed is None:
        return [None] * count
    if isinstance(seed, int):
        return range(seed, seed + count)
    if len(seed) != count:
        raise ValueError(f"{len(seed)} seeds for {count} environments")
    return seed
