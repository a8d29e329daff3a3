"""Ownership in two steps, and the guardian, of every contract that has them."""

from __future__ import annotations

import pytest

from novation.chain.abi import checksum
from novation.chain.protocol import Contract
from tests.support.bench import Bench
from tests.support.stored import refusal

EMPTY = checksum(bytes(20))
CONTRACTS = ["vault", "pool", "oracle"]


@pytest.fixture(params=CONTRACTS)
def owned(bench: Bench, request: pytest.FixtureRequest) -> Contract:
    found = getattr(bench, request.param)
    assert isinstance(found, Contract)
    return found


def test_from_the_start(bench: Bench, owned: Contract) -> None:
    found = [owned.call(name) for name in ("owner", "guardian", "pending_owner")]
    assert found == [bench.owner, bench.guardian, EMPTY]


def test_two_steps(bench: Bench, owned: Contract) -> None:
    event = owned.transact("transfer_ownership", bench.other, sender=bench.owner).one("OwnershipOffered").args
    assert event == {"owner": bench.owner, "candidate": bench.other}
    assert (owned.call("owner"), owned.call("pending_owner")) == (bench.owner, bench.other)
    event = owned.transact("accept_ownership", sender=bench.other).one("OwnershipTaken").args
    assert event == {"owner": bench.other}
    assert (owned.call("owner"), owned.call("pending_owner")) == (bench.other, EMPTY)
    assert refusal(owned, "transfer_ownership", bench.owner, sender=bench.owner) == "AUTH"
    assert refusal(owned, "accept_ownership", sender=bench.other) == "AUTH"


def test_an_offer_can_be_withdrawn(bench: Bench, owned: Contract) -> None:
    owned.transact("transfer_ownership", bench.other, sender=bench.owner)
    owned.transact("transfer_ownership", EMPTY, sender=bench.owner)
    assert refusal(owned, "accept_ownership", sender=bench.other) == "AUTH"


@pytest.mark.parametrize("role", ["guardian", "owner", "trader", "anyone"])
def test_only_the_candidate_accepts(bench: Bench, owned: Contract, role: str) -> None:
    owned.transact("transfer_ownership", bench.other, sender=bench.owner)
    assert refusal(owned, "accept_ownership", sender=bench.roles[role]) == "AUTH"


@pytest.mark.parametrize("role", ["guardian", "trader", "anyone"])
def test_only_the_owner_offers_and_names(bench: Bench, owned: Contract, role: str) -> None:
    assert refusal(owned, "transfer_ownership", bench.other, sender=bench.roles[role]) == "AUTH"
    assert refusal(owned, "set_guardian", bench.other, sender=bench.roles[role]) == "AUTH"


def test_the_guardian(bench: Bench, owned: Contract) -> None:
    event = owned.transact("set_guardian", bench.other, sender=bench.owner).one("GuardianSet").args
    assert event == {"guardian": bench.other}
    assert owned.call("guardian") == bench.other


def test_a_guardian_that_was_replaced(bench: Bench) -> None:
    bench.vault.transact("set_guardian", EMPTY, sender=bench.owner)
    assert refusal(bench.vault, "pause", 1, sender=bench.guardian) == "AUTH"
    assert refusal(bench.vault, "pause", 1, sender=bench.owner) is None


def test_the_deployment_tells_who(bench: Bench, owned: Contract) -> None:
    assert owned.receipt is not None
    assert owned.receipt.one("OwnershipTaken").args["owner"] == bench.owner
    assert owned.receipt.one("GuardianSet").args["guardian"] == bench.guardian
