"""Prices out of order, several at one time, several in one transaction: nobody may choose the price of an order."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.support.oracle import FEED, PULLED, WAD, Rig

WINDOW = 40


def accepted(rig: Rig, due: int) -> list[tuple[int, int]]:
    """Every (id, price) of the push source that fills an order now."""
    found = []
    for id in range(0, int(rig.source.call("newest")) + 2):
        receipt = rig.oracle.attempt("observe_at", FEED, due, WINDOW, id, sender=rig.anyone)
        if receipt.ok:
            found.append((id, rig.oracle.returned("observe_at", receipt)[1]))
    return found


def test_one_at_any_time_whatever_was_observed_when(rig: Rig) -> None:
    """Random prices, some at one time: whoever observes when, one fills at most, and always the same."""
    pick = random.Random(7)
    mark = rig.chain.snapshot()
    filled = 0
    for _ in range(40):
        rig.chain.restore(mark)
        start = rig.now
        times = sorted(start + pick.choice((0, 5, 5, 5, 17, 18, 30, 31, 60, 80)) for _ in range(6))
        due = start + pick.randint(1, 40)
        outcomes = set()
        for observed in itertools.product((False, True), repeat=3):
            rig.chain.restore(mark)
            for number, time in enumerate(times):
                rig.chain.set_time(max(time, rig.now))
                rig.push(2_000 + number)
                if observed[number // 2]:
                    rig.observe()
            rig.chain.set_time(start + 100)
            found = accepted(rig, due)
            assert len(found) <= 1
            outcomes.add(tuple(found))
        assert len(outcomes) == 1, (times, due, outcomes)
        filled += bool(outcomes.pop())
    assert filled > 25


def test_two_prices_in_one_block_give_the_first(rig: Rig) -> None:
    start = rig.now
    rig.push(2_000)
    rig.chain.warp(20)
    first, second = rig.push(2_010), rig.push(1_500)
    assert [id for id, _ in accepted(rig, start + 20)] == [first]
    rig.chain.warp(5)
    rig.push(1_600)
    assert [id for id, _ in accepted(rig, start + 20)] == [first]
    assert second not in dict(accepted(rig, start + 5))


def test_times_that_run_backwards_give_one_or_none(rig: Rig) -> None:
    start = rig.now
    for seconds, usd in ((0, 2_000), (30, 2_010), (10, 2_020), (35, 2_030)):
        rig.chain.set_time(max(rig.now, start + seconds))
        rig.push(usd, start + seconds)
    rig.chain.set_time(start + 50)
    for due in range(start, start + 50):
        found = accepted(rig, due)
        # Two follow one before the due time where time ran backwards across it; both cannot be told apart.
        assert len({price for _, price in found}) <= (2 if start + 10 < due <= start + 30 else 1)


@pytest.mark.parametrize("feed", [FEED, PULLED])
def test_an_older_price_is_never_stored_over_a_newer(rig: Rig, feed: int) -> None:
    rig.say(feed, 2_000 * WAD)
    newest = rig.stored(feed)
    for seconds in (1, 100, 3_000):
        rig.say(feed, 1_500 * WAD, rig.now - seconds)
        assert rig.stored(feed) == newest


class TestBrought:
    """A network that published at these seconds after the start, 2,000 USD and more each time."""

    SECONDS = (0, 7, 19, 20, 33, 61)

    @pytest.fixture
    def updates(self, rig: Rig) -> list[bytes]:
        """All that it signed; the clock is at the last one."""
        start = rig.now
        rig.chain.warp(self.SECONDS[-1])
        gaps = [100, *(b - a for a, b in itertools.pairwise(self.SECONDS))]
        return [
            rig.update((2_000 + number) * WAD, start + after, gap)
            for number, (after, gap) in enumerate(zip(self.SECONDS, gaps, strict=True))
        ]

    def price(self, rig: Rig, due: int) -> int | None:
        """Of an order, in dollars; None where it does not fill."""
        receipt = rig.oracle.attempt("observe_at", PULLED, due, WINDOW, 0, sender=rig.anyone)
        return int(rig.oracle.returned("observe_at", receipt)[1]) // WAD if receipt.ok else None

    def test_whoever_brings_what_in_whatever_order_gets_one_price(self, rig: Rig, updates: list[bytes]) -> None:
        """For every due time every order of bringing ends at the one price, or at none."""
        start = rig.now - self.SECONDS[-1]
        dues = range(start, start + 62, 3)
        expected = {
            due: next((2_000 + n for n, at in enumerate(self.SECONDS) if due <= start + at <= due + WINDOW), None)
            for due in dues
        }
        mark = rig.chain.snapshot()
        dice = random.Random(11)
        met = set()
        for _ in range(60):
            rig.chain.restore(mark)
            for update in dice.sample(updates, dice.randrange(1, 7)):
                rig.brings(update)
                for due in dues:
                    found = self.price(rig, due)
                    assert found in (None, expected[due])
                    met.add((due, found))
        assert {(due, price) for due, price in expected.items() if price} <= met

    def test_the_stored_and_an_older_one_give_no_pick(self, rig: Rig, updates: list[bytes]) -> None:
        """Two candidates for one order: its first observation and the next one. Only the first ever fills it."""
        due = rig.now - self.SECONDS[-1] + 8
        mark = rig.chain.snapshot()
        for order in itertools.permutations(updates[2:4]):
            rig.chain.restore(mark)
            rig.brings(updates[-1])
            for update in order:
                rig.brings(update)
                assert self.price(rig, due) in (None, 2_002)
            # The other may have taken its place: it is brought again, with the order.
            rig.brings(updates[2])
            assert self.price(rig, due) == 2_002

    def test_two_in_one_transaction_are_as_two_in_two(self, rig: Rig, updates: list[bytes]) -> None:
        """One contract brings three prices and asks for a fill after each: one price."""
        actor = rig.chain.deploy("Attacker", sender=rig.anyone)
        due = rig.now - self.SECONDS[-1] + 8
        ask = (rig.oracle.address, rig.oracle.encode("observe_at", PULLED, due, WINDOW, 0), True)
        calls = []
        for update in (updates[5], updates[2], updates[3]):
            calls += [(rig.oracle.address, rig.oracle.encode("update", PULLED, update), False), ask]
        receipt = actor.transact("run", calls, sender=rig.anyone)
        done, outputs = actor.returned("run", receipt)
        assert done == 0b011101  # at the last of them nothing fills again, as it has taken the older one's place
        assert int.from_bytes(outputs[3][160:192]) == 2_002 * WAD

    def test_again_is_nothing_new(self, rig: Rig, updates: list[bytes]) -> None:
        """A replay: an old price never becomes the newest again, and it fills nothing but what it filled."""
        for update in updates:
            rig.brings(update)
        newest = rig.stored(PULLED)
        for update in updates:
            receipt = rig.brings(update)
            assert rig.oracle.returned("update", receipt) is False
            assert receipt.events == []
            assert rig.stored(PULLED) == newest
        assert self.price(rig, rig.now) == 2_005


@pytest.mark.parametrize("changes", [{"divergence": 100}, {"move": 200}], ids=str)
def test_a_price_that_was_doubted_fills_nothing_as_an_older_one(rig: Rig, changes: dict[str, int]) -> None:
    """It halted the feed when it came; the next good one must not let it through."""
    rig.reset(PULLED, **changes)
    rig.chain.warp(100)
    rig.refer(2_000)
    rig.bring(2_000)
    rig.chain.warp(10)
    glitch = rig.update(2_050 * WAD, gap=10)
    due = rig.now - 5
    assert rig.brings(glitch).one("Doubted").args["reason"] in ("APART", "MOVE")
    assert rig.refusal(due, WINDOW, 0, PULLED) == "STALE"
    rig.chain.warp(10)
    assert rig.bring(2_000, gap=10)
    assert rig.refusal(due, WINDOW, 0, PULLED) == "PROOF"
    rig.brings(glitch)
    assert rig.brought().mid == 2_050 * WAD
    assert rig.refusal(due, WINDOW, 0, PULLED) == "STALE"
