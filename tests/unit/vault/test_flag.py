"""`flag`: the liquidation clock."""

from __future__ import annotations

import pytest

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import account_of, refusal


@pytest.fixture
def thin(bench: Bench) -> str:
    """An account that is unhealthy below 3,817."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    return account


def code(bench: Bench, account: str) -> str | None:
    return refusal(bench.vault, "flag", account, sender=bench.anyone)


def test_starts_with_the_account_unhealthy(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_800)
    assert bench.health(thin).liquidatable
    before = bench.account(thin)
    event = bench.vault.transact("flag", thin, sender=bench.anyone).one("Flagged").args
    assert event["account"] == thin
    assert event["word"] == bench.vault.call("account_word", thin)
    assert account_of(event["word"]) == before._replace(flagged_at=bench.now)
    assert bench.health(thin).flagged_at == bench.now


def test_ends_with_the_account_healthy(bench: Bench, thin: str) -> None:
    before = bench.account(thin)
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", thin, sender=bench.anyone)
    bench.push(ETH, 3_900)
    event = bench.vault.transact("flag", thin, sender=bench.anyone).one("Flagged").args
    assert event["word"] == bench.vault.call("account_word", thin)
    assert bench.account(thin) == before


def test_it_cannot_be_started_anew(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", thin, sender=bench.anyone)
    started = bench.now
    bench.chain.warp(10)
    assert code(bench, thin) == "NOFLAG"
    assert bench.account(thin).flagged_at == started


def test_the_healthy_are_not_flagged(bench: Bench, thin: str) -> None:
    assert code(bench, thin) == "NOFLAG"
    assert code(bench, bench.trader) == "NOFLAG"
    assert code(bench, bench.anyone) == "NOFLAG"


def test_a_halted_price_judges_in_favour(bench: Bench, thin: str) -> None:
    """In HALT a position counts at its better side, so that doubt alone starts no clock."""
    bench.push(ETH, 3_815)
    assert bench.health(thin).liquidatable
    bench.halt(ETH)
    assert code(bench, thin) == "NOFLAG"
