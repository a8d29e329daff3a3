"""`fee`: what `update` must be paid."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.oracle import FEED, PULLED, WAD, Rig


def test_is_the_sources(rig: Rig) -> None:
    update = rig.update(2_010 * WAD)
    assert rig.oracle.call("fee", PULLED, update) == 0
    rig.pull.transact("set_price", 10**15, sender=rig.anyone)
    assert rig.oracle.call("fee", PULLED, update) == rig.oracle.call("fee", PULLED, b"") == 10**15
    assert rig.oracle.call("fee", FEED, update) == 0


def test_market(rig: Rig) -> None:
    with pytest.raises(Reverted, match="MARKET"):
        rig.oracle.call("fee", 9, b"")
