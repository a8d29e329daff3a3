"""Feeds say what cannot be believed: stuck, a lie, a move too far. What still works, and how it comes back.

As in `test_drills`, every drill ends with everybody out, to the wei.
"""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.fixed import WAD
from novation.model.feeds import AGED, HALT, NORMAL, REDUCE_ONLY
from novation.upstream.network import ASSETS
from tests.fork.ground import FREE, HALTED, OLD, REDUCING, Codes, Ground
from tests.fork.terms import (
    BTC,
    CALM,
    CLOSE_AGE,
    ETH,
    FALLBACK_DEVIATION,
    LATE,
    LUNA,
    LUNA_LEAST,
    OPENING,
    OTHER,
    PRICE,
    PUSH_AGE,
    REFRESH,
    SWING_WINDOW,
)
from tests.support.system import DUE

pytestmark = [pytest.mark.anvil, pytest.mark.slow]
EACH = pytest.mark.parametrize("market", [ETH, BTC], ids=["ETH", "BTC"])


@EACH
def test_the_reference_is_stuck_at_its_minimum(ground: Ground, market: int) -> None:
    """Chainlink's aggregator refuses zero and answers with the least that it may: the true price is doubted."""
    waiting = ground.wait(market)
    with pytest.raises(Reverted, match="value below minSubmissionValue"):
        ground.refer(market, 0)
    ground.chain.set_time(waiting.at + REFRESH + 1)
    ground.refer(market, ASSETS[market].low * WAD)
    ground.sees(market, NORMAL, PRICE[market], waiting.at)
    update = ground.update(market)
    doubt = ground.brings(market, update).one("Doubted").args
    assert (doubt["mid"], doubt["reason"]) == (PRICE[market], "APART")
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    ground.lives(OTHER[market])
    # As the fallback of a network that says nothing more it is outside the band.
    ground.chain.set_time(doubt["published_at"] + CLOSE_AGE + 1)
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED

    said = ground.refer(market)
    if market == ETH:
        ground.sees(market, AGED, PRICE[market], said, FALLBACK_DEVIATION)
        assert ground.codes(market, waiting) == OLD
    else:
        ground.sees(market, HALT, PRICE[market], waiting.at)
    first = ground.feeds[market].update_at(waiting.at)
    at = ground.bring(market)
    ground.sees(market, NORMAL, PRICE[market], at)
    assert ground.codes(market, waiting, first) == FREE
    ground.execute(waiting.closing, PRICE[market], first, spread=LATE)
    ground.finish()


def test_a_push_feed_is_stuck_at_its_minimum(ground: Ground) -> None:
    """As LUNA's was: the market fell on, the feed said its least. It is no price here, not even for a liquidation."""
    ground.pay_in(ground.luna_holder, 20_000)
    ground.deal(ground.luna_holder, LUNA, 1_000 * WAD)
    waiting = ground.wait(LUNA)
    price = ground.prices[LUNA]
    ground.oracle.transact("observe", LUNA, sender=ground.keeper)
    ground.sees(LUNA, NORMAL, price, waiting.at)
    assert ground.codes(LUNA, waiting) == FREE
    with pytest.raises(Reverted, match="value below minSubmissionValue"):
        ground.feeds[LUNA].publish(LUNA_LEAST - 10**10)
    stuck = ground.feeds[LUNA].publish(LUNA_LEAST)
    assert stuck is not None
    ground.sees(LUNA, HALT, price, waiting.at)
    assert ground.codes(LUNA, waiting) == HALTED
    doubt = ground.oracle.transact("observe", LUNA, sender=ground.keeper).one("Doubted").args
    assert (doubt["mid"], doubt["published_at"], doubt["reason"]) == (LUNA_LEAST, stuck.time, "BAND")
    ground.sees(LUNA, HALT, price, waiting.at)
    ground.pay_in(ground.luna_holder, 100)
    ground.agrees(ground.luna_holder)
    ground.lives(ETH)
    ground.chain.set_time(waiting.at + CLOSE_AGE + 1)
    ground.feeds[LUNA].publish(LUNA_LEAST)
    ground.sees(LUNA, HALT, price, waiting.at)
    assert ground.codes(LUNA, waiting) == HALTED

    at = ground.bring(LUNA, 70 * WAD)
    ground.sees(LUNA, NORMAL, 70 * WAD, at)
    assert ground.codes(LUNA, waiting) == FREE
    # Late orders fill at their one price or at the newest, whichever is worse for them.
    ground.execute(waiting.opening, price, reference=waiting.reference, spread=LATE)
    ground.execute(waiting.closing, 70 * WAD, reference=waiting.reference, spread=LATE)
    ground.finish()


@EACH
@pytest.mark.parametrize(("up", "down"), [(10, 1), (1, 10)], ids=["x10", "/10"])
def test_a_network_signs_a_lie(ground: Ground, market: int, up: int, down: int) -> None:
    """Whoever brings it stops the market at its last good price, at which nobody is liquidated."""
    waiting = ground.wait(market)
    lie = PRICE[market] * up // down
    assert ground.codes(market, waiting, ground.signed(market, lie)) == Codes("STALE", "STALE", "", "HALTED")
    assert ground.codes(market, waiting) == FREE
    doubt = ground.brings(market, ground.signed(market, lie)).one("Doubted").args
    assert (doubt["mid"], doubt["reason"]) == (lie, "APART")
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    assert ground.spared(ground.holder(market), market) == "HALTED"
    ground.pay_in(ground.shorter(market), 10)
    ground.lives(OTHER[market])
    said = ground.refer(market)
    # A lie is no silence: that begins after it.
    ground.chain.set_time(doubt["published_at"] + CLOSE_AGE)
    ground.sees(market, HALT, PRICE[market], waiting.at)
    ground.chain.set_time(doubt["published_at"] + CLOSE_AGE + 1)
    if market == ETH:
        ground.sees(market, AGED, PRICE[market], said, FALLBACK_DEVIATION)
    else:
        ground.sees(market, HALT, PRICE[market], waiting.at)

    first = ground.feeds[market].update_at(waiting.at)
    at = ground.bring(market)
    ground.sees(market, NORMAL, PRICE[market], at)
    assert ground.codes(market, waiting, first) == FREE
    ground.execute(waiting.opening, PRICE[market], first, spread=LATE)
    ground.finish()


@EACH
@pytest.mark.parametrize(("up", "down"), [(10, 1), (1, 10)], ids=["x10", "/10"])
def test_the_reference_lies(ground: Ground, market: int, up: int, down: int) -> None:
    """Which of two is right cannot be known: the market stops, until they agree on the same update."""
    waiting = ground.wait(market)
    ground.chain.set_time(waiting.at + REFRESH + 1)
    ground.refer(market, PRICE[market] * up // down)
    update = ground.update(market)
    doubt = ground.brings(market, update).one("Doubted").args
    assert (doubt["mid"], doubt["reason"]) == (PRICE[market], "APART")
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    ground.lives(OTHER[market])
    at = ground.bring(market)
    assert ground.now - waiting.at <= CLOSE_AGE
    ground.sees(market, HALT, PRICE[market], waiting.at)
    ground.refer(market)
    first, update = ground.feeds[market].update_at(waiting.at), ground.feeds[market].update
    ground.brings(market, update)
    ground.sees(market, NORMAL, PRICE[market], at)
    assert ground.codes(market, waiting, first) == FREE
    ground.execute(waiting.closing, PRICE[market], first, spread=LATE)
    ground.finish()


def test_a_reference_that_lies_is_no_price_where_it_is_the_fallback_too(ground: Ground) -> None:
    """While its own network speaks the market stands; when that falls silent the lie is a price, with time to act."""
    waiting = ground.wait(ETH)
    ground.chain.set_time(waiting.at + REFRESH + 1)
    lie = PRICE[ETH] * 10
    said = ground.refer(ETH, lie)
    for age in (CLOSE_AGE // 2, CLOSE_AGE + 1, 2 * CLOSE_AGE, 3 * CLOSE_AGE):
        ground.chain.set_time(waiting.at + age)
        heard_at = ground.bring(ETH)
        ground.sees(ETH, HALT, PRICE[ETH], waiting.at)
        assert ground.codes(ETH, waiting) == HALTED
    ground.chain.set_time(heard_at + CLOSE_AGE)
    ground.sees(ETH, HALT, PRICE[ETH], waiting.at)
    ground.chain.set_time(heard_at + CLOSE_AGE + 1)
    ground.sees(ETH, AGED, lie, said, FALLBACK_DEVIATION)
    assert ground.spared(ground.eth_shorter, ETH) == "EARLY"
    ground.refer(ETH)
    ground.sees(ETH, NORMAL, PRICE[ETH], ground.bring(ETH))
    ground.finish()


def test_who_has_positions_in_both_markets(ground: Ground) -> None:
    """One without a price: the other can be left, not entered, and nothing withdrawn."""
    account = ground.new_opener()
    for market in (ETH, BTC):
        ground.refer(market)
        ground.deal(account, market, OPENING[market])
    at = ground.bring(ETH)
    ground.brings(ETH, ground.signed(ETH, PRICE[ETH] // 10))
    ground.sees(ETH, HALT, PRICE[ETH], at)
    order = ground.commit(account, BTC, OPENING[BTC])
    ground.chain.set_time(order[DUE])
    update = ground.update(BTC)
    assert ground.refusal(order, update) == "STALE"
    ground.cancel()
    ground.pay_in(account, 100)
    with pytest.raises(Reverted, match="STALE"):
        ground.vault.transact("withdraw", account, 1, ground.idle, sender=ground.idle)
    assert ground.spared(account, BTC, ground.update(BTC)) == "HEALTHY"
    ground.close(account, BTC)
    with pytest.raises(Reverted, match="POSITION"):
        ground.leave(account)
    assert ground.spared(account, ETH) == "HALTED"
    ground.refer(ETH)
    ground.sees(ETH, NORMAL, PRICE[ETH], ground.bring(ETH))
    ground.close(account, ETH)
    ground.leave(account)
    ground.finish()


def test_a_move_trips_the_breaker(ground: Ground) -> None:
    """5.2% at once, true by both networks: reductions and liquidations go on, openings wait until it is calm."""
    waiting = ground.wait(ETH)
    moved = PRICE[ETH] * 1052 // 1000
    at = ground.tell(ETH, moved)
    ground.sees(ETH, REDUCE_ONLY, moved, at)
    first = ground.feeds[ETH].update_at(waiting.at)
    # That is beyond what an order's own price may be away from the newest.
    assert ground.codes(ETH, waiting, first) == Codes("STALE", "STALE", "STALE", "")
    later = ground.due(ETH)
    update = ground.update(ETH)
    assert ground.codes(ETH, later, update) == Codes("HALTED", "", "STALE", "")
    ground.execute(later.closing, moved, update)
    ground.liquidate(ground.eth_shorter, ETH)
    ground.lives(BTC)
    ground.chain.set_time(at + CALM - 2)
    newest = ground.bring(ETH)
    ground.sees(ETH, REDUCE_ONLY, moved, newest)
    assert ground.refusal(later.opening, update) == "HALTED"
    ground.chain.set_time(at + CALM)
    ground.sees(ETH, NORMAL, moved, newest)
    assert ground.refusal(later.opening, update) == ""
    ground.execute(later.opening, moved, update, spread=LATE)
    ground.finish()


def test_a_swing_trips_the_breaker(ground: Ground) -> None:
    """Two moves of 2.5%, each of which is none alone."""
    waiting = ground.wait(BTC)
    at = ground.tell(BTC, PRICE[BTC] * 1025 // 1000)
    ground.sees(BTC, NORMAL, ground.prices[BTC], at)
    at = ground.tell(BTC, PRICE[BTC] * 1050 // 1000)
    ground.sees(BTC, REDUCE_ONLY, ground.prices[BTC], at)
    assert ground.codes(BTC, waiting)[2:] == ("STALE", "")
    ground.liquidate(ground.btc_shorter, BTC)
    ground.lives(ETH)
    # The price before them is compared with as long as its window or the one after it lasts.
    last = (waiting.at // SWING_WINDOW + 2) * SWING_WINDOW - 1
    for time in (last, last + CALM - 2):
        ground.chain.set_time(time)
        at = ground.bring(BTC)
        ground.sees(BTC, REDUCE_ONLY, ground.prices[BTC], at)
    ground.chain.set_time(last + CALM)
    ground.sees(BTC, NORMAL, ground.prices[BTC], at)
    assert ground.codes(BTC, waiting)[2:] == ("", "HEALTHY")
    ground.finish()


@EACH
def test_a_move_that_no_reference_vouches_for(ground: Ground, market: int) -> None:
    """The reference is silent: reductions only, and a far move is believed when it has lasted."""
    ground.chain.warp(PUSH_AGE + 1)
    waiting = ground.wait(market)
    ground.sees(market, REDUCE_ONLY, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == REDUCING
    moved = PRICE[market] * 1052 // 1000
    ground.prices[market] = moved
    doubt = ground.brings(market, ground.update(market)).one("Doubted").args
    assert (doubt["mid"], doubt["reason"]) == (moved, "MOVE")
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    ground.lives(OTHER[market])
    moved_at = doubt["published_at"]
    ground.chain.set_time(moved_at + CALM - 1)
    doubt = ground.brings(market, ground.update(market)).one("Doubted").args
    assert (doubt["published_at"], doubt["reason"]) == (moved_at + CALM - 1, "MOVE")
    at = ground.bring(market)
    assert at == moved_at + CALM
    ground.sees(market, REDUCE_ONLY, moved, at)
    ground.liquidate(ground.shorter(market), market)
    ground.chain.set_time((at // SWING_WINDOW + 2) * SWING_WINDOW)
    ground.sees(market, NORMAL, moved, ground.tell(market))
    ground.finish()
