"""A whole run: deploy, seed, play, and the history of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from novation.bots.mirror import addresses, market_of
from novation.bots.service import costs_of, keeper_of, liquidator_of
from novation.chain.compiler import compile_all
from novation.chain.protocol import Chain
from novation.deployment.plan import deploy
from novation.deployment.settings import Parameters
from novation.deployment.system import OURS, System
from novation.sim.audit import Audit
from novation.sim.checks import Checks
from novation.sim.crowd import Crowd, Trader, cast
from novation.sim.describe import describe
from novation.sim.finale import budget, leave
from novation.sim.history import History, Liquidation, Sample
from novation.sim.market import LpAction, Stage, play
from novation.sim.prices import HOUR
from novation.sim.recorded import Recorded
from novation.sim.scenario import Scenario
from novation.sim.seed import LP_DEPOSITS, People, people, seed
from novation.sim.watch import Watch

WAD = 10**18
LIMIT = 700  # transactions, all of them but the references' rounds
MOCKS = ("MockToken", "MockSource")
SOURCES = ("ChainlinkSource", "PythSource", "RedStoneSource", "DataStreamsSource")
CHECK_EVERY = 4  # rounds between two checks of the invariants

Tell = Callable[[str], None]
Show = Callable[[int, Sample, int, list[Liquidation]], None]


def begin(network: str, scenario: Scenario, parameters: Parameters, components: str, notes: list[str]) -> History:
    """The history before anything has happened."""
    return History(
        source=scenario.source,
        network=network,
        begin=scenario.begin,
        hours=scenario.hours,
        names={market.number: market.name for market in parameters.markets},
        traders={trader.name: trader.habit.name for trader in _traders(scenario)},
        parameters=describe(parameters),
        components=components,
        notes=notes,
    )


def limit_of(parameters: Parameters, scenario: Scenario) -> int:
    """Transactions that a run may take."""
    return LIMIT + scenario.rounds * sum(market.feed.reference != "" for market in parameters.markets)


def run(
    chain: Chain, parameters: Parameters, scenario: Scenario, history: History, dice_seed: int, tell: Tell, show: Show
) -> None:
    """Fills the history.

    @param tell Told what is being set up.
    @param show Told of every round: its number, the sample, transactions so far, liquidations so far.
    @raises ChainError, Reverted, PlanError where the network does not let it be set up.
    """
    started = time.monotonic()
    tell("compiling the contracts: half a minute, once")
    compile_all([*OURS.values(), *MOCKS, *SOURCES])
    recorded = Recorded(chain)
    system = deploy(recorded.chain, parameters, chain.account(0), lambda what: tell(f"deploying {what}"))
    everybody = people(recorded.chain, _traders(scenario))
    tell("seeding LPs and traders")
    seed(system, everybody)
    stage, checks = _stage(recorded, system, everybody, scenario, dice_seed, history, show)
    play(stage)
    tell("everybody leaves")
    leave(stage, everybody, checks)
    checks.run()
    history.samples = stage.samples
    history.liquidations = stage.watch.liquidations
    history.totals = stage.watch.totals
    history.checks = checks.results()
    history.transactions = recorded.transactions
    history.seconds = time.monotonic() - started
    if stage.stopped_at is not None:
        limit = limit_of(parameters, scenario)
        history.notes.append(
            f"The run ended after {stage.stopped_at} of {scenario.rounds} rounds: {limit} transactions were used."
        )


def _stage(
    recorded: Recorded,
    system: System,
    everybody: People,
    scenario: Scenario,
    dice_seed: int,
    history: History,
    show: Show,
) -> tuple[Stage, Checks]:
    """Everybody in place, an hour's beginning on the chain for the first round."""
    chain, dice = recorded.chain, Random(f"novation {dice_seed}")
    watch = Watch(
        at=addresses(system),
        source=recorded.tape.reader(),
        audit=Audit(system.parameters),
        names={account: trader.name for account, trader in everybody.traders.items()},
    )
    watch.refresh()
    for number in scenario.paths:  # no event tells how a market begins
        _, _, interest, rates, mark = system.pool.call("market_words", number)
        watch.markets.setdefault(number, market_of(interest, rates, mark))
    costs = [costs_of(system, watch) for _ in range(2)]
    keeper = keeper_of(system, watch, costs[0], everybody.keeper)
    liquidator = liquidator_of(system, watch, costs[1], everybody.liquidator)
    checks = Checks(system, watch, [everybody.keeper])
    stage = Stage(
        system=system,
        recorded=recorded,
        watch=watch,
        crowd=Crowd(system, everybody.traders, watch, dice),
        keeper=keeper,
        liquidator=liquidator,
        paths=scenario.paths,
        shift=(chain.now // HOUR + 1) * HOUR - scenario.begin,
        dice=dice,
        limit=limit_of(system.parameters, scenario) - budget(everybody),
        cleaner=everybody.cleaner,
        lps=_lp_actions(everybody),
        check=checks.every(CHECK_EVERY),
    )
    stage.show = lambda number, sample: show(number, sample, recorded.transactions, watch.liquidations)
    return stage, checks


def _traders(scenario: Scenario) -> list[Trader]:
    return [trader for trader in cast() if trader.market in scenario.paths]


def _lp_actions(everybody: People) -> list[LpAction]:
    """One comes with more, one takes a fifth out, one leaves by half when it has seen the crash."""
    first, second, third = everybody.lps
    return [
        LpAction(WAD * 15 // 100, first, deposit=LP_DEPOSITS[0] // 4),
        LpAction(WAD * 35 // 100, second, redeem=2_000),
        LpAction(WAD * 70 // 100, third, redeem=5_000),
    ]
