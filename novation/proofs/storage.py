"""Names and storage: what a variable, an immutable, the environment and a mapping hold before and during a call."""

from __future__ import annotations

from typing import Any

import z3
from vyper.ast import nodes
from vyper.semantics.types import BoolT, HashMapT, SArrayT, StructT
from vyper.semantics.types.module import ModuleT

from novation.proofs.arithmetic import Arithmetic
from novation.proofs.program import Program, bounds_of, fresh, mapping_value, module_name, numbers_in
from novation.proofs.state import State
from novation.proofs.values import UINT_MAX, Num, Unsupported, Value, ranged


class Storage:
    """Where an expression finds a value."""

    def __init__(self, program: Program, bounds: dict[str, tuple[int, int]]) -> None:
        self.program = program
        self.bounds = bounds
        self.arithmetic = Arithmetic()
        self.assumed: list[z3.BoolRef] = []
        self.calls = 0
        self.returned: dict[str, list[Value]] = {}
        self.claims: dict[str, tuple[int, int]] = {}
        self.claimed: list[z3.BoolRef] = []

    def claim(self, name: str, value: Value) -> Value:
        """A local or an unchecked operation (by its text) within the range that the lemma states, and has to prove."""
        if name not in self.claims or not isinstance(value, Num):
            return value
        low, high = self.claims[name]
        self.claimed.append(z3.And(value.term >= low, value.term <= high))
        return ranged(value.term, max(low, value.low), min(high, value.high), value.bits)

    def call(self, function: Any, arguments: list[Value], state: State) -> Value:
        """An internal function; see `translate`."""
        raise NotImplementedError

    def assume_range(self, value: Value) -> Value:
        """A variable is within its type, or within what the lemma states."""
        for item in numbers_in(value):
            if not z3.is_int_value(item.term):
                self.assumed.append(z3.And(item.term >= item.low, item.term <= item.high))
        return value

    def initial(self, name: str, kind: Any) -> Value:
        """A storage variable or immutable as it is before the call."""
        if isinstance(kind, (HashMapT, SArrayT)):
            _, held = mapping_value(kind)
            if isinstance(held, StructT):
                return {field: z3.Array(f"{name}.{field}", z3.IntSort(), z3.IntSort()) for field in held.members}
            return z3.Array(name, z3.IntSort(), z3.IntSort()) if bounds_of(held) or isinstance(held, BoolT) else None
        try:
            return self.assume_range(fresh(kind, name, self.bounds))
        except Unsupported:
            return None

    def evaluate(self, node: Any, state: State) -> Value:
        """The value of an expression; see `expressions`."""
        raise NotImplementedError

    def _environment(self, name: str, low: int, high: int) -> Num:
        low, high = self.bounds.get(name, (low, high))
        return self.assume_range(ranged(z3.Int(name), low, high))  # type: ignore[no-any-return]

    def _stored(self, name: str, state: State) -> Value:
        if state.store.get(name) is None:
            raise Unsupported(f"the variable {name}")
        return state.store[name]

    def storage_name(self, node: Any) -> str | None:
        """`module.name` of what an expression names in storage, None for something else."""
        if isinstance(node, nodes.Attribute):
            kind = node.value._metadata.get("type")
            if isinstance(kind, ModuleT):
                return f"{module_name(kind.decl_node)}.{node.attr}"
            if isinstance(node.value, nodes.Name) and node.value.id == "self" and node.attr != "address":
                return f"{module_name(node.module_node)}.{node.attr}"
        return None

    def slot(self, node: Any, state: State) -> tuple[str, Num]:
        """The mapping and the key of `map[key]`; two keys are one number."""
        if isinstance(node.value, nodes.Subscript):
            mapping, outer = self.slot(node.value, state)
            inner = self.index(node, state)
            return mapping, ranged(
                outer.term * 2**256 + inner.term, outer.low * 2**256, outer.high * 2**256 + inner.high
            )
        name = self.storage_name(node.value)
        if name is None:
            raise Unsupported(f"the element {node.node_source_code}")
        return name, self.index(node, state)

    def index(self, node: Any, state: State) -> Num:
        """The key, within the array where it is one."""
        key = self.evaluate(node.slice, state)
        kind = node.value._metadata["type"]
        if isinstance(kind, SArrayT):
            if key.low < 0 or key.high >= kind.count:
                state.require(z3.And(key.term >= 0, key.term < kind.count))
            key = state.narrow(key)
        return key  # type: ignore[no-any-return]

    def element(self, name: str, key: Num, kind: Any, state: State) -> Value:
        """What a mapping holds at a key."""
        array = self._stored(name, state)
        if isinstance(kind, StructT):
            return {field: self._read(array[field], key, part) for field, part in kind.members.items()}
        return self._read(array, key, kind)

    def _read(self, array: Any, key: Num, kind: Any) -> Value:
        term = z3.Select(array, key.term)
        base = array
        while z3.is_store(base):
            base = base.arg(0)
        if isinstance(kind, BoolT):
            return term != 0
        low, high = bounds_of(kind) or (0, UINT_MAX)
        if z3.is_const(base):
            name = base.decl().name()
            low, high = self.bounds.get(name, (low, high))
            self.assumed.append(z3.And(z3.Select(base, key.term) >= low, z3.Select(base, key.term) <= high))
        return ranged(term, low, high)
