"""The largest values, the least gas, and a refund that calls back."""

from __future__ import annotations

from tests.support.oracle import PULLED, Rig
from tests.support.pulled import tell
from tests.support.system import DUE, ETH, WAD, House


def test_no_gas_limit_ends_an_order_that_brings_its_price(pulled: House) -> None:
    house = pulled
    house.fund(house.taker, 100_000)
    house.set_price(ETH, 4_000)
    house.feeds[ETH].source.transact("set_price", 1_000, sender=house.owner)
    order = house.order(house.taker, ETH, 10 * WAD)
    house.chain.set_time(order[DUE])
    tell(house, ETH, 4_000)
    update = house.feeds[ETH].update_at(order[DUE])
    mark = house.chain.snapshot()
    codes = set()
    for gas in range(60_000, 500_000, 997):
        house.chain.restore(mark)
        receipt = house.orders.attempt("execute", order, 0, 0, update, sender=house.keeper, value=5_000, gas=gas)
        codes.add(receipt.one("Executed").args["code"] if receipt.ok else "reverted")
    assert codes == {"", "reverted"}


def test_words_hold_the_largest_of_every_field(rig: Rig) -> None:
    top = {"band_low": (1, 0), "band_high": (5_192, 30), "deviation": 9_999, "confidence": 9_999, "move": 9_999}
    most = {"calm": 2**15 - 2, "swing": 9_999, "window": 2**20 - 1, "trade_age": 2**20 - 1, "close_age": 2**20 - 1}
    vouched = {"divergence": 9_999, "reference_age": 2**20 - 1, "refresh": 2**20 - 1}
    mid = 5_192 * 10**30 - 1
    rig.push_to(rig.reference, mid)
    rig.reset(PULLED, **top, **most, **vouched, fallback_age=2**20 - 1)
    for number, confidence in enumerate((0, (mid - 1) * 9_999 // 10_000)):
        rig.chain.warp(1)
        assert rig.bring_mid(mid - number, gap=2**20 - 1, confidence=confidence)
        low, found, high, _, _ = rig.oracle.call("read", PULLED)
        highest, spread = rig.oracle.call("bounds", PULLED)
        assert found == mid - number
        assert high <= highest
        assert spread == 999_900
        assert low == found // 10_000
    settings, _ = rig.oracle.call("feed_at", PULLED)
    assert settings == tuple(rig.settings(PULLED, **top, **most, **vouched, fallback_age=2**20 - 1).values())
    assert not rig.bring_mid(2**112 - 1, rig.now - 1)


def test_who_is_refunded_gains_nothing_by_calling_back(pulled: House) -> None:
    """The refund is the last thing: the order is gone, the account judged, the ether counted."""
    house = pulled
    house.fund(house.taker, 100_000)
    house.set_price(ETH, 4_000)
    house.feeds[ETH].source.transact("set_price", 1_000, sender=house.owner)
    actor = house.chain.deploy("Attacker", sender=house.keeper)
    order = house.order(house.taker, ETH, 10 * WAD)
    house.chain.set_time(order[DUE])
    tell(house, ETH, 4_000)
    update = house.feeds[ETH].update_at(order[DUE])
    again = [
        (house.orders.address, house.orders.encode("execute", order, 0, 0, update), True),
        (house.orders.address, house.orders.encode("execute", order, 0, 0, b""), True),
        (house.orders.address, house.orders.encode("claim", actor.address), True),
        (house.liquidation.address, house.liquidation.encode("liquidate", house.taker, ETH, b""), True),
    ]
    actor.transact("plan", again, sender=house.keeper)
    call = house.orders.encode("execute", order, 0, 0, update)
    receipt = actor.attempt("act", house.orders.address, call, sender=house.keeper, value=9_000)
    assert receipt.ok, receipt.error
    assert actor.call("called_back") == 1
    assert actor.call("succeeded") == 0
