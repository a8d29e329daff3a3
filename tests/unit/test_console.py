"""Bad input: one clear sentence on stderr and exit code 1 or 2."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import novation.operations
from novation.chain.protocol import ChainError, Reverted
from novation.chain.revm import RevmChain
from novation.console import Refused, label, need_ether, one_sentence

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
PRICES = "timestamp,open,high,low,close,volume\n2025-10-10 15:00:00,4000,4001,3999,4000,1\n"


def script(name: str, *options: str) -> Result:
    command: Any = runpy.run_path(str(SCRIPTS / f"{name}.py"))["cli"]
    return CliRunner(mix_stderr=False).invoke(command, options)


CASES = {
    "missing file": (("demo", "--prices", "nowhere.csv"), 2, "There is no file nowhere.csv."),
    "hours": (("demo", "--hours", "0"), 2, "--hours 0 is less than one hour."),
    "too many hours": (("demo", "--hours", "49"), 2, "48 at most."),
    "from without prices": (("demo", "--from", "2025-10-10T15:00"), 2, "--from and --prices-btc need --prices."),
    "parameters": (("demo", "--params", "moon"), 2, "There are no parameters for moon"),
    "report in a folder's place": (("demo", "--report", "/"), 2, "/ cannot be written: Is a directory."),
    "unknown network": (
        ("demo", "--network", "moon:base"),
        1,
        "No connection to moon:base: No ecosystem named 'moon'.",
    ),
    "keeper where nothing stays": (("keeper",), 2, "begins and ends with this process"),
    "liquidator where nothing stays": (("liquidator",), 2, "begins and ends with this process"),
    "seed where nothing stays": (("seed",), 2, "begins and ends with this process"),
    "profit": (("keeper", "--profit", "much"), 2, "--profit much is not an amount of dollars."),
    "negative profit": (("keeper", "--profit", "-1"), 2, "--profit -1 is not an amount of dollars."),
    "unknown account": (("deploy", "--account", "nobody-at-all"), 2, "There is no account nobody-at-all"),
    "parameters of the network": (("deploy", "--params", "moon"), 2, "There are no parameters for moon"),
}


@pytest.mark.parametrize(("words", "code", "said"), CASES.values(), ids=CASES)
def test_one_sentence(words: tuple[str, ...], code: int, said: str) -> None:
    done = script(*words)
    assert done.exit_code == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_range_outside_the_file(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(PRICES)
    done = script("demo", "--prices", str(tmp_path / "prices.csv"), "--from", "2025-10-11T15:00")
    assert done.exit_code == 2
    assert "leaves out 2025-10-11 15:00" in done.stderr


def test_what_the_chain_says() -> None:
    with pytest.raises(SystemExit) as ended, one_sentence():
        raise Reverted("MARGIN", "CollateralVault.withdraw")
    assert ended.value.code == 1
    with pytest.raises(SystemExit) as ended, one_sentence():
        raise ChainError("the node is away")
    assert ended.value.code == 1


def test_no_ether(monkeypatch: Any) -> None:
    chain: Any = RevmChain()
    monkeypatch.setattr(chain, "balance", lambda address: 0, raising=False)
    with pytest.raises(Refused, match="has no ether on chain 31337"):
        need_ether(chain, chain.account(0))


@pytest.mark.parametrize(
    ("network", "name"),
    [
        ("ethereum:sepolia:node", "ethereum:sepolia:node"),
        ("ethereum:local:http://127.0.0.1:8545", "node:127.0.0.1:8545"),
        ("https://rpc.example.org/v1/key", "node:rpc.example.org"),
    ],
)
def test_label(network: str, name: str) -> None:
    assert label(network) == name


def test_deploy_on_the_embedded_evm_writes_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(novation.operations, "path_of", lambda name: tmp_path / f"{name}.json")
    done = script("deploy")
    assert done.exit_code == 0, done.output
    assert "CollateralVault" in done.output or "vault" in done.output
    assert list(tmp_path.iterdir()) == []
