"""A keeper leaves out the source's price: at the fallback's, the limit of a closing order must not burn it."""

from __future__ import annotations

import pytest

from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import DUE, ETH, WAD, House


@pytest.mark.parametrize("brings", ["nothing", "the order's own"])
def test_a_limit_is_not_judged_at_a_fallback_that_the_keeper_chose(brings: str) -> None:
    """A quiet market: its source says 4,000 all the time, the fallback lags by 47 of its 50 bps; the limit is 3,990."""
    house: House = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 100_000, 20)
    house.warp(1)
    house.system.fallbacks[ETH].publish(3_981 * WAD)
    house.warp(400)
    # (The premium of 20 of 100,000 ETH is 0.4 USD.)
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True, acceptable=3_990 * WAD)
    house.chain.set_time(order[DUE])
    tell(house, ETH, 4_000)
    own = newest(house, ETH)
    mark = house.chain.snapshot()
    honest = house.orders.transact("execute", order, 0, 0, own, sender=house.keeper)
    assert honest.one("Executed").args["code"] == ""
    house.chain.restore(mark)
    # A minute later the window is over.
    house.chain.set_time(order[DUE] + 61)
    tell(house, ETH, 4_000)
    mark = house.chain.snapshot()
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.outsider)
    honest = house.orders.transact("execute", order, 0, 0, own, sender=house.keeper)
    assert honest.one("Executed").args["code"] == ""
    house.chain.restore(mark)
    if brings == "nothing":
        reference = house.system.fallbacks[ETH].reference()
        receipt = house.orders.attempt("execute", order, 0, reference, b"", sender=house.attacker)
    else:
        house.chain.set_time(order[DUE] + 301)
        house.system.fallbacks[ETH].publish(3_981 * WAD)
        house.warp(1)
        receipt = house.orders.attempt("execute", order, 0, 0, own, sender=house.attacker)
    assert not receipt.ok, f"burned for {receipt.one('Executed').args['code']}"
