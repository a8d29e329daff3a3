"""`ape run deploy`: deploys, wires and configures a whole system, and writes where it is to deployments/."""

import click


@click.command()
@click.option("--network", default="ethereum:local:test", show_default=True, help="Ape's name of the network.")
@click.option(
    "--account", metavar="ALIAS", help="Who deploys, of `ape accounts list`; on local networks a test account."
)
@click.option("--params", metavar="NAME", help="Parameters: a name in params/; the network's own if not said.")
@click.option("--real", is_flag=True, help="Chainlink's and Circle's code (from npm) where feeds and token are mocks.")
@click.option("--replace", is_flag=True, help="Overwrite the file of an earlier deployment.")
@click.option("--testnet", is_flag=True, help="Allow mocks and networks with public keys on a public test network.")
@click.option("--hermes", metavar="URL", help="Pyth's service, for first prices of given sources; key: PYTH_API_KEY.")
def cli(network, account, params, real, replace, testnet, hermes):
    """Deploys a system by the plan and writes its addresses, arguments and code hashes to deployments/."""
    from novation.console import one_sentence

    with one_sentence():
        from novation.operations import deploy_system

        deploy_system(network, account, params, real, replace, testnet, hermes)
