"""Calldata, return data and logs, packed by hand: several times faster than eth_abi, against which it is tested.

Encoders and decoders are put together once a function. Values are Python's: int, bool, bytes, str for strings and
checksummed addresses, and tuples for structs, arrays and several outputs. An integer beyond its type but within 256
bits is sent as it is: the contract refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

Abi = Sequence[Mapping[str, Any]]

ZERO_ADDRESS = "0x" + 40 * "0"


@dataclass(frozen=True)
class Kind:
    """A type: whether its size varies, its bytes in the head (an offset where it varies), how to write a value and
    how to read one at a position."""

    dynamic: bool
    size: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes, int], Any]


@lru_cache(maxsize=1 << 16)
def checksum(raw: bytes) -> str:
    """The checksummed text of 20 bytes."""
    return str(to_checksum_address(raw))


@lru_cache(maxsize=1 << 16)
def address_word(address: str) -> bytes:
    """The 32-byte word of an address given as text."""
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != 20:
        raise ValueError(f"not an address: {address}")
    return bytes(12) + raw


def create_address(sender: str, nonce: int) -> str:
    """The address of the contract that `sender` creates with `nonce`."""
    return checksum(keccak(rlp.encode([address_word(sender)[12:], nonce]))[12:])


def mapping_slot(slot: int, *keys: int | str) -> int:
    """The storage slot of `map[key]...` of a Vyper HashMap at `slot`; address keys as text, signed keys as they are."""
    for key in keys:
        word = address_word(key) if isinstance(key, str) else (key % (1 << 256)).to_bytes(32, "big")
        slot = int.from_bytes(keccak(slot.to_bytes(32, "big") + word), "big")
    return slot


def canonical(item: Mapping[str, Any]) -> str:
    """The type of an ABI entry with its tuples spelled out, as it is hashed."""
    name = str(item["type"])
    if not name.startswith("tuple"):
        return name
    return f"({','.join(canonical(part) for part in item['components'])}){name.removeprefix('tuple')}"


def _word(name: str) -> Kind | None:
    """A type of one word."""
    from_bytes = int.from_bytes
    if name.startswith("uint"):
        return Kind(False, 32, lambda v: v.to_bytes(32, "big"), lambda d, p: from_bytes(d[p : p + 32], "big"))
    if name.startswith("int"):
        return Kind(
            False,
            32,
            lambda v: v.to_bytes(32, "big", signed=True),
            lambda d, p: from_bytes(d[p : p + 32], "big", signed=True),
        )
    if name == "address":
        return Kind(False, 32, address_word, lambda d, p: checksum(d[p + 12 : p + 32]))
    if name == "bool":
        return Kind(False, 32, lambda v: bytes(31) + (b"\1" if v else b"\0"), lambda d, p: d[p + 31] != 0)
    if re.fullmatch(r"bytes\d+", name):
        width = int(name[5:])
        return Kind(False, 32, lambda v: v.ljust(32, b"\0"), lambda d, p: d[p : p + width])
    return None


def kind_of(item: Mapping[str, Any]) -> Kind:
    """Encoder and decoder of an ABI entry. @raises ValueError for a type that does not exist."""
    name = str(item["type"])
    array = re.fullmatch(r"(.*)\[(\d*)\]", name)
    if array:
        inner = kind_of({**item, "type": array[1]})
        return _sequence([inner] * int(array[2])) if array[2] else _array(inner)
    if name == "tuple":
        return _sequence([kind_of(part) for part in item["components"]])
    if name == "bytes":
        return Kind(True, 32, _write_bytes, _read_bytes)
    if name == "string":
        return Kind(True, 32, lambda v: _write_bytes(v.encode()), lambda d, p: _read_bytes(d, p).decode())
    if (word := _word(name)) is None:
        raise ValueError(f"unknown type {name}")
    return word


def _write_bytes(value: bytes) -> bytes:
    return len(value).to_bytes(32, "big") + value + bytes(-len(value) % 32)


def _read_bytes(data: bytes, at: int) -> bytes:
    start = at + 32
    length = int.from_bytes(data[at:start], "big")
    if start + length > len(data):
        raise ValueError("the data ends within a byte string")
    return data[start : start + length]


def _array(inner: Kind) -> Kind:
    """An array of any length."""

    def encode(values: Any) -> bytes:
        return len(values).to_bytes(32, "big") + _sequence([inner] * len(values)).encode(values)

    def decode(data: bytes, at: int) -> Any:
        length = int.from_bytes(data[at : at + 32], "big")
        if length * inner.size > len(data) - at - 32:
            raise ValueError("the data ends within an array")
        return _sequence([inner] * length).decode(data, at + 32)

    return Kind(True, 32, encode, decode)


def _sequence(parts: Sequence[Kind]) -> Kind:
    """Values one after another; those of any size leave an offset and follow at the end."""
    encoders = [part.encode for part in parts]
    reads = []
    head = 0
    for part in parts:
        reads.append((part.decode, head, part.dynamic))
        head += part.size
    dynamic = any(part.dynamic for part in parts)

    def encode(values: Any) -> bytes:
        if len(values) != len(encoders):
            raise ValueError(f"{len(encoders)} values wanted, {len(values)} given")
        if not dynamic:
            return b"".join([write(value) for write, value in zip(encoders, values, strict=True)])
        heads, tails, end = [], [], head
        for part, value in zip(parts, values, strict=True):
            encoded = part.encode(value)
            heads.append(end.to_bytes(32, "big") if part.dynamic else encoded)
            if part.dynamic:
                tails.append(encoded)
                end += len(encoded)
        return b"".join(heads + tails)

    def decode(data: bytes, at: int) -> Any:
        if len(data) < at + head:
            raise ValueError(f"{at + head} bytes wanted, {len(data)} came: is there a contract?")
        if not dynamic:
            return tuple([read(data, at + place) for read, place, _ in reads])
        return tuple(
            [
                read(data, at + (int.from_bytes(data[at + place : at + place + 32], "big") if far else place))
                for read, place, far in reads
            ]
        )

    return Kind(dynamic, 32 if dynamic else head, encode, decode)


def codec(items: Sequence[Mapping[str, Any]]) -> Kind:
    """Encoder and decoder of a list of ABI entries, as calldata and return data hold it."""
    return _sequence([kind_of(item) for item in items])


class Function:
    """One function of an ABI."""

    __slots__ = ("_inputs", "_outputs", "_single", "name", "selector", "signature", "view")

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.signature = f"{self.name}({','.join(canonical(item) for item in entry['inputs'])})"
        self.selector = keccak(text=self.signature)[:4]
        self.view = entry.get("stateMutability") in ("view", "pure") or bool(entry.get("constant"))
        self._inputs = codec(entry["inputs"])
        self._outputs = codec(entry["outputs"])
        self._single = len(entry["outputs"]) == 1

    def encode(self, args: Sequence[Any]) -> bytes:
        """Calldata."""
        return self.selector + self._inputs.encode(args)

    def decode(self, data: bytes) -> Any:
        """The one output, else the tuple of outputs; None where there is none."""
        values = self._outputs.decode(data, 0)
        return values[0] if self._single else (values or None)


class EventType:
    """One event of an ABI."""

    __slots__ = ("_data", "_indexed", "name", "names", "topic")

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.topic = keccak(text=f"{self.name}({','.join(canonical(item) for item in entry['inputs'])})")
        # Indexed values of more than a word are hashes: they come as bytes32.
        self._indexed = [
            (item["name"], _word(item["type"]) or kind_of({"type": "bytes32"}))
            for item in entry["inputs"]
            if item["indexed"]
        ]
        plain = [item for item in entry["inputs"] if not item["indexed"]]
        self._data = codec(plain)
        self.names = [item["name"] for item in plain]

    def decode(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """Arguments by name, the indexed ones first."""
        args = {name: kind.decode(topic, 0) for (name, kind), topic in zip(self._indexed, topics[1:], strict=True)}
        args.update(zip(self.names, self._data.decode(data, 0), strict=True))
        return args


class Interface:
    """The functions and events of one contract."""

    def __init__(self, abi: Abi) -> None:
        self.functions: dict[str, Function] = {}
        self.events: dict[bytes, EventType] = {}
        self._found: dict[tuple[str, int], Function] = {}
        self._constructor = codec([])
        ambiguous = set()
        for entry in abi:
            if entry["type"] == "function":
                function = Function(entry)
                self.functions[function.signature] = function
                key = (function.name, len(entry["inputs"]))
                ambiguous.update({key} & self._found.keys())
                self._found[key] = function
            elif entry["type"] == "event":
                event = EventType(entry)
                self.events[event.topic] = event
            elif entry["type"] == "constructor":
                self._constructor = codec(entry["inputs"])
        for key in ambiguous:  # only the full signature tells these apart
            del self._found[key]

    def function(self, name: str, count: int) -> Function:
        """A function by its name and number of arguments, or by its full signature. @raises KeyError."""
        found = self._found.get((name, count)) or self.functions.get(name)
        if found is None:
            raise KeyError(f"no function {name} with {count} arguments (or several: give the full signature)")
        return found

    def constructor(self, args: Sequence[Any]) -> bytes:
        """The constructor's arguments, to be appended to the creation code."""
        return self._constructor.encode(args)
