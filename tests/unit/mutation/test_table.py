"""The score, the survivors, and the reasons why some cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from novation.mutation import results
from novation.mutation.mutant import CRITICAL, Mutant, text_of
from novation.mutation.operators import mutants_of
from novation.mutation.reasons import BadReasons, Reasons, load, reason_of
from novation.mutation.results import Result
from novation.mutation.table import rows, survivors, table, write
from novation.report.marks import NoMarks

FILE = "contracts/LiquidationModule.vy"
ENDS = ("**OPEN** |", "**CLOCK** |", "because |")
OUTCOMES = (
    results.CAMPAIGN,
    results.TESTS,
    results.SURVIVED,
    results.SURVIVED,
    results.EQUIVALENT,
    results.REJECTED,
    results.DUPLICATE,
    results.TIMEOUT,
)


def some() -> tuple[list[Mutant], dict[str, Result], Reasons]:
    """One of each outcome, one that was not played; a reason for the first survivor."""
    mutants = mutants_of(FILE, text_of(FILE))[: len(OUTCOMES) + 1]
    known = {
        each.name: Result(each.name, "LiquidationModule", outcome, "", "", 1.0)
        for each, outcome in zip(mutants, OUTCOMES, strict=False)
    }
    explained = mutants[2]
    return mutants, known, {(FILE, explained.function, *explained.lines(text_of(FILE))): "because"}


def test_rows() -> None:
    mutants, known, reasons = some()
    row, critical, total = rows(mutants, known, reasons)
    assert FILE in CRITICAL
    assert row.cells()[1:] == critical.cells()[1:] == total.cells()[1:]
    assert row.cells() == [FILE, "6", "1", "1", "1", "1", "1", "1", "50.0%"]
    assert row.counts["not played"] == 1
    assert table(mutants, known, reasons).splitlines()[2] == f"| {' | '.join(row.cells())} |"


def test_survivors() -> None:
    mutants, known, reasons = some()
    lines = survivors(mutants, known, reasons).splitlines()[2:]
    assert [line.endswith(end) for line, end in zip(lines, ENDS, strict=True)] == [True] * len(ENDS)
    assert lines[0].startswith(f"| LiquidationModule.vy:{mutants[3].line} | `")


def test_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novation.mutation.table.load", dict)
    mutants, known, _ = some()
    page = tmp_path / "page.md"
    page.write_text("head\n<!-- mutants -->old<!-- end of mutants -->\ntail\n")
    write(page, mutants, known)
    text = page.read_text()
    assert text.startswith("head\n")
    assert text.endswith("\ntail\n")
    assert "old" not in text
    assert "| 40.0% |" in text
    assert f"source hash `{results.state()}`" in text
    page.write_text("no marks")
    with pytest.raises(NoMarks):
        write(page, mutants, known)


def test_reasons_are_of_mutants_that_exist() -> None:
    """Each one is of a mutant of the sources as they are, and says something."""
    reasons = load()
    found = set()
    for file in {key[0] for key in reasons}:
        text = text_of(file)
        found |= {(file, each.function, *each.lines(text)) for each in mutants_of(file, text)}
    assert reasons.keys() <= found
    assert all(len(reason) > 20 for reason in reasons.values())


def test_reason_of() -> None:
    mutants, _, reasons = some()
    assert reason_of(mutants[2], text_of(FILE), reasons) == "because"
    assert reason_of(mutants[3], text_of(FILE), reasons) is None


@pytest.mark.parametrize("text", ["- file: x", "- 7", "- {file: a, function: b, before: c, after: d, why: e}"])
def test_bad_reasons(tmp_path: Path, text: str) -> None:
    path = tmp_path / "equivalent.yaml"
    path.write_text(text)
    with pytest.raises(BadReasons, match="entry 1 must have"):
        load(path)
