"""The invariants of a state, exact in integers (those of a step are in `steps`). Importing this registers both."""

from __future__ import annotations

from collections.abc import Iterator

from novation.fixed import BPS, WAD, ceil_div
from novation.model import steps as steps
from novation.model.feeds import AGED, HALT, NOTHING, Price
from novation.model.ledger import MAX_MARKETS
from novation.model.market import liability_of, pnl, reserve_of
from novation.model.registry import INVARIANTS, Invariant, Violation, check_state, check_step, invariant, total_cash
from novation.model.view import View

__all__ = ["INVARIANTS", "Invariant", "Violation", "check_price", "check_state", "check_step", "invariant"]


@invariant(1, "sum of stored cash = deposits - withdrawals")
def cash_is_what_came_in(view: View) -> Iterator[str]:
    if (total := total_cash(view)) != view.deposited - view.withdrawn:
        yield f"{total} != {view.deposited} - {view.withdrawn}"


@invariant(2, "sum of stored cash <= tokens held")
def tokens_cover_cash(view: View) -> Iterator[str]:
    if total_cash(view) * view.unit > view.tokens * WAD:
        yield f"{total_cash(view)} against {view.tokens} units"


@invariant(4, "D = sum of |negative trader cash|")
def debts_are_the_sum(view: View) -> Iterator[str]:
    pools = {pool.address for pool in view.pools}
    total = sum(-a.cash for address, a in view.accounts.items() if a.cash < 0 and address not in pools)
    if total != view.debts:
        yield f"{total} != {view.debts}"


@invariant(5, "a bitmap bit is set if and only if the position is not zero; at most 16")
def bits_are_positions(view: View) -> Iterator[str]:
    bits: dict[int, int] = {}
    for pool in view.pools:
        for (account, market), position in pool.positions.items():
            if position.size:
                bits[account] = bits.get(account, 0) | 1 << market
    for account, holder in view.accounts.items():
        if holder.markets != bits.pop(account, 0):
            yield f"{account:#x} has {holder.markets:b}"
        if holder.markets.bit_count() > MAX_MARKETS:
            yield f"{account:#x} has {holder.markets.bit_count()} markets"
    if bits:
        yield f"positions without an account: {bits}"


@invariant(6, "open interest long and short = sums of sizes by sign", by_pool=True)
def interest_is_the_sum(view: View) -> Iterator[str]:
    for pool in view.pools:
        sums = {market: [0, 0] for market in pool.markets}
        for (_, market), position in pool.positions.items():
            sums[market][position.size < 0] += abs(position.size)
        for market, state in pool.markets.items():
            if sums[market] != [state.long, state.short]:
                yield f"market {market}: {sums[market]} != {state.long}, {state.short}"


@invariant(7, "basis_total = sum of basis", by_pool=True)
def basis_is_the_sum(view: View) -> Iterator[str]:
    for pool in view.pools:
        sums = dict.fromkeys(pool.markets, 0)
        for (_, market), position in pool.positions.items():
            sums[market] += position.basis
        for market, state in pool.markets.items():
            if sums[market] != state.basis:
                yield f"market {market}: {sums[market]} != {state.basis}"


@invariant(8, "sum of index pnl + the exit premium <= L, each market", by_pool=True)
def liability_covers(view: View) -> Iterator[str]:
    for pool in view.pools:
        worth = dict.fromkeys(pool.markets, 0)
        for (_, market), position in pool.positions.items():
            state = pool.markets[market]
            worth[market] += pnl(position.size, position.basis, state.price, state.funding)
        for market, state in pool.markets.items():
            config = pool.configs[market]
            spare = liability_of(config, state) - worth[market]
            if spare * 2 * config.skew_scale * WAD < state.skew**2 * state.price:
                yield f"market {market}: L - pnl = {spare}"


@invariant(9, "liability_sum and reserve = sums over the markets' stored words", by_pool=True)
def book_is_the_sum(view: View) -> Iterator[str]:
    for pool in view.pools:
        owes = sum(liability_of(pool.configs[m], state) for m, state in pool.markets.items())
        holds = sum(reserve_of(pool.configs[m], state) for m, state in pool.markets.items())
        if (owes, holds) != (pool.book.liability, pool.book.reserve):
            yield f"{owes}, {holds} != {pool.book}"


@invariant(12, "size 0 means basis 0", by_pool=True)
def closed_is_empty(view: View) -> Iterator[str]:
    for pool in view.pools:
        for key, position in pool.positions.items():
            if not position.size and position.basis:
                yield f"{key}: {position}"


@invariant(14, "|rate| <= cap", by_pool=True)
def rates_are_capped(view: View) -> Iterator[str]:
    for pool in view.pools:
        for market, state in pool.markets.items():
            if abs(state.rate) > pool.configs[market].rate_max * 10**24:
                yield f"market {market}: {state.rate}"


@invariant(21, "escrow >= sum of open fees and unclaimed earnings")
def escrow_is_fees(view: View) -> Iterator[str]:
    if view.cash(view.escrow) < view.open_fees + view.earned:
        yield f"{view.cash(view.escrow)} < {view.open_fees} + {view.earned}"


@invariant(24, "supply = balances + locked; claims <= what is set aside")
def shares_add_up(view: View) -> Iterator[str]:
    for shares in view.shares:
        if sum(shares.balances.values()) != shares.supply:
            yield f"supply {shares.supply}"
        if view.cash(shares.address) < shares.cash_owed:
            yield f"cash {view.cash(shares.address)} < {shares.cash_owed}"
        if shares.balances.get(shares.address, 0) < shares.shares_owed:
            yield f"shares {shares.balances.get(shares.address, 0)} < {shares.shares_owed}"


@invariant(26, "a price that is not HALT is the last good one until close_age, AGED after trade_age, or a fallback's")
def prices_are_fit(view: View) -> Iterator[str]:
    for feed, price in view.prices.items():
        yield from misjudged(view, feed, price)


def misjudged(view: View, feed: int, price: Price) -> Iterator[str]:
    """What is wrong with a price that was read in this state."""
    if price.status == HALT:
        return
    settings, stored = view.feeds[feed], view.stored.get(feed, NOTHING)
    age = view.now - price.published_at
    told = f"feed {feed}: {price} of {stored} with {settings}"
    is_stored = (price.mid, price.published_at) == (stored.mid, stored.published_at)
    is_newest = price.published_at >= stored.heard_at if settings.is_push else is_stored
    is_own = is_newest and age <= settings.close_age and (price.status == AGED) == (age > settings.trade_age)
    if age < 0:
        yield f"{told}: of the future"
    if is_own and not settings.is_push:  # what is asked is judged again at every look
        if stored.doubted or sides(price.mid, stored.spread) != price[:3:2]:
            yield f"{told}: not as it is stored"
        return
    if not settings.low < price.mid < settings.high:
        yield f"{told}: outside the band"
    low, high = sides(price.mid, settings.deviation if is_own else settings.fallback_deviation)
    if price.low > low or price.high < high:
        yield f"{told}: narrower than the deviation"
    is_silent = view.now - stored.heard_at > settings.close_age
    if not is_own and not (price.status == AGED and age <= settings.fallback_age and is_silent):
        yield f"{told}: and not a fallback's"


def sides(mid: int, spread: int) -> tuple[int, int]:
    """A price's sides (WAD): down and up, `spread` bps from it."""
    return mid * (BPS - spread) // BPS, ceil_div(mid * (BPS + spread), BPS)


PRICES = next(item for item in INVARIANTS if item.state is prices_are_fit)


def check_price(view: View, feed: int, price: Price) -> None:
    """One price when it is read. @raises Violation."""
    for detail in misjudged(view, feed, price):
        raise Violation(PRICES, detail)
