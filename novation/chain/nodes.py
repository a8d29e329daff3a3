"""What `ApeChain` needs of a node, and the node in Ape's own process: py-evm. The other kind is in `rpc`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from novation.chain.abi import address_word, checksum
from novation.chain.protocol import RawLog, Reverted, revert_code

DEV_GAS = 15_000_000  # gas limit of a transaction on test chains, under the cap of EIP-7825


@dataclass(frozen=True)
class Done:
    """A mined transaction; `error` is None where it succeeded."""

    error: str | None
    gas: int
    output: bytes
    time: int
    block: int
    logs: Sequence[RawLog]
    hash: str


class Node(Protocol):
    """What `ApeChain` needs of a node."""

    def now(self) -> int: ...
    def set_time(self, timestamp: int) -> None: ...
    def block(self) -> int: ...
    def mine(self, blocks: int) -> None: ...
    def snapshot(self) -> Any: ...
    def restore(self, mark: Any) -> None: ...
    def balance(self, address: str) -> int: ...
    def nonce(self, address: str) -> int: ...
    def code(self, address: str) -> bytes: ...
    def storage(self, address: str, slot: int) -> int: ...
    def call(self, sender: str | None, to: str, data: bytes, value: int) -> bytes: ...
    def send(self, account: Any, to: str | None, data: bytes, value: int, gas: int | None) -> Done: ...


class Embedded:
    """py-evm below Ape's test provider. The pending block's header carries the clock."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    @property
    def _chain(self) -> Any:
        return self._provider.evm_backend.chain  # a restore may replace it

    def now(self) -> int:
        return int(self._chain.header.timestamp)

    def set_time(self, timestamp: int) -> None:
        self._chain.set_header_timestamp(timestamp)

    def block(self) -> int:
        return int(self._chain.header.block_number) - 1

    def mine(self, blocks: int) -> None:
        self._provider.evm_backend.mine_blocks(blocks)

    def snapshot(self) -> Any:
        return self._provider.snapshot()

    def restore(self, mark: Any) -> None:
        self._provider.restore(mark)

    def _state(self) -> Any:
        return self._chain.get_vm(self._chain.header).state

    def balance(self, address: str) -> int:
        return int(self._state().get_balance(_raw(address)))

    def nonce(self, address: str) -> int:
        return int(self._state().get_nonce(_raw(address)))

    def code(self, address: str) -> bytes:
        return bytes(self._state().get_code(_raw(address)))

    def storage(self, address: str, slot: int) -> int:
        return int(self._state().get_storage(_raw(address), slot))

    def call(self, sender: str | None, to: str, data: bytes, value: int) -> bytes:
        from eth.vm.spoof import SpoofTransaction
        from eth_utils.exceptions import ValidationError

        chain = self._chain
        caller = _raw(sender) if sender else bytes(20)
        # The pending block itself, not a child of it, so that the time is `now`; the state is thrown away.
        state = chain.get_vm(chain.header.copy(base_fee_per_gas=0)).state
        unsigned = chain.create_unsigned_transaction(
            nonce=state.get_nonce(caller), gas_price=0, gas=DEV_GAS, to=_raw(to), value=value, data=data
        )
        try:
            computation = state.costless_execute_transaction(SpoofTransaction(unsigned, from_=caller))
        except ValidationError:
            raise Reverted("REJECTED") from None
        if computation.is_error:
            raise Reverted(_failure(computation))
        return bytes(computation.output)

    def send(self, account: Any, to: str | None, data: bytes, value: int, gas: int | None) -> Done:
        from eth_keys.datatypes import PrivateKey
        from eth_utils.exceptions import ValidationError

        chain = self._chain
        header = chain.header
        unsigned = chain.create_unsigned_transaction(
            nonce=self.nonce(account.address),
            gas_price=header.base_fee_per_gas,
            gas=gas or DEV_GAS,
            to=_raw(to) if to else b"",
            value=value,
            data=data,
        )
        key = PrivateKey(bytes.fromhex(account.private_key.removeprefix("0x")))
        signed = unsigned.as_signed_transaction(key, chain_id=chain.chain_id)
        try:
            _, receipt, computation = chain.apply_transaction(signed)
        except ValidationError:
            return Done("REJECTED", 0, b"", header.timestamp, header.block_number, [], "")
        self.mine(1)
        return Done(
            _failure(computation) if computation.is_error else None,
            receipt.gas_used,
            bytes(computation.output),
            header.timestamp,
            header.block_number,
            [(checksum(log.address), [t.to_bytes(32, "big") for t in log.topics], log.data) for log in receipt.logs],
            "0x" + signed.hash.hex(),
        )


def _raw(address: str) -> bytes:
    return address_word(address)[12:]


def _failure(computation: Any) -> str:
    """The code of a failed py-evm execution."""
    from eth.exceptions import InvalidInstruction, OutOfGas, Revert

    error = computation.error
    if isinstance(error, Revert):
        return revert_code(bytes(computation.output))
    if isinstance(error, OutOfGas):
        return "OUT_OF_GAS"
    return "INVALID" if isinstance(error, InvalidInstruction) else f"HALT_{type(error).__name__}"
