"""What becomes of a mutant, and that a run goes on where the last one ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story
from novation.mutation import killers, results, runner
from novation.mutation.mutant import Mutant, text_of
from novation.mutation.operators import mutants_of
from novation.mutation.results import Result
from novation.mutation.runner import Broken, Runner
from novation.mutation.targets import Targets

NAME, FILE = "LiquidationModule", "contracts/LiquidationModule.vy"
LENGTHS = "assert len(accounts) == len(markets)"


@pytest.fixture(scope="module")
def targets() -> Targets:
    return Targets((NAME,))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are written."""
    path = tmp_path / "results.jsonl"
    add = results.append
    monkeypatch.setattr(results, "append", lambda found: add(found, path))
    return path


def corpus() -> list[Story]:
    """A story with a liquidation in part, which pays a penalty."""
    author, stages = Author(1), Stages()
    while True:
        story = author.story()
        assert stages.play(story) is None
        if stages.games[story.world].mirror.tally["liquidation: reduced"]:
            return [story]


def mutants(*texts: str) -> list[Mutant]:
    """Of the lines that begin with these."""
    lines = [line.strip() for line in text_of(FILE).splitlines()]
    wanted = {number for number, line in enumerate(lines, 1) for text in texts if line.startswith(text)}
    assert len(wanted) == len(texts)
    return [each for each in mutants_of(FILE, text_of(FILE)) if each.line in wanted]


def play(targets: Targets, wanted: list[Mutant], stories: list[Story], known: dict[str, Result]) -> dict[str, Result]:
    """All of them, two at a time."""
    Runner(targets, stories, known).run(wanted, 2, lambda mutant, result: None)
    return {mutant.after: known[mutant.name] for mutant in wanted}


@pytest.fixture
def few_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is played takes a second."""
    monkeypatch.setattr(runner, "new_stories", lambda replaced, seed: None)
    monkeypatch.setattr(runner, "tests_of", lambda contract, harness: [("tests/unit/liquidation/test_module.py",)])


@pytest.mark.usefixtures("few_tests", "place")
def test_what_noticed_it_before_is_asked_first(targets: Targets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under other sources; where it is gone, or has nothing to say any more, all are asked."""
    story, file = corpus(), "tests/unit/liquidation/test_module.py"
    asked: list[object] = []
    [wanted] = [each for each in mutants(LENGTHS) if each.after == "pass"]
    monkeypatch.setattr(runner, "replay", lambda replaced, stories: asked.append([number for number, _ in stories]))
    monkeypatch.setattr(runner, "tests", lambda paths: asked.append(paths))
    monkeypatch.setattr(runner, "FIRST", 1)
    every = [[1], (file,), []]
    for hint, first in (
        ("", []),
        ("story 1: Mismatch", [[1]]),
        ("story 2: Mismatch", [[]]),
        (f"{file}::test_length", [(file,)]),
        ("tests/unit/orders/test_commit.py::test_of_others", []),
        ("tests/unit/liquidation/test_that_is_gone.py::test_x", []),
    ):
        asked.clear()
        Runner(targets, story, {}, hints={wanted.name: hint})._notice(wanted, NAME, {})
        assert sorted(map(str, asked)) == sorted(map(str, [*first, *every]))


@pytest.mark.usefixtures("few_tests")
def test_outcomes(targets: Targets, place: Path) -> None:
    wanted = mutants(LENGTHS, "return done")
    known: dict[str, Result] = {}
    found = play(targets, wanted, [], known)
    assert found["pass"].outcome == found["!="].outcome == results.TESTS
    assert found["!="].how.startswith("tests/unit/liquidation/test_module.py::test_")
    assert found["-(done)"].outcome == results.REJECTED
    assert results.load(place) == known


@pytest.mark.usefixtures("few_tests")
def test_copies(targets: Targets, place: Path) -> None:
    one = next(each for each in mutants(LENGTHS) if each.after == "pass")
    same = replace(one, start=one.start - 4, before="    " + one.before, after="    pass")
    none = replace(one, start=one.start - 4, before="    " + one.before, after="  " * 2 + one.before + " ")
    known: dict[str, Result] = {}
    for each in (one, same, none):
        play(targets, [each], [], known)
    assert known[one.name].outcome == results.TESTS
    assert (known[same.name].outcome, known[same.name].how) == (results.DUPLICATE, one.name)
    assert known[none.name].outcome == results.EQUIVALENT


def test_noticed_by_a_story(targets: Targets, place: Path) -> None:
    one = next(each for each in mutants("account, market, msg.sender") if each.before == "SHARE_FLOOR, SHARE_CEILING")
    found = play(targets, [one], corpus(), {})[one.after]
    assert found.outcome == results.CAMPAIGN
    assert found.how.startswith("story 1: ")


def told(story: Story) -> type[Author]:
    """An author with one story, in new words or old."""

    class Teller(Author):
        def story(self) -> Story:
            return story

    return Teller


@pytest.fixture
def only_new_stories(monkeypatch: pytest.MonkeyPatch) -> Story:
    """Neither the corpus nor the tests notice anything; the fresh story has a liquidation."""
    [story] = corpus()
    monkeypatch.setattr(runner, "replay", lambda replaced, stories: None)
    monkeypatch.setattr(runner, "tests", lambda paths: None)
    monkeypatch.setattr(killers, "Author", told(story))
    return story


@pytest.mark.usefixtures("only_new_stories")
def test_noticed_by_a_new_story(targets: Targets, place: Path) -> None:
    """The true contracts are the true ones, whatever the tests before were run on."""
    one = next(each for each in mutants("account, market, msg.sender") if each.before == "SHARE_FLOOR, SHARE_CEILING")
    found = play(targets, [one], [], {})[one.after]
    assert found.outcome == results.CAMPAIGN
    assert found.how.startswith("new story: ")


def test_a_story_that_fails_on_the_true_contracts_is_told(
    targets: Targets, place: Path, monkeypatch: pytest.MonkeyPatch, only_new_stories: Story
) -> None:
    monkeypatch.setattr(killers, "_play", lambda stages, story: "Mismatch: cash")
    known: dict[str, Result] = {}
    made, seen = Runner(targets, [], known), list[str]()
    made.run(mutants(LENGTHS)[:1], 1, lambda mutant, result: seen.append(result.outcome))
    assert made.disputed == [f"Mismatch: cash\n  {only_new_stories}"]
    assert seen == [results.DISPUTED]
    assert known == {}
    assert not place.exists()


def test_a_fault_of_ours_is_no_kill(targets: Targets, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(replaced: object, corpus: object) -> None:
        raise RuntimeError("the runner is broken")

    monkeypatch.setattr(runner, "replay", fail)
    with pytest.raises(Broken, match="the runner is broken"):
        play(targets, mutants(LENGTHS)[:1], [], {})
    assert not place.exists()
