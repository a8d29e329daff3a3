"""Trades: commits of every kind, fills at right and wrong prices."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.money import withdrawable
from novation.model.orders import Order

HUGE = (1 << 100, 1 << 127, (1 << 255) - 1)


def afford(game: Game, account: int) -> None:
    """Pays something in where there is no cash for a fee and a position, mostly."""
    if game.cash(account) < 20 * WAD and game.chance(80):
        units = game.sizes(game.unit, 50_000 * game.unit)
        game.call("vault", "deposit", game.key(account), account, units)


def wanted_size(game: Game, account: int, market: int) -> tuple[int, bool]:
    """A size that goes somewhere interesting, and whether it asks to reduce only."""
    size = game.position(account, market).size
    config = game.config(market)
    cap = config.position_cap * config.skew_scale // BPS
    price = max(1, game.price(market).mid)
    least = -(-game.mirror.facts.terms.min_notional * WAD // price)
    roll = game.between(0, 99)
    sign = game.pick((1, -1))
    if size and roll < 45:
        part = game.pick((size, size, size // 2, size // 3, size * 9 // 10, size * 3 // 2, 2 * size, size + 1))
        if roll < 5:
            part = size - (least if size > 0 else -least) + game.pick((-1, 0, 1))  # leaves about the smallest
        return -part, game.chance(60)
    if size and roll < 62:  # a little more of it
        return (1 if size > 0 else -1) * game.sizes(1, least * 3), False
    free = max(0, game.cash(account))
    if roll < 80:  # about what the margin allows
        ratio = config.initial * game.pick((100, 110, 130, 200, 500, 97, 99, 101)) // 100
        most = free * BPS * WAD // max(1, ratio * price)
        return sign * max(1, min(most, cap)), False
    if roll < 85:  # about the caps
        state = game.state(market)
        side = state.long if sign > 0 else state.short
        room = config.open_interest_cap * config.skew_scale // BPS - side
        return sign * max(1, game.pick((cap - abs(size), room)) + game.pick((-1, 0, 0, 1))), False
    if roll < 89:  # about the smallest
        return sign * max(1, least + game.pick((-1, 0, 1, least // 3))), False
    return sign * game.sizes(max(1, least // 4), max(2, cap * 2)), game.chance(15)


def make(game: Game, account: int, market: int) -> Order:
    """An order; most are plain."""
    size, reduce_only = wanted_size(game, account, market)
    mid = game.price(market).mid
    acceptable = trigger = 0
    fees = game.stage.world.parameters.orders
    fee = game.pick((fees.fee_min, fees.fee_min, game.between(fees.fee_min, fees.fee_max), fees.fee_max))
    expires = game.pick((FAR, FAR, FAR, game.now + game.delay, game.now + game.between(0, 2000)))
    if reduce_only and game.chance(30):
        fee = 0  # a closing order needs none
    if game.chance(20):
        acceptable = max(1, mid * (BPS + game.between(-100, 100)) // BPS)
    if game.chance(15):
        trigger = max(1, mid * (BPS + game.between(-60, 60)) // BPS)
    roll = game.between(0, 199)
    if roll == 0:
        size = 0
    elif roll == 1:
        fee = game.pick((fees.fee_min - 1, fees.fee_max + 1))
    elif roll == 2:
        expires = game.now + game.delay - 1
    elif roll == 3:
        market = game.pick((13, 15, 31, 32))
    return Order(account, market, size, acceptable, trigger, game.chance(50), reduce_only, fee, expires, 0, 0)


@action(8, earns=True)
def commit(game: Game) -> None:
    """Any order into a free slot, or into a taken one."""
    account = game.idle() if game.chance(50) else game.holding()
    afford(game, account)
    held = game.held(account)
    market = game.pick(held) if held and game.chance(75) else game.market()
    order = make(game, account, market)
    slot = game.free_slot(account)
    if game.chance(4):
        slot = game.pick((0, 1, 15, 16, 1 << 200))
    game.call("orders", "commit", game.sender(account), order, slot)


@action(1, earns=True)
def commit_huge(game: Game) -> None:
    """A size at the width of numbers."""
    account, market = game.account(), game.market()
    size = game.pick(HUGE) * game.pick((1, -1))
    order = Order(account, market, size, 0, 0, False, game.chance(50), WAD, FAR, 0, 0)
    slot = game.free_slot(account)
    if game.call("orders", "commit", game.key(account), order, slot, bold=True).ok:
        fill(game, game.mirror.orders[account, slot], slot)


def fill(game: Game, order: Order, slot: int) -> str:
    """Goes to where an order can fill and executes it, mostly at the right round. @return the code."""
    roll = game.between(0, 99)
    if roll < 74:
        game.until(order.due)
    elif roll < 93:
        game.until(order.due + game.pick((1, game.window, game.window + 1, game.window + game.grace)))
    elif roll < 96:
        game.until(order.due + game.window + game.grace + 1)
    roll = game.between(0, 99)
    if order.market not in game.markets:  # a reduce-only order is not judged when it is committed
        return game.execute(game.cast.keepers[0], order, slot, 1).code
    if roll < 85 or game.last(order.market).published_at < order.due - 3000:
        game.refresh(order.market) if game.chance(70) else game.move(order.market, game.last_mid(order.market))
    for market in game.held(order.account):
        if market != order.market and game.chance(90):
            game.refresh(market)
    reference, update = game.reference(order), game.update(order)
    if game.chance(6):
        reference += game.pick((-1, 1, 2, 1 << 64, 1 << 80))
        update = b""
    if game.chance(2):
        order = order._replace(size=order.size + 1)
        slot = game.pick((slot, 16))
    keeper = game.pick(game.cast.keepers) if game.chance(95) else order.account
    if keeper not in game.mirror.slots.people:
        keeper = game.key(order.account)
    args = (order, slot, max(0, reference), update)
    return game.call("orders", "execute", keeper, *args, wei=game.mirror.costs("execute", args)).code


@action(10, earns=True)
def execute(game: Game) -> None:
    """A due order."""
    last = game.now - game.window - game.grace
    live = game.live(due=True)
    timely = [(order, slot) for order, slot in live if order.due >= last]
    if timely:
        fill(game, *game.pick(timely))
    elif live and game.chance(30):
        fill(game, *game.pick(live))


@action(22, earns=True)
def trade(game: Game) -> None:
    """Commits and fills in one go."""
    account = game.idle() if game.chance(50) else game.holding()
    afford(game, account)
    held = game.held(account)
    market = game.pick(held) if held and game.chance(75) else game.market()
    order = make(game, account, market)
    slot = game.free_slot(account)
    if game.call("orders", "commit", game.key(account), order, slot).ok:
        committed = game.mirror.orders[account, slot]
        if committed.due:
            fill(game, committed, slot)


@action(10, earns=True)
def open_anew(game: Game) -> None:
    """A plain position in a market where the account has none, so that it has several."""
    one = game.free_holders()
    account = game.pick(one) if one and game.chance(50) else game.idle()
    others = [market for market in game.markets if market not in game.held(account)]
    if not others:
        return
    afford(game, account)
    market = game.pick(others)
    config = game.config(market)
    least = 2 * game.mirror.facts.terms.min_notional
    usd = max(least, max(0, game.cash(account)) * game.between(1, 8) // 4)
    cap = config.position_cap * config.skew_scale // BPS
    size = max(1, min(game.notional(market, usd), cap)) * game.pick((1, -1))
    order = Order(account, market, size, 0, 0, False, False, WAD, FAR, 0, 0)
    slot = game.free_slot(account)
    for other in game.held(account):
        if game.last(other).published_at < game.now:
            game.refresh(other)
    if game.call("orders", "commit", game.key(account), order, slot).ok:
        fill(game, game.mirror.orders[account, slot], slot)


@action(0.5, earns=True)
def spread_out(game: Game) -> None:
    """A small position in every market, until there are too many."""
    account = game.idle()
    least = 2 * game.mirror.facts.terms.min_notional
    game.call("vault", "deposit", game.key(account), account, len(game.markets) * 200 * game.unit)
    sign = game.pick((1, -1))
    for market in game.markets:
        if market not in game.held(account):
            size = sign * max(1, game.notional(market, least + game.between(0, least)))
            order = Order(account, market, size, 0, 0, False, False, WAD, FAR, 0, 0)
            slot = game.free_slot(account)
            if not game.call("orders", "commit", game.key(account), order, slot).ok:
                return
            order = game.mirror.orders[account, slot]
            game.until(order.due)
            for other in {market, *game.held(account)}:
                game.refresh(other)
            game.execute(game.pick(game.cast.keepers), order, slot)


@action(5)
def live_on_gains(game: Game) -> None:
    """One position wins, another loses as much: the loss is realised or closed, cash falls below zero, and more is
    opened against the gain."""
    several = [a for a in game.cast.traders if len(game.held(a)) > 1 and not game.of(a).pending]
    if not several:
        open_anew(game)
        return
    account = game.pick(several)
    pair = game.random.sample(game.held(account), 2)
    bad, good = sorted(pair, key=lambda m: abs(game.position(account, m).size) * game.price(m).mid)
    spare = withdrawable(game, account) * 95 // 100 * game.unit // WAD
    if spare > 0 and game.chance(80):
        game.call("vault", "withdraw", game.key(account), account, spare, game.key(account))
    more = game.position(account, good).size // game.pick((3, 20, 50)) or 1
    orders = []
    for market, size in ((bad, -game.position(account, bad).size), (good, more)):
        order = Order(account, market, size, 0, 0, False, market == bad, WAD // 2, FAR, 0, 0)
        slot = game.free_slot(account)
        if game.call("orders", "commit", game.key(account), order, slot).ok:
            orders.append((game.mirror.orders[account, slot], slot))
    game.until(game.now + game.delay)
    step = game.between(500, 4500)
    for market, gain in ((good, step), (bad, -step * game.between(50, 95) // 100)):
        up = gain if game.position(account, market).size > 0 else -gain
        game.move(market, max(1, game.price(market).mid * (BPS + up) // BPS))
    for other in game.held(account):
        if other not in (good, bad):
            game.refresh(other)
    if game.chance(30):
        game.call("vault", "realise", game.anyone(), account, bad)
    for order, slot in orders:
        game.execute(game.pick(game.cast.keepers), order, slot)
