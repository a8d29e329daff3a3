"""While an L2's sequencer is down, and until its grace is over, nobody trades and nobody is liquidated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from tests.support.system import ETH, WAD, House, Order, build

GRACE = 3_600
UP, DOWN = 0, 1


@dataclass
class Level2:
    """A house, and Chainlink's feed that tells whether its sequencer is up."""

    house: House
    feed: Contract

    def report(self, state: int) -> None:
        """Of now."""
        self.feed.transact("push", state, sender=self.house.outsider)


@pytest.fixture(scope="module")
def built() -> tuple[Level2, int]:
    """The taker is long 10 ETH at 4,000 with 3,000 USD."""
    chain = RevmChain()
    someone = chain.account(0)
    feed = chain.deploy("MockAggregatorProxy", 0, sender=someone)
    uptime = chain.deploy("SequencerUptime", feed.address, GRACE, sender=someone)
    feed.transact("push", UP, sender=someone)
    chain.warp(GRACE + 1)
    house = build(replace(load("local"), uptime=uptime.address), chain)
    house.provide(house.lp, 1_000_000)
    house.fund(house.taker, 3_000)
    house.trade(house.taker, ETH, 10 * WAD)
    return Level2(house, feed), chain.snapshot()


@pytest.fixture
def level2(built: tuple[Level2, int]) -> Level2:
    found, mark = built
    found.house.chain.restore(mark)
    return found


def fills(house: House, order: Order, reference: int) -> str | None:
    error: str | None = house.orders.attempt("execute", order, 0, reference, b"", sender=house.keeper).error
    return error


def liquidates(house: House) -> str | None:
    error: str | None = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error
    return error


def test_no_trade_and_no_liquidation_until_the_grace_is_over(level2: Level2) -> None:
    house = level2.house
    order = house.order(house.taker, ETH, -WAD, reduce_only=True)
    reference = house.round_at(order, 3_790)
    mark = house.chain.snapshot()
    assert fills(house, order, reference) is None
    house.chain.restore(mark)
    assert liquidates(house) is None
    house.chain.restore(mark)
    level2.report(DOWN)
    assert (fills(house, order, reference), liquidates(house)) == ("STALE", "HALTED")
    house.warp(60)
    level2.report(UP)
    assert (fills(house, order, reference), liquidates(house)) == ("STALE", "HALTED")
    house.warp(GRACE)
    assert (fills(house, order, reference), liquidates(house)) == ("STALE", "HALTED")
    house.warp(1)
    assert liquidates(house) is None


def test_a_trader_has_the_grace_to_save_himself(level2: Level2) -> None:
    """A deposit needs no price."""
    house = level2.house
    house.set_price(ETH, 3_790)
    level2.report(DOWN)
    house.warp(600)
    level2.report(UP)
    house.fund(house.taker, 1_000)
    house.warp(GRACE + 1)
    house.set_price(ETH, 3_790)
    assert liquidates(house) == "HEALTHY"


def test_the_lenders_wait_as_well(level2: Level2) -> None:
    house = level2.house
    house.shares.transact("request_redeem", WAD, sender=house.lp)
    level2.report(DOWN)
    house.end_epoch()
    assert house.shares.attempt("settle", sender=house.keeper).error == "STALE"
    level2.report(UP)
    house.warp(GRACE + 1)
    house.refresh()
    assert house.shares.attempt("settle", sender=house.keeper).ok
