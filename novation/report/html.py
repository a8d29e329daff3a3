"""Puts the page together: figures, plots and tables of a `History`, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from novation.report import plots
from novation.report.parts import cards, document, header, plot, save, table
from novation.report.words import count, dollars, facts, hours, percent, size
from novation.sim.history import History
from novation.sim.prices import show_time

SIZE_LIMIT = 3 * 1024 * 1024

FIGURES: list[tuple[str, str, Callable[[History], str]]] = [
    ("Price and liquidations", "Each circle is a liquidation, its area what was closed.", plots.prices),
    ("Open interest and skew", "The pool is the other side of the skew.", plots.interest),
    (
        "Funding",
        "While longs outweigh shorts the rate climbs, else it falls; the side that pays pays the other and the pool.",
        plots.funding,
    ),
    (
        "The pool",
        "Net asset value moves with LPs' deposits and what traders win or lose; the share price with the latter alone.",
        plots.pool,
    ),
    (
        "Insurance",
        "It earns a part of fees and penalties and pays what a liquidation leaves below zero.",
        plots.insurance,
    ),
    (
        "Traders",
        "Cash and open profit or loss of each. What each kind of trader does is in novation/sim/traders.py.",
        plots.equity,
    ),
]


def render(history: History) -> str:
    """The HTML document."""
    parts = [
        _header(history),
        _cards(history),
        *(plot(title, text, draw(history)) for title, text, draw in FIGURES),
        _summary(history),
        _liquidations(history),
        _invariants(history),
        _parameters(history),
        "<footer>Novation. Paper money on a local chain; the contracts are unaudited.</footer>",
    ]
    return document(f"Novation, {show_time(history.begin)}, {history.hours} h", parts)


def write(history: History, path: Path) -> Path:
    """Writes the report and returns its absolute path. @raises OSError."""
    return save(path, render(history))


def _header(history: History) -> str:
    markets = " and ".join(history.names.values())
    lines = [
        f"{markets} perpetuals, {hours(history.hours)} from {show_time(history.begin)} UTC. Prices: {history.source}.",
        f"{count(history.transactions)} transactions on {history.network} in {history.seconds:.0f} s. "
        + history.components,
        *history.notes,
    ]
    return header(f"A clearing house through {hours(history.hours)}", lines)


def _cards(history: History) -> str:
    numbered = [check for check in history.checks if check.number]
    broken = [check for check in numbered if not check.holds]
    totals = history.totals
    deficit = totals.bad_debt
    items = [
        ("", dollars(totals.volume), "volume"),
        ("", dollars(totals.fees), "fees and penalties"),
        ("", count(len(history.liquidations)), "liquidations"),
        ("bad" if deficit else "good", dollars(deficit), "bad debt"),
        ("", dollars(totals.funding), "funding paid"),
        ("", dollars(history.samples[-1].insurance if history.samples else 0), "insurance at the end"),
        ("bad" if history.lp_return < 0 else "good", percent(history.lp_return), "LP return"),
        (
            "bad" if broken else "good",
            f"{len(numbered) - len(broken)} of {len(numbered)}",
            "invariants hold",
        ),
    ]
    return cards(items)


def _summary(history: History) -> str:
    lines = facts(history)
    half = (len(lines) + 1) // 2
    tables = "".join(f"<div>{table(['', ''], part, numbers={1})}</div>" for part in (lines[:half], lines[half:]))
    return f'<h2>Summary</h2><div class="columns">{tables}</div>'


def _liquidations(history: History) -> str:
    if not history.liquidations:
        return '<h2>Liquidations</h2><p class="soft">There were none.</p>'
    rows = [
        (
            show_time(hit.time),
            hit.trader,
            history.names[hit.market],
            "long" if hit.size > 0 else "short",
            size(abs(hit.size)),
            dollars(hit.price),
            "whole" if hit.whole else "partial",
            dollars(hit.reward),
            dollars(hit.deficit) if hit.deficit else "",
        )
        for hit in history.liquidations
    ]
    names = ["Time (UTC)", "Trader", "Market", "Side", "Size", "Price", "Closed", "Reward", "Bad debt"]
    return "<h2>Liquidations</h2>" + f'<div class="scroll">{table(names, rows, numbers={4, 5, 7, 8})}</div>'


def _invariants(history: History) -> str:
    rows = "".join(
        f'<tr><td class="number">{check.name}</td><td>{escape(check.statement)}</td>'
        + (
            f'<td class="holds">holds</td><td class="number">{count(check.times)}</td></tr>'
            if check.holds
            else f'<td class="broken">{escape(check.failure)}</td><td class="number">{count(check.times)}</td></tr>'
        )
        for check in history.checks
    )
    head = '<tr><th class="number">No.</th><th>Statement</th><th>Result</th><th class="number">Times checked</th></tr>'
    text = (
        "States are read from the chain while the market runs, steps from its events. The numbers are those of "
        "docs/spec.md: those are left out that this run gave no occasion for, and 23, which comes with deleveraging."
    )
    return f'<h2>Invariants</h2><p class="soft">{text}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _parameters(history: History) -> str:
    tables = "".join(
        f"<div><p><b>{escape(section)}</b></p>{table(['', ''], values.items(), numbers={1})}</div>"
        for section, values in history.parameters.items()
    )
    return f'<h2>Parameters</h2><div class="columns">{tables}</div>'
