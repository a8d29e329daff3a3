"""Two-step ownership and a guardian, for every part that has an admin."""

from __future__ import annotations

from novation.model.errors import Revert
from novation.model.journal import Env, Table, external


class Roles:
    """owner, pending owner and guardian of one contract."""

    address: int

    def __init__(self, env: Env, owner: int, guardian: int) -> None:
        self.env = env
        self.roles: Table[str, int] = env.table([("owner", owner), ("pending", 0), ("guardian", guardian)])

    def only_owner(self, sender: int) -> None:
        """@raises Revert AUTH."""
        if sender != self.roles["owner"]:
            raise Revert("AUTH")

    def only_trusted(self, sender: int) -> bool:
        """Owner or guardian. @returns whether it is the owner. @raises Revert AUTH."""
        if sender == self.roles["owner"]:
            return True
        if sender != self.roles["guardian"] or not sender:
            raise Revert("AUTH")
        return False

    @external
    def transfer_ownership(self, sender: int, owner: int) -> None:
        """The owner offers ownership."""
        self.only_owner(sender)
        self.roles["pending"] = owner
        self.env.emit(self.address, "OwnershipOffered", sender, owner)

    @external
    def accept_ownership(self, sender: int) -> None:
        """The offered owner takes it."""
        if sender != self.roles["pending"] or not sender:
            raise Revert("AUTH")
        self.roles["owner"] = sender
        self.roles["pending"] = 0
        self.env.emit(self.address, "OwnershipTaken", sender)

    @external
    def set_guardian(self, sender: int, guardian: int) -> None:
        """Owner only."""
        self.only_owner(sender)
        self.roles["guardian"] = guardian
        self.env.emit(self.address, "GuardianSet", guardian)
