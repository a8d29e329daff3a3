"""Flags, liquidations, realised losses, fees."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.prices import squeeze
from novation.fuzz.system.worlds import SECOND
from novation.model.market import charge, fill_cost


def target(game: Game) -> int:
    """An unhealthy account if there is one and luck has it."""
    if not game.chance(90):
        return game.holding()
    sick = game.sick()
    if not sick and game.chance(40):
        squeeze(game)
        sick = game.sick()
    return game.pick(sick) if sick else game.holding()


@action(3, earns=True)
def flag(game: Game) -> None:
    """Sets or clears a mark."""
    flagged = [a for a in game.cast.traders if game.of(a).flagged_at]
    account = game.pick(flagged) if flagged and game.chance(30) else target(game)
    game.call("vault", "flag", game.anyone(), account)


@action(6, earns=True)
def liquidate(game: Game) -> None:
    """One market of an account, by a liquidator, a keeper, or the account itself."""
    account = target(game)
    held = game.held(account)
    market = game.pick(held) if held and game.chance(95) else game.pick((*game.markets, 31, 40))
    sender = game.cast.liquidator if game.chance(80) else game.pick((*game.cast.keepers, game.key(account)))
    if game.chance(20):
        game.warp(game.pick((1, 30, 300)))
    game.liquidate(sender, account, market)


@action(2, earns=True)
def liquidate_all(game: Game) -> None:
    """Again and again until it is healthy or gone."""
    account = target(game)
    for _ in range(4):
        held = game.held(account)
        if not held or not game.liquidate(game.cast.liquidator, account, game.pick(held)).ok:
            return


@action(2, earns=True)
def liquidate_many(game: Game) -> None:
    """Several pairs, healthy ones among them; now and then of unequal lengths."""
    accounts = [target(game) for _ in range(game.between(0, 4))]
    markets = [game.pick(game.held(account) or game.markets) for account in accounts]
    if game.chance(4):
        markets.append(0)
    elif game.chance(50):
        game.mirror.one_by_one("liquidation", "liquidate_many", game.cast.liquidator, accounts, markets)
        return
    game.call("liquidation", "liquidate_many", game.cast.liquidator, accounts, markets)


@action(1)
def saved_by_an_exit(game: Game) -> None:
    """Bankrupt by its first market and whole again by the second, which it is paid to leave."""
    choices = [
        (account, first, second)
        for account in game.cast.traders
        for first in game.held(account)
        for second in game.held(account)
        if first != second and paid_to_leave(game, account, second) > 0
    ]
    account, first, second = game.pick(choices) if choices else crowded(game)
    mid, size = game.price(first).mid, game.position(account, first).size
    paid, fee = paid_to_leave(game, account, second), charge(mid, size, 0, 0, game.config(first).taker_fee, 0)
    if not size or paid <= 0:
        return
    aim = fee - paid * game.between(1, 99) // 100
    to = mid + (aim - game.standing(account).margin) * WAD // size
    if mid // 3 < to < 3 * mid:
        game.warp(1)
        game.move(first, to)
        game.liquidate(game.cast.liquidator, account, first)


def paid_to_leave(game: Game, account: int, market: int) -> int:
    """What the skew pays for closing a position, less the fee (WAD USD)."""
    size, mid, config = game.position(account, market).size, game.price(market).mid, game.config(market)
    cost = fill_cost(config.skew_scale, mid, game.state(market).skew, -size) + size * mid // WAD
    return -cost - charge(mid, size, 0, 0, config.taker_fee, 0)


def crowded(game: Game) -> tuple[int, int, int]:
    """Brings an account into two markets of a pool, the second among many on its side. @return all three."""
    free = [a for a in game.cast.traders if not game.held(a) and not game.of(a).pending and game.cash(a) >= 0]
    account, other = game.random.sample(free, 2) if len(free) > 1 else (game.account(), game.account())
    first, second = game.random.sample([market for market in game.markets if market < SECOND], 2)
    cap = game.config(second).position_cap * game.config(second).skew_scale // BPS
    notional = cap * game.price(second).mid // WAD
    sign = game.pick((1, -1))
    for who, usd in ((other, 4 * notional), (account, notional // 8)):
        game.call("vault", "deposit", game.cast.whale, who, usd * game.unit // WAD)
    buy(game, other, second, sign * cap * 9 // 10, game.price(second).mid)
    buy(game, account, second, sign * cap // 10, game.price(second).mid)
    buy(game, account, first, sign * game.notional(first, notional // 4), game.price(first).mid)
    return account, first, second


@action(5, earns=True)
def realise(game: Game) -> None:
    """A loss becomes cash of the pool."""
    account = game.holding()
    held = game.held(account)
    market = game.pick(held) if held and game.chance(93) else game.pick((*game.markets, 15, 31, 40))
    game.call("vault", "realise", game.anyone(), account, market)


@action(3, earns=True)
def collect(game: Game) -> None:
    """Fees to insurance and treasury."""
    game.call("vault", "collect", game.anyone(), game.pick((0, 0, 0, 1, 2, 4)))


@action(1)
def spend_insurance(game: Game) -> None:
    """Insurance and treasury are accounts too; nobody has the vault's key."""
    cast = game.cast
    wad = max(0, game.cash(cast.treasury))
    game.call("vault", "transfer", cast.treasury, cast.treasury, game.account(), wad)
