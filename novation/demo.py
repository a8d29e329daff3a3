"""The demo from the command line to the report."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from novation.console import FAILED, Refused, chain_of
from novation.deployment.parameters import load
from novation.report import html, terminal
from novation.report.words import hours
from novation.sim.prices import PricesError
from novation.sim.run import begin, limit_of, run
from novation.sim.scenario import Scenario, drawn, from_files, with_components, with_scenario

PLAIN_WIDTH = 112  # characters, where there is no terminal to ask


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    prices: str | None
    prices_btc: str | None
    start: str | None
    hours: int | None
    seed: int
    network: str
    params: str
    oracle: str
    report: str


def demo(options: Options) -> None:
    """Runs and reports; the report's path is the last line. Ends the process with 1 if an invariant was broken.

    @raises PricesError, ParameterError, ChainError, Refused and what deploying raises.
    """
    started = time.monotonic()
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    report = _reserved(Path(options.report))
    settings = load(options.params)
    scenario = _scenario(options)
    parameters, components, notes = with_components(with_scenario(settings, scenario), options.oracle)
    history = begin(options.network, scenario, parameters, components, notes)
    console.print(f"[bold]Novation[/]: {' and '.join(history.names.values())}, {hours(scenario.hours)}. {components}")
    for note in notes:
        console.print(f"[yellow]{note}")
    with chain_of(options.network) as chain:
        if not chain.provider.network.is_dev:
            raise Refused(f"The demo moves time and makes money: {options.network} is no local network")
        with terminal.Display(console, history, scenario.rounds, limit_of(parameters, scenario)) as display:
            run(chain, parameters, scenario, history, options.seed, display.tell, display.show)
    history.seconds = time.monotonic() - started
    path = html.write(history, report)
    terminal.summary(console, history)
    print(path)
    if any(not check.holds for check in history.checks):
        raise SystemExit(FAILED)


def _reserved(report: Path) -> Path:
    """The path, if it can be written: nobody wants to learn that after the run. @raises Refused."""
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        is_new = not report.exists()
        report.open("a").close()
        if is_new:
            report.unlink()
        return report
    except OSError as error:
        raise Refused(f"{report} cannot be written: {error.strerror}") from error


def _scenario(options: Options) -> Scenario:
    """@raises PricesError."""
    markets = load(options.params).markets
    if options.prices is None:
        if options.prices_btc or options.start:
            raise PricesError("--from and --prices-btc need --prices.")
        return drawn(markets, options.seed, options.hours)
    files = {markets[0].name: Path(options.prices)}
    if options.prices_btc:
        files["BTC"] = Path(options.prices_btc)
    return from_files(markets, files, options.start, options.hours)
