"""Every event of ours as the chain must have logged it, out of the model's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from novation.chain.abi import EventType, Kind, codec
from novation.chain.compiler import compile_all
from novation.fuzz.system.compare import Mismatch
from novation.fuzz.system.engine import Log, numeric
from novation.fuzz.system.worlds import text
from novation.model.journal import Event

WORD = 32


class Form(NamedTuple):
    """How an event is written: its type, the kinds of its indexed arguments and of the others, addresses as integers,
    and whether each argument is indexed."""

    type: EventType
    indexed: Kind
    plain: Kind
    where: tuple[bool, ...]


class Events:
    """Of a stage: by contract, what it may emit."""

    def __init__(self) -> None:
        self._forms: dict[int, Mapping[str, Form]] = {}
        self._types: dict[str, Mapping[bytes, EventType]] = {}
        self._ours: dict[str, bool] = {}  # by the address as revm writes it

    def watch(self, address: int, contract: str) -> None:
        """From now on what is emitted at an address is compared. @param contract Its name as compiled."""
        forms = {
            entry["name"]: _form(entry) for entry in compile_all([contract])[contract].abi if entry["type"] == "event"
        }
        self._forms[address] = forms
        self._types[text(address)] = {form.type.topic: form.type for form in forms.values()}
        self._ours.clear()

    def same(self, logs: Sequence[Log], wanted: Iterable[Event]) -> None:
        """@raises Mismatch where the logs of our contracts are not these events, each with all that it says."""
        found = [log for log in logs if self._is_ours(log[0])]
        expected = [self._log(event) for event in wanted]
        if len(found) == len(expected) and all(map(_alike, found, expected)):
            return
        for at, (log, other) in enumerate(zip(found, expected, strict=False)):
            if not _alike(log, other):
                raise Mismatch(f"event {self._name(other)}: {self._shown(log)}, model {self._shown(other)} ({at})")
        more = "contract" if len(found) > len(expected) else "model"
        extra = self._shown((found if more == "contract" else expected)[min(len(found), len(expected))])
        raise Mismatch(f"events: the contract emits {len(found)}, the model {len(expected)}; the {more} also {extra}")

    def _is_ours(self, address: str) -> bool:
        known = self._ours.get(address)
        if known is None:
            known = self._ours[address] = int(address, 16) in self._forms
        return known

    def _log(self, event: Event) -> Log:
        form = self._forms[event.address][event.name]
        indexed = [arg for arg, is_indexed in zip(event.args, form.where, strict=True) if is_indexed]
        plain = [arg for arg, is_indexed in zip(event.args, form.where, strict=True) if not is_indexed]
        words = form.indexed.encode(indexed)
        topics = [words[at : at + WORD] for at in range(0, len(words), WORD)]
        return text(event.address), [form.type.topic, *topics], form.plain.encode(plain)

    def _name(self, log: Log) -> str:
        return self._types[log[0].lower()][log[1][0]].name

    def _shown(self, log: Log) -> str:
        address, topics, data = log
        event = self._types[address.lower()].get(topics[0])
        if event is None:
            return f"{address} topic {topics[0].hex()}"
        return f"{event.name}{event.decode(topics, data)}"


def _alike(found: Log, wanted: Log) -> bool:
    return found[2] == wanted[2] and found[1] == wanted[1] and found[0].lower() == wanted[0]


def _form(entry: Mapping[str, Any]) -> Form:
    inputs = [numeric(item) for item in entry["inputs"]]
    indexed = codec([item for item in inputs if item["indexed"]])
    plain = codec([item for item in inputs if not item["indexed"]])
    return Form(EventType(entry), indexed, plain, tuple(item["indexed"] for item in inputs))
