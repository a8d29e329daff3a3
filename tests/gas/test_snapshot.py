"""The committed gas of every operation is what the operations cost."""

from __future__ import annotations

import json

import pytest

from novation.chain.components import ComponentUnavailable
from tests.gas.measure import SNAPSHOT, TOLERANCE, everything


@pytest.mark.anvil
@pytest.mark.slow
def test_gas_is_as_committed() -> None:
    try:
        gas, _ = everything()
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    committed = json.loads(SNAPSHOT.read_text())
    assert gas.keys() == committed.keys()
    moved = {key: (committed[key], gas[key]) for key in gas if abs(gas[key] - committed[key]) > TOLERANCE}
    assert moved == {}, "run `make gas` and commit what it writes"
