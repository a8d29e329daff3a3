"""Flags, liquidations, realised losses, fees."""

from __future__ import annotations

from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.prices import squeeze


def target(game: Game) -> int:
    """An unhealthy account if there is one and luck has it."""
    if not game.chance(90):
        return game.holding()
    sick = game.sick()
    if not sick and game.chance(40):
        squeeze(game)
        sick = game.sick()
    return game.pick(sick) if sick else game.holding()


@action(3)
def flag(game: Game) -> None:
    """Sets or clears a mark."""
    flagged = [a for a in game.cast.traders if game.of(a).flagged_at]
    account = game.pick(flagged) if flagged and game.chance(30) else target(game)
    game.call("vault", "flag", game.anyone(), account)


@action(6)
def liquidate(game: Game) -> None:
    """One market of an account, by a liquidator, a keeper, or the account itself."""
    account = target(game)
    held = game.held(account)
    market = game.pick(held) if held and game.chance(95) else game.pick((*game.markets, 31, 40))
    sender = game.cast.liquidator if game.chance(80) else game.pick((*game.cast.keepers, game.key(account)))
    if game.chance(20):
        game.warp(game.pick((1, 30, 300)))
    game.call("liquidation", "liquidate", sender, account, market)


@action(2)
def liquidate_all(game: Game) -> None:
    """Again and again until it is healthy or gone."""
    account = target(game)
    for _ in range(4):
        held = game.held(account)
        if not held or not game.call("liquidation", "liquidate", game.cast.liquidator, account, game.pick(held)).ok:
            return


@action(2)
def liquidate_many(game: Game) -> None:
    """Several pairs, healthy ones among them; now and then of unequal lengths."""
    accounts = [target(game) for _ in range(game.between(0, 4))]
    markets = [game.pick(game.held(account) or game.markets) for account in accounts]
    if game.chance(4):
        markets.append(0)
    game.call("liquidation", "liquidate_many", game.cast.liquidator, accounts, markets)


@action(5)
def realise(game: Game) -> None:
    """A loss becomes cash of the pool."""
    account = game.holding()
    held = game.held(account)
    market = game.pick(held) if held and game.chance(93) else game.pick((*game.markets, 15, 31, 40))
    game.call("vault", "realise", game.anyone(), account, market)


@action(3)
def collect(game: Game) -> None:
    """Fees to insurance and treasury."""
    game.call("vault", "collect", game.anyone(), game.pick((0, 0, 0, 1, 2, 4)))


@action(1)
def spend_insurance(game: Game) -> None:
    """Insurance and treasury are accounts too; nobody has the vault's key."""
    cast = game.cast
    wad = max(0, game.cash(cast.treasury))
    game.call("vault", "transfer", cast.treasury, cast.treasury, game.account(), wad)
