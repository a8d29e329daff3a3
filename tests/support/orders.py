"""An OrderModule and a LiquidationModule over a vault that does what it is told, for tests of the modules alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from novation.chain.abi import checksum, codec
from novation.chain.protocol import Contract, Event, Receipt
from novation.chain.revm import RevmChain
from tests.support import oracle as feeds

WAD = 10**18
DELAY, WINDOW, GRACE = 5, 60, 30
FEE_MIN, FEE_MAX = WAD // 10, 5 * WAD
DONE, FAIL, BURN, SPEND, CALL_BACK = range(5)
TRADER_CODES = ("MARGIN", "DEBT", "MAX", "CAPPED", "PRICE", "REDUCE", "DUST")
SYSTEM_CODES = ("STALE", "EARLY", "PROOF", "HALTED", "CREDIT", "PAUSED", "MARKET", "AUTH", "BUSY", "GAS", "", "MARGINS")
ORDER_TYPES = ["address", "uint256", "int256", *["uint256"] * 2, *["bool"] * 2, *["uint256"] * 4]
ORDER_CODEC = codec([{"type": name} for name in ORDER_TYPES])
STRING = codec([{"type": "string"}])


def error(text: str) -> bytes:
    """Revert data with a reason."""
    return bytes.fromhex("08c379a0") + STRING.encode((text,))


class Order(NamedTuple):
    """As the contract's, in its order."""

    account: str
    market: int = 0
    size: int = WAD
    acceptable: int = 0
    trigger: int = 0
    trigger_above: bool = False
    reduce_only: bool = False
    fee: int = WAD
    expires_at: int = 2**40
    due: int = 0
    committed_at: int = 0

    @property
    def hash(self) -> bytes:
        return keccak(ORDER_CODEC.encode(tuple(self)))


@dataclass
class Desk:
    """Roles: `trader` owns `account` and its sub-accounts, `operator` may trade for it; the others have no powers."""

    chain: RevmChain
    rig: feeds.Rig
    vault: Contract
    orders: Contract
    liquidations: Contract
    trader: str
    operator: str
    keeper: str
    anyone: str

    @property
    def account(self) -> str:
        return self.trader

    def sub_account(self, number: int) -> str:
        """An account with the trader's first 19 bytes."""
        return checksum(bytes.fromhex(self.trader[2:40]) + bytes([number]))

    def order(self, **changes: Any) -> Order:
        return Order(**({"account": self.trader} | changes))

    def commit(self, slot: int = 0, **changes: Any) -> Order:
        """Commits. @returns the order as the event tells it."""
        receipt = self.orders.transact("commit", tuple(self.order(**changes)), slot, sender=self.trader)
        return order_of(receipt.one("Committed"))

    def due(self, slot: int = 0, **changes: Any) -> Order:
        """Commits an order and waits until it is due."""
        order = self.commit(slot, **changes)
        self.chain.set_time(max(order.due, self.chain.now))
        return order

    def refusal(self, function: str, *args: Any, sender: str | None = None) -> str | None:
        """The revert code, None where it succeeds."""
        return self.orders.attempt(function, *args, sender=sender or self.keeper).error

    def execute(
        self,
        order: Order,
        slot: int = 0,
        reference: int = 7,
        gas: int | None = None,
        *,
        update: bytes = b"",
        value: int = 0,
    ) -> Receipt:
        """May revert. @param value Wei."""
        arguments = (tuple(order), slot, reference, update)
        return self.orders.attempt("execute", *arguments, sender=self.keeper, value=value, gas=gas)

    def liquidate(self, market: int = 3, update: bytes = b"", value: int = 0) -> Receipt:
        """The account, by the keeper; may revert. @param value Wei."""
        arguments = (self.account, market, update)
        return self.liquidations.attempt("liquidate", *arguments, sender=self.keeper, value=value)

    def make_vault(self, mode: int, amount: int = 0, failure: bytes = b"") -> None:
        """How `trade` and `liquidate` end from now on."""
        self.vault.transact("set_mode", mode, amount, failure, sender=self.anyone)

    def fail_with(self, data: bytes) -> None:
        self.make_vault(FAIL, 0, data)

    def is_alive(self, order: Order, slot: int = 0) -> bool:
        return bool(self.orders.call("order_hash", order.account, slot) == order.hash)

    def slot_word(self, account: str, slot: int) -> int:
        """What the storage holds."""
        from novation.chain.abi import mapping_slot

        base = mapping_slot(0, account)
        return self.chain.storage(self.orders.address, (base + slot) % 2**256)

    def earned(self, keeper: str | None = None) -> int:
        return int(self.orders.call("earned", keeper or self.keeper))


def order_of(event: Event) -> Order:
    """The order in a Committed or Triggered event."""
    return Order(*event.args["order"])


def called(receipt: Receipt, name: str) -> list[dict[str, Any]]:
    """The arguments with which the vault's function was called."""
    return [event.args for event in receipt.find("Called") if event.args["name"] == name]


def build(chain: RevmChain) -> Desk:
    """A desk whose market 0 has the price 2,000; the feed of market PULLED is brought its prices."""
    rig = feeds.build(chain)
    rig.reset(0)
    rig.push(2_000)
    deployer = chain.account(2)
    vault = chain.deploy("MockVault", sender=deployer)
    orders = chain.deploy(
        "OrderModule",
        vault.address,
        rig.oracle.address,
        DELAY,
        WINDOW,
        GRACE,
        FEE_MIN,
        FEE_MAX,
        sender=deployer,
    )
    terms = (1_000, 5_000, 600, 5 * WAD)
    liquidations = chain.deploy("LiquidationModule", vault.address, rig.oracle.address, *terms, sender=deployer)
    desk = Desk(
        chain, rig, vault, orders, liquidations, chain.account(3), chain.account(4), chain.account(5), chain.account(6)
    )
    vault.transact("set_operator", desk.operator, desk.account, True, sender=deployer)
    return desk


__all__ = ["Desk", "Order", "build", "called", "error", "order_of"]
