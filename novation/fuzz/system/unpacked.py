"""Words of the contracts, unpacked once: each comes into the state now, and a call later into the one before."""

from __future__ import annotations

from functools import lru_cache

from novation.fixed import unpack
from novation.fuzz.system.slots import MARKET_WORDS, Key
from novation.fuzz.system.worlds import SECOND
from novation.model import words
from novation.model.feeds import Stored
from novation.model.ledger import Account, PoolEntry
from novation.model.market import Position
from novation.model.marks import Book
from novation.model.view import PoolView

CACHED = 1 << 13  # words of which each comes twice: into the state now, and a call later into the state before
LAYOUTS = {
    "interest": words.INTEREST,
    "funding": words.FUNDING,
    "mark": words.MARK,
    "book": words.BOOK,
    "config": words.CONFIG,
    "ramp": words.RAMP,
    "feed": words.FEED,
    "limits": words.LIMITS,
    "fallback": words.FALLBACK,
    "stored": words.STORED,
    "anchor": words.ANCHOR,
}


def pool_of(key: Key) -> int:
    """The index of the pool that a word is of, -1 for what is no pool's."""
    kind = key[0]
    if kind == "position":
        return int(key[2] // SECOND)
    if kind in _MARKETS:
        return int(key[1] // SECOND)
    return int(key[1]) if kind == "book" else -1


_MARKETS = frozenset(MARKET_WORDS)


@lru_cache(maxsize=CACHED)
def account_of(word: int) -> Account:
    flags, collaterals, markets, flagged_at, index, cash = unpack(word, words.ACCOUNT)
    return Account(cash, index, flagged_at, markets, collaterals, bool(flags & words.PENDING))


@lru_cache(maxsize=CACHED)
def position_of(word: int) -> Position:
    return Position(*unpack(word, words.POSITION))


@lru_cache(maxsize=CACHED)
def stored_of(word: int) -> Stored:
    return Stored(*unpack(word, words.STORED))


@lru_cache(maxsize=CACHED)
def fields_of(kind: str, word: int) -> tuple[int, ...]:
    return unpack(word, LAYOUTS[kind])


def with_book(pool: PoolView, entry: PoolEntry, book: Book) -> PoolView:
    return PoolView(pool.address, entry, pool.terms, book, pool.configs, pool.ramps, pool.markets, pool.positions)
