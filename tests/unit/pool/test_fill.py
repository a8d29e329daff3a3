"""`fill` at the pool itself: what it costs, what it keeps, what it tells the vault."""

from __future__ import annotations

import pytest

from novation.model.market import accrue, change, charge, fill_cost, pnl, requirement
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import Risk, book_of, market_of, position_of, refusal

K = 100_000 * WAD
PRICE = 4_000 * WAD
LONG, SHORT = 20 * WAD, -20 * WAD


def position(bench: Bench, account: str = "", market: int = ETH) -> tuple[int, int]:
    return stored.position(bench.direct, account or bench.trader, market)[:2]


def market(bench: Bench, number: int = ETH) -> stored.Market:
    return stored.market(bench.direct, number)


def needs(size: int, price: int) -> int:
    return requirement(K, size, price, 300, 20_000, abs(size))


@pytest.mark.parametrize("delta", [10 * WAD, -10 * WAD, WAD // 3, -WAD // 7])
def test_an_opening(bench: Bench, delta: int) -> None:
    fill, risk = bench.filled(bench.trader, delta)
    cost = fill_cost(K, PRICE, 0, delta)
    fee = charge(PRICE, delta, 0, 200, 500, 0)
    needed = requirement(K, delta, PRICE, 300, 20_000, abs(delta))
    worth = pnl(delta, cost, PRICE, 0)
    assert position(bench) == (delta, cost)
    assert (fill.size, fill.delta, fill.cash, fill.charge, fill.penalty) == (delta, delta, -fee, fee, 0)
    assert (fill.opening, fill.price) == (True, PRICE)
    _, low, mid, high = (PRICE, *bench.read()[:3])
    adverse = pnl(delta, cost, low if delta > 0 else high, 0)
    assert mid == PRICE
    initial = requirement(K, delta, PRICE, 500, 20_000, abs(delta))
    assert risk == Risk(0, -adverse, worth, initial, needed, 1)


def test_the_event_carries_the_final_words(bench: Bench) -> None:
    bench.filled(bench.other, SHORT)
    receipt = bench.fill(bench.trader, LONG, usd=4_100)
    event = receipt.one("Filled").args
    assert (event["account"], event["market"], event["price"]) == (bench.trader, ETH, 4_100 * WAD)
    words = bench.direct.call("market_words", ETH)
    assert (event["interest"], event["funding"], event["mark"]) == tuple(words[2:])
    assert event["position"] == bench.direct.call("position_word", bench.trader, ETH)
    assert event["book"] == bench.direct.call("book_word")
    found = market_of(*words[2:])
    assert (found.long, found.short, found.price, found.accrued_at) == (LONG, -SHORT, 4_100 * WAD, bench.now)
    assert found.basis == sum(position(bench, account)[1] for account in (bench.trader, bench.other))
    assert position_of(event["position"]).changed_at == bench.now
    assert book_of(event["book"]).reserve == 4_100 * 20 * 3_000 // 10_000 * WAD


@pytest.mark.parametrize("role", ["owner", "guardian", "trader", "order_module"])
def test_only_the_vault(bench: Bench, role: str) -> None:
    arguments = (bench.trader, ETH, WAD, *bench.quote(), 0, False, 0, 0, True)
    assert refusal(bench.direct, "fill", *arguments, sender=bench.roles[role]) == "AUTH"
    assert refusal(bench.pool, "fill", *arguments, sender=bench.manager) == "AUTH"


@pytest.mark.parametrize("number", [2, 31, 32, 2**256 - 1])
def test_market(bench: Bench, number: int) -> None:
    arguments = (bench.trader, number, WAD, *bench.quote(), 0, False, 0, 0, True)
    assert refusal(bench.direct, "fill", *arguments, sender=bench.manager) == "MARKET"


def test_what_the_adapter_refuses(bench: Bench) -> None:
    due, window, reference = bench.quote()
    rest = (0, False, 0, 10**6 * WAD, True)
    calls = {
        "EARLY": (due + 1, window, reference),
        "PROOF": (due - 1, 0, reference),
    }
    for code, quote in calls.items():
        assert refusal(bench.direct, "fill", bench.trader, ETH, WAD, *quote, *rest, sender=bench.manager) == code
    bench.halt(ETH)
    quote = (due, window, reference)
    assert refusal(bench.direct, "fill", bench.trader, ETH, WAD, *quote, *rest, sender=bench.manager) == "STALE"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("step", [5, 13])
def test_a_partial_close_keeps_the_entry(bench: Bench, sign: int, step: int) -> None:
    """The rest's basis is in proportion, what is realised is credited: margin moves by fee and premium alone."""
    bench.filled(bench.trader, sign * 20 * WAD)
    before = stored.position(bench.direct, bench.trader, ETH)
    start = market(bench)
    fill, _ = bench.filled(bench.trader, -sign * step * WAD, usd=4_200)
    rate, funding = accrue(stored.config(bench.direct), start, bench.now)
    expected = change(before, -sign * step * WAD, 4_200 * WAD, funding, K, start.skew)
    assert position(bench) == (expected.size, expected.basis)
    assert expected.basis == before.basis * (20 - step) // 20
    assert fill.cash == expected.realised - fill.charge
    assert fill.opening is False
    was = pnl(before.size, before.basis, 4_200 * WAD, funding) - needs(before.size, 4_200 * WAD)
    left = pnl(expected.size, expected.basis, 4_200 * WAD, funding) - needs(expected.size, 4_200 * WAD)
    assert fill.health == fill.cash + left - was
    assert market(bench).rate == rate


@pytest.mark.parametrize("sign", [1, -1])
def test_a_flip(bench: Bench, sign: int) -> None:
    """To zero with the skew as it is, then the rest with the skew after it: as two orders in a row."""
    bench.filled(bench.other, sign * 3 * WAD)
    bench.filled(bench.trader, sign * 5 * WAD)
    mark = bench.chain.snapshot()
    fill, _ = bench.filled(bench.trader, -sign * 12 * WAD, usd=4_100)
    flipped, state = position(bench), market(bench)
    assert fill.opening is True
    assert fill.size == -sign * 7 * WAD
    bench.chain.restore(mark)
    quote = bench.quote(ETH, 4_100)
    cash = 0
    for delta in (-sign * 5 * WAD, -sign * 7 * WAD):
        arguments = (bench.trader, ETH, delta, *quote, 0, False, 0, 10**7 * WAD, True)
        receipt = bench.direct.transact("fill", *arguments, sender=bench.manager)
        cash += bench.direct.returned("fill", receipt)[0][2]
    assert position(bench) == flipped
    assert market(bench)._replace(accrued_at=0) == state._replace(accrued_at=0)
    assert 0 <= cash - fill.cash + 2 <= 4


def test_a_close_leaves_nothing(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    bench.filled(bench.trader, -10 * WAD, usd=4_321)
    assert position(bench) == (0, 0)
    assert stored.position(bench.direct, bench.trader, ETH).changed_at == bench.now
    found = market(bench)
    assert (found.long, found.short, found.basis) == (0, 0, 0)
    book = stored.book(bench.direct)
    assert (book.liability, book.reserve) == (0, 0)
    assert book.owed > 0


def test_risk_covers_the_other_markets_too(bench: Bench) -> None:
    bench.filled(bench.trader, WAD // 10, BTC)
    _, alone = bench.filled(bench.trader, WAD)
    bench.chain.warp(0)
    both = Risk(*bench.direct.call("risk", bench.trader, 3))
    first = Risk(*bench.direct.call("risk", bench.trader, 1 << BTC))
    eth = Risk(*bench.direct.call("risk", bench.trader, 1 << ETH))
    assert eth == alone
    assert both == Risk(*(one + two for one, two in zip(first[:5], eth[:5], strict=True)), 1)
    _, told = bench.filled(bench.trader, WAD, markets=3)
    assert told == Risk(*bench.direct.call("risk", bench.trader, 3))


@pytest.mark.parametrize(("first", "second"), [(LONG, SHORT // 2), (SHORT, LONG // 2), (LONG, LONG), (LONG, 2 * SHORT)])
def test_risk_told_is_risk_read(bench: Bench, first: int, second: int) -> None:
    bench.filled(bench.other, SHORT // 3)
    bench.filled(bench.trader, first)
    _, risk = bench.filled(bench.trader, second, usd=4_050, markets=1)
    assert risk == Risk(*bench.direct.call("risk", bench.trader, 1))


def test_side_dependent_initial_margin(bench: Bench) -> None:
    """The slope is on the side's open interest: a crowded side asks more of everybody in it."""
    _, alone = bench.filled(bench.trader, LONG)
    bench.filled(bench.other, 100 * WAD)
    crowded = Risk(*bench.direct.call("risk", bench.trader, 1))
    assert alone.initial == requirement(K, LONG, PRICE, 500, 20_000, LONG)
    assert crowded.initial == requirement(K, LONG, PRICE, 500, 20_000, LONG + 100 * WAD)
    assert crowded.maintenance == alone.maintenance
    bench.filled(bench.anyone, -200 * WAD)
    assert Risk(*bench.direct.call("risk", bench.trader, 1)).initial == crowded.initial


def test_sub_accounts_gain_nothing(bench: Bench) -> None:
    """Split over accounts the same size needs no less initial margin, and costs no less."""
    quote = bench.quote()
    mark = bench.chain.snapshot()

    def run(parts: int) -> tuple[int, int]:
        bench.chain.restore(mark)
        cash = 0
        for number in range(parts):
            delta = 200 * WAD // parts
            arguments = (bench.sub_account(number), ETH, delta, *quote, 0, False, 0, 10**7 * WAD, True)
            receipt = bench.direct.transact("fill", *arguments, sender=bench.manager)
            cash += bench.direct.returned("fill", receipt)[0][2]
        risks = [Risk(*bench.direct.call("risk", bench.sub_account(number), 1)) for number in range(parts)]
        return sum(risk.initial for risk in risks), cash + sum(risk.equity for risk in risks)

    whole, wealth = run(1)
    for parts in (2, 4, 8):
        initial, left = run(parts)
        assert initial >= whole
        assert left <= wealth
