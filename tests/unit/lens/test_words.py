"""The unpacked words: account, pool_at, market_config, market_state, position, book."""

from __future__ import annotations

import pytest

from novation.chain.abi import checksum
from novation.chain.protocol import Reverted
from novation.model.market import Config
from tests.support import stored
from tests.support.bench import BTC, CREDIT, ETH, MARKETS, WAD, Bench

EMPTY = checksum(bytes(20))


def test_account(bench: Bench) -> None:
    bench.open(bench.trader, WAD, BTC)
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    cash, debt_index, flagged_at, markets, collaterals, pending = bench.lens.call("account", bench.trader)
    assert (debt_index, flagged_at, markets, collaterals, pending) == (0, 0, 1 << BTC, 0, True)
    assert cash == bench.cash(bench.trader)


def test_a_debt(bench: Bench) -> None:
    bench.vault.transact("release", bench.trader, 5, False, sender=bench.order_module)
    assert bench.lens.call("account", bench.order_module)[0] == -5


def test_pool_at(bench: Bench) -> None:
    assert bench.lens.call("pool_at", 0) == (bench.pool.address, MARKETS, 10_000, CREDIT * WAD, bench.shares)
    assert bench.lens.call("pool_at", 1) == (EMPTY, 0, 0, 0, EMPTY)


@pytest.mark.parametrize("market", [ETH, BTC])
def test_market(bench: Bench, market: int) -> None:
    assert Config(*bench.lens.call("market_config", market)) == Config(*bench.struct(market))
    bench.open(bench.trader, WAD, market)
    found = bench.market(market)
    state = bench.lens.call("market_state", market)
    assert tuple(state) == (WAD, 0, found.accrued_at, found.funding, found.rate, found.price, found.basis)


@pytest.mark.parametrize("delta", [WAD, -WAD])
def test_position(bench: Bench, delta: int) -> None:
    bench.open(bench.trader, delta)
    assert tuple(bench.lens.call("position", bench.trader, ETH)) == tuple(bench.position(bench.trader))


@pytest.mark.parametrize("delta", [10 * WAD, -10 * WAD])
def test_book(bench: Bench, delta: int) -> None:
    bench.open(bench.trader, delta)
    book = bench.book()
    nav = bench.cash(bench.pool.address) - book.liability - book.owed
    assert tuple(bench.lens.call("book", 0)) == (*book, nav)
    # Premium and four fifths of the fee are the pool's at once.
    assert nav == pytest.approx(5_000_016 * WAD, abs=5 * WAD)


@pytest.mark.parametrize("function", ["market_config", "market_state", "position"])
def test_no_such_market(bench: Bench, function: str) -> None:
    for market in (16, 32):
        leading = (bench.trader,) if function == "position" else ()
        with pytest.raises(Reverted) as refused:
            bench.lens.call(function, *leading, market)
        assert refused.value.code == "MARKET"


def test_not_listed(bench: Bench) -> None:
    for function in ("market_config", "market_state"):
        with pytest.raises(Reverted) as refused:
            bench.lens.call(function, 5)
        assert refused.value.code == "MARKET"
    assert stored.position(bench.pool, bench.trader, 5) == (0, 0, 0)
