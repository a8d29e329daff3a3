"""A flag of long ago must not open the door that it was to keep: prices that a liquidator leaves out."""

from __future__ import annotations

from tests.support.pulled import exposed, hedged, newest, pulled_house, tell, worth
from tests.support.system import BTC, ETH, WAD, House


def bring(house: House, market: int, sender: str) -> None:
    house.oracle.transact("update", market, newest(house, market), sender=sender)


def test_a_flag_of_one_old_half_does_not_liquidate_hours_later(pulled: House) -> None:
    """Flagged at half of the truth once; the other half was brought at once, and every minute for three hours."""
    house = pulled
    account = hedged(house)
    house.warp(200)
    tell(house, ETH, 3_520)
    tell(house, BTC, 88_000)
    bring(house, ETH, house.liquidator)
    house.vault.transact("flag", account, sender=house.liquidator)
    # Others do what the wait is for: they bring the rest, and the account is sound by 60,000 USD.
    for _ in range(180):
        bring(house, BTC, house.outsider)
        bring(house, ETH, house.outsider)
        attempt = house.liquidation.attempt("liquidate", account, ETH, b"", sender=house.liquidator)
        assert attempt.error == "HEALTHY"
        house.warp(60)
        tell(house, ETH, 3_520)
        tell(house, BTC, 88_000)
    # Two minutes without anybody, in which the whole market falls by 12% again.
    house.warp(120)
    tell(house, ETH, 3_098)
    tell(house, BTC, 77_440)
    mark = house.chain.snapshot()
    bring(house, BTC, house.outsider)
    honest = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert honest.error == "HEALTHY"
    house.chain.restore(mark)
    before = house.lens.call("position", account, ETH)[0]
    receipt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    penalty = house.cash(house.liquidator) / WAD
    closed = (before - house.lens.call("position", account, ETH)[0]) / WAD
    assert receipt.error == "EARLY", f"{closed} ETH of a sound account closed, {penalty} USD for it"


def test_a_flag_of_a_wick_of_yesterday_does_not_liquidate_at_a_wick_of_minutes_ago(pulled: House) -> None:
    """One market: a second of 3,770 yesterday flagged it, and it was never unsound since."""
    house = pulled
    house.fund(house.taker, 10_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, 30 * WAD, 4_000)
    house.warp(20)
    tell(house, ETH, 3_770)
    bring(house, ETH, house.liquidator)
    house.vault.transact("flag", house.taker, sender=house.liquidator)
    for _ in range(24):
        house.warp(3_600)
        tell(house, ETH, 4_000)
        bring(house, ETH, house.outsider)
    house.warp(20)
    tell(house, ETH, 3_770)
    wick = newest(house, ETH)
    house.warp(1)
    tell(house, ETH, 4_000)
    house.warp(270)
    tell(house, ETH, 4_100)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, wick, sender=house.liquidator)
    assert receipt.error == "EARLY", f"reward {house.cash(house.liquidator) / WAD} USD"


def test_a_flag_does_not_open_a_fallback_that_lags() -> None:
    """As in test_liquidated_at_half_the_truth, with a flag of an hour ago and a sound price each minute since."""
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 10_000, 45)
    house.set_price(ETH, 3_880)
    house.vault.transact("flag", house.taker, sender=house.liquidator)
    for _ in range(60):
        house.warp(60)
        house.set_price(ETH, 3_925)
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"
    house.warp(200)
    house.system.fallbacks[ETH].publish(3_886 * WAD)
    house.warp(101)
    tell(house, ETH, 3_925)  # the source is alive: anybody could bring it
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert receipt.error == "EARLY"


def test_who_has_a_flag_does_not_close_at_an_old_price_by_liquidating_himself(pulled: House) -> None:
    """Long ETH and BTC; all falls by 3%. He brings BTC alone: unsound, he is closed in ETH at 3,940 of 3,820."""
    house = pulled
    house.fund(house.attacker, 96_000)
    house.set_price(ETH, 4_000)
    house.set_price(BTC, 100_000)
    house.trade(house.attacker, ETH, 200 * WAD, 4_000)
    house.set_price(ETH)
    house.trade(house.attacker, BTC, 8 * WAD, 100_000)
    # An hour ago, a dip of ten seconds.
    house.set_price(ETH, 3_940)
    house.set_price(BTC, 95_500)
    house.vault.transact("flag", house.attacker, sender=house.attacker)
    house.warp(10)
    house.set_price(BTC, 98_500)
    house.warp(3_600)
    house.set_price(ETH, 3_940)
    house.set_price(BTC, 98_500)
    assert house.liquidation.attempt("liquidate", house.attacker, ETH, b"", sender=house.keeper).error == "HEALTHY"
    house.warp(240)
    tell(house, ETH, 3_820)
    tell(house, BTC, 95_545)
    mark = house.chain.snapshot()
    for market in (ETH, BTC):
        bring(house, market, house.outsider)
    honest = worth(house, house.attacker)
    house.chain.restore(mark)
    bring(house, BTC, house.attacker)
    receipt = house.liquidation.attempt("liquidate", house.attacker, ETH, b"", sender=house.attacker)
    bring(house, ETH, house.outsider)
    gain = (worth(house, house.attacker) - honest) / WAD
    left = house.lens.call("position", house.attacker, ETH)[0] / WAD
    assert receipt.error == "EARLY", f"{200 - left} ETH closed at 3,940 of 3,820: {gain} USD of the LPs"
