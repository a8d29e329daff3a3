"""The adapter's owner changes in two steps; the owner names the guardian."""

from __future__ import annotations

from tests.support.oracle import FEED, REDUCE_ONLY, Rig


def test_owner_and_guardian_from_the_start(rig: Rig) -> None:
    assert rig.oracle.call("owner") == rig.owner
    assert rig.oracle.call("guardian") == rig.guardian


def test_ownership_in_two_steps(rig: Rig) -> None:
    rig.oracle.transact("transfer_ownership", rig.anyone, sender=rig.owner)
    assert rig.set_feed(sender=rig.anyone).error == "AUTH"
    assert not rig.oracle.attempt("accept_ownership", sender=rig.guardian).ok
    rig.oracle.transact("accept_ownership", sender=rig.anyone)
    assert rig.set_feed(sender=rig.anyone).ok
    assert rig.set_feed(sender=rig.owner).error == "AUTH"


def test_another_guardian(rig: Rig) -> None:
    assert rig.oracle.attempt("set_guardian", rig.anyone, sender=rig.guardian).error == "AUTH"
    receipt = rig.oracle.transact("set_guardian", rig.anyone, sender=rig.owner)
    assert receipt.one("GuardianSet").args == {"guardian": rig.anyone}
    assert rig.oracle.attempt("set_status", FEED, REDUCE_ONLY, sender=rig.guardian).error == "AUTH"
    assert rig.oracle.attempt("set_status", FEED, REDUCE_ONLY, sender=rig.anyone).ok
