"""market_words, pools, PoolShares: what is packed is what is unpacked, so packing is injective."""

from __future__ import annotations

import z3

from novation.proofs.facts import quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.state import State
from novation.proofs.translate import Translator
from novation.proofs.values import UINT_MAX, Num

RANGE = "whatever the packer does not refuse (RANGE)"
H = "MathHarness"
FIELDS = {"long": 256, "short": 256, "accrued_at": 256, "rate": 256, "funding": 256, "price": 256, "basis": 256}


def any_state(p: Proof) -> dict[str, Num]:
    """Every value; accrued_at is a block's time."""
    half = 2**255
    return {
        name: p.number(f"s.{name}", 0, 2**40 - 1) if name == "accrued_at" else p.number(f"s.{name}", -half, half - 1)
        for name in FIELDS
    }


@lemma(
    "state-round-trip",
    "A market's state comes out of its three words as it went in.",
    RANGE + "; accrued_at < 2^40 (a block's time)",
    "market_words._pack_interest",
    "market_words._pack_funding",
    "market_words._pack_mark",
    "market_words._unpack_state",
)
def state_round_trip(p: Proof) -> None:
    state = any_state(p)
    words = [p.run(H, f"market_words._pack_{name}", state).value for name in ("interest", "funding", "mark")]
    back = p.run(H, "market_words._unpack_state", *words).value
    p.use(quotient, state["short"].term + state["accrued_at"].term * 2**104, state["long"], 2**104)
    for name in state:
        p.show(back[name].term == state[name].term, name)


@lemma(
    "state-words",
    "The three words of a state are what packing its unpacked fields gives.",
    "words of which the packer takes the fields (a signed field above its minimum); accrued_at < 2^40",
    "market_words._pack_interest",
    "market_words._pack_funding",
    "market_words._pack_mark",
    "market_words._unpack_state",
)
def state_words(p: Proof) -> None:
    words = p.ints("interest funding mark", 0, UINT_MAX)
    p.assume(words[0].term < 2**248)
    state = p.run(H, "market_words._unpack_state", *words).value
    for name, word in zip(("interest", "funding", "mark"), words, strict=True):
        p.show(p.run(H, f"market_words._pack_{name}", state).value.term == word.term, name)


@lemma(
    "position-round-trip",
    "Size, basis and time come out of a position's word as they went in.",
    RANGE + "; changed_at < 2^40",
    "market_words._pack_position",
    "market_words._size",
    "market_words._basis",
)
def position_round_trip(p: Proof) -> None:
    size, basis = p.ints("size basis", -(2**255), 2**255 - 1)
    at = p.number("changed_at", 0, 2**40 - 1)
    word = p.run(H, "market_words._pack_position", size, basis, at).value
    same, fields = p.word("fields", 104, 112, 40)
    for field, value in zip(fields, (size.term % 2**104, basis.term % 2**112, at.term), strict=True):
        p.assume(field.term == value)  # its name
    p.show(word.term == same.term, "the word")
    p.show(same.term / 2**216 == at.term, "time")
    # Each field with its sign, and what is above and below it.
    signed = [z3.If(f.term >= 2 ** (w - 1), f.term - 2**w, f.term) for f, w in ((fields[0], 104), (fields[1], 112))]
    p.have(z3.And(signed[0] == size.term, signed[1] == basis.term), "the signs")
    whole = z3.If(same.term >= 2**255, same.term - 2**256, same.term) + 2**215
    low = fields[0].term + signed[1] * 2**104
    p.use(quotient, fields[2].term - z3.If(same.term >= 2**255, 2**40, 0), low + 2**215, 2**216)
    p.have(whole - whole / 2**216 * 2**216 == low + 2**215, "without the time")
    p.use(quotient, signed[1], fields[0].term * 2**40, 2**144)
    for name, value in (("_size", size), ("_basis", basis)):
        p.show(p.run(H, f"market_words.{name}", same).value.term == value.term, name)


@lemma(
    "book-round-trip",
    "Liability, reserve and fees owed come out of the book's word as they went in.",
    RANGE,
    "market_words._pack_book",
    "market_words._unpack_book",
)
def book_round_trip(p: Proof) -> None:
    values = p.ints("liability reserve owed", -(2**255), 2**255 - 1)
    word = p.run(H, "market_words._pack_book", *values).value
    liability, reserve, owed = (item.term for item in values)
    same, fields = p.word("fields", 104, 96, 56)
    for field, value in zip(fields, (liability % 2**104, reserve, owed), strict=True):
        p.assume(field.term == value)  # its name
    p.show(word.term == same.term, "the word")
    # The word as a signed number, as it is unpacked.
    below = z3.If(same.term >= 2**255, same.term - 2**256, same.term)
    high = z3.If(same.term >= 2**255, owed - 2**56, owed)
    p.have(below == fields[0].term + reserve * 2**104 + high * 2**200, "the signed word")
    p.have(below / 2**104 == reserve + high * 2**96, "its upper fields")
    p.have(below / 2**104 / 2**96 == high, "its uppermost field")
    back = p.run(H, "market_words._unpack_book", same).value
    for a, b in zip(values, back, strict=True):
        p.show(a.term == b.term)


@lemma(
    "tighten-fields",
    "tighten changes initial margin and the two caps alone; it never lowers the margin nor raises a cap.",
    "any stored word outside of a ramp; any caller that roles let through",
    "market_registry.tighten",
)
def tighten_fields(p: Proof) -> None:
    widths = (56, 16, 64, 16, 16, 88)
    config, fields = p.word("config", *widths)
    slot = z3.Int("market")
    state = State(store={**Translator(p.opened("ClearingPool")).start().store})
    state.store["market_registry._configs"] = z3.Store(
        z3.Array("others", z3.IntSort(), z3.IntSort()), slot, config.term
    )
    market = p.number("market", 0, 31)
    initial, interest, position = p.ints("initial interest position", 0, UINT_MAX)
    run = p.run(
        "ClearingPool",
        "market_registry.tighten",
        market,
        initial,
        interest,
        position,
        state=state,
        summaries={"market_registry._config_of": lambda *_: config},
    )
    after = z3.Select(run.state.store["market_registry._configs"], slot)
    p.show(z3.And(initial.term >= fields[1].term, interest.term <= fields[3].term, position.term <= fields[4].term))
    values = (fields[0], initial, fields[2], interest, position, fields[5])
    starts = (0, 56, 72, 136, 152, 168)
    p.show(after == z3.Sum([value.term * 2**at for value, at in zip(values, starts, strict=True)]), "the word")


@lemma(
    "in-force-fields",
    "During a ramp maintenance and penalty are between old and new value, every other field is the config's.",
    "any config word; ramp word with start <= now; uses ramp-between",
    "perp_market._in_force",
)
def in_force_fields(p: Proof) -> None:
    config, now_fields = p.word("config", 72, 16, 96, 16, 56)
    ramp, then = p.word("ramp", 16, 16, 40, 40)
    p.assume(then[2].term <= z3.Int("block.timestamp"))

    values: list[z3.ArithRef] = []

    def between(translator: object, arguments: list[Num], state: object) -> Num:
        old, new, _, _ = (item.term for item in arguments)
        found = z3.FreshInt("between")
        values.append(found)
        p.assumed.append(z3.If(old <= new, z3.And(old <= found, found <= new), z3.And(new <= found, found <= old)))
        return Num(found, 0, 2**16 - 1, 2**16 - 1)

    after = p.run(
        H,
        "perp_market._in_force",
        config,
        ramp,
        bounds={"block.timestamp": (0, 2**40 - 1)},
        summaries={"perp_market._between": between},
    ).value.term
    m, q = values
    p.show(z3.Or(after == config.term, after == config_word(now_fields, m, q)), "other fields")
    for n, old in ((1, then[0].term), (3, then[1].term)):
        new, value = now_fields[n].term, values[0 if n == 1 else 1]
        p.show(z3.If(old <= new, z3.And(old <= value, value <= new), z3.And(new <= value, value <= old)), "ramped")


def config_word(fields: list[Num], maintenance: z3.ArithRef, penalty: z3.ArithRef) -> z3.ArithRef:
    """A config word with two of its fields replaced."""
    values = [fields[0].term, maintenance, fields[2].term, penalty, fields[4].term]
    return z3.Sum([value * 2**at for value, at in zip(values, (0, 72, 88, 184, 200), strict=True)])


@lemma(
    "pool-word",
    "Setting a pool's credit or gain weight changes that field alone, and both are told as they are stored.",
    "any stored word; runs that do not revert",
    "pools.set_credit",
    "pools.set_gain_weight",
    "pools._credit_of",
    "pools._gain_weight",
)
def pool_word(p: Proof) -> None:
    word, fields = p.word("pool", 160, 32, 16, 40, 8)
    starts = (0, 160, 192, 208, 248)
    index = p.number("at", 0, 3)
    state = Translator(p.opened("CollateralVault")).start()
    state.store["pools._pools"] = z3.Store(z3.Array("others", z3.IntSort(), z3.IntSort()), index.term, word.term)
    for name, place, unit in (("credit", 3, 10**18), ("gain_weight", 2, 1)):
        given = p.number(name, 0, UINT_MAX)
        run = p.run("CollateralVault", f"pools.set_{name}", index, given, state=state)
        after = z3.Select(run.state.store["pools._pools"], index.term)
        told = p.run("CollateralVault", "pools._credit_of" if place == 3 else "pools._gain_weight", word).value
        p.show(told.term == fields[place].term * unit, f"it tells the {name}")
        values = [given.term / unit if n == place else part.term for n, part in enumerate(fields)]
        p.show(after == z3.Sum([value * 2**at for value, at in zip(values, starts, strict=True)]), f"set_{name}")


@lemma(
    "queue-word",
    "The queue's word holds rolled-over shares, generation and left as they went in.",
    "shares < 2^112, generation < 2^24, left < 2^120",
    "PoolShares._pack_queue",
)
def queue_word(p: Proof) -> None:
    rolled, generation, left = (
        p.number("rolled", 0, 2**112 - 1),
        p.number("generation", 0, 2**24 - 1),
        p.number("left", 0, 2**120 - 1),
    )
    word = p.run("PoolShares", "PoolShares._pack_queue", rolled, generation, left).value.term
    p.show(z3.And(word / 2**144 == rolled.term, (word / 2**120) % 2**24 == generation.term, word % 2**120 == left.term))
