"""Bugs of the oracle adapter."""

from __future__ import annotations

from tests.planted.bug import Shelf

BUGS = Shelf("contracts/OracleAdapter.vy")

BUGS.plant(
    "prices do not grow stale",
    "missing check",
    "A feed that has stopped is traded against at yesterday's price.",
    "    if unsafe_sub(block.timestamp, at) > (config >> FEED_HEARTBEAT) & U20:\n        return seen\n",
    "",
)
BUGS.plant(
    "no upper band",
    "missing check",
    "A source stuck at its own maximum, or wrong by decimals, is believed.",
    "if mid > self._band(config >> FEED_LOW) and mid < self._band(config >> FEED_HIGH):",
    "if mid > self._band(config >> FEED_LOW):",
    subtle=True,
)
BUGS.plant(
    "decimals are not asked again",
    "unit",
    "A new aggregator with other decimals prices everything 10^10 times too high or low.",
    "    if phase == 0 or phase != (stored >> (STORED_ROUND + PHASE_SHIFT)) & U16:\n",
    "    if phase == 0:\n",
    subtle=True,
)
BUGS.plant(
    "a round before as old as the order",
    "off by one",
    "Of two rounds, one at T and one after, both fill the order: the keeper chooses.",
    '        assert previous != 0 and previous < due, "PROOF"\n',
    '        assert previous != 0 and previous <= due, "PROOF"\n',
    subtle=True,
)
BUGS.plant(
    "an older round replaces the price",
    "missing check",
    "A source that falls back to an earlier round takes the price back in time.",
    "    if seen.latest_at > at:\n        mid = seen.latest\n        at = seen.latest_at\n",
    "    mid = seen.latest\n    at = seen.latest_at\n",
    subtle=True,
)
BUGS.plant(
    "a gap to any round",
    "stale index",
    "The time of a round's predecessor is another round's: proofs of what was not so.",
    "    if unsafe_sub(seen.id, 1) == (stored >> STORED_ROUND) & U80:\n",
    "    if (stored >> STORED_ROUND) & U80 != 0:\n",
    subtle=True,
)
BUGS.plant(
    "the dear side rounded down",
    "rounding",
    "Shorts have a wei more margin than the rules say.",
    "high=unsafe_div(unsafe_add(unsafe_mul(seen.mid, unsafe_add(BPS, deviation)), BPS - 1), BPS),",
    "high=unsafe_div(unsafe_mul(seen.mid, unsafe_add(BPS, deviation)), BPS),",
    subtle=True,
)
BUGS.plant(
    "the guardian lifts the floor",
    "missing access control",
    "A stolen guardian's key makes a doubtful feed tradable again.",
    "    if index < (config >> FEED_STATUS) & 3:\n        roles._only_owner()\n",
    "",
)
BUGS.plant(
    "a window that ends a second early",
    "off by one",
    "The last second of a window counts as after it: two rounds can fill an order.",
    "    if at >= due and at <= end:\n",
    "    if at >= due and at < end:\n",
    subtle=True,
)
