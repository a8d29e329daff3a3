"""The edges of the oracle adapter."""

from __future__ import annotations

import pytest

from tests.support.oracle import DECIMALS, Rig

REVERT, RETURN = 0xFD, 0xF3


@pytest.mark.parametrize(("end", "code"), [(REVERT, "STALE"), (RETURN, None)])
def test_decimals_of_a_call_that_fails(rig: Rig, end: int, code: str | None) -> None:
    """What a source answers as it reverts is no answer, though it looks like one."""
    runtime = bytes([0x60, DECIMALS, 0x5F, 0x52, 0x60, 32, 0x5F, end])
    creation = bytes([0x60, len(runtime), 0x80, 0x60, 0x09, 0x5F, 0x39, 0x5F, 0xF3]) + runtime
    source = rig.chain.deploy(("Source", [], creation), sender=rig.anyone)
    assert rig.set_feed(source=source.address).error == code
