"""Ports for what a run starts, below those that the system gives to outgoing connections: a burst takes many of these."""

from collections.abc import Iterable

from sandbox.ports import Ports, PortTaken

FIRST, LAST, STEP = 21_000, 32_000, 300
GATEWAY_BELOW = 50


def unused_ports(slugs: Iterable[str], start: int = FIRST) -> Ports:
    """The first free set from `start` on. Raises PortTaken: there is none."""
    wanted, problem = tuple(slugs), PortTaken(f"no free ports between {FIRST} and {LAST}")
    for base in range(start, LAST, STEP):
        ports = Ports.fixed(wanted, gateway=base - GATEWAY_BELOW, base=base)
        try:
            ports.check()
        except PortTaken as taken:
            problem = taken
        else:
            return ports
    raise problem
