"""Orders through the whole house in process: market, limit, stop, take-profit, reduce-only; every fault of a trader."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.protocol import Reverted
from tests.support.system import BTC, DUE, ETH, FEE, WAD, House


@pytest.fixture
def house(system: House) -> House:
    """A pool with a million, a trader with 10,000 USD."""
    system.provide(system.lp, 1_000_000)
    system.fund(system.taker, 10_000)
    return system


def size(house: House, market: int = ETH) -> int:
    return int(house.lens.call("position", house.taker, market)[0])


def escrow(house: House) -> int:
    return house.cash(house.orders.address)


def outcome(house: House, order: Any, usd: float | None = None, slot: int = 0) -> str:
    """The code with which an order ends at its round."""
    return str(house.fill(order, usd, slot).one("Executed").args["code"])


def test_a_market_order_from_deposit_to_claim(house: House) -> None:
    order = house.order(house.taker, ETH, WAD)
    assert escrow(house) == FEE
    assert house.lens.call("account", house.taker)[5] is True  # pending
    assert outcome(house, order) == ""
    assert size(house) == WAD
    assert house.lens.call("account", house.taker)[5] is False
    assert escrow(house) == FEE == house.orders.call("earned", house.keeper)
    house.orders.transact("claim", house.keeper, sender=house.outsider)
    assert escrow(house) == 0
    assert house.cash(house.keeper) == FEE


def test_it_fills_at_its_own_price_although_a_newer_is_known(house: House) -> None:
    order = house.order(house.taker, ETH, WAD)
    reference = house.round_at(order, 4_000)
    house.warp(30)
    house.set_price(ETH, 4_100)
    receipt = house.orders.transact("execute", order, 0, reference, b"", sender=house.keeper)
    assert receipt.one("Filled").args["price"] == 4_000 * WAD
    assert house.price(ETH) == 4_100 * WAD


def test_without_a_round_it_fills_at_the_one_in_force_with_the_spread(house: House) -> None:
    order = house.order(house.taker, ETH, WAD)
    before = house.feeds[ETH].reference()
    window = house.system.parameters.orders.window
    house.chain.set_time(order[DUE] + window)
    attempt = house.orders.attempt("execute", order, 0, before, b"", sender=house.keeper)
    assert attempt.error == "EARLY"
    house.warp(1)
    receipt = house.orders.transact("execute", order, 0, before, b"", sender=house.keeper)
    filled = receipt.one("Filled").args
    market = house.market(ETH)
    assert filled["price"] == 4_000 * WAD
    rate = market.taker_ppm + market.feed.deviation_bps * 100
    assert filled["charge"] == 4_000 * WAD * rate // 10**6


def test_the_acceptable_price_bounds_it(house: House) -> None:
    assert outcome(house, house.order(house.taker, ETH, WAD, acceptable=4_000 * WAD)) == "PRICE"
    assert (size(house), escrow(house)) == (0, FEE)
    assert outcome(house, house.order(house.taker, ETH, WAD, acceptable=4_001 * WAD)) == ""
    assert outcome(house, house.order(house.taker, ETH, -WAD, acceptable=4_001 * WAD)) == "PRICE"


def test_a_stop_gapped_over_fills_after_the_gap(house: House) -> None:
    house.trade(house.taker, ETH, WAD)
    stop = house.order(house.taker, ETH, -WAD, reduce_only=True, trigger=3_900 * WAD)
    house.warp(60)
    house.set_price(ETH, 3_950)
    assert house.orders.attempt("trigger", stop, 0, sender=house.keeper).error == "TRIGGER"
    house.warp(60)
    house.set_price(ETH, 3_850)
    fired = house.orders.transact("trigger", stop, 0, sender=house.keeper).one("Triggered").args["order"]
    receipt = house.fill(fired, 3_700)
    assert receipt.one("Executed").args["code"] == ""
    assert receipt.one("Filled").args["price"] == 3_700 * WAD
    assert size(house) == 0


def test_a_take_profit(house: House) -> None:
    house.trade(house.taker, ETH, WAD)
    order = house.order(house.taker, ETH, -WAD, reduce_only=True, trigger=4_200 * WAD, trigger_above=True)
    house.warp(60)
    house.set_price(ETH, 4_200)
    fired = house.orders.transact("trigger", order, 0, sender=house.keeper).one("Triggered").args["order"]
    assert outcome(house, fired) == ""
    assert size(house) == 0


def test_reduce_only_closes_at_most_the_position(house: House) -> None:
    house.trade(house.taker, ETH, WAD)
    assert outcome(house, house.order(house.taker, ETH, -5 * WAD, reduce_only=True)) == ""
    assert size(house) == 0
    assert outcome(house, house.order(house.taker, ETH, -WAD, reduce_only=True)) == "REDUCE"


def test_margin(house: House) -> None:
    """It could be committed; the market moved until the fill."""
    house.trade(house.taker, BTC, 9 * WAD // 10)
    order = house.order(house.taker, ETH, 10 * WAD)
    reference = house.round_at(order)
    house.warp(5)
    house.set_price(BTC, 104_000)
    receipt = house.orders.transact("execute", order, 0, reference, b"", sender=house.keeper)
    assert receipt.one("Executed").args["code"] == "MARGIN"
    assert len(receipt.find("Released")) == 1
    assert (size(house), size(house, BTC)) == (0, 9 * WAD // 10)
    assert house.lens.call("account", house.taker)[5] is False


def test_dust(house: House) -> None:
    assert outcome(house, house.order(house.taker, ETH, WAD // 100)) == "DUST"


def test_capped(house: House) -> None:
    house.fund(house.taker, 1_000_000)
    position_cap = house.market(ETH).position_cap_bps * house.market(ETH).skew_scale // 10_000
    assert outcome(house, house.order(house.taker, ETH, position_cap + 1)) == "CAPPED"
    assert outcome(house, house.order(house.taker, ETH, WAD)) == ""


def test_one_opening_order_at_a_time_and_no_withdrawal_meanwhile(house: House) -> None:
    house.order(house.taker, ETH, WAD)
    with pytest.raises(Reverted, match="BUSY"):
        house.order(house.taker, BTC, WAD // 10, slot=1)
    attempt = house.vault.attempt("withdraw", house.taker, 1, house.taker, sender=house.taker)
    assert attempt.error == "PENDING"
    # What closes may go beside it, as long as it takes nothing out of the account.
    with pytest.raises(Reverted, match="PENDING"):
        house.order(house.taker, ETH, -WAD, reduce_only=True, slot=2)
    house.order(house.taker, ETH, -WAD, reduce_only=True, slot=2, fee=0)


def test_a_pause_keeps_an_opening_order_alive_until_it_can_be_cancelled(house: House) -> None:
    order = house.order(house.taker, ETH, WAD)
    reference = house.round_at(order)
    house.vault.transact("pause", 2, sender=house.guardian)
    assert house.orders.attempt("execute", order, 0, reference, b"", sender=house.keeper).error == "PAUSED"
    with pytest.raises(Reverted, match="PAUSED"):
        house.order(house.maker, ETH, WAD)
    before = house.cash(house.taker)
    terms = house.system.parameters.orders
    house.chain.set_time(order[DUE] + terms.window + terms.grace + 1)
    house.orders.transact("cancel", order, 0, sender=house.taker)
    assert house.cash(house.taker) == before + FEE
    assert escrow(house) == 0


def test_a_reduction_fills_while_paused(house: House) -> None:
    house.trade(house.taker, ETH, WAD)
    house.vault.transact("pause", 7, sender=house.guardian)
    assert outcome(house, house.order(house.taker, ETH, -WAD, reduce_only=True)) == ""
    assert size(house) == 0


def test_the_escrow_is_open_fees_and_unclaimed_earnings(house: House) -> None:
    """Invariant 21."""
    house.fund(house.maker, 10_000)
    expected = 0
    for number, (account, usd) in enumerate(((house.taker, 4_000), (house.maker, 4_000), (house.taker, 4_010))):
        fee = FEE + number
        order = house.order(account, ETH, WAD, fee=fee, slot=number)
        expected += fee
        assert escrow(house) == expected
        assert outcome(house, order, usd, number) == ""
        assert escrow(house) == expected
        house.warp(20)
    stop = house.order(house.taker, ETH, -WAD, reduce_only=True, trigger=WAD, fee=2 * FEE, slot=5)
    assert escrow(house) == expected + 2 * FEE
    house.orders.transact("cancel", stop, 5, sender=house.taker)
    assert escrow(house) == expected == house.orders.call("earned", house.keeper)
    house.orders.transact("claim", house.keeper, sender=house.keeper)
    assert escrow(house) == 0
