"""Uniswap v3: factory, router, position manager, and a pool with liquidity and a history."""

from __future__ import annotations

import math
from dataclasses import dataclass

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract

FEE = 3000  # ppm
SPACING = 60  # ticks between places of liquidity at that fee
MAX_TICK = 887_272 // SPACING * SPACING
FOREVER = 2**64 - 1
UINT256 = 2**256 - 1


@dataclass(frozen=True)
class Uniswap:
    """The contracts of Uniswap v3 on a chain."""

    chain: Chain
    factory: Contract
    router: Contract
    positions: Contract

    def pool(self, one: Contract, other: Contract, price: float, owner: str, units: int, history: int) -> Contract:
        """A pool with liquidity over all prices.

        @param price Smallest units of the other token for one of the first.
        @param units Of the first token that the owner puts in; the other's share is what the price makes of it.
        @param history So many observations are kept.
        """
        tokens = sorted((one, other), key=lambda token: int(token.address, 16))
        ratio = price if tokens[0] is one else 1 / price
        root = math.isqrt(int(ratio * 2**128) << 64)
        addresses = [token.address for token in tokens]
        self.positions.transact("createAndInitializePoolIfNecessary", *addresses, FEE, root, sender=owner)
        pool = self.chain.at(
            ("UniswapV3Pool", *artifact("uniswap-core", "UniswapV3Pool")),
            self.factory.call("getPool", *addresses, FEE),
        )
        pool.transact("increaseObservationCardinalityNext", history, sender=owner)
        for token in tokens:
            for spender in (self.positions, self.router):
                token.transact("approve", spender.address, UINT256, sender=owner)
        amounts = [units if token is one else int(units * price) for token in tokens]
        place = (*addresses, FEE, -MAX_TICK, MAX_TICK, *amounts, 0, 0, owner, FOREVER)
        self.positions.transact("mint", place, sender=owner)
        return pool

    def swap(self, sold: Contract, bought: Contract, units: int, by: str) -> None:
        """Sells so many units."""
        order = (sold.address, bought.address, FEE, by, FOREVER, units, 0, 0)
        self.router.transact("exactInputSingle", order, sender=by)


def deploy_uniswap(chain: Chain, native: Contract, deployer: str) -> Uniswap:
    """@param native WETH. @raises ComponentUnavailable."""
    factory = chain.deploy(("UniswapV3Factory", *artifact("uniswap-core", "UniswapV3Factory")), sender=deployer)
    given = factory.address, native.address
    router = chain.deploy(("SwapRouter", *artifact("uniswap-periphery", "SwapRouter")), *given, sender=deployer)
    name = "NonfungiblePositionManager"
    positions = chain.deploy((name, *artifact("uniswap-periphery", name)), *given, ZERO_ADDRESS, sender=deployer)
    return Uniswap(chain, factory, router, positions)
