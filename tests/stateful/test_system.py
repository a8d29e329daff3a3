"""The whole system, model against contracts: every call to the wei and the code, every invariant by its number.

Hypothesis draws the stories as bytes of one size (its own structures are slower, docs/audit/campaign.md); what fails
is shrunk by ours and printed as a line for `ape run fuzz --replay`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from novation.fuzz.actions import ACTIONS, Game
from novation.fuzz.campaign.shrink import shrink
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.system.worlds import WORLDS

STEPS = 90
BYTES = 5  # of a step: which action, the seed of its dice
STORIES = 120  # of each world
TABLE = [name for name, action in ACTIONS.items() for _ in range(round(2 * action.weight))]
QUIET = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


def story_of(world: str, data: bytes) -> Story:
    """Bytes as a story; the first four begin it."""
    steps = [Step("opening", int.from_bytes(data[:4], "big"))]
    for at in range(4, len(data), BYTES):
        number = int.from_bytes(data[at : at + BYTES], "big")
        steps.append(Step(TABLE[number % len(TABLE)], number))
    return Story(world, tuple(steps))


@pytest.mark.slow
@pytest.mark.parametrize("world", list(WORLDS))
def test_contracts_equal_the_model(stages: Stages, world: str) -> None:
    size = 4 + STEPS * BYTES

    @settings(QUIET, max_examples=STORIES)
    @given(data=st.binary(min_size=size, max_size=size))
    def play(data: bytes) -> None:
        story = story_of(world, data)
        failure = stages.play(story)
        assert failure is None, f"{failure}\n{shrink(story, failure, stages)}"

    play()
    mirror = stages.games[world].mirror
    filled = sum(times for what, times in mirror.tally.items() if what.startswith("fill:"))
    # A world in which nothing happens would pass as well.
    assert mirror.calls > 10_000
    assert filled > 300
    assert mirror.tally["bankruptcy"] > 20
    assert mirror.tally["settlement: rolled over"] > 5


class House(RuleBasedStateMachine):
    """The same as a state machine: Hypothesis chooses each step by what came before."""

    stages = Stages()

    def __init__(self) -> None:
        super().__init__()
        self.game: Game

    @initialize(world=st.sampled_from(list(WORLDS)), seed=st.integers(0, 1 << 32))
    def begin(self, world: str, seed: int) -> None:
        self.game = self.stages.game(world)
        self.game.play("opening", seed)

    @rule(name=st.sampled_from(TABLE), seed=st.integers(0, 1 << 32))
    def act(self, name: str, seed: int) -> None:
        self.game.play(name, seed)

    @invariant()
    def words_are_the_model_s(self) -> None:
        """Also where the last step called nothing."""
        if hasattr(self, "game"):
            assert self.game.mirror.expected is not None
            assert self.game.mirror.fresh() == self.game.mirror.expected.words

    def teardown(self) -> None:
        if hasattr(self, "game"):
            self.game.mirror.whole()


@pytest.mark.slow
def test_the_state_machine() -> None:
    run_state_machine_as_test(House, settings=settings(QUIET, max_examples=40, stateful_step_count=60))
