"""The project for halmos: a property for every function of a role, in the form that halmos reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from novation.bytecode.access import guarded
from novation.bytecode.symbolic import ARGUMENTS, NOBODY, PASSES, harness, main, write
from novation.bytecode.trees import shipped
from novation.chain.compiler import compile_all


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_function_of_a_role_has_its_property(name: str) -> None:
    text, checks = harness(name)
    roles = guarded(shipped(name))
    wanted = {f"check_{function}" for function, who in roles.items() if not who & {"anyone", "own"}}
    assert set(checks) == wanted
    assert all(f"def {check}(sender: address" in text for check in checks)
    assert NOBODY not in text
    assert harness(name, nobody=True)[0].count(NOBODY) == len(checks)


def test_the_roles_in_the_properties_are_the_contracts() -> None:
    text, _ = harness("ClearingPool")
    part = text.split("def check_tighten")[1].split("@external")[0]
    assert f"if {PASSES['guardian']}:" in part
    assert "words: uint256[4]" in part
    assert "method_id('tighten(uint256,uint256,uint256,uint256)')" in part


def test_what_is_written_is_what_halmos_reads(tmp_path: Path) -> None:
    write(tmp_path, "OracleAdapterAccess", harness("OracleAdapter")[0])
    found = json.loads((tmp_path / "out" / "OracleAdapterAccess.sol" / "OracleAdapterAccess.json").read_text())
    # A long literal is pushed by words.
    assert compile_all(["OracleAdapter"])["OracleAdapter"].bytecode[:32].hex() in found["bytecode"]["object"]
    assert "setUp()" in found["methodIdentifiers"]
    assert all(len(selector) == 8 for selector in found["methodIdentifiers"].values())
    assert found["ast"]["nodes"][0]["name"] == "OracleAdapterAccess"


def test_a_folder_is_needed() -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
