"""Numbers at the width of their fields: sizes of 103 bits at tiny prices, liabilities of 103 bits at huge ones."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions.corners import alone, feed_of
from novation.fuzz.actions.game import FAR, Game, action
from novation.model.market import Config
from novation.model.orders import Order

SIZE = 1 << 103  # no position reaches it
TINY = 10**9  # WAD USD: a position of that size is worth ten thousand dollars
HUGE = 2 * 10**25
WIDE = Config(1, 9000, 8000, 0, 0, 1, 100, 100, 1, 1, 1, 1)  # margins under which half of K may be open


def untouched(game: Game) -> int | None:
    """A market without positions whose source works, if there is one."""
    free = [
        market
        for market in game.markets
        if not game.state(market).long + game.state(market).short and not game.broken(market)
    ]
    return free[-1] if free else None


def reprice(game: Game, market: int, low: int, high: tuple[int, int], mid: int) -> bool:
    """Sets a feed to another band without anybody to disagree, and stores a price within it. @return whether it
    worked."""
    feed = alone(feed_of(game, market))._replace(deviation=1, band_low=(1, low), band_high=high)
    if not game.call("oracle", "set_feed", game.cast.owner, market, feed).ok:
        return False
    game.warp(1)
    game.publish(market, mid)
    return game.store(market).ok


def prepare(game: Game, market: int, scale: int) -> bool:
    """Raises the maintenance and sets K, with small caps. @return whether it worked."""
    small = WIDE._replace(skew_scale=scale)
    return game.call(game.pool_part(market), "set_market", game.cast.owner, market, small).ok


def widen(game: Game, market: int, mid: int) -> bool:
    """When the maintenance has risen, half of K may be open. @return whether it worked."""
    game.warp(game.mirror.facts.terms.ramp + 1)
    game.move(market, mid)
    config = game.config(market)._replace(open_interest_cap=5000, position_cap=5000)
    return game.call(game.pool_part(market), "set_market", game.cast.owner, market, config).ok


def buy(game: Game, account: int, market: int, size: int, mid: int) -> None:
    """Commits and fills, with money enough."""
    slot = game.free_slot(account)
    order = Order(account, market, size, 0, 0, False, False, WAD, FAR, 0, 0)
    if game.call("orders", "commit", game.key(account), order, slot).ok:
        game.until(game.mirror.orders[account, slot].due)
        game.refresh_all()
        game.move(market, mid)
        fill(game, account, slot)


def fill(game: Game, account: int, slot: int) -> None:
    """A live order that is due."""
    order = game.mirror.orders[account, slot]
    game.execute(game.cast.keepers[0], order, slot)


def endow(game: Game, account: int, usd: int) -> None:
    """The whale pays."""
    game.call("vault", "deposit", game.cast.whale, account, usd * game.unit)


def ready(game: Game) -> list[int]:
    """Accounts that can open."""
    return [account for account in game.cast.traders if not game.of(account).pending and game.cash(account) >= 0]


@action(0.5)
def giants(game: Game) -> None:
    """What is then at the width of words would stop other calls, and the model's integers have no end: it is undone."""
    game.mirror.aside()
    game.pick((giant_positions, giant_liability))(game)
    game.mirror.back()


def giant_positions(game: Game) -> None:
    """Three of nearly 103 bits: their sum has 104; then one grows beyond its field."""
    market, accounts = untouched(game), ready(game)
    if market is None or len(accounts) < 3 or not reprice(game, market, 0, (3, 9), TINY):
        return
    if prepare(game, market, 6 * 10**31) and widen(game, market, TINY):
        sign = game.pick((1, -1))
        for account in accounts[:3]:
            endow(game, account, 100_000)
            buy(game, account, market, sign * (SIZE // 20 * 19), TINY)
        buy(game, accounts[0], market, sign * (SIZE // 10), TINY)
        game.mirror.see("lens", "preview_trade", accounts[0], market, sign * (SIZE // 10))


def giant_liability(game: Game) -> None:
    """A reserve beyond 96 bits is refused with the fill; a liability beyond 103 bits stops the market's mark."""
    market, accounts = untouched(game), ready(game)
    if market is None or not accounts or not prepare(game, market, 3 * 10**22):
        return
    account, pool = accounts[0], game.pool_part(market)
    if not reprice(game, market, 20, (15, 26), HUGE) or not widen(game, market, HUGE):
        return
    endow(game, account, 10**12)
    endow(game, game.mirror.facts.names[pool], 10**12)
    config = game.config(market)
    game.call(pool, "set_market", game.cast.owner, market, config._replace(reserve_factor=10_000))
    size = 10_000 * WAD * game.pick((1, 1, -1))
    buy(game, account, market, size, HUGE)
    game.call(pool, "set_market", game.cast.owner, market, config)
    for at in [slot for owner, slot in game.mirror.orders if owner == account]:
        fill(game, account, at)
    game.warp(1)
    game.move(market, HUGE * 70)
    game.call(pool, "poke", game.cast.owner, market)
    game.mirror.see("lens", "health", account)


@action(1)
def operator_pays_out(game: Game) -> None:
    """An operator withdraws to the address that the owner has named, and to another."""
    account = game.account()
    payout = game.pick((game.cast.stranger, game.key(account)))
    game.call("vault", "set_operator", game.key(account), game.cast.operator, 3, payout, FAR)
    for to in (payout, game.cast.treasury):
        game.call("vault", "withdraw", game.cast.operator, account, 1 + game.unit // 100, to)
    game.call("vault", "exit", game.cast.operator, account, payout)
