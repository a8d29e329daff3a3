"""What only contracts of ours may call, called by anybody."""

from __future__ import annotations

from novation.fuzz.actions.game import Game, action


@action(1)
def push_pull_by_strangers(game: Game) -> None:
    """What only modules may do."""
    name = game.pick(("push", "pull"))
    game.call("vault", name, game.anyone(), game.account(), game.sizes(1, 10**20))


@action(1)
def strangers_at_the_modules(game: Game) -> None:
    """Externals of the vault and the pool that only another contract of ours may call."""
    sender, account, market = game.anyone(), game.account(), game.market()
    pool = game.pool_part(market)
    size = game.between(1, 10**18)
    name = game.pick(("trade", "reserve", "release", "liquidate", "fill", "pool_liquidate", "realise", "collect"))
    if name == "trade":
        game.call("vault", name, sender, account, market, size, 1, 1, 1, 0, False)
    elif name == "reserve":
        game.call("vault", name, sender, account, market, size, 1, True)
    elif name == "release":
        game.call("vault", name, sender, account, size, True)
    elif name == "liquidate":
        game.call("vault", name, sender, account, market, sender, 0, 10_000, 1, size)
    elif name == "fill":
        game.call(pool, name, sender, account, market, size, 1, 1, 1, 0, False, 0, 0, True)
    elif name == "pool_liquidate":
        game.call(pool, "liquidate", sender, account, market, 0, 0, 0, False)
    elif name == "realise":
        game.call(pool, name, sender, account, market, size)
    else:
        game.call(pool, name, sender)
