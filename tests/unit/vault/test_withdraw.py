"""`withdraw`: token units out, judged without unrealised gains."""

from __future__ import annotations

import pytest

from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import refusal

WITHDRAW, TRADE = 2, 1
USD = 10**6


def code(bench: Bench, amount: int, account: str = "", to: str = "", sender: str = "") -> str | None:
    account = account or bench.trader
    return refusal(bench.vault, "withdraw", account, amount, to or account, sender=sender or bench.trader)


def pending(bench: Bench, account: str) -> None:
    bench.vault.transact("reserve", account, ETH, WAD, WAD, True, sender=bench.order_module)


def test_the_owner_anywhere(bench: Bench) -> None:
    before = bench.cash(bench.trader)
    receipt = bench.vault.transact("withdraw", bench.trader, 3 * USD, bench.anyone, sender=bench.trader)
    event = receipt.one("Withdrawn").args
    assert (event["account"], event["to"], event["amount"]) == (bench.trader, bench.anyone, 3 * WAD)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert bench.cash(bench.trader) == before - 3 * WAD
    assert bench.token.call("balanceOf", bench.anyone) == 3 * USD


def test_a_sub_account_by_its_owner(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 5)
    assert code(bench, 5 * USD, account) is None
    assert bench.cash(account) == 0


def test_strangers(bench: Bench) -> None:
    for sender in (bench.other, bench.owner, bench.guardian, bench.order_module, bench.treasury):
        assert code(bench, USD, sender=sender, to=sender) == "AUTH"


def test_an_operator_to_its_payout_only(bench: Bench) -> None:
    until = bench.now + 100
    bench.vault.transact("set_operator", bench.operator, WITHDRAW, bench.anyone, until, sender=bench.trader)
    assert code(bench, USD, to=bench.operator, sender=bench.operator) == "AUTH"
    assert code(bench, USD, to=bench.trader, sender=bench.operator) == "AUTH"
    assert code(bench, USD, to=bench.anyone, sender=bench.operator) is None
    bench.chain.set_time(until)
    assert code(bench, USD, to=bench.anyone, sender=bench.operator) is None
    bench.chain.set_time(until + 1)
    assert code(bench, USD, to=bench.anyone, sender=bench.operator) == "AUTH"


def test_an_operator_without_the_power(bench: Bench) -> None:
    bench.vault.transact("set_operator", bench.operator, TRADE, bench.anyone, bench.now + 9, sender=bench.trader)
    assert code(bench, USD, to=bench.anyone, sender=bench.operator) == "AUTH"


def test_zero(bench: Bench) -> None:
    assert code(bench, 0) == "ZERO"


def test_more_than_there_is(bench: Bench) -> None:
    assert code(bench, 100_000 * USD + 1) == "CASH"
    assert code(bench, 100_000 * USD) is None


def test_pending(bench: Bench) -> None:
    pending(bench, bench.trader)
    assert code(bench, USD) == "PENDING"


@pytest.mark.parametrize("delta", [10 * WAD, -10 * WAD])
def test_with_a_position_to_the_initial_margin_and_no_further(bench: Bench, delta: int) -> None:
    bench.open(bench.trader, delta)
    free = bench.health(bench.trader).withdrawable
    assert 97_000 * WAD < free < 98_000 * WAD
    assert code(bench, free // 10**12 + 1) == "MARGIN"
    assert code(bench, free // 10**12) is None
    assert bench.health(bench.trader).withdrawable < 10**12


@pytest.mark.parametrize(("delta", "usd"), [(10 * WAD, 4_400), (-10 * WAD, 3_600)])
def test_a_gain_cannot_be_withdrawn(bench: Bench, delta: int, usd: int) -> None:
    bench.open(bench.trader, delta)
    bench.push(ETH, usd)
    health = bench.health(bench.trader)
    assert health.margin > health.cash + 3_900 * WAD
    assert code(bench, (health.cash - health.initial) // 10**12 + 1) == "MARGIN"
    assert code(bench, (health.cash - health.initial) // 10**12) is None


def test_a_doubtful_price_of_any_market(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.open(bench.trader, WAD // 10, BTC)
    bench.reduce_only(BTC)
    assert code(bench, USD) == "STALE"
    bench.oracle.transact("set_status", BTC, 1, sender=bench.owner)
    assert code(bench, USD) is None
    bench.halt(ETH)
    assert code(bench, USD) == "STALE"


def test_cash_comes_before_stale(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.halt(ETH)
    assert code(bench, 200_000 * USD) == "CASH"


def test_without_positions_no_price_is_asked(bench: Bench) -> None:
    bench.halt(ETH)
    bench.halt(BTC)
    assert code(bench, USD) is None


def test_a_token_that_does_not_pay(bench: Bench) -> None:
    token = bench.chain.deploy("HostileToken", 6, sender=bench.owner)
    modules = (bench.treasury, bench.order_module, bench.liquidation_module, 5_000, bench.owner, bench.guardian)
    vault = bench.chain.deploy("CollateralVault", token.address, *modules, sender=bench.owner)
    token.transact("mint", bench.trader, USD, sender=bench.owner)
    token.transact("approve", vault.address, USD, sender=bench.trader)
    vault.transact("deposit", bench.trader, USD, sender=bench.trader)
    token.transact("set_switches", 2, sender=bench.owner)
    assert refusal(vault, "withdraw", bench.trader, USD, bench.trader, sender=bench.trader) == "TOKEN"
    assert refusal(vault, "exit", bench.trader, bench.trader, sender=bench.trader) == "TOKEN"
    token.transact("set_switches", 0, sender=bench.owner)
    assert refusal(vault, "withdraw", bench.trader, USD, bench.trader, sender=bench.trader) is None


@pytest.mark.parametrize(("decimals", "units", "debit"), [(27, 1, 1), (27, 10**9 + 1, 2), (6, 1, 10**12), (0, 1, WAD)])
def test_a_debit_is_rounded_up(bench: Bench, decimals: int, units: int, debit: int) -> None:
    token = bench.chain.deploy("MockToken", "Token", "TKN", decimals, sender=bench.owner)
    modules = (bench.treasury, bench.order_module, bench.liquidation_module, 5_000, bench.owner, bench.guardian)
    vault = bench.chain.deploy("CollateralVault", token.address, *modules, sender=bench.owner)
    token.transact("mint", bench.trader, 10**30, sender=bench.owner)
    token.transact("approve", vault.address, 10**30, sender=bench.trader)
    vault.transact("deposit", bench.trader, 10**10, sender=bench.trader)
    receipt = vault.transact("withdraw", bench.trader, units, bench.trader, sender=bench.trader)
    assert receipt.one("Withdrawn").args["amount"] == debit
