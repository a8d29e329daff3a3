# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Who may govern a contract
@notice The owner (a timelock; it changes in two steps) sets parameters within the bounds in code. The guardian, named
    by the owner, only pauses and tightens. A library's ownable in two steps costs 500 bytes more in each contract,
    which the pool does not have.
"""

event OwnershipOffered:
    owner: indexed(address)
    candidate: indexed(address)


event OwnershipTaken:
    owner: indexed(address)


event GuardianSet:
    guardian: indexed(address)


owner: public(address)
# Who may take the ownership over.
pending_owner: public(address)
guardian: public(address)


@deploy
def __init__(owner: address, guardian: address):
    """
    @param owner May do what is the owner's from the start.
    @param guardian May be empty.
    """
    self.owner = owner
    self.guardian = guardian
    log OwnershipTaken(owner=owner)
    log GuardianSet(guardian=guardian)


@external
def transfer_ownership(candidate: address):
    """
    @notice Offers the ownership; the empty address withdraws the offer. Only the owner.
    @custom:reverts AUTH.
    """
    self._only_owner()
    self.pending_owner = candidate
    log OwnershipOffered(owner=msg.sender, candidate=candidate)


@external
def accept_ownership():
    """
    @notice Takes an offered ownership. Only the candidate.
    @custom:reverts AUTH.
    """
    assert msg.sender == self.pending_owner, "AUTH"
    self.pending_owner = empty(address)
    self.owner = msg.sender
    log OwnershipTaken(owner=msg.sender)


@external
def set_guardian(guardian: address):
    """
    @notice Names the guardian. Only the owner.
    @custom:reverts AUTH.
    """
    self._only_owner()
    self.guardian = guardian
    log GuardianSet(guardian=guardian)


@internal
@view
def _only_owner():
    assert msg.sender == self.owner, "AUTH"


@internal
@view
def _only_guardian():
    """
    @dev The owner may do whatever the guardian may.
    """
    assert msg.sender == self.guardian or msg.sender == self.owner, "AUTH"
