"""One fab as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, SupportsInt

import gymnasium
import numpy as np
from gymnasium import spaces

from fabstack.arrays.entering import Arrival
from fabstack.arrays.types import Records
from fabstack.environment.choice import Choice, next_choice, rows, run_first_come
from fabstack.environment.features import (
    CANDIDATE_FEATURES,
    GROUP_FEATURES,
    Observation,
    View,
    blank,
    observation,
)
from fabstack.environment.rewards import Books, Reward
from fabstack.environment.setting import Setting, setting_of
from fabstack.model import Programme
from fabstack.simulate.simulation import Simulation

Info = dict[str, Any]
Step = tuple[Observation, float, bool, bool, Info]


class SettingEnv(gymnasium.Env[Observation, Any]):
    """Episodes in a setting that other environments may share; see FabEnv."""

    metadata = {"render_modes": []}  # noqa: RUF012  as Gymnasium has it

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        self.render_mode = None
        self.observation_space = observation_space(setting)
        self.action_space = spaces.Discrete(setting.most_candidates)
        self._seed: int | None = seed  # of the first episode
        self._is_over = True

    # --- Episodes -------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Begin an episode; without a seed, the next of the seeds that follow from the last one."""
        first = self._seed if seed is None else seed
        super().reset(seed=first)
        self._seed = None
        self.episode_seed = int(self.np_random.integers(2**62)) if first is None else first
        self.run = Simulation(self.setting.scene.fab, self.episode_seed)
        self.books = Books(self.run)
        self.invalid_actions = 0
        self._is_over = False
        run_first_come(self.run, self.setting.scene.warm_up_min)
        self._go_on()
        return self._observation(), self._info()

    def step(self, action: SupportsInt) -> Step:
        """Choose a lot and run to the next choice.

        Raises:
            ResetNeeded: the episode is over, or has not begun.
            LimitError: more lots pile up than a run can hold.
        """
        if self._is_over:
            raise gymnasium.error.ResetNeeded("the window is over, or not begun: call reset()")
        earned = self._earned
        if self.choice is not None:
            self._take(self.choice, int(action))
            self._go_on()
        self._is_over = self.choice is None
        reward = self._earned - earned
        return self._observation(), reward, self._is_over, False, self._info()

    def render(self) -> None:
        """There is nothing to look at."""

    # --- What a rule of one's own may look at ---------------------------------------------------

    @property
    def now_min(self) -> float:
        """The minute of the choice."""
        return self.books.at_min

    @property
    def waiting(self) -> Records:
        """Rows LOT of the candidates, in the order of the actions (see arrays/types)."""
        lots = self.run.world.state.lots
        return lots[:0] if self.choice is None else lots[self.choice.slots]

    # --- Inside ---------------------------------------------------------------------------------

    def _take(self, choice: Choice, action: int) -> None:
        is_valid = 0 <= action < choice.slots.size
        self.invalid_actions += not is_valid
        self.run.answer(int(choice.slots[action if is_valid else 0]))

    def _go_on(self) -> None:
        """Run to the next choice, or to the end, and read the books there."""
        until_min = self.setting.scene.until_min
        self.choice = next_choice(self.run, until_min, self.setting.most_candidates)
        self.books.at_min = until_min if self.choice is None else self.choice.now_min
        self._earned = self.setting.reward.total(self.books)

    def _observation(self) -> Observation:
        if self.choice is None:
            return blank(self.setting)
        return observation(View(self.setting, self.run, self.choice))

    def _info(self) -> Info:
        group, mask = "", np.zeros(self.setting.most_candidates, np.int8)
        lots: tuple[str, ...] = ()
        if self.choice is not None:
            group = self.setting.scene.names.groups[self.choice.group]
            lots = self._lot_names(self.choice)
            mask[: len(lots)] = 1
        return {
            "minute": self.now_min,
            "tool_group": group,
            "lots": lots,
            "action_mask": mask,
            "invalid_actions": self.invalid_actions,
        }

    def _lot_names(self, choice: Choice) -> tuple[str, ...]:
        """Of each candidate: the stream that it entered by, and its number there."""
        lots, streams = rows(self.run.world.state.lots), self.setting.scene.names.streams
        places = zip(lots["stream"][choice.slots], lots["serial"][choice.slots], strict=True)
        return tuple(f"{streams[stream]}.{serial}" for stream, serial in places)


class FabEnv(SettingEnv):
    """Whenever a tool of `tool_groups` is free and several lots wait, the agent says which goes.

    An action is the place of a lot among the first `most_candidates` that wait, in the order of the
    rule `fifo`: the more urgent priority first, then the earlier arrival. `action_mask` says which
    places are taken; any other action takes the first lot and is counted as invalid. Until the end
    of the warm-up the first lot goes. An episode is terminated when the window is over; it is
    never truncated.

    An episode with seed s meets the luck of a simulation with seed s. What is not given is taken
    from the programme; `arrivals` are bought units that reach a stock.

    Raises:
        InputError: a tool group is unknown.
        UnknownNameError: there is no reward of that name.
        ValueError: a group cannot ask, for not every tool of it may take every lot.
    """

    def __init__(
        self,
        programme: Programme | Path | str,
        tool_groups: Sequence[str],
        *,
        until_min: float | None = None,
        warm_up_min: float | None = None,
        seed: int = 1,
        most_candidates: int = 16,
        reward: Reward | str = "tardiness",
        arrivals: Sequence[Arrival] = (),
        render_mode: None = None,
    ) -> None:
        setting = setting_of(
            programme,
            tool_groups,
            until_min=until_min,
            warm_up_min=warm_up_min,
            most_candidates=most_candidates,
            reward=reward,
            arrivals=arrivals,
        )
        super().__init__(setting, seed)


def observation_space(setting: Setting) -> spaces.Space[Observation]:
    """Candidates by feature, the tool group by feature and name, and the mask of actions."""
    most, groups = setting.most_candidates, len(GROUP_FEATURES) + len(setting.groups)
    space: spaces.Space[Any] = spaces.Dict(
        {
            "candidates": spaces.Box(-1.0, 1.0, (most, len(CANDIDATE_FEATURES)), np.float32),
            "group": spaces.Box(-1.0, 1.0, (groups,), np.float32),
            "action_mask": spaces.MultiBinary(most),
        }
    )
    return space
