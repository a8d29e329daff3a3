"""The edges of LP shares."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.lp import EPOCH, LOCKED, WAD, Rig, build

HELD = 3_000 * WAD
EXACT = 2**52 * 5**5  # 10**54 is a multiple of it, 10**37 is not


@pytest.fixture
def lps() -> Rig:
    """Opened for LPs."""
    rig = build(RevmChain())
    rig.bootstrap()
    return rig


@pytest.fixture
def held(lps: Rig) -> Rig:
    """An LP with 3,000 shares of 4,000."""
    lps.provide(lps.lp, HELD)
    return lps


def names(receipt: object) -> list[str]:
    """Of what was told."""
    return [event.name for event in receipt.events]  # type: ignore[attr-defined]


def room(rig: Rig, assets: int) -> None:
    """Sets the reserve so that no more than this may leave, at a wei more in the pool where it must be."""
    kept = rig.cash(rig.pool.address) - assets
    if kept % 5 == 1:  # of which 4/5 is the reserve
        rig.fund(rig.pool.address, 1)
        kept += 1
    rig.books(reserve=kept * 4 // 5)
    assert -(-(kept * 4 // 5) * 5 // 4) == kept


def partly(rig: Rig, holder: str, shares: int, rest: int) -> int:
    """Redeems, and settles so that `rest` is left of all that waits. @return shares burned."""
    rig.redeem(holder, shares)
    _, _, _, _, added, rolled = rig.shares.call("batches")
    room(rig, added + rolled - rest)
    return int(rig.settle().one("Settled").args["shares_burned"])


# Least amounts


def test_a_claim_of_nothing_tells_nothing(lps: Rig) -> None:
    """Before there is a request, and after it was claimed."""
    rig = lps
    for _ in range(2):
        receipt = rig.shares.transact("claim", rig.lp, sender=rig.anyone)
        assert rig.shares.returned("claim", receipt) == (0, 0)
        assert receipt.events == []
        if not rig.balance(rig.lp):
            rig.deposit(rig.lp, 70 * WAD)
            rig.settle()
            rig.claim(rig.lp)


def test_a_claim_of_what_waits_tells_nothing(held: Rig) -> None:
    held.redeem(held.lp, 100)
    for _ in range(2):
        assert held.shares.transact("claim", held.lp, sender=held.anyone).events == []
        if not held.cash(held.lp):
            room(held, 40)
            held.settle()
            assert held.claim(held.lp) == (0, 40)
    assert held.shares.call("claimable", held.lp) == (0, 0, 0, 60)


def test_a_wei_of_assets_and_a_wei_of_shares(lps: Rig) -> None:
    rig = lps
    rig.deposit(rig.lp, 1)
    args = rig.settle().one("Settled").args
    assert (args["assets_in"], args["shares_minted"], args["supply"]) == (1, 1, LOCKED + 1)
    assert rig.cash(rig.pool.address) == LOCKED + 1
    assert rig.shares.call("claimable", rig.lp) == (1, 0, 0, 0)
    receipt = rig.deposit(rig.lp, 9)  # claims the first
    assert names(receipt)[:2] == ["DepositClaimed", "Transfer"]
    assert rig.balance(rig.lp) == 1
    assert rig.shares.call("requests", rig.lp)[:2] == (2, 9)
    rig.redeem(rig.lp, 1)
    args = rig.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"], args["supply"]) == (1, 1, LOCKED + 9)
    rig.claim(rig.other_lp)
    rig.shares.transact("claim", rig.lp, sender=rig.anyone)
    assert (rig.cash(rig.lp), rig.balance(rig.lp)) == (1, 9)


def test_a_second_redemption_claims_the_first(held: Rig) -> None:
    held.redeem(held.lp, 1)
    held.settle()
    receipt = held.redeem(held.lp, 5)
    assert "RedeemClaimed" in names(receipt)
    assert held.shares.call("requests", held.lp)[2:] == (3, 5)


def test_a_refund_of_a_wei(lps: Rig) -> None:
    lps.nav(10_000 * WAD)
    lps.deposit(lps.lp, 1)
    assert names(lps.settle()) == ["Settled"]
    receipt = lps.shares.transact("claim", lps.lp, sender=lps.anyone)
    assert names(receipt) == ["DepositClaimed", "Transferred"]
    assert lps.cash(lps.lp) == 1


def test_shares_without_a_refund(lps: Rig) -> None:
    lps.deposit(lps.lp, WAD)
    lps.settle()
    assert names(lps.shares.transact("claim", lps.lp, sender=lps.anyone)) == ["DepositClaimed", "Transfer"]


def test_as_much_in_as_out_moves_nothing(held: Rig) -> None:
    held.redeem(held.lp, 7)
    held.deposit(held.other_lp, 7)
    assert names(held.settle()) == ["Transfer", "Transfer", "Settled"]


@pytest.mark.parametrize("full", [False, True])
def test_dust_is_burned_and_forgotten(held: Rig, full: bool) -> None:
    """Where it is worth nothing, it needs no room."""
    held.nav(2_000 * WAD)
    if full:
        held.books(2_000 * WAD, reserve=1_600 * WAD)
    held.redeem(held.lp, 1)
    args = held.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"], args["supply"]) == (1, 0, 4_000 * WAD - 1)
    receipt = held.shares.transact("claim", held.lp, sender=held.anyone)
    assert receipt.one("RedeemClaimed").args == {"holder": held.lp, "shares": 0, "assets": 0}
    assert names(receipt) == ["RedeemClaimed"]
    assert held.shares.call("requests", held.lp)[3] == 0


def test_a_pool_that_is_worth_a_wei_burns(held: Rig) -> None:
    held.redeem(held.lp, HELD)
    held.nav(1)
    args = held.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"]) == (HELD, 0)


@pytest.mark.parametrize("missing", [0, 5, 70 * WAD])
def test_where_there_is_no_room_nothing_leaves(held: Rig, missing: int) -> None:
    """At half a dollar a share, where a wei of room would burn two."""
    held.redeem(held.lp, 100)
    nav = held.cash(held.pool.address) // 2
    held.books(nav, reserve=(nav + missing) * 4 // 5)
    told = held.settle().one("Settled").args
    assert (told["nav_low"], told["shares_burned"], told["assets_out"]) == (nav, 0, 0)
    assert held.shares.call("batches")[5] == 100


def test_a_wei_of_a_redemption_that_goes_on(held: Rig) -> None:
    assert partly(held, held.lp, 10, 9) == 1
    assert held.claim(held.lp) == (0, 1)
    assert held.cash(held.lp) == 1
    assert held.shares.call("claimable", held.lp) == (0, 0, 0, 9)


def test_what_a_division_leaves_is_the_pools(held: Rig) -> None:
    """36 wei for 73 shares: a share was paid 36e36 / 73, rounded down."""
    held.nav(2_000 * WAD)
    held.redeem(held.lp, 73)
    assert held.settle().one("Settled").args["assets_out"] == 36
    assert held.claim(held.lp) == (0, 35)


# Generations of the queue


@pytest.mark.parametrize("rest", [1, 10])
def test_what_goes_on_in_the_next_generation(held: Rig, rest: int) -> None:
    """A fill that leaves less than a part in 1e18; a division leaves a wei to the pool."""
    assert partly(held, held.lp, EXACT, rest) == EXACT - rest
    settled, newest, *_, rolled = held.shares.call("batches")
    assert (newest, rolled) == (settled + 1, rest)
    assert held.shares.call("claimable", held.lp) == (0, 0, EXACT - rest - 1, rest)
    assert held.claim(held.lp) == (0, EXACT - rest - 1)
    held.books()
    held.settle()
    assert held.claim(held.lp) == (0, rest)
    assert held.claim(held.lp) == (0, 0)


@pytest.mark.parametrize(("rest", "waits"), [(4_000, False), (3_999, True), (1, True), (0, False)])
def test_a_fill_that_leaves_nothing_to_count_waits(held: Rig, rest: int, waits: bool) -> None:
    """The queue is left at exactly 1e-18 first."""
    size = 4_000 * WAD
    held.provide(held.lp, 1_000 * WAD)
    held.provide(held.other_lp, size)
    assert partly(held, held.lp, size, 4_000) == size - 4_000
    assert partly(held, held.other_lp, size - 4_000, rest) == (0 if waits else size - rest)


def test_a_request_that_has_seen_two_generations_end(lps: Rig) -> None:
    """Of the 500 that were left it has been paid all that was in the next one, and no part of what came after."""
    rig, size = lps, 1_000 * WAD
    holders = [rig.chain.account(10 + number) for number in range(4)]
    for holder in holders:
        rig.provide(holder, size)
    assert partly(rig, holders[0], size, 500) == size - 500
    assert rig.shares.call("claimable", holders[0]) == (0, 0, size - 500, 500)
    for holder in holders[1:]:
        assert partly(rig, holder, size - 500, 500) == size - 500
        assert rig.shares.call("claimable", holders[0])[2:] == (size - 1, 0)
    assert rig.claim(holders[0]) == (0, size - 1)


# Bounds and widths


@pytest.mark.parametrize(("epoch", "utilisation"), [(60, 1), (30 * 86_400, 10_000)])
def test_terms_at_their_bounds(epoch: int, utilisation: int) -> None:
    shares = build(RevmChain(), epoch, utilisation).shares
    assert (shares.call("EPOCH"), shares.call("UTILISATION")) == (epoch, utilisation)


def test_the_last_epochs_of_the_clock(lps: Rig) -> None:
    lps.chain.set_time(2**40 - 2 * EPOCH)
    lps.deposit(lps.lp, WAD)
    closes_at = lps.shares.call("batches")[2]
    assert 2**40 - 2 * EPOCH < closes_at <= 2**40 - EPOCH
    assert lps.deposit(lps.lp, WAD).one("DepositRequested").args["batch"] == 1
    assert lps.refusal("settle", sender=lps.anyone) == "EARLY"
    lps.settle()
    assert lps.claim(lps.lp) == (2 * WAD, 0)
