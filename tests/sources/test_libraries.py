"""The networks' own libraries: RedStone's signs what ours signs, Pyth's reads what ours builds."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from novation.chain.components import COMPONENTS, ComponentUnavailable, fetch
from tests.sources.ground import CENTS, Ground, prove

HERE = Path(__file__).parent


def run(script: str, *components: str, given: str) -> str:
    """What a script says with the first file of each component."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing")
    try:
        files = [fetch(name) / next(iter(COMPONENTS[name].files.values())) for name in components]
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    command = [node, str(HERE / script), *map(str, files)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("dollars", [(4000, 4001, 3999), (0.5, 123_456.12345678, 1)])
def test_redstone(ground: Ground, dollars: tuple[float, ...]) -> None:
    at = ground.slot * 1000
    given = {
        "keys": ["0x" + signer.secret.hex() for signer in ground.redstone.signers],
        "feed": "ETH",
        "values": dollars,
        "milliseconds": at,
        "metadata": "1.2.3#test",
    }
    update = bytes.fromhex(run("redstone.cjs", "redstone", "ethers", "decimal", given=json.dumps(given)))
    values = [round(value * CENTS) for value in dollars]
    assert update == ground.redstone.payload(ground.redstone_feed, values, at, metadata=b"1.2.3#test")
    assert prove(ground.redstone_source, update)[1] == sorted(values)[1] * 10**10


def test_pyth(ground: Ground) -> None:
    prices = [ground.pyth_price(), ground.pyth_price(7, feed=b"\1" * 32, exponent=-5, ago=9, gap=4)]
    update = ground.pyth.update(prices)
    found = json.loads(run("pyth.cjs", "pyth", "bn", given=update.hex()))
    size = int.from_bytes(update[8:10])
    assert bytes.fromhex(found["message"]) == update[10 : 10 + size]
    for price, seen in zip(prices, found["prices"], strict=True):
        assert seen.pop("depth") == 6  # 64 leaves
        expected = price._asdict() | {"feed": price.feed.hex()}
        assert seen == {key: str(value) if key in ("price", "confidence") else value for key, value in expected.items()}
