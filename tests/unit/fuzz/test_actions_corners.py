"""Rare settings, views, the LP queue's ends and numbers at the width of their fields, each held to the model."""

from __future__ import annotations

import pytest

from novation.fuzz.actions import ACTIONS, corners, extremes, queues, viewing
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.system.compare import Mismatch

MINE = [
    name
    for name, action in ACTIONS.items()
    if action.play.__module__ in {module.__name__ for module in (corners, extremes, queues, viewing)}
]


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.mark.parametrize("world", ["local", "tight", "wide"])
@pytest.mark.parametrize("name", MINE)
def test_contracts_and_model_say_the_same(stages: Stages, name: str, world: str) -> None:
    before = [Step(each, seed) for seed in range(3) for each in ("open_anew", "trade", "lend")]
    steps = (Step("opening", 5), *before, Step(name, 1), Step("trade", 9), Step(name, 2), Step("settle", 3))
    assert stages.play(Story(world, steps)) is None


def test_what_is_done_aside_has_not_been(stages: Stages) -> None:
    game = stages.game("wide")
    game.play("opening", 1)
    mirror = game.mirror
    words, orders, now = mirror.fresh(), dict(mirror.orders), mirror.now
    mirror.aside()
    for seed in range(6):
        game.play("trade", seed)
        game.play("lend", seed)
    assert mirror.fresh() != words
    mirror.back()
    assert (mirror.fresh(), mirror.orders, mirror.now) == (words, orders, now)
    assert mirror.expected is not None
    assert mirror.expected.words == words
    mirror.whole()


def test_a_queue_goes_on_in_another_generation() -> None:
    game = Stages().game("tight")
    for seed in range(40):
        game.mirror.restart()
        for name in ("opening", "open_anew", "open_anew", "open_anew", "all_but_a_wei"):
            game.play(name, seed)
        game.mirror.whole()
        if game.mirror.tally["settlement: generation went on"]:
            return
    pytest.fail("no settlement left next to nothing")


def test_giants_reach_the_end_of_their_fields(stages: Stages) -> None:
    game = stages.game("wide")
    game.play("opening", 1)
    for seed in range(4):
        game.play("giants", seed)
    refused = {name.split(".")[1] for name, code in game.mirror.counts if code == "RANGE"}
    assert "poke" in refused  # a liability beyond its field
    assert "execute" in refused  # a reserve, a size, or the sum of sizes beyond theirs


def test_a_refusal_with_another_code_is_a_mismatch(stages: Stages) -> None:
    mirror = stages.game("local").mirror
    with pytest.raises(Mismatch, match="AUTH"):
        mirror.refuse("vault", "pause", mirror.stage.cast.stranger, "ONCE", 1)
    with pytest.raises(Mismatch, match="must succeed"):
        mirror.say("vault", "pause", mirror.stage.cast.stranger, 1)


def test_moves_of_these_actions_can_be_repeated(stages: Stages) -> None:
    names = ("set_feed_beyond", "fail_by_halves", "register_pools", "shares_before_their_bootstrap", "giants")
    story = Story("tight", (Step("opening", 3), *(Step(name, seed) for name in names for seed in range(3))))
    assert stages.play(story) is None
    moves, words = stages.trail("tight"), stages.games["tight"].mirror.fresh()
    assert stages.repeat("tight", moves) is None
    assert stages.games["tight"].mirror.fresh() == words
