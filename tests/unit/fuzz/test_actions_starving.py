"""Little gas: all or nothing, entries that are passed over live, and a source that lacks gas decides nothing."""

from __future__ import annotations

import pytest

from novation.fixed import WAD
from novation.fuzz.actions import ACTIONS, Game
from novation.fuzz.actions.extremes import buy
from novation.fuzz.actions.game import FAR
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.compare import STARVED
from novation.fuzz.system.mirror import Result
from novation.model import sources
from novation.model.orders import Order


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    return prepared(stages)


def prepared(stages: Stages) -> Game:
    """Three traders with an order each that is due."""
    game = stages.game("local")
    game.play("opening", 3)
    for account in game.cast.traders[3:6]:
        key = game.key(account)
        game.call("vault", "deposit", key, account, 50_000 * game.unit)
        order = Order(account, game.markets[0], WAD, 0, 0, False, False, WAD, FAR, 0, 0)
        assert game.call("orders", "commit", key, order, game.free_slot(account)).ok
    game.warp(game.delay)
    game.refresh_all()
    return game


def starved(result: Result) -> bool:
    return result.code in {*STARVED, "?"}


def test_an_execution_is_all_or_nothing(game: Game) -> None:
    order, slot = game.live(due=True)[0]
    ends = []
    for gas in range(25_000, 400_000, 9_000):
        args = (order, slot, game.reference(order), b"")
        result = game.call("orders", "execute", game.cast.keepers[0], *args, gas=gas)
        ends.append(result.code)
        if result.ok:
            break
        assert starved(result), result.code
    assert ends[-1] == ""
    assert len(ends) > 5
    game.mirror.whole()


def test_what_lacks_gas_within_a_list_lives(stages: Stages) -> None:
    """Some gas limit fills some and not all of them; the others fill later."""
    ends = set()
    for gas in range(800_000, 100_000, -10_000):
        game = prepared(stages)
        live = game.live(due=True)
        orders, slots = [order for order, _ in live], [slot for _, slot in live]
        references = [game.reference(order) for order in orders]
        result = game.call("orders", "execute_many", game.cast.keepers[0], orders, slots, references, gas=gas)
        ends.add(result.value if result.ok else result.code)
        if result.ok and result.value not in (0, (1 << len(live)) - 1):
            left = [found for at, found in enumerate(live) if not result.value >> at & 1]
            assert all((order.account, slot) in game.mirror.orders for order, slot in left)
            assert game.execute(game.cast.keepers[0], *left[0]).ok
            game.mirror.whole()
            return
    pytest.fail(f"never some of them: {ends}")


def test_gas_is_recorded(game: Game) -> None:
    game.play("trade", 1)
    assert 30_000 < game.mirror.gas["vault.deposit"] < 300_000
    assert game.mirror.gas["orders.commit"] > game.mirror.gas["vault.deposit"] // 2


def test_a_source_that_lacks_gas_decides_nothing(game: Game) -> None:
    """Nor can whoever gives little gas forge a HALT: it is no silence."""
    market, keeper = game.markets[0], game.cast.keepers[0]
    order, slot = game.live(due=True)[0]
    args = ([order], [slot], [game.reference(order)])
    game.mirror.fail(market, sources.STARVED)
    assert game.call("oracle", "observe", keeper, market).code == "GAS"
    assert game.execute(keeper, order, slot).code == "GAS"
    assert game.call("orders", "execute_many", keeper, *args).value == 0
    assert not game.mirror.one_by_one("orders", "execute_many", keeper, *args)[0].ok
    assert (order.account, slot) in game.mirror.orders
    game.mirror.fail(market, sources.HONEST)
    assert game.execute(keeper, order, slot).ok
    game.mirror.whole()


def test_a_list_that_must_ask_whether_a_price_is_newer_than_a_flag_lacks_gas_as_a_whole(game: Game) -> None:
    """An account without a flag, and one with a flag of which the module asks."""
    account, healthy, market = game.cast.traders[2], game.cast.traders[0], game.markets[0]
    game.call("vault", "deposit", game.key(account), account, 5_000 * game.unit)
    mid = game.price(market).mid
    buy(game, account, market, 15_000 * WAD * WAD // mid, mid)
    game.move(market, mid * 6 // 10)
    assert game.call("vault", "flag", game.cast.liquidator, account).ok
    game.warp(game.stage.world.parameters.liquidation.ramp)
    game.mirror.fail(market, sources.STARVED)
    pairs = ([healthy, account], [market, market])
    results = game.mirror.one_by_one("liquidation", "liquidate_many", game.cast.liquidator, *pairs)
    assert [result.code for result in results] == ["MARKET", "GAS"]
    assert game.mirror.tally["one by one: lacks gas"] == 1
    assert game.call("liquidation", "liquidate_many", game.cast.liquidator, *pairs).code == "GAS"
    game.mirror.fail(market, sources.HONEST)
    game.mirror.whole()


def test_a_list_that_must_ask_whether_a_price_was_left_out_lacks_gas_as_a_whole(game: Game) -> None:
    """An order that fails at its limit, of an account whose other market's source lacks gas."""
    account, keeper = game.cast.traders[0], game.cast.keepers[0]
    game.call("vault", "deposit", game.key(account), account, 50_000 * game.unit)
    held, market = game.markets[0], game.markets[1]
    buy(game, account, held, WAD, game.price(held).mid)
    game.move(market, game.price(market).mid)
    order = Order(account, market, WAD // 100, 1, 0, False, False, WAD, FAR, 0, 0)
    slot = game.free_slot(account)
    assert game.call("orders", "commit", game.key(account), order, slot).ok
    order = game.mirror.orders[account, slot]
    game.until(order.due)
    game.move(market, game.price(market).mid)
    game.mirror.fail(held, sources.STARVED)
    lists = [order], [slot], [game.reference(order)]
    assert game.call("orders", "execute_many", keeper, *lists).code == "GAS"
    assert game.mirror.one_by_one("orders", "execute_many", keeper, *lists)[0].code == "GAS"
    game.mirror.fail(held, sources.HONEST)
    assert game.call("orders", "execute_many", keeper, *lists).ok
    assert (account, slot) not in game.mirror.orders
    game.mirror.whole()


def test_actions_that_starve_say_so() -> None:
    """Each with a gas limit of its own is registered as one of those, and is left out where gas must not matter."""
    stages = Stages()
    author = Author(4, worlds=("tight", "local"), actions=lambda action: not action.starves)
    for _ in range(8):
        story = author.story()
        stages.play(story)
        assert not [what for what in stages.games[story.world].mirror.tally if what.startswith("gas: ")]
        stages.forget(story.world)
    starving = {name for name, action in ACTIONS.items() if action.starves}
    assert starving.isdisjoint(author.names)
    for name in starving:
        game = prepared(stages)
        for seed in range(8):
            game.play(name, seed)
        assert [what for what in game.mirror.tally if what.startswith("gas: ")], name
        stages.forget("local")
