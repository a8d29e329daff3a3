"""Rounds, failures, phases, time."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import Game, action
from novation.fuzz.system.worlds import REFERENCE, SECOND
from novation.model.oracle import HALT

FAILURES = (1, 2, 3, 4, 5, 6, 8, 9)  # ways in which the mock fails; in the last it calls back and tells the truth
JUMPS = (1, 5, 20, 100, 400)  # bps


@action(10, earns=True)
def move_prices(game: Game) -> None:
    """Some seconds, then rounds of some feeds near the last price."""
    game.warp(game.pick((0, 1, 3, 10, 60, 300)))
    for market in game.markets if game.chance(30) else (game.market(),):
        price = game.price(market)
        if price.mid and game.chance(80):
            jump = game.pick(JUMPS)
            game.push(market, price.mid * (BPS + game.between(-jump, jump)) // BPS)
            if REFERENCE + market in game.mirror.sources and game.chance(80):
                game.push(REFERENCE + market, game.last_mid(market))


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
            game.push(market, mid * (BPS - share) // BPS if down else mid * BPS // (BPS - share))
            if REFERENCE + market in game.mirror.sources and game.chance(90):
                game.push(REFERENCE + market, game.last_mid(market))


@action(4)
def squeeze(game: Game) -> None:
    """Moves a market so that an account is about at its maintenance, beyond it, bankrupt, or rich."""
    account = game.holding()
    held = game.held(account)
    if not held:
        return
    market = game.pick(held)
    size, _, _ = game.position(account, market)
    price = game.price(market)
    if not size or not price.mid:
        return
    found = game.standing(account)
    maintenance = found.risk.maintenance
    aim = maintenance * game.pick((-200, -50, 0, 30, 60, 80, 90, 95, 97, 98, 99, 99, 100, 101, 130, 300)) // 100
    mid = price.mid + (aim - found.margin) * WAD // size
    mid = max(price.mid // 3, min(price.mid * 3, mid))
    game.warp(game.pick((0, 1, 2)))
    game.push(market, mid)
    if REFERENCE + market in game.mirror.sources and game.chance(95):
        game.push(REFERENCE + market, game.last_mid(market))


def both(game: Game, market: int, mid: int) -> None:
    """A price of a feed and of its reference."""
    game.push(market, max(1, mid))
    if REFERENCE + market in game.mirror.sources:
        game.push(REFERENCE + market, max(1, mid))


@action(3, earns=True)
def pass_time(game: Game) -> None:
    """Seconds to days: windows end, feeds grow stale, funding accrues, ramps and epochs end."""
    game.warp(game.pick((1, 5, 30, 61, 200, 601, 1800, 3600, 7201, 86_400)))
    if game.chance(60):
        game.refresh_all()


@action(1)
def bad_round(game: Game) -> None:
    """Zero, negative, out of the band, from the future or from long ago."""
    market = game.market()
    if game.chance(20) and REFERENCE + market in game.mirror.sources:
        market += REFERENCE
    answer = game.pick((0, -1, 1, 2**100, -(2**100), game.last(market).answer))
    at = game.pick((game.now, game.now, game.now + 1, game.now + 1000, game.now - game.between(1, 9000), 1))
    game.mirror.post(market, answer, at)
    game.call("oracle", "observe", game.anyone(), market % REFERENCE)
    if game.chance(60):
        game.warp(1)
        game.mirror.post(market, max(1, game.healthy_answer(market)))


@action(1)
def fail_feed(game: Game) -> None:
    """A source or a reference fails, or all that fail recover."""
    broken = [market for market in game.mirror.sources if game.broken(market)]
    if broken and game.chance(70):
        for market in broken:
            game.mirror.fail(market, 0)
        return
    market = game.pick(list(game.mirror.sources))
    game.mirror.fail(market, game.pick(FAILURES))
    game.call("oracle", "observe", game.anyone(), market % REFERENCE)


@action(1)
def change_phase(game: Game) -> None:
    """A new aggregator, sometimes with other decimals, without rounds at first."""
    market = game.pick(list(game.mirror.sources))
    answer = game.healthy_answer(market)
    game.mirror.new_phase(market)
    if game.chance(15):
        game.mirror.set_decimals(market, game.pick((6, 8, 18)))
    if game.chance(80):
        for _ in range(game.between(1, 3)):
            game.warp(game.between(0, 2))
            game.mirror.post(market, answer)


@action(1)
def repair_decimals(game: Game) -> None:
    """Feeds whose decimals have changed get the old ones back, in a phase of their own, or are set again."""
    for market in game.markets:
        decimals = game.feed_decimals(market)
        if decimals != game.source(market).state["decimals"]:
            game.mirror.set_decimals(market, decimals)
            game.mirror.new_phase(market)
            game.mirror.post(market, max(1, game.healthy_answer(market)))


@action(3)
def observe(game: Game) -> None:
    """Stores the newest price; sometimes asks for an order's."""
    market = game.market()
    if game.chance(70):
        game.call("oracle", "observe", game.anyone(), market)
        return
    reference = game.source(market).state["latest"] - game.pick((0, 0, 1, 2, -1, 1 << 64))
    due = max(0, game.last(market).updated_at + game.pick((-60, -1, 0, 1, 60)))
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
    """Every halted feed gets a good round."""
    for market in game.markets:
        if game.price(market).status == HALT:
            if game.broken(market):
                game.mirror.fail(market, 0)
            game.warp(1)
            game.mirror.post(market, game.healthy_answer(market))
            if REFERENCE + market in game.mirror.sources:
                game.mirror.fail(REFERENCE + market, 0)
                game.push(REFERENCE + market, game.last_mid(market))
