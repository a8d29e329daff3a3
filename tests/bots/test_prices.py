"""Which observation an order fills at: of a push source by walking it, of a pull source by what has been brought."""

from __future__ import annotations

import pytest

from novation.bots.prices import Found, Published, PullPrices, PushPrices, prices_of
from novation.bots.service import unserved
from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.upstream.chainlink import deploy_push_feed
from tests.bots.conftest import PROOF, Floor
from tests.support.system import BTC, DUE, ETH, WAD

BEGIN = 1_000_000
WINDOW = 60
TIMES = (100, 200, 300, 400)


@pytest.fixture
def source() -> Contract:
    """With four observations at BEGIN + 100, 200, 300, 400."""
    chain = RevmChain(timestamp=BEGIN)
    source = chain.deploy("MockSource", True, sender=chain.account(0))
    for time in TIMES:
        publish(source, time)
    return source


def publish(source: Contract, time: int) -> None:
    chain = source._chain
    chain.set_time(BEGIN + time)
    source.transact("push", (4_000 + time) * WAD, sender=chain.account(0))


# due, now, number of the observation
CASES = {
    "first observation": (200, 400, 2),
    "in force where none came in the window": (201, 400, 2),
    "first of the window": (150, 400, 2),
    "the newest": (350, 400, 4),
    "window open": (401, 420, None),
    "window open to its last second": (401, 461, None),
    "in force": (401, 462, 4),
    "in force, not the newest": (201, 262, 2),
    "before all": (90, 400, 1),
    "long before all": (10, 400, None),
}


@pytest.mark.parametrize(("due", "now", "number"), CASES.values(), ids=CASES)
def test_found(source: Contract, due: int, now: int, number: int | None) -> None:
    prices = PushPrices(source)
    prices.refresh()
    found = prices.found(BEGIN + due, WINDOW, BEGIN + now)
    assert found == (None if number is None else Found(number))


def test_refresh_learns_what_was_missed(source: Contract) -> None:
    prices = PushPrices(source)
    assert (prices.updated_at, prices.mid) == (0, 0)
    assert prices.found(1, WINDOW, 1) is None
    prices.refresh()
    assert (prices.updated_at, prices.mid, prices.update) == (BEGIN + 400, 4_400 * WAD, b"")
    for time in (500, 600):
        publish(source, time)
    prices.refresh()
    assert (prices.updated_at, prices.mid) == (BEGIN + 600, 4_600 * WAD)
    assert prices.found(BEGIN + 450, WINDOW, BEGIN + 600) == Found(5)


def test_a_silent_source_changes_nothing(source: Contract) -> None:
    prices = PushPrices(source)
    prices.refresh()
    source.transact("set_modes", 1, 1, sender=source._chain.account(0))
    prices.refresh()
    assert (prices.updated_at, prices.mid) == (BEGIN + 400, 4_400 * WAD)


def test_a_source_before_its_first_observation() -> None:
    chain = RevmChain()
    prices = PushPrices(chain.deploy("MockSource", True, sender=chain.account(0)))
    prices.refresh()
    assert prices.found(1, WINDOW, chain.now) is None


def test_a_new_aggregator_starts_afresh() -> None:
    chain = RevmChain(timestamp=BEGIN)
    me = chain.account(0)
    try:
        feed, other = (deploy_push_feed(chain, "ETH", 8, WAD, 10**6 * WAD, me) for _ in range(2))
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    feed.push(4_000 * WAD)
    prices = PushPrices(chain.deploy("ChainlinkSource", feed.proxy.address, sender=me))
    prices.refresh()
    chain.set_time(BEGIN + 100)
    other.push(4_100 * WAD)
    feed.proxy.transact("proposeAggregator", other.aggregator.address, sender=me)
    feed.proxy.transact("confirmAggregator", other.aggregator.address, sender=me)
    prices.refresh()
    assert (prices.updated_at, prices.mid) == (BEGIN + 100, 4_100 * WAD)
    assert prices.found(BEGIN, WINDOW, BEGIN + 10**6) is None  # what was before is of no use


def test_what_has_to_be_brought(pulled: Floor) -> None:
    house = pulled.house
    prices = prices_of(house.system, house.keeper)[ETH]
    assert isinstance(prices, PullPrices)
    pulled.publish(ETH, 4_010)
    prices.refresh()
    assert (prices.mid, prices.updated_at) == (4_010 * WAD, house.now)
    assert prices.update == house.feeds[ETH].update
    house.oracle.transact("update", ETH, prices.update, sender=house.keeper, value=pulled.proof)
    prices.refresh()
    assert (prices.mid, prices.updated_at, prices.update) == (4_010 * WAD, house.now, b"")


def test_an_order_fills_at_what_was_brought_or_at_an_update(pulled: Floor) -> None:
    house = pulled.house
    prices = prices_of(house.system, house.keeper)[ETH]
    order = house.order(house.taker, ETH, WAD)
    due = order[DUE]
    prices.refresh()
    assert prices.found(due, WINDOW, due) is None  # there is none yet
    house.chain.set_time(due)
    pulled.publish(ETH, 4_010)
    first = house.feeds[ETH].update
    house.warp(8)
    pulled.publish(ETH, 4_020)
    prices.refresh()
    assert prices.found(due, WINDOW, house.now) == Found(0, first)
    for update in (house.feeds[ETH].update, first):  # the older one is kept beside the newest
        house.oracle.transact("update", ETH, update, sender=house.keeper, value=pulled.proof)
        prices.refresh()
    assert prices.found(due, WINDOW, house.now) == Found(0)


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_what_is_doubted_is_heard_and_may_be_brought_again(pulled: Floor) -> None:
    house = pulled.house
    prices = prices_of(house.system, house.keeper)[ETH]
    pulled.publish(ETH, 4_010)
    at, older = house.now, house.feeds[ETH].update
    house.warp(10)
    pulled.publish(ETH, 40)  # outside the band
    pulled.bring(ETH)
    prices.refresh()
    assert (prices.heard_at, prices.updated_at) == (at + 10, at + 10)
    assert prices.update == house.feeds[ETH].update

    class Behind(Published):
        def newest(self, market: int) -> bytes:
            return bytes(older)

    prices = prices_of(house.system, house.keeper, Behind({}))[ETH]
    prices.refresh()
    assert (prices.heard_at, prices.mid, prices.update) == (at + 10, 4_000 * WAD, b"")


def test_an_update_that_the_source_refuses_is_none(pulled: Floor) -> None:
    class Liar(Published):
        def newest(self, market: int) -> bytes:
            return b"not an update"

    house = pulled.house
    prices = prices_of(house.system, house.keeper, Liar({}))[ETH]
    prices.refresh()
    assert (prices.mid, prices.update) == (house.price(ETH), b"")


def test_each_market_has_its_own(pulled: Floor) -> None:
    house = pulled.house
    prices = prices_of(house.system, house.keeper)
    pulled.publish(BTC, 111_000)
    for market in (ETH, BTC):
        prices[market].refresh()
    assert prices[BTC].mid == 111_000 * WAD
    assert prices[ETH].mid == 4_000 * WAD


def test_fees_are_what_the_source_wants(pulled: Floor) -> None:
    assert pulled.proof == (PROOF if pulled.house.feeds[ETH].kind == "mock-pull" else 0)


def test_markets_that_nobody_has_prices_of(pulled: Floor, floor: Floor) -> None:
    nobody = Published({})
    assert unserved(pulled.house.system, nobody) == ["ETH", "BTC"]
    assert unserved(pulled.house.system, pulled.published) == []
    assert unserved(floor.house.system, nobody) == []  # they are asked


def test_networks_of_others_are_not_asked() -> None:
    nobody = Published({})
    assert nobody.newest(ETH) == nobody.update_at(ETH, 0) == b""
