"""How long a gateway keeps somebody waiting who asks for next to nothing: `/healthz`, every 10 ms, over one connection.

A process of its own, so that it waits for the gateway's loop and not for that of whoever measures. Prints, when its input ends,
one line for each look: the moment (CLOCK_MONOTONIC) and the seconds that the answer took.
"""

import http.client
import select
import sys
import time

EVERY_SECONDS = 0.01


def looks(host: str, port: int) -> list[tuple[float, float]]:
    """Look until standard input ends."""
    connection, found = http.client.HTTPConnection(host, port, timeout=30), list[tuple[float, float]]()
    while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
        begun = time.monotonic()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        found.append((begun, time.monotonic() - begun))
    return found


def main() -> None:
    """Look, then tell."""
    for at, seconds in looks(sys.argv[1], int(sys.argv[2])):
        sys.stdout.write(f"{at:.6f} {seconds:.6f}\n")


if __name__ == "__main__":
    main()
