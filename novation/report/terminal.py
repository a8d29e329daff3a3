"""What a run looks like while it happens: a progress bar over a live table; and its summary at the end."""

from __future__ import annotations

from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from novation.report.words import count, dollars, facts, hours, percent, size
from novation.sim.history import WAD, History, Liquidation, Sample
from novation.sim.prices import show_time

HOUR = 3_600
NEWS = 4  # liquidations shown
RATE_UNIT = 10**36


class Screen:
    """The live display of one run."""

    def __init__(self, console: Console, history: History, rounds: int, limit: int) -> None:
        self._history, self._limit = history, limit
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=None, complete_style="cyan", finished_style="cyan"),
            MofNCompleteColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            expand=True,
        )
        self._task = self._progress.add_task("rounds", total=rounds)
        self._first: Sample | None = None
        self.view: Group | Progress = self._progress

    def show(self, number: int, sample: Sample, transactions: int, liquidations: list[Liquidation]) -> Group:
        """The display after a round."""
        first = self._first = self._first or sample
        self._progress.update(self._task, completed=number + 1)
        table = Table(expand=True, border_style="dim", header_style="dim", title_justify="left")
        for name in ("", "price", "since start", "long", "short", "skew", "funding, bps/h"):
            table.add_column(name, justify="left" if not name else "right")
        for market, name in self._history.names.items():
            state, start = sample.markets[market], first.markets[market]
            moved = (state.price - start.price) * WAD // start.price
            table.add_row(
                f"[bold]{name}",
                dollars(state.price),
                Text(percent(moved), style="red" if moved < 0 else "green"),
                size(state.long),
                size(state.short),
                size(state.long - state.short),
                f"{state.rate * HOUR * 10_000 / RATE_UNIT:+.3f}",
            )
        line = Text.assemble(
            (f"{show_time(sample.time)}   ", "bold"),
            f"NAV {dollars(sample.nav)}   share ${sample.share_price / WAD:.5f}   ",
            f"insurance {dollars(sample.insurance)}   ",
            f"liquidations {len(liquidations)}   ",
            (f"transactions {count(transactions)} of {count(self._limit)}", "dim"),
        )
        news = [
            Text(
                f"  {show_time(hit.time)}  {hit.trader} {'long' if hit.size > 0 else 'short'} {size(abs(hit.size))} "
                f"{self._history.names[hit.market]} at {dollars(hit.price)}, {'whole' if hit.whole else 'partial'}"
                + (f", bad debt {dollars(hit.deficit)}" if hit.deficit else ""),
                style="yellow",
            )
            for hit in liquidations[-NEWS:]
        ]
        self.view = Group(line, table, *news, self._progress)
        return self.view


class Display:
    """A line that says what is being set up, then the screen; on something that is no terminal only its last state."""

    def __init__(self, console: Console, history: History, rounds: int, limit: int) -> None:
        self._console = console
        self._screen = Screen(console, history, rounds, limit)
        self._status = console.status("starting")
        self._live = Live(self._screen.view, console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._status.stop()
        if self._live.is_started:
            self._live.stop()
            if not self._console.is_terminal:
                self._console.print()  # Live leaves the last line open

    def tell(self, what: str) -> None:
        """What is being set up now."""
        self._status.update(what)

    def show(self, number: int, sample: Sample, transactions: int, liquidations: list[Liquidation]) -> None:
        """A round is over."""
        if not self._live.is_started:
            self._status.stop()
            self._live.start()
        self._live.update(self._screen.show(number, sample, transactions, liquidations))


def summary(console: Console, history: History) -> None:
    """The figures, and every invariant by its number."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value in facts(history):
        table.add_row(name, value)
    console.print(Panel(table, title=hours(history.hours), title_align="left", border_style="dim", expand=False))
    checks = Table(show_header=False, box=None, pad_edge=False)
    checks.add_column(justify="right", style="bold")
    checks.add_column()
    checks.add_column(justify="right")
    for check in history.checks:
        result = (
            Text(f"holds, {count(check.times)} x", style="green")
            if check.holds
            else Text(check.failure, style="bold red")
        )
        checks.add_row(check.name, check.statement, result)
    console.print(
        Panel(
            checks,
            title="Invariants, numbered as in docs/spec.md",
            title_align="left",
            border_style="dim",
            expand=False,
        )
    )
    for note in history.notes:
        console.print(f"[yellow]{note}")
