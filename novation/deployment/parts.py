"""What surrounds the clearing house where a network has none: a settlement token and push feeds, mocks or real.

The real code comes from npm (`components`): Circle's FiatTokenV2_2 behind its proxy, Chainlink's FluxAggregator behind
EACAggregatorProxy. Both kinds are used through `mint` and `Feed.push`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract, Receipt
from novation.deployment.settings import Feed as FeedSettings
from novation.deployment.settings import Token

NOBODY = "0x000000000000000000000000000000000000dEaD"  # who upgrades Circle's proxy
EMPTY = "0x0000000000000000000000000000000000000000"
UINT256 = 2**256 - 1
WAD_DECIMALS = 18


# A contract and what it was made with.
Part = tuple[Contract, tuple[Any, ...]]


@dataclass(frozen=True)
class Feed:
    """A push feed that was deployed here. `proxy` is what the adapter reads, `writer` takes rounds."""

    proxy: Contract
    writer: Contract
    decimals: int
    oracle: str  # who may submit rounds to Chainlink's aggregator
    parts: tuple[Part, ...]  # the proxy first

    def push(self, price: int) -> Receipt:
        """A new round, published now, at a price in WAD USD (rounded down to the feed's decimals). @raises Reverted."""
        answer = price * 10**self.decimals // 10**WAD_DECIMALS
        if self.writer is self.proxy:
            return self.writer.transact("push", answer, sender=self.oracle)
        number = int(self.writer.call("latestRound")) + 1
        return self.writer.transact("submit", number, answer, sender=self.oracle)


def deploy_token(chain: Chain, settings: Token, deployer: str) -> list[Part]:
    """The contracts of a token, the one to use last. @raises ComponentUnavailable without npm's package."""
    if settings.source == "mock":
        arguments = (settings.name, settings.symbol, settings.decimals)
        return [(chain.deploy("MockToken", *arguments, sender=deployer), arguments)]
    checker = chain.deploy(("SignatureChecker", *artifact("usdc", "SignatureChecker")), sender=deployer)
    abi, code = artifact("usdc", "FiatTokenV2_2", {"SignatureChecker": checker.address})
    logic = chain.deploy(("FiatTokenV2_2", abi, code), sender=deployer)
    proxy = chain.deploy(("FiatTokenProxy", *artifact("usdc", "FiatTokenProxy")), logic.address, sender=deployer)
    proxy.transact("changeAdmin", NOBODY, sender=deployer)  # the admin itself cannot use the token
    token = chain.at(("FiatTokenV2_2", abi, code), proxy.address)
    roles = [deployer] * 4  # master minter, pauser, blacklister, owner
    token.transact("initialize", settings.name, settings.symbol, "USD", settings.decimals, *roles, sender=deployer)
    token.transact("initializeV2", settings.name, sender=deployer)
    token.transact("initializeV2_1", NOBODY, sender=deployer)
    token.transact("initializeV2_2", [], settings.symbol, sender=deployer)
    token.transact("configureMinter", deployer, UINT256, sender=deployer)
    return [(checker, ()), (logic, ()), (token, (logic.address,))]


def mint(token: Contract, to: str, units: int, minter: str) -> Receipt:
    """Makes units of a token that was deployed here; `minter` is its deployer. @raises Reverted."""
    return token.transact("mint", to, units, sender=minter)


def deploy_feed(chain: Chain, settings: FeedSettings, name: str, deployer: str) -> Feed:
    """A feed with its first round. @raises ComponentUnavailable without npm's package."""
    if settings.source == "mock":
        proxy = chain.deploy("MockAggregatorProxy", settings.decimals, sender=deployer)
        feed = Feed(proxy, proxy, settings.decimals, deployer, ((proxy, (settings.decimals,)),))
    else:
        unit = 10 ** (WAD_DECIMALS - settings.decimals)
        arguments = (
            EMPTY,  # LINK: rounds are not paid for
            0,
            0,  # no timeout
            EMPTY,
            settings.band_low // unit,  # the aggregator's own limits are within the adapter's band
            settings.band_high // unit,
            settings.decimals,
            f"{name} / USD",
        )
        code = ("FluxAggregator", *artifact("chainlink", "FluxAggregator"))
        aggregator = chain.deploy(code, *arguments, sender=deployer)
        aggregator.transact("changeOracles", [], [deployer], [deployer], 1, 1, 0, sender=deployer)
        code = ("EACAggregatorProxy", *artifact("chainlink", "EACAggregatorProxy"))
        behind = (aggregator.address, EMPTY)
        proxy = chain.deploy(code, *behind, sender=deployer)
        made = ((proxy, behind), (aggregator, arguments))
        feed = Feed(proxy, aggregator, settings.decimals, deployer, made)
    feed.push(settings.price)
    return feed
