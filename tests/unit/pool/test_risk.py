"""`risk`, `risk_with` and the words: what the pool tells."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.model.market import accrue, charge, fill_cost, pnl, requirement
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.oracle import STARVED
from tests.support.stored import Risk

K = 100_000 * WAD
HOUR = 3_600


def risk(bench: Bench, markets: int = 1) -> Risk:
    return Risk(*bench.direct.call("risk", bench.trader, markets))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("usd", [3_800, 4_000, 4_200])
def test_risk_at_the_newest_price(bench: Bench, sign: int, usd: int) -> None:
    """Nothing stored: funding accrued to now, gains and losses at the adverse side, equity at mid."""
    bench.filled(bench.trader, sign * 10 * WAD)
    start = stored.market(bench.direct)
    bench.chain.warp(HOUR)
    bench.push(ETH, usd)
    low, mid, high = bench.read()[:3]
    funding = accrue(stored.config(bench.direct), start, bench.now)[1]
    size, basis, _ = stored.position(bench.direct, bench.trader)
    adverse = pnl(size, basis, low if sign > 0 else high, funding)
    expected = Risk(
        max(0, adverse),
        max(0, -adverse),
        pnl(size, basis, mid, funding),
        requirement(K, size, mid, 500, 20_000, abs(size)),
        requirement(K, size, mid, 300, 20_000, abs(size)),
        1,
    )
    assert risk(bench) == expected
    assert stored.market(bench.direct) == start


@pytest.mark.parametrize("sign", [1, -1])
def test_in_a_halt_at_the_favourable_side(bench: Bench, sign: int) -> None:
    bench.filled(bench.trader, sign * 10 * WAD)
    start = stored.market(bench.direct)
    bench.halt(ETH)
    low, _, high = bench.read()[:3]
    funding = accrue(stored.config(bench.direct), start, bench.now)[1]
    size, basis, _ = stored.position(bench.direct, bench.trader)
    found = risk(bench)
    assert found.status == 4
    assert found.equity == pnl(size, basis, high if sign > 0 else low, funding)
    assert found.losses == -pnl(size, basis, low if sign > 0 else high, funding)


def test_the_status_is_the_union(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.filled(bench.trader, WAD // 10, BTC)
    bench.reduce_only(BTC)
    assert [risk(bench, markets).status for markets in (0, 1, 2, 3)] == [0, 1, 2, 3]


def test_without_positions(bench: Bench) -> None:
    assert risk(bench, 0) == risk(bench, 3) == Risk(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("held", [0, 10 * WAD, -10 * WAD])
@pytest.mark.parametrize("delta", [5 * WAD, -5 * WAD, -20 * WAD])
def test_risk_with_an_order_at_the_stored_price(bench: Bench, held: int, delta: int) -> None:
    bench.filled(bench.other, 3 * WAD)
    if held:
        bench.filled(bench.trader, held)
    state, position = stored.market(bench.direct), stored.position(bench.direct, bench.trader)
    bench.chain.warp(HOUR)
    bench.push(ETH, 9_999)
    cost, found = bench.direct.call("risk_with", bench.trader, ETH, delta, 1 if held else 0)
    price = 4_000 * WAD
    funding = accrue(stored.config(bench.direct), state, bench.now)[1]
    worth = delta * price // WAD
    fee = charge(price, delta, state.skew, 200, 500, 0)
    assert cost == fill_cost(K, price, state.skew, delta) - worth + fee
    size, basis = position.size + delta, position.basis + worth - delta * funding // WAD
    long = state.long - max(0, position.size) + max(0, size)
    short = state.short - max(0, -position.size) + max(0, -size)
    side = long if size > 0 else short
    equity = pnl(size, basis, price, funding)
    assert Risk(*found) == Risk(
        max(0, equity),
        max(0, -equity),
        equity,
        requirement(K, size, price, 500, 20_000, max(abs(size), side)),
        requirement(K, size, price, 300, 20_000, abs(size)),
        1,
    )


def test_risk_with_reads_no_oracle(bench: Bench) -> None:
    bench.filled(bench.trader, WAD)
    for source in bench.feeds.values():
        source.transact("set_modes", STARVED, STARVED, sender=bench.owner)
    bench.chain.warp(10**6)
    assert bench.direct.call("risk_with", bench.trader, ETH, WAD, 1)[1][5] == 1


@pytest.mark.parametrize("market", [2, 32])
def test_risk_with_market(bench: Bench, market: int) -> None:
    with pytest.raises(Reverted) as refused:
        bench.direct.call("risk_with", bench.trader, market, WAD, 0)
    assert refused.value.code == "MARKET"


def test_words(bench: Bench) -> None:
    assert bench.direct.call("listed") == 3
    assert bench.direct.call("position_word", bench.trader, ETH) == 0
    bench.filled(bench.trader, -WAD)
    word = bench.direct.call("position_word", bench.trader, ETH)
    assert word & (2**104 - 1) == 2**104 - WAD
    assert word >> 216 == bench.now
    accounts = [bench.trader, bench.other]
    assert list(bench.direct.call("position_words", accounts, ETH)) == [word, 0]
    assert list(bench.vault.call("account_words", accounts)) == [100_000 * WAD << 152] * 2
    config, ramp, interest, funding, mark = bench.direct.call("market_words", ETH)
    assert config & (2**56 - 1) == 100_000 * 1_000
    assert (ramp, funding) == (0, 0)
    assert interest == WAD << 104 | bench.now << 208
    assert mark & (2**112 - 1) == 4_000 * WAD
    assert bench.direct.call("book_word") >> 200 == 2 * 10**6 // 5
    assert tuple(bench.direct.call("market_words", 5)) == (0, 0, 0, 0, 0)


def test_wiring(bench: Bench) -> None:
    names = ("VAULT", "ORACLE", "MIN_NOTIONAL", "MIN_PENALTY", "BUFFER", "PROTOCOL_SHARE", "UTILISATION")
    found = tuple(bench.pool.call(name) for name in names)
    assert found == (bench.vault.address, bench.oracle.address, 100 * WAD, 2 * WAD, 1_000, 2_000, 8_000)


@pytest.mark.parametrize(
    "changes",
    [
        {"min_notional": 0},
        {"min_notional": 10**24 + 1},
        {"min_penalty": 10 * WAD + 1},
        {"buffer": 0},
        {"buffer": 10_001},
        {"protocol_share": 5_001},
        {"utilisation": 0},
        {"utilisation": 10_001},
        {"ramp": 3_599},
    ],
)
def test_bounds_of_the_constructor(bench: Bench, changes: dict[str, int]) -> None:
    with pytest.raises(Reverted) as refused:
        bench.new_pool(bench.manager, **changes)
    assert refused.value.code == "BOUND"
