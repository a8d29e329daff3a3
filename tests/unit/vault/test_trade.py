"""`trade`: a fill booked and judged once. What the pool refuses is in tests/unit/pool."""

from __future__ import annotations

import pytest

from novation.model.market import fill_cost
from tests.support.bench import BTC, CREDIT, ETH, WAD, Bench
from tests.support.stored import PENDING, account_of, refusal

K = 100_000 * WAD


def pool_cash(bench: Bench) -> int:
    return bench.cash(bench.pool.address)


def leave(bench: Bench, usd: int) -> None:
    """All but `usd` of the pool's cash goes away, as an LP's would."""
    bench.vault.transact("pull", bench.pool.address, pool_cash(bench) - usd * WAD, sender=bench.shares)


def test_an_opening(bench: Bench) -> None:
    before = pool_cash(bench)
    receipt = bench.open(bench.trader, 10 * WAD)
    fee = 20 * WAD
    event = receipt.one("Traded").args
    assert (event["account"], event["market"]) == (bench.trader, ETH)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert event["pool_cash"] == pool_cash(bench) == before + fee
    found = account_of(event["word"])
    assert (found.cash, found.markets, found.flags, found.flagged_at) == (100_000 * WAD - fee, 1, 0, 0)
    assert bench.position(bench.trader) == (10 * WAD, fill_cost(K, 4_000 * WAD, 0, 10 * WAD), bench.now)


def test_a_close(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    before = bench.cash(bench.trader) + pool_cash(bench)
    bench.open(bench.trader, -10 * WAD, usd=4_100)
    found = bench.account(bench.trader)
    assert found.markets == 0
    assert 100_900 * WAD < found.cash < 101_000 * WAD
    assert found.cash + pool_cash(bench) == before
    assert bench.position(bench.trader)[:2] == (0, 0)


@pytest.mark.parametrize("role", ["trader", "owner", "module", "shares", "liquidation_module"])
def test_only_the_order_module(bench: Bench, role: str) -> None:
    arguments = (bench.trader, ETH, WAD, *bench.quote(), 0, False)
    assert refusal(bench.vault, "trade", *arguments, sender=bench.roles[role]) == "AUTH"


@pytest.mark.parametrize("market", [5, 16, 32, 2**256 - 1])
def test_market(bench: Bench, market: int) -> None:
    assert bench.trade(bench.trader, WAD, market, quote=bench.quote()).error == "MARKET"


@pytest.mark.parametrize("delta", [10 * WAD, -10 * WAD])
def test_margin_of_an_opening_to_the_wei(bench: Bench, delta: int) -> None:
    """cash - fee - loss at the adverse side >= initial."""
    account = bench.sub_account(1)
    bench.fund(account, 5_000)
    quote = bench.quote()
    mark = bench.chain.snapshot()
    assert bench.trade(account, delta, quote=quote).ok
    spare = bench.health(account).withdrawable
    bench.chain.restore(mark)
    bench.vault.transact("transfer", account, bench.other, spare + 1, sender=bench.trader)
    assert bench.trade(account, delta, quote=quote).error == "MARGIN"
    bench.vault.transact("transfer", bench.other, account, 1, sender=bench.other)
    assert bench.trade(account, delta, quote=quote).ok


def test_gains_of_a_later_pool_count_by_its_weight(bench: Bench) -> None:
    other = bench.second_pool(shares=bench.module, credit=CREDIT * WAD)
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, 16)
    bench.push(16, 4_500)
    assert bench.trade(account, WAD // 2, BTC).error == "MARGIN"
    bench.vault.transact("set_gain_weight", 1, 10_000, sender=bench.owner)
    mark = bench.chain.snapshot()
    assert bench.trade(account, WAD // 2, BTC).ok
    # And never beyond what the pool can pay: its cash and its credit.
    bench.chain.restore(mark)
    bench.vault.transact("pull", other.address, bench.cash(other.address), sender=bench.module)
    assert bench.trade(account, WAD // 2, BTC).ok
    bench.chain.restore(mark)
    bench.vault.transact("set_credit", 1, 500 * WAD, sender=bench.guardian)
    bench.vault.transact("pull", other.address, bench.cash(other.address), sender=bench.module)
    assert bench.trade(account, WAD // 2, BTC).error == "MARGIN"


def test_another_market_in_doubt(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.reduce_only(ETH)
    assert bench.trade(bench.trader, WAD // 10, BTC).error == "STALE"
    assert bench.trade(bench.other, WAD // 10, BTC).ok
    bench.oracle.transact("set_status", ETH, 1, sender=bench.owner)
    bench.open(bench.trader, WAD // 10, BTC)
    bench.halt(ETH)
    assert bench.trade(bench.trader, WAD // 10, BTC).error == "STALE"
    # It does not keep anybody from leaving.
    assert bench.trade(bench.trader, -WAD // 10, BTC).ok


def test_debt_is_covered_by_insurance(bench: Bench) -> None:
    """A reduction at a loss may bring cash below zero; an opening only as far as insurance has it."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 5_000)
    bench.open(account, WAD // 2, BTC)
    quote = bench.quote(BTC, 110_000 - 2 * (bench.cash(account) // WAD) - 800)
    mark = bench.chain.snapshot()
    # The flip realises the loss of the long, which is more than the cash.
    assert bench.trade(account, -WAD, BTC, quote=quote).error == "DEBT"
    bench.chain.restore(mark)
    bench.fund(bench.vault.address, 1_000)
    assert bench.trade(account, -WAD, BTC, quote=quote).ok
    debt = -bench.cash(account)
    assert 0 < debt < 1_000 * WAD
    assert bench.vault.call("debts") == debt
    # A deposit repays.
    bench.fund(account, 1_000)
    assert bench.vault.call("debts") == 0


def test_a_close_needs_margin(bench: Bench) -> None:
    """Who is below zero cannot leave by a close: that is a liquidation."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    assert bench.trade(account, -10 * WAD, usd=3_700, reduce_only=True).error == "MARGIN"
    assert bench.trade(account, -10 * WAD, usd=3_720, reduce_only=True).ok


def test_a_reduction_that_lowers_health(bench: Bench) -> None:
    """An order's own price may be far off the newest: what it costs beyond the maintenance it frees is refused."""
    bench.open(bench.trader, 10 * WAD)
    due, window, reference = bench.quote(ETH, 3_700)
    bench.push(ETH, 4_000)
    arguments = {"reduce_only": True, "quote": (due, window, reference)}
    assert bench.trade(bench.trader, -5 * WAD, **arguments).error == "MARGIN"
    due, window, reference = bench.quote(ETH, 3_950)
    bench.push(ETH, 4_000)
    assert bench.trade(bench.trader, -5 * WAD, reduce_only=True, quote=(due, window, reference)).ok


def test_credit(bench: Bench) -> None:
    """A winner is paid down to minus the credit; who pays the pool may always close."""
    bench.open(bench.trader, 10 * WAD)
    bench.vault.transact("set_credit", 0, 100 * WAD, sender=bench.guardian)
    bench.fund(bench.vault.address, 1)
    leave(bench, 0)
    # At 4,012 a close of all brings some 95 USD, at 4,020 some 180.
    assert bench.trade(bench.trader, -10 * WAD, usd=4_020, reduce_only=True).error == "CREDIT"
    assert bench.trade(bench.trader, -5 * WAD, usd=4_020, reduce_only=True).ok
    assert -100 * WAD <= pool_cash(bench) < -80 * WAD
    assert bench.vault.call("debts") == 0
    assert bench.trade(bench.trader, -5 * WAD, usd=3_990, reduce_only=True).ok


def test_an_opening_ends_its_pending_mark(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    bench.open(bench.trader, WAD)
    assert bench.account(bench.trader).flags == 0


def test_a_reduction_leaves_the_mark_of_another_order(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert bench.trade(bench.trader, -WAD // 2, reduce_only=True).ok
    assert bench.account(bench.trader).flags == PENDING


def test_a_flag_goes_once_margin_is_back(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_815)
    bench.vault.transact("flag", account, sender=bench.anyone)
    assert bench.trade(account, -WAD // 10, reduce_only=True).ok
    assert bench.account(account).flagged_at > 0
    assert bench.trade(account, -5 * WAD, reduce_only=True).ok
    assert bench.account(account).flagged_at == 0
