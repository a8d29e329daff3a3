"""Calls with little gas: nothing is done by halves, and no healthy feed is made to look broken."""

from __future__ import annotations

from typing import Any

from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.lending import closes_at
from novation.fuzz.system.calls import PAYABLE
from novation.fuzz.system.feeds import KINDS
from novation.model.sources import STARVED

LIMITS = (20_000, 600_000)  # gas
TAKES = {  # gas, at most, on warm storage; a table, so that a story is the same wherever it is played
    "orders.execute": 200_000,
    "orders.execute_many": 400_000,
    "liquidation.liquidate": 220_000,
    "liquidation.liquidate_many": 400_000,
    "shares.settle": 200_000,
    "vault.flag": 120_000,
    "oracle.observe": 100_000,
    "oracle.update": 120_000,
}
OTHERS = 150_000


def heavy(game: Game) -> tuple[str, str, tuple[Any, ...]]:
    """A call that asks the oracle: part, name, arguments."""
    roll = game.between(0, 9)
    account = game.pick(game.sick() or [game.holding()])
    held = game.held(account) or list(game.markets)
    live = [found for found in game.live(due=True) if found[0].market in game.markets]
    if roll < 3 and live:
        order, slot = game.pick(live)
        game.until(order.due)
        if game.chance(80):
            game.refresh(order.market)
        return "orders", "execute", (order, slot, game.reference(order), game.update(order))
    if roll < 5 and live:
        live = live[:4]
        game.until(max(order.due for order, _ in live))
        game.refresh_all()
        orders, slots = [order for order, _ in live], [slot for _, slot in live]
        return "orders", "execute_many", (orders, slots, [game.reference(order) for order in orders])
    if roll < 6:
        return "liquidation", "liquidate", (account, game.pick(held), b"")
    if roll < 7:
        pairs = [(account, market) for market in held[:4]]
        return "liquidation", "liquidate_many", ([account for account, _ in pairs], [market for _, market in pairs])
    if roll < 8:
        index = game.between(0, game.stage.pools - 1)
        game.until(closes_at(game, index))
        game.refresh_all()
        return f"shares{index or ''}", "settle", ()
    if roll < 9:
        return "vault", "flag", (account,)
    return "oracle", "observe", (game.market(),)


def limit(game: Game, part: str, name: str) -> int:
    """Anything, or about what such calls take."""
    if game.chance(60):
        return TAKES.get(f"{part.rstrip('01')}.{name}", OTHERS) * game.between(20, 130) // 100
    return game.sizes(*LIMITS)


@action(3, starves=True)
def starve(game: Game) -> None:
    """With little gas, again with more, and at last with plenty: each does all of it or nothing."""
    found = game.recent()
    if found is not None and game.chance(30) and found.name != "set_feed":
        part, name, sender, args, bold, wei = found
    else:
        bold = False
        part, name, args = heavy(game)
        sender = game.pick(game.cast.keepers)
        wei = game.mirror.costs(name, args) if (part, name) in PAYABLE else 0
    for _ in range(game.between(1, 3)):
        if game.call(part, name, sender, *args, bold=bold, gas=limit(game, part, name), wei=wei).ok:
            break
    else:
        game.call(part, name, sender, *args, bold=bold, wei=wei)


@action(1)
def starve_a_source(game: Game) -> None:
    """A source says that it lacks gas: nothing is decided without its price, and lists pass over what needs it."""
    key = game.pick([key for key in game.mirror.sources if game.is_pushed(key)])
    market = key % KINDS
    both = game.chance(60)
    game.mirror.fail(key, STARVED if both or game.chance(50) else 0, STARVED)
    game.call("oracle", "observe", game.anyone(), market)
    game.call("oracle", "observe_at", game.anyone(), market, game.now - 1, 10, game.last(key).id)
    game.call(game.pool_part(market), "poke", game.anyone(), market)
    for _ in range(game.between(1, 4)):
        part, name, args = heavy(game)
        if name.endswith("_many") and game.chance(50):
            game.mirror.one_by_one(part, name, game.pick(game.cast.keepers), *args)
        else:
            game.call(part, name, game.pick(game.cast.keepers), *args)
    game.mirror.fail(key, 0)
