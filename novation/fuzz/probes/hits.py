"""Which outcomes an engine has passed, read from the accounts that its database has ever looked up."""

from __future__ import annotations

from functools import lru_cache

from novation.fuzz.probes.builds import BASE, CONTRACTS, SPAN, instrument
from novation.fuzz.system.engine import Engine

SALT_SHIFT = 32  # the salt is above the ids
ID_BITS = (1 << SALT_SHIFT) - 1
END = BASE + SPAN * len(CONTRACTS)


def hits(engine: Engine) -> frozenset[int]:
    """The ids of all outcomes since the engine was made, those of calls that reverted and of what was restored, too.

    About a microsecond an account. Hits with a salt are not among them.
    """
    return frozenset(number for salt, number in _probed(engine.looked_up()) if salt == 0)


def salted_hits(engine: Engine) -> set[tuple[int, int]]:
    """(salt, id) of all outcomes."""
    return set(_probed(engine.looked_up()))


def salt_address(salt: int) -> str:
    """The coinbase by which the hits from now on are told apart: `engine.set_coinbase(salt_address(7))`."""
    return f"0x{salt << SALT_SHIFT:040x}"


@lru_cache(maxsize=1)
def _behind() -> dict[int, int]:
    return {after: before for found in instrument().values() for after, before in found.behind.items()}


def _told(number: int) -> list[int]:
    """An outcome, and those right before it that it tells."""
    found, behind = [number], _behind()
    while (before := behind.get(found[-1] & ~1)) is not None:
        found.append(before)
    return found


def _probed(addresses: set[str]) -> list[tuple[int, int]]:
    found = []
    for text in addresses:
        number = int(text, 16)
        if BASE <= number & ID_BITS < END and number >> 128 == 0:  # accounts are hashes of 160 bits
            salt = number >> SALT_SHIFT
            found += [(salt, told) for told in _told((number & ID_BITS) - BASE)]
    return found


class Watch:
    """What is new on an engine since it was asked last; asked after every sequence, it steers a campaign."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seen: set[str] = set()
        self.hits: set[int] = set()

    def new(self) -> set[int]:
        """The ids that were not there the last time."""
        accounts = self.engine.looked_up()
        fresh = accounts - self._seen
        self._seen = accounts
        found = {number for salt, number in _probed(fresh) if salt == 0} - self.hits
        self.hits |= found
        return found
