"""`exit`: everything out of an account without positions; it reads no oracle and no pool."""

from __future__ import annotations

from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.oracle import STARVED
from tests.support.stored import refusal

WITHDRAW = 2


def code(bench: Bench, sender: str = "", to: str = "") -> str | None:
    return refusal(bench.vault, "exit", bench.trader, to or bench.trader, sender=sender or bench.trader)


def test_all_whole_units(bench: Bench) -> None:
    bench.vault.transact("transfer", bench.trader, bench.other, 1, sender=bench.trader)
    receipt = bench.vault.transact("exit", bench.trader, bench.anyone, sender=bench.trader)
    event = receipt.one("Withdrawn").args
    assert (event["account"], event["to"], event["amount"]) == (bench.trader, bench.anyone, 99_999_999_999 * 10**12)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert bench.cash(bench.trader) == 10**12 - 1
    assert bench.token.call("balanceOf", bench.anyone) == 99_999_999_999


def test_an_operator_to_its_payout_only(bench: Bench) -> None:
    bench.vault.transact("set_operator", bench.operator, WITHDRAW, bench.anyone, bench.now, sender=bench.trader)
    assert code(bench, bench.operator, bench.operator) == "AUTH"
    assert code(bench, bench.operator, bench.anyone) is None


def test_strangers(bench: Bench) -> None:
    assert code(bench, bench.other) == "AUTH"
    assert code(bench, bench.owner) == "AUTH"


def test_pending(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert code(bench) == "PENDING"
    bench.vault.transact("release", bench.trader, WAD, True, sender=bench.order_module)
    assert code(bench) is None


def test_with_a_position(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    assert code(bench) == "POSITION"
    bench.open(bench.trader, -WAD)
    assert code(bench) is None


def test_with_a_debt(bench: Bench) -> None:
    """No trader without positions owes; here the order module does, which has paid out more than it held."""
    bench.vault.transact("release", bench.trader, 1, False, sender=bench.order_module)
    account = bench.order_module
    assert bench.cash(account) == -1
    assert refusal(bench.vault, "exit", account, account, sender=account) == "CASH"


def test_no_oracle_and_no_pool_is_asked(bench: Bench) -> None:
    """Whatever breaks below the vault, who has no position leaves: the feeds fail, everything is paused."""
    bench.halt(ETH)
    bench.halt(BTC)
    for source in bench.feeds.values():
        source.transact("set_modes", STARVED, STARVED, sender=bench.owner)
    bench.vault.transact("pause", 7, sender=bench.guardian)
    receipt = bench.vault.attempt("exit", bench.trader, bench.trader, sender=bench.trader, gas=200_000)
    assert receipt.ok


def test_an_empty_account(bench: Bench) -> None:
    """Pays nothing, changes nothing."""
    receipt = bench.vault.transact("exit", bench.anyone, bench.anyone, sender=bench.anyone)
    assert receipt.one("Withdrawn").args["amount"] == 0
