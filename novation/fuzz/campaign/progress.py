"""What a campaign looks like while it runs: one line, redrawn on a terminal and repeated now and then in a log."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Set
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from novation.fuzz.campaign.report import Report, Sample

LOG_EVERY = 10.0  # seconds between lines where there is no terminal
WINDOW = 20  # samples that the speed is taken from


class Progress:
    """Give it the sums as they come; keeps the samples that the report plots."""

    def __init__(self, console: Console, branches: Set[int], goal: str) -> None:
        self.console = console
        self.branches = branches  # outcomes of the branches that the source has; empty where they are not watched
        self.goal = goal
        self.samples: list[Sample] = []
        self._recent: deque[tuple[float, int]] = deque([(0.0, 0)], maxlen=WINDOW)
        self._said = time.monotonic()
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, report: Report) -> None:
        """Shows the sums."""
        self._recent.append((report.seconds, report.calls))
        sample = report.sample(self.branches)
        if not self.samples or sample.seconds - self.samples[-1].seconds >= 0.5:
            self.samples.append(sample)
        line = self._line(report, sample)
        if self._live is not None:
            self._live.update(Text(line))
        elif time.monotonic() - self._said >= LOG_EVERY:
            self._said = time.monotonic()
            self.console.print(line, highlight=False, soft_wrap=True)

    def _line(self, report: Report, sample: Sample) -> str:
        (then, before), (now, calls) = self._recent[0], self._recent[-1]
        speed = (calls - before) / max(now - then, 1e-9)
        covered = f"  coverage {sample.outcomes / len(self.branches):.1%}" if self.branches else ""
        return (
            f"{report.seconds:6.0f} s of {self.goal}  {report.calls:,} calls  {speed:,.0f}/s{covered}"
            f"  corpus {sample.corpus}  reverts {sample.reverts}"
            + (f"  FAILURES {len(report.failures)}" if report.failures else "")
        )
