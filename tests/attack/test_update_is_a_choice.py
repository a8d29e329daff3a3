"""Whoever brings the price with an order or a liquidation chooses nothing by it: neither the price nor who is sound."""

from __future__ import annotations

import itertools

import pytest

from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from tests.support.moves import all_cash
from tests.support.stub import passed, passing
from tests.support.system import DUE, ETH, WAD, House, Order, build

FEE = 10**15  # wei, of the source


@pytest.fixture(scope="module")
def built() -> tuple[House, int]:
    """A house whose prices are brought. The taker is long 10 ETH at 4,000 with 3,000 USD."""
    house = build(load("local").with_sources("mock-pull", "mock"), RevmChain())
    house.provide(house.lp, 1_000_000)
    house.fund(house.taker, 3_000)
    house.trade(house.taker, ETH, 10 * WAD)
    return house, house.chain.snapshot()


@pytest.fixture
def house(built: tuple[House, int]) -> House:
    house, mark = built
    house.chain.restore(mark)
    house.system.rewind()
    return house


def published(house: House, order: Order, *prices: tuple[int, int]) -> list[bytes]:
    """What the network signs, at seconds after the order's due time, in dollars; nobody brings it."""
    feed = house.feeds[ETH]
    times = []
    for after, usd in prices:
        house.chain.set_time(order[DUE] + after)
        feed.publish(usd * WAD)
        times.append(house.now)
    return [feed.update_at(time) for time in times]


def execute(house: House, order: Order, update: bytes, value: int = 0) -> tuple[str | None, int]:
    """The revert code, the price of the fill (whole dollars)."""
    arguments = (order, 0, 0, update)
    receipt = house.orders.attempt("execute", *arguments, sender=house.attacker, value=value)
    return receipt.error, int(receipt.one("Filled").args["price"]) // WAD if receipt.ok else 0


def liquidate(house: House, update: bytes) -> str | None:
    arguments = (house.taker, ETH, update)
    error: str | None = house.liquidation.attempt("liquidate", *arguments, sender=house.attacker).error
    return error


class TestAnOrder:
    @pytest.fixture
    def order(self, house: House) -> Order:
        return house.order(house.taker, ETH, -WAD, reduce_only=True)

    def test_has_one_price_whatever_is_brought_with_it(self, house: House, order: Order) -> None:
        """The first at or after its due time; the others revert and the order lives."""
        updates = published(house, order, (-2, 3_990), (2, 4_000), (3, 4_100), (9, 3_900))
        mark = house.chain.snapshot()
        for update, code in zip(updates, ("EARLY", None, "PROOF", "PROOF"), strict=True):
            house.chain.restore(mark)
            assert execute(house, order, update) == (code, 0 if code else 4_000)

    def test_has_that_price_whatever_was_brought_before(self, house: House, order: Order) -> None:
        """Also where somebody has put another old price into its place a moment ago."""
        updates = published(house, order, (-2, 3_990), (2, 4_000), (3, 4_100), (9, 3_900))
        mark = house.chain.snapshot()
        for before in itertools.permutations(updates, 2):
            house.chain.restore(mark)
            for update in before:
                house.oracle.transact("update", ETH, update, sender=house.attacker)
            assert execute(house, order, updates[1]) == (None, 4_000)

    def test_lives_where_the_ether_is_too_little_and_keeps_none_of_it(self, house: House, order: Order) -> None:
        house.feeds[ETH].source.transact("set_price", FEE, sender=house.outsider)
        (update,) = published(house, order, (2, 4_000))
        for value in (0, 1, FEE - 1):
            assert execute(house, order, update, value) == ("FEE", 0)
        before = house.chain.balance(house.attacker)
        assert execute(house, order, update, 5 * FEE) == (None, 4_000)
        assert house.chain.balance(house.attacker) == before - FEE
        for part in (house.orders, house.oracle, house.vault, house.pool):
            assert house.chain.balance(part.address) == 0

    def test_lives_where_the_refund_is_not_taken(self, house: House, order: Order) -> None:
        (update,) = published(house, order, (2, 4_000))
        keeper = passing(house.chain)
        data = house.orders.encode("execute", order, 0, 0, update)
        assert passed(house.chain, keeper, house.orders, data, 1).error == "REFUND"
        assert house.lens.call("position", house.taker, ETH)[0] == 10 * WAD
        assert execute(house, order, update) == (None, 4_000)

    def test_is_filled_before_the_refund_calls_anybody(self, house: House, order: Order) -> None:
        """Whatever is done from there finds the fill booked: the trader's account is as without it."""
        other = house.order(house.taker, ETH, -WAD, reduce_only=True, slot=1)
        (update,) = published(house, order, (2, 4_000))
        data = house.orders.encode("execute", order, 0, 0, update)
        mark = house.chain.snapshot()
        calm = passing(house.chain)
        assert passed(house.chain, calm, house.orders, data, 0).ok
        expected = (house.cash(house.taker), house.lens.call("position", house.taker, ETH), all_cash(house))
        for part, function, arguments, succeeds in (
            (house.orders, "execute", (order, 0, 0, b""), False),
            (house.orders, "execute", (other, 1, 0, b""), False),
            (house.orders, "execute_many", ([other], [1], [0]), False),
            (house.orders, "cancel", (other, 1), False),
            (house.vault, "withdraw", (house.taker, 1, house.attacker), False),
            (house.liquidation, "liquidate", (house.taker, ETH, b""), False),
            (house.shares, "settle", (), False),
            (house.vault, "collect", (0,), True),
            (house.pool, "poke", (ETH,), True),
            (house.oracle, "update", (ETH, update), True),
        ):
            house.chain.restore(mark)
            keeper = passing(house.chain, (part.address, part.encode(function, *arguments)))
            assert passed(house.chain, keeper, house.orders, data, 1).ok
            assert house.chain.storage(keeper.address, 0) == 1 + succeeds, function
            position = house.lens.call("position", house.taker, ETH)
            assert (house.cash(house.taker), position) == expected[:2]
            if function != "collect":
                assert all_cash(house) == expected[2]


class TestALiquidation:
    def test_is_at_the_newest_price(self, house: House) -> None:
        """A low between two prices has passed: it liquidates nobody, whoever brings it."""
        feed = house.feeds[ETH]
        house.warp(10)
        feed.publish(3_700 * WAD)
        low = feed.update
        house.warp(1)
        feed.publish(4_000 * WAD)
        mark = house.chain.snapshot()
        assert liquidate(house, low) is None
        house.chain.restore(mark)
        assert liquidate(house, feed.update) == "HEALTHY"
        house.oracle.transact("update", ETH, feed.update, sender=house.taker)
        assert liquidate(house, low) == "HEALTHY"

    def test_brings_its_price_with_it(self, house: House) -> None:
        feed = house.feeds[ETH]
        house.warp(10)
        feed.publish(3_700 * WAD)
        assert liquidate(house, b"") == "HEALTHY"
        assert liquidate(house, feed.update) is None
