"""The fast way to compile a mutant gives the code of the slow one."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from vyper.compiler.settings import OptimizationLevel
from vyper.ir import compile_ir

from novation.chain.compiler import open_contract
from novation.mutation.mutant import Mutant, text_of
from novation.mutation.operators import mutants_of
from novation.mutation.workshop import Rejected, Unfit, Workshop

NAME, FILE = "LiquidationModule", "contracts/LiquidationModule.vy"
UPDATES = "contracts/modules/price_updates.vy"


@pytest.fixture(scope="module")
def shop() -> Workshop:
    made = Workshop(NAME)
    made.prepare()
    return made


def mutant(operator: str, before: str, after: str, function: str) -> Mutant:
    """The first like this."""
    found = mutants_of(FILE, text_of(FILE))
    return next(
        each
        for each in found
        if (each.operator, each.before, each.after, each.function) == (operator, before, after, function)
    )


def apart(work: Callable[[], bytes]) -> bytes:
    """In another process, as a build changes the contract's trees; an error is its name."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            told = work()
        except (Rejected, Unfit) as error:
            told = type(error).__name__.encode()
        except BaseException as error:  # noqa: BLE001 (told to the parent)
            told = repr(error).encode()
        os.write(write, told)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    return told


def test_as_it_is(shop: Workshop) -> None:
    """Nothing is left out but the assembler's own optimisation."""
    assembly = compile_ir.compile_to_assembly(open_contract(NAME).ir_nodes, optimize=OptimizationLevel.NONE)
    assert shop.code == bytes(compile_ir.assembly_to_evm(assembly)[0])
    own = {(FILE, name) for name in ("__init__", "liquidate", "liquidate_many", "_is_early")}
    module = {(UPDATES, name) for name in ("__init__", "_bring", "_has_outdated", "_refund")}
    assert {key for key in shop.functions() if not key[1].isupper()} == own | module


@pytest.mark.parametrize(
    "one",
    [
        mutant("comparison", "==", "!=", "liquidate_many"),
        mutant("constant", "1", "0", "liquidate_many"),
        mutant("condition", "success", "False", "liquidate_many"),
        mutant("swap", "SHARE_FLOOR, SHARE_CEILING", "SHARE_CEILING, SHARE_FLOOR", "liquidate"),
        mutant("lock", "", "@reentrant\n", "liquidate"),
    ],
    ids=str,
)
def test_a_function_compiled_alone(shop: Workshop, one: Mutant) -> None:
    fast = apart(lambda: shop.fast(one))
    assert fast == apart(lambda: shop.slow(one))
    assert len(fast) > 1_000
    assert fast != shop.code


def test_refused_by_the_compiler(shop: Workshop) -> None:
    one = mutant("swap", "account, market", "market, account", "liquidate")
    assert apart(lambda: shop.fast(one)) == b"Rejected"
    assert apart(lambda: shop.slow(one)) == b"Rejected"


def test_what_needs_the_whole(shop: Workshop) -> None:
    """A constructor and a constant of the module."""
    for one in (mutant("comparison", "<=", "<", "__init__"), mutant("constant", "32", "33", "")):
        assert apart(lambda one=one: shop.fast(one)) == b"Unfit"
        assert apart(lambda one=one: shop.build(one).bytecode) == apart(lambda one=one: shop.slow(one))
