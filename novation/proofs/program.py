"""A contract as the compiler has read it: its modules by name, its functions, its types as ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import z3
from vyper.semantics.types import (
    AddressT,
    BoolT,
    BytesM_T,
    FlagT,
    HashMapT,
    IntegerT,
    InterfaceT,
    SArrayT,
    StringT,
    StructT,
    TupleT,
)

from novation.chain.compiler import open_contract
from novation.proofs.values import ADDRESS_MAX, UINT_MAX, Num, Unsupported, Value, number, ranged

Node = Any  # of Vyper's syntax tree
Type = Any  # of Vyper's


class Program:
    """A contract and all modules that it is made of, annotated by the compiler."""

    def __init__(self, contract: str, patches: Mapping[str, str] | None = None) -> None:
        root = open_contract(contract, patches).annotated_vyper_module._metadata["type"]
        self.modules: dict[str, Type] = {}
        self._collect(root)
        self.contract = contract

    def _collect(self, module: Type) -> None:
        name = module_name(module.decl_node)
        if name not in self.modules:
            self.modules[name] = module
            for imported in module.imported_modules.values():
                self._collect(imported.module_t)

    def function(self, name: str) -> Type:
        """A function by `module.name`, as `perp_math._fee`. @raises KeyError."""
        module, _, short = name.partition(".")
        for node in self.modules[module].function_defs:
            if node.name == short:
                return node._metadata["func_type"]
        raise KeyError(f"{self.contract} has no function {name}")

    def functions(self) -> Iterator[tuple[str, Type]]:
        """All of them, with their names."""
        for module, found in self.modules.items():
            for node in found.function_defs:
                yield f"{module}.{node.name}", node._metadata["func_type"]


@lru_cache(maxsize=64)
def _program(contract: str, patches: tuple[tuple[str, str], ...]) -> Program:
    return Program(contract, dict(patches))


def program(contract: str, patches: Mapping[str, str] | None = None) -> Program:
    """As `Program`, once a process and set of patches."""
    return _program(contract, tuple(sorted((patches or {}).items())))


def module_name(module: Node) -> str:
    """The file of a module without its ending."""
    return Path(module.resolved_path or module.path).stem


def module_of(function: Type) -> str:
    """Where a function is written."""
    return module_name(function.ast_def.module_node)


def bounds_of(kind: Type) -> tuple[int, int] | None:
    """The range of a type that is a number in the model; None for another."""
    if isinstance(kind, IntegerT):
        low, high = kind.ast_bounds
        return low, high
    if isinstance(kind, (AddressT, InterfaceT)):
        return 0, ADDRESS_MAX
    if isinstance(kind, BytesM_T) and kind.length == 32:
        return 0, UINT_MAX
    if isinstance(kind, FlagT):
        return 0, 2 ** len(kind._flag_members) - 1
    if isinstance(kind, StringT):
        return 0, 2**64
    return None


def fresh(kind: Type, name: str, bounds: Mapping[str, tuple[int, int]] | None = None) -> Value:
    """A value of a type made of variables named after it; `bounds` narrow some, by their whole names."""
    if isinstance(kind, BoolT):
        return z3.Bool(name)
    if isinstance(kind, StructT):
        return {field: fresh(part, f"{name}.{field}", bounds) for field, part in kind.members.items()}
    if isinstance(kind, TupleT):
        return tuple(fresh(part, f"{name}.{n}", bounds) for n, part in enumerate(kind.member_types))
    if isinstance(kind, SArrayT):
        return [fresh(kind.value_type, f"{name}.{n}", bounds) for n in range(kind.count)]
    found = bounds_of(kind)
    if found is None:
        raise Unsupported(f"a value of type {kind}")
    low, high = (bounds or {}).get(name, found)
    return ranged(z3.Int(name), low, high)


def zero(kind: Type) -> Value:
    """`empty(kind)`."""
    if isinstance(kind, BoolT):
        return z3.BoolVal(False)
    if isinstance(kind, StructT):
        return {field: zero(part) for field, part in kind.members.items()}
    if isinstance(kind, TupleT):
        return tuple(zero(part) for part in kind.member_types)
    if isinstance(kind, SArrayT):
        return [zero(kind.value_type) for _ in range(kind.count)]
    if bounds_of(kind) is None:
        raise Unsupported(f"a value of type {kind}")
    return number(0)


def numbers_in(value: Value) -> Iterator[Num]:
    """Every number of a value, in its order."""
    if isinstance(value, Num):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from numbers_in(part)


def mapping_value(kind: Type) -> tuple[int, Type]:
    """How many keys a mapping takes, and what it holds."""
    keys = 0
    while isinstance(kind, (HashMapT, SArrayT)):
        keys, kind = keys + 1, kind.value_type
    return keys, kind
