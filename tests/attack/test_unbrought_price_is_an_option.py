"""Who alone would bring a price must not win by leaving it out: an order's old price against the one of now."""

from __future__ import annotations

from novation.model.feeds import LATE
from novation.model.sources import update_bytes
from tests.support.pulled import newest, tell
from tests.support.system import DUE, ETH, WAD, House

SIZE = 250 * WAD


def test_a_ladder_of_free_closes_does_not_sell_at_the_best_price_of_five_minutes(pulled: House) -> None:
    """As test_closing_without_fee_is_an_option, where nobody but the trader brings prices of the quiet market."""
    house = pulled
    house.fund(house.attacker, 100_000)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    feed = house.feeds[ETH]
    ladder = []
    for slot, usd in enumerate((4_005, 4_040, 3_990, 3_980)):
        order = house.order(house.attacker, ETH, -SIZE, reduce_only=True, fee=0, slot=slot)
        house.chain.set_time(order[DUE])
        tell(house, ETH, usd)
        ladder.append((order, slot, usd))
        house.warp(60)
    tell(house, ETH, 3_980)
    order, slot, _ = max(ladder, key=lambda rung: rung[2])
    update = feed.update_at(order[DUE])
    refused = house.orders.attempt("execute", order, slot, 0, update, sender=house.attacker)
    assert refused.error == "STALE"
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.attacker)
    receipt = house.orders.transact("execute", order, slot, 0, update, sender=house.attacker)
    assert receipt.one("Filled").args["price"] == 3_980 * WAD


def test_an_unattended_opening_is_no_free_option(pulled: House) -> None:
    """Where the fee does not pay a keeper's gas: the trader would open at the old price what has won."""
    house = pulled
    house.fund(house.attacker, 100_000)
    house.set_price(ETH, 4_000)
    order = house.order(house.attacker, ETH, 100 * WAD, fee=WAD // 2)
    house.chain.set_time(order[DUE])
    tell(house, ETH, 4_000)
    house.warp(LATE + 1)
    tell(house, ETH, 4_030)
    update = house.feeds[ETH].update_at(order[DUE])
    assert house.orders.attempt("execute", order, 0, 0, update, sender=house.attacker).error == "STALE"
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.attacker)
    receipt = house.orders.transact("execute", order, 0, 0, update, sender=house.attacker)
    assert receipt.one("Filled").args["price"] == 4_030 * WAD


def test_a_late_close_is_judged_by_a_price_of_now(pulled: House) -> None:
    """A straddle: long and short in two accounts, each with a free close of one moment; one of them wins."""
    house = pulled
    for account in (house.attacker, house.hedger):
        house.fund(account, 100_000)
    house.set_price(ETH, 4_000)
    before = house.cash(house.attacker) + house.cash(house.hedger)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    house.trade(house.hedger, ETH, -SIZE, 4_000)
    closing = house.order(house.attacker, ETH, -SIZE, reduce_only=True, fee=0)
    house.chain.set_time(closing[DUE])
    tell(house, ETH, 4_000)
    update = house.feeds[ETH].update_at(closing[DUE])
    house.warp(290)
    tell(house, ETH, 3_900)
    # The long would close at 4,000, the short stay and be closed at 3,900.
    refused = house.orders.attempt("execute", closing, 0, 0, update, sender=house.attacker)
    assert refused.error == "STALE"
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.attacker)
    house.orders.transact("execute", closing, 0, 0, update, sender=house.attacker)
    other = house.order(house.hedger, ETH, SIZE, reduce_only=True, fee=0)
    house.chain.set_time(other[DUE])
    tell(house, ETH, 3_900)
    house.orders.transact("execute", other, 0, 0, newest(house, ETH), sender=house.hedger)
    gain = (house.cash(house.attacker) + house.cash(house.hedger) - before) // WAD
    assert gain <= 0


def test_nobody_settles_lp_shares_at_the_best_price_since_the_end_of_the_epoch(pulled: House) -> None:
    """LPs are paid at a price that somebody picked, not at the first after the epoch nor at the newest."""
    house = pulled
    house.fund(house.taker, 200_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, SIZE, 4_000)
    shares = house.balance(house.lp)
    house.shares.transact("request_redeem", shares // 2, sender=house.lp)
    closes_at = house.shares.call("batches")[2]
    house.chain.set_time(closes_at)
    mark = house.chain.snapshot()
    ends = {}
    for pick in (0, 1, 2):
        house.chain.restore(mark)
        updates = []
        for at, usd in ((closes_at, 4_000), (closes_at + 100, 3_960), (closes_at + 200, 4_040)):
            house.chain.set_time(at)
            updates.append(update_bytes(usd * WAD, 0, at, at - 1))
        house.chain.set_time(closes_at + 290)
        house.oracle.transact("update", ETH, updates[pick], sender=house.lp)
        receipt = house.shares.attempt("settle", sender=house.lp)
        ends[pick] = receipt.error
    assert ends == {0: "STALE", 1: "STALE", 2: "STALE"}
