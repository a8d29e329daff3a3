"""Puts probes into a contract's assembly.

A probe asks for the balance of an address that stands for an outcome, and the engine remembers every account that was
ever asked for, in calls that revert, too. Before a `JUMPI`, where the stack holds (destination, condition):

    DUP2 ISZERO PUSH4 <id> ADD COINBASE ADD BALANCE POP       id: it jumps, id + 1: it goes on

Most branches lead to a revert on one side. There a probe on that side costs nothing while all is well, and the other
side is told by the next `JUMPI` where the code goes straight on to one (`behind`), else by a probe at its head:

    PUSH4 <id> COINBASE ADD BALANCE POP

which also stands at the head of a block with a line of which nothing before it tells that it has run.

COINBASE is zero unless somebody sets it: a salt, by which the hits of one sequence are told from those of another.
Symbols resolve when the code is assembled, after the probes are in. Gas differs from the plain build's, nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from novation.fuzz.probes.origins import Origin, Traced
from novation.fuzz.probes.sites import HOLDS, PASSES, Site, path_of, site

ENDS = ("JUMP", "RETURN", "REVERT", "STOP", "INVALID", "SELFDESTRUCT")
Block = list[Any]


class Weaver:
    """Puts probes into one contract. `next` is the first id that is free."""

    def __init__(self, contract: str, traced: Traced, start: int, base: int) -> None:
        self.contract = contract
        self.traced = traced
        self.next = start
        self.base = base
        self.sites: list[Site] = []
        self.lines: dict[str, dict[int, set[int]]] = {}
        self.behind: dict[int, int] = {}
        self.told: dict[int, int] = {}  # by block: the outcome by which alone it is entered
        self.owed: set[int] = set()  # blocks that must have a probe for that outcome

    def woven(self, code: list[Any]) -> list[Any]:
        """A runtime with its probes."""
        blocks = list(_blocks(code))
        labels = Counter(item for block in blocks for item in _flat(block) if _is_label(item))
        made: list[Any] = []
        aside: list[Any] = []  # probes on the way to the shared revert
        for at, block in enumerate(blocks):
            if isinstance(block[0], list):  # data: the end of the code
                made += aside
                aside = []
            woven = self._jump(at, blocks, labels, aside) if block[-1] == "JUMPI" else self._rest(at, block)
            made += woven
        return made + aside

    def _new(self) -> int:
        self.next += 2
        return self.next - 2

    def _jump(self, at: int, blocks: list[Block], labels: Counter[str], aside: list[Any]) -> Block:
        """A block that ends with a branch."""
        block = blocks[at]
        following = blocks[at + 1] if at + 1 < len(blocks) else []
        number = self._new()
        found = site(self.traced, self.contract, number, block[-1], block[-5:-1])
        self.sites.append(found)
        self._tell(block, (number, number + 1))
        entered = self.told.get(at)
        if entered is not None:
            self.behind[number] = entered
        if _is_headed(following):
            return [*block[:-1], *self._both(number), block[-1]]
        self.told[at + 1] = number + 1
        target = block[-2]
        if found.words[0] == PASSES[1] and _is_label(target) and "revert" in target:
            label = f"_sym_probe{number}"
            aside += [label, "JUMPDEST", *self._one(number), target, "JUMP"]
            self._owe(at + 1, following)
            return [*block[:-2], label, block[-1]]
        joined = blocks[at + 2] if at + 2 < len(blocks) else []
        good = found.words[0] in (PASSES[0], HOLDS[0])
        if good and following[-1:] == ["REVERT"] and joined[:2] == [target, "JUMPDEST"] and labels[target] == 2:
            self.owed.add(at + 1)
            self.told[at + 2] = number
            self._owe(at + 2, joined)
            return block
        return [*block[:-1], *self._both(number), block[-1]]

    def _owe(self, at: int, block: Block) -> None:
        """The outcome by which a block is entered is told by its own branch, or else by a probe."""
        if block[-1] != "JUMPI":
            self.owed.add(at)

    def _rest(self, at: int, block: Block) -> Block:
        """A block that ends otherwise."""
        entered = self.told.get(at)
        head = 2 if _is_headed(block) else 0
        if entered is not None:
            self._tell(block, (entered,))
            return [*block[:head], *self._one(entered), *block[head:]] if at in self.owed else block
        if head and not all(line in self.lines.get(file, ()) for file, line in self._lines(block)):
            number = self._new()
            self._tell(block, (number,))
            return [*block[:head], *self._one(number), *block[head:]]
        return block

    # --- lines

    def _tell(self, block: Block, ids: tuple[int, ...]) -> None:
        """Any of these outcomes tells that the lines of a block have run."""
        for file, line in self._lines(block):
            self.lines.setdefault(file, {}).setdefault(line, set()).update(ids)

    def _lines(self, block: Block) -> set[tuple[str, int]]:
        """The lines that a block's instructions are of."""
        origins = {id(found): found for item in block if (found := self.traced.of(item)) is not None}
        return {place for origin in origins.values() if (place := _place(origin)) is not None}

    # --- probes

    def _both(self, number: int) -> list[Any]:
        return ["DUP2", "ISZERO", *self._push(number), "ADD", "COINBASE", "ADD", "BALANCE", "POP"]

    def _one(self, number: int) -> list[Any]:
        return [*self._push(number), "COINBASE", "ADD", "BALANCE", "POP"]

    def _push(self, number: int) -> list[Any]:
        return ["PUSH4", *(self.base + number).to_bytes(4, "big")]


def _place(origin: Origin) -> tuple[str, int] | None:
    if origin.ast is None:
        return None
    node = origin.ast.get_original_node()
    return (path_of(node), node.lineno) if node.lineno else None


def _blocks(code: list[Any]) -> Iterator[Block]:
    """Runs of instructions that are entered at their head and left at their end; data comes last, as it is."""
    block: Block = []
    for index, item in enumerate(code):
        if isinstance(item, list) or (_is_label(item) and code[index + 1 : index + 2] == ["JUMPDEST"]):
            if block:
                yield block
            block = []
        block.append(item)
        if item == "JUMPI" or item in ENDS:
            yield block
            block = []
    if block:
        yield block


def _flat(block: Block) -> Iterator[Any]:
    """Instructions, and what is in data."""
    for item in block:
        yield from item if isinstance(item, list) else (item,)


def _is_label(item: Any) -> bool:
    return isinstance(item, str) and item.startswith("_sym_")


def _is_headed(block: Block) -> bool:
    return block[1:2] == ["JUMPDEST"]
