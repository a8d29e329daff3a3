"""While a round is the newest the market walks within the feed's threshold: a late fill must pay for that look."""

from __future__ import annotations

from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from tests.support.system import DUE, ETH, WAD, House, build

SIZE = 250 * WAD
WAIT = 840  # seconds, shortly before the next round


def test_a_fill_long_after_its_round_pays_the_threshold(system: House) -> None:
    house = system
    house.provide(house.lp, 5_000_000)
    house.fund(house.attacker, 100_000)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    order = house.order(house.attacker, ETH, -SIZE, reduce_only=True, fee=WAD // 2)
    reference = house.round_at(order, 4_000)
    # Outside it falls by 0.45 percent; the threshold is 0.5, so no round comes. Had it risen he would not fill.
    house.warp(WAIT)
    receipt = house.orders.transact("execute", order, 0, reference, b"", sender=house.attacker)
    charge = int(receipt.one("Filled").args["charge"])
    assert charge >= 5_000 * WAD, f"charged {charge / WAD} for a look worth up to 5,000"


def test_a_fill_long_after_a_price_that_was_brought_shows_a_newer_one() -> None:
    """The trader holds the update back, looks at the market for that long, and fills where it has won."""
    house = build(load("local").with_sources("mock-pull", "mock"), RevmChain())
    house.provide(house.lp, 5_000_000)
    house.fund(house.attacker, 100_000)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    order = house.order(house.attacker, ETH, -SIZE, reduce_only=True, fee=WAD // 2)
    house.chain.set_time(order[DUE])
    feed = house.feeds[ETH]
    feed.publish(4_000 * WAD)
    update = feed.update
    house.warp(WAIT)
    assert house.orders.attempt("execute", order, 0, 0, update, sender=house.attacker).error == "STALE"
    house.set_price(ETH, 3_982)  # he has to show what he has seen
    receipt = house.orders.transact("execute", order, 0, 0, update, sender=house.attacker)
    assert receipt.one("Filled").args["price"] == 3_982 * WAD, "sold at 4,000 what he saw at 3,982"
