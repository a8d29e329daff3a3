"""What is too much for every step: the words that grow without bound, those that nobody knows of, the views of all
accounts, the ether."""

from __future__ import annotations

from novation.fuzz.system.compare import Mismatch, differences, named
from novation.fuzz.system.engine import Place
from novation.fuzz.system.lp_token import LpToken
from novation.fuzz.system.watching import Watching

START_BITS = (1 << 144) - 1  # of where a queue stood: without what was rolled over then
PAID = ("oracle", "orders", "liquidation")  # that take ether, and keep none


class Thorough(Watching):
    """A stage that can be looked at as a whole."""

    def whole(self) -> None:
        """At the end of a story. @raises Mismatch."""
        if self.model is None or self.expected is None:
            return
        fresh = self.fresh()
        if fresh != self.expected.words:
            raise differences(self.slots.keys, fresh, self.expected.words)
        written = self._strange()
        for index, shares in enumerate(self.model.shares):
            generations = shares.indices[shares.state["settled"]].generation + 1
            for key, place in self.slots.history(index, shares.state["settled"], generations):
                written.discard((place[0].lower(), place[1]))
                found = self.chain.words([place])[0]
                found &= START_BITS if key[0] == "start" else -1
                if found != (wanted := self.expected.word(key)):
                    raise Mismatch(f"{named(key)}: contract {found:#x}, model {wanted:#x}")
            assert isinstance(shares, LpToken)
            self._same_allowances(index, shares, written)
            settled = [shares.batches[number] for number in range(1, shares.state["settled"] + 1)]
            refunds = sum(1 for batch in settled if batch.assets and not batch.minted)
            self.tally["settlement: deposits refunded"] += refunds
            self.tally["settlement: generation went on"] += sum(end.goes_on for end in shares.ends.values())
        if written:
            raise Mismatch(f"written, and nobody knows what it is: {written}")
        self._same_once()
        self._same_health()
        for part in PAID:
            if kept := self.chain.balance(self.stage.contracts[part].address):
                raise Mismatch(f"{part} keeps {kept} wei")

    def _same_once(self) -> None:
        """What the deployment wrote and nobody watches is as it was. @raises Mismatch."""
        for place, old, new in zip(self.once, self.deployed, self.chain.words(self.once), strict=True):
            if old != new:
                raise Mismatch(f"written again: {place} from {old:#x} to {new:#x}")

    def _same_allowances(self, index: int, shares: LpToken, written: set[Place]) -> None:
        """Allowances and nonces of an LP token; takes them from `written`. @raises Mismatch."""
        for kind, table in (("allowance", shares.allowances), ("nonces", shares.nonces)):
            for key, wanted in table.items():
                place = self.slots.token_word(index, kind, key)
                written.discard((place[0].lower(), place[1]))
                if (found := self.chain.words([place])[0]) != wanted:
                    raise Mismatch(f"{kind} of {key}: contract {found}, model {wanted}")

    def _same_health(self) -> None:
        """The lens and the model on all accounts. @raises Mismatch."""
        assert self.model is not None
        accounts = self.stage.cast.traders
        healths = self.ask("lens", "health_many", accounts)
        for account, found_health in zip(accounts, healths, strict=True):
            if tuple(found_health) != tuple(self.model.vault.health(account)):
                raise Mismatch(f"health: {found_health}, model {self.model.vault.health(account)}")
        bits = self.ask("lens", "unhealthy_bits", accounts)
        if bits != self.model.vault.unhealthy_bits(list(accounts)):
            raise Mismatch(f"unhealthy_bits: {bits:b}")
