"""On an L2: while its sequencer is down, and for the grace after it, every feed is in HALT."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from tests.support import oracle
from tests.support.oracle import (
    AGED,
    CLOSE_AGE,
    EMPTY,
    FALLBACK_AGE,
    FEED,
    HALT,
    NORMAL,
    PULLED,
    WAD,
    Rig,
    price_of,
)

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
GRACE = 1_000
UP, DOWN = 0, 1
WORK = 10  # of the uptime feed: it costs


@dataclass
class Level2:
    """A rig, and Chainlink's feed that tells whether its sequencer is up."""

    rig: Rig
    uptime_feed: Contract
    uptime: Contract

    def report(self, state: int) -> None:
        """Of now."""
        self.uptime_feed.transact("push", state, sender=self.rig.anyone)

    def come_back(self) -> None:
        """Up, the grace over; the price of both feeds is 2,010 of now."""
        self.report(UP)
        self.rig.chain.warp(GRACE + 1)
        for feed in (FEED, PULLED):
            self.rig.say(feed, 2_010 * WAD)


@pytest.fixture(scope="module")
def built() -> tuple[Level2, int]:
    chain = RevmChain()
    feed = chain.deploy("MockAggregatorProxy", 0, sender=chain.account(2))
    uptime = chain.deploy("SequencerUptime", feed.address, GRACE, sender=chain.account(2))
    return Level2(oracle.build(chain, uptime.address), feed, uptime), chain.snapshot()


@pytest.fixture
def level2(built: tuple[Level2, int]) -> Level2:
    """Up."""
    found, mark = built
    found.rig.chain.restore(mark)
    found.come_back()
    return found


@FEEDS
def test_up(level2: Level2, feed: int) -> None:
    assert level2.rig.read(feed) == price_of(2_010, level2.rig.now)


@FEEDS
def test_down_until_the_grace_is_over(level2: Level2, feed: int) -> None:
    rig = level2.rig
    at = rig.now
    level2.report(DOWN)
    assert rig.read(feed) == price_of(2_010, at, HALT)
    assert rig.refusal(at, 60, 0, feed) == "STALE"
    rig.chain.warp(100)
    level2.report(UP)
    rig.chain.warp(GRACE)
    assert rig.read(feed) == price_of(2_010, at, HALT)
    rig.chain.warp(1)
    rig.say(feed, 2_020 * WAD)
    assert rig.read(feed) == price_of(2_020, rig.now)


@FEEDS
def test_prices_that_arrive_meanwhile_are_remembered(level2: Level2, feed: int) -> None:
    rig = level2.rig
    level2.report(DOWN)
    rig.chain.warp(1)
    assert rig.say(feed, 2_020 * WAD).one("Observed")
    assert rig.read(feed) == price_of(2_020, rig.now, HALT)


@FEEDS
def test_no_fallback_meanwhile(level2: Level2, feed: int) -> None:
    rig = level2.rig
    rig.reset(feed, fallback_age=FALLBACK_AGE)
    at = rig.now
    rig.chain.warp(CLOSE_AGE + 1)
    rig.push_to(rig.fallback, 2_050 * WAD)
    assert rig.read(feed).status == AGED
    level2.report(DOWN)
    assert rig.read(feed) == price_of(2_010, at, HALT)


def test_a_starved_feed_is_told(level2: Level2) -> None:
    """By no gas limit it looks down."""
    rig = level2.rig
    level2.uptime_feed.transact("set_modes", WORK, WORK, WORK, sender=rig.anyone)
    told = set()
    whole = rig.oracle.attempt("read", PULLED, sender=rig.anyone)
    assert whole.gas > 100_000
    for gas in range(30_000, whole.gas + 20_000, 509):
        receipt = rig.oracle.attempt("read", PULLED, sender=rig.anyone, gas=gas)
        told.add(rig.oracle.returned("read", receipt)[4] if receipt.ok else receipt.error)
    # With too little for a call at all it reverts without a reason.
    assert told - {"", "OUT_OF_GAS"} == {NORMAL, "GAS"}


def test_which_it_is(level2: Level2, rig: Rig) -> None:
    assert level2.rig.oracle.call("UPTIME") == level2.uptime.address
    assert rig.oracle.call("UPTIME") == EMPTY


def test_an_address_without_code(rig: Rig) -> None:
    with pytest.raises(Reverted, match="BOUND"):
        rig.chain.deploy("OracleAdapter", rig.owner, rig.guardian, rig.anyone, sender=rig.anyone)
