"""A keeper leaves out the price of another market of the account: a closing order must not be burned for MARGIN."""

from __future__ import annotations

import pytest

from tests.support.pulled import hedged, newest, tell
from tests.support.system import BTC, DUE, ETH, WAD, House


@pytest.mark.parametrize("age", [100, 3_600], ids=["aged", "halted by age alone"])
def test_a_close_of_a_hedged_account_is_not_burned(pulled: House, age: int) -> None:
    """Long 100 ETH, short as much BTC; the whole market falls by 12%; the trader closes half of the ETH."""
    house = pulled
    hedged(house, 45_000)
    house.warp(age)
    order = house.order(house.hedger, ETH, -50 * WAD, reduce_only=True, fee=0)
    house.chain.set_time(order[DUE])
    tell(house, ETH, 3_520)
    tell(house, BTC, 88_000)
    mark = house.chain.snapshot()
    house.oracle.transact("update", BTC, newest(house, BTC), sender=house.outsider)
    receipt = house.orders.transact("execute", order, 0, 0, newest(house, ETH), sender=house.keeper)
    assert receipt.one("Executed").args["code"] == ""
    house.chain.restore(mark)
    receipt = house.orders.attempt("execute", order, 0, 0, newest(house, ETH), sender=house.attacker)
    assert not receipt.ok, f"burned for {receipt.one('Executed').args['code']}"
