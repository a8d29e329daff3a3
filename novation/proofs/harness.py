"""The bytecode of internal functions: a contract, written here and compiled in memory, that exports each of them.

A wrapper sets the storage that the function reads, calls it, and returns its value and the storage that it wrote. It is
compiled in the place of `contracts/mocks/MathHarness.vy`, so that the compiler finds all imports; no file is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vyper.semantics.types import BoolT, FlagT, IntegerT, StringT, StructT, TupleT

from novation.chain.compiler import Artifact, artifact_of, open_contract
from novation.proofs.program import Program, module_name

FLAGS = {"Status": "IOracleAdapter"}  # where a flag is declared, which its type does not tell
PLACE = ("MathHarness", "contracts/mocks/MathHarness.vy")


@dataclass(frozen=True)
class Subject:
    """A function to be checked. `reads` is the storage that it depends on: (name in the model, key or none, type);
    `writes` what it leaves there, likewise. Keys are names of arguments. `without` are bits that a word never has, by
    its argument's or variable's name: for them another contract would be asked."""

    function: str
    reads: tuple[tuple[str, str, str], ...] = ()
    writes: tuple[tuple[str, str, str], ...] = ()
    without: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Host:
    """A harness: the contract whose modules it exports, how they are set up, and its subjects. `arguments` are those of
    the constructor; `immutables` their values in the model."""

    contract: str
    header: str
    subjects: tuple[Subject, ...]
    arguments: tuple[Any, ...] = ()
    immutables: tuple[tuple[str, int], ...] = ()


def type_name(kind: Any) -> str:
    """A type as the harness writes it, with the module that declares it."""
    if isinstance(kind, FlagT):
        return f"{FLAGS[kind.name]}.{kind.name}"
    if isinstance(kind, StructT):
        return f"{module_name(kind.ast_def.module_node)}.{kind.name}"
    if isinstance(kind, TupleT):
        return f"({', '.join(type_name(part) for part in kind.member_types)})"
    return str(kind)


def external_name(function: str) -> str:
    """What a wrapper is called."""
    return "call_" + function.replace(".", "_")


def wrapper(program: Program, subject: Subject) -> str:
    """An external function around an internal one."""
    function = program.function(subject.function)
    arguments = [(f"{item.name}_", type_name(item.typ)) for item in function.arguments]
    inputs = arguments + [(f"read_{n}", kind) for n, (_, _, kind) in enumerate(subject.reads)]
    lines = [f"    {_place(name, key)} = read_{n}" for n, (name, key, _) in enumerate(subject.reads)]
    call = f"{subject.function}({', '.join(name for name, _ in arguments)})"
    returned = function.return_type
    parts, kinds = [], []
    if returned is not None:
        kinds = [type_name(part) for part in (returned.member_types if isinstance(returned, TupleT) else [returned])]
        parts = [f"value_{n}" for n in range(len(kinds))]
        for part, kind, member in zip(
            parts, kinds, returned.member_types if isinstance(returned, TupleT) else [returned], strict=True
        ):
            lines.append(f"    {part}: {kind} = {_empty(member, kind)}")
        lines.append(f"    {', '.join(parts)} = {call}")
    else:
        lines.append(f"    {call}")
    for name, key, kind in subject.writes:
        parts.append(_place(name, key))
        kinds.append(kind)
    result = f" -> ({', '.join(kinds)})" if len(kinds) > 1 else f" -> {kinds[0]}" if kinds else ""
    if parts:
        lines.append(f"    return {', '.join(parts)}")
    text = ", ".join(f"{name}: {kind}" for name, kind in inputs)
    return f"\n\n@external\ndef {external_name(subject.function)}({text}){result}:\n" + "\n".join(lines) + "\n"


def _place(name: str, key: str) -> str:
    return f"{name}[{key}_]" if key else name


def _empty(kind: Any, name: str) -> str:
    if isinstance(kind, IntegerT):
        return "0"
    if isinstance(kind, BoolT):
        return "False"
    return '""' if isinstance(kind, StringT) else f"empty({name})"


def source(program: Program, host: Host) -> str:
    """The harness."""
    text = "# pragma version 0.4.3\n# pragma optimize gas\n" + host.header
    return text + "".join(wrapper(program, subject) for subject in host.subjects)


def build(program: Program, host: Host) -> Artifact:
    """The harness, compiled. @raises CompilationFailed."""
    name, place = PLACE
    return artifact_of(name, open_contract(name, {place: source(program, host)}))
