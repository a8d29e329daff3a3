"""Prices that are brought, what they cost, prices at their limits: held to the model; the ether goes where it must."""

from __future__ import annotations

import pytest

from novation.fixed import WAD
from novation.fuzz.actions import ACTIONS, Game, bringing, limits, prices
from novation.fuzz.actions.game import FAR
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.system.feeds import DOWN, FALLBACK, GRACE, REFERENCE, UP
from novation.fuzz.system.mirror import Mismatch
from novation.fuzz.system.networks import Network, data_of
from novation.fuzz.system.surroundings import Move
from novation.model.feeds import AGED, HALT, NORMAL
from novation.model.journal import Env
from novation.model.orders import Order
from novation.model.sources import NONE, update_bytes

MINE = [
    name
    for name, action in ACTIONS.items()
    if action.play.__module__ in {module.__name__ for module in (bringing, limits, prices)}
]
PULLED, FEE = 0, 7  # the market of `tight` whose prices are brought, wei


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    game = stages.game("tight")
    game.play("opening", 3)
    return game


@pytest.mark.parametrize("world", ["tight", "wide"])
@pytest.mark.parametrize("name", MINE)
def test_contracts_and_model_say_the_same(stages: Stages, name: str, world: str) -> None:
    before = [Step(each, seed) for seed in range(3) for each in ("open_anew", "trade", "lend")]
    steps = (Step("opening", 5), *before, *(Step(name, seed) for seed in range(12)), Step("trade", 9))
    assert stages.play(Story(world, steps)) is None


def test_moves_of_these_actions_can_be_repeated(stages: Stages) -> None:
    steps = (Step("opening", 3), Step("open_anew", 1), *(Step(name, seed) for name in MINE for seed in range(3)))
    for world in ("tight", "wide"):
        assert stages.play(Story(world, steps)) is None
        moves, words = stages.trail(world), stages.games[world].mirror.fresh()
        assert stages.repeat(world, moves) is None
        assert stages.games[world].mirror.fresh() == words


def ordered(game: Game) -> tuple[Order, int]:
    """A due order of the attacker, whose price is published and not brought; bringing it costs something."""
    me = game.cast.attacker
    assert game.call("vault", "deposit", me, me, 50_000 * game.unit).ok
    order = Order(me, PULLED, WAD, 0, 0, False, False, WAD, FAR, 0, 0)
    assert game.call("orders", "commit", me, order, 0).ok
    game.mirror.charge(PULLED, FEE)
    game.warp(game.delay)
    game.publish(PULLED, game.good_mid(PULLED))
    return game.mirror.orders[me, 0], 0


def test_the_rest_of_the_ether_comes_back_last(game: Game) -> None:
    """The attacker acts again with all that the order has left, but not in the contract that pays it."""
    order, slot = ordered(game)
    me = game.cast.attacker
    calls = [("vault", "deposit", (me, game.unit)), ("orders", "claim", (me,)), ("vault", "withdraw", (me, 1, me))]
    results = game.mirror.paid_back("orders", "execute", (order, slot, 0, game.update(order)), 10**18, *calls)
    assert [result.code for result in results] == ["", "", "?", ""]
    game.mirror.whole()


def test_who_does_not_take_the_rest_does_nothing(game: Game) -> None:
    order, slot = ordered(game)
    assert game.mirror.refuses_the_rest("orders", "execute", (order, slot, 0, game.update(order)), 10**18).ok
    assert game.mirror.refuses_the_rest("orders", "execute", (order, slot, 0, b""), 10**18).code == "ORDER"


def test_another_fee_than_the_source_s_is_found(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deliberately wrong prediction."""
    order, slot = ordered(game)
    args = (order, slot, 0, game.update(order))
    monkeypatch.setattr(game.mirror, "costs", lambda name, args: FEE - 1)
    with pytest.raises(Mismatch, match=f"paid {FEE} wei of {FEE - 1}"):
        game.call("orders", "execute", game.cast.keepers[0], *args, wei=FEE + 5)


def test_too_little_is_refused(game: Game) -> None:
    order, slot = ordered(game)
    args, keeper = (order, slot, 0, game.update(order)), game.cast.keepers[0]
    assert game.call("orders", "execute", keeper, *args, wei=FEE - 1).code == "FEE"
    assert game.call("orders", "execute", keeper, *args).code == "FEE"
    assert game.bring(PULLED, args[-1], 1).code == "FEE"
    assert game.call("orders", "execute", keeper, *args, wei=FEE).ok


def test_an_update_is_shown_as_what_makes_it(game: Game) -> None:
    game.publish(PULLED, 3 * WAD)
    last = game.last(PULLED)
    update = data_of(last)
    fields = (3 * WAD, last.confidence, last.published_at, last.previous_at)
    assert str(Move("call", (update,))) == f"call(update_bytes{fields})"
    assert update_bytes(*fields) == update


def test_a_network_knows_what_it_said() -> None:
    network = Network(Env(100))
    assert network.newest == NONE
    for at in (10, 20, 20, 25):
        network.publish(at, at)
    assert [seen.previous_at for seen in network.signed.values()] == [0, 10, 20, 20]
    assert network.newest.published_at == 25
    assert network.first_at(26) == NONE
    assert [network.first_at(time).id for time in (25, 21, 20, 11, 10, 0)] == [4, 4, 2, 2, 1, 1]


def test_a_market_falls_back_and_a_sequencer_stops_all(stages: Stages) -> None:
    game = stages.game("wide")
    market = next(key - FALLBACK for key in game.mirror.sources if key >= FALLBACK)
    listed = game.stage.market(market)
    assert listed is not None
    assert game.price(market).status == NORMAL
    game.warp(listed.feed.close_age + 1)
    assert game.price(market).status == HALT
    game.publish(FALLBACK + market, listed.feed.price)
    assert (game.price(market).status, game.pricing(market)) == (AGED, FALLBACK + market)
    game.move(market, listed.feed.price)
    game.store(market)
    assert game.price(market).status == NORMAL
    game.mirror.sequence(DOWN)
    assert game.price(market).status == HALT
    game.mirror.sequence(UP)
    game.warp(GRACE)
    assert game.price(market).status == HALT
    game.warp(1)
    game.call("oracle", "observe", game.cast.stranger, market)
    assert game.price(market).status == NORMAL


def test_a_reference_is_asked(game: Game) -> None:
    """A price far from it is doubted until it says the same."""
    mid = game.good_mid(PULLED)
    game.warp(1)
    game.push(PULLED, mid * 12 // 10)
    assert (game.price(PULLED).status, game.price(PULLED).mid) == (HALT, mid)
    game.publish(REFERENCE + PULLED, mid * 12 // 10)
    assert game.bring(PULLED, data_of(game.last(PULLED))).value is True
    assert game.price(PULLED).mid == mid * 12 // 10
