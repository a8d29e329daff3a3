"""What the contracts keep, unpacked: the words as docs/spec.md draws them."""

from __future__ import annotations

from typing import Any, NamedTuple

from novation.chain.protocol import Contract
from novation.fixed import unpack
from novation.model import words
from novation.model.market import OWED_UNIT, Config, Market, Position, Ramp

WAD = 10**18
PENDING = 1


class Account(NamedTuple):
    """A vault account; cash is WAD USD."""

    flags: int
    collaterals: int
    markets: int
    flagged_at: int
    debt_index: int
    cash: int


class Book(NamedTuple):
    """A pool's book, WAD USD."""

    liability: int
    reserve: int
    owed: int


class Fill(NamedTuple):
    """IClearingPool.Fill."""

    size: int
    delta: int
    cash: int
    charge: int
    penalty: int
    health: int
    opening: bool
    price: int


class Risk(NamedTuple):
    """IClearingPool.Risk."""

    gains: int
    losses: int
    equity: int
    initial: int
    maintenance: int
    status: int


class Health(NamedTuple):
    """ICollateralVault.Health."""

    cash: int
    margin: int
    initial: int
    maintenance: int
    withdrawable: int
    liquidatable: bool
    flagged_at: int
    status: int


class Preview(NamedTuple):
    """ILens.Preview."""

    price: int
    fee: int
    impact: int
    margin: int
    initial: int
    maintenance: int
    liquidation_price: int
    code: str


def account_of(word: int) -> Account:
    return Account(*unpack(word, words.ACCOUNT))


def position_of(word: int) -> Position:
    return Position(*unpack(word, words.POSITION))


def book_of(word: int) -> Book:
    liability, reserve, owed = unpack(word, words.BOOK)
    return Book(liability, reserve, owed * OWED_UNIT)


def config_of(word: int) -> tuple[Config, int]:
    """The config and its flags."""
    scale, *rest, flags = unpack(word, words.CONFIG)
    return Config(scale * 10**15, *rest), flags


def ramp_of(word: int) -> Ramp:
    return Ramp(*unpack(word, words.RAMP))


def market_of(interest: int, funding: int, mark: int) -> Market:
    long, short, accrued_at = unpack(interest, words.INTEREST)
    rate, index = unpack(funding, words.FUNDING)
    price, basis = unpack(mark, words.MARK)
    return Market(long, short, accrued_at, index, rate, price, basis)


def account(vault: Contract, address: str) -> Account:
    return account_of(vault.call("account_word", address))


def position(pool: Contract, address: str, market: int = 0) -> Position:
    return position_of(pool.call("position_word", address, market))


def market(pool: Contract, number: int = 0) -> Market:
    return market_of(*pool.call("market_words", number)[2:])


def config(pool: Contract, number: int = 0) -> Config:
    return config_of(pool.call("market_words", number)[0])[0]


def book(pool: Contract) -> Book:
    return book_of(pool.call("book_word"))


def refusal(contract: Contract, function: str, *args: Any, sender: str) -> str | None:
    """The revert code of a transaction, None where it passes."""
    receipt = contract.attempt(function, *args, sender=sender)
    return None if receipt.ok else receipt.error
