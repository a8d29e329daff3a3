"""How a sequence begins."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions.game import FAR, Game, action

LIQUIDITY = (0, 20_000, 300_000, 3_000_000, 3_000_000, 30_000_000, 30_000_000, 30_000_000)
WEALTH = (50, 1_000, 20_000, 20_000, 100_000, 400_000)


@action(0)
def opening(game: Game) -> None:
    """Liquidity in the pools, cash of the traders, insurance and credit, each of several sizes."""
    holders = []
    for index in range(game.stage.pools):
        part = f"shares{index or ''}"
        dollars = game.pick(LIQUIDITY)
        credit = game.pick((0, 1000, 250_000, 250_000)) * WAD
        game.call("vault", "set_credit", game.cast.owner, index, credit)
        if index and game.chance(60):
            game.call("vault", "set_gain_weight", game.cast.owner, index, game.pick((5000, 10_000)))
        if dollars:
            holder = game.pick(game.cast.lps[:2])  # not the attacker: so it lives by what it trades
            holders.append((part, holder))
            game.call("vault", "deposit", holder, holder, dollars * game.unit)
            game.call(part, "request_deposit", holder, holder, dollars * WAD)
    epoch = game.stage.world.parameters.shares.epoch_seconds
    game.until((game.now // epoch + 1) * epoch)
    game.refresh_all()
    for part, holder in holders:
        game.call(part, "settle", game.anyone())
        game.call(part, "claim", holder, holder)
    if game.chance(50):
        game.call("vault", "deposit", game.cast.whale, game.mirror.facts.names["vault"], 5_000 * game.unit)
    wealth = game.pick(WEALTH)
    for account in game.cast.traders:
        if game.chance(85):
            game.call("vault", "deposit", game.key(account), account, game.between(1, 2 * wealth) * game.unit)
    if game.chance(70):
        game.call("vault", "set_operator", game.key(game.account()), game.cast.operator, 3, game.cast.operator, FAR)
