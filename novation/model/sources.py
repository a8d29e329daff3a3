"""Price sources as an adapter sees them (`interfaces/IPriceSource.vyi`): the twin of `MockSource`, of either kind."""

from __future__ import annotations

from typing import NamedTuple

from novation.model.errors import Revert
from novation.model.journal import Env, Table

HONEST, SILENT, STARVED, FUTURE, OTHER, CALL_BACK = range(6)
UPDATE_BYTES = 128


class Observation(NamedTuple):
    """WAD USD, Unix seconds; all zero where there is none."""

    id: int
    mid: int
    confidence: int
    published_at: int
    previous_at: int


NONE = Observation(0, 0, 0, 0, 0)


def update_bytes(mid: int, confidence: int, published_at: int, previous_at: int) -> bytes:
    """What a pull source's network signs here."""
    return b"".join(value.to_bytes(32, "big") for value in (mid, confidence, published_at, previous_at))


class Source:
    """Push: it is told observations and asked for them. Pull: it proves what it is brought."""

    def __init__(self, env: Env, address: int, is_push: bool) -> None:
        self.env = env
        self.address = address
        self.is_push = is_push
        self.told: Table[int, Observation] = env.table()
        self.state: Table[str, int] = env.table([("newest", 0), ("price", 0), ("latest_mode", 0), ("history_mode", 0)])

    def push(self, mid: int, published_at: int, confidence: int = 0) -> int:
        """A new observation. @returns its id."""
        number = self.state["newest"] + 1
        self.told[number] = Observation(number, mid, confidence, published_at, 0)
        self.state["newest"] = number
        return number

    def set_modes(self, latest: int, history: int) -> None:
        """How `latest` answers, and how the other two do."""
        self.state["latest_mode"], self.state["history_mode"] = latest, history

    def prove(self, update: bytes, value: int) -> Observation:
        """@raises Revert PUSH, FEE, FORMAT, VALUE, FUTURE."""
        if self.is_push:
            raise Revert("PUSH")
        if value != self.state["price"]:
            raise Revert("FEE")
        if len(update) != UPDATE_BYTES:
            raise Revert("FORMAT")
        mid, confidence, at, previous = (int.from_bytes(update[i : i + 32], "big") for i in range(0, UPDATE_BYTES, 32))
        if not mid or max(mid, confidence) >> 128 or previous > at:
            raise Revert("VALUE")
        if at > self.env.now:
            raise Revert("FUTURE")
        return Observation(at, mid, confidence, at, previous)

    def fee(self) -> int:
        """Wei for each proof."""
        return self.state["price"]

    def latest(self) -> Observation:
        """@raises Revert GAS."""
        return self._answer(self.state["latest_mode"], self.state["newest"])

    def observation(self, number: int) -> Observation:
        """@raises Revert GAS."""
        seen = self._answer(self.state["history_mode"], number)
        before = self.told.get(number - 1)
        return seen._replace(previous_at=before.published_at if before else 0) if seen.id else seen

    def following(self, number: int) -> int:
        """@raises Revert GAS."""
        return self._answer(self.state["history_mode"], number + 1).published_at

    def _answer(self, mode: int, number: int) -> Observation:
        if mode == STARVED:
            raise Revert("GAS")
        seen = self.told.get(number, NONE)
        now = self.env.now
        if mode == SILENT or not seen.mid or not 0 < seen.published_at <= now:
            return NONE
        if mode == FUTURE:
            return seen._replace(published_at=now + 1)
        return seen._replace(id=seen.id + 1) if mode == OTHER else seen
