"""`flag`: the liquidation clock."""

from __future__ import annotations

import pytest

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import account_of, refusal

LIFE = 1_800  # seconds after which a flag can be set anew


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


def at_age(bench: Bench, account: str, age: int, usd: int = 3_800) -> int:
    """Flags the account; so many seconds later the price is `usd`. @return when it was flagged."""
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", account, sender=bench.anyone)
    started = bench.now
    if age:
        bench.chain.warp(age - 1)
        bench.push(ETH, usd)
    assert bench.now == started + age
    return started


@pytest.mark.parametrize("age", [0, 1, 10, LIFE - 1, LIFE])
def test_it_cannot_be_started_anew_at_once(bench: Bench, thin: str, age: int) -> None:
    started = at_age(bench, thin, age)
    assert bench.health(thin).liquidatable
    assert code(bench, thin) == "NOFLAG"
    assert bench.account(thin).flagged_at == started


@pytest.mark.parametrize("age", [LIFE + 1, LIFE + 2, 100 * LIFE, 2**30])
def test_it_can_be_started_anew_when_it_is_old(bench: Bench, thin: str, age: int) -> None:
    """It says nothing of prices that came after it. Once more as much later."""
    at_age(bench, thin, age)
    before = bench.account(thin)
    event = bench.vault.transact("flag", thin, sender=bench.anyone).one("Flagged").args
    assert event == {"account": thin, "word": bench.vault.call("account_word", thin)}
    assert bench.account(thin) == before._replace(flagged_at=bench.now)
    started = bench.now
    bench.chain.warp(LIFE - 1)
    bench.push(ETH, 3_800)
    assert code(bench, thin) == "NOFLAG"
    bench.chain.warp(1)
    assert code(bench, thin) is None
    assert bench.account(thin).flagged_at == started + LIFE + 1


@pytest.mark.parametrize("age", [1, LIFE, LIFE + 1, 100 * LIFE])
def test_the_healthy_are_cleared_at_any_age(bench: Bench, thin: str, age: int) -> None:
    at_age(bench, thin, age, 3_900)
    assert not bench.health(thin).liquidatable
    event = bench.vault.transact("flag", thin, sender=bench.anyone).one("Flagged").args
    assert event == {"account": thin, "word": bench.vault.call("account_word", thin)}
    assert bench.account(thin).flagged_at == 0
    assert code(bench, thin) == "NOFLAG"


def test_the_healthy_are_cleared_in_the_flags_own_second(bench: Bench, thin: str) -> None:
    at_age(bench, thin, 0)
    bench.fund(thin, 3_000)
    assert code(bench, thin) is None
    assert bench.account(thin).flagged_at == 0


def test_after_it_was_cleared_it_starts_at_once(bench: Bench, thin: str) -> None:
    at_age(bench, thin, 1, 3_900)
    assert code(bench, thin) is None
    bench.push(ETH, 3_800)
    assert code(bench, thin) is None
    assert bench.account(thin).flagged_at == bench.now


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
