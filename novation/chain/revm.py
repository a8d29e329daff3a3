"""Contracts in process on pyrevm: tens of thousands of calls a second, for fuzzing, simulation and most tests.

A development dependency (Linux x86-64 only), never imported by bots or deployment. Gas figures here are too low
(nothing is ever cold): take gas from receipts on anvil.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyrevm
from eth_utils.crypto import keccak

from novation.chain.abi import ZERO_ADDRESS, checksum, create_address
from novation.chain.compiler import Artifact
from novation.chain.protocol import (
    ChainError,
    Contract,
    Deployable,
    Event,
    Receipt,
    Registry,
    Reverted,
    revert_code,
)

START = 1_760_000_000
CHAIN_ID = 31_337
GAS_LIMIT = 30_000_000
SNAPSHOTS = 64  # every open one adds to the call depth, of which there are 1,024
PADDING = 33  # zero bytes that revm adds to every code it has analysed
WEALTH = 10**24  # wei of every account
ACCOUNTS = 20
CODE_LIMIT = 1 << 17  # bytes of a build that is not meant to be shipped

_REVERT = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*)")


def account_address(index: int) -> str:
    """Of the accounts that a chain in process hands out."""
    return checksum(keccak(text=f"novation account {index}")[12:])


class RevmChain:
    """A `Chain` in process. Nonces move by deployments only; the clock moves by `set_time` and `warp` only. Contracts
    named in `replaced` are deployed as these artifacts, whose code may be longer than EIP-170 allows."""

    def __init__(
        self, timestamp: int = START, chain_id: int = CHAIN_ID, replaced: Mapping[str, Artifact] | None = None
    ) -> None:
        # The spelling matters: an unknown spec_id silently means the latest fork.
        self._evm = pyrevm.EVM(
            env=pyrevm.Env(
                cfg=pyrevm.CfgEnv(chain_id=chain_id, limit_contract_code_size=CODE_LIMIT if replaced else None)
            ),
            gas_limit=GAS_LIMIT,
            spec_id="Cancun",
        )
        self._chain_id = chain_id
        self._registry = Registry(replaced)
        self._accounts: list[str] = []
        self._snapshots: dict[int, tuple[pyrevm.JournalCheckpoint, int, int]] = {}
        self._next_snapshot = 1
        self._time = timestamp
        self._block = 1
        self._coinbase = ZERO_ADDRESS
        self._set_block()
        self.account(ACCOUNTS - 1)

    @property
    def chain_id(self) -> int:
        """The chain's id."""
        return self._chain_id

    @property
    def accounts(self) -> Sequence[str]:
        """Those handed out so far, at least 20."""
        return self._accounts

    def account(self, index: int) -> str:
        """As many as wanted, always the same, each with a million ether."""
        while len(self._accounts) <= index:
            address = account_address(len(self._accounts))
            self._evm.set_balance(address, WEALTH)
            self._accounts.append(address)
        return self._accounts[index]

    @property
    def now(self) -> int:
        """The time that the next call and transaction see."""
        return self._time

    def set_time(self, timestamp: int) -> None:
        """@raises ChainError for a time in the past."""
        if timestamp < self._time:
            raise ChainError(f"{timestamp} is {self._time - timestamp} s in the past")
        self._time = timestamp
        self._set_block()

    def warp(self, seconds: int) -> None:
        """Moves the clock on."""
        self.set_time(self._time + seconds)

    @property
    def block(self) -> int:
        """The number that contracts see; moves by `mine` only."""
        return self._block

    def mine(self, blocks: int = 1) -> None:
        """Raises the block number; the clock stays."""
        self._block += blocks
        self._set_block()

    def set_coinbase(self, address: str) -> None:
        """Who is said to make the blocks, zero at first; a restore does not undo it. None of our contracts asks."""
        self._coinbase = address
        self._set_block()

    def _set_block(self) -> None:
        # The environment is a copy, so it is set as a whole.
        self._evm.set_block_env(
            pyrevm.BlockEnv(
                number=self._block, coinbase=self._coinbase, timestamp=self._time, basefee=0, gas_limit=GAS_LIMIT
            )
        )

    def snapshot(self) -> int:
        """Keep few open: see SNAPSHOTS. @raises ChainError for too many."""
        if len(self._snapshots) >= SNAPSHOTS:
            raise ChainError(f"{SNAPSHOTS} snapshots are open: restore an early one to drop the later")
        name = self._next_snapshot
        self._next_snapshot += 1
        self._snapshots[name] = (self._evm.snapshot(), self._time, self._block)
        return name

    def restore(self, snapshot: int) -> None:
        """Goes back to a snapshot, which stays. Balances given by `fund` stay as well."""
        if snapshot not in self._snapshots:
            raise ChainError(f"snapshot {snapshot} is unknown or was dropped")
        # The newest first: the engine leaves one call depth with each, and what was only forgotten would stay.
        for later in sorted((name for name in self._snapshots if name > snapshot), reverse=True):
            self._evm.revert(self._snapshots.pop(later)[0])
        checkpoint, self._time, self._block = self._snapshots[snapshot]
        self._evm.revert(checkpoint)
        self._evm.reset_transient_storage()
        self._snapshots[snapshot] = (self._evm.snapshot(), self._time, self._block)
        self._set_block()

    def balance(self, address: str) -> int:
        """Wei."""
        return self._evm.get_balance(address)

    def fund(self, address: str, wei: int) -> None:
        """Gives an address at least this much; a restore does not undo it."""
        self._evm.set_balance(address, max(wei, self._evm.get_balance(address)))

    def code(self, address: str) -> bytes:
        """Runtime code without padding, empty where there is no contract."""
        code = bytes(self._evm.get_code(address) or b"")
        return code[:-PADDING] if code.endswith(bytes(PADDING)) else code

    def storage(self, address: str, slot: int) -> int:
        """A storage word; four million a second."""
        return self._evm.storage(address, slot)

    def predict(self, sender: str, offset: int = 0) -> str:
        """The address of the sender's next deployment but `offset`."""
        return create_address(sender, self._evm.basic(sender).nonce + offset)

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """@raises Reverted."""
        name, interface, code = self._registry.resolve(what)
        evm = self._evm
        expected = self.predict(sender)
        # Events of the constructor are decoded by the contract's own ABI.
        self._registry.learn(expected, interface)
        try:
            address = evm.deploy(sender, code + interface.constructor(args), value, GAS_LIMIT)
        except RuntimeError as error:
            raise Reverted(self._code_of(error), f"deploying {name}") from None
        finally:
            evm.reset_transient_storage()
        receipt = self._receipt(b"")
        address = checksum(bytes.fromhex(address[2:]))
        if address != expected:
            raise ChainError(f"{name} is at {address}, not at the predicted {expected}")
        return Contract(self, name, interface, address, receipt)

    def at(self, what: Deployable, address: str) -> Contract:
        """A contract that is deployed already."""
        name, interface, _ = self._registry.resolve(what)
        address = checksum(bytes.fromhex(address.removeprefix("0x")))
        self._registry.learn(address, interface)
        return Contract(self, name, interface, address)

    def raw_call(self, to: str, data: bytes, sender: str | None = None, value: int = 0, static: bool = True) -> bytes:
        """Return data of a call that changes nothing. @raises Reverted."""
        evm = self._evm
        caller = sender or self._accounts[0]
        if static:
            try:
                return evm.message_call(caller, to, data, value, GAS_LIMIT, 0, True)
            except RuntimeError as error:
                raise Reverted(self._code_of(error)) from None
        checkpoint = evm.snapshot()
        try:
            return evm.message_call(caller, to, data, value, GAS_LIMIT, 0, False)
        except RuntimeError as error:
            raise Reverted(self._code_of(error)) from None
        finally:
            evm.revert(checkpoint)
            evm.reset_transient_storage()

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction; a revert is in the receipt."""
        evm = self._evm
        try:
            output = evm.message_call(sender, to, data, value, gas or GAS_LIMIT, 0, False)
        except RuntimeError as error:
            code = self._code_of(error)
            result = evm.result
            used = result.gas_used if result is not None else 0
            return Receipt(False, used, code, self._output_of(error), self._time, self._block, list)
        finally:
            evm.reset_transient_storage()
        return self._receipt(output)

    def _receipt(self, output: bytes) -> Receipt:
        """The receipt of the last, successful execution."""
        result = self._evm.result
        if result is None:
            raise ChainError("the last execution left no result")
        return Receipt(True, result.gas_used, None, output, self._time, self._block, lambda: self._events(result))

    def _events(self, result: pyrevm.ExecutionResult) -> list[Event]:
        events = []
        for log in result.logs:
            topics, data = log.data
            events.append(self._registry.event((log.address, topics, data)))
        return events

    @staticmethod
    def _output_of(error: RuntimeError) -> bytes:
        """Revert data, which pyrevm tells in the text of the exception only."""
        found = _REVERT.match(str(error))
        return bytes.fromhex(found[1]) if found else b""

    def _code_of(self, error: RuntimeError) -> str:
        """The code of a failed execution, as `revert_code` names them."""
        text = str(error)
        if text.startswith("Revert"):
            return revert_code(self._output_of(error))
        result = self._evm.result
        reason = result.reason if result is not None and result.is_halt else ""
        if "OutOfGas" in reason or "CallGasCostMoreThanGasLimit" in text:
            return "OUT_OF_GAS"
        if "FEOpcode" in reason:
            return "INVALID"
        return f"HALT_{reason}" if reason else "REJECTED"
