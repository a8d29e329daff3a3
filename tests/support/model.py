"""A small world on the model: two markets, actors by role, and a walker that acts at random."""

from __future__ import annotations

from random import Random
from typing import Any

from novation.fixed import WAD
from novation.model import Config, Order, PoolSetup, Revert, Setup, System, invariants, view
from novation.model.feeds import Settings
from novation.model.ledger import DEPOSIT, LP_DEPOSIT, OPEN
from novation.model.pool import Pool
from novation.model.sources import HONEST, SILENT, Source, update_bytes

OWNER, GUARDIAN = Setup.owner, Setup.guardian
LP, KEEPER, LIQUIDATOR, ATTACKER = 0xD10000, 0xD20000, 0xD30000, 0xD40000
TRADERS = (0xE10000, 0xE20000, 0xE20001, 0xE30000)
ACTORS = (LP, KEEPER, LIQUIDATOR, ATTACKER, *TRADERS)
SOURCES = (0x710000, 0x720000)  # the second market's prices are brought
PRICES = (2000 * WAD, 60_000 * WAD)
ETHER = Config(100_000 * WAD, 1000, 500, 500, 200, 600, 300, 100, 2500, 100, 400_000, 1_000_000)
BITCOIN = Config(4_000 * WAD, 800, 400, 300, 100, 500, 200, 200, 2000, 50, 200_000, 500_000)
LOWEST, HIGHEST = WAD, 10**24
JUDGED = (4000, 4000, 50, 0, (1, 18), (1, 24), *(0,) * 11)  # `Settings` after the source and its kind


def two_pools(decimals: int = 6) -> Setup:
    """A market each in a pool of its own, over a token of any decimals."""
    return Setup(decimals=decimals, pools=(PoolSetup(markets=1), PoolSetup(0x510000, 0x610000, 2)))


def usd(amount: int) -> int:
    """Whole dollars as WAD."""
    return amount * WAD


def world(setup: Setup | None = None, deposit: int = 100_000, liquidity: int = 5_000_000) -> System:
    """Deployed, funded, with `liquidity` dollars in the pool and a fresh price in both markets: the first one's source
    is asked, the second one's prices are brought."""
    system = System(setup or Setup())
    for market, config in enumerate((ETHER, BITCOIN)):
        source = system.add_source(SOURCES[market], is_push=market == 0)
        if source.is_push:
            source.push(PRICES[market], system.now - 1)
        system.oracle.set_feed(OWNER, market, Settings(source.address, source.is_push, *JUDGED))
        if not source.is_push:
            bring(system, market, PRICES[market], system.now - 1)
        pool_of(system, market).set_market(OWNER, market, config)
    for actor in ACTORS:
        system.token.mint(actor, 10**9 * system.token.unit)
        if deposit:
            system.vault.deposit(actor, actor, deposit * system.token.unit)
    for shares in system.shares:
        system.vault.deposit(LP, LP, (liquidity + 1000) * system.token.unit)
        shares.bootstrap(LP, LP)
    for index in range(len(system.shares)):
        lend(system, liquidity, index)
    return system


def pool_of(system: System, market: int) -> Pool:
    """The pool whose market it is."""
    return system.pools[system.vault.pool_of(market)]


def lend(system: System, dollars: int, index: int = 0) -> None:
    """The LP deposits, the epoch ends, the shares are claimed."""
    if dollars:
        shares = system.shares[index]
        shares.request_deposit(LP, LP, usd(dollars))
        system.warp(shares.batches[shares.state["newest"]].closes_at)
        refresh(system)
        shares.settle(LP)
        shares.claim(LP, LP)


def refresh(system: System) -> None:
    """The last prices again."""
    for market in range(len(SOURCES)):
        publish(system, market, last(system, market))


def source_of(system: System, market: int) -> Source:
    """The twin of a market's source."""
    return system.oracle.sources[SOURCES[market]]


def last(system: System, market: int) -> int:
    """The newest price (WAD): as the source tells it, or as the adapter has it."""
    source = source_of(system, market)
    return source.told[source.state["newest"]].mid if source.is_push else system.oracle.stored[market].mid


def bring(system: System, market: int, mid: int, at: int) -> None:
    """What a network signs is brought; it published nothing in the five seconds before."""
    system.oracle.update(KEEPER, market, update_bytes(mid, 0, at, at - 5))


def publish(system: System, market: int, mid: int) -> int:
    """A price (WAD) of now, brought where it has to be; @returns the observation's id, 0 of a pull source."""
    source = source_of(system, market)
    if source.is_push:
        return source.push(mid, system.now)
    bring(system, market, mid, system.now)
    return 0


def order(account: int, market: int, size: int, **changes: Any) -> Order:
    """An order with a fee of a dollar that never expires."""
    return Order(account, market, size, 0, 0, False, False, WAD, 1 << 40, 0, 0)._replace(**changes)


def trade(system: System, account: int, market: int, size: int, mid: int = 0, **changes: Any) -> str:
    """Commits, waits, publishes a price (WAD; default: the last) and executes. @returns the code."""
    slot = next(i for i in range(16) if system.orders.slots.get((account, i)) is None)
    due = system.orders.commit(account, order(account, market, size, **changes), slot)
    system.warp(due)
    number = publish(system, market, mid or last(system, market))
    held = system.orders.slots[account, slot]
    assert held is not None
    return system.orders.execute(KEEPER, held, slot, number)


class Walker:
    """Acts at random on a world; every refusal must leave no trace, every step keeps the invariants."""

    def __init__(self, seed: int, system: System | None = None) -> None:
        self.random = Random(seed)
        self.system = system or world(deposit=20_000)
        self.codes: dict[str, int] = {}
        self.drift = 0

    def step(self, check: bool = True) -> None:
        """One random action."""
        part, name, sender, args = self.draw()
        system = self.system
        before = view.of(system).copy() if check else None
        try:
            system.call(part, name, sender, *args)
            code = "ok"
        except Revert as refusal:
            code = refusal.code
        key = f"{part}.{name} {code}"
        self.codes[key] = self.codes.get(key, 0) + 1
        if before is None:
            return
        after = view.of(system)
        if code == "ok":
            invariants.check_step(before, after, view.step_of(system, part, name, sender, args))
        invariants.check_state(after)

    def draw(self) -> tuple[str, str, int, tuple[Any, ...]]:
        """The next action; time and prices move on the way."""
        r, system = self.random, self.system
        if r.random() < 0.5:
            system.warp(system.now + r.choice((1, 1, 2, 5, 10, 30, 600)))
        for market in (0, 1):
            if r.random() < 0.5:
                self.move(market)
        roll = r.random()
        if roll > 0.94:
            rich = [t for t in TRADERS if system.vault.account(t).markets and not system.vault.account(t).pending]
            trader = r.choice(rich or TRADERS)
            free = system.vault.health(trader).withdrawable * system.token.unit // WAD
            return "vault", "withdraw", trader, (trader, free, trader)
        trader = r.choice(TRADERS)
        market = r.randrange(2)
        if roll < 0.22:
            return self.commit(trader, market)
        if roll < 0.50:
            return self.execute()
        if roll < 0.60:
            sick = [t for t in TRADERS if system.vault.liquidatable(t)]
            trader = r.choice(sick or [t for t in TRADERS if system.vault.account(t).markets] or TRADERS)
            held = [m for m in (0, 1) if system.vault.account(trader).markets >> m & 1]
            return "liquidation", "liquidate", LIQUIDATOR, (trader, r.choice(held) if held else market)
        return self.rest(trader, market)

    def move(self, market: int) -> None:
        r, source = self.random, source_of(self.system, market)
        if r.random() < 0.004 or source.state["latest_mode"]:
            mode = HONEST if source.state["latest_mode"] else SILENT
            source.set_modes(mode, mode)
        if r.random() < 0.02:
            self.drift = r.choice((-80, -20, 0, 20, 80))
        jump = r.choice((1, 5, 20, 80, 300)) if r.random() < 0.97 else 1500
        mid = last(self.system, market) * (10_000 + self.drift + r.randint(-jump, jump)) // 10_000
        publish(self.system, market, max(LOWEST + 1, min(HIGHEST - 1, mid)))

    def commit(self, trader: int, market: int) -> tuple[str, str, int, tuple[Any, ...]]:
        r, system = self.random, self.system
        size = r.choice((-1, 1)) * r.randrange(1, 10**6) * (10**13 if market else 3 * 10**14) // r.choice((1, 10, 100))
        reduce_only = r.random() < 0.4
        position = pool_of(system, market).position_of(trader, market).size
        if reduce_only and position:
            size = -position // r.choice((1, 2, 3))
        mid = last(system, market)
        trigger = mid * r.randint(990, 1010) // 1000 if r.random() < 0.15 else 0
        acceptable = mid * r.randint(995, 1010) // 1000 if r.random() < 0.2 else 0
        made = Order(
            trader, market, size, acceptable, trigger, r.random() < 0.5, reduce_only, WAD * r.randint(1, 5),
            system.now + r.randint(0, 2000), 0, 0,
        )  # fmt: skip
        free = [i for i in range(4) if system.orders.slots.get((trader, i)) is None]
        return "orders", "commit", trader, (made, r.choice(free) if free else r.randrange(17))

    def execute(self) -> tuple[str, str, int, tuple[Any, ...]]:
        r, system = self.random, self.system
        live = [(held, slot) for (_, slot), held in system.orders.slots.items() if held is not None]
        if not live:
            return "vault", "realise", ATTACKER, (r.choice(TRADERS), r.randrange(2))
        held, slot = r.choice(live)
        if not held.due:
            return "orders", r.choice(("trigger", "trigger", "cancel")), held.account, (held, slot)
        terms = system.orders.terms
        late = system.now > held.due + terms.window + terms.grace
        if r.random() < (0.8 if late else 0.05):
            return "orders", "cancel", held.account, (held, slot)
        if r.random() < 0.8:
            system.warp(max(system.now, held.due + r.choice((0, 1, 61))))
            if r.random() < 0.5:
                self.move(held.market)
        source = source_of(system, held.market)
        number = source.state["newest"]
        while number > 1 and source.told[number - 1].published_at >= held.due:
            number -= 1
        if number > 1 and source.told[number].published_at > held.due + 60:
            number -= 1
        return "orders", "execute", KEEPER, (held, slot, number + (r.random() < 0.03))

    def rest(self, trader: int, market: int) -> tuple[str, str, int, tuple[Any, ...]]:
        r, system = self.random, self.system
        unit = system.token.unit
        amount = r.randrange(1, 5000 * unit)
        choices: list[tuple[str, str, int, tuple[Any, ...]]] = [
            ("vault", "deposit", trader, (trader, amount)),
            ("vault", "withdraw", trader, (trader, amount, trader)),
            ("vault", "withdraw", trader, (trader, system.vault.health(trader).withdrawable * unit // WAD, trader)),
            ("shares", "transfer", LP, (ATTACKER, r.randrange(1, 10**22))),
            ("vault", "exit", trader, (trader, trader)) if r.random() < 0.2 else ("vault", "flag", KEEPER, (trader,)),
            ("vault", "transfer", trader, (trader, r.choice(TRADERS), amount * WAD // unit)),
            ("vault", "realise", ATTACKER, (trader, market)),
            ("vault", "flag", LIQUIDATOR, (trader,)),
            ("vault", "collect", ATTACKER, (0,)),
            (f"pool{system.vault.pool_of(market)}", "poke", ATTACKER, (market,)),
            ("orders", "claim", KEEPER, (KEEPER,)),
            ("shares", "request_deposit", LP, (LP, r.randrange(1, 50_000) * WAD)),
            ("shares", "request_redeem", LP, (r.randrange(1, 400_000) * WAD,)),
            ("shares", "request_deposit", ATTACKER, (ATTACKER, r.randrange(1, 10**22))),
            ("shares", "request_redeem", ATTACKER, (r.randrange(1, 10**22),)),
            ("shares", "settle", KEEPER, ()),
            ("shares", "settle", KEEPER, ()),
            ("shares", "claim", KEEPER, (r.choice((LP, ATTACKER)),)),
            ("oracle", "observe", KEEPER, (market,)),
        ]
        if r.random() < 0.05:
            pool = f"pool{system.vault.pool_of(market)}"
            choices = [
                ("vault", "pause", GUARDIAN, (r.choice((DEPOSIT, OPEN, LP_DEPOSIT)),)),
                ("vault", "unpause", OWNER, (7,)),
                (pool, "tighten", GUARDIAN, (market, 1000, 250, 100)),
                (pool, "set_market", OWNER, (market, ETHER if market == 0 else BITCOIN)),
                (
                    "pool",
                    "set_market",
                    OWNER,
                    (0, ETHER._replace(maintenance=r.randint(450, 800), penalty=60, rate_max=200_000)),
                ),
                ("oracle", "set_status", GUARDIAN, (market, 2)),
                ("oracle", "set_status", OWNER, (market, 1)),
            ]
        return r.choice(choices)
