"""Named strategies that a user can add to, from their own code or from an installed package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from fabstack.errors import FabstackError, did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Strategy = TypeVar("Strategy")


class UnknownNameError(ValueError):
    """A name under which nothing is registered; the message says which names are near."""


class Registry(Generic[Strategy]):
    """Strategies of one kind by name, the installed packages' among them.

    A package offers its own under the entry point `group`; it is loaded when its name is asked for.
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind = kind
        self.group = group
        self._known: dict[str, Strategy] = {}

    def register(self, name: str, strategy: Strategy) -> None:
        """Add a strategy under a new name of lower-case words joined by hyphens.

        Raises:
            ValueError: the name is taken or not of that form.
        """
        name = str(name)  # a member of an enum becomes its text
        if name != canonical(name) or not name.replace("-", "").isalnum():
            raise ValueError(f"'{name}' is no name of a {self.kind}: write it like 'my-own-model'")
        if name in self._known:
            raise ValueError(f"there is a {self.kind} '{name}' already; choose another name")
        self._known[name] = strategy

    def named(self, name: str) -> Strategy:
        """The strategy called `name`; upper case, spaces and underscores do not matter.

        Raises:
            UnknownNameError: there is none.
        """
        wanted = canonical(name)
        if wanted not in self._known:
            self._known[wanted] = self._installed(wanted)
        return self._known[wanted]

    def names(self) -> tuple[str, ...]:
        """All names, in the order of registration; those of installed packages come last."""
        return tuple(dict.fromkeys([*self._known, *self._offers()]))

    def _installed(self, name: str) -> Strategy:
        offer = self._offers().get(name)
        if offer is None:
            raise UnknownNameError(f"no {self.kind} '{name}'; {did_you_mean(name, self.names())}")
        try:
            strategy: Strategy = offer.load()
        except Exception as error:
            raise FabstackError(
                f"the {self.kind} '{name}' ({offer.value}) cannot be loaded: {error}"
            ) from error
        return strategy

    def _offers(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        return {canonical(offer.name): offer for offer in entry_points(group=self.group)}


def canonical(name: str) -> str:
    """A name as registered: lower case, words joined by hyphens."""
    return "-".join(name.strip().lower().replace("_", " ").replace("-", " ").split())
