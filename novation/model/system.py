"""The whole protocol, wired: `System` holds the parts and the time; calls have the names of the contracts' externals.

    system = System(Setup())
    system.vault.deposit(sender, account, amount)          # a Revert leaves everything as it was
    system.call("orders", "commit", sender, order, slot)   # the same by name

Addresses are integers (`int("0x...", 16)`); every external takes its sender first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from novation.fixed import WAD
from novation.model.journal import Env
from novation.model.ledger import Token
from novation.model.liquidation import Liquidation, LiquidationTerms
from novation.model.marks import PoolTerms
from novation.model.oracle import Oracle
from novation.model.orders import Orders, OrderTerms
from novation.model.pool import Pool
from novation.model.shares import Shares
from novation.model.sources import Source
from novation.model.vault import Vault

MARKET_WORDS = ("config", "ramp", "interest", "funding", "mark")
FEED_WORDS = ("feed", "limits", "reference", "fallback")
PRICE_WORDS = ("stored", "anchor", "brought", "swing 0", "swing 1", "level")
POOL_TERMS = PoolTerms(50 * WAD, 5 * WAD, 1000, 3000, 8000, 86400)
ORDER_TERMS = OrderTerms(4, 60, 60, WAD // 10, 5 * WAD)
LIQUIDATION_TERMS = LiquidationTerms(1000, 5000, 120, WAD // 2)


@dataclass(frozen=True)
class PoolSetup:
    """One pool: addresses, bitmap of its markets, credit (WAD USD), epoch (seconds), immutables."""

    address: int = 0x500000
    shares: int = 0x600000
    markets: int = (1 << 32) - 1
    credit: int = 100_000 * WAD
    epoch: int = 3600
    terms: PoolTerms = POOL_TERMS


@dataclass(frozen=True)
class Setup:
    """Addresses and immutables of a system. Addresses differ beyond their last byte, or they would be sub-accounts."""

    now: int = 1_700_000_000
    decimals: int = 6
    owner: int = 0xA00000
    guardian: int = 0xB00000
    treasury: int = 0xC00000
    vault: int = 0x100000
    oracle: int = 0x200000
    orders: int = 0x300000
    liquidation: int = 0x400000
    insurance_share: int = 5000
    order_terms: OrderTerms = ORDER_TERMS
    liquidation_terms: LiquidationTerms = LIQUIDATION_TERMS
    pools: tuple[PoolSetup, ...] = field(default=(PoolSetup(),))


class System:
    """All parts, deployed, wired and registered; feeds, markets and money are up to the caller."""

    def __init__(self, setup: Setup = Setup()) -> None:
        self.setup = s = setup
        self.env = env = Env(s.now)
        self.token = Token(env, s.decimals)
        self.oracle = Oracle(env, s.oracle, s.owner, s.guardian)
        self.vault = Vault(env, s.vault, self.token, s.treasury, s.insurance_share, s.owner, s.guardian)
        self.orders = Orders(env, s.orders, self.vault, self.oracle, s.order_terms)
        self.liquidation = Liquidation(env, s.liquidation, self.vault, self.oracle, s.liquidation_terms)
        self.vault.orders = s.orders
        self.vault.liquidation = s.liquidation
        self.vault.register_module(s.owner, s.orders)
        self.pools: list[Pool] = []
        self.shares: list[Shares] = []
        for index, p in enumerate(s.pools):
            pool = Pool(env, p.address, s.vault, self.oracle, p.terms, s.owner, s.guardian)
            self.vault.parts[p.address] = pool
            self.pools.append(pool)
            self.shares.append(Shares(env, p.shares, self.vault, pool, p.epoch))
            self.vault.register_module(s.owner, p.shares)
            self.vault.register_pool(s.owner, index, p.address, p.shares, p.markets, p.credit)

    # --- the world

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.env.now

    def warp(self, now: int) -> None:
        """The time of the next block. @raises ValueError if it is in the past."""
        if now < self.env.now:
            raise ValueError("time does not go back")
        self.env.clock["now"] = now

    def add_source(self, address: int, is_push: bool = True) -> Source:
        """A source that feeds may be set to."""
        source = Source(self.env, address, is_push)
        self.oracle.sources[address] = source
        return source

    def call(self, part: str, name: str, sender: int, *args: Any) -> Any:
        """Calls an external by names; parts are vault, oracle, orders, liquidation, pool, pool1.., shares, shares1...

        @raises Revert with its code; the state is then as before.
        """
        return getattr(self.part(part), name)(sender, *args)

    def part(self, name: str) -> Any:
        """A part by name."""
        for kind, many in (("pool", self.pools), ("shares", self.shares)):
            if name.startswith(kind):
                return many[int(name[len(kind) :] or 0)]
        return getattr(self, name)

    # --- going back

    def snapshot(self) -> int:
        """A point to go back to; snapshots are released in the opposite order."""
        return self.env.mark()

    def revert(self, mark: int) -> None:
        """Back to a snapshot, which stays valid."""
        self.env.undo(mark)

    def release(self) -> None:
        """Drops the newest snapshot."""
        self.env.release()

    # --- words

    def words(self) -> dict[str, int]:
        """Every packed word by a readable key, for comparing with the contracts' storage."""
        found: dict[str, int] = {}
        for account in self.vault.accounts:
            found[f"account {account:#042x}"] = self.vault.account_word(account)
        for index, pool in enumerate(self.pools):
            found[f"book {index}"] = pool.book_word()
            for market in pool.configs:
                for name, word in zip(MARKET_WORDS, pool.market_words(market), strict=True):
                    found[f"{name} {market}"] = word
            for account, market in pool.positions:
                found[f"position {account:#042x} {market}"] = pool.position_word(account, market)
        for feed in self.oracle.feeds:
            for name, word in zip(FEED_WORDS, self.oracle.feed_words(feed), strict=True):
                found[f"{name} {feed}"] = word
            for name, word in zip(PRICE_WORDS, self.oracle.price_words(feed), strict=True):
                found[f"{name} {feed}"] = word
        for account, slot in self.orders.slots:
            found[f"order {account:#042x} {slot}"] = self.orders.slot_word(account, slot)
        return found
