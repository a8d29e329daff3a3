"""PoolShares: in and out of a pool by epochs (spec section 8)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, WAD
from novation.model.errors import Revert
from novation.model.journal import Env, Table, external
from novation.model.ledger import LP_DEPOSIT
from novation.model.pool import Pool
from novation.model.vault import Vault

FIRST = 1000 * WAD
START = 10**36
SCALE = 10**18


class Batch(NamedTuple):
    """One epoch's requests: end (Unix seconds), WAD USD in, shares asked to redeem; after settling the shares minted
    (0: refunded)."""

    closes_at: int
    assets: int
    redeem: int
    minted: int


class Index(NamedTuple):
    """How far the redemptions are served: generation, part still queued, assets paid a share that started whole."""

    generation: int
    left: int
    paid: int


class End(NamedTuple):
    """The end of a generation: paid then, and whether the next goes on at 1e18 times."""

    paid: int
    goes_on: bool


class In(NamedTuple):
    """A deposit request: batch, WAD USD."""

    batch: int
    assets: int


class Out(NamedTuple):
    """A redemption request: batch, shares, assets and shares settled and claimed so far."""

    batch: int
    shares: int
    assets: int
    burned: int


class Shares:
    """The LP token of one pool with its two queues."""

    def __init__(self, env: Env, address: int, vault: Vault, pool: Pool, epoch: int) -> None:
        self.env = env
        self.address = address
        self.vault = vault
        self.pool = pool
        self.epoch = epoch
        self.balances: Table[int, int] = env.table()
        self.batches: Table[int, Batch] = env.table()
        self.indices: Table[int, Index] = env.table([(0, Index(0, START, 0))])
        self.ends: Table[int, End] = env.table()
        self.deposits: Table[int, In] = env.table()
        self.redemptions: Table[int, Out] = env.table()
        self.state: Table[str, int] = env.table([("supply", 0), ("newest", 0), ("settled", 0), ("queued", 0)])

    # --- the token

    @external
    def transfer(self, sender: int, to: int, amount: int) -> bool:
        """@raises Revert SHARES."""
        self._move(sender, to, amount)
        return True

    def _move(self, source: int, target: int, amount: int) -> None:
        have = self.balances.get(source, 0)
        if have < amount:
            raise Revert("SHARES")
        self.balances[source] = have - amount
        self.balances[target] = self.balances.get(target, 0) + amount
        self.env.emit(self.address, "Transfer", source, target, amount)

    def _mint(self, amount: int) -> None:
        """Mints to the contract itself; a negative amount is burned."""
        if amount:
            self.balances[self.address] = self.balances.get(self.address, 0) + amount
            self.state["supply"] += amount
            source, target = (0, self.address) if amount > 0 else (self.address, 0)
            self.env.emit(self.address, "Transfer", source, target, abs(amount))

    @external
    def bootstrap(self, sender: int, account: int) -> None:
        """The first 1,000 shares at 1 USD, locked for ever. @raises Revert ONCE, AUTH and those of `pull`."""
        if self.state["supply"]:
            raise Revert("ONCE")
        self.vault.only_owner_of(sender, account)
        self._mint(FIRST)
        self.vault.pull(self.address, account, FIRST)
        self.vault.push(self.address, self.pool.address, FIRST)

    # --- requests

    def _target(self) -> int:
        """The batch that a request made now belongs to; SETTLE is judged later."""
        newest = self.state["newest"]
        ended = newest == 0 or self.state["settled"] >= newest or self.env.now >= self.batches[newest].closes_at
        return newest + 1 if ended else newest

    def _enter(self, batch: int, assets: int, redeem: int) -> None:
        if batch > self.state["newest"]:
            if batch > self.state["settled"] + 2:
                raise Revert("SETTLE")
            self._open(batch)
        old = self.batches[batch]
        self.batches[batch] = Batch(old.closes_at, old.assets + assets, old.redeem + redeem, 0)

    def _open(self, batch: int) -> None:
        self.state["newest"] = batch
        self.batches[batch] = Batch((self.env.now // self.epoch + 1) * self.epoch, 0, 0, 0)

    @external
    def request_deposit(self, sender: int, account: int, assets: int) -> None:
        """Queues cash of the caller's own account.

        @raises Revert AUTH, CLOSED, PAUSED, ZERO, WAIT, SETTLE and those of `pull`.
        """
        if sender != account:
            raise Revert("AUTH")
        if not self.state["supply"]:
            raise Revert("CLOSED")
        if self.vault.is_paused(LP_DEPOSIT):
            raise Revert("PAUSED")
        if assets == 0:
            raise Revert("ZERO")
        self._claim_deposit(account)
        batch = self._target()
        old = self.deposits.get(account, In(0, 0))
        if old.assets and old.batch != batch:
            raise Revert("WAIT")
        self._enter(batch, assets, 0)
        self.deposits[account] = In(batch, old.assets + assets)
        self.env.emit(self.address, "DepositRequested", account, batch, old.assets + assets)
        self.vault.pull(self.address, account, assets)

    @external
    def request_redeem(self, sender: int, shares: int) -> None:
        """Locks the caller's shares in the queue. @raises Revert CLOSED, ZERO, SHARES, WAIT, SETTLE."""
        if not self.state["supply"]:
            raise Revert("CLOSED")
        if shares == 0:
            raise Revert("ZERO")
        if self.balances.get(sender, 0) < shares:
            raise Revert("SHARES")
        self._claim_redemption(sender)
        batch = self._target()
        old = self.redemptions.get(sender, Out(0, 0, 0, 0))
        if old.shares and old.batch != batch:
            raise Revert("WAIT")
        self._enter(batch, 0, shares)
        self.redemptions[sender] = Out(batch, old.shares + shares, 0, 0)
        self.env.emit(self.address, "RedeemRequested", sender, batch, old.shares + shares)
        self._move(sender, self.address, shares)

    # --- settlement

    @external
    def settle(self, sender: int) -> int:
        """Settles the oldest batch. Anyone. @returns its number. @raises Revert EMPTY, EARLY, STALE."""
        state = self.state
        number = state["settled"] + 1
        if number > state["newest"]:
            raise Revert("EMPTY")
        batch = self.batches[number]
        if self.env.now < batch.closes_at:
            raise Revert("EARLY")
        down, up, owed, reserve = self.pool.mark(self.address, batch.closes_at)
        cash = self.vault.cash(self.pool.address)
        nav_high, nav_low, supply = cash - down - owed, cash - up - owed, state["supply"]
        minted, taken = 0, 0
        if batch.assets and nav_high * 100 >= supply:
            minted = batch.assets * supply // nav_high
            taken = batch.assets if minted else 0
        queued = state["queued"] + batch.redeem
        before = self.indices[number - 1]
        filled, paid = self._served(queued, nav_low, supply, cash, taken, reserve, before)
        self.indices[number] = self._index(before, queued, filled, paid)
        state["queued"] = queued - filled
        state["settled"] = number
        self.batches[number] = batch._replace(minted=minted)
        self._mint(minted)
        self._mint(-filled)
        totals = taken, minted, filled, paid, nav_low, nav_high, state["supply"]
        self.env.emit(self.address, "Settled", number, *totals)
        if taken > paid:
            self.vault.push(self.address, self.pool.address, taken - paid)
        elif paid > taken:
            self.vault.pull(self.address, self.pool.address, paid - taken)
        if queued > filled and state["newest"] == number:
            self._open(number + 1)
        return number

    def _served(
        self, queued: int, nav_low: int, supply: int, cash: int, taken: int, reserve: int, index: Index
    ) -> tuple[int, int]:
        """Shares that fill and what they are paid (WAD USD)."""
        if not queued or nav_low <= 0:
            return 0, 0
        payout = queued * nav_low // supply
        held = -(-reserve * BPS // self.pool.terms.utilisation)
        room = max(0, min(cash + taken, nav_low + taken - held))
        if payout <= room:
            return queued, payout
        filled = queued * room // payout
        if index.left * (queued - filled) < queued:
            return 0, 0
        return filled, filled * nav_low // supply

    def _index(self, old: Index, queued: int, filled: int, paid: int) -> Index:
        if not filled:
            return old
        total = old.paid + paid * old.left // queued
        if filled == queued:
            self.ends[old.generation] = End(total, False)
            return Index(old.generation + 1, START, total)
        left = old.left * (queued - filled) // queued
        if left >= SCALE:
            return Index(old.generation, left, total)
        self.ends[old.generation] = End(total, True)
        return Index(old.generation + 1, old.left * (queued - filled) * SCALE // queued, total)

    # --- claims

    def settled_of(self, request: Out) -> tuple[int, int]:
        """Assets owed in all and shares still queued of a settled redemption request."""
        start = self.indices[request.batch - 1]
        now = self.indices[self.state["settled"]]
        shares = request.shares
        if now.generation == start.generation:
            return shares * (now.paid - start.paid) // start.left, shares * now.left // start.left
        end = self.ends[start.generation]
        owed = shares * (end.paid - start.paid) // start.left
        if not end.goes_on:
            return owed, 0
        scale = start.left * SCALE
        if now.generation == start.generation + 1:
            return owed + shares * (now.paid - end.paid) // scale, shares * now.left // scale
        return owed + shares * (self.ends[start.generation + 1].paid - end.paid) // scale, 0

    def _claim_deposit(self, holder: int) -> tuple[int, int]:
        """@returns shares and refund handed over."""
        request = self.deposits.get(holder)
        if request is None or not request.assets or request.batch > self.state["settled"]:
            return 0, 0
        batch = self.batches[request.batch]
        self.deposits[holder] = In(request.batch, 0)
        shares, refund = 0, request.assets
        if batch.minted:
            shares, refund = request.assets * batch.minted // batch.assets, 0
        self.env.emit(self.address, "DepositClaimed", holder, request.batch, shares, refund)
        if shares:
            self._move(self.address, holder, shares)
        if refund:
            self.vault.push(self.address, holder, refund)
        return shares, refund

    def _claim_redemption(self, holder: int) -> tuple[int, int]:
        """@returns shares burned and assets handed over."""
        request = self.redemptions.get(holder)
        if request is None or not request.shares or request.batch > self.state["settled"]:
            return 0, 0
        owed, still = self.settled_of(request)
        burned = request.shares - still
        self.redemptions[holder] = Out(request.batch, request.shares if still else 0, owed, burned)
        fresh = owed - request.assets
        if fresh or not still:
            self.env.emit(self.address, "RedeemClaimed", holder, still, fresh)
        if fresh:
            self.vault.push(self.address, holder, fresh)
        return burned - request.burned, fresh

    @external
    def claim(self, sender: int, holder: int) -> tuple[int, int]:
        """Hands over what is settled. Anyone. @returns shares, assets (a refund and what redemptions brought)."""
        shares, refund = self._claim_deposit(holder)
        return shares, refund + self._claim_redemption(holder)[1]

    def claimable(self, holder: int) -> tuple[int, int, int, int]:
        """Shares minted, assets refunded, assets of the redemption, shares still queued: of what is settled."""
        minted = refund = assets = still = 0
        deposit, request = self.deposits.get(holder), self.redemptions.get(holder)
        if deposit is not None and deposit.assets and deposit.batch <= self.state["settled"]:
            batch = self.batches[deposit.batch]
            if batch.minted:
                minted = deposit.assets * batch.minted // batch.assets
            else:
                refund = deposit.assets
        if request is not None and request.shares:
            still = request.shares
            if request.batch <= self.state["settled"]:
                owed, still = self.settled_of(request)
                assets = owed - request.assets
        return minted, refund, assets, still

    def owed(self) -> tuple[int, int]:
        """Cash and shares that the contract must hold for its requests: WAD USD, shares (with the first thousand)."""
        settled = self.state["settled"]
        cash, shares = 0, FIRST if self.state["supply"] else 0
        for deposit in self.deposits.values():
            batch = self.batches[deposit.batch]
            if deposit.batch > settled or not batch.minted:
                cash += deposit.assets
            else:
                shares += deposit.assets * batch.minted // batch.assets
        for request in self.redemptions.values():
            if request.batch > settled:
                shares += request.shares
            elif request.shares:
                owed, still = self.settled_of(request)
                cash += owed - request.assets
                shares += still
        return cash, shares
