"""The liquidator: who is closed, in which market, and for how much."""

from __future__ import annotations

import pytest

import novation.bots.liquidator as module
from novation.bots.prices import Published, PullPrices
from novation.model.doors import FLAG_LIFE
from novation.model.feeds import HALT
from tests.bots.conftest import TRADE_AGE, Floor, Long
from tests.support.system import BTC, ETH, WAD


def levered(floor: Floor, *traders: str) -> None:
    """Each with 100,000 USD is long 250 ETH at 4,000: ten times."""
    for trader in traders:
        floor.house.trade(trader, ETH, 250 * WAD, 4_000)


def test_leaves_the_healthy(floor: Floor) -> None:
    levered(floor, floor.house.taker)
    liquidator = floor.liquidator()
    assert liquidator.step() == []
    assert floor.mirror.holders() == [floor.house.taker]
    assert liquidator.unhealthy([floor.house.taker]) == []


def test_closes_a_part(floor: Floor) -> None:
    house = floor.house
    levered(floor, house.taker)
    house.set_price(ETH, 3_725)
    (done,) = floor.liquidator().step()
    told = done.receipt.one("Liquidated").args
    assert (done.kind, done.account, done.market) == ("liquidate", house.taker, ETH)
    assert done.earned == told["reward"] > 0
    assert 0 < floor.mirror.position(house.taker, ETH).size < 250 * WAD
    assert house.cash(house.liquidator) == done.earned
    assert floor.liquidator().step() == []


def test_closes_the_insolvent_in_all_markets(floor: Floor) -> None:
    house = floor.house
    house.trade(house.taker, ETH, 200 * WAD, 4_000)
    house.trade(house.taker, BTC, WAD, 110_000)
    house.set_price(ETH, 3_400)
    (done,) = floor.liquidator().step()
    assert len(done.receipt.find("Filled")) == 2
    assert done.receipt.one("Liquidated").args["deficit"] > 0
    assert floor.mirror.positions == {}


def test_takes_the_market_that_pays_more(floor: Floor) -> None:
    house = floor.house
    house.trade(house.taker, ETH, 2 * WAD, 4_000)
    house.trade(house.taker, BTC, 9 * WAD, 110_000)
    house.set_price(BTC, 102_300)
    done = floor.liquidator().step()
    assert done[0].market == BTC


def test_several_accounts_are_one_transaction(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    house = floor.house
    levered(floor, house.taker, house.maker)
    house.set_price(ETH, 3_725)
    monkeypatch.setattr(module, "VIEW", 1)  # asks for one account at a time
    before = floor.recorded.transactions
    done = floor.liquidator().step()
    assert {deed.account for deed in done} == {house.taker, house.maker}
    assert floor.recorded.transactions == before + 1


def test_profit(floor: Floor) -> None:
    levered(floor, floor.house.taker)
    floor.house.set_price(ETH, 3_725)
    greedy = floor.liquidator(profit=10**6 * WAD)
    assert greedy.step() == []
    assert greedy.refusals == {"UNPROFITABLE": 1}


def test_halted_markets_wait(floor: Floor) -> None:
    house = floor.house
    levered(floor, house.taker)
    house.set_price(ETH, 3_725)
    house.warp(10_000)
    liquidator = floor.liquidator()
    if liquidator.unhealthy([house.taker]):  # unhealthy even at the favourable side
        assert liquidator.step() == []
        assert liquidator.refusals == {"HALTED": 1}
    house.set_price(ETH, 3_725)
    assert len(liquidator.step()) == 1


def test_brings_the_price_that_makes_unhealthy(pulled: Floor) -> None:
    house = pulled.house
    levered(pulled, house.taker, house.maker)
    house.warp(60)
    pulled.publish(ETH, 3_725)
    liquidator = pulled.liquidator()
    assert liquidator.unhealthy([house.taker]) == []  # at what the adapter knows
    ether, before = house.chain.balance(house.liquidator), pulled.recorded.transactions
    done = liquidator.step()
    assert {deed.account for deed in done} == {house.taker, house.maker}
    assert house.price(ETH) == 3_725 * WAD
    assert pulled.recorded.transactions == before + 2  # the second follows at the price that the first has brought
    assert ether - house.chain.balance(house.liquidator) == pulled.proof
    assert house.chain.balance(house.liquidation.address) == 0
    assert house.cash(house.liquidator) == sum(deed.earned for deed in done) > 0
    assert liquidator.step() == []


@pytest.mark.parametrize("pulled", ["redstone"], indirect=True)
def test_brings_a_long_update_by_itself(pulled: Floor) -> None:
    house = pulled.house
    levered(pulled, house.taker)
    house.warp(60)
    pulled.publish(ETH, 3_725)
    liquidator = pulled.liquidator(service=Long(pulled.published))
    (done,) = liquidator.step()
    assert (done.account, done.market) == (house.taker, ETH)
    assert liquidator.refusals == {}


def test_an_update_that_has_no_fee_any_more_is_left(pulled: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was one when it was looked at; a report of Data Streams expires."""
    house = pulled.house
    levered(pulled, house.taker)

    class Expired(Published):
        def newest(self, market: int) -> bytes:
            return bytes(4_097)  # beyond what the adapter takes

    monkeypatch.setattr(PullPrices, "_proven", lambda prices, update: (3_725 * WAD, house.now + 1))
    liquidator = pulled.liquidator(service=Expired(house.feeds))
    assert liquidator.step() == []
    assert liquidator.refusals == {}


def test_a_price_that_hurts_nobody_is_left(pulled: Floor) -> None:
    house = pulled.house
    levered(pulled, house.taker)
    house.warp(60)
    pulled.publish(ETH, 3_990)
    liquidator, before = pulled.liquidator(), pulled.recorded.transactions
    assert liquidator.step() == []
    assert pulled.recorded.transactions == before
    assert liquidator.refusals == {}


def test_profit_with_an_update(pulled: Floor) -> None:
    house = pulled.house
    levered(pulled, house.taker)
    house.warp(60)
    pulled.publish(ETH, 3_725)
    greedy = pulled.liquidator(profit=10**6 * WAD)
    assert greedy.step() == []
    assert greedy.refusals == {"UNPROFITABLE": 1}
    assert house.price(ETH) == 4_000 * WAD


# Accounts with several markets whose newest prices are not known yet, and prices that are old.

RAMP = 300  # seconds


def hedged(floor: Floor) -> None:
    """The taker with 100,000 USD is long 150 ETH at 4,000 and short 5.5 BTC at 110,000: about as much."""
    floor.house.trade(floor.house.taker, ETH, 150 * WAD, 4_000)
    floor.house.trade(floor.house.taker, BTC, -55 * WAD // 10, 110_000)


def told(floor: Floor, **usd: float) -> None:
    """Networks publish prices, nobody brings them."""
    floor.house.warp(60)
    for name, price in usd.items():
        floor.publish({"eth": ETH, "btc": BTC}[name], price)


def without_others(floor: Floor, market: int) -> int:
    """What closing the taker would earn if only this market's price were brought. @raises Reverted."""
    house = floor.house
    arguments = house.taker, market, house.feeds[market].update
    fee = house.oracle.call("fee", market, arguments[2])
    return int(house.liquidation.call("liquidate", *arguments, sender=house.liquidator, value=fee))


def test_the_hedged_are_judged_with_all_their_markets(pulled: Floor) -> None:
    house = pulled.house
    hedged(pulled)
    told(pulled, eth=3_550, btc=101_750)
    assert without_others(pulled, ETH) > 0
    liquidator, before = pulled.liquidator(), pulled.recorded.transactions
    assert liquidator.step() == []
    assert pulled.recorded.transactions == before
    pulled.bring(ETH)
    assert liquidator.unhealthy([house.taker]) == [house.taker]  # as far as the adapter knows
    assert liquidator.step() == []
    assert pulled.recorded.transactions == before + 1
    assert liquidator.refusals == {}
    pulled.bring(BTC)
    assert liquidator.step() == []
    assert eth_of(pulled) == 150 * WAD


def eth_of(floor: Floor) -> int:
    """Of the taker's ETH, on the chain."""
    return int(floor.house.lens.call("position", floor.house.taker, ETH)[0])


def test_brings_all_markets_of_an_account(pulled: Floor) -> None:
    house = pulled.house
    hedged(pulled)
    told(pulled, eth=3_550, btc=111_000)
    liquidator = pulled.liquidator()
    ether, before = house.chain.balance(house.liquidator), pulled.recorded.transactions
    (done,) = liquidator.step()
    assert done.account == house.taker
    assert (house.price(ETH), house.price(BTC)) == (3_550 * WAD, 111_000 * WAD)
    assert pulled.recorded.transactions == before + 3
    assert ether - house.chain.balance(house.liquidator) == 2 * pulled.proof
    assert pulled.costs.spent == 2 * pulled.proof * 4_000  # a wei was worth 4,000e-18 USD
    assert house.cash(house.liquidator) == done.earned > 0
    assert liquidator.refusals == {}


def test_a_newer_price_saves(pulled: Floor) -> None:
    house = pulled.house
    levered(pulled, house.taker)
    told(pulled, eth=3_725)
    pulled.bring(ETH)
    told(pulled, eth=3_990)
    liquidator, before = pulled.liquidator(), pulled.recorded.transactions
    assert liquidator.unhealthy([house.taker]) == [house.taker]
    assert liquidator.step() == []
    assert pulled.recorded.transactions == before


def test_profit_with_all_markets(pulled: Floor) -> None:
    hedged(pulled)
    told(pulled, eth=3_550, btc=111_000)
    before = pulled.recorded.transactions
    greedy = pulled.liquidator(profit=10**6 * WAD)
    assert greedy.step() == []
    assert greedy.refusals == {"UNPROFITABLE": 1}
    assert pulled.recorded.transactions == before


@pytest.mark.parametrize(("eth", "btc"), [(3_600, 111_000), (3_560, 112_000), (3_400, 113_000), (3_300, 105_000)])
def test_what_it_expects_is_about_what_it_earns(pulled: Floor, eth: int, btc: int) -> None:
    house = pulled.house
    hedged(pulled)
    told(pulled, eth=eth, btc=btc)
    pulled.mirror.refresh()
    outlook = pulled.outlook()
    outlook.refresh()
    ((_, ahead),) = outlook.standings([house.taker])
    expected = outlook.reward(house.taker)
    for market in (ETH, BTC):
        pulled.bring(market)
    health = house.lens.call("health", house.taker)
    assert abs(ahead.margin - health[1]) < 10**6
    assert abs(ahead.maintenance - health[3]) < 10**6
    (done,) = pulled.liquidator().step()[:1]
    assert abs(expected - done.earned) <= done.earned // 100


def silent(floor: Floor, seconds: int) -> None:
    """The networks say nothing for so long after the taker has become unhealthy."""
    told(floor, eth=3_725)
    floor.bring(ETH)
    floor.house.warp(seconds)


def test_old_prices_need_a_flag_and_its_time(aging: Floor) -> None:
    house, liquidator = aging.house, aging.liquidator()
    levered(aging, house.taker)
    silent(aging, TRADE_AGE + 1)
    before = aging.recorded.transactions
    assert liquidator.step() == []
    assert aging.recorded.transactions == before + 1
    assert house.lens.call("account", house.taker)[2] == house.now  # flagged
    for _ in range(2):
        house.warp(RAMP // 2 - 1)
        assert liquidator.step() == []
    assert aging.recorded.transactions == before + 1
    assert set(liquidator.refusals) == {"EARLY"}
    house.warp(2)
    (done,) = liquidator.step()
    assert (done.account, done.market) == (house.taker, ETH)


def test_whom_others_have_flagged_is_not_flagged_again(aging: Floor) -> None:
    house, liquidator = aging.house, aging.liquidator()
    levered(aging, house.taker)
    silent(aging, TRADE_AGE + 1)
    house.vault.transact("flag", house.taker, sender=house.outsider)
    before = aging.recorded.transactions
    house.warp(RAMP - 1)
    assert liquidator.step() == []
    assert aging.recorded.transactions == before
    house.warp(1)
    assert len(liquidator.step()) == 1


def test_a_flag_from_before_the_price_is_set_anew(aging: Floor) -> None:
    """What came after the flag is old, too: the module says EARLY until the account is flagged again."""
    house, liquidator = aging.house, aging.liquidator()
    levered(aging, house.taker)
    silent(aging, TRADE_AGE + 1)
    house.vault.transact("flag", house.taker, sender=house.outsider)
    silent(aging, FLAG_LIFE - 60)  # with the minute of `told`
    before = aging.recorded.transactions
    assert liquidator.step() == []
    assert aging.recorded.transactions == before
    house.warp(1)
    assert liquidator.step() == []
    assert house.lens.call("account", house.taker)[2] == house.now
    house.warp(RAMP)
    (done,) = liquidator.step()
    assert (done.account, done.market) == (house.taker, ETH)


def test_an_old_price_of_another_market_is_brought_or_waited_for(aging: Floor) -> None:
    house, liquidator = aging.house, aging.liquidator()
    hedged(aging)
    house.warp(TRADE_AGE)
    told(aging, eth=3_550)
    assert liquidator.step() == []
    assert house.price(ETH) == 3_550 * WAD
    assert house.lens.call("account", house.taker)[2] == house.now  # BTC's price is old
    aging.publish(BTC, 111_000)
    (done,) = liquidator.step()
    assert done.account == house.taker
    assert house.price(BTC) == 111_000 * WAD


def test_profit_with_a_flag(aging: Floor) -> None:
    levered(aging, aging.house.taker)
    silent(aging, TRADE_AGE + 1)
    before = aging.recorded.transactions
    greedy = aging.liquidator(profit=10**6 * WAD)
    assert greedy.step() == []
    assert greedy.refusals == {"EARLY": 1, "UNPROFITABLE": 1}
    assert aging.recorded.transactions == before


def test_a_doubted_price_is_brought_too_and_the_other_market_closed_in_time(aging: Floor) -> None:
    house, liquidator = aging.house, aging.liquidator()
    hedged(aging)
    told(aging, eth=3_500)
    aging.bring(ETH)
    told(aging, eth=40)  # outside the band: it is doubted
    assert liquidator.step() == []
    assert house.oracle.call("read", ETH)[4] == HALT
    assert house.lens.call("account", house.taker)[2] == house.now
    before = aging.recorded.transactions
    house.warp(RAMP - 1)
    assert liquidator.step() == []
    assert aging.recorded.transactions == before
    house.warp(1)
    (done,) = liquidator.step()
    assert (done.account, done.market) == (house.taker, BTC)


def test_a_doubted_price_is_left_where_nothing_could_be_closed(aging: Floor) -> None:
    house, liquidator = aging.house, aging.liquidator()
    levered(aging, house.taker)
    told(aging, eth=3_650)
    aging.bring(ETH)
    told(aging, eth=40)
    before = aging.recorded.transactions
    assert liquidator.step() == []
    assert liquidator.refusals == {"UNPROFITABLE": 1}
    assert aging.recorded.transactions == before
    told(aging, eth=3_640)
    assert len(liquidator.step()) == 1
