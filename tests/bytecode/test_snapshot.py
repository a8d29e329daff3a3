"""Sizes, layouts, selectors, topics, call sites and loops are as committed, and a change is told in a sentence."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from novation.bytecode import snapshot
from novation.bytecode.__main__ import main
from novation.bytecode.builds import all_deployed, deployed
from novation.chain.compiler import artifact_of, open_contract

PLACES = ("contracts", "sources")


@pytest.fixture(scope="module")
def now() -> dict[str, snapshot.Facts]:
    return snapshot.compiled()


def test_what_is_compiled_is_what_is_committed(now: dict[str, snapshot.Facts]) -> None:
    assert snapshot.differences(snapshot.committed(), now) == []


def test_every_deployed_contract_is_below_the_limit(now: dict[str, snapshot.Facts]) -> None:
    sizes = now["sizes.json"]
    assert set(sizes) == set(all_deployed())
    assert all(size["left"] >= 0 and size["runtime"] > size["immutables"] for size in sizes.values())


def test_every_contract_of_the_folder_is_deployed() -> None:
    """What stands in no list of ours would be looked at by no tool."""
    contracts = snapshot.ROOT / "contracts"
    assert sorted(deployed()) == sorted(path.stem for path in contracts.glob("*.vy"))
    assert sorted(all_deployed()) == sorted(
        path.stem for path in contracts.glob("**/*.vy") if path.parent.name in PLACES
    )


def test_selectors_and_topics_are_known_ones(now: dict[str, snapshot.Facts]) -> None:
    token = now["interfaces/PoolShares.json"]
    assert token["functions"]["transfer(address,uint256)"] == "0xa9059cbb"
    assert token["events"]["Transfer(address,address,uint256)"].startswith("0xddf252ad")


def test_a_moved_variable_is_told_with_the_command_that_accepts_it() -> None:
    path = "contracts/modules/ledger.vy"
    source = (snapshot.ROOT / path).read_text()
    line = "debts: public(uint256)\n"
    assert line in source
    data = open_contract("CollateralVault", {path: source.replace(line, f"_spare: uint256\n{line}")})
    before = {"layouts/CollateralVault.json": snapshot.committed()["layouts/CollateralVault.json"]}
    after = {"layouts/CollateralVault.json": snapshot.layout(artifact_of("CollateralVault", data))}
    lines = snapshot.differences(before, after)
    assert any(
        line.startswith("layouts of CollateralVault: storage ledger.debts was slot 4")
        and "is slot 5" in line
        and line.endswith("`python -m novation.bytecode --write` accepts it")
        for line in lines
    )
    assert any("storage ledger._spare" in line and "is new" in line for line in lines)


def test_what_is_new_and_what_is_gone_is_told(now: dict[str, snapshot.Facts]) -> None:
    other = copy.deepcopy(now)
    del other["layouts/Lens.json"]
    del other["sizes.json"]["Lens"]["left"]
    other["sites.json"]["Lens"]["calls"].append("contracts/Lens.vy account: call Evil.steal, gas all")
    lines = snapshot.differences(now, other)
    assert len(lines) == 3
    assert lines[0].startswith("layouts of Lens is gone")
    assert "Evil.steal" in lines[1]
    assert "Lens left" in lines[2]


def test_written_facts_are_read_again(now: dict[str, snapshot.Facts], tmp_path: Path) -> None:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "Gone.json").write_text("{}")
    snapshot.write(now, tmp_path)
    assert snapshot.committed(tmp_path) == now


def test_options_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["--differential", "--calls", "0"], ["--builds", "solidity"], ["--write", "--lint"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    assert "is not a whole number from 1 on" in capsys.readouterr().err
