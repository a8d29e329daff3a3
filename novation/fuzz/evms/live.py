"""anvil in the place of revm: the whole campaign, with model and invariants, through web3.

Every transaction is a block of its own at the engine's time. What is different from revm: senders' nonces move (but
contracts get the same addresses), what `fund` gave is undone by a restore, and `written` tells of words that are not
zero only.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from novation.chain.abi import ZERO_ADDRESS, checksum, create_address
from novation.chain.compiler import Artifact
from novation.chain.protocol import ChainError, Contract, Deployable, Event, Receipt, Registry, Reverted
from novation.chain.revm import ACCOUNTS, CHAIN_ID, GAS_LIMIT, START, WEALTH, account_address
from novation.chain.rpc import RpcError
from novation.fuzz.evms.node import AnvilNode, Mined, code_of
from novation.fuzz.evms.reading import Words
from novation.fuzz.evms.tape import REFUSED, Transaction
from novation.fuzz.system.engine import Engine, Log, Place


class AnvilEngine(Engine):
    """An `Engine` that talks to an anvil of its own. Nothing of `RevmChain` that needs an EVM in process is left."""

    def __init__(self, timestamp: int = START, replaced: Mapping[str, Artifact] | None = None) -> None:
        """@raises ComponentUnavailable, ChainError where anvil does not start."""
        self.node = AnvilNode(timestamp, long_code=bool(replaced))
        self._chain_id = CHAIN_ID
        self._registry = Registry(replaced)
        self._accounts: list[str] = []
        self._marks: dict[int, tuple[str, int, int, dict[str, int]]] = {}
        self._next_snapshot = 1
        self._time = timestamp
        self._block = 0
        self._coinbase = ZERO_ADDRESS
        self._words = Words(self.node)
        self._deployed: dict[str, int] = {}  # contracts of each sender: the nonce that its next one is made with
        self._last = REFUSED
        self._gas = 0
        self.account(ACCOUNTS - 1)

    def close(self) -> None:
        """Ends the node."""
        self.node.close()

    # --- accounts and clock

    def account(self, index: int) -> str:
        """The same as on revm, with as much ether."""
        while len(self._accounts) <= index:
            address = account_address(len(self._accounts))
            self.node.ask("anvil_setBalance", address, hex(WEALTH))
            self._accounts.append(address)
        return self._accounts[index]

    def mine(self, blocks: int = 1) -> None:
        """Adds empty blocks; the clock stays."""
        for _ in range(blocks):
            self.node.mine(self._time, [])
        self._block += blocks

    def _set_block(self) -> None:
        """The next block is told its time when it is made."""
        if self._coinbase != ZERO_ADDRESS:
            raise ChainError("who makes the blocks is asked of revm only")

    def snapshot(self) -> int:
        """A name to restore."""
        name = self._next_snapshot
        self._next_snapshot += 1
        self._marks[name] = (self.node.snapshot(), self._time, self._block, dict(self._deployed))
        return name

    def restore(self, snapshot: int) -> None:
        """Goes back to a snapshot, which stays. @raises ChainError for one that was dropped."""
        if snapshot not in self._marks:
            raise ChainError(f"snapshot {snapshot} is unknown or was dropped")
        for later in [name for name in self._marks if name > snapshot]:
            del self._marks[later]
        mark, self._time, self._block, deployed = self._marks[snapshot]
        self._deployed = dict(deployed)
        self._marks[snapshot] = (self.node.restore(mark), self._time, self._block, deployed)

    def balance(self, address: str) -> int:
        """Wei."""
        return int(self.node.ask("eth_getBalance", address, "latest"), 16)

    def fund(self, address: str, wei: int) -> None:
        """Gives an address at least this much."""
        self.node.ask("anvil_setBalance", address, hex(max(wei, self.balance(address))))

    # --- state

    def code(self, address: str) -> bytes:
        """Runtime code."""
        return bytes.fromhex(self.node.ask("eth_getCode", address, "latest")[2:])

    def storage(self, address: str, slot: int) -> int:
        """A storage word."""
        return int(self.node.ask("eth_getStorageAt", address, hex(slot), "latest"), 16)

    def words(self, places: Sequence[Place]) -> list[int]:
        """Storage words, all in one request. @raises ChainError."""
        return self._words.read(places)

    def written(self) -> set[Place]:
        """Every slot that holds anything."""
        state = json.loads(gzip.decompress(bytes.fromhex(self.node.ask("anvil_dumpState")[2:])))
        return {
            (address.lower(), int(slot, 16))
            for address, account in state["accounts"].items()
            for slot, word in account["storage"].items()
            if int(word, 16)
        }

    def looked_up(self) -> set[str]:
        """@raises ChainError: coverage is measured on revm."""
        raise ChainError("anvil does not tell which accounts were asked for: measure coverage on revm")

    # --- calls

    def raw_call(self, to: str, data: bytes, sender: str | None = None, value: int = 0, static: bool = True) -> bytes:
        """Return data of a call that changes nothing. @raises Reverted."""
        try:
            return self.node.call(Transaction(self._time, sender or self._accounts[0], to, data, value))
        except RpcError as error:
            raise Reverted(code_of(error)) from None

    def send(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS_LIMIT) -> tuple[str | None, bytes]:
        """A transaction, a block. @return its revert code (None where it succeeded), its return data."""
        receipt = self._sent(Transaction(self._time, sender, to, data, value, gas))
        return receipt.error, receipt.output

    def look(self, sender: str, to: str, data: bytes) -> tuple[str | None, bytes]:
        """A call that changes nothing; as `send`."""
        try:
            return None, self.node.call(Transaction(self._time, sender, to, data))
        except RpcError as error:
            return code_of(error), error.data

    def tried(
        self, sender: str, to: str, data: bytes, places: Sequence[Place], value: int = 0
    ) -> tuple[str | None, bytes, list[int]]:
        """What a transaction would do, undone again. @return as `send`, and words as it would leave them."""
        mark, block = self.node.snapshot(), self._block
        code, output = self.send(sender, to, data, value)
        words = self.words(places) if code is None else []
        self.node.restore(mark)
        self._block = block
        return code, output, words

    def outcome(self) -> tuple[int, list[Log]]:
        """Gas used and logs of the last call, which succeeded."""
        return self._gas, self.logs()

    def logs(self) -> list[Log]:
        """Of the last call, which succeeded."""
        return [(checksum(address), list(topics), data) for address, topics, data in self._last.logs]

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction; a revert is in the receipt."""
        return self._sent(Transaction(self._time, sender, to, data, value, gas or GAS_LIMIT))

    def predict(self, sender: str, offset: int = 0) -> str:
        """The address of the sender's next deployment but `offset`."""
        return create_address(sender, self._deployed.get(sender, 0) + offset)

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """At the address at which it would be on revm. @raises Reverted."""
        name, interface, code = self._registry.resolve(what)
        address = self.predict(sender)
        self._registry.learn(address, interface)
        nonce = self._deployed.get(sender, 0)
        creation = Transaction(self._time, sender, "", code + interface.constructor(args), value, nonce=nonce)
        receipt = self._told(creation, self.node.create(creation))
        self._deployed[sender] = nonce + 1
        if not receipt.ok:
            raise Reverted(receipt.error or "", f"deploying {name}")
        if not self.code(address):
            raise ChainError(f"{name} is not at the predicted {address}")
        return Contract(self, name, interface, address, receipt)

    def _sent(self, transaction: Transaction) -> Receipt:
        """A block of one transaction, or none where the node refuses it."""
        return self._told(transaction, self.node.alone(transaction))

    def _told(self, transaction: Transaction, mined: Mined | None) -> Receipt:
        if mined is None:
            self._last = REFUSED
            return Receipt(False, 0, self.node.refusal(transaction), b"", self._time, self._block, list)
        self._last = outcome = mined.outcome
        self._gas = mined.gas
        self._block += 1
        error = None if outcome.ok else self.node.failure(transaction, outcome)
        logs = self.logs()

        def events() -> list[Event]:
            return [self._registry.event(log) for log in logs]

        return Receipt(error is None, mined.gas, error, outcome.output, self._time, self._block, events, mined.hash)
