"""`poke` and `mark`: accrual and marks without a fill, open to all."""

from __future__ import annotations

import pytest

from novation.model.market import accrue, liability, liability_of, reserve_of
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import refusal

HOUR = 3_600


def mark(bench: Bench, since: int) -> tuple[int, int, int, int]:
    receipt = bench.direct.transact("mark", since, sender=bench.anyone)
    cheap, dear, owed, reserve = bench.direct.returned("mark", receipt)
    return cheap, dear, owed, reserve


def test_poke(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    start = stored.market(bench.direct)
    bench.chain.warp(HOUR)
    bench.push(ETH, 4_100)
    receipt = bench.direct.transact("poke", ETH, sender=bench.anyone)
    rate, funding = accrue(stored.config(bench.direct), start, bench.now)
    found = stored.market(bench.direct)
    assert found == start._replace(rate=rate, funding=funding, accrued_at=bench.now, price=4_100 * WAD)
    config = stored.config(bench.direct)
    assert stored.book(bench.direct)[:2] == (liability_of(config, found), reserve_of(config, found))
    event = receipt.one("Marked").args
    words = tuple(bench.direct.call("market_words", ETH))
    assert (event["market"], event["interest"], event["funding"], event["mark"]) == (ETH, *words[2:])
    assert event["book"] == bench.direct.call("book_word")


def test_a_second_poke_in_the_block_changes_nothing(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.chain.warp(HOUR)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    words, book = bench.direct.call("market_words", ETH), bench.direct.call("book_word")
    bench.direct.transact("poke", ETH, sender=bench.other)
    assert (bench.direct.call("market_words", ETH), bench.direct.call("book_word")) == (words, book)


def test_in_a_halt_time_passes_and_the_mark_stays(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.push(ETH, 5_000)
    bench.halt(ETH)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    found = stored.market(bench.direct)
    assert (found.price, found.accrued_at) == (4_000 * WAD, bench.now)
    assert found.funding > 0


@pytest.mark.parametrize("market", [2, 31, 32, 2**256 - 1])
def test_market(bench: Bench, market: int) -> None:
    assert refusal(bench.direct, "poke", market, sender=bench.anyone) == "MARKET"


@pytest.mark.parametrize("sign", [1, -1])
def test_mark_of_all_markets_at_both_sides(bench: Bench, sign: int) -> None:
    bench.filled(bench.trader, sign * 10 * WAD)
    bench.filled(bench.trader, -sign * WAD, BTC)
    bench.chain.warp(HOUR)
    since = bench.now
    bench.push(ETH, 4_100)
    bench.push(BTC, 100_000)
    cheap, dear, owed, reserve = mark(bench, since)
    sides = []
    for number, scale in ((ETH, 100_000 * WAD), (BTC, 4_000 * WAD)):
        state = stored.market(bench.direct, number)
        low, mid, high = bench.read(number)[:3]
        assert (state.price, state.accrued_at) == (mid, bench.now)
        sides.append([liability(scale, state.skew, state.funding, state.basis, price) for price in (low, high)])
    assert cheap == sum(min(side) for side in sides)
    assert dear == sum(max(side) for side in sides)
    book = stored.book(bench.direct)
    assert (owed, reserve) == (book.owed, book.reserve)
    assert cheap < book.liability < dear


def test_mark_asks_for_new_prices_where_there_are_positions(bench: Bench) -> None:
    bench.filled(bench.trader, WAD)
    published = bench.read(ETH)[3]
    assert refusal(bench.direct, "mark", published + 1, sender=bench.anyone) == "STALE"
    assert refusal(bench.direct, "mark", published, sender=bench.anyone) is None
    bench.reduce_only(ETH)
    assert refusal(bench.direct, "mark", published, sender=bench.anyone) is None
    bench.oracle.transact("set_status", ETH, 1, sender=bench.owner)
    bench.halt(ETH)
    assert refusal(bench.direct, "mark", 0, sender=bench.anyone) == "STALE"


def test_mark_needs_no_price_of_an_empty_market(bench: Bench) -> None:
    bench.filled(bench.trader, WAD)
    bench.filled(bench.trader, -WAD)
    bench.halt(ETH)
    bench.halt(BTC)
    cheap, dear, owed, reserve = mark(bench, bench.now)
    assert (cheap, dear, reserve) == (0, 0, 0)
    assert owed > 0
