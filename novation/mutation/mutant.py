"""A mutant: one span of one source, replaced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from novation.chain.compiler import ROOT

MODULE = ""  # the function of what is outside of all


@dataclass(frozen=True)
class Mutant:
    """`start` and `end` are offsets in the file; `before` and `after` the text there; line and column count from 1."""

    file: str
    function: str
    line: int
    column: int
    start: int
    end: int
    before: str
    after: str
    operator: str

    @property
    def name(self) -> str:
        """What it is known by in results; the same as long as nothing above it in the file changes."""
        text = f"{self.file} {self.start} {self.end} {self.before} {self.after}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def source(self, text: str) -> str:
        """The whole source with the fault in it. @raises ValueError where the source is another."""
        if text[self.start : self.end] != self.before:
            raise ValueError(f"{self.file}:{self.line} has changed")
        return text[: self.start] + self.after + text[self.end :]

    def lines(self, text: str) -> tuple[str, str]:
        """The lines it is in, before and after, each on one line: what a reason is kept by."""
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        last = len(text) if last < 0 else last
        after = text[first : self.start] + self.after + text[self.end : last]
        return _flat(text[first:last]), _flat(after)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {_flat(self.before)} -> {_flat(self.after)} ({self.operator})"


def _flat(text: str) -> str:
    return " ".join(text.split())


def text_of(file: str) -> str:
    """A source by its path from the root."""
    return (ROOT / file).read_text()


def files() -> list[str]:
    """What is mutated: every deployed contract and every module, those that hold the money first."""
    folder = ROOT / "contracts"
    found = [path.relative_to(ROOT).as_posix() for path in sorted([*folder.glob("*.vy"), *folder.glob("modules/*.vy")])]
    return sorted(found, key=lambda file: (file not in CRITICAL, file))


CRITICAL = tuple(
    str(Path("contracts") / name)
    for name in (
        "modules/margin.vy",
        "modules/margin_rules.vy",
        "modules/settlement.vy",
        "modules/ledger.vy",
        "LiquidationModule.vy",
    )
)
"""Margin, liquidation, settlement, ledger: all of their mutants are to be killed."""
