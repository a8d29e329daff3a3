"""Which faults are planted in a source, and where."""

from __future__ import annotations

import pytest

from novation.mutation.mutant import Mutant, files, text_of
from novation.mutation.operators import mutants_of

HEAD = "# pragma nonreentrancy on\n"


def planted(body: str, head: str = "", signature: str = "a: uint256, b: uint256") -> set[tuple[str, str]]:
    """The lines that a function becomes, with the operator."""
    text = f"{head}@internal\ndef f({signature}):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found = set()
    for mutant in mutants_of("x.vy", text):
        lines = mutant.source(text).splitlines()[len(head.splitlines()) + 2 :]
        found.add((mutant.operator, "\n".join(line[4:] for line in lines)))
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = a + b", {("arithmetic", "x = a - b"), ("statement", "pass"), ("sign", "x = -(a + b)")}),
        ("x = (a) // (b)", {("arithmetic", "x = (a) * (b)"), ("statement", "pass"), ("sign", "x = -((a) // (b))")}),
        ("x += a", {("arithmetic", "x -= a"), ("statement", "pass")}),
        ("assert a < b, 'NO'", {("comparison", "assert a <= b, 'NO'"), ("assert", "pass")}),
        ("return min(a, b)", {("rounding", "return max(a, b)"), ("sign", "return -(min(a, b))")}),
        ("return", {("statement", "pass")}),
        ("log E(x=a, y=b)", {("statement", "pass"), ("swap", "log E(x=b, y=a)")}),
        ("extcall A.f(a, b)", {("statement", "pass"), ("swap", "extcall A.f(b, a)")}),
        ("return a, b", {("swap", "return b, a")}),
        ("m[a] = 0", {("key", "m[b] = 0"), ("constant", "m[a] = 1"), ("statement", "pass")}),
        ("return 1", {("constant", "return 0")}),
        ("return 2**8 - 1", {("constant", "return 2**7 - 1"), ("sign", "return -(2**8 - 1)")}),
        ("return r.low", {("field", "return r.high"), ("sign", "return -(r.low)")}),
        ("return not a", {("sign", "return a")}),
        ("return True", {("constant", "return False")}),
    ],
)
def test_faults_of_a_line(line: str, expected: set[tuple[str, str]]) -> None:
    assert planted(line) == expected


def test_faults_of_a_condition() -> None:
    assert planted("if a > b and c:\n    break") == {
        ("condition", "if True:\n    break"),
        ("condition", "if False:\n    break"),
        ("comparison", "if a >= b and c:\n    break"),
        ("boolean", "if a > b or c:\n    break"),
        ("boolean", "if True and c:\n    break"),
        ("boolean", "if a > b and True:\n    break"),
        ("statement", "if a > b and c:\n    pass"),
    }


def test_faults_of_a_loop() -> None:
    """The type of the variable is in the way of Python's parser, but of no position."""
    assert planted("for i: uint256 in range(MANY):\n    x -= i") == {
        ("arithmetic", "for i: uint256 in range(MANY):\n    x += i"),
        ("statement", "for i: uint256 in range(MANY):\n    pass"),
    }


def test_positions_behind_words_that_python_does_not_have() -> None:
    assert ("comparison", "assert staticcall T.f(self) - a != b") in planted("assert staticcall T.f(self) - a == b")


def test_the_lock_of_an_external() -> None:
    text = f"{HEAD}\n@external\n@view\ndef f():\n    pass\n\n\n@external\n@reentrant\ndef g():\n    pass\n"
    locks = [mutant for mutant in mutants_of("x.vy", text) if mutant.operator == "lock"]
    assert [mutant.function for mutant in locks] == ["f"]
    assert locks[0].source(text).startswith(f"{HEAD}\n@reentrant\n@external\n@view\n")


def test_constants_of_a_module() -> None:
    text = "A: constant(uint256) = 2**32\nB: public(uint256)\nC: constant(address) = empty(address)\n"
    assert [(mutant.before, mutant.after) for mutant in mutants_of("x.vy", text)] == [("2**32", "(2**32 + 1)")]


def test_what_a_mutant_is_known_by() -> None:
    text = "@internal\ndef f():\n    log E(\n        a=1,\n        b=2,\n    )\n"
    mutant = next(one for one in mutants_of("x.vy", text) if one.operator == "swap")
    assert mutant.lines(text) == ("a=1, b=2,", "a=2, b=1,")
    assert (mutant.line, mutant.column) == (4, 11)
    with pytest.raises(ValueError, match=r"x\.vy:4 has changed"):
        mutant.source(text.replace("1", "7"))


def test_every_source_is_read() -> None:
    found: dict[str, Mutant] = {}
    for file in files():
        mutants = mutants_of(file, text_of(file))
        assert mutants, file
        assert not found.keys() & {mutant.name for mutant in mutants}
        found |= {mutant.name: mutant for mutant in mutants}
    assert len(found) > 4_000
