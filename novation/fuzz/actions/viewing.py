"""Questions: every view of the lens, the vault, the pools, the adapter, the order module and the shares.

They change nothing, so they are held to the words that the chain stores; the lens to what it says elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from novation.fixed import WAD
from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.prices import squeeze
from novation.fuzz.actions.queues import both
from novation.fuzz.actions.trading import spread_out
from novation.fuzz.system.compare import Mismatch
from novation.fuzz.system.slots import ORDER_SLOTS
from novation.fuzz.system.worlds import SECOND
from novation.model.errors import CODES
from novation.model.oracle import NORMAL

REFUSALS = frozenset(("", *CODES)) - {"AUTH", "BUSY", "FEE", "ORDER", "PROOF", "SLOT"}
NOBODY = 0xDEAD00000000000000000000000000000000BEEF


def same(what: str, found: Any, wanted: Any) -> None:
    """@raises Mismatch."""
    if found != wanted:
        raise Mismatch(f"{what}: contract {found}, but stored is {wanted}")


@action(2)
def ask_the_lens(game: Game) -> None:
    """Accounts, positions, markets, pools, as the lens unpacks them."""
    see = game.mirror.see
    account, market = game.account(), game.market()
    code, found = see("lens", "account", account)
    stored = game.of(account)
    cash, _, flagged_at, markets, _, pending = found[0]
    same(
        f"account {account:#x}", (code, cash, flagged_at, markets), ("", stored.cash, stored.flagged_at, stored.markets)
    )
    same("pending", pending, bool(stored.pending))
    _, found = see("lens", "position", account, market)
    size, basis, _ = found[0]
    position = game.position(account, market)
    same(f"position {account:#x} {market}", (size, basis), (position.size, position.basis))
    _, found = see("lens", "market_state", market)
    same(f"market {market}", found[0][:2], (game.state(market).long, game.state(market).short))
    _, found = see("lens", "market_config", market)
    same(f"scale {market}", found[0][0], game.config(market).skew_scale)
    for index in range(4):
        _, found = see("lens", "pool_at", index)
        same(f"pool {index}", bool(found[0][0]), bool(see("vault", "pool_word", index)[1][0]))
    index = game.between(0, game.stage.pools - 1)
    _, found = see("lens", "book", index)
    book = game.mirror.facts.tables.pools[index].book
    same(f"book {index}", found[:2], (book.liability, book.reserve))


@action(1)
def ask_for_what_is_not(game: Game) -> None:
    """Markets that nobody has, or that are not listed."""
    for name, args in (("position", (game.account(),)), ("market_config", ()), ("market_state", ())):
        market = game.pick((32, 1 << 255))
        same(name, game.mirror.see("lens", name, *args, market)[0], "MARKET")
    unlisted = next((n for n in (13, 15, 30) if n not in game.markets and n // 16 < game.stage.pools), 13)
    same("unlisted", game.mirror.see("lens", "market_config", unlisted)[0], "MARKET")
    same("unlisted", game.mirror.see("lens", "preview_trade", game.account(), unlisted, 1)[0], "MARKET")
    if game.stage.pools == 1:
        same("no pool", game.mirror.see("lens", "market_state", 31)[0], "MARKET")
    same("no feed", game.mirror.see("oracle", "feed_at", 40)[1][0][0], 0)


@action(3)
def health_of_everybody(game: Game) -> None:
    """The lens about all accounts at once, about each alone, and about none."""
    accounts = [game.account() for _ in range(game.between(0, 9))]
    if game.chance(30):
        accounts.append(NOBODY)
    _, bits = game.mirror.see("lens", "unhealthy_bits", accounts)
    _, many = game.mirror.see("lens", "health_many", accounts)
    for place, account in enumerate(accounts):
        _, one = game.mirror.see("lens", "health", account)
        same(f"health {account:#x}", one[0], many[0][place])
        same(f"unhealthy {account:#x}", bits[0] >> place & 1, int(one[0][5]))
        same(f"flag {account:#x}", one[0][6], game.of(account).flagged_at)


def sizes(game: Game, account: int, market: int) -> Sequence[int]:
    """Trades that go in every direction: a little, all, through zero, what is allowed and what is not."""
    held = game.position(account, market).size
    config = game.config(market)
    cap = config.position_cap * config.skew_scale // 10_000
    free = max(0, game.cash(account)) * 10_000 // max(1, config.initial)
    some = game.notional(market, max(10**20, free))
    state = game.state(market)
    room = config.open_interest_cap * config.skew_scale // 10_000 + 1
    return (
        room - state.long,
        state.short - room,
        -held,
        -held // 2,
        -2 * held,
        held,
        some,
        -some,
        some * 3,
        -some * 2,
        cap,
        -cap * 3,
        1,
        -1,
        0,
    )


@action(3)
def preview(game: Game) -> None:
    """What a trade would do: of the lens's refusals those that the contracts have, too; its liquidation price is one
    at which the account would be at its maintenance."""
    account = game.holding() if game.chance(70) else game.account()
    held = game.held(account)
    market = game.pick(held) if held and game.chance(75) else game.market()
    for delta in game.random.sample(list(sizes(game, account, market)), 5):
        code, found = game.mirror.see("lens", "preview_trade", account, market, delta)
        if code not in ("", "?", "RANGE"):
            raise Mismatch(f"preview_trade reverts with {code}")
        if not code:
            refusal, price = found[0][-1], found[0][-2]
            if refusal not in REFUSALS:
                raise Mismatch(f"preview_trade says {refusal!r}")
            if delta == -game.position(account, market).size:
                same("liquidation price of a closed position", price, 0)


@action(1)
def ask_the_modules(game: Game) -> None:
    """Whose orders live, what an operator may, how a feed is set, what LPs wait for."""
    see, account = game.mirror.see, game.account()
    _, found = see("orders", "taken", account)
    for slot in ORDER_SLOTS:
        live = (account, slot) in game.mirror.orders
        same(f"slot {slot}", found[0] >> slot & 1, int(live))
        _, hashed = see("orders", "order_hash", account, slot)
        same(f"hash {slot}", any(hashed[0]), live)
    keeper = game.pick(game.cast.keepers)
    earned = game.mirror.facts.words[game.mirror.slots.index["earned", keeper]]
    same("earned", see("orders", "earned", keeper)[1][0], max(0, earned - 1))
    power = game.pick((1, 2))
    same("owner may", see("vault", "may", game.key(account), account, power)[1][0], True)
    see("vault", "may", game.cast.operator, account, power)
    market = game.market()
    _, feed = see("oracle", "feed_at", market)
    same(f"feed {market}", feed[0][3], game.feed_decimals(market))
    see("oracle", "stored_at", market)
    see("pool", "position_words", [], market)
    see("vault", "account_words", [])
    for index in range(game.stage.pools):
        part = f"shares{index or ''}"
        _, batches = see(part, "batches")
        progress = game.mirror.facts.words[game.mirror.slots.index["progress", index]]
        same(f"batches {index}", batches[:2], (progress >> 32 & 0xFFFFFFFF, progress & 0xFFFFFFFF))
        see(part, "requests", game.pick(game.cast.lps))
        see(part, "eip712Domain")
        see(part, "balanceOf", game.pick(game.cast.lps))
    see("vault", "LIQUIDATION_MODULE")


@action(1)
def preview_while_paused(game: Game) -> None:
    """Openings are refused by the lens as by the vault; what closes is not."""
    account = game.holding()
    held = game.held(account)
    market = game.pick(held) if held else game.market()
    game.call("vault", "pause", game.cast.owner, 2)
    size = game.position(account, market).size
    more = size or game.notional(market, 100 * WAD)
    code, found = game.mirror.see("lens", "preview_trade", account, market, more)
    if not code and found[0][-1] not in ("PAUSED", "HALTED"):
        raise Mismatch(f"preview_trade says {found[0][-1]!r} of an opening while openings are paused")
    game.mirror.see("lens", "preview_trade", account, market, -size)
    if game.chance(70):
        game.call("vault", "unpause", game.cast.owner, 7)


@action(0.5)
def preview_of_a_flip_on_credit(game: Game) -> None:
    """One position wins what another loses, which is more than the cash: turning the loser round needs insurance."""
    free = [a for a in game.cast.traders if not game.held(a) and not game.of(a).pending and game.cash(a) >= 0]
    mine = [market for market in game.markets if market < SECOND and game.price(market).status == NORMAL]
    if not free or len(mine) < 2:
        return
    account, (good, bad) = min(free, key=game.cash), game.random.sample(mine, 2)
    game.call("vault", "deposit", game.cast.whale, account, 3000 * game.unit)
    cash = game.cash(account)
    for market in (good, bad):
        buy(game, account, market, game.notional(market, 4 * cash), game.price(market).mid)
    if set(game.held(account)) != {good, bad}:
        return
    game.warp(1)
    both(game, good, game.price(good).mid * 14 // 10)
    both(game, bad, game.price(bad).mid * 65 // 100)
    flip = -2 * game.position(account, bad).size
    game.mirror.see("lens", "preview_trade", account, bad, flip)
    game.call("vault", "deposit", game.cast.whale, game.mirror.facts.names["vault"], 10**7 * game.unit)
    _, found = game.mirror.see("lens", "preview_trade", account, bad, flip)
    if found is not None and found[0][-1] == "DEBT":
        raise Mismatch("preview_trade says DEBT with ten million of insurance")


@action(0.5)
def preview_of_one_too_many(game: Game) -> None:
    """A position in a seventeenth market, where there are so many."""
    if len(game.markets) < 17:
        return
    spread_out(game)
    for account in game.cast.traders:
        if len(game.held(account)) > 15:
            for market in game.markets:
                if market not in game.held(account):
                    size = game.notional(market, 2 * game.mirror.facts.terms.min_notional)
                    game.mirror.see("lens", "preview_trade", account, market, size)


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
    game.mirror.see("lens", "unhealthy_bits", game.cast.traders)
    game.mirror.see("lens", "preview_trade", account, game.markets[0], size)
    game.call("shares1", "settle", game.anyone())
    if game.chance(50):
        squeeze(game)
        game.call("liquidation", "liquidate", game.cast.liquidator, account, market)
