"""Calls that a campaign does not make: every view, and calldata that is not well formed.

Code generators differ where data enters and leaves: in the checks of an argument's width, of a length, of an offset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from novation.chain.abi import Function
from novation.chain.compiler import compile_all
from novation.fuzz.system.worlds import Stage, text

VIEWS, BENT = 24, 24  # of a story's end
INTERESTING = (0, 1, 2, 31, 32, 1 << 31, (1 << 32) - 1, 1 << 103, 1 << 104, 1 << 112, (1 << 160) - 1, 1 << 160,
               (1 << 255) - 1, 1 << 255, (1 << 256) - 1)  # fmt: skip
LISTS = 6  # as long as a drawn list is at most
Sent = tuple[str, str, bytes]
"""Sender, target, calldata."""


class Question(NamedTuple):
    """A view of a contract."""

    to: str
    name: str
    data: bytes


class Prober:
    """Draws probes for a stage; the same seed draws the same."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.senders = [text(sender) for sender in stage.cast.senders]
        self.addresses = [*self.senders, *(contract.address for contract in stage.contracts.values())]
        self.views: list[tuple[str, Function, Sequence[Mapping[str, Any]]]] = []
        self.selectors: list[tuple[str, bytes]] = []
        for part, contract in stage.contracts.items():
            if part == "token":
                continue
            for entry in compile_all([contract.name])[contract.name].abi:
                if entry["type"] != "function":
                    continue
                function = Function(entry)
                self.selectors.append((contract.address, function.selector))
                if entry["stateMutability"] in ("view", "pure"):
                    self.views.append((contract.address, function, entry["inputs"]))

    def questions(self, random: Random) -> list[Question]:
        """Views with arguments of their types."""
        chosen = random.sample(self.views, min(VIEWS, len(self.views)))
        return [
            Question(to, str(function.name), function.encode([self._draw(random, item) for item in inputs]))
            for to, function, inputs in chosen
        ]

    def bent(self, random: Random, heard: Sequence[tuple[str, bytes]]) -> list[Sent]:
        """Calldata of calls that were made (target, data), spoiled; and selectors with nothing sensible after them."""
        found = []
        for _ in range(BENT):
            if heard and random.random() < 0.8:
                to, data = random.choice(heard)
                data = self._spoil(random, data)
            else:
                to, data = random.choice(self.selectors)
                data += random.randbytes(random.choice((0, 4, 31, 32, 64, 320)))
            found.append((random.choice(self.senders), to, data))
        return found

    def _draw(self, random: Random, item: Mapping[str, Any]) -> Any:
        """A value of a type; lists are short, numbers are those of markets, slots, sizes."""
        kind = str(item["type"])
        if kind.endswith("]"):
            inner = {**item, "type": kind[: kind.rindex("[")]}
            size = kind[kind.rindex("[") + 1 : -1]
            return [self._draw(random, inner) for _ in range(int(size) if size else random.randint(0, LISTS))]
        if kind.startswith("tuple"):
            return tuple(self._draw(random, part) for part in item["components"])
        if kind == "address":
            return random.choice(self.addresses)
        if kind == "bool":
            return random.random() < 0.5
        if kind.startswith("bytes"):
            return random.randbytes(int(kind[5:] or 8))
        value = random.choice((0, 1, 16, 17, random.randint(0, 31), random.getrandbits(random.randint(1, 100))))
        return -value if kind.startswith("int") and random.random() < 0.5 else value

    @staticmethod
    def _spoil(random: Random, data: bytes) -> bytes:
        """One thing is wrong with it."""
        selector, words = data[:4], bytearray(data[4:])
        kind = random.randrange(5)
        if kind == 0 or len(words) < 32:
            return selector + bytes(words[: random.randint(0, len(words))])
        if kind == 1:
            return selector + bytes(words) + random.randbytes(random.randint(1, 64))
        at = random.randrange(len(words) // 32) * 32
        if kind == 2:  # a bit that the type may not have
            words[at + random.randrange(32)] ^= 1 << random.randrange(8)
        elif kind == 3:
            words[at : at + 32] = random.choice(INTERESTING).to_bytes(32, "big")
        else:  # words in each other's place
            other = random.randrange(len(words) // 32) * 32
            words[at : at + 32], words[other : other + 32] = words[other : other + 32], words[at : at + 32]
        return selector + bytes(words)
