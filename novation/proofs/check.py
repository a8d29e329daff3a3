"""Is the model the bytecode? Every translated function at thousands of points: values and reverts must agree."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import z3
from vyper.semantics.types import StringT

from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from novation.proofs.evaluate import evaluate
from novation.proofs.expressions import code_number, code_text
from novation.proofs.harness import Host, Subject, build, external_name
from novation.proofs.points import column
from novation.proofs.program import fresh, program
from novation.proofs.subjects import HOSTS
from novation.proofs.translate import Translator
from novation.proofs.values import ADDRESS_MAX, UINT_MAX, Num, Value, ranged

POINTS = 10_000
SEED = 20
READ = "read"  # before the name of a mapping's value


@dataclass(frozen=True)
class Checked:
    """A function's comparison: points, of which reverts, seconds, and the first difference."""

    function: str
    points: int
    reverts: int
    seconds: float
    difference: str = ""


def check(points: int = POINTS) -> Iterator[Checked]:
    """All of them, harness by harness. @raises CompilationFailed."""
    for host in HOSTS:
        chain, contract = deployed(host)
        for subject in host.subjects:
            yield compare(chain, contract, host, subject, points)


def deployed(host: Host) -> tuple[RevmChain, Contract]:
    """A chain with a harness."""
    artifact = build(program(host.contract), host)
    chain = RevmChain(replaced={artifact.name: artifact})  # a harness may be longer than EIP-170 allows
    sender = chain.accounts[0]
    arguments = [
        chain.deploy("MockToken", "Token", "TOK", 6, sender=sender).address if item == "token" else item
        for item in host.arguments
    ]
    return chain, chain.deploy(artifact, *arguments, sender=sender)


def compare(
    chain: RevmChain,
    contract: Contract,
    host: Host,
    subject: Subject,
    points: int,
    patches: Mapping[str, str] | None = None,
) -> Checked:
    """One function: the model's terms (of other sources where there are patches) against calls."""
    begun = time.perf_counter()
    opened = program(host.contract, patches)
    translator = Translator(opened)
    function = opened.function(subject.function)
    arguments = [fresh(item.typ, item.name) for item in function.arguments]
    state = translator.start()
    reads = []
    for name, key, kind in subject.reads:
        high = ADDRESS_MAX if kind == "address" else UINT_MAX
        value = ranged(z3.Int(name if not key else f"{READ}.{name.rpartition('.')[2]}"), 0, high)
        reads.append(value)
        if key:
            at = next(a for a, item in zip(arguments, function.arguments, strict=True) if item.name == key)
            state.store[name] = z3.Store(state.store[name], at.term, value.term)
        else:
            state.store[name] = value
    run = translator.run(subject.function, arguments, state)
    outputs = list(leaves(run.value))
    for name, key, _ in subject.writes:
        stored = run.state.store[name]
        at = next((a for a, item in zip(arguments, function.arguments, strict=True) if item.name == key), None)
        outputs.append(stored.term if at is None else z3.Select(stored, at.term))
    inputs = [*arguments, *reads]
    columns = dict(_columns(subject, inputs, points))
    constants = {"block.timestamp": chain.now, **dict(host.immutables)}
    known: dict[str, Any] = {**columns, **{name: [value] * points for name, value in constants.items()}}
    for name, value in state.store.items():
        for item in [value] if z3.is_expr(value) else []:
            base = item
            while z3.is_store(base):
                base = base.arg(0)
            known.setdefault(base.decl().name(), [{}] * points)
        if isinstance(value, dict):
            known.update({f"{name}.{part}": [{}] * points for part in value})
    for item in leaves(list(run.returned.values()), whole=True):  # of others, who are not asked
        name, unknown = (item.term.decl().name(), 0) if isinstance(item, Num) else (item.decl().name(), False)
        known.setdefault(name, [unknown] * points)
    model = evaluate([run.ok, *outputs], known, points)
    called = contract.interface.function(external_name(subject.function), len(inputs))
    encode, decode = called.encode, called.decode
    reverts, difference = 0, ""
    for n in range(points):
        given = [
            _native(value, columns, n, kind) for value, kind in zip(inputs, _kinds(function, subject), strict=True)
        ]
        try:
            found = list(flatten(decode(chain.raw_call(contract.address, encode(given), None, 0, not subject.writes))))
        except Reverted as error:
            if error.code in ("OUT_OF_GAS", "REJECTED"):
                raise
            reverts += 1
            if model[0][n]:
                difference = f"{given} reverts ({error.code}) where the model does not"
                break
            continue
        wanted = [part[n] for part in model[1:]]
        if not model[0][n] or found != wanted:
            difference = f"{given} gives {found}, the model {wanted if model[0][n] else 'a revert'}"
            break
    return Checked(subject.function, points, reverts, time.perf_counter() - begun, difference)


def _columns(subject: Subject, inputs: list[Value], count: int) -> Iterator[tuple[str, list[Any]]]:
    random = Random(f"{SEED} {subject.function}")
    module, without = subject.function.partition(".")[0], dict(subject.without)
    for value in inputs:
        for leaf in leaves(value, whole=True):
            if isinstance(leaf, Num):
                name = leaf.term.decl().name()
                cleared = ~without.get(name.removeprefix(f"{READ}."), 0)
                yield name, [item & cleared for item in column(name, leaf.low, leaf.high, count, random, module)]
            else:
                yield leaf.decl().name(), [random.random() < 0.5 for _ in range(count)]


def leaves(value: Value, whole: bool = False) -> Iterator[Any]:
    """Numbers and truth values in their order; terms, or numbers with their ranges."""
    if isinstance(value, Num):
        yield value if whole else value.term
    elif isinstance(value, dict):
        for part in value.values():
            yield from leaves(part, whole)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from leaves(part, whole)
    elif value is not None:
        yield value


def _kinds(function: Any, subject: Subject) -> list[Any]:
    return [item.typ for item in function.arguments] + [kind for _, _, kind in subject.reads]


def _native(value: Value, columns: dict[str, list[Any]], n: int, kind: Any) -> Any:
    """An argument as the encoder wants it."""
    if isinstance(value, Num):
        found = columns[value.term.decl().name()][n]
        if isinstance(kind, StringT):
            return code_text(found)
        return f"0x{found:040x}" if str(kind) == "address" else found
    if isinstance(value, dict):
        return tuple(_native(part, columns, n, kind.members[name]) for name, part in value.items())
    return columns[value.decl().name()][n]


def flatten(value: Any) -> Iterator[Any]:
    """What a call returned, as the model has it."""
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from flatten(part)
    elif isinstance(value, str):
        yield int(value, 16) if value.startswith("0x") else code_number(value)
    elif value is not None:
        yield value
