"""What the events tell: every account, position, market and open order, without a call.

The events carry packed words with the state after them (`docs/spec.md`, sections 2 and 4); values are the model's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from novation.bots.events import Events
from novation.chain.abi import ZERO_ADDRESS
from novation.chain.protocol import Event
from novation.fixed import unpack
from novation.model import words
from novation.model.ledger import NEW, Account
from novation.model.market import EMPTY, OWED_UNIT, Market, Position, pnl
from novation.model.marks import Book

UNKNOWN = Market(0, 0, 0, 0, 0, 0, 0)
NO_BOOK = Book(0, 0, 0)


class Order(NamedTuple):
    """An order as the order module hashes it; `IOrderModule.Order`."""

    account: str
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


@dataclass(frozen=True)
class Addresses:
    """The vault's accounts that are contracts, and the treasury; insurance is the vault's own."""

    vault: str
    pool: str
    shares: str
    orders: str
    treasury: str


@dataclass
class Mirror:
    """The state so far; `refresh` brings it up to date. Bots in one process share one. A subclass may look at events
    as they come, before and after they are taken in."""

    at: Addresses
    source: Events
    accounts: dict[str, Account] = field(default_factory=dict)
    positions: dict[tuple[str, int], Position] = field(default_factory=dict)
    markets: dict[int, Market] = field(default_factory=dict)
    orders: dict[tuple[str, int], Order] = field(default_factory=dict)
    book: Book = NO_BOOK
    supply: int = 0  # of shares
    deposited: int = 0  # WAD USD, ever
    withdrawn: int = 0

    def refresh(self) -> None:
        """Takes in what has happened since."""
        self.apply(self.source.read())

    def apply(self, events: Iterable[Event]) -> None:
        """Takes in events, in their order on the chain."""
        for event in events:
            handler = getattr(self, f"_{event.name.lower()}", None)
            if handler is not None:
                handler(event.args, event.address)

    @property
    def owed(self) -> int:
        """Fees that the pool owes to treasury and insurance, WAD USD."""
        return self.book.owed * OWED_UNIT

    def cash(self, account: str) -> int:
        """Cash of an account."""
        return self.accounts.get(account, NEW).cash

    def market(self, number: int) -> Market:
        """A market; all zero before its first event."""
        return self.markets.get(number, UNKNOWN)

    def position(self, account: str, number: int) -> Position:
        """A position, empty where there is none."""
        return self.positions.get((account, number), EMPTY)

    def holders(self) -> list[str]:
        """Accounts with a position."""
        return list(dict.fromkeys(account for account, _ in self.positions))

    def markets_of(self, account: str) -> list[int]:
        """The markets in which the account has a position."""
        return [market for owner, market in self.positions if owner == account]

    def pnl(self, account: str, number: int, price: int) -> int:
        """What the position would bring at a price, premium aside, with the funding stored."""
        size, basis, _ = self.position(account, number)
        return pnl(size, basis, price, self.market(number).funding)

    # Accounts. ---------------------------------------------------------------------------------------------------

    def _put(self, account: str, word: int) -> None:
        self.accounts[account] = account_of(word)

    def _set(self, account: str, cash: int) -> None:
        self.accounts[account] = self.accounts.get(account, NEW)._replace(cash=cash)

    def _add(self, account: str, amount: int) -> None:
        self._set(account, self.cash(account) + amount)

    def _deposited(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self.deposited += args["amount"]

    def _withdrawn(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self.withdrawn += args["amount"]

    def _reserved(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self._add(self.at.orders, args["fee"])

    def _released(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self._add(self.at.orders, -args["fee"])

    def _flagged(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])

    def _transferred(self, args: dict[str, Any], _: str) -> None:
        self._put(args["source"], args["source_word"])
        self._put(args["target"], args["target_word"])

    def _traded(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self._set(self.at.pool, args["pool_cash"])

    def _liquidated(self, args: dict[str, Any], _: str) -> None:
        self._put(args["account"], args["word"])
        self._set(self.at.pool, args["pool_cash"])
        self._set(self.at.vault, args["insurance_cash"])
        if args["liquidator"] != args["account"]:  # else the word has it
            self._add(args["liquidator"], args["reward"])

    # Markets. ----------------------------------------------------------------------------------------------------

    def _filled(self, args: dict[str, Any], _: str) -> None:
        self._place(args)
        self._marked(args, _)

    def _marked(self, args: dict[str, Any], _: str) -> None:
        self.markets[args["market"]] = market_of(args["interest"], args["funding"], args["mark"])
        self.book = Book(*unpack(args["book"], words.BOOK))

    def _realised(self, args: dict[str, Any], _: str) -> None:
        # Pool and vault both log `Realised`: positions from the one, cash from the other.
        if "position" not in args:
            self._traded(args, _)
            return
        self._place(args)
        price, basis = unpack(args["mark"], words.MARK)
        self.markets[args["market"]] = self.market(args["market"])._replace(price=price, basis=basis)
        self.book = Book(*unpack(args["book"], words.BOOK))

    def _place(self, args: dict[str, Any]) -> None:
        key, position = (args["account"], args["market"]), Position(*unpack(args["position"], words.POSITION))
        if position.size:
            self.positions[key] = position
        else:
            self.positions.pop(key, None)

    def _collected(self, args: dict[str, Any], _: str) -> None:
        # The pool's own event has the book, the vault's the amounts.
        if "book" in args:
            self.book = Book(*unpack(args["book"], words.BOOK))
            return
        self._add(args["pool"], -args["treasury_amount"] - args["insurance_amount"])
        self._add(self.at.vault, args["insurance_amount"])
        self._add(self.at.treasury, args["treasury_amount"])

    # Shares. -----------------------------------------------------------------------------------------------------

    def _transfer(self, args: dict[str, Any], emitter: str) -> None:
        # Of all tokens' transfers only those count that mint or burn shares.
        if emitter == self.at.shares:
            source, target, amount = args.values()
            self.supply += amount * ((source == ZERO_ADDRESS) - (target == ZERO_ADDRESS))

    # Orders. -----------------------------------------------------------------------------------------------------

    def _committed(self, args: dict[str, Any], _: str) -> None:
        order = Order(*args["order"])
        self.orders[order.account, args["slot"]] = order

    _triggered = _committed

    def _executed(self, args: dict[str, Any], _: str) -> None:
        self.orders.pop((args["account"], args["slot"]), None)

    _cancelled = _executed


def market_of(interest: int, rates: int, mark: int) -> Market:
    """A market of its three words."""
    long, short, accrued_at = unpack(interest, words.INTEREST)
    rate, funding = unpack(rates, words.FUNDING)
    price, basis = unpack(mark, words.MARK)
    return Market(long, short, accrued_at, funding, rate, price, basis)


def account_of(word: int) -> Account:
    """An account of its word."""
    flags, collaterals, markets, flagged_at, debt_index, cash = unpack(word, words.ACCOUNT)
    return Account(cash, debt_index, flagged_at, markets, collaterals, bool(flags & words.PENDING))


def addresses(system: Any) -> Addresses:
    """Of a `novation.deployment.system.System`."""
    return Addresses(
        vault=system.vault.address,
        pool=system.pool.address,
        shares=system.shares.address,
        orders=system.orders.address,
        treasury=system.treasury,
    )
