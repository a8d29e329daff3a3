"""revm with a tape: every transaction of a story with its time and its outcome, and every word that it left."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak

from novation.chain.protocol import ChainError, Contract, Deployable, Receipt
from novation.chain.revm import GAS_LIMIT
from novation.fuzz.actions import Game
from novation.fuzz.campaign.story import Story
from novation.fuzz.evms.state import Account, State
from novation.fuzz.evms.tape import Outcome, Tape, Transaction, plain
from novation.fuzz.system.engine import Engine
from novation.fuzz.system.mirror import Mirror
from novation.fuzz.system.worlds import WORLDS, build


class Recorder(Engine):
    """An `Engine` that writes down what is sent while there is a tape."""

    tape: Tape | None = None

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._lengths: dict[int, int] = {}  # of the tape, by snapshot

    def send(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS_LIMIT) -> tuple[str | None, bytes]:
        """As `Engine.send`, and kept."""
        code, output = super().send(sender, to, data, value, gas)
        self._keep(Transaction(self.now, sender, to, data, value, gas), code is None, output)
        return code, output

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """As `RevmChain.raw_transact`, and kept."""
        receipt = super().raw_transact(to, data, sender, value, gas)
        self._keep(Transaction(self.now, sender, to, data, value, gas or GAS_LIMIT), receipt.ok, receipt.output)
        return receipt

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """As `RevmChain.deploy`, and kept where it succeeds: a failed one leaves nothing. @raises Reverted."""
        nonce = self._evm.basic(sender).nonce
        made = super().deploy(what, *args, sender=sender, value=value)
        data = self._registry.resolve(what)[2] + made.interface.constructor(args)
        self._keep(Transaction(self.now, sender, "", data, value, nonce=nonce), True, self.code(made.address))
        return made

    def snapshot(self) -> int:
        """As `RevmChain.snapshot`; what is undone later is not on the tape."""
        mark = super().snapshot()
        if self.tape is not None:
            self._lengths[mark] = len(self.tape.transactions)
        return mark

    def restore(self, snapshot: int) -> None:
        """As `RevmChain.restore`. @raises ChainError."""
        super().restore(snapshot)
        if self.tape is not None and snapshot in self._lengths:
            del self.tape.transactions[self._lengths[snapshot] :]
            del self.tape.outcomes[self._lengths[snapshot] :]

    def fund(self, address: str, wei: int) -> None:
        """@raises ChainError within a story: other engines would not know of it."""
        if self.tape is not None and wei > self.balance(address):
            raise ChainError("a recorded story gives ether: do it where worlds are built")
        super().fund(address, wei)

    def forget(self) -> None:
        """Snapshots of other tapes."""
        self._lengths.clear()

    def state(self) -> State:
        """All accounts. @raises ChainError for a code in doubt."""
        found: State = {}
        for address, info in {**self._evm.db_accounts, **self._evm.journal_state}.items():
            code = self.code(address)
            if code and keccak(code) != info.code_hash:
                raise ChainError(f"the code of {address} is not what its hash says")
            found[address.lower()] = Account(info.balance, info.nonce, code)
        for address, slot in self.written():
            if word := self.storage(address, slot):
                found[address].storage[slot] = word
        return found

    def _keep(self, transaction: Transaction, ok: bool, output: bytes) -> None:
        if self.tape is None:
            return
        logs = tuple((plain(address), tuple(topics), data) for address, topics, data in self.logs()) if ok else ()
        self.tape.transactions.append(transaction)
        self.tape.outcomes.append(Outcome(ok, output, logs))


class Recordings:
    """Plays stories on revm and hands out their tapes; a world is deployed once."""

    def __init__(self, modelled: bool = False) -> None:
        self.modelled = modelled
        self.games: dict[str, Game] = {}

    def game(self, world: str) -> Game:
        """The game of a world."""
        if world not in self.games:
            stage = build(WORLDS[world](), chain=Recorder())
            self.games[world] = Game(Mirror(stage, self.modelled, self.modelled))
        return self.games[world]

    def state(self, world: str) -> State:
        """A world as it is after deployment. @raises ChainError."""
        mirror = self.game(world).mirror
        mirror.restart()
        return self.recorder(world).state()

    def recorder(self, world: str) -> Recorder:
        """The engine of a world."""
        chain = self.game(world).mirror.chain
        assert isinstance(chain, Recorder)
        return chain

    def play(self, story: Story) -> Tape:
        """A story from its beginning. @raises Mismatch, Violation where the model or an invariant is asked."""
        game = self.game(story.world)
        mirror = game.mirror
        chain = self.recorder(story.world)
        mirror.restart()
        chain.forget()
        tape = chain.tape = Tape(story.world, str(story))
        try:
            for name, seed in story.steps:
                game.play(name, seed)
        finally:
            chain.tape = None
        watched = {(address.lower(), slot) for address, slot in mirror.places}
        tape.places = sorted(watched | chain.written())
        tape.words = chain.words(tape.places)
        return tape
