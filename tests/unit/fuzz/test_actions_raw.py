"""Calldata that no library writes: each class of it is refused or read as the contracts read it, and a wrong
prediction of either is a mismatch."""

from __future__ import annotations

import pytest

from novation.bytecode.builds import deployed
from novation.bytecode.trees import shipped
from novation.chain.compiler import compile_all
from novation.fuzz.actions import ACTIONS, Game, raw, wild
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.calldata import BOUNDS, FLAGS, leaves, lenient, lists, width, with_word
from novation.fuzz.system.calls import PAYABLE
from novation.fuzz.system.mirror import Mismatch
from novation.model.ledger import Ledger

WORD = (1).to_bytes(32, "big")


def test_bounds_and_flags_are_the_compilers() -> None:
    bounds, flags = {}, {}
    for function in (function for name in deployed() for function in shipped(name).exposed()):
        for number, argument in enumerate(function.arguments):
            kind = type(argument.typ).__name__
            if kind in ("BytesT", "DArrayT"):
                assert bounds.setdefault(function.name, argument.typ.length) == argument.typ.length, function.name
            elif kind == "FlagT":
                flags[function.name, number] = len(argument.typ._flag_members)
    assert bounds == BOUNDS
    assert flags == FLAGS


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    game = stages.game("tight")
    game.play("opening", 3)
    return game


def abi(game: Game, part: str) -> list[dict[str, object]]:
    """Of a part's contract."""
    name = game.stage.contracts[part].name
    return compile_all([name])[name].abi


def calldata(game: Game, part: str, name: str) -> bytes:
    """Of any arguments; no list is empty."""
    door = game.mirror.doors[part][name]
    while True:
        args = wild.arguments(game, part, name, as_they_are=True)
        if all(args[at] for at, item in enumerate(game.mirror.shapes[part][name].items) if item["type"].endswith("[]")):
            return door.selector + door.inputs.encode(args)


@pytest.mark.parametrize(
    ("how", "least"),
    [(raw.cut, 100), (raw.another_selector, 150), (raw.too_short, 150), (raw.dirty, 50), (raw.too_long, 9)],
)
def test_every_external_refuses_spoiled_calldata(game: Game, how: raw.Spoil, least: int) -> None:
    spoiled = 0
    for part, forms in game.mirror.shapes.items():
        for name, form in forms.items():
            data = how(game, form, calldata(game, part, name))
            if data is not None:
                game.mirror.refused(part, data, game.cast.stranger)
                spoiled += 1
    assert spoiled >= least


def test_no_external_takes_ether_but_those_that_pay_for_prices(game: Game) -> None:
    for part, forms in game.mirror.shapes.items():
        payable = {entry["name"] for entry in abi(game, part) if entry.get("stateMutability") == "payable"}
        assert payable == {name for of, name in PAYABLE if of == part}
        for name in forms.keys() - payable:
            game.mirror.refused(part, calldata(game, part, name), game.cast.stranger, 1)


def test_every_dirty_bit_of_an_order_is_refused(game: Game) -> None:
    form = game.mirror.shapes["orders"]["commit"]
    data = calldata(game, "orders", "commit")
    narrow = [leaf for leaf in leaves(form, data) if width(leaf) < 256]
    assert [leaf.type for leaf in narrow] == ["address", "bool", "bool"]
    for leaf in narrow:
        word = int.from_bytes(data[leaf.at : leaf.at + 32], "big")
        for bit in range(width(leaf), 256):
            game.mirror.refused("orders", with_word(data, leaf.at, word | 1 << bit), game.cast.stranger)


def test_what_is_taken_is_no_refusal(game: Game) -> None:
    """A deliberately wrong prediction."""
    data = game.mirror.calldata("oracle", "observe", (0,))
    with pytest.raises(Mismatch, match="oracle takes"):
        game.mirror.refused("oracle", data + WORD, game.cast.stranger)
    with pytest.raises(Mismatch, match="AUTH"):
        game.mirror.refused("vault", game.mirror.calldata("vault", "pause", (1,)), game.cast.stranger)


def test_lists_are_read_leniently(game: Game) -> None:
    """Behind the end there are zeros, and an offset points where it will."""
    cast = game.cast
    rows = [(cast.traders[0], cast.traders[1], 7), (cast.traders[1], cast.traders[0], 9)]
    form = game.mirror.shapes["vault"]["transfer_many"]
    data = game.mirror.calldata("vault", "transfer_many", (rows,))
    for other, wanted in (
        (data[:-1], [rows[0], (*rows[1][:2], 0)]),
        (data[:-96], [rows[0], (0, 0, 0)]),
        (with_word(data, lists(form)[0], 1 << 40), []),
        (with_word(data, 4 + 32, 1), rows[:1]),
        (data + WORD, rows),
    ):
        assert lenient(form, other) == [wanted]
        game.mirror.call("vault", "transfer_many", cast.traders[0], wanted, sent=other, bold=True)
    assert lenient(form, with_word(data, 4 + 32, 9)) is None


def test_other_arguments_than_were_sent_are_found(game: Game) -> None:
    """A deliberately wrong prediction."""
    account = game.cast.traders[0]
    sent = game.mirror.calldata("vault", "deposit", (account, game.unit))
    with pytest.raises(Mismatch):
        game.mirror.call("vault", "deposit", account, account, 2 * game.unit, sent=sent)


def test_a_view_that_writes_is_found(game: Game) -> None:
    """A deliberately wrong prediction: what is asked of it fails, what is sent does not."""
    game.mirror.looked_at("vault", "debts", game.cast.stranger, extra=WORD)
    with pytest.raises(Mismatch, match="asked"):
        game.mirror.looked_at("pool", "poke", game.cast.stranger, game.markets[0])


def test_bounds_of_all_lists_are_known(game: Game) -> None:
    for forms in game.mirror.shapes.values():
        for name, form in forms.items():
            assert bool(lists(form)) == bool(form.bound), name


@pytest.mark.parametrize("name", ["wild", "nearly", "spoil", "bend", "look"])
def test_the_actions_play(game: Game, name: str) -> None:
    for seed in range(150):
        game.play(("trade", "transfer_many", "liquidate_many")[seed % 3], seed)
        game.play(name, seed)
    assert ACTIONS[name].weight


def test_wild_calls_find_a_missing_check(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deliberately wrong prediction: the model lets everybody pay out of every account."""
    monkeypatch.setattr(Ledger, "only_owner_of", lambda self, sender, account: None)

    def search() -> None:
        for seed in range(2_000):
            game.play("nearly" if seed % 2 else "transfer", seed)

    with pytest.raises(Mismatch, match="AUTH"):
        search()
