"""Vyper as Python's parser reads it: words that Python does not have are replaced by others of the same length, so that
every position is that of the source."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

_WORDS = (
    (re.compile(r"\bstaticcall(?= )"), "await     "),
    (re.compile(r"\bextcall(?= )"), "await  "),
    (re.compile(r"^( *)log(?= )", re.MULTILINE), r"\1not"),
    (re.compile(r"^struct(?= )", re.MULTILINE), "class "),
    (re.compile(r"^event(?= )", re.MULTILINE), "class"),
    (re.compile(r"^interface(?= )", re.MULTILINE), "class    "),
)
_LOOP = re.compile(r"^( *for \w+)(: *[^\n]+?)( in )", re.MULTILINE)


def parse(text: str) -> ast.Module:
    """The tree of a Vyper source. @raises SyntaxError."""
    for word, other in _WORDS:
        text = word.sub(other, text)
    text = _LOOP.sub(lambda found: found[1] + " " * len(found[2]) + found[3], text)
    return ast.parse(text)


class Places:
    """Offsets of nodes in a source of ASCII."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            raise ValueError("columns are counted in bytes, so sources must be ASCII")
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where it begins."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Where it ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1
