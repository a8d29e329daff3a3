"""Fills a fresh system with people: an insurance fund, LPs who have their shares, traders with deposits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novation.chain.protocol import Chain, ChainError
from novation.deployment.system import System
from novation.sim.crowd import Trader

WAD = 10**18
INSURANCE = 150_000 * WAD
LP_DEPOSITS = (2_000_000 * WAD, 1_500_000 * WAD, 1_000_000 * WAD)
LP_SPARE = 2  # what an LP deposits for every part that it puts into the pool at once
KEEPER, LIQUIDATOR, CLEANER, FIRST_LP = 1, 2, 3, 4
FIRST_TRADER = 10


@dataclass(frozen=True)
class People:
    """Who is who, by address."""

    keeper: str
    liquidator: str
    cleaner: str
    lps: tuple[str, ...]
    traders: dict[str, Trader]


def people(chain: Chain, traders: Sequence[Trader]) -> People:
    """Accounts for everybody; the deployer is account 0. @raises ChainError where there are too few."""
    lps = tuple(chain.account(FIRST_LP + number) for number in range(len(LP_DEPOSITS)))
    accounts = [chain.account(FIRST_TRADER + number) for number in range(len(traders))]
    return People(
        keeper=chain.account(KEEPER),
        liquidator=chain.account(LIQUIDATOR),
        cleaner=chain.account(CLEANER),
        lps=lps,
        traders=dict(zip(accounts, traders, strict=True)),
    )


def seed(system: System, everybody: People) -> bool:
    """Makes the money, pays it into the accounts and brings LPs their shares. The deployer pays for all.

    @return whether the LPs have their shares; where time does not travel they wait for the epoch's end.
    @raises Reverted where the token's minter is not the deployer.
    """
    sums = {account: trader.deposit for account, trader in everybody.traders.items()}
    sums |= {lp: LP_SPARE * sum_in for lp, sum_in in zip(everybody.lps, LP_DEPOSITS, strict=True)}
    sums[system.vault.address] = INSURANCE
    bank = system.deployer
    system.mint(bank, sum(sums.values()))
    system.token.transact("approve", system.vault.address, system.units(sum(sums.values())), sender=bank)
    for account, usd in sums.items():
        system.vault.transact("deposit", account, system.units(usd), sender=bank)
    for lp, usd in zip(everybody.lps, LP_DEPOSITS, strict=True):
        system.shares.transact("request_deposit", lp, usd, sender=lp)
    epoch = system.parameters.shares.epoch_seconds
    chain = system.chain
    try:
        chain.set_time((chain.now // epoch + 1) * epoch + 1)
    except ChainError:
        return False
    system.shares.transact("settle", sender=everybody.cleaner)
    for lp in everybody.lps:
        system.shares.transact("claim", lp, sender=lp)
    return True
