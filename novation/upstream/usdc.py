"""Circle's FiatTokenV2_2 behind its proxy."""

from __future__ import annotations

from typing import NamedTuple

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract, Deployable

NOBODY = "0x000000000000000000000000000000000000dEaD"  # who upgrades the proxy
UINT256 = 2**256 - 1


class Usdc(NamedTuple):
    """`token` is the proxy with the logic's interface."""

    checker: Contract
    logic: Contract
    token: Contract


def deploy_usdc(chain: Chain, name: str, symbol: str, decimals: int, deployer: str) -> Usdc:
    """The deployer may mint without a limit, and holds every role. @raises ComponentUnavailable."""
    checker = chain.deploy(("SignatureChecker", *artifact("usdc", "SignatureChecker")), sender=deployer)
    code = code_of(checker.address)
    logic = chain.deploy(code, sender=deployer)
    proxy = chain.deploy(("FiatTokenProxy", *artifact("usdc", "FiatTokenProxy")), logic.address, sender=deployer)
    proxy.transact("changeAdmin", NOBODY, sender=deployer)  # the admin itself cannot use the token
    token = chain.at(code, proxy.address)
    roles = [deployer] * 4  # master minter, pauser, blacklister, owner
    token.transact("initialize", name, symbol, "USD", decimals, *roles, sender=deployer)
    token.transact("initializeV2", name, sender=deployer)
    token.transact("initializeV2_1", NOBODY, sender=deployer)
    token.transact("initializeV2_2", [], symbol, sender=deployer)
    token.transact("configureMinter", deployer, UINT256, sender=deployer)
    return Usdc(checker, logic, token)


def code_of(checker: str = ZERO_ADDRESS) -> Deployable:
    """The token's logic, linked with a signature checker. @raises ComponentUnavailable."""
    return ("FiatTokenV2_2", *artifact("usdc", "FiatTokenV2_2", {"SignatureChecker": checker}))
