"""How a run ends: the guardian pauses everything that can be paused, and everybody leaves."""

from __future__ import annotations

from collections.abc import Sequence

from novation.bots.mirror import Order
from novation.chain.protocol import Reverted
from novation.sim.checks import Checks
from novation.sim.market import EARLIER, Stage, bring_rest, publish, wait
from novation.sim.seed import People

WAD = 10**18
EVERYTHING = 1 | 2 | 4  # ICollateralVault.Action
EXITS = 25  # the invariant
SLOT = 2


def budget(everybody: People) -> int:
    """Transactions at most: two commits, an execution, a cancel and an exit for each trader, four for each LP."""
    return 5 * len(everybody.traders) + 4 * len(everybody.lps) + 16


def leave(stage: Stage, everybody: People, checks: Checks) -> None:
    """Pause, close, redeem, withdraw. What does not work breaks invariant 25."""
    system = stage.system
    guardian = system.parameters.guardian or system.deployer
    if guardian in system.chain.accounts:
        checks.guarded("pause", guardian, lambda: system.vault.transact("pause", EVERYTHING, sender=guardian))
        checks.tally(EXITS, _opens(stage, next(iter(everybody.traders))))
    _close_all(stage, list(everybody.traders))
    _redeem_all(stage, everybody)
    _cancel_rest(stage, everybody)
    keeper, liquidator = everybody.keeper, everybody.liquidator
    if system.orders.call("earned", keeper):
        system.orders.transact("claim", keeper, sender=keeper)
    stage.watch.refresh()
    for account in (*everybody.traders, *everybody.lps, keeper, liquidator):
        before = stage.watch.withdrawn
        if stage.watch.cash(account) * 10**system.parameters.token.decimals < WAD:
            continue  # not a unit of the token
        receipt = system.vault.attempt("exit", account, account, sender=account)
        stage.watch.refresh()
        checks.tally(EXITS, "" if receipt.ok else f"{account} cannot leave: {receipt.error}")
        stage.watch.totals.left += receipt.ok
        stage.watch.totals.paid_out += stage.watch.withdrawn - before


def _opens(stage: Stage, account: str) -> str:
    """What is wrong if something can be opened while that is paused."""
    order = _order(stage, account, 0, WAD, reduce_only=False)
    try:
        stage.system.orders.call("commit", order, SLOT, sender=account)
    except Reverted as error:
        return "" if error.code == "PAUSED" else f"an opening is refused with {error.code} instead of PAUSED"
    return "an opening is accepted while that is paused"


def _close_all(stage: Stage, accounts: Sequence[str]) -> None:
    """Everybody closes at one more round, which has the last one's prices."""
    system, watch = stage.system, stage.watch
    for (account, slot), order in list(watch.orders.items()):
        if order.due == 0:
            system.orders.attempt("cancel", order, slot, sender=account)
    for (account, market), position in list(watch.positions.items()):
        if account in accounts:
            order = _order(stage, account, market, -position.size, reduce_only=True)
            if not system.orders.attempt("commit", order, SLOT + market, sender=account).ok:
                # Nothing is asked of an account that closes without a fee, whatever state it is in.
                system.orders.attempt("commit", order._replace(fee=0), SLOT + market, sender=account)
    wait(stage, system.chain.now + system.parameters.orders.delay + EARLIER)
    for market in system.feeds:
        publish(stage, market, watch.prices[market])
    stage.liquidator.step()
    stage.keeper.step()
    bring_rest(stage)
    watch.refresh()
    for (account, slot), order in list(watch.orders.items()):
        if order.fee == 0:  # no keeper's
            feed = system.feeds[order.market]
            update = feed.update_at(order.due)
            fee = system.oracle.call("fee", order.market, update)
            system.orders.attempt("execute", order, slot, feed.reference(), update, sender=account, value=fee)


def _redeem_all(stage: Stage, everybody: People) -> None:
    """LPs hand in what they have; at the epoch's end they are paid."""
    system = stage.system
    shares, epoch = system.shares, system.parameters.shares.epoch_seconds
    for lp in everybody.lps:
        shares.attempt("claim", lp, sender=lp)
        if balance := shares.call("balanceOf", lp):
            shares.attempt("request_redeem", balance, sender=lp)
    wait(stage, (system.chain.now // epoch + 1) * epoch + 1)
    shares.attempt("settle", sender=everybody.cleaner)
    for lp in everybody.lps:
        shares.attempt("claim", lp, sender=lp)


def _cancel_rest(stage: Stage, everybody: People) -> None:
    """Openings that the pause has kept from filling go back to their owners when their time is over."""
    system, terms = stage.system, stage.system.parameters.orders
    stage.watch.refresh()
    rest = [item for item in stage.watch.orders.items() if item[0][0] in everybody.traders]
    if rest:
        wait(stage, max(order.due for _, order in rest) + terms.window + terms.grace + 1)
    for (account, slot), order in rest:
        system.orders.attempt("cancel", order, slot, sender=account)


def _order(stage: Stage, account: str, market: int, size: int, reduce_only: bool) -> Order:
    terms = stage.system.parameters.orders
    expires_at = stage.system.chain.now + terms.delay + terms.window
    return Order(account, market, size, 0, 0, False, reduce_only, terms.fee_min, expires_at, 0, 0)
