"""`release`: an order that did not fill gives its fee back and frees the account."""

from __future__ import annotations

import pytest

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import PENDING, refusal


@pytest.fixture(autouse=True)
def reserved(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, 3 * WAD, True, sender=bench.order_module)


def test_an_opening(bench: Bench) -> None:
    receipt = bench.vault.transact("release", bench.trader, 3 * WAD, True, sender=bench.order_module)
    event = receipt.one("Released").args
    assert (event["account"], event["fee"]) == (bench.trader, 3 * WAD)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert bench.account(bench.trader).flags == 0
    assert (bench.cash(bench.trader), bench.cash(bench.order_module)) == (100_000 * WAD, 0)


def test_a_reduction_leaves_the_mark_of_the_opening(bench: Bench) -> None:
    bench.vault.transact("release", bench.trader, WAD, False, sender=bench.order_module)
    assert bench.account(bench.trader).flags == PENDING


def test_without_a_refund(bench: Bench) -> None:
    bench.vault.transact("release", bench.trader, 0, True, sender=bench.order_module)
    assert bench.account(bench.trader).flags == 0
    assert bench.cash(bench.order_module) == 3 * WAD


@pytest.mark.parametrize("role", ["trader", "owner", "module", "shares", "liquidation_module"])
def test_only_the_order_module(bench: Bench, role: str) -> None:
    assert refusal(bench.vault, "release", bench.trader, 0, True, sender=bench.roles[role]) == "AUTH"
