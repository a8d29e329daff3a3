"""Prices that are brought: late, out of order, twice, invented, with an order or a liquidation, for too much or too
little ether."""

from __future__ import annotations

from typing import Any

from novation.fixed import BPS, WAD
from novation.fuzz.actions.contracts import MENU
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.prices import squeeze
from novation.fuzz.system.feeds import REFERENCE
from novation.fuzz.system.networks import data_of
from novation.model.feeds import LATE
from novation.model.orders import Order
from novation.model.sources import UPDATE_BYTES, update_bytes

PRICES = (0, 1, 7, 10**9, 10**15)  # wei, of an update
ABSURD = (0, 1, 1 << 112, (1 << 128) - 1, 1 << 128, (1 << 256) - 1)


def brought(game: Game) -> int | None:
    """A market whose prices are brought, None in a world without."""
    return game.pick(list(game.mirror.networks)) if game.mirror.networks else None


def spare(game: Game) -> int:
    """Ether beside the fee (wei): none, mostly."""
    return game.pick((0, 0, 0, 0, 1, -1, 5, 10**18, -(10**18)))


def some(game: Game, market: int, many: int) -> None:
    """A few updates, seconds apart."""
    for _ in range(many):
        game.warp(game.pick((1, 1, 2, 30)))
        if REFERENCE + market in game.mirror.sources and game.chance(40):
            game.publish(REFERENCE + market, game.last_mid(market))
        game.publish(market, game.last_mid(market) * game.between(9900, 10_100) // BPS)


@action(4)
def bring(game: Game) -> None:
    """Several updates in any order, some late, some twice."""
    market = brought(game)
    if market is None:
        return
    some(game, market, game.between(1, 4))
    signed = game.mirror.networks[market].signed
    newest = len(signed)
    for _ in range(game.between(1, 5)):
        number = game.pick((newest, newest, newest - 1, game.between(1, newest), max(1, newest - 3)))
        if game.chance(30):
            game.warp(game.pick((1, 60, 700)))
        game.bring(market, data_of(signed[max(1, number)]), game.pick((0, 0, 0, 0, 0, 1, -1)))
        if game.chance(30):
            game.call("oracle", "observe", game.anyone(), market)


@action(2)
def bring_invented(game: Game) -> None:
    """What no network would sign: prices and times of any kind, words that are cut or too many."""
    market = brought(game)
    if market is None:
        return
    now, mid = game.now, game.good_mid(market)
    at = game.pick((now, now, now, now + 1, now - 1, now - 4000, 1, 0, 1 << 40, (1 << 256) - 1))
    before = game.pick((at - 1, at - 1, at, at + 1, 0, at - (1 << 20), at - (1 << 20) + 1, 1 << 255)) % (1 << 256)
    price = game.pick((mid, mid, mid, mid * 2, mid // 2, *ABSURD))
    wide = game.pick((0, 0, mid // 100, mid // 100 + 1, mid // 50, mid // 50 + 1, *ABSURD))
    data = update_bytes(price, wide, at, before)
    roll = game.between(0, 19)
    if roll == 0:
        data = data[: game.between(0, UPDATE_BYTES - 1)]
    elif roll == 1:
        data += game.random.randbytes(game.pick((1, 32, 4096 - UPDATE_BYTES)))
    for _ in range(game.between(1, 2)):
        game.bring(market, data)
    if game.chance(70):
        game.call("oracle", "observe", game.anyone(), market)
    if at > game.now and game.chance(20):  # its time comes
        game.until(min(at, game.now + 5))
        game.bring(market, data)


@action(1)
def change_fee(game: Game) -> None:
    """What a source wants for an update."""
    market = brought(game)
    if market is not None:
        game.mirror.charge(market, game.pick(PRICES))


def due(game: Game) -> tuple[Order, int] | None:
    """An order of a market whose prices are brought, committed if there is none."""
    found = [one for one in game.live(due=True) if one[0].market in game.mirror.networks and one[0].due >= game.now]
    if found and game.chance(80):
        return game.pick(found)
    market, account = brought(game), game.idle()
    if market is None:
        return None
    game.call("vault", "deposit", game.cast.whale, account, 1000 * game.unit)
    size = game.position(account, market).size
    wanted = -size or game.notional(market, 2 * game.mirror.facts.terms.min_notional) * game.pick((1, -1))
    order = Order(account, market, wanted, 0, 0, False, size != 0, WAD, FAR, 0, 0)
    slot = game.free_slot(account)
    if not game.call("orders", "commit", game.key(account), order, slot).ok:
        return None
    return game.mirror.orders[account, slot], slot


@action(4, earns=True)
def execute_with_an_update(game: Game) -> None:
    """An order with its price, or with another: an older one, a newer one after which the older is brought."""
    found = due(game)
    if found is None:
        return
    order, slot = found
    game.until(order.due - game.pick((0, 0, 1, 2)))
    some(game, order.market, game.between(1, 3))
    game.until(order.due)
    signed = game.mirror.networks[order.market].signed
    data = game.update(order)
    if game.chance(40):
        game.bring(order.market, data_of(game.last(order.market)))
    if game.chance(20):
        data = data_of(signed[game.between(max(1, len(signed) - 3), len(signed))])
    elif game.chance(10):
        data = b""
    if game.chance(20):
        game.until(order.due + game.pick((1, LATE, LATE + 1, game.window, game.window + 1)))
    reference = game.pick((0, 0, 0, 1, (1 << 256) - 1))
    pay(game, "orders", "execute", game.pick(game.cast.keepers), (order, slot, reference, data))


@action(3, earns=True)
def liquidate_with_an_update(game: Game) -> None:
    """The price at which an account is unhealthy is brought with its liquidation."""
    holding = [a for a in game.cast.traders if any(market in game.mirror.networks for market in game.held(a))]
    if not holding:
        return
    account = game.pick(holding)
    market = game.pick([market for market in game.held(account) if market in game.mirror.networks])
    mid, size, found = game.price(market).mid, game.position(account, market).size, game.standing(account)
    aim = found.risk.maintenance * game.pick((-50, 0, 50, 90, 99, 100, 101)) // 100
    to = mid + (aim - found.margin) * WAD // size
    game.warp(1)
    to = max(mid // 3, min(mid * 3, to))
    if REFERENCE + market in game.mirror.sources and game.chance(90):
        game.publish(REFERENCE + market, to)
    game.publish(market, to)
    data = data_of(game.last(market))
    pay(game, "liquidation", "liquidate", game.cast.liquidator, (account, market, data if game.chance(95) else b""))


def pay(game: Game, part: str, name: str, sender: int, args: tuple[Any, ...]) -> None:
    """With the fee, more of it or less."""
    wei = max(0, game.mirror.costs(name, args) + spare(game))
    game.call(part, name, sender, *args, wei=wei)


@action(2)
def paid_back(game: Game) -> None:
    """The attacker pays too much for an order or a liquidation, and acts again when the rest comes back."""
    if game.mirror.planned:
        return
    me = game.cast.attacker
    live = [found for found in game.live(due=True) if found[0].market in game.markets]
    if live and game.chance(70):
        order, slot = game.pick(live)
        game.until(order.due)
        game.publish(order.market, game.good_mid(order.market))
        args: tuple[Any, ...] = (order, slot, game.reference(order), game.update(order))
        part, name = "orders", "execute"
    else:
        squeeze(game)
        account = game.pick(game.sick() or [game.holding()])
        args = (account, game.pick(game.held(account) or game.markets), b"")
        part, name = "liquidation", "liquidate"
    wei = game.mirror.costs(name, args) + game.pick((1, 10**18))
    if game.chance(20):
        game.mirror.refuses_the_rest(part, name, args, wei)
        return
    steps = (game.pick(MENU)(game, me) for _ in range(game.between(1, 4)))
    again = [(part, name, args)] if game.chance(30) else []
    calls = [(to, what, tuple(given)) for to, what, _, *given in steps]
    game.mirror.paid_back(part, name, args, wei, *again, *calls)
