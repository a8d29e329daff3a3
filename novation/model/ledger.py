"""The ledger: one double-entry book of accounts, the token at its door, who owns what (spec section 2)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, WAD, pack
from novation.model import words
from novation.model.errors import Revert
from novation.model.journal import Env, Table, external
from novation.model.pool import Pool
from novation.model.roles import Roles
from novation.model.words import within

TRADE, WITHDRAW = 1, 2
DEPOSIT, OPEN, LP_DEPOSIT = 1, 2, 4
MAX_POOLS = 4
MAX_MARKETS = 16


def whole_dollars(credit: int) -> bool:
    """Whether a credit (WAD USD) fits its field: 40 bits of whole dollars."""
    return 0 <= credit < WAD << 40 and credit % WAD == 0


class Account(NamedTuple):
    """An account's word, unpacked: WAD USD, Unix seconds, bitmaps."""

    cash: int
    debt_index: int
    flagged_at: int
    markets: int
    collaterals: int
    pending: bool


NEW = Account(0, 0, 0, 0, 0, False)


class PoolEntry(NamedTuple):
    """A registered pool: address, bitmap of its markets, bps, WAD USD, address of its shares."""

    pool: int
    markets: int
    gain_weight: int
    credit: int
    shares: int


class Grant(NamedTuple):
    """What an operator may do: powers (TRADE 1, WITHDRAW 2), payout address, last second."""

    powers: int
    payout: int
    expires_at: int


class Token:
    """The settlement token: balances in token units; `fee` bps of a transfer are lost on the way."""

    def __init__(self, env: Env, decimals: int) -> None:
        self.env = env
        self.decimals = decimals
        self.unit: int = 10**decimals
        self.balances: Table[int, int] = env.table()
        self.state: Table[str, int] = env.table([("fee", 0)])

    def mint(self, to: int, amount: int) -> None:
        self.balances[to] = self.balances.get(to, 0) + amount

    def set_fee(self, fee: int) -> None:
        self.state["fee"] = fee

    def move(self, source: int, target: int, amount: int) -> int:
        """@returns units that arrive. @raises Revert TOKEN where the source has less."""
        have = self.balances.get(source, 0)
        if have < amount:
            raise Revert("TOKEN")
        got = amount - amount * self.state["fee"] // BPS
        self.balances[source] = have - amount
        self.balances[target] = self.balances.get(target, 0) + got
        return got


class Ledger(Roles):
    """Accounts and their cash, pools, operators, what is paused."""

    def __init__(
        self, env: Env, address: int, token: Token, treasury: int, insurance_share: int, owner: int, guardian: int
    ) -> None:
        super().__init__(env, owner, guardian)
        self.address = address
        self.token = token
        self.treasury = treasury
        self.insurance_share = insurance_share
        self.orders = 0
        self.liquidation = 0
        self.parts: dict[int, Pool] = {}
        self.accounts: Table[int, Account] = env.table()
        self.grants: Table[tuple[int, int], Grant] = env.table()
        self.pools: Table[int, PoolEntry] = env.table()
        self.modules: Table[int, bool] = env.table()
        self.totals: Table[str, int] = env.table([("debts", 0), ("in", 0), ("out", 0), ("paused", 0)])
        self.pool_addresses: Table[int, int] = env.table()

    # --- booking

    def account(self, account: int) -> Account:
        return self.accounts.get(account, NEW)

    def cash(self, account: int) -> int:
        return self.accounts.get(account, NEW).cash

    def put(self, account: int, old: Account, new: Account) -> None:
        """Stores an account's word and keeps D."""
        within(new.cash, 104)
        if (old.cash < 0 or new.cash < 0) and account not in self.pool_addresses:
            self.totals["debts"] += max(0, -new.cash) - max(0, -old.cash)
        self.accounts[account] = new

    def book(self, account: int, amount: int) -> None:
        """Adds to an account's cash (WAD USD)."""
        if amount:
            old = self.accounts.get(account, NEW)
            cash, index, flagged_at, markets, collaterals, pending = old
            self.put(account, old, Account(cash + amount, index, flagged_at, markets, collaterals, pending))

    def to_wad(self, amount: int, up: bool) -> int:
        """Token units as WAD USD."""
        x, unit = amount * WAD, self.token.unit
        return -(-x // unit) if up else x // unit

    def to_units(self, amount: int) -> int:
        """WAD USD as whole token units, down."""
        return amount * self.token.unit // WAD

    # --- who may

    def may(self, sender: int, account: int, power: int) -> bool:
        """Owner, or operator with that power, not expired."""
        if sender >> 8 == account >> 8:
            return True
        grant = self.grants.get((account >> 8, sender))
        return grant is not None and bool(grant.powers & power) and self.env.clock["now"] <= grant.expires_at

    def only_payer(self, sender: int, account: int, to: int) -> None:
        """The owner, or an operator with WITHDRAW who pays out to where the owner said. @raises Revert AUTH."""
        if sender >> 8 != account >> 8 and not (
            self.may(sender, account, WITHDRAW) and self.grants[account >> 8, sender].payout == to
        ):
            raise Revert("AUTH")

    def only_owner_of(self, sender: int, account: int) -> None:
        if sender >> 8 != account >> 8:
            raise Revert("AUTH")

    def is_paused(self, action: int) -> bool:
        return bool(self.totals["paused"] & action)

    def pool_of(self, market: int) -> int:
        """Index of the pool whose market it is. @raises Revert MARKET."""
        for index, entry in self.pools.items():
            if 0 <= market < 32 and entry.markets >> market & 1:
                return index
        raise Revert("MARKET")

    @external
    def set_operator(self, sender: int, operator: int, powers: int, payout: int, expires_at: int) -> None:
        """The caller's sub-accounts' operator."""
        if expires_at >> 40:
            raise Revert("RANGE")
        self.grants[sender >> 8, operator] = Grant(powers, payout, expires_at)
        self.env.emit(self.address, "OperatorSet", sender, operator, powers, payout, expires_at)

    # --- admin

    @external
    def register_module(self, sender: int, module: int) -> None:
        self.only_owner(sender)
        if module in self.modules:
            raise Revert("ONCE")
        self.modules[module] = True
        self.env.emit(self.address, "ModuleSet", module)

    @external
    def register_pool(self, sender: int, index: int, pool: int, shares: int, markets: int, credit: int) -> None:
        """Once an index and pool, no market twice; gain weight 10000 for index 0, else 0 until raised."""
        self.only_owner(sender)
        if not 0 <= index < MAX_POOLS or (index and index - 1 not in self.pools):
            raise Revert("BOUND")
        if index in self.pools or pool in self.pool_addresses:
            raise Revert("ONCE")
        taken = 0
        for entry in self.pools.values():
            taken |= entry.markets
        if not pool or not shares or not markets or markets & taken or markets >> 32 or not whole_dollars(credit):
            raise Revert("BOUND")
        self.pool_addresses[pool] = index
        self._set_pool(index, PoolEntry(pool, markets, 0 if index else BPS, credit, shares))

    def _set_pool(self, index: int, entry: PoolEntry) -> None:
        self.pools[index] = entry
        pool, markets, weight, credit, shares = entry
        self.env.emit(self.address, "PoolSet", index, pool, shares, markets, weight, credit)

    def _entry(self, index: int) -> PoolEntry:
        entry = self.pools.get(index)
        if entry is None:
            raise Revert("BOUND")
        return entry

    @external
    def set_credit(self, sender: int, index: int, credit: int) -> None:
        """Owner; the guardian may lower it. WAD USD."""
        is_owner = self.only_trusted(sender)
        entry = self._entry(index)
        if not whole_dollars(credit):
            raise Revert("BOUND")
        if not is_owner and credit > entry.credit:
            raise Revert("AUTH")
        self._set_pool(index, entry._replace(credit=credit))

    @external
    def set_gain_weight(self, sender: int, index: int, weight: int) -> None:
        """Owner. bps."""
        self.only_owner(sender)
        entry = self._entry(index)
        if not 0 <= weight <= BPS:
            raise Revert("BOUND")
        self._set_pool(index, entry._replace(gain_weight=weight))

    @external
    def pause(self, sender: int, actions: int) -> None:
        """Owner or guardian: adds actions to what is paused."""
        self.only_trusted(sender)
        self._set_paused(self.totals["paused"] | actions)

    @external
    def unpause(self, sender: int, actions: int) -> None:
        """Owner."""
        self.only_owner(sender)
        self._set_paused(self.totals["paused"] & ~actions)

    def _set_paused(self, actions: int) -> None:
        self.totals["paused"] = actions
        self.env.emit(self.address, "PauseSet", actions)

    def account_word(self, account: int) -> int:
        a = self.accounts.get(account, NEW)
        flags = words.PENDING if a.pending else 0
        return pack((flags, a.collaterals, a.markets, a.flagged_at, a.debt_index, a.cash), words.ACCOUNT)
