"""When contracts and model say the same, and how to tell that they do not."""

from __future__ import annotations

from collections.abc import Sequence

from novation.fixed import unpack
from novation.fuzz.system.slots import Key
from novation.fuzz.system.unpacked import LAYOUTS
from novation.fuzz.system.worlds import text
from novation.model import words


class Mismatch(AssertionError):
    """Contracts and model disagree."""


BARE = "?"  # a revert without a code, as it is counted
STARVED = frozenset({"", "GAS", "OUT_OF_GAS"})  # how a call ends that has too little gas
# Of an honest token, not of ours: (external, the model's code, what the chain says).
SAME: set[tuple[str, str, str]] = {
    ("deposit", "TOKEN", ""),
    ("transfer", "SHARES", "erc20: transfer amount exceeds balance"),
}


def alike(name: str, model: str, chain: str, bold: bool, hostile: bool, starved: bool) -> bool:
    """Whether two codes say the same. A `bold` call has numbers beyond what the model's integers notice; a hostile
    token's twin says exactly what the token does; where a source lacks gas (`starved`) and there is another reason to
    refuse, it does not matter which of them comes first."""
    if model == chain or (not hostile and (name, model, chain) in SAME) or (starved and "GAS" in (model, chain)):
        return True
    return bold and chain in ("RANGE", "")


def differences(keys: Sequence[Key], found: Sequence[int], wanted: Sequence[int]) -> Mismatch:
    """The words of the contract that are not the model's."""
    lines = [
        f"{named(key)}: contract {fields(key, a)}, model {fields(key, b)}"
        for key, a, b in zip(keys, found, wanted, strict=True)
        if a != b
    ]
    return Mismatch("; ".join(lines))


_LAYOUTS = LAYOUTS | {
    "account": words.ACCOUNT,
    "position": words.POSITION,
    "brought": words.BROUGHT,
    "swing": words.SWING,
}


def named(key: Key) -> str:
    """A key as text."""
    return " ".join(text(part) if isinstance(part, int) and part > 1 << 100 else str(part) for part in key)


def fields(key: Key, word: int) -> str:
    """A word by its fields."""
    layout = _LAYOUTS.get(key[0])
    return str(unpack(word, layout)) if layout else hex(word)


def shown(code: str | None) -> str:
    """A code, None for success."""
    return "succeeds" if code is None else f"reverts {code or '(without a code)'}"
