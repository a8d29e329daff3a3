"""A vault and pools whose modules are plain senders, so that a test can say what only a module may.

`pool` belongs to the vault, `direct` takes its orders from the sender `manager`; both know the same feeds. Money is WAD
USD where a name does not say whole dollars (`usd`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from novation.chain.abi import checksum
from novation.chain.protocol import Contract, Receipt
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.plan import feed_settings
from novation.deployment.settings import Market as Settings
from novation.deployment.settings import Parameters
from novation.model.market import Market, Position
from tests.support import stored
from tests.support.stored import Account, Book, Fill, Risk

WAD = 10**18
EMPTY = "0x" + "00" * 20
ETH, BTC = 0, 1
PRICE = {ETH: 4_000, BTC: 110_000}
WINDOW = 60
MARKETS = (1 << 16) - 1
CREDIT = 250_000
ROLES = (
    "owner",
    "guardian",
    "treasury",
    "order_module",
    "liquidation_module",
    "shares",
    "module",
    "manager",
    "trader",
    "other",
    "liquidator",
    "operator",
    "anyone",
)
FIELDS = (
    "skew_scale",
    "initial",
    "maintenance",
    "slope",
    "maker",
    "taker",
    "open_interest_cap",
    "position_cap",
    "reserve_factor",
    "penalty",
    "rate_max",
    "velocity",
)


@dataclass
class Bench:
    """Contracts, feeds by market, roles as attributes."""

    chain: RevmChain
    parameters: Parameters
    roles: dict[str, str]
    token: Contract
    oracle: Contract
    vault: Contract
    pool: Contract
    direct: Contract
    lens: Contract
    feeds: dict[int, Contract] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        roles: dict[str, str] = self.__dict__.get("roles", {})
        if name not in roles:
            raise AttributeError(name)
        return roles[name]

    @property
    def now(self) -> int:
        return self.chain.now

    def settings(self, market: int) -> Settings:
        """Markets beyond the second are like the first."""
        found = {one.number: one for one in self.parameters.markets}
        return found.get(market, found[ETH])

    def struct(self, market: int = ETH, **changes: int) -> tuple[int, ...]:
        """A market's config with some fields changed."""
        values = dict(zip(FIELDS, self.settings(market).struct(), strict=True))
        assert changes.keys() <= values.keys()
        return tuple((values | changes).values())

    # building

    def add_feed(self, market: int) -> None:
        """A feed whose source is asked, with its first price."""
        source = self.chain.deploy("MockSource", True, sender=self.owner)
        self.feeds[market] = source
        self.push(market, PRICE.get(market, PRICE[ETH]))
        settings = feed_settings(self.settings(market).feed, source.address)
        self.oracle.transact("set_feed", market, settings, sender=self.owner)

    def set_market(self, market: int = ETH, pool: Contract | None = None, **changes: int) -> Receipt:
        """By the owner; may revert."""
        return (pool or self.pool).attempt("set_market", market, self.struct(market, **changes), sender=self.owner)

    def new_pool(self, vault: str, **changes: int) -> Contract:
        """A pool of these parameters without markets."""
        p = self.parameters.pool
        values = {
            "min_notional": p.min_notional,
            "min_penalty": p.min_penalty,
            "buffer": p.buffer_bps,
            "protocol_share": p.protocol_share_bps,
            "utilisation": p.utilisation_bps,
            "ramp": p.ramp_seconds,
        }
        assert changes.keys() <= values.keys()
        arguments = (values | changes).values()
        return self.chain.deploy(
            "ClearingPool", vault, self.oracle.address, *arguments, self.owner, self.guardian, sender=self.owner
        )

    def second_pool(self, market: int = 16, shares: str = "", credit: int = 0) -> Contract:
        """A registered one of a million dollars with one market (`credit` in WAD)."""
        pool = self.new_pool(self.vault.address)
        self.add_feed(market)
        assert self.set_market(market, pool).ok
        arguments = (1, pool.address, shares or self.anyone, 1 << market, credit)
        self.vault.transact("register_pool", *arguments, sender=self.owner)
        self.fund(pool.address, 1_000_000)
        return pool

    # money

    def sub_account(self, number: int, owner: str = "") -> str:
        """Of the trader, or of `owner`."""
        return checksum(bytes.fromhex((owner or self.trader)[2:40]) + bytes([number]))

    def fund(self, account: str, usd: int) -> None:
        """Whole dollars out of nothing."""
        self.token.transact("mint", self.owner, usd * 10**6, sender=self.owner)
        self.vault.transact("deposit", account, usd * 10**6, sender=self.owner)

    def account(self, address: str) -> Account:
        return stored.account(self.vault, address)

    def cash(self, address: str) -> int:
        return self.account(address).cash

    def position(self, address: str, market: int = ETH) -> Position:
        return stored.position(self.pool, address, market)

    def market(self, market: int = ETH) -> Market:
        return stored.market(self.pool, market)

    def book(self) -> Book:
        return stored.book(self.pool)

    def health(self, address: str) -> stored.Health:
        return stored.Health(*self.lens.call("health", address))

    # prices

    def push(self, market: int, usd: int | float) -> int:
        """A price a second later, in dollars and cents. @return its id."""
        self.chain.warp(1)
        source = self.feeds[market]
        mid = round(usd * 100) * WAD // 100
        return int(source.returned("push", source.transact("push", mid, sender=self.owner)))

    def read(self, market: int = ETH) -> tuple[int, ...]:
        return tuple(self.oracle.call("read", market))

    def quote(self, market: int = ETH, usd: int | float | None = None) -> tuple[int, int, int]:
        """A new price. @return due, window and reference of a fill at it."""
        reference = self.push(market, self.read(market)[1] / WAD if usd is None else usd)
        return self.now, WINDOW, reference

    def halt(self, market: int = ETH) -> None:
        """Lets the feed grow stale; the others get a new price."""
        prices = {number: self.read(number)[1] / WAD for number in self.feeds}
        self.chain.warp(self.settings(market).feed.close_age + 1)
        for number, usd in prices.items():
            if number != market:
                self.push(number, usd)

    def reduce_only(self, market: int = ETH) -> None:
        self.oracle.transact("set_status", market, 2, sender=self.owner)

    # the vault's operations, by the modules

    def trade(
        self, account: str, delta: int, market: int = ETH, usd: int | float | None = None, **options: Any
    ) -> Receipt:
        """Fills at a new price; may revert."""
        acceptable, reduce_only = options.get("acceptable", 0), options.get("reduce_only", False)
        quote = options.get("quote") or self.quote(market, usd)
        return self.vault.attempt(
            "trade", account, market, delta, *quote, acceptable, reduce_only, sender=self.order_module
        )

    def open(self, account: str, delta: int, market: int = ETH, usd: int | float | None = None) -> Receipt:
        """As `trade`, and it must pass."""
        receipt = self.trade(account, delta, market, usd)
        assert receipt.ok, receipt.error
        return receipt

    def liquidate(self, account: str, market: int = ETH, liquidator: str = "", **options: int) -> Receipt:
        """By the liquidation module; may revert."""
        terms = {"floor": 2_000, "ceiling": 8_000, "ramp": 300, "minimum": WAD} | options
        return self.vault.attempt(
            "liquidate", account, market, liquidator or self.liquidator, *terms.values(), sender=self.liquidation_module
        )

    # the pool's own operations, by the manager

    def fill(
        self, account: str, delta: int, market: int = ETH, usd: int | float | None = None, **options: Any
    ) -> Receipt:
        """On `direct`; may revert."""
        values = {"acceptable": 0, "reduce_only": False, "markets": 0, "cash": 10**7 * WAD, "may_open": True} | options
        return self.direct.attempt(
            "fill", account, market, delta, *self.quote(market, usd), *values.values(), sender=self.manager
        )

    def filled(
        self, account: str, delta: int, market: int = ETH, usd: int | float | None = None, **options: Any
    ) -> tuple[Fill, Risk]:
        """As `fill`, and it must pass."""
        receipt = self.fill(account, delta, market, usd, **options)
        assert receipt.ok, receipt.error
        fill, risk = self.direct.returned("fill", receipt)
        return Fill(*fill), Risk(*risk)


def build(chain: RevmChain | None = None, token: str = "MockToken") -> Bench:
    """Two listed markets on a token of six decimals; 5,000,000 USD in the pool, 100,000 USD with trader and other."""
    chain = chain or RevmChain()
    roles = {role: chain.account(number) for number, role in enumerate(ROLES)}
    owner, guardian = roles["owner"], roles["guardian"]
    arguments = ("USD Coin", "USDC", 6) if token == "MockToken" else (6,)
    money = chain.deploy(token, *arguments, sender=owner)
    oracle = chain.deploy("OracleAdapter", owner, guardian, EMPTY, sender=owner)
    modules = (roles["treasury"], roles["order_module"], roles["liquidation_module"])
    vault = chain.deploy("CollateralVault", money.address, *modules, 5_000, owner, guardian, sender=owner)
    lens = chain.deploy("Lens", vault.address, sender=owner)
    bench = Bench(chain, load("local"), roles, money, oracle, vault, vault, vault, lens)
    bench.pool = bench.new_pool(vault.address)
    bench.direct = bench.new_pool(roles["manager"])
    for market in (ETH, BTC):
        bench.add_feed(market)
        for pool in (bench.pool, bench.direct):
            receipt = bench.set_market(market, pool)
            assert receipt.ok, receipt.error
    for module in ("order_module", "shares", "module"):
        vault.transact("register_module", roles[module], sender=owner)
    vault.transact("register_pool", 0, bench.pool.address, roles["shares"], MARKETS, CREDIT * WAD, sender=owner)
    money.transact("approve", vault.address, 2**256 - 1, sender=owner)
    money.transact("mint", owner, 10**6 * 10**6, sender=owner)
    bench.fund(bench.pool.address, 5_000_000)
    for role in ("trader", "other"):
        bench.fund(roles[role], 100_000)
    return bench
