"""Other engines than revm: the same sequences on py-evm and anvil, and whole campaigns on anvil.

`recorder` plays stories on revm and keeps every transaction with its outcome (`tape`); `pyevm` and `anvil` play tapes
again; `compare` holds them against each other, `python -m novation.fuzz.engines` does so a thousand times. `live` is
anvil in revm's place, for a mirror with model and invariants.
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
        from novation.fuzz.engines.live import AnvilEngine  # web3 takes a second to import

        return AnvilEngine(replaced=replaced)
    raise ValueError(f"there is no engine {name!r}: it is one of {', '.join(ENGINES)}")
