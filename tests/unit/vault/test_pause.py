"""`pause` and `unpause`; what is refused while paused is in tests/unit/test_pause_matrix.py."""

from __future__ import annotations

import pytest

from tests.support.bench import WAD, Bench
from tests.support.stored import refusal

DEPOSIT, OPEN, LP_DEPOSIT = ACTIONS = (1, 2, 4)


def paused(bench: Bench) -> int:
    return sum(action for action in ACTIONS if bench.vault.call("is_paused", action))


@pytest.mark.parametrize("actions", range(8))
def test_adds_and_takes(bench: Bench, actions: int) -> None:
    event = bench.vault.transact("pause", actions, sender=bench.guardian).one("PauseSet").args
    assert event == {"paused": actions}
    assert paused(bench) == actions
    event = bench.vault.transact("pause", DEPOSIT, sender=bench.owner).one("PauseSet").args
    assert event == {"paused": actions | DEPOSIT}
    event = bench.vault.transact("unpause", OPEN | DEPOSIT, sender=bench.owner).one("PauseSet").args
    assert event == {"paused": actions & LP_DEPOSIT}
    assert paused(bench) == actions & LP_DEPOSIT


def test_openings_of_every_pool(bench: Bench) -> None:
    bench.second_pool()
    bench.vault.transact("pause", OPEN, sender=bench.guardian)
    assert [bench.trade(bench.trader, WAD, market).error for market in (0, 16)] == ["PAUSED", "PAUSED"]
    bench.vault.transact("unpause", OPEN, sender=bench.owner)
    assert [bench.trade(bench.trader, WAD, market).error for market in (0, 16)] == [None, None]


@pytest.mark.parametrize("role", ["module", "trader", "treasury", "shares", "order_module", "anyone"])
def test_who_pauses(bench: Bench, role: str) -> None:
    assert refusal(bench.vault, "pause", OPEN, sender=bench.roles[role]) == "AUTH"


@pytest.mark.parametrize("role", ["guardian", "module", "trader", "treasury", "shares", "order_module", "anyone"])
def test_who_unpauses(bench: Bench, role: str) -> None:
    bench.vault.transact("pause", OPEN, sender=bench.guardian)
    assert refusal(bench.vault, "unpause", OPEN, sender=bench.roles[role]) == "AUTH"


def test_an_action_that_does_not_exist(bench: Bench) -> None:
    assert not bench.vault.attempt("pause", 8, sender=bench.owner).ok
