"""OrderModule: orders committed on chain, each filled at its one price (spec section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from novation.model.errors import Revert, RevertOfAll
from novation.model.feeds import OUTDATED
from novation.model.journal import Env, Table, external
from novation.model.ledger import TRADE
from novation.model.oracle import Oracle
from novation.model.vault import Vault

SLOTS = 16
UNPRICED = frozenset({"MAX", "REDUCE"})  # the faults of a trader's that ask for no price
CONSUMED = UNPRICED | {"MARGIN", "DEBT", "CAPPED", "PRICE", "DUST"}


class Order(NamedTuple):
    """As the contract's struct: WAD base units, WAD USD, Unix seconds."""

    account: int
    market: int
    size: int
    acceptable: int
    trigger: int
    trigger_above: bool
    reduce_only: bool
    fee: int
    expires_at: int
    due: int
    committed_at: int


class OrderTerms(NamedTuple):
    """The immutables: seconds, WAD USD."""

    delay: int
    window: int
    grace: int
    fee_min: int
    fee_max: int


class Orders:
    """The module. A slot holds the order itself where the contract keeps its hash; None where it keeps 1."""

    def __init__(self, env: Env, address: int, vault: Vault, oracle: Oracle, terms: OrderTerms) -> None:
        self.env = env
        self.address = address
        self.vault = vault
        self.oracle = oracle
        self.terms = terms
        self.slots: Table[tuple[int, int], Order | None] = env.table()
        self.earned: Table[int, int] = env.table()

    def _held(self, order: Order, slot: int) -> None:
        if slot >= SLOTS or self.slots.get((order.account, slot)) != order:
            raise Revert("ORDER")

    @external
    def commit(self, sender: int, order: Order, slot: int) -> int:
        """Takes an order; its fee is escrowed and an opening one judged. @returns T (0 with a trigger).

        @raises Revert AUTH, SLOT, ZERO, BOUND, FEE, EXPIRED and those of `vault.reserve`.
        """
        if not self.vault.may(sender, order.account, TRADE):
            raise Revert("AUTH")
        if slot >= SLOTS or self.slots.get((order.account, slot)) is not None:
            raise Revert("SLOT")
        if order.size == 0:
            raise Revert("ZERO")
        if abs(order.size) >= 1 << 103 or max(order.acceptable, order.trigger) >= 1 << 112:
            raise Revert("BOUND")
        terms = self.terms
        highest = terms.fee_max if sender >> 8 == order.account >> 8 else terms.fee_min
        if not terms.fee_min <= order.fee <= highest and (order.fee or not order.reduce_only):
            raise Revert("FEE")
        now = self.env.now
        if order.expires_at < now + terms.delay:
            raise Revert("EXPIRED")
        due = 0 if order.trigger else now + terms.delay
        stored = order._replace(due=due, committed_at=now)
        self.slots[order.account, slot] = stored
        self.env.emit(self.address, "Committed", order.account, slot, stored)
        self.vault.reserve(self.address, order.account, order.market, order.size, order.fee, not order.reduce_only)
        return due

    @external
    def commit_many(self, sender: int, orders: Sequence[Order], slots: Sequence[int]) -> None:
        """Each pair, all or none. @raises Revert LENGTH and those of `commit`."""
        if len(orders) != len(slots):
            raise Revert("LENGTH")
        for order, slot in zip(orders, slots, strict=True):
            self.commit(sender, order, slot)

    @external
    def execute_many(
        self, sender: int, orders: Sequence[Order], slots: Sequence[int], references: Sequence[int]
    ) -> int:
        """Each; one that would revert is passed over and lives. @returns bits of those that ended.

        @raises Revert LENGTH, GAS where a source that must be asked lacks it.
        """
        if not len(orders) == len(slots) == len(references):
            raise Revert("LENGTH")
        done = 0
        for at, (order, slot, reference) in enumerate(zip(orders, slots, references, strict=True)):
            try:
                self.execute(sender, order, slot, reference)
            except RevertOfAll:
                raise
            except Revert:
                continue
            done |= 1 << at
        return done

    @external
    def trigger(self, sender: int, order: Order, slot: int) -> None:
        """Proves that the newest price fires the order. Anyone. @raises Revert ORDER, STALE, TRIGGER, EXPIRED."""
        self._held(order, slot)
        if order.due:
            raise Revert("ORDER")
        price = self.oracle.read(order.market)
        if price.status in OUTDATED or price.published_at <= order.committed_at:
            raise Revert("STALE")
        if (price.mid < order.trigger) if order.trigger_above else (price.mid > order.trigger):
            raise Revert("TRIGGER")
        due = self.env.now + self.terms.delay
        if due > order.expires_at:
            raise Revert("EXPIRED")
        fired = order._replace(due=due)
        self.slots[order.account, slot] = fired
        self.env.emit(self.address, "Triggered", order.account, slot, fired)

    @external
    def execute(self, sender: int, order: Order, slot: int, reference: int, update: bytes = b"", value: int = 0) -> str:
        """Fills a due order; `sender` earns its fee, also where it fails by the trader's fault.

        @param update Of the market's price, brought first; `value` (wei) pays for it.
        @returns the code of that fault, empty if it filled.

        @raises Revert ORDER, EARLY, EXPIRED, FEE, those of the adapter's `update` and what is not the trader's fault.
        """
        self._held(order, slot)
        if not order.due:
            raise Revert("ORDER")
        terms = self.terms
        now = self.env.now
        if now < order.due:
            raise Revert("EARLY")
        if now > order.due + terms.window + terms.grace:
            raise Revert("EXPIRED")
        self.oracle.bring(self.address, order.market, update, value)
        self.slots[order.account, slot] = None
        code = ""
        try:
            self.vault.trade(
                self.address, order.account, order.market, order.size, order.due, terms.window, reference,
                order.acceptable, order.reduce_only,
            )  # fmt: skip
        except Revert as refusal:
            if refusal.code not in CONSUMED:
                raise
            if refusal.code not in UNPRICED and self._has_outdated(order.account):
                raise
            code = refusal.code
        self.env.emit(self.address, "Executed", order.account, slot, sender, order.fee, code)
        if code:
            self.vault.release(self.address, order.account, 0, not order.reduce_only)
        self.earned[sender] = self.earned.get(sender, 0) + order.fee
        return code

    def _has_outdated(self, account: int) -> bool:
        """Whether a newer price may have been left out, in any market of the account. @raises RevertOfAll GAS."""
        try:
            return self.oracle.has_outdated(self.vault.account(account).markets, 0)
        except Revert as refusal:
            raise RevertOfAll(refusal.code) from refusal

    @external
    def cancel(self, sender: int, order: Order, slot: int) -> None:
        """Ends an order and returns its fee. @raises Revert AUTH, ORDER, EARLY."""
        if not self.vault.may(sender, order.account, TRADE):
            raise Revert("AUTH")
        self._held(order, slot)
        if order.due and self.env.now <= order.due + self.terms.window + self.terms.grace:
            raise Revert("EARLY")
        self.slots[order.account, slot] = None
        self.env.emit(self.address, "Cancelled", order.account, slot, order.fee)
        self.vault.release(self.address, order.account, order.fee, not order.reduce_only)

    @external
    def claim(self, sender: int, keeper: int) -> int:
        """Moves a keeper's earnings to its vault account. Anyone. @returns WAD USD."""
        amount = self.earned.get(keeper, 0)
        if amount:
            self.earned[keeper] = 0
            self.env.emit(self.address, "Claimed", keeper, amount)
            self.vault.push(self.address, keeper, amount)
        return amount

    def open_fees(self) -> int:
        """Fees of the live orders (WAD USD)."""
        return sum(order.fee for order in self.slots.values() if order is not None)

    def slot_word(self, account: int, slot: int) -> int:
        """What the contract stores: the order's hash, 1 when free again, 0 when never used."""
        if (account, slot) not in self.slots:
            return 0
        order = self.slots[account, slot]
        if order is None:
            return 1
        from eth_utils.crypto import keccak

        data = b"".join((int(field) % (1 << 256)).to_bytes(32, "big") for field in order)
        return int.from_bytes(keccak(data), "big")
