"""`preview_trade` says what the fill then does."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.bench import BTC, CREDIT, ETH, WAD, Bench
from tests.support.stored import Preview

OPEN = 2


def preview(bench: Bench, account: str, delta: int, market: int = ETH) -> Preview:
    return Preview(*bench.lens.call("preview_trade", account, market, delta))


def same(bench: Bench, account: str, delta: int, market: int = ETH, usd: float | None = None) -> Preview:
    """Asks, fills at the same round, and compares. @return what was asked."""
    quote = bench.quote(market, usd)
    asked = preview(bench, account, delta, market)
    receipt = bench.trade(account, delta, market, quote=quote)
    assert (receipt.error or "") == asked.code
    if asked.code:
        return asked
    event = receipt.one("Filled").args
    assert event["charge"] == asked.fee
    health = bench.health(account)
    assert (health.margin, health.initial, health.maintenance) == (asked.margin, asked.initial, asked.maintenance)
    return asked


@pytest.mark.parametrize("held", [0, 10, -10])
@pytest.mark.parametrize("delta", [4, -4, 10, -10, 25, -25])
@pytest.mark.parametrize("usd", [3_950, 4_060])
def test_fills(bench: Bench, held: int, delta: int, usd: int) -> None:
    bench.open(bench.other, 7 * WAD)
    bench.open(bench.trader, WAD // 10, BTC)
    if held:
        bench.open(bench.trader, held * WAD)
    bench.chain.warp(600)
    assert same(bench, bench.trader, delta * WAD, usd=usd).code == ""


@pytest.mark.parametrize("sign", [1, -1])
def test_price_and_impact(bench: Bench, sign: int) -> None:
    """The average with the premium; `acceptable` at it fills, one wei beyond does not."""
    bench.open(bench.other, sign * 100 * WAD)
    quote = bench.quote()
    asked = preview(bench, bench.trader, sign * 10 * WAD)
    # 4,000 * (100 + 10 / 2) / 100,000 each
    assert asked.price == 4_000 * WAD + sign * 42 * WAD // 10
    assert asked.impact == 42 * WAD
    assert bench.trade(bench.trader, sign * 10 * WAD, quote=quote, acceptable=asked.price - sign).error == "PRICE"
    assert bench.trade(bench.trader, sign * 10 * WAD, quote=quote, acceptable=asked.price).ok


def test_who_lowers_the_skew_is_paid(bench: Bench) -> None:
    bench.open(bench.other, 100 * WAD)
    asked = same(bench, bench.trader, -10 * WAD)
    assert asked.impact == -38 * WAD
    assert asked.fee == 8 * WAD


def test_codes_of_the_pool(bench: Bench) -> None:
    assert same(bench, bench.trader, WAD // 100).code == "DUST"
    assert same(bench, bench.trader, 251 * WAD).code == "CAPPED"
    bench.open(bench.trader, 10 * WAD)
    bench.vault.transact("pause", OPEN, sender=bench.guardian)
    assert same(bench, bench.trader, WAD).code == "PAUSED"
    assert same(bench, bench.trader, -WAD).code == ""
    bench.reduce_only(ETH)
    assert same(bench, bench.trader, WAD).code == "HALTED"
    assert same(bench, bench.trader, -WAD).code == ""
    bench.halt(ETH)
    assert preview(bench, bench.trader, -WAD).code == "HALTED"


def test_codes_of_the_vault(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    assert same(bench, account, 20 * WAD).code == "MARGIN"
    assert same(bench, account, 10 * WAD).code == ""
    assert same(bench, account, -10 * WAD, usd=3_690).code == "MARGIN"
    bench.push(ETH, 4_000)
    bench.open(account, WAD // 200, BTC)
    bench.reduce_only(BTC)
    assert same(bench, account, WAD // 10).code == "STALE"


def test_credit(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    assert same(bench, bench.trader, -10 * WAD, usd=4_100).code == "CREDIT"
    bench.vault.transact("set_credit", 0, CREDIT * WAD, sender=bench.owner)
    assert same(bench, bench.trader, -10 * WAD, usd=4_100).code == ""


def test_a_seventeenth_market(bench: Bench) -> None:
    for market in range(16):
        if market not in bench.feeds:
            bench.add_feed(market)
            assert bench.set_market(market).ok
        bench.open(bench.trader, WAD // 10, market)
    bench.second_pool()
    assert same(bench, bench.trader, WAD // 10, 16).code == "MAX"
    assert same(bench, bench.trader, WAD // 10, 15).code == ""


def test_a_debt_beyond_insurance(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 5_000)
    bench.open(account, WAD // 2, BTC)
    usd = 110_000 - 2 * (bench.cash(account) // WAD) - 800
    assert same(bench, account, -WAD, BTC, usd).code == "DEBT"
    bench.fund(bench.vault.address, 1_000)
    assert same(bench, account, -WAD, BTC, usd).code == ""


@pytest.mark.parametrize("market", [5, 16, 32])
def test_market(bench: Bench, market: int) -> None:
    with pytest.raises(Reverted) as refused:
        preview(bench, bench.trader, WAD, market)
    assert refused.value.code == "MARKET"


def test_no_size_is_harmless(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    asked = preview(bench, bench.trader, 0)
    assert (asked.price, asked.fee, asked.impact) == (0, 0, 0)


@pytest.mark.parametrize("delta", [10, -10])
def test_at_the_liquidation_price_the_account_turns(bench: Bench, delta: int) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 4_000)
    bench.open(account, WAD // 100, BTC)
    asked = same(bench, account, delta * WAD)
    bound = asked.liquidation_price / WAD
    assert abs(bound - 4_000) < 400
    sign = 1 if delta > 0 else -1
    bench.push(BTC, 110_000)
    bench.push(ETH, bound + sign * 0.02)
    assert not bench.health(account).liquidatable
    assert bench.liquidate(account).error == "HEALTHY"
    bench.push(ETH, bound - sign * 0.02)
    assert bench.health(account).liquidatable
    assert bench.lens.call("unhealthy_bits", [account]) == 1
    assert bench.liquidate(account).ok


def test_no_liquidation_price(bench: Bench) -> None:
    """Of nothing, and of a long that its cash carries to zero."""
    bench.open(bench.trader, WAD)
    assert preview(bench, bench.trader, -WAD).liquidation_price == 0
    assert preview(bench, bench.trader, WAD).liquidation_price == 0
