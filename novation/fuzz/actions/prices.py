"""Prices, failures of those who tell them, time."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import Game, action
from novation.fuzz.system.feeds import DOWN, FALLBACK, GRACE, KINDS, REFERENCE, UP
from novation.fuzz.system.worlds import SECOND
from novation.model.feeds import HALT
from novation.model.sources import CALL_BACK, FUTURE, HONEST, OTHER, SILENT

FAILURES = (SILENT, SILENT, FUTURE, OTHER, CALL_BACK)  # in the last it calls back and tells the truth
JUMPS = (1, 5, 20, 100, 400)  # bps


@action(10, earns=True)
def move_prices(game: Game) -> None:
    """Some seconds, then some prices near the last ones."""
    game.warp(game.pick((0, 1, 3, 10, 60, 300)))
    for market in game.markets if game.chance(30) else (game.market(),):
        price = game.price(market)
        if price.mid and game.chance(80):
            jump = game.pick(JUMPS)
            game.move(market, price.mid * (BPS + game.between(-jump, jump)) // BPS, agrees=80)


@action(2)
def crash(game: Game) -> None:
    """One market or all of them jump by up to a half."""
    game.warp(game.pick((0, 1, 5)))
    markets = game.markets if game.chance(25) else (game.market(),)
    down = game.chance(50)
    for market in markets:
        mid = game.price(market).mid
        if mid:
            share = game.between(300, 5000)
            game.move(market, mid * (BPS - share) // BPS if down else mid * BPS // (BPS - share), agrees=90)


@action(4)
def squeeze(game: Game) -> None:
    """Moves a market so that an account is about at its maintenance, beyond it, bankrupt, or rich."""
    account = game.holding()
    held = game.held(account)
    if not held:
        return
    market = game.pick(held)
    percent = game.pick((-200, -50, 0, 30, 60, 80, 90, 95, 97, 98, 99, 99, 100, 101, 130, 300))
    press(game, account, market, percent, game.pick((0, 1, 2)), agrees=95)


def press(game: Game, account: int, market: int, percent: int, later: int = 0, agrees: int = 100) -> None:
    """Moves a market so many seconds later, so that the account's margin is about that part of its maintenance."""
    size, mid = game.position(account, market).size, game.price(market).mid
    if not size or not mid:
        return
    found = game.standing(account)
    wanted = mid + (found.risk.maintenance * percent // 100 - found.margin) * WAD // size
    game.warp(later)
    game.move(market, max(mid // 3, min(mid * 3, wanted)), agrees=agrees)


@action(3, earns=True)
def pass_time(game: Game) -> None:
    """Seconds to days: windows end, feeds grow stale, funding accrues, ramps and epochs end."""
    game.warp(game.pick((1, 5, 30, 61, 200, 601, 1800, 3600, 7201, 86_400)))
    if game.chance(60):
        game.refresh_all()


@action(1)
def bad_price(game: Game) -> None:
    """Nothing, next to nothing, out of the band, from the future or from long ago; of any source that is asked."""
    key = game.pick([key for key in game.mirror.sources if game.is_pushed(key)])
    mid = game.pick((0, 1, 2**112 - 1, 2**112, 2**128 - 1, game.last_mid(key)))
    at = game.pick((game.now, game.now, game.now + 1, game.now + 1000, game.now - game.between(1, 9000), 1))
    game.mirror.publish(key, mid, at, game.pick((0, 0, mid // 10, 2**128 - 1)))
    game.call("oracle", "observe", game.anyone(), key % KINDS)
    if game.chance(60):
        game.warp(1)
        game.publish(key, game.good_mid(key))


@action(1)
def fail_source(game: Game) -> None:
    """A source, a reference or a fallback fails, or all that fail recover."""
    broken = [key for key in game.mirror.sources if game.broken(key)]
    if broken and game.chance(70):
        for key in broken:
            game.mirror.fail(key, 0)
        return
    key = game.pick([key for key in game.mirror.sources if game.is_pushed(key)])
    game.mirror.fail(key, game.pick(FAILURES))
    game.call("oracle", "observe", game.anyone(), key % KINDS)


@action(1)
def stop_the_sequencer(game: Game) -> None:
    """An L2's sequencer is down for a while; prices that waited come when it is back, and wait for the grace period."""
    if game.stage.sequencer is None:
        return
    market = game.market()
    game.mirror.sequence(DOWN)
    for _ in range(game.between(0, 2)):
        game.warp(game.pick((1, 60, 4000)))
        game.refresh(market)
        game.call("oracle", "observe", game.anyone(), market)
    game.mirror.sequence(UP)
    for seconds in (GRACE, 1) if game.chance(50) else (GRACE + game.between(1, 4000),):
        game.warp(seconds)
        game.call("oracle", "observe", game.anyone(), market)
    game.refresh_all()


@action(2)
def fall_back(game: Game) -> None:
    """A source is silent until nothing may be closed at its price, or says what is doubted; its fallback, if any, goes
    on, and prices orders."""
    backed = [market for market in game.markets if FALLBACK + market in game.mirror.sources]
    market = game.pick(backed) if backed else game.market()
    listed = game.stage.listed(market)
    mid, age = game.good_mid(market), listed.feed.fallback_age
    if game.chance(40):
        game.warp(1)
        game.mirror.publish(market, mid, None, mid)
        game.store(market)
    before = game.last(market).published_at
    game.warp(listed.feed.close_age + game.pick((-1, 0, 1, 60)))
    if game.chance(20):
        game.mirror.publish(market, mid, None, mid)
        game.store(market)
    for _ in range(game.between(1, 3)):
        if backed:
            wide = game.pick((0, 0, 0, mid))
            game.mirror.publish(FALLBACK + market, mid * game.between(9900, 10_100) // BPS, None, wide)
            fill_at_the_fallback(game, market, before)
        game.call("oracle", "observe", game.anyone(), market)
        game.warp(game.pick((0, 1, age, age + 1)))
    if backed and game.chance(20):
        game.mirror.fail(FALLBACK + market, game.pick(FAILURES))
        game.call("oracle", "observe", game.anyone(), market)
        game.mirror.fail(FALLBACK + market, HONEST)
    if game.chance(60):
        game.call(game.pool_part(market), "poke", game.anyone(), market)
        game.refresh_all()


def fill_at_the_fallback(game: Game, market: int, before: int) -> None:
    """As an order of a window that is over: at the fallback's first or last price, or at what was known before."""
    last = game.last(FALLBACK + market)
    if game.chance(50):
        game.warp(game.pick((1, 2, 31)))
    for due in (last.published_at, last.published_at + game.pick((0, 1)), before):
        number = last.id - game.pick((0, 0, 0, 1))
        game.call("oracle", "observe_at", game.anyone(), market, due, game.pick((0, 1)), number)


@action(3)
def observe(game: Game) -> None:
    """Stores the newest price; sometimes asks for an order's."""
    market = game.market()
    if game.chance(70):
        game.call("oracle", "observe", game.anyone(), market)
        return
    if game.is_pushed(market) and game.chance(10):  # the first one: of the one before nothing is known
        first = game.source(market).told[1]
        game.call("oracle", "observe_at", game.anyone(), market, first.published_at, game.window, 1)
        return
    reference = game.last(market).id - game.pick((0, 0, 1, 2, -1, 1 << 64))
    due = max(0, game.last(market).published_at + game.pick((-60, -1, 0, 1, 60)))
    game.call("oracle", "observe_at", game.anyone(), market, due, game.pick((0, 10, game.window)), max(0, reference))


@action(4)
def poke(game: Game) -> None:
    """Accrues and marks; a market that is not listed now and then."""
    market = game.market() if game.chance(97) else game.pick((13, 15, 31, 32))
    part = "pool1" if market // SECOND == 1 and game.stage.pools > 1 else "pool"
    if game.chance(10):
        game.call(part, "mark", game.anyone(), game.now - game.between(0, 5000))
        return
    game.call(part, "poke", game.anyone(), market)


@action(2)
def wake_halted(game: Game) -> None:
    """Every halted market gets a good price."""
    for market in game.markets:
        if game.price(market).status == HALT:
            for key in (market, REFERENCE + market):
                if key in game.mirror.sources and game.broken(key):
                    game.mirror.fail(key, 0)
            game.warp(1)
            game.move(market, game.good_mid(market))
