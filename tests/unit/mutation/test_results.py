"""Results are of the sources that they were made with; what the command ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Story
from novation.mutation import __main__ as command
from novation.mutation import corpus, results
from novation.mutation.corpus import Corpus, played
from novation.mutation.mutant import Mutant, text_of
from novation.mutation.operators import mutants_of
from novation.mutation.results import BadResults, Result

FILE = "contracts/LiquidationModule.vy"


def result(mutant: Mutant, outcome: str) -> Result:
    return Result(mutant.name, "LiquidationModule", outcome, "", "", 1.0, results.state())


def test_results_of_other_sources_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    old = Result("a", "Lens", results.TESTS, "", "", 1.0, "0123456789abcdef")
    now = replace(old, source=results.state())
    results.append([now, replace(now, outcome=results.CAMPAIGN), old, replace(old, name="b")], path)
    assert results.load(path) == {"a": replace(now, outcome=results.CAMPAIGN)}
    assert results.others(path) == 1


def test_how_it_was_noticed_counts_under_any_sources(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    old = Result("a", "Lens", results.TESTS, "tests/unit/lens", "", 1.0, "0123456789abcdef")
    results.append([old, replace(old, name="b"), replace(old, outcome=results.SURVIVED, how="quick")], path)
    assert results.hints(path) == {"a": "tests/unit/lens", "b": "tests/unit/lens"}


def test_a_line_without_a_hash_is_of_other_sources(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"name": "a", "contract": "", "outcome": "tests", "how": "", "code": "", "seconds": 1.0}\n')
    assert results.load(path) == {}
    assert results.others(path) == 1
    assert results.others(tmp_path / "none") == 0


@pytest.mark.parametrize("line", ["{", "7", "[1, 2]", '{"name": "a"}', '{"name": "a", "wrong": 1}'])
def test_a_line_that_is_no_result(tmp_path: Path, line: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(BadResults, match="line 1 is no result of a mutant"):
        results.load(path)


@pytest.mark.parametrize(
    ("outcome", "disputed", "code"),
    [
        (results.CAMPAIGN, [], 0),
        (results.TESTS, [], 0),
        (results.REJECTED, [], 0),
        (results.SURVIVED, [], 1),
        (results.TIMEOUT, [], 1),
        (results.TESTS, ["Mismatch: cash\n  local opening:1"], 1),
    ],
)
def test_what_the_command_ends_with(
    outcome: str, disputed: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One mutant has a result; those that were not played do not count."""
    known = {(one := mutants_of(FILE, text_of(FILE))[0]).name: result(one, outcome)}

    def play(wanted: Sequence[Mutant], known: dict[str, Result], workers: int, quick: bool) -> list[str]:
        assert one not in wanted
        return disputed

    monkeypatch.setattr(results, "load", lambda: known)
    monkeypatch.setattr(results, "others", lambda: 0)
    monkeypatch.setattr(command, "load_reasons", dict)
    monkeypatch.setattr(command, "_play", play)
    assert command.main(["--file", "LiquidationModule.vy"]) == code
    told = capsys.readouterr().err
    assert ("1 mutants are neither killed nor explained" in told) == (outcome in (results.SURVIVED, results.TIMEOUT))
    assert all(story in told for story in disputed)


def test_results_that_cannot_be_read_are_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text("{\n")
    monkeypatch.setattr(results.load, "__defaults__", (path,))
    with pytest.raises(SystemExit) as ended:
        command.main(["--no-run"])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


class Doubtful(Stages):
    """Says that the second story fails."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def play(self, story: Story, whole: bool = True) -> Failure | None:
        self.seen += 1
        return Failure("Mismatch", "cash", 1) if self.seen == 2 else None


def test_stories_that_fail_on_the_true_contracts_are_told() -> None:
    author = Author(1)
    stories = [author.story() for _ in range(3)]
    assert played(Doubtful(), stories) == Corpus([stories[0], stories[2]], [f"Mismatch: cash\n  {stories[1]}"])


def test_a_corpus_with_such_a_story_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Author(1).story()
    path = tmp_path / "corpus.txt"
    monkeypatch.setattr(corpus, "draw", lambda: Corpus([story], ["Mismatch"]))
    assert corpus.load(path).disputed == ["Mismatch"]
    assert not path.exists()
    monkeypatch.setattr(corpus, "draw", lambda: Corpus([story], []))
    assert corpus.load(path).stories == [story]
    assert path.read_text() == f"{story}\n"
