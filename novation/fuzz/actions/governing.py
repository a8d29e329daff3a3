"""Owner and guardian, and those who would like to be."""

from __future__ import annotations

from typing import Any

from novation.fixed import WAD, unpack
from novation.fuzz.actions.game import Game, action
from novation.fuzz.system.feeds import settings_of
from novation.model import words
from novation.model.market import Config


def governor(game: Game, guardian: int = 50) -> int:
    """The owner or (so often in a hundred) the guardian, rarely anybody."""
    if game.chance(5):
        return game.anyone()
    return game.cast.guardian if game.chance(guardian) else game.cast.owner


@action(1)
def pause(game: Game) -> None:
    """Any of the three actions; often they are taken back at once."""
    actions = game.between(0, 7)
    pools = [pool.address for pool in game.view.pools]
    game.call("vault", "pause", governor(game), actions)
    if game.chance(50):
        name, args = game.pick(
            (("deposit", (game.account(), game.unit)), ("flag", (game.account(),)), ("collect", (0,)))
        )
        game.call("vault", name, game.cast.owner, *args)
    below = [account for account in (*pools, *game.cast.traders) if game.cash(account) < 0]
    if below and game.chance(50):
        game.call("vault", "deposit", game.cast.whale, game.pick(below), game.unit)
    if game.chance(60):
        game.call("vault", "unpause", game.cast.owner, 7)


@action(4)
def unpause(game: Game) -> None:
    """Everything or something."""
    paused = game.mirror.facts.words[game.mirror.slots.index["paused",]]
    if paused or game.chance(10):
        game.call("vault", "unpause", governor(game, 5), game.pick((7, 7, paused, 1)))


@action(1)
def set_status(game: Game) -> None:
    """A feed's floor."""
    market = game.market() if game.chance(95) else 13
    game.call("oracle", "set_status", governor(game), market, game.pick((1, 2, 2, 4, 0)))


@action(1)
def normal_again(game: Game) -> None:
    """All floors are taken back."""
    for market in game.markets:
        word = game.mirror.facts.words[game.mirror.slots.index["feed", market]]
        if unpack(word, words.FEED)[5]:
            game.call("oracle", "set_status", game.cast.owner, market, 1)


def changed(game: Game, config: Config) -> Config:
    """A config with some fields drawn again, within bounds more often than not."""
    fields: dict[str, Any] = {}
    for _ in range(game.between(1, 3)):
        kind = game.between(0, 12)
        if kind == 0:
            fields["initial"] = config.initial + game.between(-100, 300)
        elif kind == 1:
            fields["maintenance"] = config.maintenance + game.between(-60, 120)
        elif kind == 2:
            fields["penalty"] = max(0, config.penalty + game.between(-60, 60))
        elif kind == 3:
            fields["slope"] = game.between(0, 30_000)
        elif kind == 4:
            fields["maker_fee"] = game.between(0, config.taker_fee + 1)
        elif kind == 5:
            fields["taker_fee"] = game.between(config.maker_fee, 1000)
        elif kind == 6:
            fields["open_interest_cap"] = max(0, config.open_interest_cap + game.between(-60, 40))
        elif kind == 7:
            fields["position_cap"] = max(0, config.position_cap + game.between(-30, 20))
        elif kind == 8:
            fields["reserve_factor"] = game.pick((1, 2000, 5000, 10_000, 0, 10_001))
        elif kind == 9:
            fields["rate_max"] = game.pick((1, 1000, 694_444, (1 << 24) - 1, 0, 1 << 24))
        elif kind == 10:
            fields["velocity"] = game.pick((0, 1, 16_000_000, (1 << 24) - 1, 1 << 24))
        elif kind == 11 and game.chance(30):
            fields["skew_scale"] = config.skew_scale + game.pick((10**15, -(10**15), 1))
        elif kind == 12 and game.chance(20):
            fields[game.pick(("initial", "penalty", "slope", "taker_fee"))] = game.pick((1 << 16, 10_001, 65_535))
    return config._replace(**fields)


@action(3)
def set_market(game: Game) -> None:
    """Changes a market; sometimes back to what it was listed with."""
    market = game.market()
    config = changed(game, game.config(market))
    listed = game.stage.market(market)
    if listed is not None and game.chance(30):
        config = Config(*listed.struct())
    sender = game.cast.owner if game.chance(97) else game.anyone()
    game.call(game.pool_part(market), "set_market", sender, market, config)


@action(1)
def list_a_market(game: Game) -> None:
    """Of a number without a feed, or out of range."""
    market = game.pick((13, 15, 30, 32, 1 << 200))
    game.call("pool", "set_market", game.cast.owner, market, game.config(game.markets[0]))


@action(1)
def tighten(game: Game) -> None:
    """Initial up, caps down; or not."""
    market = game.market()
    config = game.config(market)
    initial = config.initial + game.pick((0, 0, 10, 200, -1, 10_000))
    interest = max(0, config.open_interest_cap - game.pick((0, 0, 5, 20, -1)))
    cap = max(0, config.position_cap - game.pick((0, 0, 1, 5, -1)))
    game.call(game.pool_part(market), "tighten", governor(game), market, initial, interest, cap)


@action(2)
def set_credit(game: Game) -> None:
    """From none to a quarter of a million."""
    credit = game.pick((0, 0, 100, 5000, 250_000, 2**40 - 1, 2**40)) * WAD + (game.chance(3) and 1)
    game.call("vault", "set_credit", governor(game), game.pick((0, 0, 1, 2)), credit)


@action(1)
def set_gain_weight(game: Game) -> None:
    """How far gains count elsewhere."""
    sender = game.cast.owner if game.chance(95) else game.anyone()
    game.call("vault", "set_gain_weight", sender, game.pick((0, 1, 1, 3)), game.pick((0, 5000, 10_000, 10_000, 10_001)))


@action(1)
def register_again(game: Game) -> None:
    """Modules and pools are for ever."""
    cast, names = game.cast, game.mirror.facts.names
    sender = cast.owner if game.chance(80) else game.anyone()
    if game.chance(40):
        game.call("vault", "register_module", sender, names[game.pick(("orders", "shares"))])
        return
    index = game.between(0, 4)
    args = (names[game.pick(("pool", "shares"))], names["shares"], game.pick((1, 1 << 32)), 0)
    game.call("vault", "register_pool", sender, index, *args)


@action(1)
def set_feed(game: Game) -> None:
    """Other ages, another deviation, band or breaker, without a reference or a fallback; now and then out of bounds."""
    market = game.market()
    listed = game.stage.market(market)
    if listed is None:
        return
    feed = settings_of(game.stage.feeds, listed)
    feed = feed._replace(
        trade_age=game.pick((feed.trade_age, feed.trade_age, 300, 0, 1 << 20)),
        deviation=game.pick((feed.deviation, feed.deviation, 0, 7, 10_000)),
        confidence=game.pick((feed.confidence, feed.confidence, 0, 9_999)),
        band_low=game.pick(((1, 0), (1, 5), (1, 12), feed.band_low)),
        band_high=(5, game.pick((33, 32, 34))),
    )
    if game.chance(40):
        move, swing = game.pick((0, 500, 2000)), game.pick((0, 700, 3000))
        window, calm = game.pick((60, 600)) if swing else 0, game.pick((60, 600)) if move or swing else 0
        feed = feed._replace(move=move, swing=swing, window=window, calm=calm)
    if feed.reference and game.chance(40):
        feed = feed._replace(divergence=game.pick((100, 500)), refresh=game.pick((0, 60, 600)))
    elif feed.reference and game.chance(30):
        feed = feed._replace(reference=0, divergence=0, reference_age=0, refresh=0)
    if feed.fallback and game.chance(40):
        feed = feed._replace(fallback=0, fallback_age=0, fallback_deviation=0)
    sender = game.cast.owner if game.chance(95) else game.anyone()
    game.call("oracle", "set_feed", sender, market, feed)


@action(1)
def change_owner(game: Game) -> None:
    """Offers and takes; in the end the owner is who it was."""
    part = game.pick(("vault", "oracle", "pool"))
    cast = game.cast
    if game.chance(30):
        game.call(part, "transfer_ownership", game.anyone(), game.anyone())
        game.call(part, "accept_ownership", game.anyone())
    game.call(part, "transfer_ownership", cast.owner, cast.whale)
    if game.chance(50):
        game.call(part, "accept_ownership", cast.whale)
        game.call(part, "set_guardian", cast.whale, game.pick((cast.guardian, cast.stranger)))
        game.call(part, "set_guardian", cast.whale, cast.guardian)
        game.call(part, "transfer_ownership", cast.whale, cast.owner)
        game.call(part, "accept_ownership", cast.owner)
