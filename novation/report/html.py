"""Puts the page together: figures, plots and tables of a `History`, in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

from novation.report import plots
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
    style = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    parts = [
        _header(history),
        _cards(history),
        *(_plot(title, text, draw(history)) for title, text, draw in FIGURES),
        _summary(history),
        _liquidations(history),
        _invariants(history),
        _parameters(history),
        "<footer>Novation. Paper money on a local chain; the contracts are unaudited.</footer>",
    ]
    title = escape(f"Novation, {show_time(history.begin)}, {history.hours} h")
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>"
    )
    body = "\n".join(parts)
    page = f"<head>\n{head}\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>"
    return f'<!doctype html>\n<html lang="en">\n{page}\n</html>\n'


def write(history: History, path: Path) -> Path:
    """Writes the report and returns its absolute path. @raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(history), encoding="utf-8")
    return path.resolve()


def _header(history: History) -> str:
    markets = " and ".join(history.names.values())
    lines = [
        f"{markets} perpetuals, {hours(history.hours)} from {show_time(history.begin)} UTC. Prices: {history.source}.",
        f"{count(history.transactions)} transactions on {history.network} in {history.seconds:.0f} s. "
        + history.components,
        *history.notes,
    ]
    text = "".join(f'<p class="soft">{escape(line)}</p>' for line in lines)
    return f"<header><h1>A clearing house through {hours(history.hours)}</h1>{text}</header>"


def _cards(history: History) -> str:
    numbered = [check for check in history.checks if check.number]
    broken = [check for check in numbered if not check.holds]
    totals = history.totals
    deficit = totals.bad_debt
    cards = [
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
    boxes = "".join(
        f'<div class="card {kind}"><b>{escape(value)}</b><span>{escape(name)}</span></div>'
        for kind, value, name in cards
    )
    return f'<div class="cards">{boxes}</div>'


def _plot(title: str, text: str, svg: str) -> str:
    return f'<h2>{escape(title)}</h2><p class="soft">{escape(text)}</p><figure>{svg}</figure>'


def _summary(history: History) -> str:
    lines = facts(history)
    half = (len(lines) + 1) // 2
    tables = "".join(f"<div>{_table(['', ''], part, numbers={1})}</div>" for part in (lines[:half], lines[half:]))
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
    return "<h2>Liquidations</h2>" + f'<div class="scroll">{_table(names, rows, numbers={4, 5, 7, 8})}</div>'


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
        f"<div><p><b>{escape(section)}</b></p>{_table(['', ''], values.items(), numbers={1})}</div>"
        for section, values in history.parameters.items()
    )
    return f'<h2>Parameters</h2><div class="columns">{tables}</div>'


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], numbers: set[int]) -> str:
    """A table of text; `numbers` are the columns that are set to the right."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if column in numbers else ''}>{escape(value)}</{tag}>"
            for column, value in enumerate(values)
        )

    head = f"<thead><tr>{cells('th', names)}</tr></thead>" if any(names) else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"
