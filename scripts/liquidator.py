"""`ape run liquidator`: liquidates unhealthy accounts, for a share of the penalty."""

import click

from novation.console import bot_options, one_sentence


@click.command()
@bot_options
@click.option("--hermes", metavar="URL", help="Pyth's service, for prices that are brought; key: PYTH_API_KEY.")
def cli(network, account, profit, once, blocks, poll, hermes):
    """Follows a deployed system block by block and liquidates unhealthy accounts, for a share of the penalty."""
    with one_sentence():
        from novation.operations import run_bot

        run_bot("liquidator", network, account, profit, 1 if once else blocks, poll, hermes)
