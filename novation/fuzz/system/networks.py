"""What the network of a pull source signs: nobody can ask it, whoever wants a price known carries the bytes."""

from __future__ import annotations

from novation.model.journal import Env, Table
from novation.model.sources import NONE, Observation, update_bytes


class Network:
    """Its updates, numbered from 1; its clock does not go back."""

    def __init__(self, env: Env) -> None:
        self.signed: Table[int, Observation] = env.table()
        self.state: Table[str, int] = env.table([("newest", 0)])

    def publish(self, mid: int, at: int, confidence: int = 0) -> int:
        """A new update; its predecessor is the one before it. @return its number."""
        number = self.state["newest"] + 1
        self.signed[number] = Observation(number, mid, confidence, at, self.newest.published_at)
        self.state["newest"] = number
        return number

    @property
    def newest(self) -> Observation:
        """The last that it signed."""
        return self.signed.get(self.state["newest"], NONE)

    def first_at(self, time: int) -> Observation:
        """The first published at or after a time, empty where there is none yet."""
        found = NONE
        for number in range(self.state["newest"], 0, -1):
            if self.signed[number].published_at < time:
                break
            found = self.signed[number]
        return found


def data_of(seen: Observation) -> bytes:
    """An update as it is brought."""
    return update_bytes(seen.mid, seen.confidence, seen.published_at, seen.previous_at)
