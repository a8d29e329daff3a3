"""Feeds fall silent, one in one way at a time: what works, what is refused and with which code, how it comes back.

Every drill begins with positions in ETH and BTC and ends with everybody out, each account with what the model's
arithmetic gives it, to the wei.
"""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.fixed import WAD
from novation.model.feeds import AGED, HALT, NORMAL
from novation.model.feeds import LATE as LATE_AFTER
from novation.upstream.sequencer import DOWN, UP
from tests.fork.ground import FREE, HALTED, OLD, REDUCING, WAITING, Codes, Ground
from tests.fork.terms import (
    AT_FALLBACK,
    BTC,
    CLOSE_AGE,
    ETH,
    FALLBACK_DEVIATION,
    LATE,
    OPENING,
    OTHER,
    PRICE,
    PUSH_AGE,
    RAMP,
    TRADE_AGE,
    UPTIME_GRACE,
    WINDOW,
)

pytestmark = [pytest.mark.anvil, pytest.mark.slow]
EACH = pytest.mark.parametrize("market", [ETH, BTC], ids=["ETH", "BTC"])


def test_nobody_brings_an_update(ground: Ground) -> None:
    """The price ages, the fallback takes over, falls silent too, and the next update ends it."""
    waiting = ground.wait(ETH)
    at = waiting.at
    for age, status, codes in (
        (1, NORMAL, FREE),
        (LATE_AFTER - 1, NORMAL, FREE),
        (LATE_AFTER, NORMAL, Codes("STALE", "", "", "HEALTHY")),  # the opening was due a second before
        (LATE_AFTER + 1, NORMAL, WAITING),
        (TRADE_AGE, NORMAL, WAITING),
        (TRADE_AGE + 1, AGED, OLD),
        (CLOSE_AGE - 1, AGED, OLD),
    ):
        ground.chain.set_time(at + age)
        ground.sees(ETH, status, PRICE[ETH], at)
        assert ground.codes(ETH, waiting) == codes
    before = ground.round_of(ETH)
    said = ground.refer(ETH, 3_990 * WAD)
    assert ground.now == at + CLOSE_AGE
    ground.sees(ETH, AGED, PRICE[ETH], at)
    ground.chain.set_time(at + CLOSE_AGE + 1)
    ground.sees(ETH, AGED, 3_990 * WAD, said, FALLBACK_DEVIATION)

    late = ground.due(ETH)
    assert ground.codes(ETH, late) == Codes("EARLY", "EARLY", "STALE", "HEALTHY")
    said = ground.refer(ETH, 3_980 * WAD)
    late = late._replace(reference=ground.round_of(ETH))
    ground.chain.set_time(late.at + WINDOW)
    assert ground.refusal(late.closing, reference=late.reference) == "EARLY"
    ground.chain.set_time(late.at + WINDOW + 1)
    ground.sees(ETH, AGED, 3_980 * WAD, said, FALLBACK_DEVIATION)
    assert ground.codes(ETH, late) == REDUCING
    # Whose own price is known fills at that, whatever the fallback has said since.
    for reference in (0, before, late.reference):
        assert ground.codes(ETH, waiting._replace(reference=reference)) == REDUCING
    ground.execute(late.closing, 3_980 * WAD, reference=late.reference, spread=AT_FALLBACK)

    # The fallback says nothing in this one's window: the round in force then is as good as the fallback is.
    forced = ground.due(ETH)._replace(reference=late.reference)
    ground.chain.set_time(forced.at + WINDOW)
    assert ground.refusal(forced.closing, reference=forced.reference) == "EARLY"
    ground.chain.set_time(forced.at + WINDOW + 1)
    assert ground.codes(ETH, forced) == REDUCING
    for reference in (before, before + 1):
        assert ground.refusal(forced.closing, reference=reference) == "PROOF"
    ground.execute(forced.closing, 3_980 * WAD, reference=forced.reference, spread=AT_FALLBACK)

    ground.chain.set_time(said + PUSH_AGE)
    ground.sees(ETH, AGED, 3_980 * WAD, said, FALLBACK_DEVIATION)
    ground.chain.set_time(said + PUSH_AGE + 1)
    ground.sees(ETH, HALT, PRICE[ETH], at)
    assert ground.codes(ETH, waiting) == HALTED
    ground.lives(BTC)

    first = ground.feeds[ETH].update_at(waiting.at)
    at = ground.tell(ETH)
    ground.sees(ETH, NORMAL, PRICE[ETH], at)
    assert ground.codes(ETH, waiting, first) == FREE
    ground.execute(waiting.opening, PRICE[ETH], first, spread=LATE)
    ground.finish()


def test_nobody_brings_an_update_and_there_is_no_fallback(ground: Ground) -> None:
    waiting = ground.wait(BTC)
    at = waiting.at
    for age, status, codes in (
        (LATE_AFTER - 1, NORMAL, FREE),
        (LATE_AFTER, NORMAL, Codes("STALE", "", "", "HEALTHY")),  # the opening was due a second before
        (LATE_AFTER + 1, NORMAL, WAITING),
        (TRADE_AGE, NORMAL, WAITING),
        (TRADE_AGE + 1, AGED, OLD),
        (CLOSE_AGE, AGED, OLD),
        (CLOSE_AGE + 1, HALT, HALTED),
    ):
        ground.chain.set_time(at + age)
        ground.sees(BTC, status, PRICE[BTC], at)
        assert ground.codes(BTC, waiting) == codes
    ground.lives(ETH)
    first = ground.feeds[BTC].update_at(waiting.at)
    at = ground.bring(BTC)
    ground.sees(BTC, NORMAL, PRICE[BTC], at)
    assert ground.codes(BTC, waiting, first) == FREE
    ground.execute(waiting.closing, PRICE[BTC], first, spread=LATE)
    ground.finish()


@EACH
def test_who_is_sick_at_an_old_price_has_time(ground: Ground, market: int) -> None:
    """Whoever liquidates may have kept the newer price to himself: others have a flag's time to bring it."""
    account = ground.shorter(market)
    at = ground.tell(market, PRICE[market] * 104 // 100)
    ground.chain.set_time(at + TRADE_AGE)
    assert ground.spared(account, market) == ""
    ground.chain.set_time(at + TRADE_AGE + 1)
    ground.sees(market, AGED, ground.prices[market], at)
    assert ground.spared(account, market) == "EARLY"
    flagged_at = ground.flag(account)
    ground.chain.set_time(flagged_at + RAMP - 1)
    assert ground.spared(account, market) == "EARLY"
    ground.chain.set_time(flagged_at + RAMP)
    ground.sees(market, AGED, ground.prices[market], at)
    ground.liquidate(account, market, flagged_at=flagged_at)
    ground.finish()


@EACH
def test_a_newer_price_ends_that_time(ground: Ground, market: int) -> None:
    account = ground.shorter(market)
    at = ground.tell(market, PRICE[market] * 104 // 100)
    ground.chain.set_time(at + TRADE_AGE + 1)
    flagged_at = ground.flag(account)
    update = ground.update(market)
    assert ground.spared(account, market) == "EARLY"
    ground.liquidate(account, market, update, flagged_at)
    ground.finish()


def test_an_old_price_of_one_market_is_an_old_price_of_the_account(ground: Ground) -> None:
    """The market that is closed has a price of now, and is not closed at once for all that."""
    account = ground.eth_shorter
    ground.refer(BTC)
    ground.deal(account, BTC, OPENING[BTC])
    old = ground.now
    ground.chain.set_time(old + TRADE_AGE + 1)
    ground.sees(BTC, AGED, PRICE[BTC], old - 1)
    ground.tell(ETH, PRICE[ETH] * 104 // 100)
    assert ground.spared(account, ETH) == "EARLY"
    ground.bring(BTC)
    assert ground.spared(account, ETH) == ""
    ground.tell(ETH, PRICE[ETH])
    ground.finish()


@EACH
@pytest.mark.parametrize("price", [0, -WAD], ids=["zero", "negative"])
def test_a_network_signs_no_price(ground: Ground, market: int, price: int) -> None:
    """It is refused whoever brings it; the last price stays, and ages."""
    waiting = ground.wait(market)
    ground.sees(market, NORMAL, PRICE[market], waiting.at)
    assert ground.codes(market, waiting, ground.signed(market, price)) == Codes("VALUE", "VALUE", "", "VALUE")
    with pytest.raises(Reverted, match="VALUE"):
        ground.brings(market, ground.signed(market, price))
    ground.sees(market, NORMAL, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == FREE
    ground.chain.set_time(waiting.at + TRADE_AGE + 1)
    ground.sees(market, AGED, PRICE[market], waiting.at)
    assert ground.codes(market, waiting, ground.signed(market, price)) == Codes("VALUE", "VALUE", "STALE", "VALUE")
    assert ground.codes(market, waiting) == OLD
    ground.chain.set_time(waiting.at + CLOSE_AGE + 1)
    ground.refer(OTHER[market])
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    ground.lives(OTHER[market])
    at = ground.bring(market)
    ground.sees(market, NORMAL, PRICE[market], at)
    ground.finish()


def test_the_sequencer_is_down(ground: Ground) -> None:
    """Nothing fills while it is down, nor in the grace period after it: prices that waited arrive at once."""
    eth, btc = ground.wait(ETH), ground.wait(BTC)
    sequencer = ground.network.sequencer
    sequencer.report(DOWN, ground.now)
    for market, waiting in ((ETH, eth), (BTC, btc)):
        ground.sees(market, HALT, PRICE[market], waiting.at)
        assert ground.codes(market, waiting) == HALTED
    ground.leave(ground.idle)
    for account in (ground.eth_holder, ground.btc_shorter):
        ground.pay_in(account, 100)
        ground.agrees(account)
    # What is brought is known, and used later: a short position in ETH is not worth its maintenance any more.
    moved = PRICE[ETH] * 104 // 100
    ground.chain.warp(1_000)
    first = ground.feeds[BTC].update_at(btc.at)
    at = ground.tell(ETH, moved)
    ground.sees(ETH, HALT, moved, at)
    assert ground.codes(ETH, eth) == HALTED

    back = ground.now
    sequencer.report(UP, back)
    for age in (1, UPTIME_GRACE - 1):
        ground.chain.set_time(back + age)
        ground.sees(ETH, HALT, moved, at)
        assert ground.codes(BTC, btc, first) == HALTED
    times = {BTC: ground.bring(BTC)}
    ground.sees(BTC, HALT, PRICE[BTC], back + UPTIME_GRACE - 1)
    times[ETH] = ground.bring(ETH)
    assert times == {BTC: back + UPTIME_GRACE - 1, ETH: back + UPTIME_GRACE}
    assert ground.now == back + UPTIME_GRACE + 1
    for market, at in times.items():
        ground.sees(market, NORMAL, ground.prices[market], at)
    assert ground.codes(BTC, btc, first) == FREE
    ground.execute(btc.opening, PRICE[BTC], first, spread=LATE)
    ground.liquidate(ground.eth_shorter, ETH)
    ground.finish()


@EACH
def test_the_grace_ends_with_a_fresh_price_only(ground: Ground, market: int) -> None:
    waiting = ground.wait(market)
    back = ground.now + 10
    ground.network.sequencer.report(DOWN, ground.now)
    ground.network.sequencer.report(UP, back)
    ground.chain.set_time(back + UPTIME_GRACE)
    ground.sees(market, HALT, PRICE[market], waiting.at)
    ground.chain.set_time(back + UPTIME_GRACE + 1)
    ground.sees(market, HALT, PRICE[market], waiting.at)
    assert ground.codes(market, waiting) == HALTED
    at = ground.bring(market)
    ground.sees(market, NORMAL, PRICE[market], at)
    ground.finish()
