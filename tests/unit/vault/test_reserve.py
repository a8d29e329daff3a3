"""`reserve`: an order's keeper fee, and its margin at the prices that the pool stores."""

from __future__ import annotations

import pytest

from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import PENDING, Risk, account_of, refusal

OPEN = 2


def code(
    bench: Bench,
    delta: int = WAD,
    fee: int = WAD,
    opening: bool = True,
    market: int = ETH,
    **who: str,
) -> str | None:
    account, sender = who.get("account", bench.trader), who.get("sender", bench.order_module)
    return refusal(bench.vault, "reserve", account, market, delta, fee, opening, sender=sender)


def test_an_opening(bench: Bench) -> None:
    arguments = (bench.trader, ETH, 10 * WAD, 3 * WAD, True)
    receipt = bench.vault.transact("reserve", *arguments, sender=bench.order_module)
    event = receipt.one("Reserved").args
    assert (event["account"], event["fee"]) == (bench.trader, 3 * WAD)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    found = account_of(event["word"])
    assert (found.cash, found.flags, found.markets) == (99_997 * WAD, PENDING, 0)
    assert bench.cash(bench.order_module) == 3 * WAD


def test_a_reduction_is_not_judged_and_not_pending(bench: Bench) -> None:
    bench.vault.transact("pause", OPEN, sender=bench.guardian)
    for _ in range(2):
        assert code(bench, 10**9 * WAD, opening=False) is None
    assert bench.account(bench.trader)._replace(cash=0) == account_of(0)
    assert bench.cash(bench.order_module) == 2 * WAD


@pytest.mark.parametrize("role", ["trader", "owner", "module", "shares", "liquidation_module"])
def test_only_the_order_module(bench: Bench, role: str) -> None:
    assert code(bench, sender=bench.roles[role]) == "AUTH"


@pytest.mark.parametrize("market", [16, 31, 32, 2**255])
def test_a_market_of_no_pool(bench: Bench, market: int) -> None:
    assert code(bench, market=market) == "MARKET"
    assert code(bench, market=market, opening=False) == "MARKET"


def test_a_market_of_the_pool_that_is_not_listed(bench: Bench) -> None:
    assert code(bench, market=5) == "MARKET"


def test_paused(bench: Bench) -> None:
    bench.vault.transact("pause", OPEN, sender=bench.guardian)
    assert code(bench) == "PAUSED"
    assert code(bench, opening=False) is None


def test_busy(bench: Bench) -> None:
    assert code(bench) is None
    assert code(bench) == "BUSY"
    assert code(bench, opening=False) == "PENDING"
    assert code(bench, opening=False, fee=0) is None


def test_cash(bench: Bench) -> None:
    assert code(bench, fee=100_000 * WAD + 1, opening=False) == "CASH"
    assert code(bench, fee=100_000 * WAD, opening=False) is None


def test_margin_to_the_wei_at_the_stored_price(bench: Bench) -> None:
    """cash - fee - cost + gains - losses >= initial; the newest price plays no part."""
    bench.push(ETH, 8_000)
    account = bench.sub_account(1)
    cost, risk = bench.pool.call("risk_with", account, ETH, 10 * WAD, 0)
    found = Risk(*risk)
    assert found.initial == 40_000 * WAD * 502 // 10_000
    needed = found.initial + cost - found.gains + found.losses + WAD
    bench.fund(account, -(-needed // WAD))
    spare = bench.cash(account) - needed
    bench.vault.transact("transfer", account, bench.other, spare + 1, sender=bench.trader)
    assert code(bench, 10 * WAD, account=account) == "MARGIN"
    bench.vault.transact("transfer", bench.other, account, 1, sender=bench.other)
    assert code(bench, 10 * WAD, account=account) is None


def test_a_reduction_leaves_the_maintenance(bench: Bench) -> None:
    """To the wei, at the newest prices: no margin is parked in a fee below it."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_820)
    health = bench.health(account)
    spare = health.margin - health.maintenance
    assert spare > 0
    assert code(bench, -WAD, spare + 1, opening=False, account=account) == "MARGIN"
    assert code(bench, -WAD, spare, opening=False, account=account) is None


def test_what_is_held_counts(bench: Bench) -> None:
    """A position at a loss leaves less for another."""
    account = bench.sub_account(1)
    bench.fund(account, 5_000)
    bench.open(account, 15 * WAD)
    assert code(bench, WAD // 10, market=BTC, account=account) is None
    bench.vault.transact("release", account, WAD, True, sender=bench.order_module)
    bench.push(ETH, 3_900)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    assert code(bench, WAD // 10, market=BTC, account=account) == "MARGIN"


def test_a_seventeenth_market(bench: Bench) -> None:
    for market in range(16):
        if market not in bench.feeds:
            bench.add_feed(market)
            assert bench.set_market(market).ok
        bench.open(bench.trader, WAD // 10, market)
    bench.second_pool()
    for market in bench.feeds:
        bench.push(market, bench.read(market)[1] / WAD)
    assert code(bench, WAD // 10, market=16) == "MAX"
    assert bench.trade(bench.trader, WAD // 10, 16).error == "MAX"
    assert code(bench, WAD // 10, market=15) is None
