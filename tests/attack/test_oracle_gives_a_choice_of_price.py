"""Updates out of order, rounds at one time, a change of phase: nobody may choose the price of an order."""

from __future__ import annotations

import itertools
import random

from tests.support.oracle import PHASE, Rig

WINDOW = 40


def accepted(rig: Rig, due: int) -> list[tuple[int, int]]:
    """Every (round, price) that fills an order now, over all rounds of all phases."""
    found = []
    newest = rig.source.call("newest")
    for phase in range(1, (newest >> 64) + 1):
        for number in range(0, 15):
            reference = phase * PHASE + number
            receipt = rig.oracle.attempt("observe_at", 3, due, WINDOW, reference, sender=rig.anyone)
            if receipt.ok:
                found.append((reference, rig.oracle.returned("observe_at", receipt)[1]))
    return found


def test_one_round_at_any_time_whatever_was_observed_when(rig: Rig) -> None:
    """Random rounds, some at one time: whoever observes when, one round fills at most, and always the same."""
    pick = random.Random(7)
    mark = rig.chain.snapshot()
    filled = 0
    for _ in range(40):
        rig.chain.restore(mark)
        start = rig.chain.now
        times = sorted(start + pick.choice((0, 5, 5, 5, 17, 18, 30, 31, 60, 80)) for _ in range(6))
        due = start + pick.randint(1, 40)
        outcomes = set()
        for observed in itertools.product((False, True), repeat=3):
            rig.chain.restore(mark)
            for number, time in enumerate(times):
                rig.chain.set_time(max(time, rig.chain.now))
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
    start = rig.chain.now
    rig.push(2_000)
    rig.chain.warp(20)
    first, second = rig.push(2_010), rig.push(1_500)
    assert [round_id for round_id, _ in accepted(rig, start + 20)] == [first]
    rig.chain.warp(5)
    rig.push(1_600)
    assert [round_id for round_id, _ in accepted(rig, start + 20)] == [first]
    assert second not in dict(accepted(rig, start + 5))


def test_rounds_whose_times_run_backwards_give_one_or_none(rig: Rig) -> None:
    start = rig.chain.now
    for seconds, usd in ((0, 2_000), (30, 2_010), (10, 2_020), (35, 2_030)):
        rig.chain.set_time(max(rig.chain.now, start + seconds))
        rig.push(usd, start + seconds)
    rig.chain.set_time(start + 50)
    for due in range(start, start + 50):
        found = accepted(rig, due)
        # Two rounds follow a round before the due time where time ran backwards across it; both cannot be told apart.
        assert len({price for _, price in found}) <= (2 if start + 10 < due <= start + 30 else 1)


def test_a_phase_change_gives_no_second_price(rig: Rig) -> None:
    """The new aggregator ran beside the old one: its rounds of the same time are no alternative."""
    start = rig.chain.now
    rig.push(2_000)
    rig.chain.warp(20)
    old = rig.push(2_010)
    assert [found for found, _ in accepted(rig, start + 10)] == [old]
    for number, seconds, usd in ((1, 0, 1_990), (2, 25, 1_800)):
        rig.source.transact("set_round", 2 * PHASE + number, usd * 10**8, start + seconds, sender=rig.anyone)
    rig.chain.warp(10)
    rig.source.transact("set_newest", 2 * PHASE + 2, sender=rig.anyone)
    found = accepted(rig, start + 10)
    assert old not in dict(found)
    assert len(found) <= 1


def test_an_older_price_is_never_stored_over_a_newer(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    newest = rig.stored()
    for seconds in (1, 100, 3_000):
        rig.push(1_500, rig.chain.now - seconds)
        rig.observe()
        assert rig.stored() == newest
