"""The local fork: a chain of the real components, made once and kept in `.cache`, and a fork of it to work on.

    make fork                              until Ctrl-C, on port 8545
    make fork ARGS="--port 8600 --fresh"

Whoever works on the fork connects by `--network ethereum:local:http://127.0.0.1:8545`; the first ten accounts of the
test mnemonic have ether there, the first is the deployer of everything.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ape_ethereum.multicall.constants import MULTICALL3_ADDRESS, MULTICALL3_CODE

from novation.chain.anvil import Anvil
from novation.chain.ape import ANVIL, connect
from novation.chain.components import CACHE, COMPONENTS
from novation.upstream.network import ASSETS, WAD, Upstream, attach, build
from novation.upstream.sequencer import RELAYER

HERE = Path(__file__).parent
FOLDER = CACHE / "upstream"
CHAIN_ID = 31_337
PORT = 8_545
LOAD_WAIT = 60  # seconds
FEES = ("--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee", "--hardfork", "cancun")


class Kept(NamedTuple):
    """An upstream chain on disk."""

    state: Path
    manifest: dict[str, Any]


class Fork(NamedTuple):
    """A running fork: where it answers, and what is on it."""

    url: str
    manifest: dict[str, Any]
    runs: Callable[[], bool]


def upstream(progress: Callable[[str], None], fresh: bool = False) -> Kept:
    """The chain of the real components, from the cache where it is of this version.

    @raises ComponentUnavailable, ChainError, Reverted.
    """
    folder = FOLDER / _key()
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if not folder.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER, prefix=".") as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            _make(made, progress)
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():  # otherwise another process was faster
                    raise
    return Kept(folder / "state.json", json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


@contextmanager
def fork(kept: Kept, port: int = 0) -> Iterator[Fork]:
    """A chain with the state of the kept one, and a fork of that, as one works on a mainnet's.

    @param port Of the fork, 0: any.
    @raises ComponentUnavailable, ChainError.
    """
    source = _free_port()
    port = port or _free_port()
    options = ["--chain-id", str(CHAIN_ID), *FEES, "--quiet"]
    origin = Anvil([*options, "--load-state", str(kept.state), "--no-mining"], source, LOAD_WAIT)
    try:
        branch = Anvil([*options, "--fork-url", f"http://127.0.0.1:{source}", "--no-rate-limit"], port, LOAD_WAIT)
        try:
            yield Fork(f"http://127.0.0.1:{port}", kept.manifest, lambda: origin.runs and branch.runs)
        finally:
            branch.close()
    finally:
        origin.close()


@contextmanager
def connected(running: Fork) -> Iterator[Upstream]:
    """The networks and their contracts on a running fork, with new rounds of the push feeds.

    @raises ChainError, ComponentUnavailable.
    """
    with connect(f"ethereum:local:{running.url}") as chain:
        chain.impersonate(RELAYER)
        found = attach(chain, running.manifest)
        chain.warp(1)
        for asset in ASSETS:
            found.feeds[asset.symbol].push(asset.price * WAD)
        yield found


def _make(folder: Path, progress: Callable[[str], None]) -> None:
    with connect(ANVIL) as chain:
        made = build(chain, chain.account(0), progress)
        request = chain.provider.web3.provider.make_request
        request("anvil_setCode", [MULTICALL3_ADDRESS, MULTICALL3_CODE.hex()])
        dump = request("anvil_dumpState", [])["result"]
    manifest = made.manifest()
    manifest["addresses"]["Multicall3"] = str(MULTICALL3_ADDRESS)
    (folder / "state.json").write_bytes(gzip.decompress(bytes.fromhex(dump[2:])))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _key() -> str:
    """Over all that the chain is made of."""
    digest = hashlib.sha256(MULTICALL3_CODE)
    for path in sorted([*HERE.glob("*.py"), HERE.parent / "chain" / "solidity.py"]):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update("".join(sorted(component.integrity for component in COMPONENTS.values())).encode())
    return digest.hexdigest()[:16]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


__all__ = ["Fork", "Kept", "connected", "fork", "upstream"]
