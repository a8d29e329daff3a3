"""anvil in the place of revm: model and invariants hold there, failures have the same names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from novation.chain.components import ComponentUnavailable
from novation.fuzz.actions import Game
from novation.fuzz.engines.compare import ShortStories
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.evms import make
from novation.fuzz.system.mirror import Mirror
from novation.fuzz.system.worlds import WORLDS, build


@pytest.fixture(scope="module")
def game() -> Iterator[Game]:
    try:
        engine = make("anvil")
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    yield Game(Mirror(build(WORLDS["tight"](), chain=engine)))
    engine.close()


@pytest.mark.anvil
def test_model_and_invariants_on_anvil(game: Game, recordings: Recordings) -> None:
    """And the same moves as on revm, at the same addresses."""
    mirror, twin = game.mirror, recordings.game("tight").mirror
    assert mirror.stage.contracts["vault"].address == twin.stage.contracts["vault"].address
    author, played, tally = ShortStories(5, 20, 30), 0, twin.tally
    while played < 2:
        story = author.story()
        tally.clear()
        if story.world != "tight":
            continue
        tape = recordings.play(story)
        # Gas limits that an action sets are of the gas that it has seen: another engine's are others.
        if any(transaction.limited for transaction in tape.transactions) or "fill: opened" not in tally:
            continue
        mirror.restart()
        for name, seed in story.steps:
            game.play(name, seed)
        mirror.whole()
        assert mirror.trail == twin.trail
        assert mirror.chain.words(mirror.places) == twin.chain.words(twin.places)
        played += 1
    assert mirror.tally["fill: opened"] > 0


@pytest.mark.anvil
def test_anvil_tells_how_a_call_failed_as_revm_does(game: Game) -> None:
    chain = game.mirror.chain
    game.mirror.restart()
    codes = {"INVALID": "fe", "OUT_OF_GAS": "5b5f56", "MEMORY": "5f62ffffff52", "": "5f5ffd", "HALT": "5050"}
    found = {}
    for place, (name, code) in enumerate(codes.items()):
        address = f"0x{0xABCD << 64 | place:040x}"
        chain.node.ask("anvil_setCode", address, "0x" + code)  # type: ignore[attr-defined]
        found[name], output = chain.send(chain.account(0), address, b"", 0, 100_000)
        assert output == b""
    assert (found["INVALID"], found["OUT_OF_GAS"], found[""]) == ("INVALID", "OUT_OF_GAS", "")
    assert (found["MEMORY"], found["HALT"]) == ("OUT_OF_GAS", "HALT_StackUnderflow")
    assert chain.send(chain.account(0), chain.account(1), b"", 10**30)[0] == "REJECTED"
    # Enough for a transaction, not for its calldata: anvil takes it and never puts it into a block.
    assert chain.send(chain.account(0), chain.account(1), b"\xff" * 40, 0, 21_500) == ("OUT_OF_GAS", b"")
    assert chain.send(chain.account(0), chain.account(1), b"\xff" * 40, 0, 22_500) == (None, b"")


@pytest.mark.anvil
def test_a_word_on_anvil_that_the_model_does_not_have_is_found(game: Game) -> None:
    mirror = game.mirror
    mirror.restart()
    mark = mirror.chain.snapshot()
    vault = mirror.stage.contracts["vault"].address
    mirror.chain.node.ask("anvil_setStorageAt", vault, hex(10**6), f"0x{1:064x}")  # type: ignore[attr-defined]
    try:
        with pytest.raises(AssertionError, match="nobody knows what it is"):
            mirror.whole()
    finally:
        mirror.chain.restore(mark)


def test_engines_have_names() -> None:
    with pytest.raises(ValueError, match="there is no engine 'geth'"):
        make("geth")
