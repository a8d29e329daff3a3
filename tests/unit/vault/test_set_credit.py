"""`set_credit` and `set_gain_weight`: how far a pool's promises count."""

from __future__ import annotations

import pytest

from tests.support.bench import CREDIT, MARKETS, WAD, Bench
from tests.support.stored import refusal


def pool_at(bench: Bench) -> tuple[object, ...]:
    return tuple(bench.lens.call("pool_at", 0))


@pytest.mark.parametrize("credit", [0, 7 * WAD, (2**40 - 1) * WAD])
def test_by_the_owner(bench: Bench, credit: int) -> None:
    event = bench.vault.transact("set_credit", 0, credit, sender=bench.owner).one("PoolSet").args
    assert event == {
        "index": 0,
        "pool": bench.pool.address,
        "shares": bench.shares,
        "markets": MARKETS,
        "gain_weight": 10_000,
        "credit": credit,
    }
    assert pool_at(bench) == (bench.pool.address, MARKETS, 10_000, credit, bench.shares)


def test_the_guardian_only_lowers(bench: Bench) -> None:
    assert refusal(bench.vault, "set_credit", 0, (CREDIT + 1) * WAD, sender=bench.guardian) == "AUTH"
    assert refusal(bench.vault, "set_credit", 0, (CREDIT - 1) * WAD, sender=bench.guardian) is None
    assert refusal(bench.vault, "set_credit", 0, CREDIT * WAD, sender=bench.guardian) == "AUTH"
    assert refusal(bench.vault, "set_credit", 0, CREDIT * WAD, sender=bench.owner) is None


@pytest.mark.parametrize("role", ["module", "trader", "treasury", "shares", "order_module"])
@pytest.mark.parametrize("function", ["set_credit", "set_gain_weight"])
def test_nobody_else(bench: Bench, function: str, role: str) -> None:
    assert refusal(bench.vault, function, 0, 0, sender=bench.roles[role]) == "AUTH"


@pytest.mark.parametrize(("index", "credit"), [(0, 1), (0, 2**40 * WAD), (1, WAD), (4, WAD), (2**256 - 1, WAD)])
def test_bounds_of_credit(bench: Bench, index: int, credit: int) -> None:
    assert refusal(bench.vault, "set_credit", index, credit, sender=bench.owner) == "BOUND"


@pytest.mark.parametrize("weight", [0, 1, 10_000])
def test_gain_weight(bench: Bench, weight: int) -> None:
    event = bench.vault.transact("set_gain_weight", 0, weight, sender=bench.owner).one("PoolSet").args
    assert (event["gain_weight"], event["credit"], event["markets"]) == (weight, CREDIT * WAD, MARKETS)
    assert pool_at(bench) == (bench.pool.address, MARKETS, weight, CREDIT * WAD, bench.shares)


def test_one_gain_weight_after_another(bench: Bench) -> None:
    for weight in (10_000, 1, 8_192, 0, 9_999, 10_000):
        bench.vault.transact("set_gain_weight", 0, weight, sender=bench.owner)
        assert pool_at(bench)[2] == weight


def test_gain_weight_not_by_the_guardian(bench: Bench) -> None:
    assert refusal(bench.vault, "set_gain_weight", 0, 0, sender=bench.guardian) == "AUTH"


@pytest.mark.parametrize(("index", "weight"), [(0, 10_001), (1, 0), (4, 0)])
def test_bounds_of_gain_weight(bench: Bench, index: int, weight: int) -> None:
    assert refusal(bench.vault, "set_gain_weight", index, weight, sender=bench.owner) == "BOUND"


@pytest.mark.parametrize(("function", "value"), [("set_credit", 7 * WAD), ("set_gain_weight", 5)])
def test_they_leave_the_pause_alone(bench: Bench, function: str, value: int) -> None:
    bench.vault.transact("pause", 2, sender=bench.guardian)
    bench.vault.transact(function, 0, value, sender=bench.owner)
    assert bench.trade(bench.trader, WAD).error == "PAUSED"
