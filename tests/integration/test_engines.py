"""revm is not believed alone: the same stories on py-evm and anvil, and model and invariants on anvil."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from novation.chain.protocol import ChainError
from novation.deployment.components import ComponentUnavailable
from novation.fuzz.actions import Game
from novation.fuzz.campaign.story import Story
from novation.fuzz.engines import make
from novation.fuzz.engines.__main__ import main
from novation.fuzz.engines.compare import PLAYERS, Comparison, Line, Player, ShortStories
from novation.fuzz.engines.figures import BEGIN, END
from novation.fuzz.engines.pyevm import PyEvm
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.engines.tape import Outcome, Tape, Transaction
from novation.fuzz.system.engine import Place
from novation.fuzz.system.mirror import Mirror
from novation.fuzz.system.worlds import WORLDS, build

DRAWN = 400  # stories at most, to find those that are wanted
WANTED = {*((world, "fill:") for world in WORLDS), ("tight", "liquidation:"), ("tight", "settlement:")}


@pytest.fixture(scope="module")
def recordings() -> Recordings:
    return Recordings()


@pytest.fixture(scope="module")
def stories(recordings: Recordings) -> list[Story]:
    """Fills in every world, and somewhere liquidations and settlements."""
    missing = set(WANTED)
    found = []
    author = ShortStories(11, 20, 40)
    for _ in range(DRAWN):
        story = author.story()
        tally = recordings.game(story.world).mirror.tally
        tally.clear()
        recordings.play(story)
        names = " ".join(tally)
        has = {(world, what) for world, what in missing if world == story.world and what in names}
        if has:
            missing -= has
            found.append(story)
        if not missing:
            return found
    raise AssertionError(f"{DRAWN} stories without {missing}")


@pytest.fixture(scope="module")
def tape(recordings: Recordings, stories: list[Story]) -> Tape:
    return recordings.play(next(story for story in stories if story.world == "local"))


@pytest.fixture
def player(recordings: Recordings) -> Player:
    return PyEvm(recordings.state("local"))


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_engines_agree(recordings: Recordings, stories: list[Story], name: str) -> None:
    comparison = Comparison([name], recordings)
    try:
        for story in stories:
            comparison.play(story)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    finally:
        comparison.close()
    ours, theirs = comparison.lines["revm"], comparison.lines[name]
    assert theirs.differences == []
    assert comparison.stories + comparison.cut == len(stories)
    assert comparison.stories > 0
    assert theirs.digest == ours.digest != bytes(32)
    assert theirs.transactions == ours.transactions > 200
    assert 0 < comparison.reverted < ours.transactions


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


def test_ether_from_nowhere_is_refused(recordings: Recordings) -> None:
    chain = recordings.recorder("local")
    rich = chain.account(0)
    chain.tape = Tape("local")
    try:
        with pytest.raises(ChainError, match="gives ether"):
            chain.fund(rich, chain.balance(rich) + 1)
    finally:
        chain.tape = None


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_what_is_not_even_executed(recordings: Recordings, name: str) -> None:
    """Leaves nothing, and what comes after it in the same second is as ever."""
    chain = recordings.recorder("local")
    recordings.game("local").mirror.restart()
    state, sender, other = chain.state(), chain.account(0), chain.account(1)
    tape = chain.tape = Tape("local")
    for value, gas in ((1, 30_000), (1, 21_500), (10**30, 30_000), (1, 20_000), (2, 30_000)):
        chain.send(sender, other, b"\xff" * 40, value, gas)
    chain.send(sender, other, b"\xff" * 40, 10**30)
    chain.send(sender, other, b"\xff" * 40, 3)
    chain.tape = None
    assert [outcome.ok for outcome in tape.outcomes] == [True, False, False, False, True, False, True]
    try:
        player = PLAYERS[name](state)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    assert player.play(tape.transactions) == tape.outcomes
    player.close()


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_contracts_made_within_a_story(recordings: Recordings, name: str) -> None:
    """At the same address, whatever was sent before."""
    chain = recordings.recorder("local")
    recordings.game("local").mirror.restart()
    sender, other = chain.account(0), chain.account(1)
    state = chain.state()
    tape = chain.tape = Tape("local")
    try:
        feed = chain.deploy("MockAggregatorProxy", 8, sender=sender)
        feed.transact("push", 5, sender=sender)
        second = chain.deploy("MockAggregatorProxy", 8, sender=sender)
        third = chain.deploy("MockAggregatorProxy", 18, sender=other)
        assert second.attempt("push", 6, sender=sender).ok
        assert third.attempt("push", 7, sender=other).ok
    finally:
        chain.tape = None
    assert [transaction.to == "" for transaction in tape.transactions] == [True, False, True, True, False, False]
    try:
        player = PLAYERS[name](state)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    assert player.play(tape.transactions) == tape.outcomes
    assert tape.outcomes[0].output == chain.code(feed.address)
    player.close()


class Liar(PyEvm):
    """Says that everything reverts."""

    def play(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        return [Outcome(False) for _ in transactions]

    def words(self, places: Sequence[Place]) -> list[int]:
        return [0] * len(places)


def test_the_command_ends_with_1_at_the_first_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n")
    command = ["--sequences", "2", "--seed", "3", "--actions", "2", "--engine", "pyevm"]
    assert main([*command, "--write", str(page)]) == 0
    assert "2 sequences" in capsys.readouterr().out
    written = page.read_text()
    assert "| py-evm " in written
    assert "old" not in written
    assert (written.startswith("before\n"), written.endswith("after\n")) == (True, True)
    monkeypatch.setitem(PLAYERS, "pyevm", Liar)
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "1 sequences" in said
    assert "differs from revm:" in said
    assert "vault.set_credit(" in said  # the opening's first call
    with pytest.raises(SystemExit) as ended:
        main(["--sequences", "none"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        main(["--write", str(tmp_path / "nowhere.md")])
    assert ended.value.code == 2


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
