"""OracleAdapter: the views answer what the next transaction would meet."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import CLOCK, MID, MOST, ORACLE, TIME, words_at
from novation.proofs.lemmas.prices import AGED, HALT, NORMAL, REDUCE_ONLY, look_of
from novation.proofs.translate import Run
from novation.proofs.values import UINT_MAX, Num, ranged, same

SAME = "any words; _judge, _look: any answers, the same for the same words; runs that do not revert"


def asked(p: Proof, function: str, *arguments: Num) -> tuple[Run, list[Any]]:
    """A function of the adapter at any words, and what `_look` was asked."""
    looks: list[Any] = []

    def answer(name: str, given: list[Any], most: int) -> Num:
        """The same number for the same arguments."""
        terms = [item.term if isinstance(item, Num) else item for item in given]
        term: z3.ArithRef = z3.Function(name, *(item.sort() for item in terms), z3.IntSort())(*terms)
        p.assume(term >= 0, term <= most)
        return ranged(term, 0, most)

    def judged(translator: Any, given: list[Any], state: Any) -> Any:
        words = [*given[:3], *given[3].values()]
        return {name: answer(name, words, UINT_MAX) for name in ("stored", "anchor", "swing", "reason")}

    def looked(translator: Any, given: list[Any], state: Any) -> Any:
        looks.extend(given)
        most = {"status": AGED, "mid": MID, "at": TIME, "spread": MOST}
        found = {**look_of(p), **{name: answer(name, given, high) for name, high in most.items()}}
        p.assume(z3.Or(*(found["status"].term == status for status in (NORMAL, REDUCE_ONLY, HALT, AGED))))
        return found

    run = p.run(
        ORACLE,
        f"OracleAdapter.{function}",
        *arguments,
        state=words_at(p, {}),
        bounds=CLOCK,
        summaries={"OracleAdapter._judge": judged, "OracleAdapter._look": looked},
    )
    return run, looks


@lemma(
    "read-is-observe",
    "read answers what observe would: the same price, time, sides and status.",
    SAME,
    "OracleAdapter.read",
    "OracleAdapter.observe",
    "OracleAdapter._seen",
    "OracleAdapter._observed",
)
def read_is_observe(p: Proof) -> None:
    feed = p.number("feed", 0, UINT_MAX)
    p.show(same(*(asked(p, function, feed)[0].value for function in ("read", "observe"))))


@lemma(
    "outdated-means",
    "outdated_since is true exactly where the status that read answers is HALT or AGED, and the last price that was "
    "believed, of the words that read looks at, was published at or after the time.",
    SAME,
    "OracleAdapter.outdated_since",
    "OracleAdapter.read",
    "OracleAdapter._seen",
)
def outdated_means(p: Proof) -> None:
    feed, time = p.ints("feed time", 0, UINT_MAX)
    (read, looks), (outdated, others) = asked(p, "read", feed), asked(p, "outdated_since", feed, time)
    p.show(z3.And(*(same(one, other) for one, other in zip(looks, others, strict=True))), "the same look")
    status, believed_at = read.value["status"].term, looks[2].term / 2**112 % 2**40
    p.show(outdated.value == z3.And(z3.Or(status == HALT, status == AGED), believed_at >= time.term))
