"""Prices, intervals and ages at the limits that a feed is set to, to the wei and the second."""

from __future__ import annotations

from novation.fixed import BPS
from novation.fuzz.actions.game import Game, action
from novation.fuzz.system.feeds import REFERENCE, settings_of
from novation.model.feeds import Settings

EDGE = (-1, 0, 0, 1)


def judged(game: Game) -> tuple[int, Settings]:
    """A market and how its feed is set at first; mostly one with a reference or a breaker."""
    found = [(market.number, settings_of(game.stage.feeds, market)) for market in game.stage.world.markets]
    strict = [each for each in found if each[1].reference or each[1].move]
    return game.pick(strict if strict and game.chance(80) else found)


@action(2)
def price_at_its_limit(game: Game) -> None:
    """As far from the reference, from the last price, or from the middle of its interval as it may be."""
    market, feed = judged(game)
    base, sign = game.good_mid(market), game.pick((1, -1))
    game.warp(game.pick((1, 2, 30)))
    if REFERENCE + market in game.mirror.sources and game.chance(80):
        game.publish(REFERENCE + market, base)
    limit = game.pick((feed.divergence, feed.divergence, feed.move, feed.swing, 0))
    mid = base * (BPS + sign * limit) // BPS + game.pick(EDGE)
    wide = max(0, mid * feed.confidence // BPS + game.pick(EDGE)) if game.chance(40) else 0
    game.mirror.publish(market, mid, None, wide)
    game.store(market)
    if game.chance(50):
        game.warp(1)
        game.refresh_all()


@action(2)
def price_at_the_end_of_its_age(game: Game) -> None:
    """The second in which a price, its reference's or a breaker ends, the one before and the one after."""
    market, feed = judged(game)
    ages = (feed.trade_age, feed.close_age, feed.reference_age, feed.refresh, feed.calm, feed.window, feed.fallback_age)
    at = game.price(market).published_at if game.chance(70) else game.now
    game.until(at + game.pick([age for age in ages if age]) - 1)
    for _ in range(3):
        game.call("oracle", "observe", game.anyone(), market)
        if game.chance(30):
            game.call(game.pool_part(market), "poke", game.anyone(), market)
        game.warp(1)
