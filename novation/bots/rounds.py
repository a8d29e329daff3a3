"""The rounds of a push feed, walked backwards from the newest, and the one at which an order must fill."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from novation.chain.protocol import Chain, Reverted

_ROUND = [
    {"name": name, "type": kind}
    for name, kind in (
        ("round", "uint80"),
        ("answer", "int256"),
        ("started_at", "uint256"),
        ("updated_at", "uint256"),
        ("answered_in", "uint80"),
    )
]
AGGREGATOR_ABI: list[dict[str, Any]] = [
    {"type": "function", "name": name, "stateMutability": "view", "inputs": inputs, "outputs": _ROUND}
    for name, inputs in (
        ("latestRoundData", []),
        ("getRoundData", [{"name": "round", "type": "uint80"}]),
    )
]
PHASE_BITS = 64


class Rounds:
    """What is known of one feed: (round, updated_at) of the present phase, rising; without gaps from the oldest on."""

    def __init__(self, chain: Chain, source: str, decimals: int = 8) -> None:
        """@param source Address of the proxy, as the adapter has it."""
        self._unit: int = 10 ** (18 - decimals)
        self.source = source
        self._feed = chain.at(("Aggregator", AGGREGATOR_ABI, b""), source)
        self._numbers: list[int] = []
        self._times: list[int] = []
        self.answer: int = 0  # of the newest round, in the feed's decimals
        self._complete = False  # the phase's first round is known

    @property
    def updated_at(self) -> int:
        """Time of the newest round, 0 before the first."""
        return self._times[-1] if self._times else 0

    @property
    def scaled(self) -> int:
        """The newest answer, WAD."""
        return self.answer * self._unit

    def refresh(self) -> bool:
        """Asks for the newest round and what was missed since; whether anything is new."""
        try:
            number, answer, _, updated_at, _ = self._feed.call("latestRoundData")
        except Reverted:  # no round yet
            return False
        self.answer = int(answer)
        if self._numbers and number == self._numbers[-1]:
            return False
        if not self._numbers or number >> PHASE_BITS != self._numbers[-1] >> PHASE_BITS or number < self._numbers[-1]:
            self._numbers, self._times, self._complete = [number], [updated_at], False
            return True
        missed = [(number, updated_at)]
        while missed[-1][0] > self._numbers[-1] + 1:
            missed.append(self._ask(missed[-1][0] - 1))
        for known, time in reversed(missed):
            self._numbers.append(known)
            self._times.append(time)
        return True

    def reference(self, due: int, window: int, now: int) -> int | None:
        """The round that `observe_at` accepts for an order due at `due`; None while there is none.

        The first one published in [due, due + window]; after the window, if none was, the last one before `due`.
        """
        if not self._numbers:
            return None
        self._walk_before(due)
        first = bisect_left(self._times, due)
        if first < len(self._times) and self._times[first] <= due + window:
            return self._numbers[first]
        if now > due + window and first > 0:
            return self._numbers[first - 1]
        return None

    def _walk_before(self, time: int) -> None:
        """Learns older rounds until one is older than `time`."""
        while self._times[0] >= time and not self._complete:
            try:
                number, updated_at = self._ask(self._numbers[0] - 1)
            except Reverted:
                updated_at = 0
            if updated_at == 0:
                self._complete = True  # there was none before
                return
            self._numbers.insert(0, number)
            self._times.insert(0, updated_at)

    def _ask(self, number: int) -> tuple[int, int]:
        found, _, _, updated_at, _ = self._feed.call("getRoundData", number)
        return int(found), int(updated_at)
