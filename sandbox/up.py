"""The whole sandbox as one thing: identity provider, cities and gateway, started together and stopped together.

`Stack.start` starts every program in a process of its own and waits until all of them answer; `stop` leaves nothing
running. Deliberately not here: printing and signals, which belong to `roam up`.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox import child, consents, drills, links, material, overlays, programs, running, switch
from sandbox.child import Child, Program
from sandbox.ports import HOST, Ports
from sandbox.programs import GATEWAY, PROVIDER, Places
from sandbox.table import CITIES

READY_SECONDS = 30.0
POLL_SECONDS = 0.03


class CannotStart(Exception):
    """The sandbox cannot start; the message is for the person at the terminal."""


def slugs(root: Path) -> tuple[str, ...]:
    """The cities of a root that the sandbox has a server for, in the order of the sandbox's table."""
    return tuple(slug for slug in CITIES if (root / slug / "channel.yaml").is_file())


@dataclass
class Stack:
    """A running sandbox; also a context manager.

    `environment` is added to the gateway's.  `down` names the programs that ended by themselves, each with the last
    lines of its log.
    """

    places: Places
    ports: Ports
    environment: Mapping[str, str] = field(default_factory=dict)
    down: dict[str, str] = field(default_factory=dict)
    _children: dict[str, Child] = field(default_factory=dict)

    @classmethod
    def start(
        cls,
        root: Path,
        home: Path,
        ports: Ports | None = None,
        *,
        state: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Start everything and wait until it answers; `ports` None takes free ones, `home` is made if missing.

        Raises PortTaken and CannotStart, with everything stopped again.
        """
        if not (root / "roam.yaml").is_file():
            raise CannotStart(f"{root}: no roam.yaml here; point ROAM_ROOT at the folder of the cities")
        ports = ports or Ports.free(slugs(root))
        ports.check()
        stack = cls(Places.under(root, home, state), ports, environment or {})
        try:
            stack._open()
        except BaseException as error:
            stack.stop()
            if isinstance(error, OSError | links.CannotSeed):
                raise CannotStart(f"{stack.places.home} cannot be used: {error}") from error
            raise
        return stack

    @property
    def gateway_url(self) -> str:
        """Without a path; the graph is at `/graphql`."""
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def issuer_url(self) -> str:
        """The identity provider."""
        return self.ports.issuer.url

    @property
    def cities(self) -> tuple[str, ...]:
        """The slugs of the cities that were started."""
        return tuple(self.ports.cities)

    def city_url(self, slug: str) -> str:
        """Where a city serves, without a path."""
        return self.ports.cities[slug].url

    def control_url(self, slug: str) -> str:
        """Where a city's fault switch is."""
        return self.ports.cities[slug].control_url

    def token(self, persona: str, acr: str = "") -> str:
        """A real access token: code with PKCE at the provider.  Raises cli.token.SignInError."""
        from cli.token import sign_in

        with ThreadPoolExecutor(1) as aside:  # so that it also works for a caller inside an event loop
            return aside.submit(lambda: asyncio.run(sign_in(self.issuer_url, persona, acr))).result()

    def fault(self, slug: str, fault: str, operation: str | None = None, count: int | None = None) -> Mapping[str, Any]:
        """Switch a city's fault and return how the switch then stands.  Raises switch.SwitchRefused."""
        return switch.put(self.control_url(slug), fault, operation, count)

    def exits(self) -> Iterator[tuple[str, int]]:
        """The programs that ended by themselves since the last look: name and exit status."""
        for name, one in list(self._children.items()):
            if (status := one.exit_status()) is not None:
                self._drop(name)
                yield name, status

    def newcomers(self) -> tuple[str, ...]:
        """The cities whose folders have appeared since the start, and whose servers do not run yet."""
        return tuple(slug for slug in slugs(self.places.root) if slug not in self.ports.cities)

    def join(self, slug: str) -> None:
        """Start the server of a city that has come; one that does not answer is given up, and told in `down`."""
        door = self.ports.door_for(slug)
        self.ports = replace(self.ports, cities={**self.ports.cities, slug: door})
        overlays.add(self.places.root, self.places.overlays, slug, door)
        program = programs.city(slug, self.places, self.ports)
        self._run(program)
        self._wait([program])
        running.write(self.places.home, self.ports)

    def pids(self) -> Mapping[str, int]:
        """The processes that run, by name."""
        return {name: one.pid for name, one in self._children.items()}

    def stop(self) -> None:
        """Stop every process; safe to call again."""
        child.stop(self._children.values())
        self._children.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.stop()

    def _open(self) -> None:
        places, ports = self.places, self.ports
        for folder in (places.home, places.state):
            folder.mkdir(parents=True, exist_ok=True)
        secrets = material.generate(places.secrets, material.names(places.root))
        overlays.write(places.root, places.overlays, ports.cities)
        cities = [programs.city(slug, places, ports) for slug in ports.cities]
        others = [programs.provider(places, ports), *cities]
        key = os.environ.get(f"ROAM_SECRET_{links.KEY_SECRET}") or secrets[links.KEY_SECRET]
        links.seed(places.state, key, ports.issuer.url)
        consents.seed(places.root, places.state, key, ports.issuer.url)
        drills.seed(places.state, ports.cities)
        self._run(gateway := programs.gateway(places, ports, self.environment))
        for program in others:
            self._run(program)
        self._wait([gateway, *others])
        running.write(places.home, ports)

    def _run(self, program: Program) -> None:
        self._children[program.name] = Child(program, self.places.logs / f"{program.name}.log")

    def _wait(self, programs: list[Program]) -> None:
        """Until all answer.  A city that ends or stays silent is given up; gateway and provider must come."""
        waiting, deadline = programs, time.monotonic() + READY_SECONDS
        while waiting := [program for program in waiting if not switch.answers(program.health)]:
            lost = {one.name for one in waiting if self._failed(one.name) or time.monotonic() > deadline}
            for name in sorted(lost):
                self._give_up(name)
            waiting = [program for program in waiting if program.name not in lost]
            time.sleep(POLL_SECONDS)

    def _failed(self, name: str) -> bool:
        return self._children[name].exit_status() is not None

    def _give_up(self, name: str) -> None:
        ended = self._failed(name)
        child.stop([self._children[name]])
        self._drop(name)
        if name in {GATEWAY, PROVIDER}:
            what = "ended at once" if ended else f"did not answer within {READY_SECONDS:g} s"
            raise CannotStart(f"{name} {what}; its last lines:\n{self.down[name]}")

    def _drop(self, name: str) -> None:
        one = self._children.pop(name)
        one.release()
        self.down[name] = one.last_lines()
