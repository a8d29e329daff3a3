"""What was played with probes is played again on the shipped bytecode: findings, or else the stories that were kept."""

from __future__ import annotations

import time

from rich.console import Console

from novation.fuzz.campaign.report import Finding, Report
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import parse


def confirm(report: Report, shipped: Stages, console: Console) -> None:
    """What is so with probes only, or without them only, says so in the report's failures."""
    for number, found in enumerate(report.failures):
        if shipped.play(parse(found.story)) is None:
            report.failures[number] = found._replace(message=f"with probes only: {found.message}")
    if report.failures:
        return
    start = time.monotonic()
    for line in report.corpus:
        failure = shipped.play(parse(line))
        if failure is not None:
            report.failures.append(Finding(failure.kind, f"without probes only: {failure.message}", line, ()))
            return
    took = time.monotonic() - start
    said = f"{len(report.corpus)} stories of the corpus replayed on the shipped bytecode in {took:.0f} s: the same."
    console.print(said, highlight=False, soft_wrap=True)
