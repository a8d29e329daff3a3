"""What a trade would do: the lens against the model's own trade, tried and undone."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.system.compare import BARE, Mismatch
from novation.fuzz.system.questions import pool_of, same
from novation.fuzz.system.watching import Watching
from novation.fuzz.system.worlds import SECOND
from novation.model.errors import CODES, Revert
from novation.model.feeds import HALT, Price
from novation.model.market import EMPTY, accrue, fill_cost, in_force, pnl, requirement

REFUSALS = frozenset(("", *CODES)) - {"AUTH", "BUSY", "FEE", "ORDER", "PROOF", "SLOT"}
WIDE = 1 << 90  # of sizes, money and prices: below it nothing of a preview overflows
STEPS = 40  # of the lens's bisection, between 0 and 16 times the mid


def previewed(mirror: Watching, account: int, market: int, delta: int, turns_at: int) -> tuple[str, tuple[int, ...]]:
    """What the model's trade would do at the newest price, undone again.

    @return its code, and without one price, fee, impact, margin, initial and maintenance after, as the lens has them.

    @raises Mismatch where the account would not turn unhealthy at `turns_at` (0: it need not).
    """
    model = mirror.model
    assert model is not None
    vault, oracle, env = model.vault, model.oracle, model.env
    price, scale = mirror.price(market), pool_of(mirror, market).configs[market].skew_scale

    def at_once(sender: int, number: int, *order: int) -> tuple[Price, int, int]:
        newest = oracle.observe(sender, number)
        return newest, newest.mid, 0

    mark = env.mark()
    oracle.observe_at = at_once  # type: ignore[method-assign, assignment]
    try:
        cost = fill_cost(scale, price.mid, pool_of(mirror, market).markets[market].skew, delta)
        vault.trade(vault.orders, account, market, delta, mirror.now, 0, 0, 0, False)
        fill, health = env.fills[0].fill, vault.health(account)
        paid = abs(cost) * WAD // abs(delta), fill.charge, cost - delta * price.mid // WAD
        if not turning(mirror, account, market, turns_at):
            raise Mismatch(f"liquidation price: {account:#x} does not turn at {turns_at} in market {market}")
        return "", (*paid, health.margin, health.initial, health.maintenance)
    except Revert as refusal:
        return refusal.code, ()
    finally:
        del oracle.observe_at
        env.undo(mark)
        env.release()


def turning(mirror: Watching, account: int, market: int, price: int) -> bool:
    """Whether an account that has traded turns unhealthy at a price of this market alone, nothing else moved."""
    model = mirror.model
    assert model is not None
    pool = model.part(f"pool{market // SECOND or ''}")
    config, mid = pool.configs[market], mirror.price(market).mid
    ratio = in_force(config, pool.ramps.get(market), mirror.now)[0]
    position, health = pool.position_of(account, market), model.vault.health(account)
    size, basis, funding = position.size, position.basis, accrue(config, pool.markets[market], mirror.now)[1]

    def need(at: int) -> int:
        return requirement(config.skew_scale, size, at, ratio, config.slope, abs(size))

    top = min(16 * mid, mirror.ask("oracle", "bounds", market)[0])
    outside = health.margin - pnl(size, basis, mid, funding) - health.maintenance + need(mid)

    def over(at: int) -> int:
        return outside + pnl(size, basis, at, funding) - need(at)

    if not price:  # no price at which it would turn
        healthy, unhealthy = (top, 0) if size > 0 else (0, top)
        return not size or not over(unhealthy) < 0 <= over(healthy)
    step = (16 * mid >> STEPS) + 2
    return over(price) < 0 <= over(price + step if size > 0 else max(0, price - step))


def widths(mirror: Watching, account: int, market: int) -> tuple[int, ...]:
    """Numbers that decide whether a preview's products fit."""
    pool, price = pool_of(mirror, market), mirror.price(market)
    held = pool.positions.get((account, market), EMPTY)
    state, cash = pool.markets[market], mirror.view.cash(account)
    return held.size, held.basis, price.high, state.long, state.short, state.basis, cash


def preview(mirror: Watching, account: int, market: int, delta: int) -> str | None:
    """The lens's preview, held to the model. @return its code, None where its numbers are too wide.

    @raises Mismatch.
    """
    code, found = mirror.see("lens", "preview_trade", account, market, delta)
    if code not in ("", BARE, "RANGE"):
        raise Mismatch(f"lens.preview_trade: reverts {code}")
    if code:
        scale = pool_of(mirror, market).configs[market].skew_scale  # no cap lets a position be larger
        if abs(delta) <= scale and max(map(abs, widths(mirror, account, market))) < WIDE:
            raise Mismatch(f"lens.preview_trade: reverts {code} at ordinary numbers")
        return None
    *numbers, liquidation_price, refusal = found[0]
    if refusal not in REFUSALS:
        raise Mismatch(f"lens.preview_trade says {refusal!r}")
    if delta == -pool_of(mirror, market).positions.get((account, market), EMPTY).size:
        same("liquidation price of a closed position", liquidation_price, 0)
    if delta and mirror.price(market).status == HALT:
        same("code of a preview in HALT", refusal, "HALTED")
    elif delta and mirror.model is not None:
        wanted, figures = previewed(mirror, account, market, delta, liquidation_price)
        same("code of a preview", refusal, wanted)
        if not wanted:
            same("figures of a preview", tuple(numbers), figures)
    return str(refusal)
