"""What the parameters only name must be on the chain, and what they say it is."""

from __future__ import annotations

from novation.chain.protocol import Chain, Reverted
from novation.deployment.system import ANY_SOURCE, ANY_TOKEN, ANY_UPTIME


class PlanError(Exception):
    """The plan cannot be carried out; the message is one sentence."""


def check_decimals(chain: Chain, what: str, address: str, expected: int, file: str) -> None:
    """@raises PlanError where a token or push feed is none, or has other decimals than the parameters' file says."""
    where = f"on chain {chain.chain_id}"
    if not chain.code(address):
        raise PlanError(f"There is no {what} at {address} {where}.")
    try:
        decimals = chain.at(ANY_TOKEN, address).call("decimals")
    except (Reverted, ValueError):
        raise PlanError(f"What is at {address} {where} does not say its decimals: it is no {what}.") from None
    if decimals != expected:
        raise PlanError(f"The {what} at {address} has {decimals} decimals, {file} says {expected}.")


def check_source(chain: Chain, name: str, address: str) -> None:
    """@raises PlanError where a market's source is none that can be asked for its price."""
    where = f"at {address} on chain {chain.chain_id}"
    if not chain.code(address):
        raise PlanError(f"There is no source of {name} {where}.")
    try:
        newest = chain.at(ANY_SOURCE, address).call("latest")
    except (Reverted, ValueError):
        raise PlanError(f"What is {where} is no source of prices.") from None
    if not newest[0]:
        raise PlanError(f"The source of {name} {where} has no price: it must be one that is asked, and have one.")


def check_uptime(chain: Chain, address: str) -> None:
    """@raises PlanError where the one who knows whether the sequencer is up is none."""
    where = f"at {address} on chain {chain.chain_id}"
    if not chain.code(address):
        raise PlanError(f"There is no sequencer uptime {where}.")
    try:
        chain.at(ANY_UPTIME, address).call("is_up")
    except (Reverted, ValueError):
        raise PlanError(f"What is {where} does not say whether the sequencer is up.") from None
