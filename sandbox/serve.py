"""One sandbox city as a process: `python -m sandbox.serve CITY --port N --control M --state DIR`.

Reads ROAM_SECRET_<NAME> or ROAM_SECRETS_DIR/<name in lower case>; exits with one clear line when a secret is missing
or a port is in use; SIGTERM and SIGINT stop it at once, also while a call hangs. `serving` does the same inside a
running event loop, which is how tests start a city on free ports.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.citizen_token import KEY_SET
from sandbox.control import create_control
from sandbox.data_faults import Swapped
from sandbox.faults import FaultGate, active
from sandbox.listener import Listener
from sandbox.table import CITIES, CONTROL_OFFSET, PAIRWISE_SALT, City
from sandbox.world import World, wall_clock

HOST = "127.0.0.1"
UNSIGNED = "ROAM_SANDBOX_UNSIGNED"
NOTICE_SECONDS = 0.05  # callers with idle connections see them end before the switch is confirmed


class CannotServe(Exception):
    """A city cannot start; the message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Site:
    """A city that is being served: its world and its two addresses."""

    world: World
    base_url: str
    control_url: str


def read_secrets(city: City, environ: Mapping[str, str]) -> dict[str, str]:
    """The city's secrets and the pairwise salt by name.  Raises CannotServe: one is missing."""
    folder = environ.get("ROAM_SECRETS_DIR")
    found: dict[str, str] = {}
    for name in (*city.secrets, PAIRWISE_SALT, KEY_SET):
        path = Path(folder) / name.lower() if folder else None
        if f"ROAM_SECRET_{name}" in environ:
            found[name] = environ[f"ROAM_SECRET_{name}"]
        elif path is not None and path.is_file():
            found[name] = path.read_text(encoding="utf-8").strip()
        elif name != KEY_SET:  # without one the city only answers what concerns nobody
            raise CannotServe(f"{city.slug}: secret {name} is missing: put it in ROAM_SECRETS_DIR/{name.lower()}")
    return found


@asynccontextmanager
async def serving(
    slug: str,
    state: Path,
    secrets: Mapping[str, str],
    *,
    port: int = 0,
    control: int = 0,
    clock: Callable[[], datetime] = wall_clock,
    unsigned: bool = False,
) -> AsyncIterator[Site]:
    """Serve a city until the block ends; `port` and `control` 0 pick free ports; `unsigned` lets it check no
    signature, key or token.

    Raises CannotServe: unknown city, or a port in use.
    """
    if slug not in CITIES:
        raise CannotServe(f"no sandbox city {slug!r}; one of: {', '.join(CITIES)}")
    door, hatch = _listen(slug, port), _listen(slug, control)
    salt = secrets[PAIRWISE_SALT].encode()
    checked = Swapped(secrets, active)
    world = World(slug, CITIES[slug].code, state / f"{slug}.sqlite", checked, salt, clock, door.url, unsigned=unsigned)
    try:
        await _open(world, door, hatch)
        yield Site(world, door.url, hatch.url)
    finally:
        door.close()
        hatch.close()
        world.store.close()


async def _open(world: World, door: Listener, hatch: Listener) -> None:
    module = CITIES[world.city].module()
    app = FaultGate(module.create_app(world), world.faults, module.operation_of, world.now, door.drop)

    async def apply(fault: str) -> None:
        if fault == "refuse":
            door.close()
            await asyncio.sleep(NOTICE_SECONDS)
        else:
            await door.open()

    await door.open(app)
    await hatch.open(create_control(world.faults, apply, world))


def _listen(slug: str, port: int) -> Listener:
    try:
        return Listener(HOST, port)
    except OSError as error:
        raise CannotServe(f"{slug}: port {port} on {HOST} is in use or not allowed: {error.strerror}") from error


async def _run(slug: str, state: Path, port: int, control: int) -> None:
    if slug not in CITIES:
        raise CannotServe(f"no sandbox city {slug!r}; one of: {', '.join(CITIES)}")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    unsigned = slug in os.environ.get(UNSIGNED, "").replace(",", " ").split()
    secrets = read_secrets(CITIES[slug], os.environ)
    async with serving(slug, state, secrets, port=port, control=control, unsigned=unsigned) as site:
        sys.stdout.write(f"{slug} {site.base_url} control {site.control_url}\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve.  Returns the exit status: 0 stopped, 1 could not serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.serve", description="Serve one sandbox city.")
    parser.add_argument("city", help=", ".join(CITIES))
    parser.add_argument("--port", type=int, help="default: the city's own")
    parser.add_argument("--control", type=int, help=f"default: port + {CONTROL_OFFSET}")
    parser.add_argument("--state", type=Path, default=Path(".sandbox/state"), help="folder of the SQLite files")
    options = parser.parse_args(arguments)
    port = options.port if options.port is not None else getattr(CITIES.get(options.city), "port", 0)
    control = options.control if options.control is not None else port + CONTROL_OFFSET
    try:
        asyncio.run(_run(options.city, options.state, port, control))
    except CannotServe as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
