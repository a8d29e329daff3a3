"""What the parameters only name must be on the chain, and what they say it is."""

from __future__ import annotations

from novation.chain.protocol import Chain, Contract, Reverted
from novation.deployment.system import ANY_SOURCE, ANY_TOKEN, ANY_UPTIME

# Codes of a pull source for what it is brought (`IPriceSource.prove`); a push source says PUSH.
REFUSALS = ("FORMAT", "SIGNED", "ORIGIN", "FEED", "VALUE", "FUTURE", "EXPIRED", "GRID", "FEE", "GAS")


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


def check_source(chain: Chain, what: str, address: str, is_push: bool = True) -> None:
    """A push source must have a price; a pull source has none, and wants an update where it is brought nothing.

    @param what Such as "ETH's reference".
    @raises PlanError where it is none of its kind.
    """
    where = f"at {address} on chain {chain.chain_id}"
    if not chain.code(address):
        raise PlanError(f"There is no contract {where}: it cannot be {what}.")
    source = chain.at(ANY_SOURCE, address)
    try:
        has_price = bool(source.call("latest")[0])
    except (Reverted, ValueError):
        raise PlanError(f"What is {where} is no source of prices: it cannot be {what}.") from None
    if is_push and not has_price:
        raise PlanError(f"{what} {where} has no price: it must be one that is asked, and have one.")
    if not is_push and (has_price or not _takes_updates(source)):
        raise PlanError(f"{what} {where} takes no updates: it must be one that prices are brought to.")


def _takes_updates(source: Contract) -> bool:
    """Whether it refuses no bytes at all as a pull source does."""
    try:
        source.call("prove", b"")
    except Reverted as error:
        return error.code in REFUSALS
    return False


def check_uptime(chain: Chain, address: str) -> None:
    """@raises PlanError where the one who knows whether the sequencer is up is none."""
    where = f"at {address} on chain {chain.chain_id}"
    if not chain.code(address):
        raise PlanError(f"There is no sequencer uptime {where}.")
    try:
        chain.at(ANY_UPTIME, address).call("is_up")
    except (Reverted, ValueError):
        raise PlanError(f"What is {where} does not say whether the sequencer is up.") from None
