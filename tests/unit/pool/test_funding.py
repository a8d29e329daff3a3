"""Funding: longs pay while longs are more, at a rate that moves with the skew, in the price's own unit."""

from __future__ import annotations

import pytest

from novation.model.market import accrue, pnl
from tests.support import stored
from tests.support.bench import ETH, WAD, Bench

HOUR = 3_600
VELOCITY = 4_000_000 * 10**21  # 1e36 per second squared


def later(bench: Bench, seconds: int) -> stored.Market:
    bench.chain.warp(seconds - 1)
    bench.push(ETH, 4_000)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    return stored.market(bench.direct)


@pytest.mark.parametrize("sign", [1, -1])
def test_sign_and_size(bench: Bench, sign: int) -> None:
    """At skew s the rate rises by v * s / K a second: 4e-9 / 1e3 at 100 ETH."""
    bench.filled(bench.trader, sign * 100 * WAD)
    start = stored.market(bench.direct)
    found = later(bench, HOUR)
    assert found.rate == sign * VELOCITY // 1_000 * HOUR
    expected = sign * VELOCITY // 1_000 * HOUR * HOUR // 2 * 4_000 * WAD // 10**36
    assert found.funding == expected
    assert accrue(stored.config(bench.direct), start, bench.now) == (found.rate, found.funding)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_larger_side_pays_the_smaller_and_the_pool_the_difference(bench: Bench, sign: int) -> None:
    bench.filled(bench.trader, sign * 100 * WAD)
    bench.filled(bench.other, -sign * 40 * WAD)
    quiet = [pnl(*stored.position(bench.direct, a)[:2], 4_000 * WAD, 0) for a in (bench.trader, bench.other)]
    funding = later(bench, HOUR).funding
    paid, got = (
        stored.Risk(*bench.direct.call("risk", a, 1)).equity - before
        for a, before in zip((bench.trader, bench.other), quiet, strict=True)
    )
    assert paid < 0 < got
    assert abs(paid + sign * 100 * funding) <= 1
    assert abs(got - sign * 40 * funding) <= 1
    # The pool takes the rest: the liability falls by what the skew pays.
    assert abs(paid + got + sign * 60 * funding) <= 2


def test_the_cap_of_the_rate(bench: Bench) -> None:
    assert bench.set_market(ETH, bench.direct, rate_max=1_000).ok
    bench.filled(bench.trader, 250 * WAD)
    start = stored.market(bench.direct)
    top = 1_000 * 10**24
    found = later(bench, 1_000)
    assert found.rate == top
    # A triangle up to the cap, then flat: the integral is exact across it.
    push = VELOCITY * 250 // 100_000
    gap = top - start.rate
    area = top * 1_000 - gap * gap // (2 * push)
    assert found.funding - start.funding == 4_000 * WAD * area // 10**36
    assert later(bench, 1_000).rate == top


def test_it_goes_on_without_skew(bench: Bench) -> None:
    """The rate stays where it is while the sides are even: longs pay shorts, the pool nothing."""
    bench.filled(bench.trader, 100 * WAD)
    later(bench, HOUR)
    bench.filled(bench.other, -100 * WAD)
    start = stored.market(bench.direct)
    found = later(bench, HOUR)
    assert found.rate == start.rate > 0
    assert found.funding - start.funding == 4_000 * WAD * start.rate * HOUR // 10**36


def test_at_the_price_stored_before(bench: Bench) -> None:
    """A new price is not applied to the time before it was known."""
    bench.filled(bench.trader, 100 * WAD)
    start = stored.market(bench.direct)
    bench.chain.warp(HOUR)
    bench.push(ETH, 8_000)
    bench.direct.transact("poke", ETH, sender=bench.anyone)
    found = stored.market(bench.direct)
    assert found.price == 8_000 * WAD
    assert start.price == 4_000 * WAD
    assert found.funding == accrue(stored.config(bench.direct), start, bench.now)[1]


def test_settled_by_a_close(bench: Bench) -> None:
    bench.filled(bench.trader, 100 * WAD)
    later(bench, HOUR)
    fill, _ = bench.filled(bench.trader, -100 * WAD)
    funding = stored.market(bench.direct).funding
    assert funding > 0
    # In and out over the same skew cost the same: funding and fee are what is left.
    assert abs(fill.cash + fill.charge + 100 * funding) <= 2
