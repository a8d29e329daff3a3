"""Systems on tokens of any decimals, and on one that misbehaves."""

from __future__ import annotations

from dataclasses import replace

from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.settings import Parameters
from tests.support.system import House, build

# Switches of HostileToken.
FEE, REFUSE, SILENT, REENTER, PAUSED, LIE, BONUS, REENTER_FIRST = (1 << bit for bit in range(8))


def with_decimals(decimals: int) -> Parameters:
    """The local parameters on a mock token of other decimals."""
    parameters = load("local")
    return replace(parameters, token=replace(parameters.token, decimals=decimals))


def build_hostile(decimals: int = 6) -> tuple[House, Contract]:
    """A system on HostileToken, which is well-behaved until a switch is set."""
    chain = RevmChain()
    deployer = chain.account(0)
    token = chain.deploy("HostileToken", decimals, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**decimals, sender=deployer)
    parameters = with_decimals(decimals)
    parameters = replace(parameters, token=replace(parameters.token, source=token.address))
    return build(parameters, chain), token
