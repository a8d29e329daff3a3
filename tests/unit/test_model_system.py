"""Properties of the executable specification as a whole system."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novation.fixed import WAD
from novation.model import Revert, System, invariants, view
from tests.support.model import (
    ATTACKER,
    BITCOIN,
    ETHER,
    HIGHEST,
    KEEPER,
    LIQUIDATOR,
    LP,
    OWNER,
    PRICES,
    TRADERS,
    Walker,
    order,
    publish,
    refresh,
    trade,
    two_pools,
    usd,
    world,
)

TRADER = TRADERS[0]


def fresh(cache: dict[str, System] = {}) -> System:  # noqa: B006 - one world for all examples
    if "world" not in cache:
        cache["world"] = world(deposit=2_000_000)
    return cache["world"]


def attempt(call: Callable[[], object]) -> str:
    """The code of the refusal, empty if there is none."""
    try:
        call()
    except Revert as refusal:
        return refusal.code
    return ""


def in_a_copy(play: Callable[[System], None]) -> None:
    """Plays on the one world and undoes it."""
    system = fresh()
    mark = system.snapshot()
    try:
        play(system)
    finally:
        system.revert(mark)
        system.release()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-400, 400).filter(bool), min_size=1, max_size=6), st.integers(1500, 2500))
def test_deposit_trade_and_redeem_at_one_price_never_earn(deltas: list[int], dollars: int) -> None:
    """24: an LP who trades against its own pool loses at least what the others gain."""

    def play(system: System) -> None:
        price = usd(dollars)
        system.warp(system.now + 10)
        publish(system, 0, price)
        shares = system.shares[0]
        wealth = system.vault.cash(ATTACKER) + system.vault.cash(TRADER)
        shares.request_deposit(ATTACKER, ATTACKER, usd(50_000))
        system.warp(shares.batches[shares.state["newest"]].closes_at)
        refresh(system)
        shares.settle(KEEPER)
        shares.claim(ATTACKER, ATTACKER)
        for delta in deltas:
            trade(system, TRADER, 0, delta * WAD)
        position = system.pools[0].position_of(TRADER, 0).size
        if position:
            assert trade(system, TRADER, 0, -position, reduce_only=True) == ""
        shares.request_redeem(ATTACKER, shares.balances[ATTACKER])
        system.warp(shares.batches[shares.state["newest"]].closes_at)
        refresh(system)
        shares.settle(KEEPER)
        shares.claim(ATTACKER, ATTACKER)
        assert system.vault.cash(ATTACKER) + system.vault.cash(TRADER) <= wealth
        invariants.check_state(view.of(system))

    in_a_copy(play)


@settings(max_examples=60, deadline=None)
@given(st.integers(40, 400), st.integers(1200, 2400), st.booleans())
def test_realise_preserves_equity_and_nav(size: int, dollars: int, short: bool) -> None:
    def play(system: System) -> None:
        trade(system, TRADER, 0, (-size if short else size) * WAD)
        system.warp(system.now + 600)
        publish(system, 0, usd(dollars))
        system.pools[0].poke(KEEPER, 0)
        before = view.of(system).copy()
        margin, maintenance = system.vault.margin_of(TRADER)
        nav = view.nav(before, before.pools[0])
        assert attempt(lambda: system.vault.realise(KEEPER, TRADER, 0)) in ("", "ZERO")
        assert system.vault.margin_of(TRADER) == (margin, maintenance)
        after = view.of(system)
        assert view.nav(after, after.pools[0]) == nav
        invariants.check_state(after)

    in_a_copy(play)


def test_minimum_reward_needs_an_empty_account() -> None:
    """A partial liquidation leaves margin, so insurance adds nothing, however small the reward is."""
    system = world(deposit=0)
    system.vault.deposit(TRADER, TRADER, 2_300 * 10**6)
    system.vault.deposit(LP, system.vault.address, 1000 * 10**6)
    trade(system, TRADER, 0, 10 * WAD)
    system.warp(system.now + 60)
    publish(system, 0, usd(1863))
    assert system.vault.liquidatable(TRADER)
    insured = system.vault.cash(system.vault.address)
    system.liquidation.liquidate(LIQUIDATOR, TRADER, 0)
    assert system.pools[0].position_of(TRADER, 0).size > 0
    assert system.vault.cash(system.vault.address) > insured


def test_a_bankrupt_account_ends_at_zero_and_insurance_pays_first() -> None:
    system = world(deposit=0)
    system.vault.deposit(TRADER, TRADER, 2_300 * 10**6)
    system.vault.deposit(LP, system.vault.address, 100 * 10**6)
    trade(system, TRADER, 0, 10 * WAD)
    system.warp(system.now + 60)
    publish(system, 0, usd(1500))
    assert system.vault.margin_of(TRADER)[0] < 0
    system.liquidation.liquidate(LIQUIDATOR, TRADER, 0)
    holder = system.vault.account(TRADER)
    assert (holder.cash, holder.markets, holder.flagged_at) == (0, 0, 0)
    assert system.vault.cash(system.vault.address) == 0
    assert system.vault.totals["debts"] == 0
    invariants.check_state(view.of(system))


def test_a_pool_in_debt_is_not_made_whole_by_liquidating_it() -> None:
    system = world()
    with pytest.raises(Revert, match="MARKET"):
        system.liquidation.liquidate(LIQUIDATOR, system.pools[0].address, 0)


def test_an_order_that_could_not_fill_in_time_only_cancels() -> None:
    system = world()
    due = system.orders.commit(TRADER, order(TRADER, 0, 10 * WAD), 0)
    held = system.orders.slots[TRADER, 0]
    assert held is not None
    system.warp(due + 1)
    number = publish(system, 0, PRICES[0])
    system.vault.pause(OWNER, 2)
    with pytest.raises(Revert, match="PAUSED"):
        system.orders.execute(KEEPER, held, 0, number)
    terms = system.orders.terms
    system.warp(due + terms.window + terms.grace)
    with pytest.raises(Revert, match="EARLY"):
        system.orders.cancel(TRADER, held, 0)
    system.warp(system.now + 1)
    system.vault.unpause(OWNER, 2)
    publish(system, 0, PRICES[0] * 2)
    with pytest.raises(Revert, match="EXPIRED"):
        system.orders.execute(KEEPER, held, 0, number)
    system.orders.cancel(TRADER, held, 0)


def test_the_queue_serves_pro_rata_for_ever() -> None:
    """Redemptions against a reserve that leaves little room: claims never exceed what is set aside."""
    system = world(liquidity=30_000)
    shares = system.shares[0]
    trade(system, TRADER, 0, 40 * WAD)
    for number in range(60):
        holder = (LP, ATTACKER)[number % 2]
        if number % 5 == 1:
            system.vault.transfer(KEEPER, KEEPER, ATTACKER, usd(500))
            shares.request_deposit(ATTACKER, ATTACKER, usd(400))
        part = shares.balances.get(holder, 0) * 9 // 10
        assert attempt(partial(shares.request_redeem, holder, part)) in ("", "WAIT", "ZERO")
        newest = shares.state["newest"]
        if shares.state["settled"] < newest:
            system.warp(max(system.now, shares.batches[newest].closes_at))
            refresh(system)
            shares.settle(KEEPER)
        if number % 3 == 0:
            shares.claim(KEEPER, holder)
        invariants.check_state(view.of(system))
    assert shares.state["settled"] > 30


def test_a_refusal_leaves_no_trace() -> None:
    walker = Walker(7)
    for _ in range(300):
        part, name, sender, args = walker.draw()
        words = walker.system.words()
        try:
            walker.system.call(part, name, sender, *args)
        except Revert:
            assert walker.system.words() == words


def test_a_snapshot_brings_everything_back() -> None:
    walker = Walker(11)
    words = walker.system.words()
    mark = walker.system.snapshot()
    for _ in range(200):
        walker.step(check=False)
    assert walker.system.words() != words
    walker.system.revert(mark)
    walker.system.release()
    assert walker.system.words() == words


@pytest.mark.parametrize("seed", range(12))
def test_a_random_walk_keeps_every_invariant(seed: int) -> None:
    walker = Walker(seed)
    for _ in range(400):
        walker.step()


@pytest.mark.parametrize("decimals", [0, 6, 8, 18, 27])
def test_a_random_walk_over_two_pools_in_any_token_keeps_every_invariant(decimals: int) -> None:
    walker = Walker(100 + decimals, world(two_pools(decimals), 20_000, 1_000_000))
    for _ in range(400):
        walker.step()


def test_config_of_the_world_is_within_its_bounds() -> None:
    system = world(liquidity=0)
    for market, config in enumerate((ETHER, BITCOIN)):
        assert system.pools[0].bounded(market, config, config.maintenance, config.penalty, 0)


def _with(tables: dict[Any, Any], key: Any, value: Any) -> None:
    dict.__setitem__(tables, key, value)


@pytest.mark.parametrize("number", [1, 2, 4, 5, 6, 7, 8, 9, 12, 14, 21, 24, 26])
def test_an_invariant_sees_what_it_is_for(number: int) -> None:
    """Each state invariant reports its own number when just that is broken."""
    system = world()
    trade(system, TRADER, 0, 10 * WAD)
    system.orders.commit(TRADER, order(TRADER, 0, -WAD, reduce_only=True), 3)
    vault, pool, shares = system.vault, system.pools[0], system.shares[0]
    holder, state, held = vault.account(TRADER), pool.markets[0], pool.positions[TRADER, 0]
    price = system.oracle.read(0)
    breaks: dict[int, Callable[[], None]] = {
        1: lambda: _with(vault.totals, "in", 0),
        2: lambda: _with(system.token.balances, vault.address, 0),
        4: lambda: _with(vault.totals, "debts", 1),
        5: lambda: _with(vault.accounts, TRADER, holder._replace(markets=3)),
        6: lambda: _with(pool.markets, 0, state._replace(long=state.long + 1)),
        7: lambda: _with(pool.markets, 0, state._replace(basis=state.basis - 1)),
        8: lambda: _with(pool.markets, 0, state._replace(basis=state.basis + 10**20)),
        9: lambda: _with(pool.books, 0, pool.books[0]._replace(liability=10**20)),
        12: lambda: _with(pool.positions, (KEEPER, 0), held._replace(size=0)),
        14: lambda: _with(pool.markets, 0, state._replace(rate=10**35)),
        21: lambda: _with(system.orders.earned, KEEPER, 10**30),
        24: lambda: _with(shares.state, "supply", 1),
        26: lambda: setattr(system.oracle, "read", lambda _: price._replace(low=price.mid)),
    }
    invariants.check_state(view.of(system))
    breaks[number]()
    failing = {item.number for item in invariants.INVARIANTS if item.state and list(item.state(view.of(system)))}
    assert number in failing


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (22, {"published_at": 1}),
        (22, {"mid": PRICES[1] + 1}),
        (26, {"mid": HIGHEST, "published_at": 1 << 39, "spread": 50}),
        (26, {"spread": 49}),
        (26, {"confidence": 1}),
    ],
)
def test_a_price_that_is_not_judged_is_seen(number: int, fault: dict[str, int]) -> None:
    """Of a source whose prices are brought; nothing asks it again."""
    system = world()
    before = view.of(system).copy()
    _with(system.oracle.stored, 1, system.oracle.stored[1]._replace(**fault))
    step = view.Step("oracle", "update", KEEPER)
    failing = {
        item.number for item in invariants.INVARIANTS if item.step and list(item.step(before, view.of(system), step))
    }
    assert number in failing


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [({"doubted": 1}, 0), ({}, 4001), ({"mid": PRICES[1] + 1}, 0), ({"published_at": 1_800_000_000}, 0)],
)
def test_a_price_that_is_not_the_stored_one_is_seen(fault: dict[str, int], seconds: int) -> None:
    """What was read before is held to what is stored now."""
    system = world()
    price = system.oracle.read(1)
    system.warp(system.now + seconds)
    _with(system.oracle.stored, 1, system.oracle.stored[1]._replace(**fault))
    with pytest.raises(invariants.Violation, match="invariant 26 "):
        invariants.check_price(view.of(system), 1, price)
