"""The one small protocol that deployment, tests, bots, fuzzing and simulation use to reach contracts.

Time. `set_time` and `warp` move the clock that the next call and the next transaction see; nothing else moves it on
`RevmChain`. On chains with real blocks every transaction is a block and a block is at least a second younger than its
parent, so there only the first transaction after `set_time(t)` is at `t` exactly.

Snapshots. A snapshot can be restored any number of times; restoring drops the snapshots that were taken after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from novation.chain.abi import Interface, codec
from novation.chain.compiler import Artifact, compile_all

# What can be deployed: the name of one of our contracts, an artifact, or (name, abi, creation code).
Deployable = str | Artifact | tuple[str, Sequence[Any], bytes]
RawLog = tuple[str, Sequence[bytes], bytes]  # emitter, topics, data

ERROR_STRING = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")
_STRING = codec([{"type": "string"}])
_NUMBER = codec([{"type": "uint256"}])


class ChainError(Exception):
    """The chain cannot do what was asked (no such account, no time travel, no connection)."""


class Reverted(Exception):
    """A call or transaction failed; `code` is the revert string, see `revert_code`."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{where}: {code or 'reverted without a reason'}" if where else code)
        self.code = code


def revert_code(output: bytes) -> str:
    """The code in revert data: the string of `Error(string)`, empty without data, PANIC_11 for `Panic(0x11)`,
    ERROR_ and the selector for any other error. Failures without revert data that are no reverts have the codes
    OUT_OF_GAS, INVALID (an invalid opcode, Vyper's UNREACHABLE), HALT_... and REJECTED (not even executed).
    """
    if not output:
        return ""
    selector, body = output[:4], output[4:]
    try:
        if selector == ERROR_STRING:
            return str(_STRING.decode(body, 0)[0])
        if selector == PANIC:
            return f"PANIC_{_NUMBER.decode(body, 0)[0]:02X}"
    except ValueError:  # malformed revert data of a third party
        return f"ERROR_{output.hex()}"
    return f"ERROR_{selector.hex()}"


@dataclass(frozen=True)
class Event:
    """A decoded log; `name` is empty and `args` hold topics and data where the emitter's ABI does not have it."""

    address: str
    name: str
    args: dict[str, Any]


class Receipt:
    """What a transaction did. `gas` is gas used, exact on real chains only; `time` is its block's timestamp."""

    __slots__ = ("_events", "_logs", "block", "error", "gas", "hash", "ok", "output", "time")

    def __init__(
        self,
        ok: bool,
        gas: int,
        error: str | None,
        output: bytes,
        time: int,
        block: int,
        logs: Callable[[], list[Event]],
        hash: str = "",
    ) -> None:
        self.ok = ok
        self.gas = gas
        self.error = error  # None where ok
        self.output = output  # return or revert data; empty where the network does not tell
        self.time = time
        self.block = block
        self.hash = hash
        self._logs = logs
        self._events: list[Event] | None = None

    @property
    def events(self) -> list[Event]:
        """All logs in order, decoded on first use."""
        if self._events is None:
            self._events = self._logs() if self.ok else []
        return self._events

    def find(self, name: str) -> list[Event]:
        """The events of that name."""
        return [event for event in self.events if event.name == name]

    def one(self, name: str) -> Event:
        """The only event of that name. @raises LookupError for none or several."""
        found = self.find(name)
        if len(found) != 1:
            raise LookupError(f"{len(found)} events {name} among {[event.name for event in self.events]}")
        return found[0]

    def __repr__(self) -> str:
        return f"Receipt(ok={self.ok}, gas={self.gas}, error={self.error!r}, time={self.time}, block={self.block})"


class Chain(Protocol):
    """A place where contracts run. Addresses are checksummed text, amounts are wei, time is Unix seconds."""

    @property
    def chain_id(self) -> int:
        """The chain's id."""

    @property
    def accounts(self) -> Sequence[str]:
        """The accounts that can send."""

    def account(self, index: int) -> str:
        """One account; funded on test chains. @raises ChainError where there are fewer."""

    @property
    def now(self) -> int:
        """The time that a call sees."""

    def set_time(self, timestamp: int) -> None:
        """@raises ChainError for a time in the past, or where time does not travel."""

    def warp(self, seconds: int) -> None:
        """Moves the clock on."""

    @property
    def block(self) -> int:
        """The newest block's number."""

    def mine(self, blocks: int = 1) -> None:
        """Adds empty blocks."""

    def snapshot(self) -> int:
        """Marks the present state, time and block; see the module."""

    def restore(self, snapshot: int) -> None:
        """Goes back to a snapshot. @raises ChainError for one that was dropped."""

    def balance(self, address: str) -> int:
        """Wei."""

    def fund(self, address: str, wei: int) -> None:
        """Gives an address at least this much ether, on test chains."""

    def code(self, address: str) -> bytes:
        """Runtime code, empty where there is no contract."""

    def storage(self, address: str, slot: int) -> int:
        """A storage word."""

    def predict(self, sender: str, offset: int = 0) -> str:
        """The address of the contract that the sender's next transaction but `offset` creates, if it creates one and
        all before it do (on a real chain any transaction in between moves it, on RevmChain only deployments)."""

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """@raises Reverted."""

    def at(self, what: Deployable, address: str) -> Contract:
        """A contract that is deployed already; also makes its events known."""

    def raw_call(self, to: str, data: bytes, sender: str | None = None, value: int = 0, static: bool = True) -> bytes:
        """Return data of a call that changes nothing. @raises Reverted. `static` forbids writes where possible."""

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction; a revert is in the receipt, nothing is raised for it. `gas` is the limit."""


class Contract:
    """A deployed contract on a chain."""

    __slots__ = ("_chain", "address", "interface", "name", "receipt")

    def __init__(
        self, chain: Chain, name: str, interface: Interface, address: str, receipt: Receipt | None = None
    ) -> None:
        self._chain = chain
        self.name = name
        self.interface = interface
        self.address = address
        self.receipt = receipt  # of the deployment, where it was deployed here

    def encode(self, function: str, *args: Any) -> bytes:
        """Calldata. A function is its name, or its whole signature where the name is not enough."""
        return self.interface.function(function, len(args)).encode(args)

    def call(self, function: str, *args: Any, sender: str | None = None, value: int = 0) -> Any:
        """What a view returns, or a mutating function would (nothing is kept). @raises Reverted."""
        found = self.interface.function(function, len(args))
        try:
            data = self._chain.raw_call(self.address, found.encode(args), sender, value, found.view)
        except Reverted as error:
            raise Reverted(error.code, f"{self.name}.{function}") from None
        return found.decode(data)

    def attempt(self, function: str, *args: Any, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction whose revert is no exception: see the receipt's `ok` and `error`."""
        found = self.interface.function(function, len(args))
        return self._chain.raw_transact(self.address, found.encode(args), sender, value, gas)

    def transact(self, function: str, *args: Any, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction. @raises Reverted."""
        found = self.interface.function(function, len(args))
        receipt = self._chain.raw_transact(self.address, found.encode(args), sender, value, gas)
        if not receipt.ok:
            raise Reverted(receipt.error or "", f"{self.name}.{function}")
        return receipt

    def returned(self, function: str, receipt: Receipt) -> Any:
        """The decoded return value of a transaction, where the chain tells it (RevmChain, the embedded EVM)."""
        matches = [found for found in self.interface.functions.values() if function in (found.name, found.signature)]
        return matches[0].decode(receipt.output)

    def __repr__(self) -> str:
        return f"{self.name}({self.address})"


class Registry:
    """The ABIs of the contracts that a chain knows, to decode their events. Both chains have one.

    `replaced` holds other builds of our contracts, deployed where their names are asked for.
    """

    def __init__(self, replaced: Mapping[str, Artifact] | None = None) -> None:
        self._replaced = replaced or {}
        self._by_address: dict[str, Interface] = {}
        # By the identity of the ABI, which is kept alive with it.
        self._by_abi: dict[int, tuple[Sequence[Any], Interface]] = {}

    def resolve(self, what: Deployable) -> tuple[str, Interface, bytes]:
        """Name, interface and creation code of what can be deployed."""
        if isinstance(what, str):
            what = self._replaced.get(what) or compile_all([what])[what]
        name, abi, code = (what.name, what.abi, what.bytecode) if isinstance(what, Artifact) else what
        if id(abi) not in self._by_abi:
            self._by_abi[id(abi)] = (abi, Interface(abi))
        return name, self._by_abi[id(abi)][1], code

    def learn(self, address: str, interface: Interface) -> None:
        """An address speaks this interface."""
        self._by_address[address] = interface

    def event(self, log: RawLog) -> Event:
        """A log, decoded by its emitter's ABI."""
        address, topics, data = log
        interface = self._by_address.get(address)
        known = interface.events.get(topics[0]) if interface is not None and topics else None
        if known is None:
            return Event(address, "", {"topics": list(topics), "data": data})
        return Event(address, known.name, known.decode(topics, data))
