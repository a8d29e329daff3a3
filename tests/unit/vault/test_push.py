"""`push`: a registered module gives of its own account."""

from __future__ import annotations

import pytest

from tests.support.bench import WAD, Bench
from tests.support.stored import refusal


def test_from_its_own_account(bench: Bench) -> None:
    bench.fund(bench.module, 2)
    receipt = bench.vault.transact("push", bench.other, 2 * WAD, sender=bench.module)
    event = receipt.one("Transferred").args
    assert (event["source"], event["target"], event["amount"]) == (bench.module, bench.other, 2 * WAD)
    assert event["source_word"] == bench.vault.call("account_word", bench.module)
    assert event["target_word"] == bench.vault.call("account_word", bench.other)
    assert (bench.cash(bench.module), bench.cash(bench.other)) == (0, 100_002 * WAD)


@pytest.mark.parametrize("role", ["trader", "owner", "guardian", "liquidation_module", "anyone"])
def test_only_registered_modules(bench: Bench, role: str) -> None:
    assert refusal(bench.vault, "push", bench.other, 1, sender=bench.roles[role]) == "AUTH"


def test_no_more_than_it_has(bench: Bench) -> None:
    bench.fund(bench.module, 2)
    assert refusal(bench.vault, "push", bench.other, 2 * WAD + 1, sender=bench.module) == "CASH"
    assert refusal(bench.vault, "push", bench.other, 2 * WAD, sender=bench.module) is None


def test_to_a_pool(bench: Bench) -> None:
    """As a settlement of LP deposits does."""
    before = bench.cash(bench.pool.address)
    bench.fund(bench.shares, 2)
    bench.vault.transact("push", bench.pool.address, 2 * WAD, sender=bench.shares)
    assert bench.cash(bench.pool.address) == before + 2 * WAD
