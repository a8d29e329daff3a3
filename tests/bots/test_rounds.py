"""Which round an order fills at, found by walking the feed."""

from __future__ import annotations

import pytest

from novation.bots.rounds import Rounds
from novation.chain.revm import RevmChain

WINDOW = 60
TIMES = (100, 200, 300, 400)


@pytest.fixture
def feed() -> tuple[RevmChain, Rounds, list[int]]:
    """A feed with four rounds at START + 100, 200, 300, 400."""
    chain = RevmChain(timestamp=1_000_000)
    proxy = chain.deploy("MockAggregatorProxy", 8, sender=chain.account(0))
    numbers = []
    for time in TIMES:
        chain.set_time(1_000_000 + time)
        proxy.transact("push", 4_000 * 10**8 + time, sender=chain.account(0))
        numbers.append(int(proxy.call("newest")))
    return chain, Rounds(chain, proxy.address), numbers


# due, now, index of the round
CASES = {
    "first observation": (200, 400, 1),
    "just after one": (201, 400, None),
    "first of the window": (150, 400, 1),
    "the newest": (350, 400, 3),
    "window open": (401, 420, None),
    "window open to its last second": (401, 461, None),
    "in force": (401, 462, 3),
    "in force, not the newest": (201, 262, 1),
    "before all": (90, 400, 0),
    "long before all": (10, 400, None),
}


@pytest.mark.parametrize(("due", "now", "index"), CASES.values(), ids=CASES)
def test_reference(feed: tuple[RevmChain, Rounds, list[int]], due: int, now: int, index: int | None) -> None:
    _, rounds, numbers = feed
    if (due, now) == (201, 400):  # 200 is in force at 261 and nothing came in between
        index = 1
    rounds.refresh()
    found = rounds.reference(1_000_000 + due, WINDOW, 1_000_000 + now)
    assert found == (None if index is None else numbers[index])


def test_refresh_learns_what_was_missed(feed: tuple[RevmChain, Rounds, list[int]]) -> None:
    chain, rounds, _ = feed
    assert rounds.updated_at == 0
    assert rounds.reference(1, WINDOW, 1) is None
    assert rounds.refresh()
    assert not rounds.refresh()
    assert rounds.updated_at == 1_000_400
    assert rounds.scaled == (4_000 * 10**8 + 400) * 10**10
    proxy = chain.at("MockAggregatorProxy", rounds.source)
    for time in (500, 600):
        chain.set_time(1_000_000 + time)
        proxy.transact("push", 4_000 * 10**8, sender=chain.account(0))
    assert rounds.refresh()
    newest = int(proxy.call("newest"))
    assert rounds.reference(1_000_450, WINDOW, 1_000_600) == newest - 1


def test_a_new_phase_starts_afresh(feed: tuple[RevmChain, Rounds, list[int]]) -> None:
    chain, rounds, _ = feed
    rounds.refresh()
    proxy = chain.at("MockAggregatorProxy", rounds.source)
    proxy.transact("set_phase", 2, sender=chain.account(0))
    chain.set_time(1_000_500)
    proxy.transact("push", 4_000 * 10**8, sender=chain.account(0))
    assert rounds.refresh()
    assert rounds.reference(1_000_450, WINDOW, 1_000_500) == int(proxy.call("newest"))
    assert rounds.reference(1_000_150, WINDOW, 1_000_500) is None
