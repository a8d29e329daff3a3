"""Bugs of the oracle adapter and of how prices are judged and paid for."""

from __future__ import annotations

from tests.planted.bug import Shelf

ADAPTER = Shelf("contracts/OracleAdapter.vy")
JUDGE = Shelf("contracts/modules/feed_judge.vy")
UPDATES = Shelf("contracts/modules/price_updates.vy")

ADAPTER.plant(
    "prices do not grow stale",
    "missing check",
    "A feed that has stopped is traded against at the price of an hour ago.",
    "    if age > words._seconds(config, words.TRADE_AGE):\n        look.status = AGED\n    elif age",
    "    if age",
)
ADAPTER.plant(
    "an older update replaces the price",
    "missing check",
    "Whoever keeps an update of a minute ago takes the price back in time, and closes at it.",
    "if seen.published_at > heard_at or (",
    "if seen.published_at != words._at(stored) or (",
)
ADAPTER.plant(
    "an update before as old as the order",
    "off by one",
    "Of two updates, one at T and one after, both fill the order: the keeper chooses.",
    "return gap != 0 and at >= due and at <= end and unsafe_sub(at, gap) < due",
    "return gap != 0 and at >= due and at <= end and unsafe_sub(at, gap) <= due",
    subtle=True,
)
ADAPTER.plant(
    "an observation before as old as the order",
    "off by one",
    "The same for a source that is asked.",
    '        assert seen.previous_at != 0 and seen.previous_at < due, "PROOF"\n',
    '        assert seen.previous_at != 0 and seen.previous_at <= due, "PROOF"\n',
    subtle=True,
)
ADAPTER.plant(
    "a window that ends a second early",
    "off by one",
    "The last second of a window counts as after it: two observations can fill an order.",
    "    if seen.published_at >= due and seen.published_at <= end:\n",
    "    if seen.published_at >= due and seen.published_at < end:\n",
    subtle=True,
)
ADAPTER.plant(
    "a doubted price is believed",
    "missing check",
    "What is out of the band, or far from the reference, moves the market all the same.",
    '        verdict.stored = judge._doubted(heard, seen.published_at, verdict.reason == "MOVE")\n'
    "        return verdict\n",
    "        pass\n",
)
ADAPTER.plant(
    "the distance is measured from the price",
    "swapped arguments",
    "A price may be further below its reference than the limit says.",
    "words._is_apart(seen.mid, words._mid(agreed), words._bps(limits, words.DIVERGENCE))",
    "words._is_apart(words._mid(agreed), seen.mid, words._bps(limits, words.DIVERGENCE))",
    subtle=True,
)
ADAPTER.plant(
    "a breaker that never ends",
    "missing check",
    "After one crash nobody opens or withdraws until the next price, for as long as that takes.",
    "age < words._seconds(stored, words.BREAKER)",
    "words._seconds(stored, words.BREAKER) != 0",
)
ADAPTER.plant(
    "a late price far from the newest",
    "missing check",
    "An order fills at what the adapter would have doubted, had it been brought in time.",
    '        assert limit == 0 or not words._is_apart(mid, look.mid, limit), "STALE"\n',
    "        pass\n",
    subtle=True,
)
ADAPTER.plant(
    "a reference that is asked once",
    "stale index",
    "The price is compared with what another network said long ago.",
    "        and unsafe_sub(block.timestamp, (anchor >> words.ASKED_AT) & words.U40)"
    " <= words._seconds(limits, words.REFRESH)\n",
    "",
    subtle=True,
)
ADAPTER.plant(
    "a fallback for a source that is doubted",
    "missing check",
    "Whoever can make the adapter doubt the best source has the market priced by the second-best.",
    "        if words._flag(config, words.FALLBACK) and quiet > words._seconds(config, words.CLOSE_AGE):\n",
    "        if words._flag(config, words.FALLBACK):\n",
)
ADAPTER.plant(
    "late without a price of now",
    "missing check",
    "Nobody brings what the market says meanwhile: a late order is an option on its old price.",
    "        assert look.at > max(unsafe_add(due, LATE), unsafe_sub(block.timestamp, LATE)) or look.is_fallback, "
    '"STALE"\n',
    "        pass\n",
    subtle=True,
)
ADAPTER.plant(
    "a move that nobody vouches for",
    "missing check",
    "One wrong price, far from the last, liquidates everybody.",
    "        if len(verdict.reason) == 0 and has_moved and agreed == 0:\n",
    "        if len(verdict.reason) > 0 and has_moved and agreed == 0:\n",
)
ADAPTER.plant(
    "a flash inherits the clock of a drift",
    "missing check",
    "Two moves to different prices, `calm` apart: the second is believed in its first second and liquidates everybody.",
    "            if words._is_apart(seen.mid, self._levels[feed], words._bps(limits, words.MOVE)):\n"
    "                heard = stored & (2**words.RUN - 1)\n",
    "",
    subtle=True,
)
ADAPTER.plant(
    "a clock that runs on in silence",
    "stale value",
    "Two flashes hours apart are one level that lasted: the second is believed and liquidates everybody.",
    "        if silence > words._seconds(limits, words.CALM):\n",
    "        if silence > words.U40:\n",
    subtle=True,
)
ADAPTER.plant(
    "the level of the last doubt",
    "stale value",
    "Small steps carry the clock away from where it began: a price that lasted a second is believed.",
    "        if verdict.stored >> words.RUN == 1:\n            self._levels[feed] = seen.mid\n",
    "        self._levels[feed] = seen.mid\n",
    subtle=True,
)
ADAPTER.plant(
    "a level that is never written again",
    "stale index",
    "Every move of later years is measured from the first that was ever doubted: none is believed.",
    "        if verdict.stored >> words.RUN == 1:\n",
    "        if verdict.stored >> words.RUN == 1 and self._levels[feed] == 0:\n",
    subtle=True,
)
ADAPTER.plant(
    "an own price beside a fallback without its deviation",
    "missing check",
    "A straddle looks at the market, within what the fallback walks unseen, and fills the side that won.",
    "        spread = max(spread, words._bps(self._fallbacks[feed], words.FALLBACK_DEVIATION))\n"
    "    return words._mid(known), spread\n",
    "        pass\n    return words._mid(known), spread\n",
    subtle=True,
)
ADAPTER.plant(
    "outdated only when it is aged",
    "missing check",
    "A price in HALT passes for one that nobody left out: accounts are liquidated, and orders burned, beside it.",
    "    return look.status >= HALT and words._at(stored) >= time\n",
    "    return look.status == AGED and words._at(stored) >= time\n",
    subtle=True,
)
ADAPTER.plant(
    "a fallback's time for the feed's own",
    "stale value",
    "Each round of the fallback makes every flag too old: nobody is liquidated while it prices the feed.",
    "    return look.status >= HALT and words._at(stored) >= time\n",
    "    return look.status >= HALT and look.at >= time\n",
    subtle=True,
)
ADAPTER.plant(
    "the dear side rounded down",
    "rounding",
    "Shorts have a wei more margin than the rules say.",
    "unsafe_add(unsafe_mul(look.mid, unsafe_add(BPS, look.spread)), BPS - 1), BPS)",
    "unsafe_mul(look.mid, unsafe_add(BPS, look.spread)), BPS)",
    subtle=True,
)
ADAPTER.plant(
    "the guardian lifts the floor",
    "missing access control",
    "A stolen guardian's key makes a doubtful feed tradable again.",
    "    if index < (config >> words.STATUS) & 3:\n        roles._only_owner()\n",
    "",
)
ADAPTER.plant(
    "settings forget what was doubted",
    "stale index",
    "After `set_feed` an update from before the doubted one is believed.",
    "        elif not words._flag(stored, words.DOUBTED):\n            stored = stored & ~(words.U20 << words.GAP)\n",
    "        else:\n            stored = stored & ~(words.U20 << words.GAP)\n",
    subtle=True,
)
ADAPTER.plant(
    "a swing across two windows",
    "missing check",
    "A crash around the end of a window trips no breaker.",
    "judge._swung(limits, self._swings[feed][(number & 1) ^ 1], unsafe_sub(number, 1) & words.U32, seen.mid)",
    "judge._swung(limits, self._swings[feed][(number & 1) ^ 1], number, seen.mid)",
    subtle=True,
)
JUDGE.plant(
    "a move that is doubted for ever",
    "stale index",
    "Every price of a market that has crashed begins to be doubted anew: nobody closes again.",
    "        first_at: uint256 = self._moved_at(stored, at)\n",
    "        first_at: uint256 = at\n",
    subtle=True,
)
JUDGE.plant(
    "no upper band",
    "missing check",
    "A source stuck at its own maximum, or wrong by decimals, is believed.",
    "if seen.mid <= words._band(limits) or seen.mid >= words._band(limits >> words.BAND_HIGH):",
    "if seen.mid <= words._band(limits):",
    subtle=True,
)
JUDGE.plant(
    "a gap one second too long",
    "off by one",
    "The price is the first one since a second before its predecessor: both fill the order.",
    "gap: uint256 = unsafe_sub(seen.published_at, seen.previous_at)\n    return gap",
    "gap: uint256 = unsafe_sub(seen.published_at, unsafe_sub(seen.previous_at, 1))\n    return gap",
    subtle=True,
)
JUDGE.plant(
    "a spread without the interval",
    "missing check",
    "Whoever opens while the network is unsure is judged at a price that is better than it may be.",
    "spread: uint256 = max(confidence, words._bps(config, words.DEVIATION))",
    "spread: uint256 = words._bps(config, words.DEVIATION)",
)
UPDATES.plant(
    "the rest of the ether is kept",
    "missing check",
    "Who pays a wei too much for an update loses it.",
    "    if rest > 0:\n",
    "    if rest > 10**18:\n",
)
UPDATES.plant(
    "the fee is the whole ether",
    "wrong amount",
    "Nobody can pay for an update who does not know its fee to the wei.",
    "extcall ORACLE.update(market, update, value=fee)",
    "extcall ORACLE.update(market, update, value=sent)",
)
UPDATES.plant(
    "only the first market's price can be outdated",
    "off by one",
    "A liquidator leaves out the price of the second market, in which the account has won what it lost in the first.",
    "        if (markets >> market) & 1 == 1 and staticcall ORACLE.outdated_since(market, time):\n"
    "            return True\n",
    "        if (markets >> market) & 1 == 1:\n            return staticcall ORACLE.outdated_since(market, time)\n",
    subtle=True,
)
BUGS = (*ADAPTER, *JUDGE, *UPDATES)
