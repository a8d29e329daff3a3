"""A stage's words between two calls: read, compared with the model's, checked against the invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from novation.deployment.system import OURS
from novation.fuzz.system.compare import differences
from novation.fuzz.system.engine import Place
from novation.fuzz.system.events import Events
from novation.fuzz.system.expected import Expected
from novation.fuzz.system.facts import MASK_32, MASK_160, Facts
from novation.fuzz.system.fills import Deeds, Reader
from novation.fuzz.system.slots import FEED_WORDS, Slots
from novation.fuzz.system.surroundings import Move, Surroundings
from novation.fuzz.system.tally import count, count_words
from novation.fuzz.system.worlds import Stage, number, text
from novation.model import Order, invariants
from novation.model.feeds import Price
from novation.model.marks import PoolTerms
from novation.model.pool import Pool
from novation.model.shares import FIRST
from novation.model.view import Step, View

_SHARES = frozenset({"share", "progress", "queue", "paid", "batch", "deposit", "redemption"})
_FEEDS = frozenset({*FEED_WORDS, "swing"} - {"brought", "level"})
_SOURCES = ("feed", "reference", "fallback")  # words with a source's address


class Watching(Surroundings):
    """A stage with its words, its expected words and the state that the invariants see."""

    def __init__(self, stage: Stage, modelled: bool = True, check: bool = True) -> None:
        super().__init__(stage, modelled)
        self.check = check
        self.slots = Slots(stage)
        self.places = self.slots.places
        self.facts = Facts(stage, self.slots, self.price)
        self.reader = Reader()
        self.expected = Expected(self.model, self.slots) if self.model is not None else None
        self.events = Events()
        for part, address in self.facts.names.items():
            if (contract := OURS.get(part.rstrip("01"))) is not None:
                self.events.watch(address, contract)
        self.orders: dict[tuple[int, int], Order] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.tally: Counter[str] = Counter()
        self.gas: dict[str, int] = {}
        self.calls = 0
        self.known = {(address.lower(), slot) for address, slot in self.places}
        self.once = sorted(self._strange())  # what only the deployment writes
        self.deployed = self.chain.words(self.once)
        self.known |= self.chain.written()
        self.base = self.chain.snapshot()
        self.mark = self.env.mark()
        self.facts.totals = [self._cash_at_start(), 0]
        self.base_words = self.fresh()
        self.base_totals = list(self.facts.totals)
        self.restart()
        if check:  # what is looked at in part later begins with a state that holds
            invariants.check_state(self.view)

    def _cash_at_start(self) -> int:
        """What was deposited before the fuzzer began: the bootstraps."""
        return FIRST * self.stage.pools

    def restart(self) -> None:
        """The state after deployment."""
        self.asides: list[tuple[Any, ...]] = []
        self.chain.restore(self.base)
        self.env.undo(self.mark)
        self.orders.clear()
        self.prices.clear()
        self.forget_plan()
        self.facts.totals = list(self.base_totals)
        self.facts.open_fees = 0
        self.facts.rebase(self.base_words)
        self.fed_by()
        for index in range(self.stage.pools):
            self._owes(index)
        if self.expected is not None:
            self.expected.restart()
        self.trail = []

    def aside(self) -> None:
        """What follows, up to `back`, will not have been."""
        self.trail.append(Move("aside", ()))
        facts = self.facts
        totals = (list(facts.totals), facts.open_fees)
        kept = (self.switches, self.planned)
        held = (self.chain.snapshot(), self.env.mark(), dict(self.orders), totals, list(facts.words), kept)
        self.asides.append(held)

    def back(self) -> None:
        """To where `aside` was."""
        self.trail.append(Move("back", ()))
        if not self.asides:  # of moves that were shortened, its `aside` is gone
            return
        snapshot, mark, orders, (totals, open_fees), words, (switches, planned) = self.asides.pop()
        self.switches, self.planned = switches, planned
        if self.token is not None:
            self.token.plan = planned
        self.chain.restore(snapshot)
        self.env.undo(mark)
        self.env.release()
        self.orders.clear()
        self.orders.update(orders)
        self.prices.clear()
        self.facts.totals, self.facts.open_fees = totals, open_fees
        self.facts.rebase(words)
        self.fed_by()
        for index in range(self.stage.pools):
            self._owes(index)
        if self.expected is not None:
            self.expected.words = list(words)  # they were the same

    def add_pool(self) -> int:
        """Another pool without markets, on the chain and in the model; who registers it is up to the caller.

        @return its address.
        """
        self.trail.append(Move("add_pool", ()))
        stage, cast = self.stage, self.stage.cast
        c, q = stage.contracts, stage.world.parameters.pool
        limits = (q.min_notional, q.min_penalty, q.buffer_bps, q.protocol_share_bps, q.utilisation_bps, q.ramp_seconds)
        roles = (text(cast.owner), text(cast.guardian))
        made = self.chain.deploy(
            "ClearingPool", c["vault"].address, c["oracle"].address, *limits, *roles, sender=roles[0]
        )
        address = number(made)
        self.known.add((c["vault"].address.lower(), self.slots.layouts["vault"].at("shares_of", made.address)))
        if self.model is not None and self.expected is not None:
            terms = PoolTerms(*limits)
            pool = Pool(
                self.env, address, self.model.vault.address, self.model.oracle, terms, cast.owner, cast.guardian
            )
            self.model.vault.parts[address] = pool
            self.expected.unwatched.add(address)
        self.events.watch(address, "ClearingPool")
        return address

    def add_shares(self) -> None:
        """Shares that nobody has bootstrapped or registered, on the chain alone; their part is called `spare`."""
        self.trail.append(Move("add_shares", ()))
        c, p = self.stage.contracts, self.stage.world.parameters
        terms = (p.shares.epoch_seconds, p.pool.utilisation_bps, p.shares.name, p.shares.symbol)
        made = self.chain.deploy(
            "PoolShares", c["vault"].address, c["pool"].address, *terms, sender=text(self.stage.cast.owner)
        )
        self.doors["spare"] = {name: door._replace(to=made.address) for name, door in self.doors["shares"].items()}

    # --- looking

    @property
    def view(self) -> View:
        """The chain's state."""
        return self.facts.view(self.chain.now)

    def fresh(self) -> list[int]:
        """The words as they are on the chain."""
        return self.chain.words(self.places)

    def price(self, market: int) -> Price:
        """As the adapter says it, held to invariant 26. @raises Violation."""
        found = self.prices.get(market)
        if found is None:
            found = super().price(market)
            if self.check:
                invariants.check_price(self.facts.view(self.chain.now), market, found)
        return found

    def fed_by(self) -> None:
        """Which markets a source's contract has a say in, as the adapter's words have it."""
        words, at = self.facts.words, self.slots.index
        contracts = {int(contract.address, 16): key for key, contract in self.stage.feeds.items()}
        self.fed: dict[int, set[int]] = {key: set() for key in self.stage.feeds}
        for market in self.slots.markets:
            for kind in _SOURCES:
                key = contracts.get(words[at[kind, market]] & MASK_160)
                if key is not None:
                    self.fed[key].add(market)

    def fee(self, market: int) -> int:
        """What the source that a feed is set to wants for an update (wei)."""
        at = self.slots.index.get(("feed", market))
        address = 0 if at is None else self.facts.words[at] & MASK_160
        return next((source.state["price"] for source in self.sources.values() if source.address == address), 0)

    def look(self, part: str, name: str, sender: int, args: Sequence[Any], deeds: Deeds) -> None:
        """Compares the words after a call, checks the invariants. @raises Mismatch, Violation."""
        try:
            self._look(part, name, sender, args, deeds)
        finally:
            self.facts.prices_before = {}

    def _look(self, part: str, name: str, sender: int, args: Sequence[Any], deeds: Deeds) -> None:
        fresh = self.fresh()
        if self.expected is not None and fresh != self.expected.words:
            raise differences(self.slots.keys, fresh, self.expected.words)
        changed = self.facts.absorb(fresh)
        if not changed:
            return
        now = self.chain.now
        before = self.facts.before(now)
        count(self.tally, part, deeds, before)
        count_words(self.tally, name, self.facts.pending)
        self._forget_prices(changed)
        for index in {key[1] for key in changed if key[0] in _SHARES}:
            self._owes(index)
        if self.check:
            after = self.facts.view(now)
            liquidated = tuple(account for account, _ in deeds.pairs)
            paid = sum(deeds.deficits), deeds.collected
            invariants.check_step(before, after, Step(part, name, sender, args, deeds.fills, liquidated, *paid))
            invariants.check_state(after, self.facts.touched(now))

    def _forget_prices(self, changed: Sequence[tuple[Any, ...]]) -> None:
        """What the adapter says of a market depends on its own words, on its sources and on the time."""
        anew = False
        for key in changed:
            if key[0] in _FEEDS:
                self.prices.pop(key[1], None)
                anew = anew or key[0] in _SOURCES
        if anew:
            self.fed_by()

    def _strange(self) -> set[Place]:
        """Slots of our contracts that were written, but not those that are compared after every call."""
        ours = {contract.address.lower() for name, contract in self.stage.contracts.items() if name != "token"}
        return {place for place in self.chain.written() - self.known if place[0] in ours}

    def _owes(self, index: int) -> None:
        """What a shares contract must hold, asked of its views."""
        part = f"shares{index or ''}"
        at, words_now = self.slots.index, self.facts.words
        settled = words_now[at["progress", index]] >> 32 & MASK_32
        cash, shares = 0, FIRST
        for holder in self.slots.lps_and(index):
            deposit = words_now[at["deposit", index, holder]]
            if not deposit and not words_now[at["redemption", index, holder]]:
                continue
            minted, refund, assets, still = self.ask(part, "claimable", holder)
            cash += refund + assets
            shares += minted + still
            if deposit & MASK_32 > settled:
                cash += deposit >> 32
        self.facts.owes(index, cash, shares)
