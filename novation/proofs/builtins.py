"""Vyper's builtin functions on ranged terms."""

from __future__ import annotations

from typing import Any

import z3
from vyper.ast import nodes
from vyper.semantics.types import AddressT, BoolT, BytesM_T, FlagT, IntegerT, StringT

from novation.proofs.arithmetic import limits
from novation.proofs.expressions import ISQRT, Expressions, compared, is_signed
from novation.proofs.program import bounds_of, zero
from novation.proofs.state import State
from novation.proofs.values import INT_MIN, UINT_MAX, Num, Unsupported, Value, choose, number, ranged


class Builtins(Expressions):
    """`_builtin_NAME` is what a call of NAME means."""

    def _builtin_unsafe(self, node: Any, state: State, kind: str) -> Num:
        x, y = (self.evaluate(item, state) for item in node.args)
        signed = is_signed(node._metadata["type"])
        if kind == "//":
            found = self.arithmetic.quotient(x, y)
            return self.arithmetic.wrapped(found, signed, node.node_source_code)
        found = self.claim(node.node_source_code, self.arithmetic.exact(kind, x, y))
        return self.arithmetic.wrapped(found, signed, node.node_source_code)

    def _builtin_unsafe_add(self, node: Any, state: State) -> Num:
        return self._builtin_unsafe(node, state, "+")

    def _builtin_unsafe_sub(self, node: Any, state: State) -> Num:
        return self._builtin_unsafe(node, state, "-")

    def _builtin_unsafe_mul(self, node: Any, state: State) -> Num:
        return self._builtin_unsafe(node, state, "*")

    def _builtin_unsafe_div(self, node: Any, state: State) -> Num:
        return self._builtin_unsafe(node, state, "//")

    def _builtin_min(self, node: Any, state: State) -> Num:
        x, y = (self.evaluate(item, state) for item in node.args)
        found = choose(compared(nodes.LtE, x, y), x, y)
        return Num(found.term, min(x.low, y.low), min(x.high, y.high), found.bits)

    def _builtin_max(self, node: Any, state: State) -> Num:
        x, y = (self.evaluate(item, state) for item in node.args)
        found = choose(compared(nodes.GtE, x, y), x, y)
        return ranged(found.term, max(x.low, y.low), max(x.high, y.high), found.bits)

    def _builtin_abs(self, node: Any, state: State) -> Num:
        x = self.evaluate(node.args[0], state)
        if x.low == INT_MIN:
            state.require(x.term != INT_MIN)
        if x.low >= 0:
            return x  # type: ignore[no-any-return]
        high = max(-max(x.low, INT_MIN + 1), x.high)
        return ranged(z3.If(x.term < 0, -x.term, x.term), 0 if x.high >= 0 else -x.high, high)

    def _builtin_isqrt(self, node: Any, state: State) -> Num:
        x = self.evaluate(node.args[0], state)
        return ranged(ISQRT(x.term), 0, 1 << ((x.high.bit_length() + 1) // 2))

    def _builtin_len(self, node: Any, state: State) -> Num:
        if not isinstance(node.args[0]._metadata["type"], StringT):
            raise Unsupported(f"the length of {node.args[0].node_source_code}")
        # Only compared with zero: a code's number is 0 for the empty one alone.
        return self.evaluate(node.args[0], state)  # type: ignore[no-any-return]

    def _builtin_empty(self, node: Any, state: State) -> Value:
        return zero(node._metadata["type"])

    def _builtin_convert(self, node: Any, state: State) -> Value:
        value = self.evaluate(node.args[0], state)
        source, target = node.args[0]._metadata["type"], node._metadata["type"]
        if isinstance(target, BoolT):
            return value.term != 0
        if isinstance(source, BoolT):
            return choose(value, number(1), number(0))
        if isinstance(target, BytesM_T) and isinstance(source, IntegerT):
            if value.low >= 0:
                return value
            same_bits = value.bits & UINT_MAX
            negative = Num(value.term + 2**256, 0, UINT_MAX, same_bits)
            return choose(value.term < 0, negative, ranged(value.term, 0, UINT_MAX, same_bits))
        if isinstance(source, BytesM_T) and isinstance(target, IntegerT) and target.is_signed:
            if value.high < 2**255:
                return value
            half = z3.If(value.term >= 2**255, value.term - 2**256, value.term)
            return ranged(half, *limits(True))
        if not isinstance(target, (IntegerT, AddressT, FlagT, BytesM_T)):
            raise Unsupported(f"a conversion: {node.node_source_code}")
        low, high = bounds_of(target) or (0, UINT_MAX)
        if isinstance(target, FlagT):
            high = 2 ** len(target._flag_members) - 1
        if value.low < low:
            state.require(value.term >= low)
        if value.high > high:
            state.require(value.term <= high)
        if value.high < low or value.low > high:
            state.ok.append(z3.BoolVal(False))
            return number(low)
        return ranged(value.term, max(value.low, low), min(value.high, high), value.bits)
