"""Bad debt is recognised in the liquidation that makes it: nobody's claim is on money that is not there."""

from __future__ import annotations

import pytest

from tests.support.moves import all_cash, insure
from tests.support.system import BTC, ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 1_000_000)
    for role in ("taker", "maker"):
        system.fund(system.roles[role], 20_000)
    system.fund(system.hedger, 3_000)
    system.trade(system.hedger, ETH, 10 * WAD)
    return system


@pytest.mark.parametrize("insurance", [0, 500, 100_000])
def test_no_account_keeps_a_debt(house: House, insurance: int) -> None:
    insure(house, insurance)
    total = all_cash(house)
    house.set_price(ETH, 3_400)
    receipt = house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)
    deficit = receipt.one("Liquidated").args["deficit"]
    assert deficit > 2_900 * WAD
    assert (house.cash(house.hedger), house.vault.call("debts")) == (0, 0)
    assert all_cash(house) == total
    assert house.cash(house.vault.address) >= 0
    assert house.token.call("balanceOf", house.vault.address) * 10**12 >= all_cash(house)


def test_the_share_price_falls_at_once(house: House) -> None:
    """All LPs bear it, by the book, before anybody can leave at the old price."""
    house.set_price(ETH, 3_400)
    house.pool.transact("poke", ETH, sender=house.outsider)
    before = house.lens.call("book", 0)[3]
    house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)
    assert before - house.lens.call("book", 0)[3] > 2_900 * WAD


def test_one_call_for_all_its_markets(house: House) -> None:
    """The debt of one market is not hidden by a position in another."""
    house.trade(house.hedger, BTC, WAD // 200)
    house.set_price(ETH, 3_400)
    house.set_price(BTC, 112_000)
    house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)
    assert house.lens.call("account", house.hedger)[3] == 0
    assert house.cash(house.hedger) == 0
