"""Expressions of Vyper's annotated syntax tree as ranged z3 terms.

Whatever can revert adds its condition to the state. Calls of internal functions are inlined (see `translate`), calls of
other contracts return whatever their type allows: a static call changes nothing, and every other contract that we call
is kept from calling back by the reentrancy lock.
"""

from __future__ import annotations

from typing import Any

import z3
from vyper.ast import nodes
from vyper.semantics.types import (
    TYPE_T,
    FlagT,
    HashMapT,
    IntegerT,
    InterfaceT,
    SArrayT,
    StructT,
)
from vyper.semantics.types.function import ContractFunctionT

from novation.proofs.arithmetic import limits
from novation.proofs.program import fresh, module_name
from novation.proofs.state import State, merge
from novation.proofs.storage import Storage
from novation.proofs.values import (
    ADDRESS_MAX,
    UINT_MAX,
    Num,
    Unsupported,
    Value,
    all_of,
    any_of,
    choose,
    negated,
    number,
    ranged,
)

HAS_CODE = z3.Function("has_code", z3.IntSort(), z3.BoolSort())  # any addresses
ISQRT = z3.Function("isqrt", z3.IntSort(), z3.IntSort())

BINARY = {nodes.Add: "+", nodes.Sub: "-", nodes.Mult: "*", nodes.FloorDiv: "//", nodes.Mod: "%"}


def code_number(text: str) -> int:
    """The number of a revert code or another short text: its bytes; the empty one is 0."""
    return int.from_bytes(text.encode(), "big")


def code_text(value: int) -> str:
    """The text of a number."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big").decode()


class Expressions(Storage):
    """Values of expressions in a module; the statements are in `translate`."""

    def evaluate(self, node: Any, state: State) -> Value:
        """The value of an expression."""
        if node.has_folded_value:
            return self._constant(node.get_folded_value(), node._metadata["type"])
        found = getattr(self, f"_{type(node).__name__.lower()}", None)
        if found is None:
            raise Unsupported(f"{type(node).__name__}: {node.node_source_code}")
        value = found(node, state)
        return state.narrow(value) if isinstance(value, Num) else value

    def _constant(self, node: Any, kind: Any) -> Value:
        if isinstance(node, nodes.Str):
            return number(code_number(node.value))
        if isinstance(node, nodes.NameConstant):
            return z3.BoolVal(node.value)
        if isinstance(node, nodes.Hex):
            return number(int(node.value, 16))
        if isinstance(node, nodes.Int):
            return number(node.value)
        if isinstance(node, nodes.Tuple):
            return tuple(
                self._constant(item, part) for item, part in zip(node.elements, kind.member_types, strict=True)
            )
        raise Unsupported(f"the constant {node.node_source_code} of type {kind}")

    def _name(self, node: Any, state: State) -> Value:
        if node.id in state.names:
            return state.names[node.id]
        if node.id == "self":
            return self._environment("self", 0, ADDRESS_MAX)
        return self._stored(f"{module_name(node.module_node)}.{node.id}", state)

    def _attribute(self, node: Any, state: State) -> Value:
        text = node.node_source_code
        if text == "msg.sender":
            return self._environment("msg.sender", 0, ADDRESS_MAX)
        if text == "msg.value":
            return self._environment("msg.value", 0, UINT_MAX)
        if text == "block.timestamp":
            return self._environment("block.timestamp", 0, UINT_MAX)
        kind = node._metadata["type"]
        if isinstance(kind, FlagT) and isinstance(node.value._metadata["type"], TYPE_T):
            return number(1 << kind._flag_members[node.attr])
        where = self.storage_name(node)
        if where is not None:
            return self._stored(where, state)
        value = self.evaluate(node.value, state)
        if node.attr == "address":
            return value
        return HAS_CODE(value.term) if node.attr == "is_contract" else value[node.attr]

    def _subscript(self, node: Any, state: State) -> Value:
        if isinstance(node.value._metadata["type"], (HashMapT, SArrayT)) and self.storage_name(_root(node)):
            if isinstance(node._metadata["type"], (HashMapT, SArrayT)):
                raise Unsupported(f"a whole mapping: {node.node_source_code}")
            name, key = self.slot(node, state)
            return self.element(name, key, node._metadata["type"], state)
        value, key = self.evaluate(node.value, state), self.evaluate(node.slice, state)
        if key.known is None:
            raise Unsupported(f"a varying index: {node.node_source_code}")
        return value[key.known]

    # ---------------------------------------------------------------- operators

    def _binop(self, node: Any, state: State) -> Value:
        left, right = self.evaluate(node.left, state), self.evaluate(node.right, state)
        kind, a = node._metadata["type"], self.arithmetic
        if type(node.op) in BINARY:
            found, fine = a.checked(BINARY[type(node.op)], left, right, is_signed(kind))
            state.require(fine)
            return found
        if isinstance(node.op, nodes.LShift):
            return a.shifted_left(left, right, is_signed(kind))
        if isinstance(node.op, nodes.RShift):
            return a.shifted_right(left, right)
        if isinstance(node.op, nodes.BitAnd):
            return a.both(left, right)
        if isinstance(node.op, nodes.BitOr):
            return a.either(left, right)
        if isinstance(node.op, nodes.BitXor) and min(left.low, right.low) >= 0:
            return a.exclusive(left, right)
        if isinstance(node.op, nodes.Pow):
            return self._power(left, right, is_signed(kind), state)
        raise Unsupported(f"an operator: {node.node_source_code}")

    def _power(self, base: Num, exponent: Num, signed: bool, state: State) -> Num:
        if base.known is None:
            raise Unsupported("a power of a varying base")
        low, high = limits(signed)
        value, last = base.known, exponent.low
        while last < exponent.high and low <= value ** (last + 1) <= high:
            last += 1
        if last < exponent.high:
            state.require(exponent.term <= last)
        return self.arithmetic.table(ranged(exponent.term, exponent.low, last), lambda n: number(value**n))

    def _unaryop(self, node: Any, state: State) -> Value:
        value = self.evaluate(node.operand, state)
        if isinstance(node.op, nodes.Not):
            return negated(value)
        if isinstance(node.op, nodes.Invert):
            return self.arithmetic.inverted(value)
        if isinstance(node.op, nodes.USub):
            found, fine = self.arithmetic.checked("-", number(0), value, True)
            state.require(fine)
            return found
        raise Unsupported(f"an operator: {node.node_source_code}")

    def _compare(self, node: Any, state: State) -> Value:
        left, right = self.evaluate(node.left, state), self.evaluate(node.right, state)
        op = type(node.op)
        if op in (nodes.In, nodes.NotIn):
            found = self.arithmetic.both(left, right).term != 0
            return found if op is nodes.In else z3.Not(found)
        if op in (nodes.Eq, nodes.NotEq) and not isinstance(left, Num):
            return left == right if op is nodes.Eq else left != right
        state.note(left, right)
        return compared(op, left, right)

    def _boolop(self, node: Any, state: State) -> Value:
        together = isinstance(node.op, nodes.And)
        found = self.evaluate(node.values[0], state)
        for part in node.values[1:]:
            # What follows is evaluated only where it counts.
            reached, passed = state.fork(), state.fork()
            reached.learn(found, together)
            value = self.evaluate(part, reached)
            merge(state, found if together else negated(found), reached, passed)
            found = all_of(found, value) if together else any_of(found, value)
        return found

    def _ifexp(self, node: Any, state: State) -> Value:
        condition = self.evaluate(node.test, state)
        one, other = state.fork(), state.fork()
        one.learn(condition)
        other.learn(condition, False)
        if z3.is_true(condition) or z3.is_false(condition):
            return self.evaluate(node.body if z3.is_true(condition) else node.orelse, state)
        first, second = self.evaluate(node.body, one), self.evaluate(node.orelse, other)
        merge(state, condition, one, other)
        return choose(condition, first, second)

    # ---------------------------------------------------------------- calls

    def _tuple(self, node: Any, state: State) -> Value:
        return tuple(self.evaluate(item, state) for item in node.elements)

    def _list(self, node: Any, state: State) -> Value:
        return [self.evaluate(item, state) for item in node.elements]

    def _call(self, node: Any, state: State) -> Value:
        kind = node.func._metadata["type"]
        if isinstance(kind, TYPE_T):
            if isinstance(kind.typedef, StructT):
                return {item.arg: self.evaluate(item.value, state) for item in node.keywords}
            if isinstance(kind.typedef, InterfaceT):
                return self.evaluate(node.args[0], state)
        if isinstance(kind, ContractFunctionT) and kind.is_internal:
            return self.call(kind, [self.evaluate(item, state) for item in node.args], state)
        found = getattr(self, f"_builtin_{getattr(kind, '_id', '')}", None)
        if found is None:
            raise Unsupported(f"a call: {node.node_source_code}")
        return found(node, state)

    def _staticcall(self, node: Any, state: State) -> Value:
        return self._outside(node, state)

    def _extcall(self, node: Any, state: State) -> Value:
        return self._outside(node, state)

    def _outside(self, node: Any, state: State) -> Value:
        """What another contract returns: anything of its type."""
        call = node.value
        for item in call.args:
            self.evaluate(item, state)
        kind = node._metadata["type"]
        name = f"{call.func.attr}#{self.calls}"
        self.calls += 1
        try:
            value = self.assume_range(fresh(kind, name, self.bounds))
        except Unsupported:
            if not isinstance(node.get_ancestor(), nodes.Expr):
                raise
            value = None
        self.returned.setdefault(call.func.attr, []).append(value)
        return value


def compared(op: Any, x: Num, y: Num) -> z3.BoolRef:
    """A comparison, decided where the ranges decide it."""
    if op is nodes.Eq:
        if x.high < y.low or y.high < x.low:
            return z3.BoolVal(False)
        return z3.BoolVal(True) if x.known is not None and x.known == y.known else x.term == y.term
    if op is nodes.NotEq:
        return negated(compared(nodes.Eq, x, y))
    if op in (nodes.Gt, nodes.GtE):
        return compared(nodes.Lt if op is nodes.Gt else nodes.LtE, y, x)
    if op is nodes.Lt:
        decided = True if x.high < y.low else False if x.low >= y.high else None
        return x.term < y.term if decided is None else z3.BoolVal(decided)
    decided = True if x.high <= y.low else False if x.low > y.high else None
    return x.term <= y.term if decided is None else z3.BoolVal(decided)


def is_signed(kind: Any) -> bool:
    """Whether arithmetic on a type is that of int256; flags count as uint256. @raises Unsupported for another type."""
    if isinstance(kind, IntegerT) and kind.bits == 256:
        return bool(kind.is_signed)
    if isinstance(kind, FlagT):
        return False
    raise Unsupported(f"arithmetic on {kind}")


def _root(node: Any) -> Any:
    while isinstance(node, nodes.Subscript):
        node = node.value
    return node
