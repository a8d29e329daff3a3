"""What surrounds the clearing house where a network has none: a settlement token and feeds, mocks or real.

The real code comes from npm (`novation.upstream`). Tokens are used through `mint`, feeds through `Publisher.publish`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.protocol import Chain, Contract, Receipt
from novation.deployment.networks import GRID, Networks, Sign
from novation.deployment.settings import Feed, Token
from novation.upstream.chainlink import aggregator_arguments, deploy_push_feed
from novation.upstream.usdc import deploy_usdc

# A contract and what it was made with.
Part = tuple[Contract, tuple[Any, ...]]


@dataclass(frozen=True)
class Publisher:
    """A source of prices that was deployed here, and the network behind it.

    A push source has `tell`, which publishes a price on the chain. A pull source has `sign`; what its network published
    is kept here, and brought by whoever needs it. It serves bots as the service that a network's updates are asked of.
    """

    kind: str
    chain: Chain
    source: Contract
    parts: tuple[Part, ...] = ()  # the source first
    tell: Callable[[int], Receipt] | None = None
    sign: Sign | None = None
    grid: int = 1  # seconds between the times that a pull source's network publishes at
    told: list[tuple[int, int]] = field(default_factory=list)  # time, price (WAD) of a pull source's network

    @property
    def is_push(self) -> bool:
        """Whether the source is asked."""
        return self.tell is not None

    def next_time(self, time: int) -> int:
        """The first time at or after one that the network can publish at."""
        return -(-time // self.grid) * self.grid

    def publish(self, price: int) -> Receipt | None:
        """The network publishes a price in WAD USD: now, or at the newest time of its grid.

        @return A push source's transaction.
        @raises Reverted, and ValueError where a pull source's network has told a price of that time or later already.
        """
        if self.tell is not None:
            return self.tell(price)
        at = self.chain.now // self.grid * self.grid
        if self.told and at <= self.told[-1][0]:
            raise ValueError(f"there is a price of {at} or later already")
        self.told.append((at, price))
        return None

    @property
    def updated_at(self) -> int:
        """When a pull source's newest price was published (Unix seconds); 0 before the first, and of a push source."""
        if not self.told:
            return 0
        return self.told[-1][0] if self.grid == 1 else self.chain.now // self.grid * self.grid

    @property
    def update(self) -> bytes:
        """The newest signed update of a pull source; empty before the first, and of a push source."""
        return self.update_at(self.updated_at)

    def update_at(self, time: int) -> bytes:
        """The first update that was published at or after a time; empty where there is none."""
        if self.sign is None or not self.told or time > self.updated_at:
            return b""
        first = self.told[0][0]
        if self.grid > 1:  # such a network publishes the price in force at each of its times
            at = max(first, self.next_time(time))
            return self.sign(self.told[bisect_right(self.told, at, key=_time) - 1][1], at, at - self.grid)
        index = bisect_left(self.told, time, key=_time)
        at, price = self.told[index]
        return self.sign(price, at, self.told[index - 1][0] if index else at - 1)

    def reference(self) -> int:
        """The id of a push source's newest observation; 0 of a pull source."""
        return int(self.source.call("latest")[0]) if self.is_push else 0

    def rewind(self) -> None:
        """Forgets what was published later than now: after the chain went back."""
        while self.told and self.told[-1][0] > self.chain.now:
            self.told.pop()


def deploy_token(chain: Chain, settings: Token, deployer: str) -> list[Part]:
    """The contracts of a token, the one to use last. @raises ComponentUnavailable without npm's package."""
    arguments = (settings.name, settings.symbol, settings.decimals)
    if settings.source == "mock":
        return [(chain.deploy("MockToken", *arguments, sender=deployer), arguments)]
    made = deploy_usdc(chain, *arguments, deployer)
    return [(made.checker, ()), (made.logic, ()), (made.token, (made.logic.address,))]


def mint(token: Contract, to: str, units: int, minter: str) -> Receipt:
    """Makes units of a token that was deployed here; `minter` is its deployer. @raises Reverted."""
    return token.transact("mint", to, units, sender=minter)


def bring(oracle: Contract, market: int, update: bytes, sender: str) -> Receipt:
    """Brings a pull feed's update to the adapter, with its fee. @raises Reverted."""
    fee = int(oracle.call("fee", market, update))
    return oracle.transact("update", market, update, sender=sender, value=fee)


def deploy_feed(chain: Chain, settings: Feed, name: str, deployer: str, networks: Networks | None = None) -> Publisher:
    """A feed of one of the kinds, with its first price published (of a pull source not brought).

    @param networks Those that the chain has already; None: they are deployed for this feed.
    @raises ComponentUnavailable without npm's packages.
    """
    if settings.source == "mock":
        source = chain.deploy("MockSource", True, sender=deployer)
        feed = mock_feed(chain, source, deployer, ((source, (True,)),))
        feed.publish(settings.price)
    elif settings.source == "chainlink":
        arguments = (name, settings.decimals, settings.band_low, settings.band_high)
        push = deploy_push_feed(chain, *arguments, deployer)
        push.push(settings.price)  # its source wants a round
        source = chain.deploy("ChainlinkSource", push.proxy.address, sender=deployer)
        behind = (push.aggregator, aggregator_arguments(*arguments))
        made = ((source, (push.proxy.address,)), (push.proxy, (push.aggregator.address, ZERO_ADDRESS)), behind)
        feed = Publisher("chainlink", chain, source, made, tell=push.push)
    else:
        networks = networks or Networks(chain, deployer)
        source, given = networks.deploy_source(settings.source, name)
        feed = pull_feed(networks, settings.source, source, name, ((source, given),))
        feed.publish(settings.price)
    return feed


def mock_feed(chain: Chain, source: Contract, deployer: str, made: tuple[Part, ...] = ()) -> Publisher:
    """A push source that does as its deployer says."""

    def tell(price: int) -> Receipt:
        return source.transact("push", price, sender=deployer)

    return Publisher("mock", chain, source, made, tell=tell)


def pull_feed(networks: Networks, kind: str, source: Contract, name: str, made: tuple[Part, ...] = ()) -> Publisher:
    """A pull source on a network of ours. @raises ComponentUnavailable."""
    grid = GRID if kind == "redstone" else 1
    return Publisher(kind, networks.chain, source, made, sign=networks.signer(kind, name), grid=grid)


def _time(told: tuple[int, int]) -> int:
    return told[0]
