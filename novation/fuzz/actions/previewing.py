"""Questions of what a trade would do."""

from __future__ import annotations

from collections.abc import Sequence

from novation.fixed import BPS, WAD
from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.trading import spread_out
from novation.fuzz.system.compare import Mismatch
from novation.fuzz.system.worlds import SECOND
from novation.model.feeds import NORMAL


def sizes(game: Game, account: int, market: int) -> Sequence[int]:
    """Trades that go in every direction: a little, all, through zero, what is allowed and what is not."""
    held = game.position(account, market).size
    config = game.config(market)
    cap = config.position_cap * config.skew_scale // BPS
    free = max(0, game.cash(account)) * BPS // max(1, config.initial)
    some = game.notional(market, max(10**20, free))
    state = game.state(market)
    room = config.open_interest_cap * config.skew_scale // BPS + 1
    return (
        room - state.long,
        state.short - room,
        -held,
        -held // 2,
        -2 * held,
        held,
        some,
        -some,
        some * 3,
        -some * 2,
        cap,
        -cap * 3,
        1,
        -1,
        0,
    )


@action(3)
def preview(game: Game) -> None:
    """What a trade would do: what the model's trade does. Its liquidation price is where the account would be at its
    maintenance."""
    account = game.holding() if game.chance(70) else game.account()
    held = game.held(account)
    market = game.pick(held) if held and game.chance(75) else game.market()
    for delta in game.random.sample(list(sizes(game, account, market)), 5):
        game.mirror.asked("preview", account, market, delta)


@action(1)
def preview_while_paused(game: Game) -> None:
    """Openings are refused by the lens as by the vault; what closes is not."""
    account = game.holding()
    held = game.held(account)
    market = game.pick(held) if held else game.market()
    paused = game.call("vault", "pause", game.cast.owner, 2).ok  # not where somebody else is the owner
    size = game.position(account, market).size
    more = size or game.notional(market, 100 * WAD)
    refusal = game.mirror.asked("preview", account, market, more)
    if paused and refusal not in (None, "PAUSED", "HALTED"):
        raise Mismatch(f"preview_trade says {refusal!r} of an opening while openings are paused")
    game.mirror.asked("preview", account, market, -size)
    if game.chance(70):
        game.call("vault", "unpause", game.cast.owner, 7)


@action(1)
def flip_on_credit(game: Game) -> None:
    """One position wins what another loses, which is more than the cash: turning the loser round needs insurance. Asked
    first, and mostly done."""
    free = [a for a in game.cast.traders if not game.held(a) and not game.of(a).pending and game.cash(a) >= 0]
    mine = [market for market in game.markets if market < SECOND and game.price(market).status == NORMAL]
    if not free or len(mine) < 2:
        return
    account, (good, bad) = min(free, key=game.cash), game.random.sample(mine, 2)
    game.call("vault", "deposit", game.cast.whale, account, 3000 * game.unit)
    cash = game.cash(account)
    for market in (good, bad):
        buy(game, account, market, game.notional(market, 4 * cash), game.price(market).mid)
    if set(game.held(account)) != {good, bad}:
        return
    game.warp(1)
    game.move(good, game.price(good).mid * 14 // 10)
    game.move(bad, game.price(bad).mid * 65 // 100)
    flip = -2 * game.position(account, bad).size
    game.mirror.asked("preview", account, bad, flip)
    if game.chance(60):
        buy(game, account, bad, flip, game.price(bad).mid)
        return
    paid = game.call("vault", "deposit", game.cast.whale, game.mirror.facts.names["vault"], 10**7 * game.unit).ok
    if game.mirror.asked("preview", account, bad, flip) == "DEBT" and paid:
        raise Mismatch("preview_trade says DEBT with ten million of insurance")


@action(0.5)
def preview_of_one_too_many(game: Game) -> None:
    """A position in a seventeenth market, where there are so many."""
    if len(game.markets) < 17:
        return
    spread_out(game)
    for account in game.cast.traders:
        if len(game.held(account)) > 15:
            for market in game.markets:
                if market not in game.held(account):
                    size = game.notional(market, 2 * game.mirror.facts.terms.min_notional)
                    game.mirror.asked("preview", account, market, size)
