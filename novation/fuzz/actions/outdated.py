"""Prices that are AGED or in HALT: whoever acts may have left a newer one out. Flags must age and be young, nothing
fires, and no order ends by what asks for a price."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.liquidating import target
from novation.fuzz.actions.prices import press
from novation.fuzz.actions.trading import afford, make
from novation.fuzz.system.feeds import FALLBACK
from novation.model.doors import FLAG_LIFE


@action(5)
def liquidate_at_old_prices(game: Game) -> None:
    """An account is flagged, and about when its flag has aged or is over the price of one of its markets is old: the
    one of before, or a newer one, or the fallback's. Those of its others may be of now."""
    account = target(game)
    held = game.held(account)
    if not held:
        return
    backed = [market for market in held if FALLBACK + market in game.mirror.sources]
    market = game.pick(backed if backed and game.chance(60) else held)
    feed, ramp = game.stage.listed(market).feed, game.stage.world.parameters.liquidation.ramp
    spare = FALLBACK + market if market in backed and game.chance(75) else None
    if game.margin_over(account) >= 0:
        press(game, account, market, game.pick((-20, 30, 80)))
    game.warp(feed.close_age + 1 if spare else game.pick((0, feed.trade_age + 1)))
    if spare:
        game.publish(spare, game.last_mid(market))
    game.call("vault", "flag", game.anyone(), account)
    flagged_at = game.of(account).flagged_at or game.now
    if not spare and game.chance(50):
        game.warp(game.pick((0, 1, max(1, ramp - feed.trade_age - 1))))
        game.move(market, game.last_mid(market))
    life = game.pick((ramp, ramp, ramp, FLAG_LIFE))
    game.until(flagged_at + life + game.pick((-1, 0, 0, 1)))
    if spare:
        game.publish(spare, game.last_mid(market))
    for other in held:
        if other != market and game.chance(50):
            game.refresh(other)
    closed = game.pick(held)
    if game.chance(40):
        game.mirror.one_by_one("liquidation", "liquidate_many", game.cast.liquidator, [account], [closed])
    else:
        game.liquidate(game.cast.liquidator, account, closed)
    if game.chance(30):
        game.until(flagged_at + FLAG_LIFE + game.pick((0, 1)))
        game.call("vault", "flag", game.anyone(), account)


@action(2)
def fire_at_an_old_price(game: Game) -> None:
    """A price that an order waits for, in the last second in which it is of now or in the first in which it is not."""
    account, market = game.idle(), game.market()
    afford(game, account)
    order = make(game, account, market)._replace(trigger=max(1, game.good_mid(market)), reduce_only=False)
    slot = game.free_slot(account)
    if order.market != market or not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    game.warp(1)
    game.move(market, order.trigger * (BPS + (1 if order.trigger_above else -1)) // BPS)
    game.until(game.last(market).published_at + game.stage.listed(market).feed.trade_age + game.pick((0, 1, 1)))
    game.call("orders", "trigger", game.anyone(), game.mirror.orders[account, slot], slot)


@action(3)
def fill_beside_an_old_price(game: Game) -> None:
    """An order fails, mostly for the margin of an account that is in another market, too, whose price has just become
    old."""
    free = game.free_holders()
    if not free:
        return
    account = min(game.pick(free), game.pick(free), key=game.margin_over)
    old = game.pick(game.held(account))
    others = [market for market in game.held(account) if market != old]
    if not others:
        others = [market for market in game.markets if market != old][:3]
        market = game.pick(others)
        config = game.config(market)
        usd = max(500 * WAD, game.margin_over(account) * game.between(1, 3))
        size = min(game.notional(market, usd), config.position_cap * config.skew_scale // BPS)
        buy(game, account, market, game.pick((1, -1)) * size, game.good_mid(market))
    market = game.pick([held for held in game.held(account) if held != old] or others)
    for each in (old, market):
        game.refresh(each)
    game.warp(max(0, game.stage.listed(old).feed.trade_age - game.delay) + game.pick((0, 1, 1)))
    game.refresh(market)
    size = game.position(account, market).size
    order = make(game, account, market)._replace(trigger=0, acceptable=0)
    if size and game.chance(75):  # more would be STALE
        order = order._replace(size=-size * game.between(5, 60) // 100)
    if game.chance(15):
        order = order._replace(acceptable=1 if order.size > 0 else 2 * game.good_mid(market))
    elif game.chance(20):  # nothing that it could reduce
        order = order._replace(reduce_only=True, size=size or order.size)
    slot = game.free_slot(account)
    if order.market != market or not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    order = game.mirror.orders[account, slot]
    game.until(order.due)
    game.move(market, game.good_mid(market))
    press(game, account, market, game.pick((-100, -20, 30, 90)))
    game.execute(game.pick(game.cast.keepers), order, slot)
