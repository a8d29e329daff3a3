"""A deployed world as accounts, so that it can be put on another engine as it is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Account:
    """What an address is; of its storage, the words that are not zero."""

    balance: int  # wei
    nonce: int
    code: bytes
    storage: dict[int, int] = field(default_factory=dict)


State = dict[str, Account]
"""By address, as text in lower case."""
