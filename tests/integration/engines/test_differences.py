"""Whatever is different is noticed and told; what a gas limit decides is no difference."""

from __future__ import annotations

import pytest

from novation.fuzz.campaign.story import Story
from novation.fuzz.engines.compare import Comparison, Line, Player
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.evms.pyevm import PyEvm
from novation.fuzz.evms.tape import Outcome, Tape


@pytest.fixture(scope="module")
def tape(recordings: Recordings, stories: list[Story]) -> Tape:
    return recordings.play(next(story for story in stories if story.world == "local"))


@pytest.fixture
def player(recordings: Recordings) -> Player:
    return PyEvm(recordings.state("local"))


def replayed(recordings: Recordings, tape: Tape, player: Player) -> Line:
    """A line that has seen one tape."""
    line = Line(player.name)
    Comparison(["pyevm"], recordings).replay(tape, player, line)
    return line


def spoiled(tape: Tape, index: int, outcome: Outcome) -> Tape:
    outcomes = [*tape.outcomes]
    outcomes[index] = outcome
    return Tape(tape.world, tape.story, tape.transactions, outcomes, tape.places, tape.words)


def event_of(tape: Tape) -> int:
    """A transaction with an event that has data, not one of a feed."""
    return max(index for index, outcome in enumerate(tape.outcomes) if outcome.logs and outcome.logs[-1][2])


def test_one_byte_of_an_event_is_noticed(recordings: Recordings, tape: Tape, player: Player) -> None:
    index = event_of(tape)
    *logs, (emitter, topics, data) = tape.outcomes[index].logs
    other = (*logs, (emitter, topics, data[:-1] + bytes([data[-1] ^ 1])))
    line = replayed(recordings, spoiled(tape, index, tape.outcomes[index]._replace(logs=other)), player)
    assert len(line.differences) == 1
    assert f"transaction {index + 1} of {len(tape.outcomes)}" in line.differences[0]
    assert "revm:   returns 0x" in line.differences[0]


def test_another_revert_code_is_noticed_and_decoded(recordings: Recordings, tape: Tape, player: Player) -> None:
    index = next(index for index, transaction in enumerate(tape.transactions) if tape.outcomes[index].ok)
    line = replayed(recordings, spoiled(tape, index, Outcome(False)), player)
    said = line.differences[0].splitlines()
    assert said[0].startswith("transaction ")
    assert f"at {tape.transactions[index].time}, from {tape.transactions[index].sender}: " in said[1]
    assert said[2] == "  revm:   reverts (without a code)"
    assert said[3].startswith("  py-evm: returns 0x")


def test_one_word_of_storage_is_noticed(recordings: Recordings, tape: Tape, player: Player) -> None:
    words = [*tape.words]
    words[7] ^= 1
    other = Tape(tape.world, tape.story, tape.transactions, tape.outcomes, tape.places, words)
    assert other.digest() != tape.digest()
    line = replayed(recordings, other, player)
    address, slot = tape.places[7]
    assert f"{address} slot {slot:#x}: revm {words[7]:#x}, py-evm {tape.words[7]:#x}" in line.differences[0]


def test_what_a_gas_limit_decides_is_cut_off(recordings: Recordings, tape: Tape, player: Player) -> None:
    # Two logs are a deposit at least, which takes more than that where storage is cold.
    index = next(at for at, outcome in enumerate(tape.outcomes) if len(outcome.logs) > 1)
    starved = tape.transactions[index]._replace(gas=60_000)
    transactions = [*tape.transactions[:index], starved, *tape.transactions[index + 1 :]]
    other = Tape(tape.world, tape.story, transactions, tape.outcomes, tape.places, tape.words)
    line = replayed(recordings, other, player)
    assert (line.cut, line.differences) == (1, [])


def test_digests_tell_where_one_part_ends(tape: Tape) -> None:
    outcome = Outcome(True, b"", ((b"a", (b"b",), b"c"),))
    others = [
        Outcome(True, b"a", ((b"", (b"b",), b"c"),)),
        Outcome(True, b"", ((b"a", (), b"bc"),)),
        Outcome(False, b"", outcome.logs),
    ]
    assert outcome.digest() not in [other.digest() for other in others]
