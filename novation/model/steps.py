"""The invariants of a step: what a call may do to a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from novation.fixed import BPS, PPM, WAD, ceil_div
from novation.model.feeds import NEVER, NORMAL
from novation.model.ledger import NEW
from novation.model.market import OWED_UNIT, accrue, change, in_force, pnl, requirement
from novation.model.marks import Fill, Filled
from novation.model.registry import step_invariant, total_cash
from novation.model.view import PoolView, Standing, Step, View, nav, standing


def _pool(view: View, address: int) -> PoolView:
    return next(pool for pool in view.pools if pool.address == address)


@step_invariant(3, "every operation but the doors moves cash in sum zero")
def doors_only(before: View, after: View, step: Step) -> Iterator[str]:
    change = total_cash(after) - total_cash(before)
    if change and step.name not in ("deposit", "withdraw", "exit"):
        yield f"{step.name} changed the sum by {change}"


@step_invariant(4, "no opening by a debtor leaves D above what insurance holds")
def debtors_are_covered(before: View, after: View, step: Step) -> Iterator[str]:
    for record in step.fills[-1:]:  # of several, the state after the others is not seen: see `Mirror.one_by_one`
        if record.fill.opening and after.cash(record.account) < 0 and after.debts > after.cash(after.vault):
            yield f"{record.account:#x}: {after.debts} > {after.cash(after.vault)}"


@step_invariant(10, "filled at the mark, a step changes NAV by LP fees and by 0 to 2 wei a fill")
def trades_move_nav_by_fees(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name not in ("execute", "execute_many", "trade"):
        return
    for address in {record.pool for record in step.fills}:
        records = [record for record in step.fills if record.pool == address]
        if any(record.fill.price != record.mark for record in records):
            continue
        marks = {record.market: record.mark for record in records}
        old = nav(before.at(after), _pool(before, address), marks)
        fees = sum(record.fill.charge - record.owed * OWED_UNIT for record in records)
        change = nav(after, _pool(after, address)) - old - fees
        if not 0 <= change <= sum(4 if _flips(record.fill) else 2 for record in records):
            yield f"NAV changed by {change} besides the fees of {len(records)}"


def _flips(fill: Fill) -> bool:
    old = fill.size - fill.delta
    return bool(old and fill.size) and (old > 0) != (fill.size > 0)


@step_invariant(13, "realise preserves equity and NAV exactly")
def realise_is_neutral(before: View, after: View, step: Step) -> Iterator[str]:
    if (step.part, step.name) != ("vault", "realise"):
        return
    account, market = step.args
    pool = next(pool for pool in before.pools if pool.entry.markets >> market & 1)
    mark = after.read(market).mid
    then = before.at(after)
    if nav(then, pool, {market: mark}) != nav(after, _pool(after, pool.address)):
        yield f"NAV of market {market}"
    if standing(then, account).margin != standing(after, account).margin:
        yield f"equity of {account:#x}"


@step_invariant(15, "F changes by accrual alone")
def funding_is_accrual(before: View, after: View, step: Step) -> Iterator[str]:
    for pool in before.pools:
        later = _pool(after, pool.address)
        for market, state in pool.markets.items():
            new = later.markets[market]
            if new.funding != accrue(pool.configs[market], state, new.accrued_at)[1]:
                yield f"market {market}: {state.funding} to {new.funding}"


@step_invariant(16, "after an opening margin >= initial; caps and reserve hold")
def openings_are_safe(before: View, after: View, step: Step) -> Iterator[str]:
    for record in step.fills[-1:]:
        if not record.fill.opening:
            continue
        cash, counted, risk, _ = standing(after, record.account)
        if risk.status != NORMAL or cash + counted - risk.losses < risk.initial:
            yield f"margin of {record.account:#x}"
        pool = _pool(after, record.pool)
        config, state = pool.configs[record.market], pool.markets[record.market]
        size = record.fill.size
        side = state.long if size > 0 else state.short
        scale = config.skew_scale
        if abs(size) * BPS > config.position_cap * scale or side * BPS > config.open_interest_cap * scale:
            yield f"caps of market {record.market}"
        if pool.book.reserve * BPS > pool.terms.utilisation * nav(after, pool):
            yield f"reserve of {record.pool:#x}"


@step_invariant(17, "a pure reduction: margin - maintenance does not fall, margin >= 0")
def reductions_help(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name not in ("execute", "execute_many", "trade"):
        return
    times = Counter(record.account for record in step.fills)
    for record in step.fills:
        if record.fill.opening or times[record.account] > 1:
            continue
        old, new = standing(before.at(after), record.account), standing(after, record.account)
        gained = new.margin - new.risk.maintenance - (old.margin - old.risk.maintenance)
        if gained != record.fill.health or gained < 0 or new.margin < 0:
            yield f"{record.account:#x}: health {gained}, margin {new.margin}"


@step_invariant(18, "no withdrawal while an order is pending; it leaves cash >= 0 and margin without gains >= initial")
def withdrawals_are_safe(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name not in ("withdraw", "exit", "transfer", "transfer_many", "request_deposit", "bootstrap"):
        return
    internal = {pool.address for pool in after.pools} | {shares.address for shares in after.shares}
    for account, holder in after.accounts.items():
        if holder.cash >= before.cash(account) or account in internal:
            continue
        risk = standing(after, account).risk
        if holder.pending:
            yield f"{account:#x}: an order is pending"
        if holder.cash < 0 or (holder.markets and holder.cash - risk.losses < risk.initial):
            yield f"{account:#x}: cash {holder.cash}, losses {risk.losses}, initial {risk.initial}"


@step_invariant(19, "liquidated accounts were unhealthy; a part raises margin - maintenance, to its target, minimally")
def liquidations_help(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name != "liquidate":
        return
    for record in step.fills[:1]:
        then = before.at(after)
        old = standing(then, record.account)
        if old.margin >= old.risk.maintenance:
            yield f"{record.account:#x} was healthy"
        if not record.fill.size:
            continue
        if record.fill.health <= 0:
            yield f"{record.account:#x}: health {record.fill.health}"
        new = standing(after, record.account)
        pool = _pool(before, record.pool)
        if new.margin + PARTIAL_WEI < _target(pool, new.risk.maintenance):
            yield f"{record.account:#x}: margin {new.margin} misses the target for {new.risk.maintenance}"
        less = _less(then, pool, record)
        if less > 0 and (short := _after_part(then, pool, record, old, less)) >= 0:
            yield f"{record.account:#x}: a billionth less is {short} beyond the target"


PARTIAL_WEI = 8  # a part may miss its target by so many wei
PARTIAL_LESS = 10**9  # a part smaller by one in so many must miss it


def _less(then: View, pool: PoolView, record: Filled) -> int:
    """A part by so much smaller that it must miss: a billionth, and what a wei of the price per unit stands for, of
    which some are lost where the price has few."""
    q = abs(record.fill.delta)
    ratio = in_force(pool.configs[record.market], pool.ramps.get(record.market), then.now)[0]
    return q - q // PARTIAL_LESS - 16 * q * BPS // (record.fill.price * ratio) - 1


def _target(pool: PoolView, maintenance: int) -> int:
    return -(-maintenance * (BPS + pool.terms.buffer) // BPS)


def _after_part(then: View, pool: PoolView, record: Filled, old: Standing, q: int) -> int:
    """Margin less target of an account of which a part `q` had been closed, in an accrued market (WAD USD)."""
    market, mid = record.market, record.fill.price
    config, state = pool.configs[market], pool.markets[market]
    funding = accrue(config, state, then.now)[1]
    position = pool.positions[record.account, market]
    size = position.size
    delta = -q if size > 0 else q
    done = change(position, delta, mid, funding, config.skew_scale, state.skew)
    ratio, penalty = in_force(config, pool.ramps.get(market), then.now)
    paid = -(-q * mid * config.taker_fee // (PPM * WAD)) - (-q * mid * penalty // (BPS * WAD))
    margin = old.margin + done.realised - paid
    margin += pnl(done.size, done.basis, mid, funding) - pnl(size, position.basis, mid, funding)
    terms = config.skew_scale, mid, ratio, config.slope
    held = _required(terms, done.size) - _required(terms, size)
    return margin - _target(pool, old.risk.maintenance + held)


def _required(terms: tuple[int, int, int, int], size: int) -> int:
    scale, mid, ratio, slope = terms
    return requirement(scale, size, mid, ratio, slope, abs(size))


@step_invariant(20, "penalty <= its cap = what liquidator and insurance received; charge = taker fee + penalty")
def penalties_are_capped(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name not in ("liquidate", "liquidate_many"):
        return
    # The deficit is insurance's first; it pays all of it unless it has nothing left.
    receivers = {step.sender, after.vault, after.treasury}
    inside = {pool.address for pool in after.pools} | {*step.liquidated}
    if step.liquidated and not receivers & inside:
        received = sum(after.cash(address) - before.cash(address) for address in receivers)
        most = sum(record.fill.penalty for record in step.fills) + step.collected
        least = most - step.deficits
        in_full = len(step.liquidated) == 1 and after.cash(after.vault)
        if not least <= received <= most or (in_full and received != least):
            yield f"received {received} of {most} with deficits of {step.deficits}"
    for record in step.fills:
        pool = _pool(before, record.pool)
        config, fill = pool.configs[record.market], record.fill
        rate = in_force(config, pool.ramps.get(record.market), after.now)[1]
        cap = -(-abs(fill.delta) * fill.price * rate // (BPS * WAD))
        if not fill.size:
            cap = max(cap, pool.terms.min_penalty)
        fee = -(-abs(fill.delta) * fill.price * config.taker_fee // (PPM * WAD))
        if not 0 <= fill.penalty <= cap or fill.charge != fee + fill.penalty:
            yield f"{fill} with cap {cap}, fee {fee}"


@step_invariant(22, "a stored price is replaced by a newer one; one that is asked or doubted by one of its time too")
def prices_grow_younger(before: View, after: View, step: Step) -> Iterator[str]:
    for feed, old in before.stored.items():
        new = after.stored[feed]
        if new is old or new == old:
            continue
        if step.name == "set_feed":  # the price stays, in doubt
            if new.mid != old.mid or not new.doubted:
                yield f"feed {feed}: {old} to {new}"
            continue
        is_older = new.published_at < old.published_at or new.heard_at < old.heard_at
        is_same = new.published_at == old.published_at and (new.mid, new.confidence) != (old.mid, old.confidence)
        if is_older or (is_same and not after.feeds[feed].is_push and not old.doubted):
            yield f"feed {feed}: {old} to {new}"


@step_invariant(26, "what is believed is inside the band; its spread is the widest of confidence, deviation, distance")
def prices_are_judged(before: View, after: View, step: Step) -> Iterator[str]:
    if step.name == "set_feed":
        return
    for feed, new in after.stored.items():
        if new is before.stored.get(feed) or new == before.stored.get(feed) or new.doubted or not new.mid:
            continue
        settings, anchor = after.feeds[feed], after.anchors.get(feed)
        distance = 0
        if settings.has_reference and new.checked != NEVER:
            distance = ceil_div(abs(new.mid - anchor.mid) * BPS, anchor.mid) if anchor and anchor.mid else BPS
        if not settings.low < new.mid < settings.high or new.confidence > settings.confidence:
            yield f"feed {feed}: {new} with {settings}"
        if new.spread != max(new.confidence, settings.deviation, distance):
            yield f"feed {feed}: spread {new.spread} of {new} with {settings}, {distance} from its reference"


GUARDED = ("pause", "unpause", "tighten", "set_status", "set_credit", "set_market", "set_feed", "set_gain_weight")


@step_invariant(25, "a guardian's call moves no cash and makes no account liquidatable")
def guardians_only_tighten(before: View, after: View, step: Step) -> Iterator[str]:
    if step.sender != before.guardians.get(step.part) or step.name not in GUARDED:
        return
    if step.sender == before.owners.get(step.part):  # who is both may loosen
        return
    if before.paused & ~after.paused:
        yield f"pauses {before.paused:b} to {after.paused:b}"
    for feed, settings in before.feeds.items():
        if after.feeds[feed].floor < settings.floor:
            yield f"the floor of feed {feed}"
    for old_pool in before.pools:
        new_pool = _pool(after, old_pool.address)
        if new_pool.entry.credit > old_pool.entry.credit:
            yield f"credit of {old_pool.address:#x}"
        for market, was in old_pool.configs.items():
            now = new_pool.configs[market]
            if now.initial < was.initial or now.position_cap > was.position_cap:
                yield f"market {market} is looser"
            if now.open_interest_cap > was.open_interest_cap:
                yield f"market {market} is looser"
    for account, holder in after.accounts.items():
        if holder.cash != before.accounts.get(account, NEW).cash:
            yield f"cash of {account:#x}"
        if holder.markets:
            new, old = standing(after, account), standing(before, account)
            if new.margin < new.risk.maintenance and old.margin >= old.risk.maintenance:
                yield f"{account:#x} became liquidatable"
