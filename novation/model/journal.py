"""State that can be undone: tables that remember what they overwrote, and calls that are all or nothing.

All that changes lives in a `Table` of immutable values. Every external is wrapped by `external`: if it raises, what it
wrote is undone before the exception leaves it, as the EVM does with a call frame, so calls nest and a caller may catch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")
P = ParamSpec("P")


class _Missing:
    """What stood where nothing stood."""


_MISSING = _Missing()


class Table(dict[K, V]):
    """A dict whose item assignments can be undone. Use no other way of writing."""

    __slots__ = ("_log",)

    def __init__(self, log: list[Any], items: Iterable[tuple[K, V]] = ()) -> None:
        super().__init__(items)
        self._log = log

    def __setitem__(self, key: K, value: V) -> None:
        self._log.append((self, key, dict.get(self, key, _MISSING)))
        dict.__setitem__(self, key, value)


class Event(NamedTuple):
    """Of the contract at `address`: its arguments in the order of the interface, indexed ones too; a struct as a
    tuple, addresses as integers."""

    address: int
    name: str
    args: tuple[Any, ...]


class Env:
    """The chain around the contracts: the time (Unix seconds), the log of what was written, and the events of the
    outermost call that runs or ran last."""

    __slots__ = ("clock", "depth", "events", "fills", "held", "log")

    def __init__(self, now: int) -> None:
        self.log: list[Any] = []
        self.depth = 0
        self.held = 0
        self.clock: Table[str, int] = Table(self.log, [("now", now)])
        self.fills: list[Any] = []
        self.events: list[Event] = []

    def emit(self, address: int, name: str, *args: Any) -> None:
        """An event; it is gone with the frame that reverts."""
        self.events.append(Event(address, name, args))

    @property
    def now(self) -> int:
        return self.clock["now"]

    def table(self, items: Iterable[tuple[Any, Any]] = ()) -> Table[Any, Any]:
        """A new table of this state."""
        return Table(self.log, items)

    def mark(self) -> int:
        """A point to go back to; the log is kept from here until `release`."""
        self.held += 1
        return len(self.log)

    def undo(self, mark: int) -> None:
        """Goes back to a mark (which stays valid)."""
        log = self.log
        while len(log) > mark:
            table, key, old = log.pop()
            if old is _MISSING:
                dict.__delitem__(table, key)
            else:
                dict.__setitem__(table, key, old)

    def release(self) -> None:
        """Forgets the last mark; what was done since stays done."""
        self.held -= 1
        if not self.held and not self.depth:
            self.log.clear()


class Part(Protocol):
    """A contract: something that lives in an environment."""

    env: Env


S = TypeVar("S", bound=Part)


def external(function: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A call frame: all of it happens or nothing."""

    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        env = self.env
        mark = len(env.log)
        if env.depth == 0 and env.events:
            env.events = []
            env.fills = []
        env.depth += 1
        fills, events = len(env.fills), len(env.events)
        try:
            result = function(self, *args, **kwargs)
        except BaseException:
            env.undo(mark)
            del env.fills[fills:]
            del env.events[events:]
            raise
        finally:
            env.depth -= 1
        if not env.depth and not env.held:
            env.log.clear()
        return result

    update_wrapper(call, function)
    return call
