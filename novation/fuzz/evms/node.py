"""anvil as a process of ours, asked by web3 over a socket file: blocks are made when told, senders need no key, gas
costs nothing, a block may have the time of the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from web3 import IPCProvider, Web3

from novation.chain.anvil import Anvil
from novation.chain.protocol import ChainError, revert_code
from novation.chain.revm import CHAIN_ID, CODE_LIMIT, START
from novation.chain.rpc import RpcError
from novation.fuzz.evms.state import State
from novation.fuzz.evms.tape import Log, Outcome, Transaction, plain

HALT = "EVM error "
OPTIONS = (
    "--no-mining --order fifo --auto-impersonate --hardfork cancun --base-fee 0 --gas-price 0 --accounts 1 "
    "--disable-block-gas-limit --disable-min-priority-fee --disable-default-create2-deployer --disable-console-log "
    "--prune-history --transaction-block-keeper 2 --quiet"
)


class Mined(NamedTuple):
    """A transaction in a block."""

    outcome: Outcome
    gas: int  # used
    hash: str


class AnvilNode:
    """A fresh chain. Ends with the process that made it, or by `close`."""

    def __init__(self, timestamp: int = START, long_code: bool = False) -> None:
        """`long_code`: builds longer than EIP-170 allows can be deployed. @raises ComponentUnavailable, ChainError."""
        options = [*OPTIONS.split(), "--chain-id", str(CHAIN_ID), "--timestamp", str(timestamp)]
        if long_code:
            options += ["--code-size-limit", str(CODE_LIMIT)]
        self._process = Anvil(options)
        self.close = self._process.close
        self.web3 = Web3(IPCProvider(self._process.ipc))
        self._request = self.web3.provider.make_request

    def ask(self, method: str, *params: Any) -> Any:
        """@raises RpcError for the node's error answer."""
        answer: Any = self._request(method, params)  # type: ignore[arg-type]
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def load(self, state: State) -> None:
        """Puts accounts on the chain."""
        for address, account in state.items():
            self.ask("anvil_setBalance", address, hex(account.balance))
            self.ask("anvil_setNonce", address, hex(account.nonce))
            if account.code:
                self.ask("anvil_setCode", address, "0x" + account.code.hex())
            for slot, word in account.storage.items():
                self.ask("anvil_setStorageAt", address, hex(slot), f"0x{word:064x}")

    def snapshot(self) -> str:
        """A mark to go back to, once."""
        return str(self.ask("evm_snapshot"))

    def restore(self, mark: str) -> str:
        """Goes back. @return a mark of the same state. @raises ChainError."""
        if self.ask("evm_revert", mark) is not True:
            raise ChainError(f"anvil does not know the snapshot {mark}")
        return self.snapshot()

    def submit(self, transaction: Transaction) -> str | None:
        """Into the next block. @return its hash, None where the node refuses it."""
        try:
            return str(self.ask("eth_sendTransaction", _fields(transaction) | {"gasPrice": "0x0"}))
        except RpcError:
            return None

    def create(self, transaction: Transaction) -> Mined | None:
        """A block of one creation with the nonce that it wants, None where the node refuses it. @raises ChainError."""
        sender, nonce = transaction.sender, transaction.nonce
        assert nonce is not None
        reached = int(self.ask("eth_getTransactionCount", sender, "latest"), 16)
        self.ask("anvil_setNonce", sender, hex(nonce))
        mined = self.alone(transaction)
        self.ask("anvil_setNonce", sender, hex(max(nonce + 1, reached)))
        return mined

    def call(self, transaction: Transaction) -> bytes:
        """What a transaction would return now, at its own time. @raises RpcError."""
        answer = self.ask("eth_call", _fields(transaction), "latest", {}, {"time": hex(transaction.time)})
        return bytes.fromhex(answer[2:])

    def mine(self, timestamp: int, hashes: Sequence[str]) -> list[Mined]:
        """A block of all that was submitted. @raises ChainError where it holds anything else."""
        found = self._block(timestamp)
        if [mined.hash for mined in found] != list(hashes):
            raise ChainError(f"anvil put {len(found)} transactions into a block of {len(hashes)}, or in another order")
        return found

    def alone(self, transaction: Transaction) -> Mined | None:
        """A block of one transaction, None where the node refuses it: at once, or only when it makes the block, as it
        does with one that has not the gas for its own calldata. @raises ChainError."""
        name = self.submit(transaction)
        if name is None:
            return None
        found = self._block(transaction.time)
        if not found:
            self.ask("anvil_dropTransaction", name)
            return None
        return found[0]

    def refusal(self, transaction: Transaction) -> str:
        """Why it was not even executed, as `RevmChain` names it."""
        try:
            self.call(transaction)
        except RpcError as error:
            return code_of(error)
        return "REJECTED"

    def _block(self, timestamp: int) -> list[Mined]:
        self.ask("evm_setNextBlockTimestamp", timestamp)
        block = self.ask("evm_mine_detailed")[0]
        mined = block["transactions"]
        if int(block["timestamp"], 16) != timestamp:
            raise ChainError(f"anvil made a block of {int(block['timestamp'], 16)}, not of {timestamp}")
        found = []
        for transaction, receipt in zip(mined, self.ask("eth_getBlockReceipts", "latest"), strict=True):
            ok = receipt["status"] == "0x1"
            output = bytes.fromhex((transaction.get("output") or "0x")[2:])
            logs = tuple(_log(log) for log in receipt["logs"]) if ok else ()
            found.append(Mined(Outcome(ok, output, logs), int(receipt["gasUsed"], 16), transaction["hash"]))
        return found

    def failure(self, transaction: Transaction, outcome: Outcome) -> str:
        """The code of the last transaction, which failed, as `revert_code` names it. @raises ChainError."""
        if outcome.output:
            return revert_code(outcome.output)
        try:
            self.call(transaction)  # the state is as it was: it fails again, and tells how
        except RpcError as error:
            return code_of(error)
        raise ChainError("anvil lets a transaction fail, and not when it is asked again")


def code_of(error: RpcError) -> str:
    """As `RevmChain` names it what anvil has its own words for: MemoryOOG, PrecompileOOG, StackUnderflow ..."""
    text = str(error)
    if "OOG" in text or "CallGasCostMoreThanGasLimit" in text:
        return "OUT_OF_GAS"
    if error.code == "REJECTED" and text.startswith(HALT):
        return f"HALT_{text.removeprefix(HALT)}"
    return error.code


def _fields(transaction: Transaction) -> dict[str, str]:
    fields = {
        "from": transaction.sender,
        "data": "0x" + transaction.data.hex(),
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
    }
    return fields | {"to": transaction.to} if transaction.to else fields


def _log(log: Any) -> Log:
    return (
        plain(log["address"]),
        tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
        bytes.fromhex(log["data"][2:]),
    )
