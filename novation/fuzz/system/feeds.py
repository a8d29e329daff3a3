"""The sources of a stage's prices and its sequencer, as they are deployed and as the adapter is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.protocol import Chain, Contract
from novation.deployment.plan import feed_settings
from novation.deployment.settings import Market
from novation.model.feeds import Settings
from novation.model.sources import UPDATE_BYTES, Observation

KINDS = 100  # a source is known by its market, a reference by this plus it, a fallback by
REFERENCE, FALLBACK = KINDS, 2 * KINDS
UP, DOWN = 0, 1  # answers of a sequencer's feed
GRACE = 300  # seconds after a sequencer is back


def sequencer(chain: Chain, owner: str) -> Contract:
    """What Chainlink tells of a sequencer, that has been up for long."""
    feed = chain.deploy("MockAggregatorProxy", 0, sender=owner)
    feed.transact("push_at", UP, chain.now - 2 * GRACE, sender=owner)
    return feed


def surrounded(chain: Chain, market: Market, feeds: dict[int, Contract], owner: str) -> Market:
    """Deploys a market's reference and fallback, with a price each, into `feeds`. @return it with their addresses."""
    feed = market.feed
    for kind, wanted in ((REFERENCE, feed.reference), (FALLBACK, feed.fallback)):
        if wanted:
            made = feeds[kind + market.number] = chain.deploy("MockSource", True, sender=owner)
            made.transact("push", feed.price, sender=owner)
    reference, fallback = (
        feeds[kind + market.number].address if kind + market.number in feeds else "" for kind in (REFERENCE, FALLBACK)
    )
    return replace(market, feed=replace(feed, reference=reference, fallback=fallback))


def signed(update: bytes) -> Observation:
    """What an update of the mock says."""
    words = (int.from_bytes(update[at : at + 32], "big") for at in range(0, UPDATE_BYTES, 32))
    mid, confidence, at, previous = words
    return Observation(at, mid, confidence, at, previous)


def fields(feeds: Mapping[int, Contract], market: Market) -> tuple[Any, ...]:
    """What `set_feed` takes."""
    keys = (market.number, REFERENCE + market.number, FALLBACK + market.number)
    return feed_settings(market.feed, *(feeds[key].address if key in feeds else ZERO_ADDRESS for key in keys))


def settings_of(feeds: Mapping[int, Contract], market: Market) -> Settings:
    """How a market's feed is set at first."""
    told: Any = (int(value, 16) if isinstance(value, str) else value for value in fields(feeds, market))
    return Settings(*told)
