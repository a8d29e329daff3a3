"""The adapter against its model and against what the networks have said; `oracle_page` is the long run."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.differential.adversary import STATUSES, play
from tests.differential.oracle_twins import Ground


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground()


@pytest.mark.parametrize("first", range(0, 800, 200))
def test_an_adversary_is_answered_alike_and_gets_one_price(ground: Ground, first: int) -> None:
    seen = Counter[str]()
    for seed in range(first, first + 200):
        seen += play(ground, seed)
    usual = {"EARLY", "PROOF", "STALE", "filled", "asked again", "believed", "not believed"}
    usual |= {f"status {name}" for name in STATUSES.values()}
    rare = {"FEE", "FORMAT", "FUTURE", "MARKET", "PUSH", "VALUE", "GAS"}
    assert all(seen[name] > 10 for name in usual), seen
    assert all(seen[name] > 0 for name in rare), seen
