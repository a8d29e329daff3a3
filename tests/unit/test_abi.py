"""The hand-packed ABI against eth_abi."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from hypothesis import given
from hypothesis import strategies as st

from novation.chain.abi import Function, canonical, checksum, codec, create_address

Typed = tuple[dict[str, Any], Any]


def _words() -> st.SearchStrategy[Typed]:
    def of(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Typed]:
        return values.map(lambda value: ({"type": name}, value))

    return st.one_of(
        of("uint256", st.integers(0, 2**256 - 1)),
        of("uint40", st.integers(0, 2**40 - 1)),
        of("int256", st.integers(-(2**255), 2**255 - 1)),
        of("int104", st.integers(-(2**103), 2**103 - 1)),
        of("bool", st.booleans()),
        of("address", st.binary(min_size=20, max_size=20).map(checksum)),
        of("bytes4", st.binary(min_size=4, max_size=4)),
        of("bytes32", st.binary(min_size=32, max_size=32)),
        of("bytes", st.binary(max_size=70)),
        of("string", st.text(max_size=40)),
    )


def _compound(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    def array(typed: Typed, count: int, fixed: bool) -> Typed:
        item, value = typed
        return {**item, "type": f"{item['type']}[{count if fixed else ''}]"}, (value,) * count

    def struct(parts: list[Typed]) -> Typed:
        return {"type": "tuple", "components": [item for item, _ in parts]}, tuple(value for _, value in parts)

    return st.one_of(
        st.builds(array, inner, st.integers(1, 3), st.booleans()), st.lists(inner, min_size=1, max_size=4).map(struct)
    )


TYPED = st.recursive(_words(), _compound, max_leaves=6)


def _lower(value: Any) -> Any:
    """eth_abi decodes addresses to lower case."""
    if isinstance(value, tuple):
        return tuple(_lower(part) for part in value)
    return value.lower() if isinstance(value, str) and value.startswith("0x") else value


@given(st.lists(TYPED, max_size=4))
def test_encodes_and_decodes_as_eth_abi_does(typed: list[Typed]) -> None:
    items, values = [item for item, _ in typed], tuple(value for _, value in typed)
    types = [canonical(item) for item in items]
    data = codec(items).encode(values)
    assert data == encode(types, values)
    assert codec(items).decode(data, 0) == values
    assert _lower(values) == _lower(decode(types, data))


@given(st.binary(max_size=100))
def test_hostile_data_raises_value_errors_only(data: bytes) -> None:
    for name in ("string", "bytes", "uint256[]", "string[2]", "uint256[3]"):
        try:
            codec([{"type": name}]).decode(data, 0)
        except ValueError:
            continue


@pytest.mark.parametrize("args", [(-1,), (2**256,), (1, 2), ()])
def test_wrong_arguments_are_refused(args: tuple[int, ...]) -> None:
    function = Function({"name": "f", "inputs": [{"type": "uint256"}], "outputs": [], "stateMutability": "view"})
    with pytest.raises((ValueError, OverflowError)):
        function.encode(args)


def test_known_created_address() -> None:
    sender = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert create_address(sender, 0) == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
