"""A planted bug: text of a Vyper source and what it is replaced by."""

from __future__ import annotations

from typing import NamedTuple

from novation.chain.compiler import ROOT


class Edit(NamedTuple):
    """One replacement. `before` occurs exactly once in the file."""

    path: str
    before: str
    after: str


class Bug(NamedTuple):
    """`kind` is the class of mistake, `cost` what it would cost and whom. `subtle`: a wei, an edge, a rare branch."""

    name: str
    kind: str
    cost: str
    edits: tuple[Edit, ...]
    subtle: bool = False

    def patches(self) -> dict[str, str]:
        """Whole sources with the bug in them, by path. @raises ValueError where a text does not occur exactly once."""
        texts: dict[str, str] = {}
        for path, before, after in self.edits:
            text = texts.get(path) or (ROOT / path).read_text()
            if (times := text.count(before)) != 1:
                raise ValueError(f"{self.name}: {path} has {times} times: {before!r}")
            texts[path] = text.replace(before, after)
        return texts


class Shelf(list[Bug]):
    """The bugs of one source."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def plant(self, name: str, kind: str, cost: str, before: str, after: str, subtle: bool = False) -> None:
        """Adds a bug of one edit."""
        self.append(Bug(name, kind, cost, (Edit(self.path, before, after),), subtle))
