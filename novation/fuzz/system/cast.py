"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass

from novation.fuzz.system.engine import Engine

# Of an LP that can sign permits. Known to all: this key is for tests only.
SIGNER_KEY = bytes.fromhex("4e6f766174696f6e" * 4)
SIGNER = 0xB683B042D84F4C05AEE3E1C508A6B0D4782B6321
NEIGHBOUR = 1 << 8  # what two addresses that are as like as can be differ by, and are not of one owner


@dataclass(frozen=True)
class Cast:
    """Who acts. `traders` are accounts, some of them sub-accounts of one owner; the others own their account. The
    `attacker` is a contract: a trader and an LP as others are, but for that it is no sender of transactions."""

    owner: int
    guardian: int
    treasury: int
    traders: tuple[int, ...]
    lps: tuple[int, ...]
    keepers: tuple[int, ...]
    liquidator: int
    operator: int
    whale: int
    stranger: int
    near: int
    senders: tuple[int, ...]
    attacker: int

    def key(self, account: int) -> int:
        """The address that signs for an account."""
        return next(sender for sender in (*self.senders, self.attacker) if sender >> 8 == account >> 8)


def cast_of(chain: Engine, attacker: int) -> Cast:
    """Roles for the accounts of a chain."""
    names = [int(chain.account(index), 16) for index in range(13)] + [SIGNER]
    one, two, three = names[3:6]
    owner, guardian, treasury = names[:3]
    near = one ^ NEIGHBOUR
    traders = (one, one ^ 1, one ^ 2, two, two ^ 1, three, attacker, near, treasury)
    liquidator, operator, whale, stranger = names[9:13]
    lps, keepers = (names[6], SIGNER, attacker), tuple(names[7:9])
    senders = (*names, near)
    people = (liquidator, operator, whale, stranger, near)
    return Cast(owner, guardian, treasury, traders, lps, keepers, *people, senders, attacker)
