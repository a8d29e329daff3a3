"""`realise`: a loss becomes cash of the pool, without a close; equity and NAV stay."""

from __future__ import annotations

import pytest

from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import account_of, position_of, refusal


def code(bench: Bench, account: str = "", market: int = ETH) -> str | None:
    return refusal(bench.vault, "realise", account or bench.trader, market, sender=bench.anyone)


def nav(bench: Bench) -> int:
    book = bench.book()
    return bench.cash(bench.pool.address) - book.liability - book.owed


@pytest.mark.parametrize(("delta", "usd"), [(10 * WAD, 3_900), (-10 * WAD, 4_100)])
def test_moves_the_loss_and_nothing_else(bench: Bench, delta: int, usd: int) -> None:
    bench.open(bench.trader, delta)
    bench.push(ETH, usd)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    margin, before = bench.health(bench.trader).margin, nav(bench)
    loss = bench.cash(bench.trader) - margin
    position, pool_cash = bench.position(bench.trader), bench.cash(bench.pool.address)
    assert loss > 1_000 * WAD
    receipt = bench.vault.transact("realise", bench.trader, ETH, sender=bench.anyone)
    assert bench.health(bench.trader).margin == margin == bench.cash(bench.trader)
    assert nav(bench) == before
    event = next(found for found in receipt.find("Realised") if found.address == bench.vault.address).args
    assert (event["account"], event["market"]) == (bench.trader, ETH)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert event["pool_cash"] == bench.cash(bench.pool.address) == pool_cash + loss
    from_pool = next(found for found in receipt.find("Realised") if found.address == bench.pool.address).args
    assert from_pool["amount"] == loss
    assert from_pool["position"] == bench.pool.call("position_word", bench.trader, ETH)
    assert from_pool["mark"] == bench.pool.call("market_words", ETH)[4]
    assert from_pool["book"] == bench.pool.call("book_word")
    assert position_of(from_pool["position"]) == position._replace(basis=position.basis - loss, changed_at=bench.now)


def test_no_more_than_the_cash(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_500)
    bench.vault.transact("realise", account, ETH, sender=bench.anyone)
    assert bench.cash(account) == 0
    assert bench.vault.call("debts") == 0
    assert code(bench, account) == "ZERO"


def test_again_only_what_was_lost_since(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.push(ETH, 3_900)
    assert code(bench) is None
    assert code(bench) == "ZERO"
    bench.push(ETH, 3_890)
    before = bench.cash(bench.trader)
    assert code(bench) is None
    assert before - bench.cash(bench.trader) == pytest.approx(100 * WAD, rel=10**-6)


def test_a_gain_is_nothing_to_realise(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.push(ETH, 4_100)
    assert code(bench) == "ZERO"


def test_without_a_position_or_cash(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    assert code(bench, bench.other) == "ZERO"
    assert code(bench, bench.trader, BTC) == "ZERO"
    assert code(bench, bench.anyone) == "ZERO"


def test_a_market_of_no_pool(bench: Bench) -> None:
    assert code(bench, market=16) == "MARKET"
    assert code(bench, market=32) == "MARKET"


def test_halted(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.push(ETH, 3_900)
    bench.halt(ETH)
    assert code(bench) == "HALTED"


def test_while_the_market_only_reduces_and_all_is_paused(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.push(ETH, 3_900)
    bench.reduce_only(ETH)
    bench.vault.transact("pause", 7, sender=bench.guardian)
    assert code(bench) is None


def test_who_has_no_debt_gets_none(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    bench.push(ETH, 3_900)
    receipt = bench.vault.transact("realise", bench.trader, ETH, sender=bench.other)
    words = [found.args["word"] for found in receipt.find("Realised") if "word" in found.args]
    assert account_of(words[0]).markets == 1
