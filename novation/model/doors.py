"""The doors of the vault: deposits, withdrawals, transfers, pulls and pushes, flags (spec section 2)."""

from __future__ import annotations

from novation.model.errors import Revert
from novation.model.journal import external
from novation.model.ledger import DEPOSIT
from novation.model.margin import Margin

MAX_TRANSFERS = 8
FLAG_LIFE = 1800  # seconds after which a flag can be set anew


class Doors(Margin):
    """What moves cash without a price of its own."""

    @external
    def deposit(self, sender: int, account: int, amount: int) -> int:
        """Token units in, for any account. @returns WAD USD credited. @raises Revert PAUSED, ZERO, TOKEN."""
        if self.is_paused(DEPOSIT) and not self.account(account).markets and self.cash(account) >= 0:
            raise Revert("PAUSED")
        credit = self.to_wad(amount, up=False)
        if credit == 0 or account == 0:
            raise Revert("ZERO")
        if self.token.move(sender, self.address, amount) != amount:
            raise Revert("TOKEN")
        self.book(account, credit)
        self.totals["in"] += credit
        self.env.emit(self.address, "Deposited", account, sender, credit, self.account_word(account))
        return credit

    def _pay_out(self, account: int, amount: int, to: int) -> None:
        debit = self.to_wad(amount, up=True)
        self.book(account, -debit)
        self.totals["out"] += debit
        self.env.emit(self.address, "Withdrawn", account, to, debit, self.account_word(account))

    @external
    def withdraw(self, sender: int, account: int, amount: int, to: int) -> None:
        """Token units out. @raises Revert AUTH, ZERO, PENDING, CASH, STALE, MARGIN, TOKEN."""
        self.only_payer(sender, account, to)
        if amount == 0:
            raise Revert("ZERO")
        self.not_pending(account)
        self._pay_out(account, amount, to)
        self.check_withdraw(account)
        self.token.move(self.address, to, amount)

    @external
    def exit(self, sender: int, account: int, to: int) -> int:
        """All whole token units of an account without positions. @returns them.

        @raises Revert AUTH, PENDING, POSITION, CASH.
        """
        self.only_payer(sender, account, to)
        self.not_pending(account)
        holder = self.account(account)
        if holder.markets:
            raise Revert("POSITION")
        if holder.cash < 0:
            raise Revert("CASH")
        amount = self.to_units(holder.cash)
        self._pay_out(account, amount, to)
        self.token.move(self.address, to, amount)
        return amount

    @external
    def transfer(self, sender: int, source: int, target: int, amount: int) -> None:
        """WAD USD between accounts. @raises Revert AUTH, ZERO, PENDING, CASH, STALE, MARGIN."""
        self._pay(sender, source, amount)
        self.check_withdraw(source)
        self.book(target, amount)
        self._moved(source, target, amount)

    @external
    def transfer_many(self, sender: int, transfers: list[tuple[int, int, int]]) -> None:
        """At most 8 of (source, target, WAD USD): booked first, then every source is judged."""
        if len(transfers) > MAX_TRANSFERS:
            raise Revert("")
        for source, target, amount in transfers:
            self._pay(sender, source, amount)
            self.book(target, amount)
            self._moved(source, target, amount)
        for source, _, _ in transfers:
            self.check_withdraw(source)

    def _pay(self, sender: int, source: int, amount: int) -> None:
        self.only_owner_of(sender, source)
        if amount == 0:
            raise Revert("ZERO")
        self.not_pending(source)
        self.book(source, -amount)

    def _moved(self, source: int, target: int, amount: int) -> None:
        words = self.account_word(source), self.account_word(target)
        self.env.emit(self.address, "Transferred", source, target, amount, *words)

    @external
    def pull(self, sender: int, account: int, amount: int) -> None:
        """From an account to the module that calls. @raises Revert AUTH, PENDING, CASH, STALE, MARGIN."""
        index = self.pool_addresses.get(account)
        if sender not in self.modules or (index is not None and self.pools[index].shares != sender):
            raise Revert("AUTH")
        self.not_pending(account)
        self.book(account, -amount)
        self.book(sender, amount)
        self._moved(account, sender, amount)
        self.check_withdraw(account)

    @external
    def push(self, sender: int, account: int, amount: int) -> None:
        """From the calling module's own account to another. @raises Revert AUTH, CASH."""
        if sender not in self.modules:
            raise Revert("AUTH")
        if self.cash(sender) < amount:
            raise Revert("CASH")
        self.book(sender, -amount)
        self.book(account, amount)
        self._moved(sender, account, amount)

    @external
    def flag(self, sender: int, account: int) -> None:
        """Sets an account's mark, anew after FLAG_LIFE, or clears it. @raises Revert NOFLAG."""
        holder = self.account(account)
        sick = self.liquidatable(account)
        if not (self.env.now - holder.flagged_at > FLAG_LIFE if sick else holder.flagged_at):
            raise Revert("NOFLAG")
        self.accounts[account] = holder._replace(flagged_at=self.env.now if sick else 0)
        self.env.emit(self.address, "Flagged", account, self.account_word(account))
