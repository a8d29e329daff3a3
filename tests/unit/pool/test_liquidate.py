"""`liquidate` at the pool: how much is closed, at what penalty. The vault's judgement is in tests/unit/vault."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Receipt
from novation.fixed import ceil_div
from novation.model.market import Terms, liquidation_size
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import Fill, Risk, refusal

K = 100_000 * WAD
TERMS = Terms(300, 20_000, 100, 500, 1_000)


def run(bench: Bench, outside: int, whole: bool = False, market: int = ETH, markets: int = 1) -> Receipt:
    """With `outside` cash of the account."""
    arguments = (bench.trader, market, markets, outside, 0, whole)
    return bench.direct.attempt("liquidate", *arguments, sender=bench.manager)


def result(bench: Bench, receipt: Receipt) -> tuple[int, int, Fill, Risk]:
    assert receipt.ok, receipt.error
    margin, maintenance, fill, risk = bench.direct.returned("liquidate", receipt)
    return margin, maintenance, Fill(*fill), Risk(*risk)


def risk(bench: Bench) -> Risk:
    return Risk(*bench.direct.call("risk", bench.trader, 1))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("part", [50, 60, 75, 99])
def test_as_much_as_reaches_the_target(bench: Bench, sign: int, part: int) -> None:
    """Margin at `part` percent of maintenance; the close lifts it to 110%."""
    bench.filled(bench.trader, sign * 20 * WAD)
    bench.push(ETH, 4_000 - sign * 100)
    before = risk(bench)
    outside = before.maintenance * part // 100 - before.equity
    price = bench.read()[1]
    skew = stored.market(bench.direct).skew
    shortfall = ceil_div(before.maintenance * 11_000, 10_000) - (outside + before.equity)
    q = liquidation_size(TERMS, K, price, sign * 20 * WAD, skew, shortfall)
    margin, maintenance, fill, after = result(bench, run(bench, outside))
    assert (margin, maintenance) == (outside + before.equity, before.maintenance)
    assert fill.delta == -sign * q
    assert 0 < q < 20 * WAD
    left = outside + fill.cash + after.equity
    target = ceil_div(after.maintenance * 11_000, 10_000)
    assert target - 8 <= left <= target + WAD // 10**6
    assert fill.penalty == ceil_div(q * price * 100, 10_000 * WAD)
    assert fill.charge == fill.penalty + ceil_div(q * price * 500, 10**6 * WAD)
    assert fill.health == left - margin - after.maintenance + maintenance > 0
    assert after == risk(bench)


def test_event_and_words(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    bench.push(ETH, 3_900)
    receipt = run(bench, 3_000 * WAD)
    event = receipt.one("Filled").args
    words = tuple(bench.direct.call("market_words", ETH))
    assert (event["interest"], event["funding"], event["mark"]) == words[2:]
    assert event["position"] == bench.direct.call("position_word", bench.trader, ETH)
    assert event["book"] == bench.direct.call("book_word")
    assert event["price"] == 3_900 * WAD
    assert event["charge"] == result(bench, receipt)[2].charge


def test_the_whole_of_a_bankrupt(bench: Bench) -> None:
    """No penalty from who has nothing."""
    bench.filled(bench.trader, 20 * WAD)
    bench.push(ETH, 3_800)
    _, _, fill, after = result(bench, run(bench, -risk(bench).equity - 1))
    assert (fill.size, fill.penalty) == (0, 0)
    assert after == Risk(0, 0, 0, 0, 0, 1)  # of the price it was closed at


@pytest.mark.parametrize("left", [1, 10**15, WAD])
def test_a_penalty_takes_what_there_is(bench: Bench, left: int) -> None:
    """Margin is `left` after fee and premium: all of it goes, and no more."""
    bench.filled(bench.trader, WAD)
    bench.push(ETH, 3_900)
    before = risk(bench)
    mark = bench.chain.snapshot()
    _, _, probe, _ = result(bench, run(bench, -before.equity - 1))
    cost = -probe.cash
    bench.chain.restore(mark)
    _, _, fill, _ = result(bench, run(bench, cost + left))
    assert (fill.size, fill.penalty, cost + left + fill.cash) == (0, left, 0)


def test_the_whole_where_the_rest_is_dust(bench: Bench) -> None:
    """And then at least the least penalty."""
    bench.filled(bench.trader, WAD // 40)
    bench.push(ETH, 4_000)
    before = risk(bench)
    _, _, fill, _ = result(bench, run(bench, before.maintenance - 1 - before.equity))
    assert fill.size == 0
    assert fill.penalty == 2 * WAD


def test_healthy(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    before = risk(bench)
    assert run(bench, before.maintenance - before.equity).error == "HEALTHY"
    assert run(bench, before.maintenance - before.equity - 1).ok


def test_halted(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    bench.halt(ETH)
    assert run(bench, 0).error == "HALTED"
    position = stored.position(bench.direct, bench.trader)
    _, _, fill, _ = result(bench, run(bench, 0, whole=True))
    assert fill == Fill(0, 0, 0, 0, 0, 0, False, 0)
    assert stored.position(bench.direct, bench.trader) == position


def test_the_rest_of_a_bankrupt_only_while_it_is_below_zero(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    equity = risk(bench).equity
    _, _, fill, after = result(bench, run(bench, -equity, whole=True))
    assert fill == Fill(0, 0, 0, 0, 0, 0, False, 0)
    assert after == risk(bench)
    _, _, fill, _ = result(bench, run(bench, -equity - 1, whole=True))
    assert fill.delta == -20 * WAD


def test_in_a_market_that_only_reduces(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    bench.reduce_only(ETH)
    assert run(bench, 0).ok


def test_other_markets_count(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.filled(bench.trader, WAD // 10, BTC)
    both = Risk(*bench.direct.call("risk", bench.trader, 3))
    assert run(bench, both.maintenance - both.equity, markets=3).error == "HEALTHY"
    margin, maintenance, _, after = result(bench, run(bench, both.maintenance - both.equity - 1, markets=3))
    assert (margin, maintenance) == (both.maintenance - 1, both.maintenance)
    assert after == Risk(*bench.direct.call("risk", bench.trader, 3))


def test_at_the_maintenance_in_force(bench: Bench) -> None:
    bench.filled(bench.trader, 20 * WAD)
    assert bench.set_market(ETH, bench.direct, maintenance=400).ok
    low = risk(bench).maintenance
    bench.chain.warp(1_800)
    middle = risk(bench)
    assert low < middle.maintenance
    assert run(bench, middle.maintenance - middle.equity).error == "HEALTHY"
    margin, maintenance, _, _ = result(bench, run(bench, middle.maintenance - middle.equity - 1))
    assert (margin, maintenance) == (middle.maintenance - 1, middle.maintenance)


def test_only_the_vault(bench: Bench) -> None:
    for sender in (bench.owner, bench.liquidation_module, bench.anyone):
        assert refusal(bench.direct, "liquidate", bench.trader, ETH, 1, 0, 0, False, sender=sender) == "AUTH"


@pytest.mark.parametrize("market", [2, 32])
def test_market(bench: Bench, market: int) -> None:
    assert run(bench, 0, market=market).error == "MARKET"
