"""`realise` and `collect` at the pool: only the vault."""

from __future__ import annotations

import pytest

from novation.model.market import pnl
from tests.support import stored
from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import refusal


def realise(bench: Bench, cash: int) -> int:
    receipt = bench.direct.transact("realise", bench.trader, ETH, cash, sender=bench.manager)
    return int(bench.direct.returned("realise", receipt))


@pytest.mark.parametrize(("sign", "usd"), [(1, 3_900), (-1, 4_100)])
def test_the_loss_up_to_the_cash(bench: Bench, sign: int, usd: int) -> None:
    bench.filled(bench.trader, sign * 10 * WAD)
    bench.push(ETH, usd)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    before, state = stored.position(bench.direct, bench.trader), stored.market(bench.direct)
    loss = -pnl(before.size, before.basis, usd * WAD, state.funding)
    assert realise(bench, loss // 3) == loss // 3
    after = stored.position(bench.direct, bench.trader)
    assert (after.size, after.basis, after.changed_at) == (before.size, before.basis - loss // 3, bench.now)
    assert stored.market(bench.direct).basis == state.basis - loss // 3
    assert realise(bench, 2**100) == loss - loss // 3
    assert realise(bench, 2**100) == 0
    now = stored.position(bench.direct, bench.trader)
    assert pnl(now.size, now.basis, usd * WAD, state.funding) == 0


def test_the_liability_rises_by_it(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.push(ETH, 3_900)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    before = stored.book(bench.direct)
    receipt = bench.direct.transact("realise", bench.trader, ETH, 7, sender=bench.manager)
    assert stored.book(bench.direct) == before._replace(liability=before.liability + 7)
    event = receipt.one("Realised").args
    assert (event["account"], event["market"], event["amount"]) == (bench.trader, ETH, 7)
    assert event["position"] == bench.direct.call("position_word", bench.trader, ETH)
    assert event["mark"] == bench.direct.call("market_words", ETH)[4]
    assert event["book"] == bench.direct.call("book_word")


def test_nothing_lost(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.push(ETH, 4_100)
    assert realise(bench, WAD) == 0
    assert stored.market(bench.direct).price == 4_100 * WAD


def test_halted(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.halt(ETH)
    assert refusal(bench.direct, "realise", bench.trader, ETH, WAD, sender=bench.manager) == "HALTED"


@pytest.mark.parametrize("market", [2, 32])
def test_market(bench: Bench, market: int) -> None:
    assert refusal(bench.direct, "realise", bench.trader, market, WAD, sender=bench.manager) == "MARKET"


@pytest.mark.parametrize("role", ["owner", "guardian", "anyone", "trader"])
def test_only_the_vault(bench: Bench, role: str) -> None:
    assert refusal(bench.direct, "realise", bench.trader, ETH, 1, sender=bench.roles[role]) == "AUTH"
    assert refusal(bench.direct, "collect", sender=bench.roles[role]) == "AUTH"


def test_collect(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    before = stored.book(bench.direct)
    assert before.owed == 4 * WAD
    receipt = bench.direct.transact("collect", sender=bench.manager)
    assert bench.direct.returned("collect", receipt) == 4 * WAD
    assert receipt.one("Collected").args == {"amount": 4 * WAD, "book": bench.direct.call("book_word")}
    assert stored.book(bench.direct) == before._replace(owed=0)
    assert bench.direct.returned("collect", bench.direct.transact("collect", sender=bench.manager)) == 0
