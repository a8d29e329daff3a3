"""What the protocol refuses: revert codes, as the contracts give them."""

from __future__ import annotations

CODES: dict[str, str] = {
    "": "a number beyond its type: the contract's arithmetic stops it without a reason",
    "AUTH": "the sender may not do this",
    "BOUND": "a parameter outside its bounds",
    "BUSY": "the account has an opening order pending already",
    "CAPPED": "position cap, open interest cap or the pool's reserve",
    "CASH": "not enough cash",
    "CLOSED": "the share contract is not bootstrapped yet",
    "CREDIT": "the pool's cash would fall below minus its credit",
    "DEBT": "negative cash beyond what insurance holds",
    "DUST": "the position left would be smaller than the smallest allowed",
    "EARLY": "not yet",
    "EMPTY": "nothing waits to be settled",
    "EXPIRED": "too late",
    "FEE": "keeper fee out of its bounds, or ether that is not the update's fee",
    "FEED": "the update is of another price",
    "FORMAT": "no update, or not exactly one",
    "FUTURE": "published later than now",
    "GAS": "too little gas to tell a failure from a lack of it (never in the model)",
    "GRID": "a time that the network does not publish at",
    "HALTED": "the market does not fill this now",
    "HEALTHY": "the account may not be liquidated",
    "LENGTH": "lists of different lengths",
    "MARGIN": "not enough margin",
    "MARKET": "no such market, or no position in it",
    "MAX": "too many markets for one account",
    "NOFLAG": "the flag is as it should be",
    "ONCE": "it can be set once only",
    "ORDER": "the slot does not hold this order in this state",
    "ORIGIN": "signed by another part of the network, or on another chain",
    "PAUSED": "the action is paused",
    "PENDING": "an opening order is pending",
    "POSITION": "the account has a position",
    "PRICE": "worse than the acceptable price",
    "PROOF": "no observation known is the order's one price",
    "PUSH": "the source is asked, not brought anything",
    "RANGE": "a number beyond its field of a packed word",
    "REDUCE": "nothing to reduce",
    "REFUND": "the sender does not take the ether that is left",
    "SETTLE": "an older batch must be settled first",
    "SHARES": "not enough shares",
    "SIGNED": "not signed by the network",
    "SLOT": "the order slot is taken or does not exist",
    "STALE": "no good price",
    "TOKEN": "the token moved another amount than asked",
    "TRIGGER": "the price has not reached the trigger",
    "VALUE": "no price",
    "WAIT": "an older request is not settled yet",
    "ZERO": "nothing to do",
}


class Revert(Exception):
    """A call that the protocol refuses; the state is as before."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code or '(no code)'}: {CODES[self.code]}"


class RevertOfAll(Revert):
    """What a list does not pass over: it is asked outside of the call that may fail."""

    __slots__ = ()
