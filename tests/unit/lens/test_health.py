"""`health`, `health_many`, `unhealthy_bits`: where accounts stand."""

from __future__ import annotations

import random

import pytest

from novation.model.market import pnl, requirement
from tests.support import stored
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import Health, Risk, refusal

K = 100_000 * WAD


@pytest.mark.parametrize("sign", [1, -1])
def test_of_an_account(bench: Bench, sign: int) -> None:
    bench.open(bench.trader, sign * 10 * WAD)
    bench.push(ETH, 4_000 - sign * 50)
    price = (4_000 - sign * 50) * WAD
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    size, basis, _ = bench.position(bench.trader)
    low, _, high = bench.read()[:3]
    funding = bench.market().funding
    initial = requirement(K, size, price, 500, 20_000, abs(size))
    losses = -pnl(size, basis, low if sign > 0 else high, funding)
    cash = bench.cash(bench.trader)
    assert bench.health(bench.trader) == Health(
        cash,
        cash + pnl(size, basis, price, funding),
        initial,
        requirement(K, size, price, 300, 20_000, abs(size)),
        cash - losses - initial,
        False,
        0,
        1,
    )


def test_without_positions(bench: Bench) -> None:
    cash = 100_000 * WAD
    assert bench.health(bench.trader) == Health(cash, cash, 0, 0, cash, False, 0, 0)
    assert bench.health(bench.anyone) == Health(0, 0, 0, 0, 0, False, 0, 0)


def test_withdrawable_is_what_can_be_withdrawn(bench: Bench) -> None:
    def free(account: str) -> int:
        return bench.health(account).withdrawable

    def moves(amount: int) -> str | None:
        return refusal(bench.vault, "transfer", bench.trader, bench.other, amount, sender=bench.trader)

    bench.open(bench.trader, 10 * WAD)
    for usd in (3_950, 4_000, 4_200):
        bench.push(ETH, usd)
        assert moves(free(bench.trader) + 1) == "MARGIN"
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert (free(bench.trader), moves(1)) == (0, "PENDING")
    bench.vault.transact("release", bench.trader, WAD, True, sender=bench.order_module)
    bench.reduce_only(ETH)
    assert (free(bench.trader), moves(1)) == (0, "STALE")
    bench.oracle.transact("set_status", ETH, 1, sender=bench.owner)
    assert moves(free(bench.trader)) is None


def test_flagged(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", account, sender=bench.anyone)
    found = bench.health(account)
    assert (found.liquidatable, found.flagged_at) == (True, bench.now)


@pytest.fixture
def crowd(bench: Bench) -> list[str]:
    """Accounts of every kind: long, short, in one or two markets or none, thin and thick."""
    dice = random.Random(5)
    accounts = []
    for number in range(24):
        account = bench.sub_account(number + 1)
        bench.fund(account, dice.choice([3_000, 4_000, 9_000]))
        if number % 3:
            bench.open(account, dice.choice([-9, -5, 5, 9]) * WAD)
        if number % 4 > 1:
            bench.open(account, dice.choice([-1, 1]) * WAD // 8, BTC)
        accounts.append(account)
    return accounts


@pytest.mark.parametrize(("eth", "btc"), [(4_000, 110_000), (3_700, 110_000), (4_300, 121_000), (3_500, 95_000)])
@pytest.mark.parametrize("halted", [None, ETH, BTC])
def test_many_as_one_by_one(bench: Bench, crowd: list[str], eth: int, btc: int, halted: int | None) -> None:
    bench.push(ETH, eth)
    bench.push(BTC, btc)
    for market in (ETH, BTC):
        bench.pool.transact("poke", market, sender=bench.anyone)
    if halted is not None:
        bench.halt(halted)
    single = [bench.health(account) for account in crowd]
    assert [Health(*found) for found in bench.lens.call("health_many", crowd)] == single
    bits = bench.lens.call("unhealthy_bits", crowd)
    assert bits == sum(1 << n for n, found in enumerate(single) if found.liquidatable)
    for account, found in zip(crowd, single, strict=True):
        risk = Risk(*bench.pool.call("risk", account, bench.account(account).markets))
        assert found.margin == found.cash + risk.equity
        assert found.liquidatable == (refusal(bench.vault, "flag", account, sender=bench.anyone) is None)


def test_some_are_and_some_are_not(bench: Bench, crowd: list[str]) -> None:
    bench.push(ETH, 3_500)
    bits = bench.lens.call("unhealthy_bits", crowd)
    assert 0 < bits.bit_count() < len(crowd)


def test_lists_at_their_ends(bench: Bench) -> None:
    assert bench.lens.call("unhealthy_bits", []) == 0
    assert list(bench.lens.call("health_many", [])) == []
    assert bench.lens.call("unhealthy_bits", [bench.trader] * 256) == 0
    assert len(bench.lens.call("health_many", [bench.trader] * 64)) == 64


def test_at_the_maintenance_in_force(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 2_300)
    bench.open(account, 10 * WAD)
    assert bench.set_market(ETH, maintenance=490, initial=600).ok
    bench.push(ETH, 3_960)
    assert bench.lens.call("unhealthy_bits", [account]) == 0
    bench.chain.warp(3_600)
    assert bench.health(account).liquidatable
    assert bench.lens.call("unhealthy_bits", [account]) == 1
    assert stored.config(bench.pool).maintenance == 490
