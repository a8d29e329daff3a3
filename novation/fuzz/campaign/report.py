"""What a campaign did, as text and as the figures of docs/audit/campaign.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from novation.chain.compiler import source_hash
from novation.fuzz.system.compare import BARE
from novation.model.errors import CODES
from novation.report import marks

UNREACHED = {
    "CLOSED": "shares before their bootstrap; tests/unit/shares",
}
FOREIGN = {"erc20: transfer amount exceeds balance": "SHARES"}


class Finding(NamedTuple):
    """What broke: kind and message, the shortest story, the moves that are left of it as Python."""

    kind: str
    message: str
    story: str
    moves: tuple[str, ...]


class Sample(NamedTuple):
    """The sums at a moment: what the plots show. `reverts` are different pairs of an external and a code."""

    seconds: float
    calls: int
    outcomes: int
    corpus: int
    reverts: int


@dataclass
class Report:
    """What a campaign did: calls by external and code, what happened in them, actions, outcomes of branches that were
    reached, stories that were kept, findings."""

    calls: int = 0
    stories: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    tally: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    gas: dict[str, int] = field(default_factory=dict)  # the most of a call, by external
    outcomes: set[int] = field(default_factory=set)
    corpus: list[str] = field(default_factory=list)
    failures: list[Finding] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """What was done since, or by another process; but the time, which is the reader's."""
        self.calls += other.calls
        self.stories += other.stories
        self.counts.update(other.counts)
        self.tally.update(other.tally)
        self.actions.update(other.actions)
        self.outcomes |= other.outcomes
        self.most_gas(other.gas)
        self.corpus += other.corpus
        self.failures += other.failures

    @property
    def source_hash(self) -> str:
        """Of the contracts that were played on."""
        return source_hash()

    def sample(self, branches: Set[int]) -> Sample:
        """The sums now; `branches` are the outcomes that count."""
        reverts = sum(1 for _, code in self.counts if code)
        return Sample(self.seconds, self.calls, len(self.outcomes & branches), len(self.corpus), reverts)

    def most_gas(self, used: Mapping[str, int]) -> None:
        """Takes in what calls have used at most, by external."""
        for name, gas in used.items():
            if gas > self.gas.get(name, 0):
                self.gas[name] = gas

    def headline(self) -> str:
        """Calls, sequences, speed."""
        rate = self.calls / max(self.seconds, 1e-9)
        return f"{self.calls:,} calls in {self.stories:,} sequences, {self.seconds:.0f} s, {rate:,.0f} calls/s"

    def by_external(self) -> dict[str, dict[str, int]]:
        """Times by code ("" succeeded) by external."""
        found: dict[str, dict[str, int]] = {}
        for (name, code), times in sorted(self.counts.items()):
            codes = found.setdefault(name, {})
            code = FOREIGN.get(code, code)
            codes[code] = codes.get(code, 0) + times
        return found

    def codes(self) -> Counter[str]:
        """Times by revert code, those that consumed an order included."""
        found: Counter[str] = Counter()
        for codes in self.by_external().values():
            found.update(codes)
        for what, times in self.tally.items():
            if what.startswith("order consumed: "):
                found[what.removeprefix("order consumed: ")] += times
        return found


def show(report: Report) -> str:
    """The figures for a terminal."""
    lines = [report.headline()]
    for name, codes in report.by_external().items():
        lines.append(f"  {name:28} " + "  ".join(f"{code or 'ok'} {times}" for code, times in codes.items()))
    lines += [f"  {times:8} {what}" for what, times in sorted(report.tally.items())]
    return "\n".join(lines)


def rewrite(path: Path, report: Report, command: str) -> None:
    """Puts the figures between the marks of a page. @raises NoMarks where the page has none; OSError."""
    marks.put(path, {"figures": _figures(report, command)})


def _figures(report: Report, command: str) -> str:
    codes = report.codes()
    reached = [code for code in CODES if code and codes[code]]
    succeeded = codes[""]
    lines = [
        f"`{command}` on contracts with the source hash `{report.source_hash[:16]}`: **{report.headline()}, "
        f"{len(report.failures)} mismatches or violations**.",
        f"{succeeded:,} calls succeeded, {report.calls - succeeded:,} were refused, with the same code on both sides.",
        "",
        "| What happened | times |",
        "|---|---:|",
        *(f"| {what} | {times:,} |" for what, times in sorted(report.tally.items())),
        "",
        "| External | succeeded | refused with (times) |",
        "|---|---:|---|",
    ]
    for name, times in report.by_external().items():
        refused = ", ".join(f"{'no code' if code == BARE else code} {count:,}" for code, count in times.items() if code)
        lines.append(f"| `{name}` | {times.get('', 0):,} | {refused} |")
    lines += ["", f"Codes reached: {', '.join(f'{code} {codes[code]:,}' for code in reached)}.", ""]
    missing = [code for code in CODES if code and not codes[code]]
    if missing:
        lines += ["Not reached: " + "; ".join(f"{code} ({UNREACHED.get(code, 'rare')})" for code in missing) + ".", ""]
    lines.append("Actions: " + ", ".join(f"{name} {times:,}" for name, times in sorted(report.actions.items())) + ".")
    return "\n".join(lines)
