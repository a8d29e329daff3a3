"""`ape run seed`: money for an insurance fund, LPs and traders of a deployed system with a token of its own."""

import click


@click.command()
@click.option("--network", default="ethereum:local:test", show_default=True, help="Ape's name of a local network.")
def cli(network):
    """Seeds the system that was deployed on a local network: insurance, three LPs with shares, twelve traders."""
    from novation.console import one_sentence

    with one_sentence():
        from novation.operations import seed_system

        seed_system(network)
