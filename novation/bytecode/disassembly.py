"""Runtime bytecode as instructions: push data is skipped, and the data section after the code is left out.

Vyper ends its creation code with a CBOR footer: a hash, the runtime code's length, the lengths of its data sections,
the immutables' length, the compiler's version; the last two bytes are the footer's length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import cbor2

PUSH0, PUSH32 = 0x5F, 0x7F
NAMES = {
    0x00: "STOP", 0x01: "ADD", 0x02: "MUL", 0x03: "SUB", 0x04: "DIV", 0x05: "SDIV", 0x06: "MOD", 0x07: "SMOD",
    0x08: "ADDMOD", 0x09: "MULMOD", 0x0A: "EXP", 0x0B: "SIGNEXTEND", 0x10: "LT", 0x11: "GT", 0x12: "SLT", 0x13: "SGT",
    0x14: "EQ", 0x15: "ISZERO", 0x16: "AND", 0x17: "OR", 0x18: "XOR", 0x19: "NOT", 0x1A: "BYTE", 0x1B: "SHL",
    0x1C: "SHR", 0x1D: "SAR", 0x20: "KECCAK256", 0x30: "ADDRESS", 0x31: "BALANCE", 0x32: "ORIGIN", 0x33: "CALLER",
    0x34: "CALLVALUE", 0x35: "CALLDATALOAD", 0x36: "CALLDATASIZE", 0x37: "CALLDATACOPY", 0x38: "CODESIZE",
    0x39: "CODECOPY", 0x3A: "GASPRICE", 0x3B: "EXTCODESIZE", 0x3C: "EXTCODECOPY", 0x3D: "RETURNDATASIZE",
    0x3E: "RETURNDATACOPY", 0x3F: "EXTCODEHASH", 0x40: "BLOCKHASH", 0x41: "COINBASE", 0x42: "TIMESTAMP",
    0x43: "NUMBER", 0x44: "PREVRANDAO", 0x45: "GASLIMIT", 0x46: "CHAINID", 0x47: "SELFBALANCE", 0x48: "BASEFEE",
    0x49: "BLOBHASH", 0x4A: "BLOBBASEFEE", 0x50: "POP", 0x51: "MLOAD", 0x52: "MSTORE", 0x53: "MSTORE8", 0x54: "SLOAD",
    0x55: "SSTORE", 0x56: "JUMP", 0x57: "JUMPI", 0x58: "PC", 0x59: "MSIZE", 0x5A: "GAS", 0x5B: "JUMPDEST",
    0x5C: "TLOAD", 0x5D: "TSTORE", 0x5E: "MCOPY", 0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF3: "RETURN",
    0xF4: "DELEGATECALL", 0xF5: "CREATE2", 0xFA: "STATICCALL", 0xFD: "REVERT", 0xFE: "INVALID", 0xFF: "SELFDESTRUCT",
    **{0x60 + n: f"PUSH{n + 1}" for n in range(32)}, PUSH0: "PUSH0",
    **{0x80 + n: f"DUP{n + 1}" for n in range(16)},
    **{0x90 + n: f"SWAP{n + 1}" for n in range(16)},
    **{0xA0 + n: f"LOG{n}" for n in range(5)},
}  # fmt: skip
FORBIDDEN = {
    "SELFDESTRUCT": "the contract could end",
    "DELEGATECALL": "foreign code would run on its storage",
    "CALLCODE": "foreign code would run on its storage",
    "CREATE": "it deploys nothing",
    "CREATE2": "it deploys nothing",
    "ORIGIN": "who pays for gas has no rights",
    "BLOCKHASH": "nothing is drawn by lot",
    "PREVRANDAO": "nothing is drawn by lot",
    "GASPRICE": "no result depends on what a transaction pays",
    "COINBASE": "the block's author has no part in it",
    "BALANCE": "no result depends on ether, which anybody can send",
    "SELFBALANCE": "no result depends on ether, which anybody can send",
    "EXTCODEHASH": "what an address is does not decide what it may do",
    "NUMBER": "time is in seconds",
}
CALLS = ("CALL", "STATICCALL")


class MalformedCode(Exception):
    """Code without the compiler's footer, or with an opcode that no fork has; the message says where."""


class Instruction(NamedTuple):
    """An opcode at a position, and what it pushes."""

    at: int
    name: str
    data: bytes


class Parts(NamedTuple):
    """Creation code taken apart. `runtime` is code and data sections, `code` its executable part only; `immutables` are
    the bytes that the constructor appends; `constructor` is what stands before the runtime code."""

    constructor: bytes
    runtime: bytes
    code: bytes
    immutables: int
    version: tuple[int, ...]


def parts_of(creation: bytes) -> Parts:
    """@raises MalformedCode where the compiler's footer does not stand at the end."""
    length = int.from_bytes(creation[-2:], "big")
    try:
        _, size, data, immutables, about = cbor2.loads(creation[-length:-2])
        version = tuple(about["vyper"])
    except (ValueError, TypeError, KeyError, EOFError) as error:
        raise MalformedCode(f"no footer of the compiler at the end: {error}") from None
    runtime = creation[len(creation) - length - size : len(creation) - length]
    if len(runtime) != size or sum(data) > size:
        raise MalformedCode(f"a footer that tells of {size} bytes of runtime code")
    return Parts(creation[: -length - size], runtime, runtime[: size - sum(data)], immutables, version)


def instructions(code: bytes) -> Iterator[Instruction]:
    """Executable code, from its beginning. @raises MalformedCode at a byte that is no opcode of Cancun."""
    at = 0
    while at < len(code):
        opcode = code[at]
        if opcode not in NAMES:
            raise MalformedCode(f"no opcode at {at}: 0x{opcode:02x}")
        width = max(0, opcode - PUSH0) if opcode <= PUSH32 else 0
        yield Instruction(at, NAMES[opcode], code[at + 1 : at + 1 + width])
        at += 1 + width


def counts(creation: bytes) -> Counter[str]:
    """How often each opcode is in the runtime code."""
    return Counter(step.name for step in instructions(parts_of(creation).code))


def forbidden(creation: bytes) -> dict[str, str]:
    """Opcodes of the runtime code that no contract may have, with the reason."""
    found = counts(creation)
    return {name: reason for name, reason in FORBIDDEN.items() if found[name]}
