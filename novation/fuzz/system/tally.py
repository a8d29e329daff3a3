"""Counts of what happened in a campaign, beyond calls and codes: fills by kind, liquidations, deficits, roll-overs."""

from __future__ import annotations

from collections import Counter

from novation.fuzz.system.fills import Deeds
from novation.fuzz.system.slots import Key
from novation.model.market import EMPTY
from novation.model.view import View

GENERATION = (1 << 24) - 1
ROLLED = 144


def kind(before: int, after: int) -> str:
    """What a fill made of a position."""
    if not before:
        return "opened"
    if not after:
        return "closed"
    if (before > 0) != (after > 0):
        return "flipped"
    return "increased" if abs(after) > abs(before) else "reduced"


def count(tally: Counter[str], part: str, deeds: Deeds, before: View) -> None:
    """Adds what a successful call did."""
    liquidation = part == "liquidation"
    sizes: dict[tuple[int, int], int] = {}
    for record in deeds.fills:
        at = (record.account, record.market)
        pool = next(pool for pool in before.pools if pool.address == record.pool)
        size = sizes.get(at, pool.positions.get(at, EMPTY).size)
        what = kind(size, record.fill.size)
        sizes[at] = record.fill.size
        tally[f"liquidation: {what}" if liquidation else f"fill: {what}"] += 1
        if liquidation and not record.fill.penalty:
            tally["liquidation: no penalty left"] += 1
        if not liquidation and record.fill.price != record.mark:
            tally["fill: at another price than the mark"] += 1
        if record.fill.price and not liquidation and before.cash(record.account) < 0:
            tally["fill: of a debtor"] += 1
    if liquidation and len(deeds.fills) > deeds.liquidated:
        tally["liquidation: other markets closed with it"] += len(deeds.fills) - deeds.liquidated
    for deficit, insurance in zip(deeds.deficits, deeds.insurance, strict=True):
        if deficit:
            tally["bankruptcy"] += 1
            tally["bankruptcy: insurance empty after" if not insurance else "bankruptcy: insurance was enough"] += 1
    for code in filter(None, deeds.codes):
        tally[f"order consumed: {code}"] += 1


def count_words(tally: Counter[str], name: str, changes: list[tuple[Key, int, int]]) -> None:
    """What changed words tell."""
    for key, old, new in changes:
        if key[0] == "queue" and name == "settle":
            if new >> ROLLED:
                tally["settlement: rolled over"] += 1
            if (old >> 120 & GENERATION) != (new >> 120 & GENERATION):
                ended = "in full" if not new >> ROLLED else "in part"
                tally[f"settlement: generation ended {ended}"] += 1
        elif key[0] == "supply" and name == "settle":
            tally["settlement: shares minted" if new > old else "settlement: shares burned"] += 1
        elif key[0] == "debts" and new > old:
            tally["debt grew"] += 1
        elif key[0] == "account" and not old >> 48 & (1 << 40) - 1 and new >> 48 & (1 << 40) - 1:
            tally["flag set"] += 1
        elif key[0] == "account" and old >> 48 & (1 << 40) - 1 and not new >> 48 & (1 << 40) - 1:
            tally["flag cleared"] += 1
