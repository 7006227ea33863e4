"""The provider as a process: `python -m sandbox.idp --port 8100 --state DIR --audience URL`.

Exits with one clear line when a port is in use; SIGTERM and SIGINT stop it at once.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.idp.serving import CannotServeError, serving

CONTROL_OFFSET = 100
DEFAULT_PORT = 8100


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 stopped, 1 could not serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.idp", description="Serve the sandbox identity provider.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--control", type=int, help=f"default: port + {CONTROL_OFFSET}")
    parser.add_argument("--state", type=Path, default=Path(".sandbox/state"), help="folder of the signing keys")
    parser.add_argument("--audience", required=True, help="the gateway's public URL: `aud` of the access tokens")
    parser.add_argument("--issuer", default="", help="default: http://127.0.0.1:PORT")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(options))
    except CannotServeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    port: int = options.port
    control: int = options.control if options.control is not None else (port + CONTROL_OFFSET if port else 0)
    serve = serving(options.state, options.audience, port=port, control=control, issuer=options.issuer)
    async with serve as site:
        sys.stdout.write(f"idp {site.door.url} control {site.control_url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
