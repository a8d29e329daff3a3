"""The mirror: what events tell is what the chain has."""

from __future__ import annotations

from novation.bots.mirror import account_of, market_of
from novation.fixed import unpack
from novation.model import words
from tests.bots.conftest import Floor
from tests.support.system import BTC, ETH, WAD


def check(floor: Floor) -> None:
    """Every account, position and market, the book and the supply."""
    mirror, house = floor.mirror, floor.house
    mirror.refresh()
    for address, account in mirror.accounts.items():
        assert account == account_of(house.vault.call("account_word", address)), address
        for number in mirror.markets:
            word = house.pool.call("position_word", address, number)
            size, basis, changed_at = unpack(word, words.POSITION)
            held = mirror.position(address, number)
            assert (size, basis) == (held.size, held.basis)
            assert not size or changed_at == held.changed_at
    for number, market in mirror.markets.items():
        assert market == market_of(*house.pool.call("market_words", number)[2:])
    assert tuple(mirror.book) == unpack(house.pool.call("book_word"), words.BOOK)
    assert mirror.supply == house.supply()
    total = sum(account.cash for account in mirror.accounts.values())
    assert total == mirror.deposited - mirror.withdrawn


def test_through_everything(floor: Floor) -> None:
    house = floor.house
    check(floor)
    house.trade(house.taker, ETH, 250 * WAD, 4_000)
    house.trade(house.maker, ETH, -40 * WAD, 4_001)
    house.trade(house.hedger, BTC, WAD, 110_000)
    check(floor)
    house.order(house.hedger, ETH, WAD, trigger=3_900 * WAD)
    check(floor)
    house.set_price(ETH, 3_990)
    house.vault.transact("realise", house.taker, ETH, sender=house.outsider)
    check(floor)
    house.set_price(ETH, 3_700)
    floor.liquidator().step()
    check(floor)
    house.set_price(ETH, 3_300)
    floor.liquidator().step()
    check(floor)
    house.vault.transact("collect", 0, sender=house.outsider)
    house.orders.transact("claim", house.keeper, sender=house.outsider)
    house.vault.transact("withdraw", house.maker, 10 * 10**6, house.maker, sender=house.maker)
    house.shares.transact("request_redeem", house.balance(house.lp) // 2, sender=house.lp)
    house.settle()
    house.shares.transact("claim", house.lp, sender=house.lp)
    check(floor)


def test_who_holds_what(floor: Floor) -> None:
    house, mirror = floor.house, floor.mirror
    house.trade(house.taker, ETH, 2 * WAD, 4_000)
    house.trade(house.taker, BTC, -WAD, 110_000)
    mirror.refresh()
    assert mirror.holders() == [house.taker]
    assert sorted(mirror.markets_of(house.taker)) == [ETH, BTC]
    house.trade(house.taker, ETH, -2 * WAD, 4_000)
    mirror.refresh()
    assert mirror.markets_of(house.taker) == [BTC]
    assert abs(mirror.pnl(house.taker, BTC, 110_000 * WAD)) < 40 * WAD
