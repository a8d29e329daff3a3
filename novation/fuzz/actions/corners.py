"""Rare settings: each bound of a market and of a feed, sources that fail by halves, pools up to the fourth."""

from __future__ import annotations

from typing import Any

from novation.fixed import WAD, unpack
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.actions.governing import changed
from novation.fuzz.system.slots import LATER, Layout
from novation.fuzz.system.worlds import REFERENCE, SECOND, feed_arguments_of, number, text
from novation.model.market import Config
from novation.model.words import BAND, band_word

OTHER_ROUND = 7  # of the mock: history answers another round than the one asked for
SPARE = 13  # a market that is never listed, in the first pool
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


def feed_of(game: Game, market: int) -> dict[str, Any]:
    """A feed's settings as the world has them."""
    listed = game.stage.market(market)
    assert listed is not None
    heartbeat, deviation, divergence, low, high, _, seconds = feed_arguments_of(listed.feed)
    return {
        "source": number(game.stage.feeds[market]),
        "heartbeat": heartbeat,
        "deviation": deviation,
        "divergence": divergence,
        "low": band_word(*low),
        "high": band_word(*high),
        "reference": number(game.stage.feeds[REFERENCE + market]) if divergence else 0,
        "seconds": seconds,
    }


FEEDS: tuple[dict[str, int], ...] = (
    {"source": 0},
    {"source": 0xDEAD << 100},
    {"heartbeat": 0},
    {"heartbeat": 1 << 20},
    {"deviation": 10_000},
    {"divergence": 10_000},
    {"low": 0},
    {"low": band_word(6, 33)},
    {"low": band_word(5, 33)},
    {"high": band_word(16_383, 60)},
    {"divergence": 0, "reference": 1 << 99, "seconds": 0},
    {"divergence": 0, "reference": 0, "seconds": 9},
    {"divergence": 5, "reference": 0, "seconds": 9},
    {"divergence": 5, "reference": 1, "seconds": 0},
    {"divergence": 5, "reference": 1, "seconds": 1 << 20},
    {"deviation": 7, "low": band_word(1, 0), "high": band_word(9_999, 0)},
    {"deviation": 30, "high": band_word(519, 31)},
)


@action(2)
def set_feed_beyond(game: Game) -> None:
    """One setting out of its bounds, or a band at the end of what words hold; a market is then judged by it."""
    market = game.market()
    feed = feed_of(game, market) | game.pick(FEEDS)
    if feed["reference"] == 1:
        feed["reference"] = number(game.stage.feeds[game.markets[0]])
    if game.call("oracle", "set_feed", game.cast.owner, market, *feed.values()).ok:
        config, part = game.config(market)._replace(slope=max(0, game.config(market).slope - 1)), game.pool_part(market)
        if game.mirror.see("oracle", "bounds", market)[1][0] >> 112:
            game.mirror.refuse(part, "set_market", game.owner(part), "BOUND", market, tuple(config))
        else:
            game.call(game.pool_part(market), "set_market", game.cast.owner, market, config)
        game.mirror.see("lens", "preview_trade", game.account(), market, WAD)
        game.call("oracle", "set_feed", game.cast.owner, market, *feed_of(game, market).values())


@action(1)
def bands_beyond_their_fields(game: Game) -> None:
    """Mantissas and exponents that a word does not hold, and lists of unequal length."""
    market = game.market()
    owner = game.owner("oracle")
    for low, high in (((1 << 14, 1), (5, 33)), ((1, 64), (5, 33)), ((1, 1), (1 << 14, 5)), ((1, 1), (5, 64))):
        source = number(game.stage.feeds[market])
        args = (market, source, 600, 10, 0, low, high, 0, 0)
        game.mirror.refuse("oracle", "set_feed", owner, "BOUND", *args)
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
    listed, owner = game.stage.market(like), game.owner("oracle")
    assert listed is not None
    if not game.call("oracle", "set_feed", owner, LATER, *feed_of(game, like).values()).ok:
        return
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
    source = game.pick(game.markets)
    state, feed = game.source(source).state, feed_of(game, source)
    if state["fails"] or state["shy"] or state["decimals"] > 36:
        return
    bands = (unpack(feed["low"], BAND), unpack(feed["high"], BAND))
    args = (SPARE, feed["source"], 600, feed["deviation"], 0, *bands, 0, 0)
    place = game.stage.contracts["oracle"].address.lower()
    slots = Layout("OracleAdapter")
    game.mirror.known |= {(place, slots.at(name, SPARE)) for name in ("_feeds", "_references", "_stored")}
    game.mirror.say("oracle", "set_feed", game.owner("oracle"), *args)
    game.mirror.fail(source, 1)
    listed = game.stage.market(source)
    assert listed is not None
    config = tuple(Config(*listed.struct()))
    game.mirror.refuse("pool", "set_market", game.owner("pool"), "STALE", SPARE, config)
    game.mirror.fail(source, 0)


@action(1)
def fail_by_halves(game: Game) -> None:
    """A source that answers one of its three calls only, in any of the mock's ways, while it is asked for all."""
    market = game.market()
    if game.chance(30) and REFERENCE + market in game.mirror.sources:
        market += REFERENCE
    ways = [game.pick((0, 0, 1, 3, 4, 5, 6, 8)) for _ in range(3)]
    if game.chance(20):
        ways[1] = OTHER_ROUND
    game.warp(game.between(1, 30))
    answer = game.healthy_answer(market)
    for _ in range(2):
        game.mirror.post(market, answer)
        game.warp(game.between(1, 5))
    latest = game.source(market).state["latest"]
    game.mirror.fail_part(market, ways[0] if game.chance(30) else 0, ways[1], ways[2])
    feed = market % REFERENCE
    for reference in (latest - 1, latest):  # neither is stored: of a stored one the adapter may know the round before
        due = game.last(market).updated_at - game.pick((0, 1, 5))
        game.call("oracle", "observe_at", game.anyone(), feed, due, game.pick((0, 10, 600)), max(0, reference))
    if game.chance(40):
        game.mirror.new_phase(market)
        game.mirror.post(market, answer)
    game.call("oracle", "observe", game.anyone(), feed)
    game.call("oracle", "set_feed", game.cast.owner, feed, *feed_of(game, feed).values())
    game.mirror.fail(market, 0)


@action(1)
def answers_at_the_edge(game: Game) -> None:
    """Rounds without a phase, without an id, with one that is too wide, without a time, of a price beyond any band."""
    market = game.market()
    if game.chance(50) and REFERENCE + game.markets[0] in game.mirror.sources:
        market = REFERENCE + game.markets[0]
    source, feed = game.source(market), market % REFERENCE
    answer, phase = game.healthy_answer(market), source.state["phase"]
    game.warp(1)
    kind = game.between(0, 6)
    if kind == 6:
        game.mirror.jump(market, 0)
        game.mirror.round_zero(market, answer)
    elif kind == 0:
        game.mirror.jump(market, game.pick((0, 7, 1000)))
        game.mirror.post(market, answer)
        if game.chance(50):
            game.mirror.fail_part(market, 0, 0, game.pick((0, 1, 3, 5)))
    elif kind == 1:
        game.mirror.jump(market, (1 << 80) + game.pick((-2, -1, 0, 5)))
        game.mirror.post(market, answer)
    elif kind == 2:
        game.mirror.post(market, answer, 0)
    elif kind == 3:
        game.mirror.post(market, game.pick((1 << 112, (1 << 112) - 1, 1 << 150)))
    elif kind == 4:
        game.mirror.jump(market, 1 << 255)
        game.mirror.post(market, answer)
    else:
        game.mirror.set_decimals(market, game.pick((0, 19, 27, 36, 37, 255)))
    for reference in (source.state["latest"], 1, 0):
        game.call("oracle", "observe", game.anyone(), feed)
        game.call("oracle", "observe_at", game.anyone(), feed, game.now, 10, reference)
    if market < REFERENCE:
        game.call("oracle", "set_feed", game.cast.owner, feed, *feed_of(game, feed).values())
    if kind == 5:
        game.mirror.new_phase(market)
        if source.state["decimals"] <= 36:
            game.mirror.post(market, max(1, game.healthy_answer(market)))
            game.call("oracle", "observe", game.anyone(), feed)
        listed = game.stage.market(feed)
        assert listed is not None
        game.mirror.set_decimals(market, listed.feed.decimals if market < REFERENCE else 8)
        game.call("oracle", "set_feed", game.cast.owner, feed, *feed_of(game, feed).values())
    game.mirror.jump(market, (phase + 1) << 64)
    game.mirror.fail(market, 0)
    game.warp(1)
    game.mirror.post(market, max(1, game.healthy_answer(market)))


@action(1, starves=True)
def silent_and_short_of_gas(game: Game) -> None:
    """A source that burns what it gets, asked with so little gas that its silence could be the lack of it."""
    market = game.market()
    answer = game.healthy_answer(market)
    game.mirror.new_phase(market)
    game.warp(1)
    game.mirror.post(market, answer)
    game.mirror.fail_part(market, *game.pick(((0, 0, 2), (2, 0, 0))))
    for _ in range(12):
        game.call("oracle", "observe", game.cast.keepers[0], market, gas=game.between(24_000, 90_000))
    game.mirror.fail(market, 0)


@action(1)
def a_year_between_rounds(game: Game) -> None:
    """The gap to the round before does not fit the stored word."""
    market = game.market()
    game.call("oracle", "observe", game.anyone(), market)
    game.warp(200 * 86_400)
    game.refresh_all()
    game.call("oracle", "observe", game.anyone(), market)


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
