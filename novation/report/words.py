"""Figures as people read them, and the summary's lines, for the terminal and for the page."""

from __future__ import annotations

from novation.sim.history import WAD, History


def dollars(value: int) -> str:
    """WAD USD: cents below ten thousand, full dollars above."""
    cents = abs(value) // (WAD // 100)
    text = f"{cents // 100:,}" if cents >= 10_000 * 100 else f"{cents // 100:,}.{cents % 100:02d}"
    return f"-${text}" if value < 0 and cents else f"${text}"


def size(value: int) -> str:
    """WAD base units with three decimals."""
    milli = abs(value) // (WAD // 1000)
    return f"{'-' if value < 0 and milli else ''}{milli // 1000:,}.{milli % 1000:03d}"


def percent(value: int) -> str:
    """A WAD ratio with its sign, in hundredths of a per cent."""
    points = abs(value) * 10_000 // WAD
    sign = "-" if value < 0 else "+"
    return f"{sign if points else ''}{points // 100}.{points % 100:02d}%"


def count(value: int) -> str:
    """A number of things."""
    return f"{value:,}"


def hours(value: int) -> str:
    """`1 hour`, `24 hours`."""
    return f"{value} hour{'' if value == 1 else 's'}"


def by_code(counts: dict[str, int]) -> str:
    """`3 PRICE, 1 MARGIN`, the most frequent first."""
    return ", ".join(
        f"{number} {code}" for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def facts(history: History) -> list[tuple[str, str]]:
    """The summary, line by line."""
    totals = history.totals
    whole = sum(hit.whole for hit in history.liquidations)
    partial = len(history.liquidations) - whole
    last = history.samples[-1] if history.samples else None
    lines = [
        ("Transactions", count(history.transactions)),
        ("Orders committed, filled", f"{count(totals.orders)}, {count(totals.filled)}"),
        ("Volume", dollars(totals.volume)),
        ("Fees and penalties", dollars(totals.fees)),
        ("Funding paid", dollars(totals.funding)),
        ("Liquidations", f"{len(history.liquidations)} ({partial} partial, {whole} whole)"),
        ("Penalties, of which to liquidators", f"{dollars(totals.penalties)}, {dollars(totals.liquidator_rewards)}"),
        ("Bad debt, of which insurance paid", f"{dollars(totals.bad_debt)}, {dollars(totals.bad_debt_insurance)}"),
        ("Losses settled on open positions", dollars(totals.realised)),
        ("Keeper fees", dollars(totals.keeper_fees)),
        ("Insurance", dollars(last.insurance if last else 0)),
        ("NAV, share price", f"{dollars(last.nav)}, ${last.share_price / WAD:.6f}" if last else ""),
        ("LP return", percent(history.lp_return)),
        ("Withdrawn at the end, all paused", f"{count(totals.left)} accounts, {dollars(totals.paid_out)}"),
    ]
    if totals.triggered:
        lines.insert(2, ("Stops fired", count(totals.triggered)))
    if totals.failed:
        lines.insert(2, ("Orders consumed unfilled", by_code(totals.failed)))
    if totals.refused:
        lines.insert(2, ("Commits refused", by_code(totals.refused)))
    return lines
