"""Calls with little gas: nothing is done by halves, and no healthy feed is made to look broken."""

from __future__ import annotations

from typing import Any

from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.lending import closes_at
from novation.fuzz.system.surroundings import WORK

LIMITS = (20_000, 600_000)  # gas
TAKES = {  # gas, at most, on warm storage; a table, so that a story is the same wherever it is played
    "orders.execute": 200_000,
    "orders.execute_many": 400_000,
    "liquidation.liquidate": 220_000,
    "liquidation.liquidate_many": 400_000,
    "shares.settle": 200_000,
    "vault.flag": 120_000,
    "oracle.observe": 100_000,
}
OTHERS = 150_000
SLOW = 4  # of a hundred: a feed that takes most of the gas it is given


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
        return "orders", "execute", (order, slot, game.reference(order))
    if roll < 5 and live:
        live = live[:4]
        game.until(max(order.due for order, _ in live))
        game.refresh_all()
        orders, slots = [order for order, _ in live], [slot for _, slot in live]
        return "orders", "execute_many", (orders, slots, [game.reference(order) for order in orders])
    if roll < 6:
        return "liquidation", "liquidate", (account, game.pick(held))
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
    slow = -1
    if found is not None and game.chance(30) and found[1] != "set_feed":
        part, name, sender, args, bold = found
    else:
        bold = False
        part, name, args = heavy(game)
        sender = game.pick(game.cast.keepers)
        if game.chance(SLOW):
            slow = game.market()
            if not game.broken(slow):
                game.mirror.fail(slow, WORK)
    for _ in range(game.between(1, 3)):
        if game.call(part, name, sender, *args, bold=bold, gas=limit(game, part, name)).ok:
            break
    else:
        game.call(part, name, sender, *args, bold=bold)
    if slow >= 0:
        game.mirror.fail(slow, 0)
