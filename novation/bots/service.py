"""A bot put together for a deployed system on a network, and its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from novation.bots.costs import Costs
from novation.bots.events import Events, Logs
from novation.bots.follow import POLL, follow, stopping
from novation.bots.keeper import Done, Keeper
from novation.bots.liquidator import Liquidator
from novation.bots.mirror import Mirror, addresses
from novation.bots.outlook import Outlook
from novation.bots.prices import PriceService, Published, prices_of, pull_markets
from novation.chain.ape import ApeChain
from novation.deployment.system import System

WAD = 10**18
ETHER = "ETH"  # the market whose price counts gas; without it gas is free


def keeper_of(
    system: System, mirror: Mirror, costs: Costs, sender: str, profit: int = 0, service: PriceService | None = None
) -> Keeper:
    """A keeper of all the system's markets. @param service Of pull feeds, see `prices_of`."""
    prices, window = prices_of(system, sender, service), system.parameters.orders.window
    return Keeper(system.chain, system.orders, system.oracle, prices, mirror, costs, sender, window, profit)


def liquidator_of(
    system: System, mirror: Mirror, costs: Costs, sender: str, profit: int = 0, service: PriceService | None = None
) -> Liquidator:
    """A liquidator. @param service Of pull feeds, see `prices_of`."""
    outlook, parts = outlook_of(system, mirror, sender, service), (system.lens, system.liquidation, system.oracle)
    return Liquidator(*parts, system.vault, outlook, mirror, costs, sender, profit)


def outlook_of(system: System, mirror: Mirror, sender: str, service: PriceService | None = None) -> Outlook:
    """What a liquidator judges by. @param service Of pull feeds, see `prices_of`."""
    prices = prices_of(system, sender, service)
    return Outlook(system.lens, system.oracle, system.liquidation, system.pool, prices, mirror, sender)


def mirror_of(system: System, events: Events) -> Mirror:
    """A mirror of the system that starts with these events."""
    return Mirror(addresses(system), events)


def costs_of(system: System, mirror: Mirror) -> Costs:
    """Gas in dollars at the price of the ether market, where there is one."""
    ether = [market.number for market in system.parameters.markets if market.name == ETHER]
    return Costs(system.chain, lambda: mirror.market(ether[0]).price if ether else 0)


def unserved(system: System, service: PriceService) -> list[str]:
    """The names of the markets whose prices have to be brought, and that the service does not have."""
    names = {market.number: market.name for market in system.parameters.markets}
    return [names[market] for market in pull_markets(system) if not service.serves(market)]


def serve(
    kind: str,
    chain: ApeChain,
    system: System,
    first_block: int,
    sender: str,
    profit: int,
    blocks: int | None,
    say: Callable[[str], None],
    poll: float = POLL,
    service: PriceService | None = None,
) -> None:
    """Runs a keeper or a liquidator until it is stopped, or for so many blocks.

    @param kind keeper or liquidator.
    @param profit Least gain of a deed, WAD USD.
    @param service Of pull feeds; None: only what others have brought is used.
    @raises ChainError where the network does not answer.
    """
    service = service or Published(system.feeds)
    mirror = mirror_of(system, Logs(chain, system.contracts, first_block))
    costs = costs_of(system, mirror)
    make = keeper_of if kind == "keeper" else liquidator_of
    bot = make(system, mirror, costs, sender, profit, service)
    earned: list[int] = []

    def tell(block: int, deeds: Sequence[Done]) -> None:
        for deed in deeds:
            earned.append(deed.earned)
            failed = f", the order failed with {deed.code}" if deed.code else ""
            say(f"block {block}: {deed.kind} {deed.account} market {deed.market}, {_usd(deed.earned)}{failed}")

    say(f"{kind} {sender} on chain {chain.chain_id}, from block {first_block}")
    if names := unserved(system, service):
        say(f"{', '.join(names)}: prices have to be brought and no service has them, so what others bring is used")
    with stopping() as stop:
        steps = follow(chain, bot.step, tell, stop, blocks, poll)
    refused = ", ".join(f"{number} {code}" for code, number in sorted(bot.refusals.items())) or "nothing"
    say(
        f"stopped after {steps} blocks: {len(earned)} deeds earned {_usd(sum(earned))}, gas cost {_usd(costs.spent)}, "
        f"not sent: {refused}"
    )


def _usd(value: int) -> str:
    return f"${value / WAD:,.2f}"
