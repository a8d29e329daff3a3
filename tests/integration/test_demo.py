"""`ape run demo` as a user runs it, on the embedded EVM and on anvil."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from novation.chain.components import ComponentUnavailable, use_anvil

ROOT = Path(__file__).resolve().parents[2]
APE = Path(sys.executable).with_name("ape")
LIMIT = 300  # seconds


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    """Runs it in the project's folder."""
    path = f"{APE.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "APE_DATA_FOLDER": str(ROOT / ".cache" / "ape"), "COLUMNS": "100"}
    command = [str(APE), "run", "demo", *options]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )


def check(done: subprocess.CompletedProcess[str], report: Path) -> None:
    """It ended well, its last line is the report's path, and every invariant holds."""
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(report)
    results = re.findall(r"holds, \d+ x", done.stdout)
    assert len(results) >= 20
    page = report.read_text()
    assert page.count("<figure>") == 6
    (held,) = re.findall(r"(\d+) of (\d+)</b>", page)
    assert held[0] == held[1] == str(len(results) - 1)  # one is not in the design, see History


@pytest.mark.slow
def test_on_the_embedded_evm(tmp_path: Path) -> None:
    report = tmp_path / "demo.html"
    check(demo("--hours", "3", "--report", str(report)), report)


@pytest.mark.slow
def test_with_prices_that_are_brought(tmp_path: Path) -> None:
    report = tmp_path / "pyth.html"
    done = demo("--hours", "2", "--oracle", "pyth", "--report", str(report))
    check(done, report)
    told = "Prices of Pyth" if "Prices of Pyth" in done.stdout else "Mock feeds"  # where npm does not bring them
    assert told in report.read_text()
    assert ("mocks" in done.stdout) is (told == "Mock feeds")


def test_an_unknown_oracle_is_refused(tmp_path: Path) -> None:
    done = demo("--oracle", "oracle", "--report", str(tmp_path / "none.html"))
    assert done.returncode == 2
    assert "'oracle' is not one of 'mock', 'chainlink', 'pyth', 'redstone', 'streams'" in done.stderr


@pytest.mark.slow
@pytest.mark.anvil
def test_on_anvil_with_prices_from_a_file(tmp_path: Path) -> None:
    try:
        use_anvil()
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    prices = [4_280, 4_100, 3_900, 3_450, 3_850]
    rows = [
        f"2025-10-10 {15 + k}:00:00,{before},{max(before, after) + 5},{min(before, after) - 5},{after},1000"
        for k, (before, after) in enumerate(itertools.pairwise(prices))
    ]
    file, report = tmp_path / "prices.csv", tmp_path / "anvil.html"
    file.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    options = ["--prices", str(file), "--from", "2025-10-10T15:00", "--hours", "4", "--report", str(report)]
    done = demo(*options, "--network", "ethereum:local:foundry")
    check(done, report)
    assert "There were none." not in report.read_text()  # liquidations
