"""Little gas: all or nothing, entries that are passed over live, and an adapter that takes hunger for a failure is
found."""

from __future__ import annotations

import pytest

from novation.chain.compiler import ROOT, artifact_of, open_contract
from novation.fixed import WAD
from novation.fuzz.actions import ACTIONS, Game
from novation.fuzz.actions.game import FAR
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.compare import STARVED
from novation.fuzz.system.mirror import Mismatch, Result
from novation.fuzz.system.surroundings import WORK
from novation.model.orders import Order

ADAPTER = "contracts/OracleAdapter.vy"
CHECK = '        assert msg.gas >= GAS_AFTER_FAILURE, "GAS"\n'


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
        result = game.call("orders", "execute", game.cast.keepers[0], order, slot, game.reference(order), gas=gas)
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
        rounds = [game.reference(order) for order in orders]
        result = game.call("orders", "execute_many", game.cast.keepers[0], orders, slots, rounds, gas=gas)
        ends.add(result.value if result.ok else result.code)
        if result.ok and result.value not in (0, (1 << len(live)) - 1):
            left = [found for at, found in enumerate(live) if not result.value >> at & 1]
            assert all((order.account, slot) in game.mirror.orders for order, slot in left)
            assert game.call("orders", "execute", game.cast.keepers[0], *left[0], game.reference(left[0][0])).ok
            game.mirror.whole()
            return
    pytest.fail(f"never some of them: {ends}")


def test_gas_is_recorded(game: Game) -> None:
    game.play("trade", 1)
    assert 30_000 < game.mirror.gas["vault.deposit"] < 300_000
    assert game.mirror.gas["orders.commit"] > game.mirror.gas["vault.deposit"] // 2


def test_an_adapter_that_takes_hunger_for_a_failure_is_found() -> None:
    """A deliberately wrong contract: without its check whoever gives little gas forges a HALT."""
    text = (ROOT / ADAPTER).read_text()
    assert text.count(CHECK) == 2
    broken = artifact_of("OracleAdapter", open_contract("OracleAdapter", {ADAPTER: text.replace(CHECK, "")}))
    game = prepared(Stages(replaced={"OracleAdapter": broken}))
    market = game.markets[0]
    game.mirror.fail(market, WORK)
    with pytest.raises(Mismatch):
        [game.call("oracle", "observe", game.cast.stranger, market, gas=gas) for gas in range(120_000, 300_000, 300)]


def test_the_adapter_as_it_is_is_not_fooled(game: Game) -> None:
    market = game.markets[0]
    game.mirror.fail(market, WORK)
    codes = set()
    for gas in range(120_000, 300_000, 300):
        codes.add(game.call("oracle", "observe", game.cast.stranger, market, gas=gas).code)
    assert codes == {"", "GAS", "OUT_OF_GAS"}


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
