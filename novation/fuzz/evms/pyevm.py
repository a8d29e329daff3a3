"""py-evm below any chain: a state under Cancun's rules, transactions without signatures, the clock of the tape.

Every transaction is one of its own for the EVM: warm slots, transient storage and refunds begin anew with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS, ZERO_ADDRESS, ZERO_HASH32
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.state import CancunState
from eth.vm.forks.cancun.transactions import CancunTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_utils.exceptions import ValidationError

from novation.chain.revm import CHAIN_ID, GAS_LIMIT
from novation.fuzz.evms.state import State
from novation.fuzz.evms.tape import REFUSED, Outcome, Transaction, plain
from novation.fuzz.system.engine import Place


class PyEvm:
    """A world on py-evm."""

    name = "py-evm"

    def __init__(self, state: State) -> None:
        self._db = AtomicDB()
        fresh = CancunState(self._db, _context(0), BLANK_ROOT_HASH)
        for name, account in state.items():
            address = plain(name)
            fresh.set_balance(address, account.balance)
            fresh.set_nonce(address, account.nonce)
            if account.code:
                fresh.set_code(address, account.code)
            for slot, word in account.storage.items():
                fresh.set_storage(address, slot, word)
        self._root = fresh.make_state_root()
        fresh.persist()
        self._state: Any = None
        self.restart()

    def restart(self) -> None:
        """The state that it was made with."""
        self._state = CancunState(self._db, _context(0), self._root)

    def play(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends them one after another. @return what came of each."""
        return [self._send(transaction) for transaction in transactions]

    def words(self, places: Sequence[Place]) -> list[int]:
        """Storage words."""
        return [self._state.get_storage(plain(address), slot) for address, slot in places]

    def close(self) -> None:
        """Nothing is open."""

    def _send(self, transaction: Transaction) -> Outcome:
        state, sender = self._state, plain(transaction.sender)
        if state.execution_context.timestamp != transaction.time:
            state.execution_context = _context(transaction.time)
        if transaction.nonce is not None:
            state.set_nonce(sender, transaction.nonce)
        unsigned = CancunTransactionBuilder.create_unsigned_transaction(
            nonce=state.get_nonce(sender),
            gas_price=0,
            gas=transaction.gas,
            to=plain(transaction.to) if transaction.to else CREATE_CONTRACT_ADDRESS,
            value=transaction.value,
            data=transaction.data,
        )
        try:
            computation = state.apply_transaction(SpoofTransaction(unsigned, from_=sender))
        except ValidationError:  # not even executed, and nothing changed
            return REFUSED
        finally:
            state.lock_changes()
        if computation.is_error:
            return Outcome(False, bytes(computation.output))
        logs = tuple(
            (address, tuple(topic.to_bytes(32, "big") for topic in topics), data)
            for address, topics, data in computation.get_log_entries()
        )
        return Outcome(True, bytes(computation.output), logs)


def _context(time: int) -> ExecutionContext:
    """The block that transactions see."""
    return ExecutionContext(
        coinbase=ZERO_ADDRESS,
        timestamp=time,
        block_number=1,
        difficulty=0,
        mix_hash=ZERO_HASH32,
        gas_limit=GAS_LIMIT,
        prev_hashes=(),
        chain_id=CHAIN_ID,
        base_fee_per_gas=0,
        excess_blob_gas=0,
    )
