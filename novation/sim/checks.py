"""The invariants of a state, checked on the chain itself: every word is read, nothing is taken from events but what
the words cannot tell (who there is, what came in and went out, which orders are open).
"""

from __future__ import annotations

from collections.abc import Callable

from novation.bots.mirror import account_of, market_of
from novation.deployment.settings import Market
from novation.deployment.system import System
from novation.fixed import WAD, unpack
from novation.model import words
from novation.model.feeds import REDUCE_ONLY, Anchor, Price, Stored
from novation.model.invariants import INVARIANTS
from novation.model.ledger import Account
from novation.model.market import Position
from novation.model.marks import Book
from novation.model.view import FeedView, PoolView, SharesView, View
from novation.sim.audit import number_of
from novation.sim.history import Check
from novation.sim.watch import Watch

SPLITTING = "splitting an order never lowers its charge; a round trip at one price never earns"
FIRST_SHARES = 1_000 * WAD


class Checks:
    """Reads the state, checks it, and keeps the results with those of the audit."""

    def __init__(self, system: System, watch: Watch, keepers: list[str]) -> None:
        self._system, self._watch, self._keepers = system, watch, keepers
        self._audit = watch.audit
        self._mirrored = self._audit.tally(0)
        self._calls = 0

    def every(self, times: int) -> Callable[[], None]:
        """A function that runs the checks at every so many calls of it."""

        def check() -> None:
            self._calls += 1
            if self._calls % times == 0:
                self.run()

        return check

    def run(self) -> None:
        """Checks now."""
        self._watch.refresh()
        view = self.view()
        for item in INVARIANTS:
            if item.state is not None:
                self._audit.tally(item.number).add(list(item.state(view)))
        self._mirrored.add(self._differences(view))

    def guarded(self, name: str, guardian: str, act: Callable[[], object]) -> None:
        """Invariant 25 around a call of the guardian to the vault."""
        before = self.view()
        act()
        self._audit.step("guardian", before, self.view(), [], call=(name, number_of(guardian)))

    def tally(self, number: int, failure: str) -> None:
        """Counts a check that was made elsewhere; no failure is the empty text."""
        self._audit.tally(number).add([failure] if failure else [])

    def results(self) -> list[Check]:
        """Every invariant that was checked, by its number; 0 is that the events told the whole state."""
        statements: dict[int, str] = {11: SPLITTING}
        for item in sorted(INVARIANTS, key=lambda item: item.state is None):
            known = statements.get(item.number)
            statements[item.number] = f"{known}; {item.statement}" if known else item.statement
        statements[25] += "; every exit succeeds while all is paused"
        statements[0] = "every account, position and market is as the events told"
        return [
            Check(number, statements[number], tally.times, tally.failure)
            for number, tally in sorted(self._audit.tallies.items(), key=lambda item: item[0] or 99)
            if tally.times
        ]

    def view(self) -> View:
        """The whole state as it is on the chain."""
        system, watch = self._system, self._watch
        accounts = {number_of(address): self._account(address) for address in watch.accounts}
        shares = self._shares()
        found = {market.number: system.oracle.call("words_of", market.number) for market in system.parameters.markets}
        return View(
            now=system.chain.now,
            vault=number_of(system.vault.address),
            escrow=number_of(system.orders.address),
            treasury=number_of(system.vault.call("TREASURY")),
            owners=self._role("owner"),
            guardians=self._role("guardian"),
            paused=0,
            feeds={market.number: self._feed(market) for market in system.parameters.markets},
            unit=10**system.parameters.token.decimals,
            tokens=system.token.call("balanceOf", system.vault.address),
            debts=system.vault.call("debts"),
            deposited=watch.deposited,
            withdrawn=watch.withdrawn,
            open_fees=sum(order.fee for order in watch.orders.values()),
            earned=sum(system.orders.call("earned", keeper) for keeper in self._keepers),
            accounts=accounts,
            pools=[self._pool()],
            shares=[shares],
            stored={feed: Stored(*unpack(word[0], words.STORED)) for feed, word in found.items()},
            anchors={feed: Anchor(*unpack(word[1], words.ANCHOR)) for feed, word in found.items()},
            read=self._price,
            prices={feed: self._price(feed) for feed in found},
        )

    def _price(self, feed: int) -> Price:
        return Price(*self._system.oracle.call("read", feed))

    def _role(self, role: str) -> dict[str, int]:
        """Who has it, by part."""
        parts = ("vault", "oracle", "pool")
        return {part: number_of(getattr(self._system, part).call(role)) for part in parts}

    def _feed(self, market: Market) -> FeedView:
        """What the adapter has for a market; its bounds are those of the parameters."""
        settings, status = self._system.oracle.call("feed_at", market.number)
        feed = market.feed
        return FeedView(
            floor=int(status == REDUCE_ONLY),
            is_push=settings[1],
            has_reference=feed.reference != "",
            trade_age=settings[2],
            close_age=settings[3],
            fallback_age=settings[17],
            fallback_deviation=settings[18],
            low=feed.band_low,
            high=feed.band_high,
            deviation=settings[4],
            confidence=settings[5],
        )

    def _account(self, address: str) -> Account:
        return account_of(self._system.vault.call("account_word", address))

    def _pool(self) -> PoolView:
        pool, audit = self._system.pool, self._audit
        markets, positions = {}, {}
        for number in audit.configs:
            _, _, interest, rates, mark = pool.call("market_words", number)
            markets[number] = market_of(interest, rates, mark)
            for account in self._watch.accounts:
                held = Position(*unpack(pool.call("position_word", account, number), words.POSITION))
                if held.size or held.basis:
                    positions[number_of(account), number] = held
        return PoolView(
            address=number_of(pool.address),
            entry=audit.entry(self._watch),
            terms=audit.terms,
            book=Book(*unpack(pool.call("book_word"), words.BOOK)),
            configs=audit.configs,
            ramps={},
            markets=markets,
            positions=positions,
        )

    def _shares(self) -> SharesView:
        shares = self._system.shares
        settled = shares.call("batches")[0]
        cash, held, balances = 0, FIRST_SHARES, {}
        for account in self._watch.accounts:
            if (balance := shares.call("balanceOf", account)) > 0:
                balances[number_of(account)] = balance
            batch, assets, _, asked = shares.call("requests", account)
            if assets or asked:
                minted, refund, owed, still = shares.call("claimable", account)
                cash += refund + owed + (assets if batch > settled else 0)
                held += minted + still
        return SharesView(number_of(shares.address), shares.call("totalSupply"), balances, cash, held)

    def _differences(self, view: View) -> list[str]:
        """What the mirror has otherwise than the chain."""
        mirror = self._audit.view(self._watch, self._watch.prices, view.now)
        here, there = mirror.pools[0], view.pools[0]
        found = [f"account {a:#x}" for a, held in view.accounts.items() if mirror.accounts.get(a) != held]
        found += [
            f"position {key}"
            for key in {*here.positions, *there.positions}
            if here.positions.get(key) != there.positions.get(key)
        ]
        found += [f"market {m}" for m, state in here.markets.items() if there.markets[m] != state]
        found += ["book"] if here.book != there.book else []
        return found + (["supply"] if view.shares[0].supply != self._watch.supply else [])
