"""An OracleAdapter over mock sources, for the tests of the adapter alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from novation.chain.protocol import Contract, Receipt, Reverted
from novation.chain.revm import RevmChain
from novation.fixed import unpack
from novation.model import words
from novation.model.feeds import Anchor, Brought, Price, Stored, Swing
from novation.model.sources import update_bytes

WAD = 10**18
# Two feeds with the same settings: one's source is asked, to the other's prices are brought.
FEED, PULLED = 3, 4
EMPTY = "0x" + "00" * 20
NORMAL, REDUCE_ONLY, HALT, AGED = 1, 2, 4, 8
HONEST, SILENT, STARVED, FUTURE, OTHER, CALL_BACK = range(6)
TRADE_AGE, CLOSE_AGE = 600, 3_600
DEVIATION, CONFIDENCE = 50, 200
REFERENCE_AGE, REFRESH = 900, 120
FALLBACK_AGE, FALLBACK_DEVIATION = 1_800, 70
CALM, SWING_WINDOW = 300, 100
LATE = 30  # seconds in which an order fills at its first price without the deviation
NEVER = 2**20 - 1


def price_of(usd: int, published_at: int, status: int = NORMAL, spread: int = DEVIATION) -> Price:
    """The price of a whole number of dollars."""
    mid = usd * WAD
    return Price(mid * (10_000 - spread) // 10_000, mid, -(-mid * (10_000 + spread) // 10_000), published_at, status)


@dataclass
class Rig:
    """One adapter, a source of each kind, a reference and a fallback. `anyone` has no powers."""

    chain: RevmChain
    owner: str
    guardian: str
    anyone: str
    oracle: Contract
    source: Contract
    pull: Contract
    reference: Contract
    fallback: Contract

    @property
    def now(self) -> int:
        return self.chain.now

    # setting

    def settings(self, feed: int = FEED, **changes: Any) -> dict[str, Any]:
        """100 to 10,000 USD, 50 bps, without a breaker, a reference and a fallback.

        A move or a swing brings a calm with it, a swing its window, a divergence the reference, `fallback_age` the
        fallback with its deviation.
        """
        swing, divergence, age = (changes.get(name, 0) for name in ("swing", "divergence", "fallback_age"))
        return {
            "source": (self.pull if feed == PULLED else self.source).address,
            "is_push": feed != PULLED,
            "trade_age": TRADE_AGE,
            "close_age": CLOSE_AGE,
            "deviation": DEVIATION,
            "confidence": CONFIDENCE,
            "band_low": (100, 18),
            "band_high": (10_000, 18),
            "move": 0,
            "swing": 0,
            "window": SWING_WINDOW if swing else 0,
            "calm": CALM if swing or changes.get("move") else 0,
            "reference": self.reference.address if divergence else EMPTY,
            "divergence": 0,
            "reference_age": REFERENCE_AGE if divergence else 0,
            "refresh": REFRESH if divergence else 0,
            "fallback": self.fallback.address if age else EMPTY,
            "fallback_age": 0,
            "fallback_deviation": FALLBACK_DEVIATION if age else 0,
        } | changes

    def set_feed(self, feed: int = FEED, sender: str | None = None, **changes: Any) -> Receipt:
        """May revert. @param changes Of `settings`."""
        settings = tuple(self.settings(feed, **changes).values())
        return self.oracle.attempt("set_feed", feed, settings, sender=sender or self.owner)

    def reset(self, feed: int = FEED, **changes: Any) -> None:
        """As `set_feed`, and it must pass."""
        receipt = self.set_feed(feed, **changes)
        assert receipt.ok, receipt.error

    def set_status(self, status: int, feed: int = FEED) -> None:
        """By the owner."""
        self.oracle.transact("set_status", feed, status, sender=self.owner)

    # publishing

    def push(self, usd: int, at: int | None = None, confidence: int = 0) -> int:
        """A new observation of the push source. @returns its id."""
        return self.push_to(self.source, usd * WAD, at, confidence)

    def push_to(self, source: Contract, mid: int, at: int | None = None, confidence: int = 0) -> int:
        """A new observation of any push source, WAD."""
        at = self.now if at is None else at
        return int(source.returned("push_at", source.transact("push_at", mid, confidence, at, sender=self.anyone)))

    def refer(self, usd: int, at: int | None = None) -> None:
        """What the reference says from now on."""
        self.push_to(self.reference, usd * WAD, at)

    def modes(self, latest: int = HONEST, history: int = HONEST, source: Contract | None = None) -> None:
        """How the push source, or another, answers."""
        (source or self.source).transact("set_modes", latest, history, sender=self.anyone)

    def update(self, mid: int, at: int | None = None, gap: int = 1, confidence: int = 0) -> bytes:
        """What the pull network signs: WAD, a time, the seconds since the observation before it."""
        at = self.now if at is None else at
        return update_bytes(mid, confidence, at, at - gap)

    def bring(self, usd: int, at: int | None = None, gap: int = 1, confidence: int = 0) -> bool:
        """Brings a price of whole dollars. @returns what `update` does."""
        return self.bring_mid(usd * WAD, at, gap, confidence)

    def bring_mid(self, mid: int, at: int | None = None, gap: int = 1, confidence: int = 0) -> bool:
        """As `bring`, in WAD."""
        return bool(self.oracle.returned("update", self.brings(self.update(mid, at, gap, confidence))))

    def brings(self, update: bytes) -> Receipt:
        """@raises Reverted."""
        return self.oracle.transact("update", PULLED, update, sender=self.anyone)

    def say(self, feed: int, mid: int, at: int | None = None, confidence: int = 0) -> Receipt:
        """A price (WAD) of either feed, made known to the adapter."""
        if feed == PULLED:
            return self.brings(self.update(mid, at, 1, confidence))
        self.push_to(self.source, mid, at, confidence)
        return self.oracle.transact("observe", feed, sender=self.anyone)

    # asking

    def read(self, feed: int = FEED) -> Price:
        return Price(*self.oracle.call("read", feed))

    def observe(self, feed: int = FEED) -> Price:
        return self.observed(self.oracle.transact("observe", feed, sender=self.anyone))

    def observed(self, receipt: Receipt) -> Price:
        """What an `observe` returned."""
        return Price(*self.oracle.returned("observe", receipt))

    def observe_at(self, due: int, window: int, reference: int = 0, feed: int = FEED) -> tuple[Price, int, int]:
        """@raises Reverted."""
        receipt = self.oracle.transact("observe_at", feed, due, window, reference, sender=self.anyone)
        price, mid, spread = self.oracle.returned("observe_at", receipt)
        return Price(*price), mid, spread

    def refusal(self, due: int, window: int, reference: int = 0, feed: int = FEED) -> str | None:
        """The revert code of `observe_at`, None where it succeeds; nothing is kept."""
        try:
            self.oracle.call("observe_at", feed, due, window, reference, sender=self.anyone)
        except Reverted as refusal:
            return refusal.code
        return None

    # what is stored

    def words(self, feed: int) -> tuple[int, int, int, tuple[int, int]]:
        stored, anchor, brought, (even, odd), _ = self.oracle.call("words_of", feed)
        return stored, anchor, brought, (even, odd)

    def stored(self, feed: int = FEED) -> Stored:
        return Stored(*unpack(self.words(feed)[0], words.STORED))

    def anchor(self, feed: int = FEED) -> Anchor:
        return Anchor(*unpack(self.words(feed)[1], words.ANCHOR))

    def brought(self) -> Brought:
        return Brought(*unpack(self.words(PULLED)[2], words.BROUGHT))

    def swings(self, feed: int = FEED) -> tuple[Swing, Swing]:
        """Of the windows of even and of odd number."""
        even, odd = self.words(feed)[3]
        return Swing(*unpack(even, words.SWING)), Swing(*unpack(odd, words.SWING))


def build(chain: RevmChain, uptime: str = EMPTY) -> Rig:
    """A fresh adapter with its two feeds. Every push source has said 2,000 USD, 100 seconds ago; nothing is stored."""
    owner, guardian, anyone = chain.account(0), chain.account(1), chain.account(2)
    oracle = chain.deploy("OracleAdapter", owner, guardian, uptime, sender=anyone)
    sources = (chain.deploy("MockSource", is_push, sender=anyone) for is_push in (True, False, True, True))
    rig = Rig(chain, owner, guardian, anyone, oracle, *sources)
    for source in (rig.source, rig.reference, rig.fallback):
        rig.push_to(source, 2_000 * WAD)
    for feed in (FEED, PULLED):
        rig.reset(feed)
    chain.warp(100)
    return rig
