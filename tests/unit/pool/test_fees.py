"""Fees of a fill: maker on what lowers the skew, taker on the rest, the spread on all; who gets them."""

from __future__ import annotations

import pytest

from novation.model.market import to_owed
from tests.support import stored
from tests.support.bench import ETH, WAD, Bench

HEARTBEAT, WINDOW = 7_200, 60
MAKER, TAKER, SPREAD = 200, 500, 5_000  # ppm


def fee(size: int, ppm: int, usd: int = 4_000) -> int:
    """ceil, WAD USD; size WAD."""
    return -(-size * usd * ppm // 10**6)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("skew", "delta", "made"),
    [(0, 10, 0), (30, 10, 0), (30, -10, 10), (30, -30, 30), (30, -40, 30), (1, -40, 1)],
)
def test_maker_and_taker(bench: Bench, sign: int, skew: int, delta: int, made: int) -> None:
    if skew:
        bench.filled(bench.other, sign * skew * WAD)
    fill, _ = bench.filled(bench.trader, sign * delta * WAD)
    assert fill.charge == fee(made * WAD, MAKER) + fee((abs(delta) - made) * WAD, TAKER)
    assert fill.cash == -fill.charge


def test_rounded_up(bench: Bench) -> None:
    fill, _ = bench.filled(bench.trader, WAD + 1, usd=4_000.01)
    exact = (WAD + 1) * 400_001 * TAKER  # 1e-8 wei
    assert exact % 10**8
    assert fill.charge == exact // 10**8 + 1


def test_on_a_close_too(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    fill, _ = bench.filled(bench.trader, -10 * WAD, usd=5_000)
    assert fill.charge == fee(10 * WAD, MAKER, 5_000)


def test_a_spread_where_no_round_came_in_the_window(bench: Bench) -> None:
    """The one in force at the window's end fills, at the feed's deviation threshold on top."""
    reference = bench.push(ETH, 4_000)
    bench.chain.warp(10)
    due = bench.now
    bench.chain.warp(WINDOW + 1)
    arguments = (bench.trader, ETH, 10 * WAD, due, WINDOW, reference, 0, False, 0, 10**7 * WAD, True)
    receipt = bench.direct.transact("fill", *arguments, sender=bench.manager)
    fill = stored.Fill(*bench.direct.returned("fill", receipt)[0])
    assert fill.charge == fee(10 * WAD, TAKER + SPREAD)
    assert fill.price == 4_000 * WAD


@pytest.mark.parametrize("size", [WAD, WAD // 3, WAD * 7 // 11])
def test_the_part_of_the_protocol(bench: Bench, size: int) -> None:
    """A fifth, down to 1e12 wei; the rest is the pool's at once."""
    fill, _ = bench.filled(bench.trader, size)
    assert stored.book(bench.direct).owed == to_owed(fill.charge, 2_000) * 10**12
    before = stored.book(bench.direct).owed
    fill, _ = bench.filled(bench.other, -size, usd=4_100)
    assert stored.book(bench.direct).owed == before + to_owed(fill.charge, 2_000) * 10**12


def test_charged_at_the_price_of_the_fill(bench: Bench) -> None:
    due, window, reference = bench.quote(ETH, 3_900)
    bench.push(ETH, 4_100)
    arguments = (bench.trader, ETH, WAD, due, window, reference, 0, False, 0, 10**7 * WAD, True)
    receipt = bench.direct.transact("fill", *arguments, sender=bench.manager)
    fill = stored.Fill(*bench.direct.returned("fill", receipt)[0])
    assert (fill.price, fill.charge) == (3_900 * WAD, fee(WAD, TAKER, 3_900))
    assert stored.market(bench.direct).price == 4_100 * WAD
