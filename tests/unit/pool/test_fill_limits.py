"""What refuses a fill: caps, status, dust, price, and in which order."""

from __future__ import annotations

import pytest

from novation.model.market import fill_cost
from tests.support import stored
from tests.support.bench import ETH, WAD, Bench

K = 100_000 * WAD
POSITION_CAP, SIDE_CAP = 250 * WAD, 1_000 * WAD


@pytest.mark.parametrize("sign", [1, -1])
def test_the_cap_of_a_position(bench: Bench, sign: int) -> None:
    assert bench.fill(bench.trader, sign * (POSITION_CAP + 1)).error == "CAPPED"
    assert bench.fill(bench.trader, sign * POSITION_CAP).ok
    assert bench.fill(bench.trader, sign).error == "CAPPED"
    assert bench.fill(bench.trader, -sign).ok
    # A flip ends on the other side.
    assert bench.fill(bench.trader, -sign * 2 * POSITION_CAP).error == "CAPPED"
    assert bench.fill(bench.trader, -sign * (2 * POSITION_CAP - 1)).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_the_cap_of_a_side(bench: Bench, sign: int) -> None:
    for number in range(4):
        assert bench.fill(bench.sub_account(number), sign * POSITION_CAP).ok
    assert bench.fill(bench.trader, sign * WAD).error == "CAPPED"
    assert bench.fill(bench.other, -sign * WAD).ok
    assert bench.fill(bench.sub_account(0), -sign * WAD).ok
    assert bench.fill(bench.trader, sign * WAD).ok
    found = stored.market(bench.direct)
    assert max(found.long, found.short) == SIDE_CAP


def test_a_cap_that_was_lowered_lets_everybody_out(bench: Bench) -> None:
    bench.filled(bench.trader, POSITION_CAP)
    bench.direct.transact("tighten", ETH, 500, 0, 0, sender=bench.guardian)
    assert bench.fill(bench.other, WAD).error == "CAPPED"
    assert bench.fill(bench.trader, -WAD).ok
    assert bench.fill(bench.trader, WAD).error == "CAPPED"
    assert bench.fill(bench.trader, -POSITION_CAP + WAD).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_the_reserve_to_the_wei(bench: Bench, sign: int) -> None:
    """reserve * 1e4 <= utilisation * NAV at the dearer side, after the fill."""
    delta = sign * 100 * WAD
    quote = bench.quote()

    def code(cash: int) -> str | None:
        arguments = (bench.trader, ETH, delta, *quote, 0, False, 0, cash, True)
        return bench.direct.attempt("fill", *arguments, sender=bench.manager).error

    price, low, high = 4_000 * WAD, *bench.read()[0:3:2]
    cost = fill_cost(K, price, 0, delta)
    dear = max(-(-delta * p * (2 * K + delta) // (2 * K * WAD)) - cost for p in (low, high))
    fee = 200 * WAD
    reserve = 120_000 * WAD
    # cash + fee - dear - owed >= reserve / 80%
    enough = reserve * 10_000 // 8_000 - fee + dear + fee // 5
    assert dear > 1_900 * WAD
    assert code(enough - 1) == "CAPPED"
    assert code(enough) is None


def test_the_reserve_does_not_stop_a_reduction(bench: Bench) -> None:
    bench.filled(bench.trader, 100 * WAD)
    assert bench.fill(bench.trader, -WAD, cash=-(10**6) * WAD).ok
    assert bench.fill(bench.other, WAD, cash=0).error == "CAPPED"


def test_halted(bench: Bench) -> None:
    """A market that only reduces: openings and flips are refused, reductions are not."""
    bench.filled(bench.trader, 10 * WAD)
    bench.reduce_only(ETH)
    assert bench.fill(bench.trader, WAD).error == "HALTED"
    assert bench.fill(bench.other, -WAD).error == "HALTED"
    assert bench.fill(bench.trader, -20 * WAD).error == "HALTED"
    assert bench.fill(bench.trader, -20 * WAD, reduce_only=True).ok


def test_paused(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    for delta in (WAD, -20 * WAD):
        assert bench.fill(bench.trader, delta, may_open=False).error == "PAUSED"
    assert bench.fill(bench.trader, -WAD, may_open=False).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_reduce_only(bench: Bench, sign: int) -> None:
    assert bench.fill(bench.trader, sign * WAD, reduce_only=True).error == "REDUCE"
    bench.filled(bench.trader, sign * 10 * WAD)
    assert bench.fill(bench.trader, sign * WAD, reduce_only=True).error == "REDUCE"
    fill, _ = bench.filled(bench.trader, -sign * 4 * WAD, reduce_only=True)
    assert (fill.delta, fill.size) == (-sign * 4 * WAD, sign * 6 * WAD)
    fill, _ = bench.filled(bench.trader, -sign * 2**200, reduce_only=True)
    assert (fill.delta, fill.size, fill.opening) == (-sign * 6 * WAD, 0, False)


def test_dust(bench: Bench) -> None:
    """What is left is worth at least 100 USD at the newest price, or nothing."""
    least = WAD // 40
    assert bench.fill(bench.trader, least - 1).error == "DUST"
    assert bench.fill(bench.trader, -least + 1).error == "DUST"
    assert bench.fill(bench.trader, least).ok
    assert bench.fill(bench.trader, -1).error == "DUST"
    assert bench.fill(bench.trader, -least).ok
    assert bench.fill(bench.other, 2 * least).ok
    assert bench.fill(bench.other, -least).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_price(bench: Bench, sign: int) -> None:
    """The bound is on the average with the premium of the skew, to the wei."""
    delta = sign * 10 * WAD
    average = abs(fill_cost(K, 4_000 * WAD, 0, delta)) * WAD // abs(delta)
    assert average == 4_000 * WAD + sign * WAD // 5
    assert bench.fill(bench.trader, delta, acceptable=average - sign).error == "PRICE"
    assert bench.fill(bench.trader, delta, acceptable=average).ok


def test_price_of_a_flip_is_of_both_parts(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    cost = fill_cost(K, 4_000 * WAD, 10 * WAD, -10 * WAD) + fill_cost(K, 4_000 * WAD, 0, -10 * WAD)
    average = -cost * WAD // (20 * WAD)
    assert bench.fill(bench.trader, -20 * WAD, acceptable=average + 1).error == "PRICE"
    assert bench.fill(bench.trader, -20 * WAD, acceptable=average).ok


def test_price_of_a_cut_reduction(bench: Bench) -> None:
    bench.filled(bench.trader, 10 * WAD)
    assert bench.fill(bench.trader, -(10**9) * WAD, reduce_only=True, acceptable=4_001 * WAD).error == "PRICE"
    assert bench.fill(bench.trader, -(10**9) * WAD, reduce_only=True, acceptable=4_000 * WAD).ok


def test_the_order_of_the_checks(bench: Bench) -> None:
    """REDUCE, HALTED, PAUSED, PRICE, DUST, CAPPED: each wins over all after it."""
    options = {"acceptable": 1, "may_open": False, "cash": 0}
    bench.reduce_only(ETH)
    assert bench.fill(bench.trader, 1, reduce_only=True, **options).error == "REDUCE"
    assert bench.fill(bench.trader, 1, **options).error == "HALTED"
    bench.oracle.transact("set_status", ETH, 1, sender=bench.owner)
    assert bench.fill(bench.trader, 1, **options).error == "PAUSED"
    assert bench.fill(bench.trader, 1, **options | {"may_open": True}).error == "PRICE"
    assert bench.fill(bench.trader, 1, cash=0).error == "DUST"
    assert bench.fill(bench.trader, WAD, cash=0).error == "CAPPED"


@pytest.mark.parametrize("delta", [2**255 - 1, -(2**255), 2**104, -(2**104), 2**128])
def test_a_size_beyond_every_word(bench: Bench, delta: int) -> None:
    """It never fills: a cap, or the width of a word, refuses it."""
    assert not bench.fill(bench.trader, delta).ok
    bench.filled(bench.trader, 10 * WAD)
    assert not bench.fill(bench.trader, delta).ok
