"""`set_operator`, `operator` and `may`."""

from __future__ import annotations

import pytest

from novation.chain.abi import checksum
from tests.support.bench import Bench
from tests.support.stored import refusal

TRADE, WITHDRAW = 1, 2
NOBODY = "0x" + "00" * 20


def grant(bench: Bench, powers: int, expires_at: int, payout: str = NOBODY) -> None:
    bench.vault.transact("set_operator", bench.operator, powers, payout, expires_at, sender=bench.trader)


def may(bench: Bench, sender: str, power: int, account: str = "") -> bool:
    return bool(bench.vault.call("may", sender, account or bench.trader, power))


def test_event_and_state(bench: Bench) -> None:
    arguments = (bench.operator, TRADE | WITHDRAW, bench.anyone, 2**40 - 1)
    event = bench.vault.transact("set_operator", *arguments, sender=bench.trader).one("OperatorSet").args
    assert (event["owner"], event["operator"], event["powers"]) == (bench.trader, bench.operator, TRADE | WITHDRAW)
    assert (event["payout"], event["expires_at"]) == (bench.anyone, 2**40 - 1)
    assert bench.vault.call("operator", bench.trader, bench.operator) == (3, bench.anyone, 2**40 - 1)
    assert bench.vault.call("operator", bench.trader, bench.other) == (0, checksum(bytes(20)), 0)


@pytest.mark.parametrize("powers", [TRADE, WITHDRAW, TRADE | WITHDRAW])
def test_the_powers_given_and_no_others(bench: Bench, powers: int) -> None:
    grant(bench, powers, bench.now)
    for power in (TRADE, WITHDRAW):
        assert may(bench, bench.operator, power) == bool(powers & power)


def test_for_all_sub_accounts_of_the_owner(bench: Bench) -> None:
    grant(bench, TRADE, bench.now)
    assert may(bench, bench.operator, TRADE, bench.sub_account(0))
    assert may(bench, bench.operator, TRADE, bench.sub_account(255))
    assert not may(bench, bench.operator, TRADE, bench.other)


def test_it_ends_after_its_last_second(bench: Bench) -> None:
    grant(bench, TRADE, bench.now + 10)
    bench.chain.warp(10)
    assert may(bench, bench.operator, TRADE)
    bench.chain.warp(1)
    assert not may(bench, bench.operator, TRADE)


def test_no_powers_end_it(bench: Bench) -> None:
    grant(bench, TRADE, bench.now)
    grant(bench, 0, bench.now)
    assert not may(bench, bench.operator, TRADE)


def test_the_owner_always_may(bench: Bench) -> None:
    assert may(bench, bench.trader, TRADE)
    assert may(bench, bench.trader, WITHDRAW, bench.sub_account(7))
    assert not may(bench, bench.other, TRADE)


def test_an_operator_of_one_has_no_powers_of_its_own(bench: Bench) -> None:
    """What it sets is its own accounts' grant."""
    grant(bench, TRADE | WITHDRAW, bench.now + 9)
    bench.vault.transact("set_operator", bench.other, 3, bench.other, bench.now + 9, sender=bench.operator)
    assert not may(bench, bench.other, TRADE)


def test_a_time_that_does_not_fit(bench: Bench) -> None:
    arguments = (bench.operator, TRADE, NOBODY, 2**40)
    assert refusal(bench.vault, "set_operator", *arguments, sender=bench.trader) == "RANGE"
