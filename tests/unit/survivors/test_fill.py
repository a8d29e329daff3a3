"""Fills and liquidations of one or two wei, of nothing, and of accounts with other markets."""

from __future__ import annotations

from itertools import product

import pytest

from novation.chain.protocol import Receipt
from novation.fixed import ceil_div
from novation.model.market import Position, Terms, accrue, change, charge, fill_cost, liquidation_size, moved, pnl
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, WINDOW, Bench
from tests.support.stored import Fill, Risk

K = 100_000 * WAD
PRICE = 4_000 * WAD
HOUR = 3_600
TERMS = Terms(300, 20_000, 100, 500, 1_000)


@pytest.fixture
def tiny(bench: Bench) -> Bench:
    """A direct pool where one wei of ether is worth a position, against 30 ether of another account."""
    bench.direct = bench.new_pool(bench.manager, min_notional=1, min_penalty=0)
    for market in (ETH, BTC):
        assert bench.set_market(market, bench.direct).ok
    bench.filled(bench.other, 30 * WAD)
    return bench


def liquidate(bench: Bench, margin: int, market: int = ETH, markets: int = 1, needed: int = 0) -> Receipt:
    """With so much cash elsewhere."""
    return bench.direct.attempt("liquidate", bench.trader, market, markets, margin, needed, False, sender=bench.manager)


def closed(bench: Bench, receipt: Receipt) -> Fill:
    assert receipt.ok, receipt.error
    return Fill(*bench.direct.returned("liquidate", receipt)[2])


@pytest.mark.parametrize("reduce_only", [False, True])
def test_every_kind_of_fill_of_a_few_wei(tiny: Bench, reduce_only: bool) -> None:
    mark = tiny.chain.snapshot()
    for size, delta in product(range(-2, 3), range(-3, 4)):
        tiny.chain.restore(mark)
        if size:
            tiny.filled(tiny.trader, size)
        opens = size == 0 or size * delta > 0 or abs(delta) > abs(size)
        if reduce_only and (size == 0 or size * delta >= 0):
            assert tiny.fill(tiny.trader, delta, reduce_only=True).error == "REDUCE"
            continue
        if delta == 0:
            continue
        if reduce_only:
            delta, opens = max(-abs(size), min(abs(size), delta)), False
        position, before = stored.position(tiny.direct, tiny.trader), stored.market(tiny.direct)
        fill, _ = tiny.filled(tiny.trader, delta, reduce_only=reduce_only)
        state = stored.market(tiny.direct)
        wanted = change(position, delta, PRICE, state.funding, K, before.skew)
        fee = charge(PRICE, delta, before.skew, 200, 500, 0)
        assert (fill.opening, fill.size, fill.delta) == (opens, size + delta, delta)
        assert (fill.charge, fill.cash) == (fee, wanted.realised - fee)
        assert stored.position(tiny.direct, tiny.trader) == Position(wanted.size, wanted.basis, tiny.now)
        assert (state.long, state.short) == moved(before, size, size + delta)


@pytest.mark.parametrize("size", [WAD, -WAD])
def test_a_fill_of_nothing_changes_no_position(bench: Bench, size: int) -> None:
    bench.filled(bench.trader, size)
    before = stored.position(bench.direct, bench.trader)
    fill, _ = bench.filled(bench.trader, 0)
    assert stored.position(bench.direct, bench.trader)[:2] == before[:2]
    assert (fill.size, fill.delta, fill.cash, fill.charge) == (size, 0, 0, 0)


def test_a_fill_of_nothing_opens_no_long(bench: Bench) -> None:
    bench.filled(bench.trader, WAD)
    assert not bench.filled(bench.trader, 0, may_open=False)[0].opening


def test_the_cap_of_a_side_is_of_the_side_that_grows(tiny: Bench) -> None:
    """30 ether are long where 10 may be."""
    tiny.direct.transact("tighten", ETH, 500, 1, 1, sender=tiny.guardian)
    assert tiny.fill(tiny.trader, 1).error == "CAPPED"
    for delta in (0, -1):
        assert tiny.fill(tiny.trader, delta).ok


@pytest.mark.parametrize(("delta", "usd"), [(2, 4_100), (1, 4_100), (0, 4_000), (-1, 4_000), (-2, 4_000)])
def test_the_price_of_a_late_fill_of_a_few_wei(tiny: Bench, delta: int, usd: int) -> None:
    """Who buys pays the newest price where it is higher."""
    if delta <= 0:
        tiny.filled(tiny.trader, 10)
    quote = tiny.quote(ETH, 4_000)
    tiny.chain.warp(150)
    tiny.push(ETH, 4_100)
    assert quote[1] == WINDOW
    arguments = (tiny.trader, ETH, delta, *quote, 0, False, 0, 10**7 * WAD, True)
    receipt = tiny.direct.transact("fill", *arguments, sender=tiny.manager)
    assert Fill(*tiny.direct.returned("fill", receipt)[0]).price == usd * WAD


@pytest.mark.parametrize(("after", "usd"), [(29, 4_000), (30, 4_000), (31, 4_100)])
def test_the_second_from_when_the_newest_price_counts(bench: Bench, after: int, usd: int) -> None:
    quote = bench.quote(ETH, 4_000)
    bench.chain.warp(after - 1)
    bench.push(ETH, 4_100)
    assert bench.read()[3] == quote[0] + after
    arguments = (bench.trader, ETH, WAD, *quote, 0, False, 0, 10**7 * WAD, True)
    receipt = bench.direct.transact("fill", *arguments, sender=bench.manager)
    assert Fill(*bench.direct.returned("fill", receipt)[0]).price == usd * WAD


@pytest.mark.parametrize("delta", [10**17 + 3, -(10**17) - 3])
def test_an_order_that_does_not_divide(bench: Bench, delta: int) -> None:
    """Its worth and its funding are rounded down, each once."""
    bench.filled(bench.other, 100 * WAD, usd=4_000.01)
    state = stored.market(bench.direct)
    bench.chain.warp(HOUR)
    price = state.price
    assert price == 400_001 * WAD // 100
    funding = accrue(stored.config(bench.direct), state, bench.now)[1]
    assert delta * price % WAD != 0 != delta * funding % WAD
    cost, found = bench.direct.call("risk_with", bench.trader, ETH, delta, 0)
    worth = delta * price // WAD
    assert cost == fill_cost(K, price, state.skew, delta) - worth + charge(price, delta, state.skew, 200, 500, 0)
    equity = pnl(delta, worth - delta * funding // WAD, price, funding)
    assert Risk(*found)[:3] == (max(0, equity), max(0, -equity), equity)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_adverse_side_of_a_wei(tiny: Bench, sign: int) -> None:
    """And in HALT the favourable one."""
    tiny.filled(tiny.trader, sign)
    size, basis, _ = stored.position(tiny.direct, tiny.trader)
    low, _, high = (price // WAD for price in tiny.read()[:3])
    assert high - low > 10
    found = Risk(*tiny.direct.call("risk", tiny.trader, 1))
    assert abs(found.losses - (basis - size * (low if sign > 0 else high))) <= 1
    tiny.halt(ETH)
    low, _, high = (price // WAD for price in tiny.read()[:3])
    found = Risk(*tiny.direct.call("risk", tiny.trader, 1))
    assert abs(found.equity - (size * (high if sign > 0 else low) - basis)) <= 1


def test_a_gain_of_a_wei(tiny: Bench) -> None:
    """Sold for 8,002 wei, as 30 ether of skew are worth 3 bps, and funding takes one."""
    tiny.filled(tiny.trader, -2)
    _, found = tiny.direct.call("risk_with", tiny.trader, BTC, 0, 1)
    assert Risk(*found)[:3] == (1, 0, 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_wei_is_liquidated(tiny: Bench, sign: int) -> None:
    tiny.filled(tiny.trader, sign)
    fill = closed(tiny, liquidate(tiny, -(10**6)))
    assert (fill.size, fill.delta) == (0, -sign)


@pytest.mark.parametrize("sign", [1, -1])
def test_only_who_is_below_zero_is_closed_whole(bench: Bench, sign: int) -> None:
    """Where a premium in its favour pays for it, a part lifts an account whose margin is nothing; no part with a wei
    less."""
    assert bench.set_market(ETH, bench.direct, taker=0, maker=0, penalty=0).ok
    bench.chain.warp(HOUR)
    for number in range(3):
        bench.filled(bench.sub_account(number), sign * 250 * WAD)
    bench.filled(bench.trader, sign * 20 * WAD)
    bench.push(ETH, 4_000)
    mark, equity = bench.chain.snapshot(), Risk(*bench.direct.call("risk", bench.trader, 1)).equity
    assert 0 < abs(closed(bench, liquidate(bench, -equity)).size) < 20 * WAD
    bench.chain.restore(mark)
    assert closed(bench, liquidate(bench, -equity - 1)).size == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_what_a_part_leaves_may_be_the_least(bench: Bench, sign: int) -> None:
    """100 USD to the wei; the whole is closed where it is a wei of ether less. The target is rounded up."""
    bench.filled(bench.trader, sign * WAD)
    before, least = Risk(*bench.direct.call("risk", bench.trader, 1)), WAD // 40
    target = ceil_div((before.maintenance + 1) * 11_000, 10_000)
    assert before.maintenance % 10 == 0

    def part(margin: int) -> int:
        return liquidation_size(TERMS, K, PRICE, sign * WAD, sign * WAD, target - margin)

    low, high = 0, before.maintenance  # a part above and below what leaves the least
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if part(middle) > WAD - least else (low, middle)
    assert (part(low), part(high)) == (WAD - least + 1, WAD - least)
    mark = bench.chain.snapshot()
    assert closed(bench, liquidate(bench, high - before.equity, needed=1)).size == sign * least
    bench.chain.restore(mark)
    assert closed(bench, liquidate(bench, low - before.equity, needed=1)).size == 0


def test_the_least_penalty_may_take_more_than_the_requirement(bench: Bench) -> None:
    """The whole of a small position at a penalty of 10 USD frees 3 USD of maintenance."""
    bench.direct = bench.new_pool(bench.manager, min_penalty=10 * WAD)
    assert bench.set_market(ETH, bench.direct).ok
    bench.filled(bench.trader, WAD // 40)
    before = Risk(*bench.direct.call("risk", bench.trader, 1))
    margin = 1_000 * WAD
    fill = closed(bench, liquidate(bench, margin - before.equity, needed=margin))
    assert (fill.size, fill.penalty) == (0, 10 * WAD)
    assert fill.health < 0


def test_the_least_penalty_is_of_the_whole(bench: Bench) -> None:
    """A part pays 1% of what is closed, less than 2 USD here."""
    bench.filled(bench.trader, WAD // 10)
    before = Risk(*bench.direct.call("risk", bench.trader, 1))
    fill = closed(bench, liquidate(bench, before.maintenance - 1 - before.equity))
    assert 0 < fill.size < WAD // 10
    assert fill.penalty == ceil_div(-fill.delta * PRICE, 100 * WAD) < WAD


def test_who_has_no_position_is_not_liquidated(bench: Bench) -> None:
    assert liquidate(bench, -1).error == "PAUSED"


def test_another_market_counts_once_and_at_the_newest_price(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.filled(bench.trader, WAD // 10, BTC)
    bench.push(ETH, 3_900)
    _, found = bench.filled(bench.trader, WAD // 10, BTC, markets=3)
    both = Risk(*bench.direct.call("risk", bench.trader, 3))
    assert found == both
    receipt = liquidate(bench, -both.equity, BTC, 3)
    assert receipt.ok, receipt.error
    margin, maintenance, _, after = bench.direct.returned("liquidate", receipt)
    assert (margin, maintenance) == (0, both.maintenance)
    assert Risk(*after) == Risk(*bench.direct.call("risk", bench.trader, 3))


@pytest.mark.parametrize("market", [ETH, BTC])
def test_only_the_markets_that_are_named_are_held(bench: Bench, market: int) -> None:
    """A position of 1 in the market counts where its bit is set: the order of -1 closes it, or opens one."""
    delta = WAD // 10
    bench.filled(bench.trader, delta, market)
    price = bench.read(market)[1]
    held, free = (
        Risk(*bench.direct.call("risk_with", bench.trader, market, -delta, markets)[1]) for markets in (1 << market, 0)
    )
    assert held.maintenance == 0 < free.maintenance
    assert (held.gains, held.losses) == (0, -held.equity)  # the premium that was paid is left
    assert held.losses > 0
    assert free.maintenance > ceil_div(delta * price * 2, 100 * WAD)


def test_a_position_whose_basis_is_nothing_counts(bench: Bench) -> None:
    """An ether bought at 4,000.02, and as much and 5e-6 more sold at 4,000."""
    bench.filled(bench.trader, WAD)
    basis = stored.position(bench.direct, bench.trader).basis
    delta = -basis * WAD // PRICE
    assert basis + delta * PRICE // WAD == 0 > WAD + delta
    _, found = bench.direct.call("risk_with", bench.trader, ETH, delta, 1)
    assert Risk(*found).losses == -(WAD + delta) * PRICE // WAD > 0
    assert Risk(*found).maintenance > 0


def test_a_wei_of_a_loss_is_realised(bench: Bench) -> None:
    bench.filled(bench.trader, WAD)
    bench.push(ETH, 3_900)
    arguments = (bench.trader, ETH, 1)
    receipt = bench.direct.transact("realise", *arguments, sender=bench.manager)
    assert bench.direct.returned("realise", receipt) == 1
    assert receipt.one("Realised").args["amount"] == 1
