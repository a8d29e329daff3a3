"""A Chainlink push feed as it is seen from outside: a proxy over phases, each with its own rounds."""

from __future__ import annotations

from typing import NamedTuple

from novation.model.journal import Env, Table

PHASE = 1 << 64


class Round(NamedTuple):
    """What a proxy answers: round id (phase << 64 | round), answer in the feed's decimals, Unix seconds."""

    id: int
    answer: int
    updated_at: int


class Aggregator:
    """The proxy of a push feed. It may be silent (`fails`) or change its decimals, as real ones have."""

    def __init__(self, env: Env, address: int, decimals: int, phase: int = 1) -> None:
        self.env = env
        self.address = address
        self.rounds: Table[int, Round] = env.table()
        self.state: Table[str, int] = env.table(
            [("decimals", decimals), ("fails", 0), ("phase", phase), ("latest", phase * PHASE), ("mute", 0), ("shy", 0)]
        )

    def post(self, answer: int, updated_at: int) -> int:
        """A new round of the current phase. @returns its id."""
        number = self.state["latest"] + 1
        self.rounds[number] = Round(number, answer, updated_at)
        self.state["latest"] = number
        return number

    def new_phase(self) -> int:
        """Another aggregator behind the proxy, without rounds. @returns the phase."""
        phase = self.state["phase"] + 1
        self.state["phase"] = phase
        self.state["latest"] = phase * PHASE
        return phase

    def set_fails(self, fails: bool) -> None:
        """Whether every call reverts from now on."""
        self.set_parts(fails, fails, fails)

    def set_parts(self, latest: bool, history: bool, decimals: bool) -> None:
        """Which of its three calls revert from now on."""
        self.state["fails"], self.state["mute"], self.state["shy"] = int(latest), int(history), int(decimals)

    def jump(self, number: int) -> None:
        """Names another round the newest, whether it exists or not."""
        self.state["latest"] = number
        self.state["phase"] = number // PHASE

    def set_decimals(self, decimals: int) -> None:
        self.state["decimals"] = decimals

    def latest(self) -> Round | None:
        """`latestRoundData`, None where the call fails. A phase without rounds answers zeros."""
        if self.state["fails"]:
            return None
        return self.rounds.get(self.state["latest"], Round(0, 0, 0))

    def get(self, number: int) -> Round | None:
        """`getRoundData`, None where the call fails. A round that does not exist answers zeros."""
        if self.state["mute"]:
            return None
        return self.rounds.get(number, Round(0, 0, 0))

    def decimals(self) -> int | None:
        """`decimals`, None where the call fails."""
        return None if self.state["shy"] else self.state["decimals"]
