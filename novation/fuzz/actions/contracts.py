"""What a contract can do that nobody else can: several calls in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.lending import closes_at
from novation.fuzz.actions.liquidating import target
from novation.fuzz.actions.money import withdrawable
from novation.fuzz.actions.trading import make
from novation.fuzz.system.networks import data_of
from novation.model.orders import Order

Step = tuple[Any, ...]
"""Part, name, whether it may fail, arguments."""


def pay_in(game: Game, me: int) -> Step:
    """Cash."""
    return "vault", "deposit", False, me, game.sizes(game.unit, 10**6 * game.unit)


def take_out(game: Game, me: int) -> Step:
    """Some of it, or all that may go."""
    units = withdrawable(game, me) * game.unit // WAD
    return "vault", "withdraw", game.chance(50), me, game.pick((units, units + 1, game.unit, units // 2 or 1)), me


def leave(game: Game, me: int) -> Step:
    """Everything."""
    return "vault", "exit", game.chance(50), me, me


def order(game: Game, me: int) -> Step:
    """A commit."""
    held = game.held(me)
    market = game.pick(held) if held and game.chance(60) else game.market()
    return "orders", "commit", game.chance(60), make(game, me, market), game.free_slot(me)


def fill(game: Game, me: int) -> Step:
    """Somebody's order, or his own."""
    live = [found for found in game.live(due=True) if found[0].market in game.markets]
    if not live:
        return observe(game, me)
    mine = [found for found in live if found[0].account == me]
    chosen, slot = game.pick(mine if mine and game.chance(40) else live)
    return "orders", "execute", game.chance(70), chosen, slot, game.reference(chosen), game.update(chosen)


def cancel(game: Game, me: int) -> Step:
    """One of his orders."""
    mine = [found for found in game.live() if found[0].account == me]
    if not mine:
        return observe(game, me)
    return "orders", "cancel", True, *game.pick(mine)


def liquidate(game: Game, me: int) -> Step:
    """Whoever may be, himself too."""
    sick = game.sick() or [game.holding()]
    account = game.pick(sick)
    return "liquidation", "liquidate", game.chance(70), account, game.pick(game.held(account) or game.markets), b""


def observe(game: Game, me: int) -> Step:
    """A price is stored."""
    return "oracle", "observe", False, game.market()


def bring(game: Game, me: int) -> Step:
    """A price is brought, from now or from before."""
    market = game.pick(list(game.mirror.networks) or game.markets)
    if market not in game.mirror.networks:
        return observe(game, me)
    signed = game.mirror.networks[market].signed
    if game.chance(60):
        game.publish(market, game.good_mid(market) * game.between(9950, 10_050) // BPS)
    return "oracle", "update", True, market, data_of(signed[game.between(max(1, len(signed) - 3), len(signed))])


def poke(game: Game, me: int) -> Step:
    """A market is marked."""
    market = game.market()
    return game.pool_part(market), "poke", False, market


def realise(game: Game, me: int) -> Step:
    """A loss becomes cash of the pool."""
    account = game.holding()
    return "vault", "realise", True, account, game.pick(game.held(account) or game.markets)


def lend(game: Game, me: int) -> Step:
    """Cash into a pool's queue."""
    part = game.pick([f"shares{index or ''}" for index in range(game.stage.pools)])
    return part, "request_deposit", game.chance(50), me, max(1, game.cash(me)) // game.pick((1, 2, 10)) or 1


def unlend(game: Game, me: int) -> Step:
    """Shares into a pool's queue."""
    index = game.between(0, game.stage.pools - 1)
    held = game.mirror.facts.tables.shares[index].balances.get(me, 0)
    return f"shares{index or ''}", "request_redeem", game.chance(50), held or 1


def settle(game: Game, me: int) -> Step:
    """The oldest batch."""
    return game.pick([f"shares{index or ''}" for index in range(game.stage.pools)]), "settle", True


def claim(game: Game, me: int) -> Step:
    """What is settled."""
    return game.pick([f"shares{index or ''}" for index in range(game.stage.pools)]), "claim", False, me


def collect(game: Game, me: int) -> Step:
    """Fees."""
    return "vault", "collect", True, game.between(0, game.stage.pools - 1)


def flag(game: Game, me: int) -> Step:
    """Somebody's clock."""
    return "vault", "flag", True, game.holding()


def move(game: Game, me: int) -> Step:
    """Cash to somebody."""
    return "vault", "transfer", game.chance(60), me, game.account(), game.pick((1, WAD, max(1, game.cash(me))))


def move_many(game: Game, me: int) -> Step:
    """Cash there and back."""
    other, amount = game.account(), game.pick((WAD, max(1, game.cash(me))))
    return "vault", "transfer_many", game.chance(60), [(me, other, amount), (me, me, amount)]


def allow(game: Game, me: int) -> Step:
    """An operator who may take out."""
    return "vault", "set_operator", False, game.cast.operator, 3, game.cast.stranger, game.now + 60


def halt(game: Game, me: int) -> Step:
    """What only the guardian may."""
    return "vault", "pause", True, game.between(0, 7)


Cook = Callable[[Game, int], Step]
MENU: tuple[Cook, ...] = (
    pay_in, pay_in, take_out, leave, order, order, fill, fill, fill, cancel, liquidate, liquidate, observe, bring, poke,
    realise, lend, unlend, settle, claim, collect, flag, move, move, move_many, allow, halt,
)  # fmt: skip
FLASH: tuple[Cook, ...] = (pay_in, lend, order, take_out)
SANDWICH: tuple[Cook, ...] = (observe, bring, fill, liquidate, fill)
EPOCH: tuple[Cook, ...] = (pay_in, lend, settle, claim, unlend, leave)


def freshen(game: Game) -> None:
    """Time and prices in which something can fill or be settled."""
    due = [found.due for found, _ in game.live(due=True)]
    ends = [end for end in (closes_at(game, index) for index in range(game.stage.pools)) if end]
    times = due if game.chance(70) else ends
    if times and game.chance(80):
        game.until(min(game.pick(times), game.now + 7200))
    if game.chance(80):
        game.refresh_all()


@action(5)
def atomically(game: Game) -> None:
    """Two to six calls in one transaction of the attacker's contract."""
    freshen(game)
    if game.chance(30):
        target(game)  # moves a price against somebody
    roll = game.between(0, 9)
    if roll < 2:
        recipe = FLASH
    elif roll < 4:
        recipe = SANDWICH
    elif roll < 5:
        recipe = EPOCH
    else:
        recipe = tuple(game.pick(MENU) for _ in range(game.between(2, 6)))
    game.mirror.together(*(cook(game, game.cast.attacker) for cook in recipe))


@action(1)
def wash(game: Game) -> None:
    """The attacker opens and closes at one price, in one transaction, with whatever is between."""
    me = game.cast.attacker
    if game.of(me).pending:
        return
    game.call("vault", "deposit", me, me, 10_000 * game.unit)
    market = game.market()
    cap = game.config(market).position_cap * game.config(market).skew_scale // BPS
    size = max(1, min(game.notional(market, 5_000 * WAD), cap)) * game.pick((1, -1))
    game.refresh_all()
    for reduces in (False, True):
        wanted = Order(me, market, -size if reduces else size, 0, 0, False, reduces, 0 if reduces else WAD, FAR, 0, 0)
        if not game.call("orders", "commit", me, wanted, game.free_slot(me)).ok:
            return
    game.warp(game.delay)
    game.refresh_all()
    mine = sorted((found for found in game.live(due=True) if found[0].account == me), key=lambda f: f[0].reduce_only)
    fills = [
        ("orders", "execute", False, found, slot, game.reference(found), game.update(found)) for found, slot in mine[:4]
    ]
    between = [game.pick(MENU)(game, me)] if game.chance(60) else []
    game.mirror.together(*fills[:1], *between, *fills[1:], take_out(game, me))
