"""Rare settings: each bound of a market and of a feed, sources that fail by halves, pools up to the fourth."""

from __future__ import annotations

from typing import Any

from novation.fixed import WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.governing import changed
from novation.fuzz.system.feeds import KINDS, settings_of
from novation.fuzz.system.networks import data_of
from novation.fuzz.system.slots import LATER, Layout
from novation.fuzz.system.worlds import SECOND, number, text
from novation.model.feeds import Settings
from novation.model.market import Config
from novation.model.sources import FUTURE, HONEST, OTHER, SILENT, STARVED

SPARE = 12  # a market that nobody lists and no other action names, in the first pool
SETTINGS: tuple[dict[str, int], ...] = (
    {"skew_scale": 0},
    {"skew_scale": (1 << 56) * 10**15},
    {"skew_scale": 10**15 + 1},
    {"initial": 1, "maintenance": 2},
    {"initial": 10_001},
    {"slope": 1 << 16},
    {"maker_fee": 1 << 15},
    {"maker_fee": 1 << 16, "taker_fee": 1 << 16},
    {"position_cap": 1 << 16},
    {"position_cap": 1 << 16, "open_interest_cap": 1 << 16},
    {"reserve_factor": 0},
    {"reserve_factor": 10_001},
    {"penalty": 1 << 16},
    {"rate_max": 0},
    {"rate_max": 1 << 24},
    {"velocity": 1 << 24},
)


@action(2)
def set_market_beyond(game: Game) -> None:
    """One setting out of its bounds, all others as they are; or the new initial below the maintenance in force."""
    market = game.market()
    config = game.config(market)
    if game.chance(85):
        config = config._replace(**game.pick(SETTINGS))
    else:
        config = config._replace(initial=config.maintenance - 1, maintenance=config.maintenance - 20)
    game.call(game.pool_part(market), "set_market", game.cast.owner, market, config)


def feed_of(game: Game, market: int) -> Settings:
    """A feed's settings as the world has them."""
    return settings_of(game.stage.feeds, game.stage.listed(market))


def alone(feed: Settings) -> Settings:
    """Without breaker, reference and fallback."""
    none: dict[str, Any] = {"divergence": 0, "reference_age": 0, "refresh": 0}
    none |= {"fallback": 0, "fallback_age": 0, "fallback_deviation": 0}
    return feed._replace(move=0, swing=0, window=0, calm=0, reference=0, **none)


ITSELF, ANOTHER, NOBODY = 1, 2, 0xDEAD << 100  # sources: the feed's own, another market's, no contract
BREAKER = {"swing": 5, "window": 60, "calm": 1}
ASKED = {"reference": ANOTHER, "divergence": 5, "reference_age": 9}
BACKED = {"fallback": ANOTHER, "fallback_age": 9, "fallback_deviation": 5}
FEEDS: tuple[dict[str, Any], ...] = (
    {"source": 0},
    {"source": NOBODY},
    {"trade_age": 0},
    {"trade_age": 1 << 20, "close_age": 1 << 20},
    {"close_age": 1},
    {"close_age": (1 << 20) - 1},
    {"deviation": 10_000},
    {"confidence": 10_000},
    {"confidence": 9_999, "deviation": 9_999},
    {"band_low": (0, 5)},
    {"band_low": (6, 33)},
    {"band_low": (5, 33)},
    {"band_low": (1 << 14, 1)},
    {"band_low": (1, 64)},
    {"band_high": (1 << 14, 5)},
    {"band_high": (5, 64)},
    {"band_high": (16_383, 60)},
    {"move": 10_000, "calm": 1},
    {"move": 9_999, "calm": (1 << 15) - 2},
    {"move": 9_999, "calm": (1 << 15) - 1},
    {"move": 5},
    {"calm": 5},
    BREAKER | {"swing": 10_000},
    BREAKER | {"window": 59},
    BREAKER | {"window": 0},
    BREAKER | {"window": 1 << 20},
    BREAKER | {"swing": 0},
    BREAKER | {"calm": 1 << 15},
    BREAKER,
    {"divergence": 5},
    {"reference_age": 5},
    {"refresh": 5},
    {"reference": ANOTHER},
    ASKED | {"reference": ITSELF},
    ASKED | {"reference": NOBODY},
    ASKED | {"reference_age": 0},
    ASKED | {"reference_age": 1 << 20},
    ASKED | {"divergence": 10_000},
    ASKED | {"refresh": 1 << 20},
    ASKED,
    {"fallback": ANOTHER},
    {"fallback_age": 9},
    {"fallback_deviation": 9},
    BACKED | {"fallback_deviation": 10_000},
    BACKED | {"fallback": ITSELF},
    BACKED | {"fallback": NOBODY},
    BACKED | {"fallback_age": 1 << 20},
    BACKED,
    {"deviation": 7, "band_low": (1, 0), "band_high": (9_999, 0)},
    {"deviation": 30, "band_high": (519, 31)},
)


@action(2)
def set_feed_beyond(game: Game) -> None:
    """One setting out of its bounds or at their end; a market is then judged by it."""
    market = game.market()
    own = feed_of(game, market)
    change = dict(game.pick(FEEDS))
    for role in ("reference", "fallback"):
        if change.get(role) == ITSELF:
            change[role] = own.source
        elif change.get(role) == ANOTHER:
            change[role] = number(game.stage.feeds[game.pick(list(game.stage.feeds))])
    if game.chance(5):
        change["is_push"] = not own.is_push
    feed = (alone(own) if game.chance(80) else own)._replace(**change)
    if game.call("oracle", "set_feed", game.cast.owner, market, feed).ok:
        game.call("oracle", "observe", game.anyone(), market)
        config, part = game.config(market)._replace(slope=max(0, game.config(market).slope - 1)), game.pool_part(market)
        if game.mirror.see("oracle", "bounds", market)[1][0] >> 112:
            game.mirror.refuse(part, "set_market", game.owner(part), "BOUND", market, tuple(config))
        else:
            game.call(game.pool_part(market), "set_market", game.cast.owner, market, config)
        game.mirror.see("lens", "preview_trade", game.account(), market, WAD)
        game.call("oracle", "set_feed", game.cast.owner, market, own)


@action(1)
def orders_beyond_their_fields(game: Game) -> None:
    """Prices that a word does not hold, and lists of unequal length."""
    market = game.market()
    account = game.cast.traders[0]
    slot = game.free_slot(account)
    if (account, slot) not in game.mirror.orders:
        for acceptable, trigger in ((1 << 112, 0), (0, 1 << 112)):
            order = (account, market, 1, acceptable, trigger, False, False, WAD, FAR, 0, 0)
            game.mirror.refuse("orders", "commit", game.key(account), "BOUND", order, slot)
    for lengths in ((1, 0, 0), (0, 1, 1), (1, 1, 0)):
        order = (game.account(), 0, 1, 0, 0, False, False, 0, 0, 0, 0)
        lists = ([order] * lengths[0], [0] * lengths[1], [0] * lengths[2])
        game.mirror.refuse("orders", "execute_many", game.cast.keepers[0], "LENGTH", *lists)


@action(1)
def list_later(game: Game) -> None:
    """A market that the deployment left out, at the feed of another; not while the guardian doubts it."""
    like = game.pick([market for market in game.markets if market < SECOND])
    listed, owner = game.stage.listed(like), game.owner("oracle")
    if not game.call("oracle", "set_feed", owner, LATER, feed_of(game, like)).ok:
        return
    if not game.is_pushed(like):
        game.bring(LATER, data_of(game.last(like)))
    if game.chance(50):
        game.call("oracle", "set_status", game.cast.guardian, LATER, 2)
    config = Config(*listed.struct())
    for status in (2, 1):
        game.call("pool", "set_market", game.owner("pool"), LATER, config)
        if status > 1:
            game.call("oracle", "set_status", owner, LATER, 1)
    game.call("pool", "poke", game.anyone(), LATER)
    game.call("pool", "set_market", game.owner("pool"), LATER, changed(game, config))


@action(1)
def list_at_a_dead_feed(game: Game) -> None:
    """A market is listed at a price only: its number's feed exists, but is silent. (The feed is on the chain alone.)"""
    market = game.pick(game.markets)
    if not game.is_pushed(market) or game.broken(market) or not game.last(market).mid:
        return
    if game.last(market).published_at > game.now:
        return
    place = game.stage.contracts["oracle"].address.lower()
    slots = Layout("OracleAdapter")
    feed = alone(feed_of(game, market))
    game.mirror.known |= {(place, slots.at(name, SPARE)) for name in ("_feeds", "_limits")}
    game.mirror.say("oracle", "set_feed", game.owner("oracle"), SPARE, tuple(feed))
    game.mirror.fail(market, SILENT)
    listed = game.stage.listed(market)
    config = tuple(Config(*listed.struct()))
    game.mirror.refuse("pool", "set_market", game.owner("pool"), "STALE", SPARE, config)
    game.mirror.fail(market, HONEST)


@action(1)
def fail_by_halves(game: Game) -> None:
    """A source that answers only about its newest price, or only about others, in any of the mock's ways; a feed is set
    meanwhile."""
    key = game.pick([key for key in game.mirror.sources if game.is_pushed(key)])
    feed = key % KINDS
    game.warp(game.between(1, 30))
    mid = game.good_mid(key)
    for _ in range(2):
        game.mirror.publish(key, mid)
        game.warp(game.between(1, 5))
    last = game.last(key)
    ways = (HONEST, SILENT, FUTURE, OTHER, STARVED)
    game.mirror.fail(key, game.pick(ways) if game.chance(30) else HONEST, game.pick(ways))
    for reference in (last.id - 1, last.id, 0, (1 << 256) - 1):
        due = last.published_at - game.pick((0, 1, 5))
        game.call("oracle", "observe_at", game.anyone(), feed, due, game.pick((0, 10, 600)), max(0, reference))
    game.call("oracle", "observe", game.anyone(), feed)
    game.call("oracle", "set_feed", game.cast.owner, feed, feed_of(game, feed))
    game.mirror.fail(key, HONEST)
    game.call("oracle", "set_feed", game.cast.owner, feed, feed_of(game, feed))


@action(1)
def a_year_between_prices(game: Game) -> None:
    """The gap to the price before does not fit the stored word, nor the one to a price that is doubted."""
    market = game.market()
    game.store(market)
    game.warp(200 * 86_400)
    if game.chance(50):
        game.move(market, game.good_mid(market) * 50)
        game.call("oracle", "observe", game.anyone(), market)
        game.warp(1)
    game.refresh_all()
    game.store(market)


@action(0.5)
def register_pools(game: Game) -> None:
    """Wrong ones; and in a world of one pool three empty ones more, until there is no place for another."""
    owner, names = game.cast.owner, game.mirror.facts.names
    index, some, free = game.stage.pools, 0x1234567890 << 80, 1 << 30
    wrong = ((0, some, free, 0), (some, 0, free, 0), (some, some, 0, 0), (some, some, 1 << 32, 0))
    for pool, shares, markets, credit in (*wrong, (some, some, free, 1), (some, some, free, WAD << 40)):
        if game.stage.pools == 1 or not pool or not shares or not markets or markets >> 32 or credit:
            game.call("vault", "register_pool", owner, index, pool, shares, markets, credit)
    if game.stage.pools > 1 or game.mirror.facts.words[game.mirror.slots.index["pool", 1]]:
        return
    if game.chance(50):
        game.call("vault", "pause", owner, 2)
    for place in range(1, 4):
        pool = game.mirror.add_pool()
        game.call("vault", "register_pool", owner, place, pool, names["shares"], 1 << (SECOND + place), 0)
    game.call("vault", "unpause", owner, 7)
    game.call("vault", "pause", game.cast.guardian, game.between(0, 7))
    game.call("vault", "unpause", owner, 7)
    game.call("vault", "realise", owner, game.account(), 31)
    game.mirror.see("lens", "market_state", 31)
    game.call("vault", "set_gain_weight", owner, 3, 5000)
    for account in game.cast.traders:
        game.mirror.see("lens", "health", account)
        game.call("vault", "flag", owner, account)


@action(1)
def a_module_of_nobody(game: Game) -> None:
    """The owner registers a module of which nothing is known: it may not take from a pool, nor more than there is."""
    mirror = game.mirror
    module = int(game.stage.chain.account(17), 16)
    place = game.stage.contracts["vault"].address.lower()
    if mirror.see("vault", "is_module", module)[1][0]:
        return
    mirror.known.add((place, Layout("CollateralVault").at("is_module", text(module))))
    mirror.refuse("vault", "pull", module, "AUTH", game.account(), 1)
    mirror.say("vault", "register_module", game.owner("vault"), module)
    mirror.refuse("vault", "pull", module, "AUTH", mirror.facts.names["pool"], 1)
    mirror.refuse("vault", "push", module, "CASH", game.account(), 1)
