"""`ape run fuzz`: random calls on the whole system, held to the model and to the numbered invariants."""

from pathlib import Path

import click

from novation.console import one_sentence


@click.command()
@click.option("--calls", type=click.IntRange(1), help="Stop after so many protocol calls.")
@click.option("--minutes", type=click.FloatRange(0.01, 10_000), help="Stop after so long. Without both: one minute.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Of all dice.")
@click.option(
    "--invariant", "invariants", type=int, multiple=True, metavar="NUMBER",
    help="Look for a violation of this one only, without the model; can be given several times.",
)  # fmt: skip
@click.option("--target", type=click.Choice(["faults", "profit"]), default="faults", show_default=True,
              help="What is looked for: faults, or sequences that take money from the protocol.")  # fmt: skip
@click.option("--world", "worlds", multiple=True, metavar="NAME", help="Play on this system only; several are allowed.")
@click.option("--engine", type=click.Choice(["revm", "anvil"]), default="revm", show_default=True, help="Where.")
@click.option("--model/--no-model", default=True, help="Compare every word with the model after every call.")
@click.option("--coverage/--no-coverage", default=True, help="Watch branches and let them steer.")
@click.option("--corpus", metavar="DIR", help="Stories that are replayed first and added to; `none` for no folder.")
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="Play a story or a written test again.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the figures.")
@click.option("--figures", type=click.Path(path_type=Path), metavar="FILE", help="Put the figures into a page.")
def cli(**given):
    """Plays random sequences of protocol calls in process and shrinks what breaks into a test.

    Exit code 1 if something broke.
    """
    with one_sentence():
        from novation.fuzz.command import main

        raise SystemExit(main(**given))
