"""Orders beyond a single trade: many at once, triggers, cancels, claims."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.trading import afford, make
from novation.fuzz.system.compare import Mismatch
from novation.fuzz.system.slots import ORDER_SLOTS
from novation.fuzz.system.worlds import SECOND
from novation.model.orders import Order


@action(5, earns=True)
def trigger(game: Game) -> None:
    """Fires orders, some after the price was moved there."""
    live = game.live(due=False)
    if not live:
        return
    order, slot = game.pick(live)
    if game.chance(70) and order.market in game.markets:
        game.warp(game.pick((1, 1, 5)))
        step = 1 if order.trigger_above else -1
        game.move(order.market, order.trigger + step * game.pick((0, 10**11, -(10**11))))
    game.call("orders", "trigger", game.anyone(), order, slot if game.chance(97) else 16)


@action(1, earns=True)
def trigger_in_the_second_of_the_commit(game: Game) -> None:
    """A price that may have been known when the order was committed; then the next one."""
    account, market = game.idle(), game.pick([m for m in game.markets if game.is_pushed(m)])
    afford(game, account)
    held = game.held(account)
    market = game.pick(held) if held and game.chance(50) else market
    order = make(game, account, market)._replace(trigger=game.good_mid(market), trigger_above=game.chance(50))
    slot = game.free_slot(account)
    if not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    for _ in range(2):
        committed = game.mirror.orders.get((account, slot))
        if committed is None or committed.due:
            return
        step = 1 if order.trigger_above else -1
        game.move(market, order.trigger + step * order.trigger // 10_000)
        game.call("orders", "trigger", game.anyone(), committed, slot)
        game.warp(1)


@action(2, earns=True)
def commit_many(game: Game) -> None:
    """Several orders of one account, all or none."""
    account = game.idle()
    afford(game, account)
    held = game.held(account) or [game.market()]
    count = game.between(0, 4)
    orders = [make(game, account, game.pick(held)) for _ in range(count)]
    free = game.chance(60)  # beside an opening one, a closing order may not carry a fee
    orders = orders[:1] + [order._replace(reduce_only=True, fee=0 if free else order.fee) for order in orders[1:]]
    slots = [slot for slot in ORDER_SLOTS if (account, slot) not in game.mirror.orders][:count]
    slots += [game.pick(ORDER_SLOTS) for _ in range(count - len(slots))]
    if game.chance(5):
        slots.append(16)
    game.call("orders", "commit_many", game.sender(account), orders, slots)


@action(4, earns=True)
def execute_many(game: Game) -> None:
    """Whatever is live, due or not, at the prices that fit now."""
    live = game.live()
    game.random.shuffle(live)
    live = live[: game.between(1, 8)]
    if game.chance(80):
        game.until(max((order.due for order, _ in live), default=0))
        game.refresh_all()
    if live and game.chance(5):
        live.append(live[0])
        live = live[:8]
    references = [game.reference(order) if order.market in game.markets else 1 for order, _ in live]
    if game.chance(4):
        references.append(1)
        references = references[:8]
    orders, slots = [order for order, _ in live], [slot for _, slot in live]
    keeper = game.pick(game.cast.keepers)
    if len(references) == len(orders) and game.chance(50):
        game.mirror.one_by_one("orders", "execute_many", keeper, orders, slots, references)
    else:
        game.call("orders", "execute_many", keeper, orders, slots, references)


@action(4, earns=True)
def execute_as_previewed(game: Game) -> None:
    """What the lens says of an order is what happens. @raises Mismatch."""
    timely = [
        (order, slot)
        for order, slot in game.live(due=True)
        if order.due >= game.now - 30
        and not order.acceptable
        and not order.reduce_only
        and order.market in game.markets
    ]
    if not timely:
        return
    order, slot = game.pick(timely)
    game.until(order.due)
    for market in {order.market, *game.held(order.account)}:
        game.refresh(market)
    said = game.mirror.ask("lens", "preview_trade", order.account, order.market, order.size)
    last, network = game.last(order.market), game.mirror.networks.get(order.market)
    first = game.reference(order) if network is None else network.first_at(order.due).id
    result = game.execute(game.pick(game.cast.keepers), order, slot)
    if result.code in ("STALE", "EARLY", "PROOF", "EXPIRED") or first != last.id or last.confidence:
        return  # a price of a wide interval costs a spread, of which a preview knows nothing
    code = result.deeds.codes[0] if result.ok else result.code
    if said[-1] != code:
        raise Mismatch(f"preview: {said[-1]!r}, but the order ended with {code!r}")
    fill = result.deeds.fills[0].fill if not code else None
    if fill is not None and fill.price == game.price(order.market).mid:
        found = game.standing(order.account)
        seen = (fill.charge, found.margin, found.risk.initial, found.risk.maintenance)
        if (said[1], *said[3:6]) != seen:
            raise Mismatch(f"preview: {said}, but there are {seen}")


@action(2, earns=True)
def winner_closes(game: Game) -> None:
    """A position wins more than the pool can pay, and closes at some price."""
    account = game.pick(game.free_holders() or [0])
    if not account:
        return
    market = game.pick(game.held(account))
    if game.chance(40):
        game.call("vault", "set_credit", game.cast.owner, market // SECOND, 0)
    size = game.position(account, market).size
    order = Order(account, market, -size, 0, 0, False, game.chance(70), WAD, FAR, 0, 0)
    slot = game.free_slot(account)
    if not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    order = game.mirror.orders[account, slot]
    game.until(order.due)
    mid = game.price(market).mid
    for factor in (game.pick((11, 15, 30)), game.pick((5, 10, 12))):
        game.move(market, mid * factor // 10 if size > 0 else mid * 10 // factor)
        if game.chance(50):
            break
        game.warp(1)
    for other in game.held(account):
        if other != market:
            game.move(other, game.last_mid(other))
    game.execute(game.pick(game.cast.keepers), order, slot)


@action(1, earns=True)
def trigger_due(game: Game) -> None:
    """An order that is due already."""
    live = game.live(due=True)
    if live:
        order, slot = game.pick(live)
        name = game.pick(("trigger", "execute"))
        args = (order, slot) if name == "trigger" else (order._replace(due=0), slot, 1, b"")
        game.call("orders", name, game.anyone(), *args)


@action(8, earns=True)
def cancel(game: Game) -> None:
    """When it may and when not."""
    live = game.live()
    if not live:
        return
    late = [(order, slot) for order, slot in live if order.due and game.now > order.due + game.window + game.grace]
    order, slot = game.pick(late if late and game.chance(80) else live)
    if order.due and game.chance(50):
        game.until(order.due + game.window + game.grace + game.pick((0, 1, 100)))
    if game.chance(3):
        order = order._replace(fee=order.fee + 1)
    game.call("orders", "cancel", game.sender(order.account), order, slot)


@action(2, earns=True)
def claim_fees(game: Game) -> None:
    """A keeper's earnings."""
    keeper = game.pick(game.cast.keepers) if game.chance(80) else game.anyone()
    game.call("orders", "claim", game.anyone(), keeper)
