"""`transfer`: cash between accounts, judged as a withdrawal."""

from __future__ import annotations

import pytest

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import refusal


def code(bench: Bench, amount: int, sender: str = "") -> str | None:
    return refusal(bench.vault, "transfer", bench.trader, bench.other, amount, sender=sender or bench.trader)


def test_to_another_account(bench: Bench) -> None:
    receipt = bench.vault.transact("transfer", bench.trader, bench.other, 7, sender=bench.trader)
    event = receipt.one("Transferred").args
    assert (event["source"], event["target"], event["amount"]) == (bench.trader, bench.other, 7)
    assert event["source_word"] == bench.vault.call("account_word", bench.trader)
    assert event["target_word"] == bench.vault.call("account_word", bench.other)
    assert (bench.cash(bench.trader), bench.cash(bench.other)) == (100_000 * WAD - 7, 100_000 * WAD + 7)


def test_to_itself_changes_nothing(bench: Bench) -> None:
    receipt = bench.vault.transact("transfer", bench.trader, bench.trader, WAD, sender=bench.trader)
    event = receipt.one("Transferred").args
    assert event["source_word"] == event["target_word"] == bench.vault.call("account_word", bench.trader)
    assert bench.cash(bench.trader) == 100_000 * WAD


@pytest.mark.parametrize("role", ["other", "owner", "guardian", "order_module", "operator"])
def test_only_by_the_owner(bench: Bench, role: str) -> None:
    """Not even by an operator with every power: it pays out to its payout only."""
    bench.vault.transact("set_operator", bench.operator, 3, bench.other, bench.now + 99, sender=bench.trader)
    assert code(bench, WAD, bench.roles[role]) == "AUTH"


def test_zero(bench: Bench) -> None:
    assert code(bench, 0) == "ZERO"


def test_more_than_there_is(bench: Bench) -> None:
    assert code(bench, 100_000 * WAD + 1) == "CASH"
    assert code(bench, 100_000 * WAD) is None


def test_pending(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert code(bench, WAD) == "PENDING"


def test_margin_to_the_wei(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    free = bench.health(bench.trader).withdrawable
    assert code(bench, free + 1) == "MARGIN"
    assert code(bench, free) is None


def test_stale(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.reduce_only(ETH)
    assert code(bench, WAD) == "STALE"


def test_an_amount_beyond_every_word(bench: Bench) -> None:
    assert not bench.vault.attempt("transfer", bench.trader, bench.other, 2**255, sender=bench.trader).ok
    assert code(bench, 2**104) == "RANGE"
