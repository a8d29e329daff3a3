"""While a round is the newest the market walks within the feed's threshold: a late fill must pay for that look."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House

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
    receipt = house.orders.transact("execute", order, 0, reference, sender=house.attacker)
    charge = int(receipt.one("Filled").args["charge"])
    assert charge >= 5_000 * WAD, f"charged {charge / WAD} for a look worth up to 5,000"
