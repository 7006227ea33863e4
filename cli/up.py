"""`roam up`: starts the identity provider, the cities and the gateway, asks them one question, and keeps serving.

Ctrl-C and SIGTERM stop everything. A city whose folder appears gets its server, where the sandbox has one; one that
ends by itself is reported and the others go on. Without the gateway or the provider everything stops. Settings:
ROAM_ROOT, ROAM_PORT, ROAM_SANDBOX_PORT, ROAM_STATE, ROAM_HOST.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from sandbox.up import Stack

HOME = Path(".sandbox")
WATCH_SECONDS = 0.25
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class AskedToStop(BaseException):
    """A signal asked us to stop; it passes through everything, like KeyboardInterrupt."""


class BadSetting(Exception):
    """A setting has a value that cannot be used; the message names it."""


def register(app: typer.Typer) -> None:
    """Adds the command to the `roam` application."""
    app.command("up")(up)


def up() -> None:
    """Start five cities, the identity provider and the gateway. 启动沙箱:五座城市、身份提供方和网关。"""
    sys.exit(run(os.environ))


def run(environ: Mapping[str, str]) -> int:
    """Serve until a signal comes; returns the exit status: 0 stopped when asked, 1 could not start or go on."""
    from cli.token import SignInError
    from sandbox.ports import PortTaken
    from sandbox.switch import NoAnswer
    from sandbox.up import CannotStart

    try:
        with stoppable():
            return _serve(environ)
    except AskedToStop:
        _say("\nStopped. 已停止。")
        return 0
    except (PortTaken, CannotStart, BadSetting, SignInError, NoAnswer) as error:
        _complain(str(error))
        return 1


@contextmanager
def stoppable() -> Iterator[None]:
    """Signals raise AskedToStop inside the block, once; while everything stops they are ignored."""

    def ask(*_: object) -> NoReturn:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # stopping takes seconds at most and must not be cut short
        raise AskedToStop

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve(environ: Mapping[str, str]) -> int:
    from sandbox.ports import BASE_PORT, GATEWAY_PORT, Ports
    from sandbox.up import Stack, slugs

    begun = time.monotonic()
    root = Path(environ.get("ROAM_ROOT") or "cities")
    gateway, base = _port(environ, "ROAM_PORT", GATEWAY_PORT), _port(environ, "ROAM_SANDBOX_PORT", BASE_PORT)
    state = Path(environ["ROAM_STATE"]) if environ.get("ROAM_STATE") else None
    host = {"ROAM_HOST": environ["ROAM_HOST"]} if environ.get("ROAM_HOST") else {}
    ports = Ports.fixed(slugs(root), gateway, base)
    with Stack.start(root, HOME, ports, state=state, environment=host) as stack:
        _greet(stack, begun)
        _show_addresses(stack)
        return _watch(stack)


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise BadSetting(f"{name} must be a port number such as {default}, found {text!r}")
    return int(text)


def _greet(stack: "Stack", begun: float) -> None:
    from sandbox.greeting import PERSONA, greet

    for name, last_lines in stack.down.items():
        _complain(f"{name} did not start; the others go on. Its last lines:\n{last_lines}")
    greeting = greet(stack)
    _say(f"{greeting.query}\n\n# as persona {PERSONA}:\n{greeting.text()}\n")
    seconds = time.monotonic() - begun
    _say(f"{greeting.answered} of {greeting.asked} cities answered, {seconds:.1f} s after the start.\n")


def _show_addresses(stack: "Stack") -> None:
    _say(f"{stack.gateway_url}/graphql")
    rows = {"console": f"{stack.gateway_url}/console", "identity provider": stack.issuer_url}
    rows |= {slug: stack.city_url(slug) for slug in stack.cities}
    for name, url in rows.items():
        _say(f"  {name:<18} {url}{'  (down)' if name in stack.down else ''}")
    _say(f"Logs: {stack.places.logs}. Ctrl-C stops everything. 按 Ctrl-C 全部停止。")


def _watch(stack: "Stack") -> int:
    from sandbox.programs import GATEWAY, PROVIDER

    while True:
        for name, status in stack.exits():
            fatal = name in {GATEWAY, PROVIDER}
            rest = "everything stops" if fatal else "the others go on"
            _complain(f"{name} ended with status {status}; {rest}. Its last lines:\n{stack.down[name]}")
            if fatal:
                return 1
        for slug in stack.newcomers():
            stack.join(slug)
            _say(f"  {slug:<18} {stack.city_url(slug)}{'  (down)' if slug in stack.down else ''}")
        time.sleep(WATCH_SECONDS)


def _say(text: str) -> None:
    with suppress(BrokenPipeError):  # whoever read the answer has gone; the cities still serve
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(f"roam up: {text}\n")
    sys.stderr.flush()
