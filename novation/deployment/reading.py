"""Reads a parameter file: every scalar is text until its key says what it is, and every error is one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from novation.chain.abi import checksum

WAD = 10**18


class ParameterError(ValueError):
    """A parameter that cannot be used; the message is one sentence with file, key and bound."""


class _Loader(yaml.BaseLoader):
    """Text only (an address is no number, `no` no boolean), and no key twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} is there twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Section:
    """The file's top section. @raises ParameterError where it is missing or no YAML mapping."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise ParameterError(f"{path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} is no YAML: {' '.join(str(error).split())}.") from error
    return Section(path.name, "", data)


class Section:
    """A mapping of the file; keys are taken one by one, and none may be left."""

    def __init__(self, file: str, name: str, data: object) -> None:
        if not isinstance(data, dict):
            raise ParameterError(f"{file}: {name or 'the file'} must hold keys and values.")
        self.file = file
        self.name = name
        self._data = dict(data)

    def fail(self, key: str, why: str) -> ParameterError:
        """The error for a key; to be raised."""
        return ParameterError(f"{self.file}: {self.name}{'.' if self.name else ''}{key} {why}.")

    def has(self, key: str) -> bool:
        """Whether the key is there, with a value."""
        return self._data.get(key, "") not in ("", {}, [])

    def peek(self, key: str) -> str:
        """The text of a key, which stays; empty where there is none."""
        value = self._data.get(key, "")
        return value if isinstance(value, str) else ""

    def discard(self, key: str) -> None:
        """The key may be there without a value."""
        self._data.pop(key, None)

    def text(self, key: str, longest: int) -> str:
        """@raises ParameterError where it is missing, no text, or too long."""
        if not self.has(key):
            raise self.fail(key, "is missing")
        value = self._data.pop(key)
        if not isinstance(value, str):
            raise self.fail(key, "must be a single value")
        if len(value) > longest:
            raise self.fail(key, f"must have at most {longest} characters")
        return value

    def choice(self, key: str, options: Sequence[str]) -> str:
        """One of the options."""
        value = self.text(key, 100)
        if value not in options:
            raise self.fail(key, f"is {value}, it must be one of {', '.join(options)}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """A whole number in [low, high]; underscores may group digits."""
        value = self.text(key, 100)
        if not re.fullmatch(r"-?\d[\d_]*", value):
            raise self.fail(key, f"is {value}, it must be a whole number")
        return self._within(key, int(value), low, high, 1)

    def wad(self, key: str, low: int, high: int) -> int:
        """A decimal number as WAD, exactly; bounds are WAD too."""
        value = self.text(key, 100)
        try:
            scaled = Decimal(value.replace("_", "")).scaleb(18)
            if not scaled.is_finite() or scaled.adjusted() > 77 or scaled != scaled.to_integral_value():
                raise InvalidOperation
        except InvalidOperation:
            raise self.fail(key, f"is {value}, it must be a number with at most 18 decimals") from None
        return self._within(key, int(scaled), low, high, WAD)

    def address(self, key: str) -> str:
        """A checksummed address."""
        value = self.text(key, 100)
        if not re.fullmatch(r"0x[0-9a-fA-F]{40}", value):
            raise self.fail(key, f"is {value}, it must be an address")
        address = checksum(bytes.fromhex(value[2:]))
        if value not in (address, value.lower()):
            raise self.fail(key, f"is {value}, whose checksum is wrong")
        return address

    def section(self, key: str) -> Section:
        """A mapping below this one."""
        if key not in self._data:
            raise self.fail(key, "is missing")
        return Section(self.file, f"{self.name}{'.' if self.name else ''}{key}", self._data.pop(key))

    def sections(self) -> list[tuple[str, Section]]:
        """All that is left, as mappings."""
        return [(key, self.section(key)) for key in list(self._data)]

    def finish(self) -> None:
        """@raises ParameterError where a key is left that nobody asked for."""
        for key in self._data:
            raise self.fail(key, "is no parameter")

    def _within(self, key: str, value: int, low: int, high: int, unit: int) -> int:
        if not low <= value <= high:
            raise self.fail(key, f"is {_show(value, unit)}, it must be {_show(low, unit)} to {_show(high, unit)}")
        return value


def _show(value: int, unit: int) -> str:
    return f"{Decimal(value) / unit:f}" if unit > 1 else str(value)
