"""The words as the model says they are, kept up to date by what the model wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from novation.fixed import WAD, pack
from novation.fuzz.system.slots import MARKET_WORDS, Key, Slots
from novation.fuzz.system.worlds import SECOND
from novation.model import System, words
from novation.model.feeds import NO_ANCHOR, NO_BROUGHT, NO_SWING, NOTHING
from novation.model.ledger import OPEN
from novation.model.shares import Shares

Route = Callable[[Any], Iterable[Key]]
LIVE = 1 << 64
OPEN_PAUSED = 1 << 248
SETTINGS = ("feed", "limits", "reference", "fallback")


def _listing(index: int, market: int) -> list[Key]:
    return [("config", market), ("ramp", market), ("listed", index)]


def _book(index: int, _: int) -> list[Key]:
    return [("book", index)]


class Expected:
    """`words` is parallel to `Slots.keys`."""

    def __init__(self, system: System, slots: Slots) -> None:
        self.system = system
        self.slots = slots
        self.unwatched: set[int] = set()  # accounts whose words are in no key
        self.routes: dict[int, Route] = {}
        self._connect()
        self.words = [self.word(key) for key in slots.keys]
        self.first = list(self.words)

    def refresh(self, entries: Iterable[tuple[Any, Any, Any]]) -> None:
        """Brings the words up to date after writes of the model. @raises KeyError for a word that is not watched."""
        routes, index = self.routes, self.slots.index
        keys: set[Key] = set()
        for table, key, _ in entries:
            route = routes.get(id(table))
            if route is not None:
                keys.update(route(key))
        for key in keys:
            self.words[index[key]] = self.word(key)

    def restart(self) -> None:
        """As at the beginning, to where the model has been undone."""
        self.words = list(self.first)

    # --- which words a table's entry is in

    def _connect(self) -> None:
        system, routes = self.system, self.routes
        vault, oracle, orders = system.vault, system.oracle, system.orders
        routes[id(vault.accounts)] = lambda account: [] if account in self.unwatched else [("account", account)]
        routes[id(system.token.balances)] = lambda account: [("units", account)]
        routes[id(vault.totals)] = lambda name: (
            [("debts",)] if name == "debts" else [("paused",), *(("pool", i) for i in range(4))]
        )
        routes[id(vault.pools)] = lambda index: [("pool", index)]
        routes[id(vault.modules)] = lambda module: (
            [("module", module)] if ("module", module) in self.slots.index else []
        )
        routes[id(vault.grants)] = lambda key: [("grant", *key)]
        routes[id(oracle.feeds)] = lambda feed: [(name, feed) for name in SETTINGS]
        routes[id(oracle.floors)] = lambda feed: [("feed", feed)]
        routes[id(oracle.stored)] = lambda feed: [("stored", feed)]
        routes[id(oracle.anchors)] = lambda feed: [("anchor", feed)]
        routes[id(oracle.brought)] = lambda feed: [("brought", feed)]
        routes[id(oracle.levels)] = lambda feed: [("level", feed)]
        routes[id(oracle.swings)] = lambda key: [("swing", *key)]
        routes[id(orders.slots)] = lambda key: [("slot", *key)]
        routes[id(orders.earned)] = lambda keeper: [("earned", keeper)]
        self._roles("vault", vault.roles)
        self._roles("oracle", oracle.roles)
        for i, pool in enumerate(system.pools):
            self._roles(f"pool{i or ''}", pool.roles)
            routes[id(pool.configs)] = partial(_listing, i)
            routes[id(pool.ramps)] = lambda market: [("config", market), ("ramp", market)]
            routes[id(pool.markets)] = lambda market: [(name, market) for name in MARKET_WORDS[2:]]
            routes[id(pool.positions)] = lambda key: [("position", *key)]
            routes[id(pool.books)] = partial(_book, i)
        for i, shares in enumerate(system.shares):
            self._connect_shares(i, shares)

    def _roles(self, part: str, table: Any) -> None:
        names = {"owner": "owner", "pending": "pending_owner", "guardian": "guardian"}
        self.routes[id(table)] = lambda role: [(names[role], part)]

    def _connect_shares(self, i: int, shares: Shares) -> None:
        state = [("supply", i), ("progress", i), ("queue", i), ("paid", i), ("batch", i, 0), ("batch", i, 1)]
        for table in (shares.state, shares.indices, shares.batches):
            self.routes[id(table)] = lambda _: state
        self.routes[id(shares.balances)] = lambda holder: [("share", i, holder)]
        self.routes[id(shares.deposits)] = lambda holder: [("deposit", i, holder)]
        self.routes[id(shares.redemptions)] = lambda holder: [("redemption", i, holder)]

    # --- what is in a word

    def word(self, key: Key) -> int:
        """One word. @raises AttributeError for a kind that does not exist."""
        method: Callable[..., int] = getattr(self, f"_{key[0].replace(' ', '_')}")
        return method(*key[1:])

    def _account(self, account: int) -> int:
        return self.system.vault.account_word(account)

    def _units(self, account: int) -> int:
        return self.system.token.balances.get(account, 0)

    def _debts(self) -> int:
        return self.system.vault.totals["debts"]

    def _paused(self) -> int:
        return self.system.vault.totals["paused"]

    def _pool(self, index: int) -> int:
        entry = self.system.vault.pools.get(index)
        if entry is None:
            return 0
        paused = OPEN_PAUSED if self.system.vault.totals["paused"] & OPEN else 0
        credit = entry.credit // WAD
        return entry.pool | entry.markets << 160 | entry.gain_weight << 192 | credit << 208 | paused

    def _grant(self, owner: int, operator: int) -> int:
        grant = self.system.vault.grants.get((owner, operator))
        return 0 if grant is None else grant.payout | grant.expires_at << 160 | grant.powers << 200

    def _module(self, module: int) -> int:
        return int(module in self.system.vault.modules)

    def _stored(self, feed: int) -> int:
        return pack(self.system.oracle.stored.get(feed, NOTHING), words.STORED)

    def _anchor(self, feed: int) -> int:
        return pack(self.system.oracle.anchors.get(feed, NO_ANCHOR), words.ANCHOR)

    def _brought(self, feed: int) -> int:
        return pack(self.system.oracle.brought.get(feed, NO_BROUGHT), words.BROUGHT)

    def _level(self, feed: int) -> int:
        return self.system.oracle.levels.get(feed, 0)

    def _swing(self, feed: int, parity: int) -> int:
        return pack(self.system.oracle.swings.get((feed, parity), NO_SWING), words.SWING)

    def _slot(self, account: int, slot: int) -> int:
        return self.system.orders.slot_word(account, slot)

    def _earned(self, keeper: int) -> int:
        earned = self.system.orders.earned.get(keeper)
        return 0 if earned is None else earned + 1

    def _listed(self, index: int) -> int:
        return sum(1 << market for market in self.system.pools[index].configs)

    def _book(self, index: int) -> int:
        return self.system.pools[index].book_word()

    def _market_word(self, at: int, market: int) -> int:
        return self.system.pools[market // SECOND].market_words(market)[at]

    def _settings_word(self, at: int, feed: int) -> int:
        return self.system.oracle.feed_words(feed)[at]

    def __getattr__(self, name: str) -> Callable[[int], int]:
        """The five words of a market, the four that a feed is set to."""
        if name[1:] in MARKET_WORDS:
            return partial(self._market_word, MARKET_WORDS.index(name[1:]))
        if name[1:] in SETTINGS:
            return partial(self._settings_word, SETTINGS.index(name[1:]))
        raise AttributeError(name)

    def _position(self, account: int, market: int) -> int:
        return self.system.pools[market // SECOND].position_word(account, market)

    def _owner(self, part: str) -> int:
        return int(self.system.part(part).roles["owner"])

    def _pending_owner(self, part: str) -> int:
        return int(self.system.part(part).roles["pending"])

    def _guardian(self, part: str) -> int:
        return int(self.system.part(part).roles["guardian"])

    # --- shares

    def _supply(self, i: int) -> int:
        return self.system.shares[i].state["supply"]

    def _progress(self, i: int) -> int:
        state = self.system.shares[i].state
        return LIVE | state["settled"] << 32 | state["newest"]

    def _queue(self, i: int) -> int:
        shares = self.system.shares[i]
        index = shares.indices[shares.state["settled"]]
        return shares.state["queued"] << 144 | index.generation << 120 | index.left

    def _paid(self, i: int) -> int:
        shares = self.system.shares[i]
        return shares.indices[shares.state["settled"]].paid

    def _batch(self, i: int, parity: int) -> int:
        shares = self.system.shares[i]
        newest = shares.state["newest"]
        batch = shares.batches.get(newest if newest % 2 == parity else newest - 1)
        return 0 if batch is None else batch.redeem << 144 | batch.assets << 40 | batch.closes_at

    def _share(self, i: int, holder: int) -> int:
        return self.system.shares[i].balances.get(holder, 0)

    def _deposit(self, i: int, holder: int) -> int:
        request = self.system.shares[i].deposits.get(holder)
        return 0 if request is None else request.assets << 32 | request.batch

    def _redemption(self, i: int, holder: int) -> int:
        request = self.system.shares[i].redemptions.get(holder)
        if request is None:
            return 0
        return request.assets << 144 | request.shares << 32 | request.batch if request.shares else request.batch

    def _result(self, i: int, number: int) -> int:
        batch = self.system.shares[i].batches[number]
        return batch.minted << 128 | batch.assets if batch.assets else 0

    def _start(self, i: int, number: int) -> int:
        """Without what was rolled over then: the model does not keep it, and it was compared in the queue's word."""
        shares = self.system.shares[i]
        index = shares.indices[number - 1]
        return index.generation << 120 | index.left if shares.batches[number].redeem else 0

    def _start_paid(self, i: int, number: int) -> int:
        shares = self.system.shares[i]
        return shares.indices[number - 1].paid if shares.batches[number].redeem else 0

    def _end(self, i: int, generation: int) -> int:
        end = self.system.shares[i].ends.get(generation)
        return 0 if end is None else end.paid << 1 | end.goes_on
