"""Other EVMs than revm. `live` is anvil in revm's place, for a mirror with model and invariants; `pyevm` and `anvil`
play recorded transactions (`tape`) again, from the same accounts (`state`). `node` is the process that both anvils talk
to, `reading` gets many words of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from novation.chain.compiler import Artifact
from novation.fuzz.system.engine import Engine

ENGINES = ("revm", "anvil")


def make(name: str, replaced: Mapping[str, Artifact] | None = None) -> Engine:
    """An engine to build a world on: `build(world, chain=make("anvil"))`. An anvil ends with the process that made it,
    and is of use to that process only: make it after forking.

    @raises ValueError for another name; ComponentUnavailable, ChainError where anvil does not start.
    """
    if name == "revm":
        return Engine(replaced=replaced)
    if name == "anvil":
        from novation.fuzz.evms.live import AnvilEngine  # web3 takes a second to import

        return AnvilEngine(replaced=replaced)
    raise ValueError(f"there is no engine {name!r}: it is one of {', '.join(ENGINES)}")
