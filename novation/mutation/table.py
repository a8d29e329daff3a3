"""The tables: how many mutants of each file were noticed, and what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from novation.mutation import results
from novation.mutation.mutant import CRITICAL, Mutant, text_of
from novation.mutation.reasons import Reasons, load, reason_of
from novation.mutation.results import Result
from novation.report import marks
from novation.report.columns import aligned

MARK = "mutants"
HEAD = (
    "file", "mutants", "same code", "explained", "killed by campaign", "killed by tests", "ended by the clock",
    "survived", "score",
)  # fmt: skip
UNNOTICED = (results.SURVIVED, results.TIMEOUT)


@dataclass
class Row:
    """The mutants of a file that compile and are no copies, by what became of them."""

    file: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def score(self) -> float:
        """The part that is killed of those that are not equivalent, in percent; the clock kills nothing."""
        of = self.killed + self.unsolved
        return 100 * self.killed / of if of else 100.0

    @property
    def unsolved(self) -> int:
        """How many were played and neither killed nor explained."""
        return self.counts["open"] + self.counts[results.TIMEOUT]

    @property
    def killed(self) -> int:
        """How many."""
        return sum(self.counts[outcome] for outcome in results.KILLED)

    def cells(self) -> list[str]:
        """As `HEAD` says."""
        c = self.counts
        numbers = [
            self.killed + self.unsolved + c["explained"] + c[results.EQUIVALENT], c[results.EQUIVALENT],
            c["explained"], c[results.CAMPAIGN], c[results.TESTS], c[results.TIMEOUT], c["open"],
        ]  # fmt: skip
        score = f"{self.score:.1f}%" if self.killed + self.unsolved else "-"
        return [self.file, *(f"{number:,}" for number in numbers), score]


def rows(mutants: Sequence[Mutant], known: Mapping[str, Result], reasons: Reasons) -> list[Row]:
    """A row a file, then those of the critical ones and of all together."""
    found: dict[str, Row] = {}
    texts = {file: text_of(file) for file in {mutant.file for mutant in mutants}}
    for mutant in mutants:
        row = found.setdefault(mutant.file, Row(mutant.file))
        result = known.get(mutant.name)
        if result is None:
            row.counts["not played"] += 1
        elif result.outcome in UNNOTICED and reason_of(mutant, texts[mutant.file], reasons):
            row.counts["explained"] += 1
        else:
            row.counts["open" if result.outcome == results.SURVIVED else result.outcome] += 1
    critical, total = Row("margin, settlement, ledger, liquidation"), Row("all")
    for row in found.values():
        total.counts += row.counts
        if row.file in CRITICAL:
            critical.counts += row.counts
    return [*found.values(), critical, total]


def table(mutants: Sequence[Mutant], known: Mapping[str, Result], reasons: Reasons) -> str:
    """The first table in Markdown."""
    cells = [list(HEAD), ["---", *["---:"] * (len(HEAD) - 1)], *(row.cells() for row in rows(mutants, known, reasons))]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def survivors(mutants: Sequence[Mutant], known: Mapping[str, Result], reasons: Reasons) -> str:
    """Those that nobody noticed, the open ones first."""
    entries = []
    for mutant in mutants:
        result = known.get(mutant.name)
        if result is not None and result.outcome in UNNOTICED:
            text = text_of(mutant.file)
            reason = reason_of(mutant, text, reasons)
            before, after = (_code(part) for part in mutant.lines(text))
            place = f"{mutant.file.removeprefix('contracts/')}:{mutant.line}"
            why = reason or ("**OPEN**" if result.outcome == results.SURVIVED else "**CLOCK**")
            entries.append((reason is not None, f"| {place} | {before} | {after} | {why} |"))
    entries.sort(key=lambda entry: entry[0])
    return "\n".join(["| where | before | after | why |", "| --- | --- | --- | --- |", *(text for _, text in entries)])


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def show(mutants: Sequence[Mutant], known: Mapping[str, Result]) -> str:
    """The first table for a terminal, with what is left out of it."""
    reasons = load()
    found = rows(mutants, known, reasons)
    shown = aligned([HEAD, *(row.cells() for row in found)])
    return "\n".join([*shown, left_out(found[-1])])


def left_out(total: Row) -> str:
    """A sentence about the mutants that are in no column."""
    c = total.counts
    parts = [
        f"{c[results.REJECTED]:,} that the compiler refuses",
        f"{c[results.DUPLICATE]:,} whose code is that of another mutant",
    ]
    if c["not played"]:
        parts.append(f"{c['not played']:,} not played yet")
    return f"Not counted: {', '.join(parts)}."


def write(page: Path, mutants: Sequence[Mutant], known: Mapping[str, Result]) -> None:
    """Puts the sources' hash and both tables between the page's marks. @raises NoMarks, BadReasons, OSError."""
    reasons = load()
    last = rows(mutants, known, reasons)[-1]
    parts = [
        f"Mutants of the contracts with the source hash `{results.state()}`:",
        table(mutants, known, reasons),
        left_out(last),
        "### Survivors",
        survivors(mutants, known, reasons),
    ]
    marks.put(page, {MARK: "\n\n".join(parts)})
