"""The model is the bytecode: a thousand points a function here, ten thousand by `python -m novation.proofs --check`."""

from __future__ import annotations

import pytest

from novation.chain.compiler import ROOT
from novation.proofs.check import compare, deployed
from novation.proofs.harness import Host
from novation.proofs.subjects import HOSTS

POINTS = 1_000
MATHS = "contracts/modules/perp_math.vy"


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: f"{host.contract}-{host.subjects[0].function}")
def test_values_and_reverts_agree(host: Host) -> None:
    chain, contract = deployed(host)
    for subject in host.subjects:
        found = compare(chain, contract, host, subject, POINTS)
        assert not found.difference, f"{subject.function}: {found.difference}"
        assert found.reverts < POINTS, f"{subject.function}: no point passes"


@pytest.mark.parametrize(
    ("function", "old", "new"),
    [
        ("perp_math._fill_cost", "unsafe_mul(2, skew)), size)", "skew), size)"),
        (
            "perp_math._pnl",
            "self._ceil_div(unsafe_mul(size, funding), WAD)",
            "self._floor_div(unsafe_mul(size, funding), WAD)",
        ),
        ("perp_math._fee", "PPM * WAD - 1)", "PPM * WAD)"),
    ],
)
def test_another_source_is_told_from_the_bytecode(function: str, old: str, new: str) -> None:
    host = HOSTS[0]
    subject = next(item for item in host.subjects if item.function == function)
    chain, contract = deployed(Host(host.contract, host.header, (subject,)))
    text = (ROOT / MATHS).read_text()
    assert old in text
    assert compare(chain, contract, host, subject, POINTS, {MATHS: text.replace(old, new)}).difference
