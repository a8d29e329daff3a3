"""Transactions and outcomes in words, for whoever looks at a difference."""

from __future__ import annotations

from novation.chain.abi import checksum
from novation.chain.protocol import Event, Registry, revert_code
from novation.fuzz.evms.tape import Log, Outcome, Tape, Transaction, plain
from novation.fuzz.system.compare import shown
from novation.fuzz.system.engine import Door
from novation.fuzz.system.mirror import Mirror


class Names:
    """What the contracts of one world call things."""

    def __init__(self, mirror: Mirror) -> None:
        self._doors: dict[tuple[bytes, bytes], tuple[str, Door]] = {}
        self._registry = Registry()
        stage = mirror.stage
        for contract in (*stage.contracts.values(), *stage.feeds.values()):
            self._registry.learn(contract.address, contract.interface)
        feeds = {f"feed {market}": doors for market, doors in mirror.feeds.items()}
        for part, doors in {**mirror.doors, **feeds}.items():
            for name, door in doors.items():
                self._doors[plain(door.to), door.selector] = f"{part}.{name}", door

    def transaction(self, transaction: Transaction) -> str:
        """Who called what with what."""
        extra = f", {transaction.value} wei" if transaction.value else ""
        extra += f", gas {transaction.gas}" if transaction.limited else ""
        start = f"at {transaction.time}, from {transaction.sender}{extra}: "
        if not transaction.to:
            return start + f"creates a contract with nonce {transaction.nonce}"
        name, door = self._doors.get((plain(transaction.to), transaction.data[:4]), (transaction.to, None))
        if door is None:
            call = f"{name} with 0x{transaction.data.hex()}"
        else:
            try:
                call = f"{name}{door.inputs.decode(transaction.data, 4)}"
            except ValueError:  # calldata made up by a fuzzer
                call = f"{name} with 0x{transaction.data.hex()}"
        return start + call

    def outcome(self, outcome: Outcome) -> str:
        """How it ended, and its events."""
        if not outcome.ok:
            return shown(revert_code(outcome.output)) + (f" (0x{outcome.output.hex()})" if outcome.output else "")
        events = "; ".join(map(self._event, outcome.logs))
        return f"returns 0x{outcome.output.hex()}, events: {events or 'none'}"

    def _event(self, log: Log) -> str:
        emitter, topics, data = checksum(log[0]), log[1], log[2]
        try:
            event = self._registry.event((emitter, topics, data))
        except ValueError:  # not as the ABI says
            event = Event(emitter, "", {})
        if event.name:
            return f"{event.name}{event.args}"
        return f"{emitter} topics {' '.join(topic.hex() for topic in topics)} data 0x{data.hex()}"

    def difference(self, tape: Tape, index: int, name: str, found: Outcome) -> str:
        """One transaction of which two engines tell different things."""
        transaction = tape.transactions[index]
        return "\n".join(
            (
                f"transaction {index + 1} of {len(tape.transactions)} of the story {tape.story}",
                f"  {self.transaction(transaction)}",
                f"  revm:   {self.outcome(tape.outcomes[index])}",
                f"  {name + ':':7} {self.outcome(found)}",
            )
        )
