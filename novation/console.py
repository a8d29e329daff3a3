"""What the scripts share: the network and account that they are given, and one sentence for everything that fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from novation.chain.ape import ApeChain

BAD_INPUT, FAILED = 2, 1


class Refused(Exception):
    """The user must change something; the message is one sentence."""


class CheckFailed(Exception):
    """What a command looks into is not as it must be; the message is one sentence."""


def positive(text: str) -> int:
    """An option's number from 1 on, as argparse's `type`. @raises ArgumentTypeError."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return number


def bot_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `ape run keeper` and `ape run liquidator`: network, account, profit, once, blocks, poll."""
    options = (
        click.option("--network", default="ethereum:local:test", show_default=True, help="Ape's name of the network."),
        click.option(
            "--account", metavar="ALIAS", help="Who sends, of `ape accounts list`; on local networks a test account."
        ),
        click.option("--profit", default="0", show_default=True, metavar="USD", help="Least gain after gas."),
        click.option("--once", is_flag=True, help="One look at the chain, then stop."),
        click.option("--blocks", type=click.IntRange(1), help="Stop after so many new blocks, without it at Ctrl-C."),
        click.option(
            "--poll",
            type=click.FloatRange(0.01, 3600),
            default=1.0,
            show_default=True,
            help="Seconds between looks for a new block.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def one_sentence() -> Iterator[None]:
    """Ends the process with one sentence and code 2 for what was asked wrongly, 1 for what went wrong."""
    from novation.chain.compiler import CompilationFailed
    from novation.chain.components import ComponentUnavailable
    from novation.chain.protocol import ChainError, Reverted
    from novation.deployment.manifest import ManifestError
    from novation.deployment.plan import PlanError
    from novation.deployment.reading import ParameterError

    try:
        yield
    except (Refused, ParameterError) as error:
        _end(str(error), BAD_INPUT)
    except Reverted as error:
        _end(f"The chain refused: {error}", FAILED)
    except (
        CheckFailed, ChainError, ComponentUnavailable, ManifestError, PlanError, CompilationFailed, OSError,
    ) as error:  # fmt: skip
        _end(str(error), FAILED)
    except KeyboardInterrupt:
        _end("Stopped.", FAILED)


@contextmanager
def chain_of(network: str, account: str | None = None) -> Iterator[ApeChain]:
    """The network that the user names, as Ape names it, with the user's account (test accounts on local networks).

    @raises ChainError where there is no such network; Refused where none is named or nobody can send on it.
    """
    from ape.logging import LogLevel, logger
    from requests.exceptions import ConnectionError as Unreachable

    from novation.chain.ape import connect
    from novation.chain.protocol import ChainError

    if not network.strip():
        raise Refused("--network is empty: name one as Ape does, such as ethereum:local:test")
    if logger.level > LogLevel.DEBUG:
        logger.set_level(LogLevel.ERROR)  # Ape tells of every public node that it tries
    with ExitStack() as stack:
        try:
            chain = stack.enter_context(connect(network, _accounts(account)))
        except Unreachable as error:
            raise ChainError(f"no connection to {network}: no node answers there") from error
        if not chain.accounts:
            raise Refused(f"Nobody can send on {network}: name one of `ape accounts list` with --account.")
        try:
            yield chain
        finally:
            chain.provider.disconnect()  # now, so that nothing is said after the script's last word


def ends_with_us(chain: ApeChain) -> bool:
    """Whether the chain is gone with this process: the embedded EVM, or an anvil that Ape started."""
    return chain.provider.name == "test" or getattr(chain.provider, "process", None) is not None


def need_ether(chain: ApeChain, address: str) -> None:
    """@raises Refused where the account cannot pay for gas."""
    if chain.balance(address) == 0:
        raise Refused(f"{address} has no ether on chain {chain.chain_id}: fund it, or name another with --account.")


def label(network: str) -> str:
    """A network's name as a file's; of one that is named by its address host and port."""
    if "://" not in network:
        return network
    return "node:" + network.split("://", 1)[1].strip("/").split("/")[0]


def _accounts(alias: str | None) -> list:  # type: ignore[type-arg]
    if alias is None:
        return []
    import ape
    from ape.exceptions import ApeException

    try:
        return [ape.accounts.load(alias)]
    except (ApeException, KeyError, IndexError) as error:
        raise Refused(f"There is no account {alias}: `ape accounts list` shows those there are.") from error


def _end(text: str, code: int) -> None:
    line = " ".join(text.split()).removesuffix(" Options:")
    sys.stdout.flush()
    print(line[:1].upper() + line[1:] + ("" if line.endswith((".", "?", "!")) else "."), file=sys.stderr, flush=True)
    raise SystemExit(code)
