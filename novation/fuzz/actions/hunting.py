"""Ways into branches that chance seldom finds: the end of a generation of redemptions, gains beyond what a pool can
pay, accounts that help themselves while their liquidation clock runs."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.lending import balance, closes_at, pool
from novation.fuzz.actions.liquidating import target
from novation.fuzz.actions.money import withdrawable
from novation.fuzz.actions.orders import winner_closes
from novation.fuzz.actions.prices import squeeze
from novation.fuzz.actions.trading import open_anew
from novation.fuzz.system.facts import MASK_32
from novation.fuzz.system.networks import data_of
from novation.fuzz.system.worlds import SECOND
from novation.model.market import OWED_UNIT, accrue, liability
from novation.model.orders import Order


def room(game: Game, index: int, at: int) -> tuple[int, int]:
    """What a pool's NAV for leaving LPs will be at a time, and what of it may leave (WAD USD), at the prices of now."""
    found = game.view.pools[index]
    cash = game.cash(found.address)
    nav, reserve = cash - found.book.owed * OWED_UNIT, 0
    for number, state in found.markets.items():
        config, price = found.configs[number], game.price(number)
        funding = accrue(config, state, at)[1]
        nav -= max(
            liability(config.skew_scale, state.skew, funding, state.basis, side) for side in (price.low, price.high)
        )
        reserve += -(-config.reserve_factor * price.mid * max(state.long, state.short) // (BPS * WAD))
    return nav, min(cash, nav - -(-reserve * BPS // found.terms.utilisation))


def queue(game: Game, index: int) -> int:
    """Shares that the next settlement may burn: rolled over and requested."""
    at, words = game.mirror.slots.index, game.mirror.facts.words
    settled = words[at["progress", index]] >> 32 & MASK_32
    asked = words[at["batch", index, (settled + 1) % 2]] >> 144 if closes_at(game, index) else 0
    return (words[at["queue", index]] >> 144) + asked


def pay_in(game: Game, part: str, holder: int, assets: int) -> None:
    """A deposit into a pool, paid for."""
    game.call("vault", "deposit", holder, holder, -(-assets * game.unit // WAD) + 1)
    game.call(part, "request_deposit", holder, holder, assets)


def mark_again(game: Game) -> None:
    """A price of every market, the one that it has."""
    for market in game.markets:
        if game.price(market).mid:
            game.move(market, game.last_mid(market))


def before_the_end(game: Game) -> None:
    """To the last second of an epoch, with prices."""
    epoch = game.stage.world.parameters.shares.epoch_seconds
    game.until((game.now // epoch + 1) * epoch - 1)
    mark_again(game)


@action(2)
def drain_by_drops(game: Game) -> None:
    """All leave a pool whose reserve lets nearly all of them go, again and again, until so little of every request is
    left that the queue begins another generation."""
    busy = [number for number, found in enumerate(game.view.pools) if found.book.reserve]
    index = game.pick(busy) if busy else pool(game)[0]
    part = f"shares{index or ''}"
    entering = game.pick(game.cast.lps)
    supply = game.mirror.slots.index["supply", index]
    keeps = game.pick((30, 10**4, 10**6, 10**9))
    for _ in range(game.between(2, 6)):
        before_the_end(game)
        if closes_at(game, index) and closes_at(game, index) < game.now:
            game.call(part, "settle", entering)
        for holder in game.cast.lps:
            shares = balance(game, index, holder)
            if shares and (holder != entering or game.chance(30)):
                game.call(part, "request_redeem", holder, shares)
        queued, end = queue(game, index), closes_at(game, index)
        nav, free = room(game, index, end)
        payout = queued * max(0, nav) // game.mirror.facts.words[supply]
        wanted = payout - payout // keeps - free
        if not queued or wanted <= 0:
            return
        pay_in(game, part, entering, wanted)
        game.until(end)
        mark_again(game)
        if not game.call(part, "settle", entering).ok:
            return
        if game.chance(40):
            game.call(part, "claim", entering, game.pick(game.cast.lps))


def make_rich(game: Game, account: int, market: int) -> int:
    """Moves a market so that a position wins about what its pool can pay without credit. @return that, WAD USD."""
    size, mid = game.position(account, market).size, game.price(market).mid
    cash = max(0, game.cash(game.pool(market).address))
    game.call("vault", "set_credit", game.cast.owner, market // SECOND, 0)
    gain = cash * game.pick((9, 11, 20)) // 10 * WAD // max(1, abs(size))
    game.warp(1)
    game.move(market, min(30 * mid, mid + gain) if size > 0 else max(mid // 30, mid - gain))
    for other in game.held(account):
        if other != market:
            game.refresh(other)
    return cash


def winner(game: Game) -> tuple[int, int]:
    """An account and a market of its, (0, 0) where nobody can act."""
    able = [(a, m) for a in game.cast.traders if not game.of(a).pending for m in game.held(a) if game.price(m).mid]
    return game.pick(able) if able else (0, 0)


@action(2)
def count_on_gains(game: Game) -> None:
    """A winner opens more against a gain that the pool could not pay."""
    account, market = winner(game)
    if not account:
        return
    cash = make_rich(game, account, market)
    for held in game.held(account):
        game.call(game.pool_part(held), "poke", game.anyone(), held)
    config = game.config(market)
    counted = max(0, game.cash(account) - game.standing(account).risk.losses) + cash
    usd = counted * BPS // config.initial * game.pick((50, 90, 110, 200)) // 100
    size = min(game.notional(market, usd) or 1, config.skew_scale) * game.pick((1, -1))
    order = Order(account, market, size, 0, 0, False, False, WAD, FAR, 0, 0)
    game.call("orders", "commit", game.key(account), order, game.free_slot(account))


@action(2)
def cash_in(game: Game) -> None:
    """A winner closes what the pool can hardly pay."""
    account, market = winner(game)
    if not account:
        return
    size = -game.position(account, market).size
    order = Order(account, market, size, 0, 0, False, True, 0, FAR, 0, 0)
    slot = game.free_slot(account)
    if not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    order = game.mirror.orders[account, slot]
    game.until(order.due)
    make_rich(game, account, market)
    game.execute(game.pick(game.cast.keepers), order, slot)


@action(2)
def reduce_under_the_clock(game: Game) -> None:
    """An account below maintenance is flagged and closes a part by itself."""
    squeeze(game)
    account = target(game)
    held = game.held(account)
    if not held:
        return
    game.call("vault", "flag", game.anyone(), account)
    market = game.pick(held)
    size = game.position(account, market).size
    order = Order(account, market, -size // game.pick((2, 3, 10)) or 1, 0, 0, False, True, 0, FAR, 0, 0)
    slot = game.free_slot(account)
    if not game.call("orders", "commit", game.key(account), order, slot).ok:
        return
    game.warp(game.delay)
    for other in held:
        game.move(other, game.last_mid(other))
    order = game.mirror.orders[account, slot]
    game.execute(game.pick(game.cast.keepers), order, slot)


def poor(game: Game) -> list[int]:
    """Pools with less cash than they owe in fees."""
    found = enumerate(game.view.pools)
    return [index for index, pool in found if game.cash(pool.address) < pool.book.owed * OWED_UNIT]


@action(2)
def collect_from_the_poor(game: Game) -> None:
    """Fees are asked of a pool that has less cash than it owes, with credit about there."""
    if not poor(game):
        winner_closes(game)
    if not poor(game):
        return
    index = game.pick(poor(game))
    left = game.cash(game.view.pools[index].address) - game.view.pools[index].book.owed * OWED_UNIT
    game.call("vault", "set_credit", game.cast.owner, index, max(0, -left // WAD + game.pick((-1, 0, 1))) * WAD)
    game.call("vault", "collect", game.anyone(), index)


@action(3)
def prices_around_due(game: Game) -> None:
    """Prices about the time and the end of a short window, some of them stored, and every one of them as its proof;
    brought late, of a network that is not asked."""
    market = game.market()
    if not game.price(market).mid:
        return
    due, window = game.now + game.between(1, 3), game.pick((0, 1, 2, game.window))
    for _ in range(game.between(2, 6)):
        game.warp(game.pick((0, 1, 1, 2)))
        game.publish(market, game.good_mid(market) * game.between(9980, 10_020) // BPS)
        if game.chance(40):
            game.store(market)
    if game.chance(30):
        game.until(due + window + game.pick((0, 1)))
    latest = game.last(market).id
    for number in range(max(1, latest - 3), latest + 1):
        if market in game.mirror.networks:
            game.bring(market, data_of(game.mirror.networks[market].signed[number]))
        game.call("oracle", "observe_at", game.anyone(), market, due, window, number)


@action(1)
def overstep(game: Game) -> None:
    """The guardian takes a step that it may take, and tries to take it back."""
    guardian, owner, market = game.cast.guardian, game.cast.owner, game.market()
    kind = game.between(0, 3)
    if kind == 0:
        game.call("oracle", "set_status", guardian, market, 2)
        game.call("oracle", "set_status", guardian, market, 1)
        game.call("oracle", "set_status", owner, market, 1)
    elif kind == 1:
        index = game.between(0, game.stage.pools - 1)
        credit = game.pool(SECOND * index).entry.credit
        game.call("vault", "set_credit", guardian, index, credit // 2 // WAD * WAD)
        game.call("vault", "set_credit", guardian, index, credit)
        game.call("vault", "set_credit", owner, index, credit)
    elif kind == 2:
        config = game.config(market)
        caps = (config.open_interest_cap, config.position_cap)
        part = game.pool_part(market)
        game.call(part, "tighten", guardian, market, config.initial - 1, *caps)
        game.call(part, "tighten", guardian, market, config.initial, caps[0] + 1, caps[1])
        game.call(part, "tighten", guardian, market, config.initial, caps[0], caps[1] + 1)
    else:
        game.call("vault", "pause", guardian, game.between(1, 7))
        if game.chance(30):
            game.call("vault", "set_credit", owner, 0, game.view.pools[0].entry.credit)
            game.call("vault", "set_gain_weight", owner, 0, 10_000)
        game.call("vault", "unpause", guardian, 7)
        game.call("vault", "unpause", owner, 7)


@action(2)
def withdraw_in_doubt(game: Game) -> None:
    """One of an account's markets may only be reduced, and cash is to leave; accounts in two pools first."""
    holding = [a for a in game.cast.traders if game.held(a)]
    both = [a for a in holding if len({market // SECOND for market in game.held(a)}) > 1]
    if not both or game.chance(20):
        open_anew(game)
    if not holding:
        return
    account = game.pick(both or holding)
    market = game.pick(game.held(account) or game.markets)
    game.call("oracle", "set_status", game.cast.owner, market, 2)
    wad = max(1, withdrawable(game, account) // game.pick((1, 2, 10)))
    key = game.key(account)
    game.call("vault", "withdraw", key, account, max(1, wad * game.unit // WAD), key)
    game.call("vault", "transfer", key, account, game.account(), wad)
    game.call("oracle", "set_status", game.cast.owner, market, 1)


@action(2)
def sink(game: Game) -> None:
    """All markets of an account with several go against it, until it is bankrupt or nearly; one is liquidated."""
    several = [a for a in game.cast.traders if len(game.held(a)) > 1]
    if not several:
        open_anew(game)
        return
    account = game.pick(several)
    spare = withdrawable(game, account) * game.unit // WAD * 95 // 100
    if spare:
        game.call("vault", "withdraw", game.key(account), account, spare, game.key(account))
    game.warp(1)
    for market in game.held(account):
        mid, step = game.price(market).mid, game.pick((300, 600, 1000, 2500))
        if game.position(account, market).size > 0:
            step = -step
        game.move(market, mid * (BPS + step) // BPS)
    game.liquidate(game.cast.liquidator, account, game.pick(game.held(account)))
