"""What a comparison showed, for a terminal and for docs/audit/engines.md."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from novation.chain.compiler import short_hash
from novation.chain.components import COMPONENTS
from novation.fuzz.engines.compare import Comparison, Line
from novation.report import marks

VERSIONS = {
    "revm": f"pyrevm {version('pyrevm')}",
    "pyevm": f"py-evm {version('py-evm')}",
    "anvil": f"anvil {COMPONENTS['anvil'].version}",
}
HEADINGS = ("engine", "transactions", "seconds", "a second", "cut", "differences", "digest of everything")
ROW = "{:14} {:>12} {:>8} {:>8} {:>4} {:>11}  {}"


def _cells(line: Line) -> tuple[str, ...]:
    speed = f"{line.transactions:,}", f"{line.seconds:.1f}", f"{line.rate:,.0f}"
    return (VERSIONS[line.name], *speed, str(line.cut), str(len(line.differences)), line.digest.hex()[:32])


def headline(comparison: Comparison) -> str:
    """How much there was."""
    sent = comparison.lines["revm"].transactions
    return (
        f"{comparison.stories:,} sequences to their end and {comparison.cut:,} cut ones, {sent:,} transactions, "
        f"{comparison.reverted:,} of them reverted, "
        f"on contracts with the source hash {short_hash()}"
    )


def contents(comparison: Comparison) -> Counter[str]:
    """What happened in the sequences."""
    tally: Counter[str] = Counter()
    for game in comparison.recordings.games.values():
        tally.update(game.mirror.tally)
    return tally


def show(comparison: Comparison) -> str:
    """For a terminal; the first difference of each engine is told."""
    lines = [headline(comparison), "", ROW.format(*HEADINGS)]
    lines += [ROW.format(*_cells(line)) for line in comparison.lines.values()]
    lines += ["", "in them: " + ", ".join(f"{what} {times:,}" for what, times in sorted(contents(comparison).items()))]
    for line in comparison.lines.values():
        lines += [f"\n{VERSIONS[line.name]} differs from revm:\n{found}" for found in line.differences[:1]]
    return "\n".join(lines)


def write(path: Path, comparison: Comparison, command: str) -> None:
    """Puts the figures between the marks of a page. @raises NoMarks where the page has none; OSError."""
    lines = [
        f"`{command}` on {platform.machine()}, one process: {headline(comparison)}.",
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---|" + "---:|" * 5 + "---|",
        *(f"| {' | '.join(_cells(line))} |" for line in comparison.lines.values()),
        "",
        "| In the sequences | times |",
        "|---|---:|",
        *(f"| {what} | {times:,} |" for what, times in sorted(contents(comparison).items())),
    ]
    marks.put(path, {"figures": "\n".join(lines)})
