"""The loop: rounds, orders around them, the keeper, the liquidator, LPs, pokes, and the watch over it all.

A pull feed's round is brought by the bot that needs it, else by the cleaner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from novation.bots.keeper import Keeper
from novation.bots.liquidator import Liquidator
from novation.chain.protocol import Reverted
from novation.deployment.parts import bring
from novation.deployment.system import System
from novation.sim.crowd import Crowd
from novation.sim.history import Sample
from novation.sim.prices import ROUNDS, SCALE, Tick
from novation.sim.recorded import Recorded
from novation.sim.watch import Watch

WAD = 10**18
BPS = 10_000
EARLIER = 12  # seconds, beyond the delay, that orders are committed before a round
LATER = 15  # seconds after a round that others are
SPARE = 24  # transactions kept for liquidations
CLEANING = 4  # hours between two turns of realising losses and collecting fees
CAREFUL = 3  # losses realised a turn at most


@dataclass(frozen=True)
class LpAction:
    """What an LP does when a part (WAD) of the rounds is over: it deposits WAD USD, or redeems bps of its shares."""

    at: int
    lp: str
    deposit: int = 0
    redeem: int = 0


@dataclass
class Stage:
    """Everything a run needs; `paths` are rounds by market, `shift` is chain time less theirs."""

    system: System
    recorded: Recorded
    watch: Watch
    crowd: Crowd
    keeper: Keeper
    liquidator: Liquidator
    paths: Mapping[int, Sequence[Tick]]
    shift: int
    dice: Random
    limit: int  # of transactions, those of the setting up included
    cleaner: str  # who pokes, realises, collects and settles
    lps: Sequence[LpAction] = ()
    check: Callable[[], None] = lambda: None
    show: Callable[[int, Sample], None] = lambda number, sample: None
    samples: list[Sample] = field(default_factory=list)
    stopped_at: int | None = None  # the round before which the transactions ran out


def play(stage: Stage) -> None:
    """Runs every round; stops before the one that might not fit the transactions left."""
    rounds = len(next(iter(stage.paths.values())))
    actions = sorted(stage.lps, key=lambda action: action.at)
    credit = 0
    for number in range(rounds):
        left = stage.limit - stage.recorded.transactions
        prices = len(stage.paths) + len(stage.system.references)
        if left < prices + SPARE // 2:
            stage.stopped_at = number
            break
        # What is not needed for prices is shared by the rounds that remain; an order takes one transaction to commit
        # and, as they are executed together, less than one to execute.
        free = left - prices * (rounds - number) - SPARE
        credit = min(credit + max(0, free) * 100 // (2 * (rounds - number)), 800)
        time = stage.paths[0][number].time
        _in_force(stage, time)
        early = stage.dice.randint(0, credit // 100)
        credit -= 100 * _before(stage, time, early if number else 0)
        _publish(stage, number)
        stage.liquidator.step()
        stage.keeper.step()
        bring_rest(stage)
        credit -= 100 * _after(stage, time, credit // 100)
        if free > 0:
            while actions and actions[0].at * rounds <= number * WAD:
                _lp(stage, actions.pop(0))
            _settle(stage)
        if number % ROUNDS == 0:
            _hourly(stage, number // ROUNDS, free > rounds - number)
        stage.watch.refresh()
        stage.check()
        sample = stage.watch.sample()
        stage.samples.append(sample)
        stage.show(number, sample)


def _before(stage: Stage, time: int, most: int) -> int:
    """Orders whose first observation will be the round at `time`."""
    if most == 0:
        return 0
    wait(stage, time + stage.shift - stage.system.parameters.orders.delay - EARLIER)
    return stage.crowd.order(most)


def _publish(stage: Stage, number: int) -> None:
    """Every market's round, as near to its time as blocks let it; the reference's first."""
    for market, path in stage.paths.items():
        tick = path[number]
        wait(stage, tick.time + stage.shift)
        price = tick.price * WAD // SCALE
        publish(stage, market, price)
        stage.crowd.see(market, price)
        stage.watch.prices[market] = price
    stage.watch.now = stage.paths[0][number].time


def publish(stage: Stage, market: int, price: int) -> None:
    """The networks of a market publish a price (WAD); of a pull feed nobody has brought it yet."""
    system = stage.system
    for feeds in (system.references, system.feeds):
        if market in feeds:
            feeds[market].publish(price)


def bring_rest(stage: Stage) -> None:
    """The cleaner brings the prices of pull feeds that no bot had a use for."""
    system = stage.system
    for market, feed in system.feeds.items():
        if not feed.is_push and system.oracle.call("read", market)[3] < feed.told[-1][0]:
            bring(system.oracle, market, feed.update, stage.cleaner)


def _after(stage: Stage, time: int, most: int) -> int:
    """Orders that wait for the next round, or where that is too far away fill at the one in force.

    A network with a grid goes on publishing that, so they fill at once.
    """
    if most <= 0:
        return 0
    wait(stage, time + stage.shift + LATER)
    committed = stage.crowd.order(most)
    committed += stage.crowd.protect(min(1, most - committed))
    grid = max(feed.grid for feed in stage.system.feeds.values())
    if grid > 1:
        wait(stage, stage.system.chain.now + stage.system.parameters.orders.delay + grid)
        stage.keeper.step()
    return committed


def _in_force(stage: Stage, time: int) -> None:
    """Executes the orders whose window is over before the round at `time`: they have met no round."""
    window = stage.system.parameters.orders.window
    ends = [order.due + window for order in stage.watch.orders.values() if order.due]
    over = [end for end in ends if end + EARLIER < time + stage.shift]
    if over:
        wait(stage, max(over) + 1)
        stage.keeper.step()


def _hourly(stage: Stage, hour: int, generous: bool) -> None:
    """Upkeep: funding of quiet markets, losses into cash, fees to where they belong, orders that are of no use."""
    system, watch = stage.system, stage.watch
    if not generous:
        return
    stage.crowd.tidy()
    for number in stage.paths:
        if watch.market(number).accrued_at < system.chain.now - ROUNDS * 600:
            system.pool.attempt("poke", number, sender=stage.cleaner)
    if hour % CLEANING == CLEANING - 1:
        losses = sorted(
            (watch.pnl(account, market, watch.prices[market]), account, market) for account, market in watch.positions
        )
        for pnl, account, market in losses[:CAREFUL]:
            if pnl < 0 < watch.cash(account):
                system.vault.attempt("realise", account, market, sender=stage.cleaner)
        if watch.owed:
            system.vault.attempt("collect", 0, sender=stage.cleaner)


def _lp(stage: Stage, action: LpAction) -> None:
    """An LP's request; one that would revert is not sent."""
    shares = stage.system.shares
    shares.attempt("claim", action.lp, sender=action.lp)
    if action.deposit:
        args: tuple[object, ...] = ("request_deposit", action.lp, action.deposit)
    else:
        args = ("request_redeem", shares.call("balanceOf", action.lp) * action.redeem // BPS)
    try:
        shares.call(*args, sender=action.lp)  # type: ignore[arg-type]
    except Reverted:
        return
    shares.attempt(*args, sender=action.lp)  # type: ignore[arg-type]


def _settle(stage: Stage) -> None:
    """Settles the batch of LP requests whose epoch is over and hands out what it brought."""
    shares = stage.system.shares
    try:
        shares.call("settle", sender=stage.cleaner)
    except Reverted:
        return
    shares.attempt("settle", sender=stage.cleaner)


def wait(stage: Stage, time: int) -> None:
    """Moves the clock on to `time`, if it is not there yet."""
    chain = stage.system.chain
    if chain.now < time:
        chain.set_time(time)
