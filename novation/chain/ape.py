"""Contracts on any network that Ape reaches: the embedded EVM (`ethereum:local:test`), anvil, or a live one.

Ape opens the network and holds the accounts; calls and transactions go to the node below it (`nodes`, `rpc`), which
keeps revert data exact and is ten times faster than Ape's own contracts. Nothing is compiled by Ape.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novation.chain.abi import checksum, create_address
from novation.chain.components import use_anvil
from novation.chain.nodes import Embedded, Node
from novation.chain.protocol import ChainError, Contract, Deployable, Receipt, Registry, Reverted
from novation.chain.rpc import RpcNode

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = "ethereum:local:test"
ANVIL = "ethereum:local:foundry"


@contextmanager
def connect(network: str = EMBEDDED, accounts: Sequence[AccountAPI] = ()) -> Iterator[ApeChain]:
    """Opens a network for the length of the context, for scripts and tests that `ape` did not start.

    @param network Ape's name, `ecosystem:network:provider`.
    @raises ChainError for an unknown network or one that does not answer; ComponentUnavailable without anvil.
    """
    os.environ.setdefault("APE_DATA_FOLDER", str(ROOT / ".cache" / "ape"))
    if network.endswith(":foundry"):
        use_anvil()
    import ape
    from ape.exceptions import ApeException

    try:
        context = ape.networks.parse_network_choice(network)
        provider = context.__enter__()
    except ApeException as error:
        raise ChainError(f"no connection to {network}: {str(error).splitlines()[0]}") from error
    try:
        yield ApeChain(provider, accounts)
    finally:
        context.__exit__(None, None, None)


class ApeChain:
    """A `Chain` on an Ape provider. Every transaction is a block (on test chains) and moves the sender's nonce."""

    def __init__(self, provider: ProviderAPI | None = None, accounts: Sequence[AccountAPI] = ()) -> None:
        """
        @param provider A connected one; the active one if None, as in scripts that `ape run` started.
        @param accounts Who can send; on test networks the funded test accounts if empty.
        @raises ChainError where Ape is not connected.
        """
        import ape
        from ape.exceptions import ProviderNotConnectedError

        try:
            provider = provider or ape.networks.provider
        except ProviderNotConnectedError as error:
            raise ChainError("Ape is not connected to a network") from error
        self.provider = provider
        is_dev = provider.network.is_dev
        self._node: Node = Embedded(provider) if provider.name == "test" else RpcNode(provider, is_dev)
        self._registry = Registry()
        senders = list(accounts) or (list(ape.accounts.test_accounts) if is_dev else [])
        self._senders: dict[str, AccountAPI | str] = {str(account.address): account for account in senders}
        self._accounts = list(self._senders)
        self._snapshots: dict[int, tuple[Any, int]] = {}
        self._next_snapshot = 1
        self._chain_id = int(provider.chain_id)

    @property
    def chain_id(self) -> int:
        """The chain's id."""
        return self._chain_id

    @property
    def accounts(self) -> Sequence[str]:
        """Who can send."""
        return self._accounts

    def account(self, index: int) -> str:
        """@raises ChainError where there are fewer."""
        if index >= len(self._accounts):
            raise ChainError(f"account {index} wanted, there are {len(self._accounts)}")
        return self._accounts[index]

    @property
    def now(self) -> int:
        """The time that the next transaction sees on test chains, the newest block's on live ones."""
        return self._node.now()

    def set_time(self, timestamp: int) -> None:
        """The time of the next block. @raises ChainError for a time in the past, or on a live network."""
        if timestamp != (present := self.now):
            if timestamp < present:
                raise ChainError(f"{timestamp} is {present - timestamp} s in the past")
            self._node.set_time(timestamp)

    def warp(self, seconds: int) -> None:
        """Moves the clock on."""
        self.set_time(self.now + seconds)

    @property
    def block(self) -> int:
        """The newest block's number."""
        return self._node.block()

    def mine(self, blocks: int = 1) -> None:
        """Adds empty blocks."""
        self._node.mine(blocks)

    def snapshot(self) -> int:
        """Marks the present state. @raises ChainError on a live network."""
        name = self._next_snapshot
        self._next_snapshot += 1
        self._snapshots[name] = (self._node.snapshot(), self.now)
        return name

    def restore(self, snapshot: int) -> None:
        """Goes back to a snapshot, which stays."""
        if snapshot not in self._snapshots:
            raise ChainError(f"snapshot {snapshot} is unknown or was dropped")
        for later in [name for name in self._snapshots if name > snapshot]:
            del self._snapshots[later]
        mark, time = self._snapshots[snapshot]
        self._node.restore(mark)
        self._node.set_time(time)
        self._snapshots[snapshot] = (self._node.snapshot(), time)

    def balance(self, address: str) -> int:
        """Wei."""
        return self._node.balance(address)

    def fund(self, address: str, wei: int) -> None:
        """Gives an address at least this much, from the first account with enough. @raises ChainError."""
        missing = wei - self.balance(address)
        if missing <= 0:
            return
        if not self.provider.network.is_dev:
            raise ChainError("ether is given on test chains only")
        for sender in self._accounts:
            if sender != address and self.balance(sender) > 2 * missing:
                receipt = self.raw_transact(address, b"", sender, missing)
                if not receipt.ok:
                    raise ChainError(f"{address} takes no ether: {receipt.error}")
                return
        raise ChainError(f"no account can give {missing} wei")

    def code(self, address: str) -> bytes:
        """Runtime code, empty where there is no contract."""
        return self._node.code(address)

    def storage(self, address: str, slot: int) -> int:
        """A storage word."""
        return self._node.storage(address, slot)

    def predict(self, sender: str, offset: int = 0) -> str:
        """The address that the sender's next transaction but `offset` creates, if it creates a contract."""
        return create_address(sender, self._node.nonce(sender) + offset)

    def impersonate(self, address: str) -> None:
        """Lets this chain send for an address without a key. @raises ChainError where it is not anvil."""
        if not isinstance(self._node, RpcNode):
            raise ChainError("only anvil sends for an address without a key")
        self._node.impersonate(address)
        self._senders[address] = address

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """@raises Reverted."""
        name, interface, code = self._registry.resolve(what)
        address = self.predict(sender)
        self._registry.learn(address, interface)
        receipt = self._send(None, code + interface.constructor(args), sender, value, None)
        if not receipt.ok:
            raise Reverted(receipt.error or "", f"deploying {name}")
        return Contract(self, name, interface, address, receipt)

    def at(self, what: Deployable, address: str) -> Contract:
        """A contract that is deployed already."""
        name, interface, _ = self._registry.resolve(what)
        address = checksum(bytes.fromhex(address.removeprefix("0x")))
        self._registry.learn(address, interface)
        return Contract(self, name, interface, address)

    def raw_call(self, to: str, data: bytes, sender: str | None = None, value: int = 0, static: bool = True) -> bytes:
        """Return data of a call that changes nothing. @raises Reverted."""
        return self._node.call(sender or (self._accounts[0] if self._accounts else None), to, data, value)

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction; a revert is in the receipt.

        @raises ChainError for an unknown sender, or a transaction that the node refuses or does not mine.
        """
        return self._send(to, data, sender, value, gas)

    def _send(self, to: str | None, data: bytes, sender: str, value: int, gas: int | None) -> Receipt:
        account = self._senders.get(sender)
        if account is None:
            raise ChainError(f"there is no key for {sender}")
        done = self._node.send(account, to, data, value, gas)
        registry = self._registry
        return Receipt(
            done.error is None,
            done.gas,
            done.error,
            done.output,
            done.time,
            done.block,
            lambda: [registry.event(log) for log in done.logs],
            done.hash,
        )
