"""The fuzzer finds what is wrong, shrinks it, and repeats itself."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from novation.fuzz import bench, command
from novation.fuzz.actions import ACTIONS
from novation.fuzz.campaign import case
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.corpus import stored
from novation.fuzz.campaign.report import Report
from novation.fuzz.campaign.run import Plan, Runner
from novation.fuzz.campaign.shrink import shrink
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import StoryError, load, parse
from novation.fuzz.campaign.workers import CampaignBroke, run
from novation.fuzz.system.mirror import Mismatch
from novation.model import marks, pool, registry
from novation.model.ledger import Ledger
from novation.model.shares import Shares

CALLS = 6_000


def play(calls: int, seed: int, workers: int = 1, folder: Path | None = None) -> Report:
    return run(Plan(calls=calls, seed=seed, folder=folder), Stages(), workers)


def spoil_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pool.charge
    monkeypatch.setattr(pool, "charge", lambda *args: max(0, real(*args) - 1))


def spoil_funding(monkeypatch: pytest.MonkeyPatch) -> None:
    real = marks.accrue

    def later(config: Any, market: Any, now: int) -> tuple[int, int]:
        rate, funding = real(config, market, now)
        return rate, funding + (funding != market.funding)

    monkeypatch.setattr(marks, "accrue", later)


def spoil_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "only_owner_of", lambda self, sender, account: None)


def spoil_index(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Shares._index
    monkeypatch.setattr(
        Shares, "_index", lambda self, *args: real(self, *args)._replace(paid=real(self, *args).paid + 1)
    )


@pytest.mark.parametrize("spoil", [spoil_rounding, spoil_funding, spoil_check, spoil_index])
def test_a_wei_of_difference_is_found_and_shrunk(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pytest.MonkeyPatch], None]
) -> None:
    spoil(monkeypatch)
    report = play(CALLS, seed=5)
    [found] = report.failures
    assert found.kind == "Mismatch"
    assert len(parse(found.story).steps) <= 8
    assert found.moves


def test_an_invariant_that_breaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five lines make an invariant: this one is false on purpose."""
    monkeypatch.setattr(registry, "INVARIANTS", list(registry.INVARIANTS))

    @registry.invariant(99, "nobody has a position")
    def nobody(view: Any) -> Any:
        for account, holder in view.accounts.items():
            if holder.markets:
                yield f"{account:#x}"

    [found] = play(CALLS, seed=5).failures
    assert (found.kind, found.message.split(":")[0]) == ("Violation", "invariant 99 (nobody has a position)")


def test_the_same_seed_does_the_same() -> None:
    first, second = play(1_000, seed=3), play(1_000, seed=3)
    assert first.counts == second.counts
    assert first.calls == second.calls
    assert first.corpus == second.corpus


def test_an_unknown_word_is_found() -> None:
    stages = Stages()
    game = stages.game("local")
    assert game.mirror._strange() == set()
    account = game.cast.traders[0]
    game.call("vault", "deposit", game.key(account), account, 10**9)
    at = game.mirror.slots.index["account", account]
    address, slot = game.mirror.places[at]
    game.mirror.known.discard((address.lower(), slot))
    with pytest.raises(Mismatch, match="nobody knows"):
        game.mirror.whole()


def test_stories_are_lines(tmp_path: Path) -> None:
    story = Author(1).story()
    assert parse(str(story)) == story
    page = tmp_path / "stories.txt"
    page.write_text(f"# two of them\n{story}\n\nlocal opening:1 deposit:2  # short\n")
    assert load(page) == [story, parse("local opening:1 deposit:2")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "begins with its world"),
        ("nowhere opening:1", "begins with its world"),
        ("local no_such_action:1", "no action 'no_such_action'"),
        ("local opening:x", "'opening:x' is no step"),
        ("local opening", "'opening' is no step"),
    ],
)
def test_a_wrong_line_is_refused_in_a_sentence(line: str, said: str) -> None:
    with pytest.raises(StoryError, match=said):
        parse(line)


def test_a_file_without_stories_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "empty.txt"
    page.write_text("# nothing\n")
    with pytest.raises(StoryError, match="holds no story"):
        load(page)
    test = tmp_path / "test_x.py"
    test.write_text("import os\n")
    with pytest.raises(StoryError, match="has no STORY"):
        load(test)


def test_a_finding_becomes_a_test_that_fails_and_can_be_replayed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil_rounding(monkeypatch)
    options = command.Options(calls=CALLS, covered=False, corpus=None, reports=tmp_path, json=tmp_path / "x.json")
    assert command.fuzz(options, Console()) == 1
    [path] = tmp_path.glob("test_*.py")
    assert "TRADER_" in path.read_text()
    said = json.loads((tmp_path / "x.json").read_text())
    assert said["failures"][0]["kind"] == "Mismatch"
    assert said["calls_per_second"] > 0
    assert "Mismatch" in (tmp_path / "index.html").read_text()
    spec = importlib.util.spec_from_file_location("found", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    [test] = [value for name, value in vars(module).items() if name.startswith("test_")]
    with pytest.raises(Mismatch):
        test()
    assert command.play_again(path, Console(), Stages()) == 1
    monkeypatch.undo()
    test()
    assert command.play_again(path, Console(), Stages()) == 0
    assert "passes" in capsys.readouterr().out


def test_the_moves_alone_repeat_a_story() -> None:
    stages, author = Stages(), Author(9)
    for _ in range(6):
        story = author.story()
        assert stages.play(story) is None
        before, moves = stages.games[story.world].mirror.fresh(), stages.trail(story.world)
        assert stages.repeat(story.world, moves) is None
        assert stages.games[story.world].mirror.fresh() == before


def test_two_processes_do_as_each_would_alone(tmp_path: Path) -> None:
    both = play(2_000, 4, workers=2)
    assert both.calls >= 2_000
    alone = [Runner(Plan(calls=1_000, seed=4000 + number), Stages()) for number in (0, 1)]
    parts: list[Report] = []
    for runner in alone:
        runner.tell = parts.append
        runner.run()
    total = Report()
    for part in parts:
        total.add(part)
    assert (total.calls, total.counts) == (both.calls, both.counts)


def test_what_breaks_in_a_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, story: Any) -> None:
        raise ZeroDivisionError("a fault of the fuzzer")

    monkeypatch.setattr(Stages, "play", broken)
    with pytest.raises(CampaignBroke, match="a fault of the fuzzer"):
        play(100, 1, workers=2)


def test_the_corpus_is_replayed_first(tmp_path: Path) -> None:
    first = play(1_500, 6, folder=tmp_path)
    assert len(list(tmp_path.glob("*.txt"))) == len(first.corpus) > 3
    found = [str(story) for story in stored(tmp_path)]
    assert sorted(found) == sorted(first.corpus)
    again = play(1, 7, folder=tmp_path)
    assert again.corpus == found[:1]


def test_a_changed_story_is_of_the_same_world_and_bounded() -> None:
    corpus = [Author(seed).story() for seed in range(8)]
    author = Author(1, corpus)
    for story in corpus * 20:
        changed = author.changed(story)
        assert changed.world == story.world
        assert 1 <= len(changed.steps) <= 400
        assert parse(str(changed)) == changed


def test_names_stand_for_addresses() -> None:
    stage = Stages().game("local").stage
    trader = stage.cast.traders[0]
    assert case.named(f"call('vault', {trader:#x})", case.names_of(stage)) == "call('vault', TRADER_0)"


def test_what_does_not_fail_shrinks_to_itself() -> None:
    stages = Stages()
    story = parse("local opening:1 deposit:2 trade:3")
    assert stages.play(story) is None
    assert shrink(story, Failure("Mismatch", "nothing like it", 3), stages) == story


def test_the_engine_alone_keeps_the_invariants() -> None:
    calls, seconds = bench.measure(2_000, 1, modelled=False, check=True)
    assert calls >= 2_000
    assert seconds > 0


def test_every_action_can_be_drawn() -> None:
    author = Author(7)
    names = {step.name for _ in range(40) for step in author.story().steps}
    assert names == set(ACTIONS)
