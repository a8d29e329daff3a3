"""Chainlink's push feeds: an aggregator with one operator of ours behind its proxy."""

from __future__ import annotations

from dataclasses import dataclass

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract, Deployable, Receipt

WAD_DECIMALS = 18


@dataclass(frozen=True)
class PushFeed:
    """`proxy` is what is read, `aggregator` takes rounds of `operator`."""

    proxy: Contract
    aggregator: Contract
    decimals: int
    operator: str

    def push(self, price: int) -> Receipt:
        """A new round, published now, at a price in WAD USD (rounded down to the feed's decimals). @raises Reverted."""
        answer = price * 10**self.decimals // 10**WAD_DECIMALS
        number = int(self.aggregator.call("latestRound")) + 1
        return self.aggregator.transact("submit", number, answer, sender=self.operator)


def deploy_push_feed(chain: Chain, name: str, decimals: int, low: int, high: int, deployer: str) -> PushFeed:
    """A feed without a round yet. @param low, high WAD, what the aggregator takes. @raises ComponentUnavailable."""
    arguments = aggregator_arguments(name, decimals, low, high)
    aggregator = chain.deploy(code_of("FluxAggregator"), *arguments, sender=deployer)
    aggregator.transact("changeOracles", [], [deployer], [deployer], 1, 1, 0, sender=deployer)
    proxy = chain.deploy(code_of("EACAggregatorProxy"), aggregator.address, ZERO_ADDRESS, sender=deployer)
    return PushFeed(proxy, aggregator, decimals, deployer)


def aggregator_arguments(name: str, decimals: int, low: int, high: int) -> tuple[object, ...]:
    """What FluxAggregator is made with: no LINK, as rounds are not paid for, no timeout, no validator."""
    unit = 10 ** (WAD_DECIMALS - decimals)
    return ZERO_ADDRESS, 0, 0, ZERO_ADDRESS, low // unit, high // unit, decimals, f"{name} / USD"


def code_of(name: str) -> Deployable:
    """One of Chainlink's contracts. @raises ComponentUnavailable."""
    return (name, *artifact("chainlink", name))
