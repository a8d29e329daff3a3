"""Many storage words of anvil in one request.

`eth_call` may run other code in a contract's place. The code put there returns the words of the slots that its calldata
lists; a helper, at an address of nobody, has all slots in its own code, asks each contract for its part and returns
everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from novation.chain.protocol import ChainError
from novation.fuzz.evms.node import AnvilNode
from novation.fuzz.evms.tape import plain
from novation.fuzz.system.engine import Place

HELPER = "0x" + "f0" * 20
GAS = hex(10**9)
# i = 0; while i < calldatasize: memory[i] = storage[calldata[i]]; i += 32; return memory[0:calldatasize]
READER = "0x" + "5f 5b 36 81 10 15 6014 57 80 35 54 81 52 6020 01 6001 56 5b 36 5f f3".replace(" ", "")


class Words:
    """A reader of one node. The request for the places that were asked for last is kept."""

    def __init__(self, node: AnvilNode) -> None:
        self._node = node
        self._places: Sequence[Place] = ()
        self._order: list[int] = []
        self._params: tuple[Any, ...] = ()

    def read(self, places: Sequence[Place]) -> list[int]:
        """The words, in the order of the places. @raises ChainError, RpcError."""
        if not places:
            return []
        if places is not self._places:
            self._prepare(places)
        answer = bytes.fromhex(self._node.ask("eth_call", *self._params)[2:])
        size = 32 * len(places)
        if len(answer) != size + 32 or not answer[-1]:
            raise ChainError(f"anvil answers {len(answer)} bytes for {len(places)} words")
        found = [0] * len(places)
        for at, index in zip(range(0, size, 32), self._order, strict=True):
            found[index] = int.from_bytes(answer[at : at + 32], "big")
        return found

    def _prepare(self, places: Sequence[Place]) -> None:
        groups: dict[bytes, list[int]] = {}
        for index, (address, _) in enumerate(places):
            groups.setdefault(plain(address), []).append(index)
        self._places = places
        self._order = [index for group in groups.values() for index in group]
        code = _helper([(address, [places[index][1] for index in group]) for address, group in groups.items()])
        codes = {"0x" + address.hex(): {"code": READER} for address in groups}
        self._params = ({"to": HELPER, "gas": GAS}, "latest", codes | {HELPER: {"code": "0x" + code.hex()}})


def _helper(groups: Sequence[tuple[bytes, Sequence[int]]]) -> bytes:
    """The helper's code: memory holds the slots of one contract first, behind them the words of all, behind those
    whether every call succeeded."""
    program = _program(groups, 0)
    return _program(groups, len(program)) + b"".join(slot.to_bytes(32, "big") for _, slots in groups for slot in slots)


def _program(groups: Sequence[tuple[bytes, Sequence[int]]], data: int) -> bytes:
    """`data`: where in the code the slots are."""
    out = start = 32 * max(len(slots) for _, slots in groups)
    program = "6001"
    for address, slots in groups:
        size = f"62{32 * len(slots):06x}"
        # codecopy(0, data, size); ok &= staticcall(gas, address, 0, size, out, size)
        program += f"{size} 62{data:06x} 5f39 {size} 62{out:06x} {size} 5f 73{address.hex()} 5afa 16"
        data += 32 * len(slots)
        out += 32 * len(slots)
    # memory[out] = ok; return memory[start:out + 32]
    return bytes.fromhex(program + f"62{out:06x} 52 62{out + 32 - start:06x} 62{start:06x} f3")
