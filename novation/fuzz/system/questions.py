"""What views must answer, by the words that the chain stores, the prices that the adapter tells and the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from novation.fixed import BPS, PPM, unpack
from novation.fuzz.system.compare import Mismatch
from novation.fuzz.system.facts import MASK_32, MASK_40
from novation.fuzz.system.slots import ORDER_SLOTS, Key
from novation.fuzz.system.watching import Watching
from novation.fuzz.system.worlds import SECOND
from novation.model import words
from novation.model.feeds import NORMAL
from novation.model.ledger import NEW
from novation.model.market import EMPTY, OWED_UNIT, in_force
from novation.model.view import PoolView, nav, standing

Question = Callable[..., Any]
QUESTIONS: dict[str, Question] = {}
MASK_112 = (1 << 112) - 1


def question(ask: Question) -> Question:
    """Registers a question; it takes the mirror and raises Mismatch."""
    QUESTIONS[ask.__name__] = ask
    return ask


def same(what: str, found: Any, wanted: Any) -> None:
    """@raises Mismatch."""
    if found != wanted:
        raise Mismatch(f"{what}: contract {found}, by what is stored {wanted}")


def answer(mirror: Watching, part: str, name: str, *args: Any) -> tuple[Any, ...]:
    """What a view returns; a struct alone by its fields. @raises Mismatch where it refuses."""
    code, found = mirror.see(part, name, *args)
    if code:
        raise Mismatch(f"{part}.{name}: reverts {code}")
    return tuple(found[0]) if len(found) == 1 and isinstance(found[0], (list, tuple)) else tuple(found)


def word(mirror: Watching, *key: Any) -> int:
    """A stored word."""
    found: Key = key
    return mirror.facts.words[mirror.slots.index[found]]


def pool_of(mirror: Watching, market: int) -> PoolView:
    """The pool that has it."""
    return mirror.facts.tables.pools[market // SECOND]


@question
def account(mirror: Watching, account: int) -> None:
    """The account's word."""
    wanted = mirror.facts.tables.accounts.get(account, NEW)
    same("lens.account", answer(mirror, "lens", "account", account), tuple(wanted))


@question
def position(mirror: Watching, account: int, market: int) -> None:
    """The position's word."""
    wanted = pool_of(mirror, market).positions.get((account, market), EMPTY)
    same("lens.position", answer(mirror, "lens", "position", account, market), tuple(wanted))


@question
def market(mirror: Watching, market: int) -> None:
    """A market's state and what it is set to, maintenance and penalty as in force now."""
    pool = pool_of(mirror, market)
    same("lens.market_state", answer(mirror, "lens", "market_state", market), tuple(pool.markets[market]))
    config = pool.configs[market]
    maintenance, penalty = in_force(config, pool.ramps.get(market), mirror.now)
    wanted = config._replace(maintenance=maintenance, penalty=penalty)
    same("lens.market_config", answer(mirror, "lens", "market_config", market), tuple(wanted))


@question
def pool(mirror: Watching, index: int) -> None:
    """A pool's word and its book."""
    found = answer(mirror, "lens", "pool_at", index)
    if index >= mirror.stage.pools:
        same("lens.pool_at", bool(found[0]), bool(answer(mirror, "vault", "pool_word", index)[0]))
        return
    view = mirror.view
    pool = view.pools[index]
    same("lens.pool_at", found, tuple(pool.entry))
    book = (pool.book.liability, pool.book.reserve, pool.book.owed * OWED_UNIT, nav(view, pool))
    same("lens.book", answer(mirror, "lens", "book", index), book)


@question
def health(mirror: Watching, accounts: Sequence[int]) -> None:
    """Accounts together and each alone, against the formulas written again in `novation.model.view`."""
    (bits,) = answer(mirror, "lens", "unhealthy_bits", accounts)
    many = answer(mirror, "lens", "health_many", accounts)
    for place, account in enumerate(accounts):
        wanted = healthy(mirror, account)
        same("lens.health", answer(mirror, "lens", "health", account), wanted)
        same("lens.health_many", tuple(many[place]), wanted)
        same("lens.unhealthy_bits", bits >> place & 1, int(wanted[5]))


def healthy(mirror: Watching, account: int) -> tuple[Any, ...]:
    """The lens's struct."""
    holder, found = mirror.facts.tables.accounts.get(account, NEW), standing(mirror.view, account)
    cash, margin, risk = holder.cash, found.margin, found.risk
    free = max(0, min(cash, cash - risk.losses - risk.initial))
    if holder.pending or risk.status not in (0, NORMAL):
        free = 0
    ill = margin < risk.maintenance
    return cash, margin, risk.initial, risk.maintenance, free, ill, holder.flagged_at, risk.status


@question
def slots(mirror: Watching, account: int) -> None:
    """Whose orders live."""
    (bits,) = answer(mirror, "orders", "taken", account)
    for slot in ORDER_SLOTS:
        stored = word(mirror, "slot", account, slot)
        live = stored if stored > 1 else 0
        same("orders.taken", bits >> slot & 1, int(live > 0))
        (found,) = answer(mirror, "orders", "order_hash", account, slot)
        same("orders.order_hash", int.from_bytes(found, "big"), live)


@question
def earned(mirror: Watching, keeper: int) -> None:
    """What a keeper can claim."""
    same("orders.earned", answer(mirror, "orders", "earned", keeper), (max(0, word(mirror, "earned", keeper) - 1),))


@question
def may(mirror: Watching, operator: int, account: int, power: int) -> None:
    """Owner and operator."""
    owner = mirror.stage.cast.key(account)
    same("vault.may", answer(mirror, "vault", "may", owner, account, power), (True,))
    grant = word(mirror, "grant", account >> 8, operator)
    granted = bool(grant >> 200 & power) and mirror.now <= grant >> 160 & MASK_40
    same("vault.may", answer(mirror, "vault", "may", operator, account, power), (granted,))
    wanted = (grant >> 200, grant & (1 << 160) - 1, grant >> 160 & MASK_40)
    same("vault.operator", answer(mirror, "vault", "operator", owner, operator), wanted)


@question
def feed(mirror: Watching, market: int) -> None:
    """How a feed is set, what follows from it, and what is stored of its prices."""
    source, trade_age, close_age, deviation, reference_age, floor, is_push, *_ = _unpacked(mirror, "feed", market)
    low, high, confidence, move, swing, divergence, window, calm, refresh = _unpacked(mirror, "limits", market)
    bands = (unpack(low, words.BAND), unpack(high, words.BAND))
    reference, fallback = word(mirror, "reference", market), _unpacked(mirror, "fallback", market)
    judged = (deviation, confidence, *bands, move, swing, window, calm, reference, divergence, reference_age, refresh)
    wanted = (source, bool(is_push), trade_age, close_age, *judged, *fallback)
    found, status = answer(mirror, "oracle", "feed_at", market)
    same("oracle.feed_at", (found, status), (wanted, 1 << floor if source else 0))
    filled = max(deviation, confidence, fallback[2])
    highest = -(-words.band_value(high) * (BPS + max(filled, divergence)) // BPS)
    same("oracle.bounds", answer(mirror, "oracle", "bounds", market), (highest, filled * PPM // BPS))
    swings = tuple(word(mirror, "swing", market, parity) for parity in (0, 1))
    stored, anchor, brought, level = (word(mirror, kind, market) for kind in ("stored", "anchor", "brought", "level"))
    same("oracle.words_of", answer(mirror, "oracle", "words_of", market), (stored, anchor, brought, swings, level))
    if source:
        same("oracle.fee", answer(mirror, "oracle", "fee", market, b""), (mirror.fee(market),))


def _unpacked(mirror: Watching, kind: str, market: int) -> tuple[int, ...]:
    return unpack(word(mirror, kind, market), getattr(words, kind.upper()))


@question
def stored_words(mirror: Watching, accounts: Sequence[int], market: int) -> None:
    """Words of many accounts."""
    part = f"pool{market // SECOND or ''}"
    held = tuple(word(mirror, "position", account, market) for account in accounts)
    same("pool.position_words", answer(mirror, part, "position_words", accounts, market), held)
    held = tuple(word(mirror, "account", account) for account in accounts)
    same("vault.account_words", answer(mirror, "vault", "account_words", accounts), held)


@question
def requests(mirror: Watching, index: int, holder: int) -> None:
    """What a pool's shares hold for somebody."""
    part = f"shares{index or ''}"
    progress = word(mirror, "progress", index)
    settled, newest = progress >> 32 & MASK_32, progress & MASK_32
    batch = word(mirror, "batch", index, (settled + 1) % 2) if newest > settled else 0
    oldest = (batch & MASK_40, batch >> 40 & (1 << 104) - 1, batch >> 144)
    rolled = word(mirror, "queue", index) >> 144
    same("shares.batches", answer(mirror, part, "batches"), (settled, newest, *oldest, rolled))
    same("shares.name", answer(mirror, part, "name"), (mirror.stage.world.parameters.shares.name,))
    same("shares.symbol", answer(mirror, part, "symbol"), (mirror.stage.world.parameters.shares.symbol,))
    same("shares.decimals", answer(mirror, part, "decimals"), (18,))
    if mirror.model is not None:
        wanted = mirror.model.shares[index].claimable(holder)
        same("shares.claimable", answer(mirror, part, "claimable", holder), wanted)
    deposit, redemption = word(mirror, "deposit", index, holder), word(mirror, "redemption", index, holder)
    wanted = (deposit & MASK_32, deposit >> 32, redemption & MASK_32, redemption >> 32 & MASK_112)
    same("shares.requests", answer(mirror, part, "requests", holder), wanted)
    same("shares.balanceOf", answer(mirror, part, "balanceOf", holder), (word(mirror, "share", index, holder),))


@question
def refuses(mirror: Watching, part: str, name: str, code: str, *args: Any) -> None:
    """A view that refuses."""
    same(f"{part}.{name} refuses", mirror.see(part, name, *args)[0], code)
