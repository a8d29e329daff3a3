"""revm as the fuzzer uses it: many storage words at once, calls without receipts, and calldata from integers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Any, NamedTuple

from novation.chain.abi import Function, Kind, codec
from novation.chain.protocol import Contract, revert_code
from novation.chain.revm import GAS_LIMIT, RevmChain

Place = tuple[str, int]
"""An address and a storage slot."""
Log = tuple[str, Sequence[bytes], bytes]
"""Emitter, topics, data."""


# A value of None was only read.
_WRITES = re.compile(r"(?<!Transient)StorageChange \{ address: (0x[0-9a-f]{40}), key: (\d+), had_value: Some")


class Engine(RevmChain):
    """A `RevmChain` with the shortcuts."""

    def words(self, places: Sequence[Place]) -> list[int]:
        """Storage words, three million a second."""
        return list(starmap(self._evm.storage, places))

    def send(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS_LIMIT) -> tuple[str | None, bytes]:
        """A transaction. @return its revert code (None where it succeeded), its return data."""
        evm = self._evm
        try:
            output = evm.message_call(sender, to, data, value, gas, 0, False)
        except RuntimeError as error:
            return self._failed(error)
        finally:
            evm.reset_transient_storage()
        return None, output

    def logs(self) -> list[Log]:
        """Of the last call, which succeeded."""
        result = self._evm.result
        return [] if result is None else [(log.address, *log.data) for log in result.logs]

    def outcome(self) -> tuple[int, list[Log]]:
        """Gas used (everything is warm: less than on a real chain) and logs of the last call, which succeeded."""
        result = self._evm.result
        assert result is not None
        return result.gas_used, self.logs()

    def look(self, sender: str, to: str, data: bytes) -> tuple[str | None, bytes]:
        """A static call; as `send`."""
        try:
            return None, self._evm.message_call(sender, to, data, 0, GAS_LIMIT, 0, True)
        except RuntimeError as error:
            return self._failed(error)

    def _failed(self, error: RuntimeError) -> tuple[str, bytes]:
        """Revert code and return data of a call that failed."""
        output = self._output_of(error)
        return revert_code(output) if str(error).startswith("Revert") else self._code_of(error), output

    def tried(
        self, sender: str, to: str, data: bytes, places: Sequence[Place], value: int = 0
    ) -> tuple[str | None, bytes, list[int]]:
        """What a transaction would do, undone again. @return as `send`, and words as it would leave them."""
        checkpoint = self._evm.snapshot()
        try:
            output: bytes = self._evm.message_call(sender, to, data, value, GAS_LIMIT, 0, False)
            return None, output, self.words(places)
        except RuntimeError as error:
            return *self._failed(error), []
        finally:
            self._evm.revert(checkpoint)
            self._evm.reset_transient_storage()

    def looked_up(self) -> set[str]:
        """Every account that was asked for since the chain began, by calls that reverted, too."""
        return set(self._evm.db_accounts)

    def written(self) -> set[Place]:
        """Every slot that was written since the chain began and not undone, out of what revm prints of its journal."""
        return {(address, int(slot)) for address, slot in _WRITES.findall(self._evm.journal_str)}


class Door(NamedTuple):
    """An external: where it is, how its arguments and its return value are written; addresses are integers."""

    to: str
    selector: bytes
    inputs: Kind
    outputs: Kind | None


def numeric(item: Mapping[str, Any]) -> dict[str, Any]:
    """An ABI entry with integers for addresses."""
    changed = dict(item) | {"type": item["type"].replace("address", "uint160")}
    if "components" in item:
        changed["components"] = [numeric(part) for part in item["components"]]
    return changed


def doors(contract: Contract, abi: Sequence[Mapping[str, Any]]) -> dict[str, Door]:
    """All externals of a contract by name (no two of ours have the same)."""
    found = {}
    for entry in abi:
        if entry["type"] == "function":
            outputs = codec([numeric(item) for item in entry["outputs"]]) if entry["outputs"] else None
            inputs = codec([numeric(item) for item in entry["inputs"]])
            found[entry["name"]] = Door(contract.address, Function(entry).selector, inputs, outputs)
    return found
