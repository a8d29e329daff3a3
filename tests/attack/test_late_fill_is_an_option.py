"""Orders that nobody could or would fill in time must not become a choice among the prices of an hour."""

from __future__ import annotations

from tests.support.system import DUE, ETH, WAD, House

QUARTER = 900
SIZE = 20 * WAD


def test_a_ladder_of_closes_behind_the_credit_limit_gives_no_choice_of_price(system: House) -> None:
    house = system
    house.provide(house.lp, 40_000)
    for account in (house.attacker, house.hedger):
        house.fund(account, 60_000)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    house.trade(house.hedger, ETH, -SIZE, 4_000)
    house.vault.transact("set_credit", 0, 0, sender=house.owner)
    # From here the winner's close is beyond the pool's cash: honest keepers try each order at its round and get CREDIT.
    ladder = []
    for slot, usd in enumerate((6_500, 6_900, 6_400, 6_300)):
        order = house.order(house.attacker, ETH, -SIZE, reduce_only=True, slot=slot)
        reference = house.round_at(order, usd)
        house.set_price(1)
        code = house.orders.attempt("execute", order, slot, reference, b"", sender=house.keeper).error
        assert code == "CREDIT"
        ladder.append((order, slot, reference, usd))
        house.warp(QUARTER)
    # An hour later the price is 6,300; the loser's cash opens the door to the best of four.
    house.refresh()
    best = max(ladder, key=lambda rung: rung[3])
    house.vault.transact("realise", house.hedger, ETH, sender=house.attacker)
    receipt = house.orders.transact("execute", best[0], best[1], best[2], b"", sender=house.attacker)
    assert receipt.one("Filled").args["price"] == 6_300 * WAD, "sold at 6,900 what is worth 6,300"


def test_an_unattended_order_is_no_free_option(system: House) -> None:
    """Where the fee does not pay a keeper's gas the trader fills what has won, and is refunded where not."""
    house = system
    house.provide(house.lp, 1_000_000)
    house.fund(house.attacker, 20_000)
    house.set_price(ETH, 4_000)
    before = house.cash(house.attacker)
    order = house.order(house.attacker, ETH, 20 * WAD, fee=WAD // 2)
    reference = house.round_at(order, 4_000)
    house.chain.set_time(order[DUE] + QUARTER)
    house.set_price(ETH, 4_080)
    receipt = house.orders.attempt("execute", order, 0, reference, b"", sender=house.attacker)
    assert receipt.ok
    worth = house.lens.call("health_many", [house.attacker])[0][1]
    assert int(worth) - before < 0, f"{(int(worth) - before) / WAD} USD at once, at no risk"
