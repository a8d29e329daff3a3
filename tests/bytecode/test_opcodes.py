"""What is in the code: no opcode that has no place in it, and as many calls as the sources have."""

from __future__ import annotations

from itertools import pairwise

import pytest

from novation.bytecode.builds import all_deployed
from novation.bytecode.disassembly import (
    CALLS,
    FORBIDDEN,
    Instruction,
    MalformedCode,
    counts,
    forbidden,
    instructions,
    parts_of,
)
from novation.bytecode.sites import MUTABLE, STATIC, external_calls
from novation.bytecode.trees import shipped
from novation.chain.compiler import VYPER_VERSION, artifact_of, compile_all, open_contract
from novation.chain.revm import RevmChain

LIQUIDATION = "contracts/LiquidationModule.vy"
PRECOMPILES = {"PoolShares": 1, "RedStoneSource": 1}  # ecrecover: permits, packages


@pytest.mark.parametrize("name", all_deployed())
def test_no_opcode_that_has_no_place_in_it(name: str) -> None:
    assert forbidden(compile_all([name])[name].bytecode) == {}


@pytest.mark.parametrize("name", all_deployed())
def test_the_code_has_the_calls_of_the_sources_and_no_other(name: str) -> None:
    found = counts(compile_all([name])[name].bytecode)
    sites = [site for site in external_calls(shipped(name)) if not site.place.endswith("__init__")]
    assert found["CALL"] == sum(site.kind == MUTABLE for site in sites)
    assert found["STATICCALL"] == sum(site.kind == STATIC for site in sites) + PRECOMPILES.get(name, 0)


@pytest.mark.parametrize("name", all_deployed())
def test_the_footer_tells_the_truth(name: str) -> None:
    artifact = compile_all([name])[name]
    parts = parts_of(artifact.bytecode)
    assert len(parts.runtime) + parts.immutables == artifact.runtime_size
    assert ".".join(map(str, parts.version)) == VYPER_VERSION
    # Every jump goes to where the disassembly sees a destination: push data was skipped rightly.
    code = list(instructions(parts.code))
    targets = {step.at for step in code if step.name == "JUMPDEST"}
    pushed = [
        int.from_bytes(before.data, "big")
        for before, step in pairwise(code)
        if step.name in ("JUMP", "JUMPI") and before.name.startswith("PUSH")
    ]
    assert pushed
    assert set(pushed) <= targets


def test_what_is_deployed_is_what_is_taken_apart() -> None:
    chain = RevmChain()
    owner, guardian = chain.account(0), chain.account(1)
    contract = chain.deploy("OracleAdapter", owner, guardian, f"0x{0:040x}", sender=owner)
    runtime = parts_of(compile_all(["OracleAdapter"])["OracleAdapter"].bytecode).runtime
    assert chain.code(contract.address).startswith(runtime.rstrip(b"\0"))


@pytest.mark.parametrize(
    ("expression", "opcode"),
    [
        ("tx.origin", "ORIGIN"),
        ("block.coinbase", "COINBASE"),
        ("convert(tx.gasprice, address)", "GASPRICE"),
        ("convert(blockhash(block.number - 1), address)", "BLOCKHASH"),
        ("convert(block.prevrandao, address)", "PREVRANDAO"),
        ("convert(self.balance, address)", "SELFBALANCE"),
        ("create_minimal_proxy_to(VAULT.address)", "CREATE"),
    ],
)
def test_a_forbidden_opcode_is_found(expression: str, opcode: str) -> None:
    """Negative control: one expression more."""
    data = open_contract("LiquidationModule", {LIQUIDATION: _with(f"spare: address = {expression}")})
    assert opcode in forbidden(artifact_of("LiquidationModule", data).bytecode)


@pytest.mark.parametrize(
    ("statement", "opcode"),
    [
        ("selfdestruct(msg.sender)", "SELFDESTRUCT"),
        ('raw_call(VAULT.address, b"", is_delegate_call=True)', "DELEGATECALL"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_forbidden_statement_is_found(statement: str, opcode: str) -> None:
    """Negative control."""
    data = open_contract("LiquidationModule", {LIQUIDATION: _with(statement)})
    assert opcode in forbidden(artifact_of("LiquidationModule", data).bytecode)


def _with(statement: str) -> str:
    """The liquidation module with another statement in `liquidate_many`."""
    source = open_contract("LiquidationModule").file_input.source_code
    head = '    assert len(accounts) == len(markets), "LENGTH"\n'
    assert head in source
    return str(source.replace(head, f"{head}    if len(accounts) == 3:\n        {statement}\n"))


def test_push_data_is_no_code() -> None:
    code = bytes.fromhex("61f4ff5b00")  # PUSH2 with what would be DELEGATECALL and SELFDESTRUCT
    assert list(instructions(code)) == [
        Instruction(0, "PUSH2", b"\xf4\xff"),
        Instruction(3, "JUMPDEST", b""),
        Instruction(4, "STOP", b""),
    ]
    assert set(CALLS).isdisjoint(FORBIDDEN)


def test_what_is_no_code_is_refused() -> None:
    with pytest.raises(MalformedCode, match="no opcode at 1: 0x0c"):
        list(instructions(b"\x00\x0c"))
    with pytest.raises(MalformedCode, match="no footer"):
        parts_of(b"\x00" * 40)
