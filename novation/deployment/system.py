"""A deployed system: its contracts by what they are for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from novation.chain.protocol import Chain, Contract, Receipt
from novation.deployment import parts
from novation.deployment.settings import Parameters

WAD = 10**18
ANY_TOKEN = "MockToken"  # its ABI serves for every ERC-20
ANY_SOURCE = "ChainlinkSource"  # and this one for every IPriceSource
ANY_UPTIME = "SequencerUptime"  # for every ISequencerUptime
# name in the system -> contract
OURS = {
    "oracle": "OracleAdapter",
    "vault": "CollateralVault",
    "orders": "OrderModule",
    "liquidation": "LiquidationModule",
    "pool": "ClearingPool",
    "shares": "PoolShares",
    "lens": "Lens",
}


@dataclass(frozen=True)
class Record:
    """One deployed contract: its role (the manifest's key), its contract's name, its address, its arguments."""

    role: str
    contract: str
    address: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class System:
    """A deployed system. `feeds`, `references` and `fallbacks` are those that were deployed with it, by market number;
    `sources` the addresses of all markets' price sources."""

    chain: Chain
    parameters: Parameters
    deployer: str
    treasury: str
    token: Contract
    oracle: Contract
    vault: Contract
    orders: Contract
    liquidation: Contract
    pool: Contract
    shares: Contract
    lens: Contract
    feeds: dict[int, parts.Publisher] = field(default_factory=dict)
    references: dict[int, parts.Publisher] = field(default_factory=dict)
    fallbacks: dict[int, parts.Publisher] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    pending_owner: str = ""

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """All of ours, for who follows events."""
        return (self.oracle, self.vault, self.orders, self.liquidation, self.pool, self.shares, self.lens)

    def units(self, usd: int) -> int:
        """Token units of WAD USD, rounded up."""
        return -(-usd * int(10**self.parameters.token.decimals) // WAD)

    def mint(self, to: str, usd: int) -> None:
        """Makes tokens of a token that was deployed here. @raises Reverted for any other."""
        parts.mint(self.token, to, self.units(usd), self.deployer)

    def deposit(self, payer: str, account: str, usd: int) -> None:
        """Pays tokens that `payer` holds into an account. @raises Reverted."""
        self.token.transact("approve", self.vault.address, self.units(usd), sender=payer)
        self.vault.transact("deposit", account, self.units(usd), sender=payer)

    def publish(self, market: int, price: int) -> Receipt:
        """The network of a market's feed publishes a price (WAD USD) now; of a pull feed the deployer brings it.

        @raises Reverted, and ValueError as the feed's `publish`.
        """
        receipt = self.feeds[market].publish(price)
        return receipt or parts.bring(self.oracle, market, self.feeds[market].update, self.deployer)

    def rewind(self) -> None:
        """The networks forget what they published later than now: after the chain went back."""
        for feed in (*self.feeds.values(), *self.references.values(), *self.fallbacks.values()):
            feed.rewind()
