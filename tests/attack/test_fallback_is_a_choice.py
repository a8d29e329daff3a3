"""A pull feed whose source is silent: what its fallback prices, and what not."""

from __future__ import annotations

from tests.support.oracle import AGED, PULLED, Rig
from tests.support.pulled import exposed, pulled_house, tell
from tests.support.system import DUE, ETH, WAD, House


def quiet() -> House:
    """A pull source with a fallback that publishes every hour or at 50 bps, as Chainlink's."""
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 100_000, 20)
    house.warp(1)
    house.system.fallbacks[ETH].publish(4_000 * WAD)
    return house


def test_who_holds_a_position_can_close_at_a_fallback_that_publishes_by_the_hour() -> None:
    """The source is dead for good; the fallback's price is ten minutes old, six times inside its age."""
    house = quiet()
    house.warp(600)
    assert house.oracle.call("read", ETH)[4] == AGED
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True)
    house.chain.set_time(order[DUE] + 61)
    reference = house.system.fallbacks[ETH].reference()
    receipt = house.orders.attempt("execute", order, 0, reference, b"", sender=house.keeper)
    assert receipt.ok, receipt.error


def test_a_fallback_fill_pays_for_the_threshold_of_the_fallback() -> None:
    """It walks 50 bps unseen, and is filled with the 10 bps of the network that is silent."""
    house = quiet()
    house.warp(400)
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True)
    house.system.fallbacks[ETH].publish(4_000 * WAD)
    house.chain.set_time(order[DUE] + 61)
    tell(house, ETH, 3_981)
    reference = house.system.fallbacks[ETH].reference()
    receipt = house.oracle.transact("observe_at", ETH, order[DUE], 50, reference, sender=house.outsider)
    _, mid, spread = house.oracle.returned("observe_at", receipt)
    assert mid == 4_000 * WAD
    assert spread == 5_000


def test_one_order_has_one_price_though_its_own_is_stored(rig: Rig) -> None:
    """Nothing is withheld: its observation is stored, and after close_age the fallback has another price for it."""
    rig.reset(PULLED, fallback_age=1_800)
    at = rig.now
    rig.push_to(rig.fallback, 2_010 * WAD, at)
    rig.bring(2_000, at)
    first = rig.oracle.returned("observe_at", rig.oracle.attempt("observe_at", PULLED, at, 10, 0, sender=rig.anyone))
    rig.chain.warp(3_601)
    number = rig.push_to(rig.fallback, 2_030 * WAD)
    prices = {first[1]}
    for id in range(1, number + 1):
        receipt = rig.oracle.attempt("observe_at", PULLED, at, 10, id, sender=rig.anyone)
        if receipt.ok:
            prices.add(rig.oracle.returned("observe_at", receipt)[1])
    assert len(prices) == 1, prices
