"""Questions: every view of the lens, the vault, the pools, the adapter, the order module and the shares. They change
nothing, so they are held to what the chain stores (`novation.fuzz.system.questions`)."""

from __future__ import annotations

from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.prices import squeeze
from novation.fuzz.system.worlds import SECOND

NOBODY = 0xDEAD00000000000000000000000000000000BEEF


@action(2)
def ask_the_lens(game: Game) -> None:
    """Accounts, positions, markets, pools, as the lens unpacks them: every field."""
    asked, account, market = game.mirror.asked, game.account(), game.market()
    asked("account", account)
    asked("position", account, market)
    asked("market", market)
    for index in range(4):
        asked("pool", index)


@action(1)
def ask_for_what_is_not(game: Game) -> None:
    """Markets that nobody has, or that are not listed."""
    asked = game.mirror.asked
    for name, args in (("position", (game.account(),)), ("market_config", ()), ("market_state", ())):
        asked("refuses", "lens", name, "MARKET", *args, game.pick((32, 1 << 255)))
    unlisted = next((n for n in (13, 15, 30) if n not in game.markets and n // SECOND < game.stage.pools), 13)
    asked("refuses", "lens", "market_config", "MARKET", unlisted)
    asked("refuses", "lens", "preview_trade", "MARKET", game.account(), unlisted, 1)
    if game.stage.pools == 1:
        asked("refuses", "lens", "market_state", "MARKET", 31)
    game.mirror.see("oracle", "feed_at", 40)


@action(3)
def health_of_everybody(game: Game) -> None:
    """The lens about all accounts at once, about each alone, and about none."""
    accounts = [game.account() for _ in range(game.between(0, 9))]
    if game.chance(30):
        accounts.append(NOBODY)
    game.mirror.asked("health", accounts)


@action(1)
def ask_the_modules(game: Game) -> None:
    """Whose orders live, what an operator may, how a feed is set, what LPs wait for."""
    asked, account, market = game.mirror.asked, game.account(), game.market()
    asked("slots", account)
    asked("earned", game.pick(game.cast.keepers))
    asked("may", game.cast.operator, account, game.pick((1, 2)))
    asked("feed", market)
    asked("stored_words", [game.account() for _ in range(game.between(0, 3))], market)
    for index in range(game.stage.pools):
        asked("requests", index, game.pick(game.cast.lps))
        game.mirror.see(f"shares{index or ''}", "eip712Domain")
    game.mirror.see("vault", "LIQUIDATION_MODULE")


@action(1)
def the_last_market(game: Game) -> None:
    """A position in the market with the last number there can be: loops over markets run to their end."""
    market = game.markets[-1]
    free = [a for a in game.cast.traders if not game.of(a).pending and game.cash(a) >= 0]
    if market != 31 or not free:
        return
    account = game.pick(free)
    game.call("vault", "deposit", game.cast.whale, account, 1000 * game.unit)
    size = game.notional(market, 3 * game.mirror.facts.terms.min_notional) * game.pick((1, -1))
    buy(game, account, market, size, game.price(market).mid)
    game.mirror.asked("health", game.cast.traders)
    game.mirror.asked("preview", account, game.markets[0], size)
    game.call("shares1", "settle", game.anyone())
    first = game.markets[0]
    if game.chance(50):  # bankrupt by the first: every other market is closed, up to the last
        buy(game, account, first, game.notional(first, max(0, game.cash(account)) * 5), game.price(first).mid)
        game.warp(1)
        game.move(first, game.price(first).mid // 2)
        game.liquidate(game.cast.liquidator, account, first)
    elif game.chance(50):
        squeeze(game)
        game.liquidate(game.cast.liquidator, account, market)
