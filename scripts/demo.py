"""`ape run demo`: the whole house through a crash, on a local EVM."""

import click


@click.command()
@click.option("--prices", metavar="FILE", help="Hourly candles of ETH: timestamp,open,high,low,close,volume (UTC).")
@click.option("--prices-btc", metavar="FILE", help="The same for BTC; without it BTC follows ETH at 60%.")
@click.option("--from", "start", metavar="TIME", help="First hour of the file to replay, such as 2025-10-10T15:00.")
@click.option("--hours", type=int, help="Hours to replay, 48 at most; else 24, or all of a file without --from.")
@click.option("--seed", default=5, show_default=True, help="Of the traders' dice, and of the prices without a file.")
@click.option("--network", default="ethereum:local:test", show_default=True, help="Ape's name of a local network.")
@click.option("--params", default="local", show_default=True, help="Parameters: a name in params/.")
@click.option(
    "--oracle",
    type=click.Choice(["mock", "chainlink", "pyth", "redstone", "streams"]),
    default="chainlink",
    show_default=True,
    help="Whose prices; mocks where npm does not bring its code.",
)
@click.option("--report", default="reports/demo.html", show_default=True, metavar="FILE", help="Where the report goes.")
def cli(prices, prices_btc, start, hours, seed, network, params, oracle, report):
    """Deploys the system, seeds LPs and traders, and replays a price path while a keeper and a liquidator work."""
    from novation.console import one_sentence

    with one_sentence():
        from novation.demo import Options, demo

        demo(Options(prices, prices_btc, start, hours, seed, network, params, oracle, report))
