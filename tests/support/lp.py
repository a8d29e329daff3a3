"""PoolShares on a real vault, over a pool whose books a test writes."""

from __future__ import annotations

from dataclasses import dataclass

from novation.chain.protocol import Contract, Receipt
from novation.chain.revm import RevmChain

WAD = 10**18
EPOCH = 3_600
UTILISATION = 8_000
LOCKED = 1_000 * WAD
LP_DEPOSIT = 4  # ICollateralVault.Action
CASH_BITS = 152
BIG = 10**12 * WAD


@dataclass
class Rig:
    """Contracts and actors; `owner` deployed everything, `funder` pays into accounts."""

    chain: RevmChain
    token: Contract
    vault: Contract
    pool: Contract
    shares: Contract
    owner: str
    guardian: str
    lp: str
    other_lp: str
    attacker: str
    anyone: str

    def fund(self, account: str, usd: int) -> None:
        """WAD USD into an account (the token has 18 decimals)."""
        self.vault.transact("deposit", account, usd, sender=self.owner)

    def cash(self, account: str) -> int:
        """WAD USD."""
        word = int(self.vault.call("account_word", account))
        return (word - (1 << 256) if word >> 255 else word) >> CASH_BITS

    def balance(self, holder: str) -> int:
        """Shares."""
        return int(self.shares.call("balanceOf", holder))

    def supply(self) -> int:
        """Shares."""
        return int(self.shares.call("totalSupply"))

    def books(self, low: int = 0, high: int | None = None, owed: int = 0, reserve: int = 0) -> None:
        """The pool's liability (cheaper, dearer side), fees owed and reserve, WAD USD."""
        self.pool.transact("set_books", low, low if high is None else high, owed, reserve, sender=self.owner)

    def nav(self, usd: int) -> None:
        """Sets the liability so that NAV is `usd` on both sides."""
        self.books(self.cash(self.pool.address) - usd)

    def bootstrap(self) -> None:
        """By the owner, out of new money."""
        self.fund(self.owner, LOCKED)
        self.shares.transact("bootstrap", self.owner, sender=self.owner)

    def deposit(self, lp: str, usd: int) -> Receipt:
        """Funds and requests."""
        self.fund(lp, usd)
        return self.shares.transact("request_deposit", lp, usd, sender=lp)

    def redeem(self, lp: str, shares: int) -> Receipt:
        """Requests."""
        return self.shares.transact("request_redeem", shares, sender=lp)

    def end_epoch(self) -> None:
        """To the end of the oldest unsettled batch, or of the present epoch."""
        closes_at = self.shares.call("batches")[2] or (self.chain.now // EPOCH + 1) * EPOCH
        self.chain.set_time(max(closes_at, self.chain.now))

    def settle(self) -> Receipt:
        """Ends the epoch first."""
        self.end_epoch()
        return self.shares.transact("settle", sender=self.anyone)

    def claim(self, holder: str) -> tuple[int, int]:
        """@return shares, assets."""
        receipt = self.shares.transact("claim", holder, sender=self.anyone)
        shares, assets = self.shares.returned("claim", receipt)
        return int(shares), int(assets)

    def provide(self, lp: str, usd: int) -> int:
        """Deposits, settles and claims. @return shares."""
        self.deposit(lp, usd)
        self.settle()
        return self.claim(lp)[0]

    def pause(self) -> None:
        """LP deposits."""
        self.vault.transact("pause", LP_DEPOSIT, sender=self.guardian)

    def refusal(self, function: str, *args: object, sender: str) -> str | None:
        """The code that a transaction reverts with, None where it passes."""
        receipt = self.shares.attempt(function, *args, sender=sender)
        return None if receipt.ok else receipt.error


def build(chain: RevmChain, epoch: int = EPOCH, utilisation: int = UTILISATION) -> Rig:
    """Everything but `bootstrap`."""
    owner, guardian, lp, other_lp, attacker, anyone = (chain.account(number) for number in range(6))
    token = chain.deploy("MockToken", "Token", "TKN", 18, sender=owner)
    arguments = (token.address, owner, anyone, anyone, 5_000, owner, guardian)
    vault = chain.deploy("CollateralVault", *arguments, sender=owner)
    pool = chain.deploy("MockPool", sender=owner)
    shares = chain.deploy(
        "PoolShares", vault.address, pool.address, epoch, utilisation, "Pool Share", "SHARE", sender=owner
    )
    vault.transact("register_module", shares.address, sender=owner)
    vault.transact("register_pool", 0, pool.address, shares.address, 1, BIG, sender=owner)
    token.transact("mint", owner, BIG, sender=owner)
    token.transact("approve", vault.address, 2**256 - 1, sender=owner)
    chain.set_time((chain.now // epoch + 1) * epoch + 100)
    return Rig(chain, token, vault, pool, shares, owner, guardian, lp, other_lp, attacker, anyone)
