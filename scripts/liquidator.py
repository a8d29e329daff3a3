"""`ape run liquidator`: liquidates unhealthy accounts, for a share of the penalty."""

import click


@click.command()
@click.option("--network", default="ethereum:local:test", show_default=True, help="Ape's name of the network.")
@click.option("--account", metavar="ALIAS", help="Who sends, of `ape accounts list`; on local networks a test account.")
@click.option("--profit", default="0", show_default=True, metavar="USD", help="Least gain after gas.")
@click.option("--once", is_flag=True, help="One look at the chain, then stop.")
@click.option("--blocks", type=click.IntRange(1), help="Stop after so many new blocks; without it Ctrl-C stops.")
@click.option(
    "--poll",
    type=click.FloatRange(0.01, 3600),
    default=1.0,
    show_default=True,
    help="Seconds between looks for a new block.",
)
def cli(network, account, profit, once, blocks, poll):
    """Follows a deployed system block by block and liquidates unhealthy accounts, for a share of the penalty."""
    from novation.console import one_sentence

    with one_sentence():
        from novation.operations import run_bot

        run_bot("liquidator", network, account, profit, 1 if once else blocks, poll)
