"""`pull`: registered modules take cash, judged as a withdrawal; from a pool its shares contract only."""

from __future__ import annotations

import pytest

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import refusal


def code(bench: Bench, amount: int, account: str = "", sender: str = "") -> str | None:
    return refusal(bench.vault, "pull", account or bench.trader, amount, sender=sender or bench.module)


def test_from_an_account(bench: Bench) -> None:
    receipt = bench.vault.transact("pull", bench.trader, 5, sender=bench.module)
    event = receipt.one("Transferred").args
    assert (event["source"], event["target"], event["amount"]) == (bench.trader, bench.module, 5)
    assert event["source_word"] == bench.vault.call("account_word", bench.trader)
    assert event["target_word"] == bench.vault.call("account_word", bench.module)
    assert (bench.cash(bench.trader), bench.cash(bench.module)) == (100_000 * WAD - 5, 5)


@pytest.mark.parametrize("role", ["trader", "owner", "guardian", "liquidation_module", "anyone"])
def test_only_registered_modules(bench: Bench, role: str) -> None:
    assert code(bench, 1, sender=bench.roles[role]) == "AUTH"


def test_from_a_pool_only_its_shares(bench: Bench) -> None:
    pool = bench.pool.address
    before = bench.cash(pool)
    assert code(bench, 1, pool) == "AUTH"
    assert code(bench, 1, pool, bench.order_module) == "AUTH"
    receipt = bench.vault.transact("pull", pool, 7 * WAD, sender=bench.shares)
    event = receipt.one("Transferred").args
    assert (event["source"], event["target"], event["amount"]) == (pool, bench.shares, 7 * WAD)
    assert event["source_word"] == bench.vault.call("account_word", pool)
    assert event["target_word"] == bench.vault.call("account_word", bench.shares)
    assert (bench.cash(pool), bench.cash(bench.shares)) == (before - 7 * WAD, 7 * WAD)


def test_a_pool_pays_no_lp_on_credit(bench: Bench) -> None:
    pool = bench.pool.address
    assert code(bench, bench.cash(pool) + 1, pool, bench.shares) == "CASH"
    assert code(bench, bench.cash(pool), pool, bench.shares) is None


def test_judged_as_a_withdrawal(bench: Bench) -> None:
    assert code(bench, 100_000 * WAD + 1) == "CASH"
    bench.open(bench.trader, 10 * WAD)
    free = bench.health(bench.trader).withdrawable
    assert code(bench, free + 1) == "MARGIN"
    bench.reduce_only(ETH)
    assert code(bench, 1) == "STALE"
    bench.oracle.transact("set_status", ETH, 1, sender=bench.owner)
    assert code(bench, free) is None


def test_pending(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert code(bench, 1) == "PENDING"


def test_an_amount_beyond_every_word(bench: Bench) -> None:
    assert not bench.vault.attempt("pull", bench.trader, 2**255, sender=bench.module).ok
