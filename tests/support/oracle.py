"""An OracleAdapter over mock feeds, for the tests of the adapter alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from novation.chain.protocol import Contract, Receipt
from novation.chain.revm import RevmChain

WAD = 10**18
FEED = 3
PHASE = 1 << 64
EMPTY = "0x" + "00" * 20
NORMAL, REDUCE_ONLY, HALT = 1, 2, 4
HONEST, REVERT, BURN, SHORT, LONG, NOTHING, HUGE, OTHER, ODD, CALL_BACK, WORK = range(11)
MALICES = {
    "reverting": REVERT,
    "burning its gas": BURN,
    "short data": SHORT,
    "long data": LONG,
    "no data": NOTHING,
    "huge data": HUGE,
    "one byte too many": ODD,
}
HEARTBEAT = 3_600
DEVIATION = 50
DECIMALS = 8


class Price(NamedTuple):
    """What the adapter returns."""

    low: int
    mid: int
    high: int
    published_at: int
    status: int


def price_of(usd: int, published_at: int, status: int = NORMAL, deviation: int = DEVIATION) -> Price:
    """The price of a whole number of dollars."""
    mid = usd * WAD
    return Price(
        mid * (10_000 - deviation) // 10_000, mid, -(-mid * (10_000 + deviation) // 10_000), published_at, status
    )


@dataclass
class Rig:
    """One feed with a source and, where it is set so, a reference. `anyone` has no powers."""

    chain: RevmChain
    owner: str
    guardian: str
    anyone: str
    oracle: Contract
    source: Contract
    reference: Contract

    def set_feed(self, feed: int = FEED, sender: str | None = None, **changes: Any) -> Receipt:
        """Sets the feed: 100 to 10,000 USD, an hour, 50 bps; a divergence brings the reference with it."""
        given = {
            "source": self.source.address,
            "heartbeat": HEARTBEAT,
            "deviation": DEVIATION,
            "divergence": 0,
            "band_low": (100, 18),
            "band_high": (10_000, 18),
            "reference": self.reference.address if changes.get("divergence") else EMPTY,
            "reference_heartbeat": HEARTBEAT if changes.get("divergence") else 0,
        } | changes
        return self.oracle.attempt("set_feed", feed, *given.values(), sender=sender or self.owner)

    def push(self, usd: int, at: int | None = None) -> int:
        """A new round of the source. @returns its id."""
        return self.push_to(self.source, usd * 10**DECIMALS, at)

    def push_to(self, feed: Contract, answer: int, at: int | None = None) -> int:
        """A new round of any feed."""
        at = self.chain.now if at is None else at
        return int(feed.returned("push_at", feed.transact("push_at", answer, at, sender=self.anyone)))

    def modes(self, latest: int = HONEST, history: int = HONEST, decimals: int = HONEST) -> None:
        """How the source answers."""
        self.source.transact("set_modes", latest, history, decimals, sender=self.anyone)

    def read(self) -> Price:
        return Price(*self.oracle.call("read", FEED))

    def observe(self) -> Price:
        receipt = self.oracle.transact("observe", FEED, sender=self.anyone)
        return Price(*self.oracle.returned("observe", receipt))

    def observe_at(self, due: int, window: int, round_id: int) -> tuple[Price, int, int]:
        """@raises Reverted."""
        receipt = self.oracle.transact("observe_at", FEED, due, window, round_id, sender=self.anyone)
        price, mid, spread = self.oracle.returned("observe_at", receipt)
        return Price(*price), mid, spread

    def refusal(self, due: int, window: int, round_id: int) -> str | None:
        """The revert code of `observe_at`, None where it succeeds."""
        return self.oracle.attempt("observe_at", FEED, due, window, round_id, sender=self.anyone).error

    def stored(self) -> tuple[int, int, int]:
        """mid, published_at, round."""
        mid, at, number = self.oracle.call("stored_at", FEED)
        return mid, at, number


def build(chain: RevmChain) -> Rig:
    """A fresh adapter with one feed without a reference, no round yet."""
    owner, guardian, anyone = chain.account(0), chain.account(1), chain.account(2)
    rig = Rig(
        chain,
        owner,
        guardian,
        anyone,
        chain.deploy("OracleAdapter", owner, guardian, sender=anyone),
        chain.deploy("MockAggregatorProxy", DECIMALS, sender=anyone),
        chain.deploy("MockAggregatorProxy", DECIMALS, sender=anyone),
    )
    assert rig.set_feed().ok
    return rig
