"""``python -m runner.egress``: the proxy alone, for a network that is attacked to test it."""

import argparse
import asyncio

from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy


async def _main(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.listen.rpartition(":")
    proxy = EgressProxy(EgressPolicy(allow=tuple(arguments.allow), registries=False))
    async with proxy.on_port(host, int(port)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--allow", action="append", default=[], metavar="NAME")
    asyncio.run(_main(parser.parse_args()))
