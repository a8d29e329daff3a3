"""`register_pool`: for ever, in order, with market numbers of its own."""

from __future__ import annotations

import pytest

from tests.support.bench import CREDIT, MARKETS, WAD, Bench
from tests.support.stored import refusal

NOBODY = "0x" + "00" * 20


def code(bench: Bench, sender: str = "", **changes: object) -> str | None:
    values = {"index": 1, "pool": bench.anyone, "shares": bench.other, "markets": 1 << 16, "credit": WAD} | changes
    return refusal(bench.vault, "register_pool", *values.values(), sender=sender or bench.owner)


def test_a_later_pool(bench: Bench) -> None:
    markets = 3 << 16 | 1 << 31
    arguments = (1, bench.anyone, bench.other, markets, 7 * WAD)
    event = bench.vault.transact("register_pool", *arguments, sender=bench.owner).one("PoolSet").args
    assert event == {
        "index": 1,
        "pool": bench.anyone,
        "shares": bench.other,
        "markets": markets,
        "gain_weight": 0,
        "credit": 7 * WAD,
    }
    assert bench.lens.call("pool_at", 1) == (bench.anyone, markets, 0, 7 * WAD, bench.other)
    assert bench.vault.call("pool_word", 1) == int(bench.anyone, 16) | markets << 160 | 7 << 208
    assert bench.vault.call("shares_of", bench.anyone) == bench.other


def test_the_first_pool_counts_in_full(bench: Bench) -> None:
    assert bench.lens.call("pool_at", 0) == (bench.pool.address, MARKETS, 10_000, CREDIT * WAD, bench.shares)
    assert bench.vault.call("shares_of", bench.pool.address) == bench.shares


@pytest.mark.parametrize("role", ["guardian", "module", "trader", "treasury", "shares"])
def test_only_the_owner(bench: Bench, role: str) -> None:
    assert code(bench, bench.roles[role]) == "AUTH"


def test_once(bench: Bench) -> None:
    assert code(bench, index=0) == "ONCE"
    assert code(bench, pool=bench.pool.address) == "ONCE"
    assert code(bench) is None
    assert code(bench, pool=bench.module) == "ONCE"


@pytest.mark.parametrize(
    "changes",
    [
        {"index": 2},
        {"index": 4},
        {"index": 2**256 - 1},
        {"pool": NOBODY},
        {"shares": NOBODY},
        {"markets": 0},
        {"markets": 1 << 32},
        {"markets": 1},
        {"markets": 1 << 15 | 1 << 16},
        {"credit": 1},
        {"credit": 2**40 * WAD},
    ],
)
def test_bounds(bench: Bench, changes: dict[str, object]) -> None:
    assert code(bench, **changes) == "BOUND"


def test_four_at_most(bench: Bench) -> None:
    for index in (1, 2, 3):
        pool = bench.chain.account(30 + index)
        assert code(bench, index=index, pool=pool, markets=1 << (15 + index), credit=(2**40 - 1) * WAD) is None
    assert code(bench, index=4, pool=bench.module, markets=1 << 30) == "BOUND"


def test_while_openings_are_paused(bench: Bench) -> None:
    """A pool that is registered during a pause of openings must not open either."""
    bench.vault.transact("pause", 2, sender=bench.guardian)
    bench.second_pool(credit=CREDIT * WAD)
    arguments = (bench.trader, 16, WAD, WAD, True)
    assert refusal(bench.vault, "reserve", *arguments, sender=bench.order_module) == "PAUSED"
    assert bench.trade(bench.trader, WAD, 16).error == "PAUSED"
