"""`roam city try`: one real call of one city, told hop by hop, with the cause named.

It makes the call that the gateway would make, as a sandbox persona where a citizen is concerned; see docs/trying.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from channels.ask import Ask
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Channel, Loaded, Snapshot, load
from channels.text.diagnostics import Lang, Renderer, nearest
from channels.text.documents import read_node, shown_path
from cli.city import COULD_NOT_RUN, ERRORS, FINE, Env, Language, Root, city
from cli.token import SignInError
from cli.trial_args import BadArgument, read_arguments

HOME = Path(".sandbox")
USAGE = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed."""

    city: str
    operation: str
    persona: str
    arguments: tuple[str, ...]
    environment: str
    root: Path
    lang: Lang


def register(app: typer.Typer) -> None:
    """Adds `roam city` with this command; where `cli.city` is there already, this command is in it."""
    if all(group.typer_instance is not city for group in app.registered_groups):
        app.add_typer(city, name="city")


@city.command("try")
def try_city(
    name: Annotated[str, typer.Argument(metavar="CITY", help="A city's folder.")],
    operation: Annotated[str, typer.Argument(help="bills.list, local.creditScore, …")],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="With --record: where to.")] = None,
    persona: Annotated[str, typer.Option(help="A persona of the sandbox; by default the city's own test-zhang.")] = "",
    arg: Annotated[
        list[str] | None, typer.Option("--arg", help="name=value; lists by commas, objects as JSON.")
    ] = None,
    env: Env = "sandbox",
    root: Root = Path("cities"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Language = "",
    record: Annotated[bool, typer.Option("--record", help="Keep the answer, scrubbed, as a fixture.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Compare the answer's shape with the last one kept.")] = False,
    curl: Annotated[bool, typer.Option("--curl", help="Print the request, secrets and persons masked.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it: for operations that change something, and to overwrite.")
    ] = False,
) -> None:
    """Make one real call and tell it hop by hop. 真实调用一次,逐跳说明。  Exit: 0 fine, 1 the call failed, 2 usage, 3 could not run."""
    if file is not None and not record:
        _stop(f"unexpected {file}: a file is for --record", USAGE)
    wish = Wish(name, operation, persona, tuple(arg or ()), env, root, _lang(lang))
    snapshot, channel = _opened(wish)
    _must_be_known(wish, channel)
    if channel.operations[operation].write and not yes:
        _stop(f"{operation} changes something in {name}, for real; if that is meant, add --yes", USAGE)
    found = _tried(wish, snapshot, channel)
    extras = _extras(wish, found, file, record=record, diff=diff, curl=curl, yes=yes)
    _show(found, extras, wish.lang, as_json=as_json)
    raise typer.Exit(ERRORS if found.trial.broken else FINE)


def _opened(wish: Wish) -> tuple[Snapshot, Channel]:
    """The channel as a gateway of this environment would load it."""
    if not wish.root.is_dir():
        _stop(f"no folder {wish.root}")
    loaded = load(
        wish.root,
        environment=wish.environment,
        at=datetime.now(ZoneInfo("Asia/Shanghai")).date(),
        secrets=_secrets(wish.environment),
        overlays=_overlays(wish.environment),
    )
    if loaded.snapshot is None:
        _stop(f"{wish.root}/roam.yaml cannot be read; run: roam city check --root {wish.root}")
    channel = loaded.snapshot.channels.get(wish.city)
    if channel is None:
        near = nearest(wish.city, loaded.snapshot.channels)
        hint = f" (did you mean {near}?)" if near else ""
        _stop(f"no city {wish.city} in {wish.root}{hint}; there are: {', '.join(loaded.snapshot.channels)}", USAGE)
    if not channel.available:
        _tell_errors(loaded, wish)
    return loaded.snapshot, channel


def _tell_errors(loaded: Loaded, wish: Wish) -> NoReturn:
    """A channel with errors is not asked; the errors say why."""
    assert loaded.snapshot is not None  # noqa: S101  (the caller has looked)
    renderer = Renderer(wish.lang, dict(loaded.sources))
    for item in loaded.snapshot.broken.get(wish.city, ()):
        typer.echo(renderer.render(item), err=True)
    _stop(f"{wish.city}'s files have errors, so the gateway does not ask it", ERRORS)


def _must_be_known(wish: Wish, channel: Channel) -> None:
    if wish.operation in channel.operations:
        return
    near = nearest(wish.operation, channel.operations)
    hint = f" (did you mean {near}?)" if near else ""
    _stop(f"{wish.city} does not declare {wish.operation}{hint}; it has: {', '.join(channel.operations)}", USAGE)


def _tried(wish: Wish, snapshot: Snapshot, channel: Channel) -> Any:
    from channels.trial.run import try_call  # aiohttp is slow to import, and a misspelt name needs none

    operation = channel.operations[wish.operation]
    try:
        args = read_arguments(wish.arguments, wish.operation, operation)
    except BadArgument as bad:
        _stop(str(bad), USAGE)
    document = read_node(wish.root / wish.city / "channel.yaml", shown_path(wish.root / wish.city / "channel.yaml"))

    async def run() -> Any:
        who = await _who(wish, snapshot, channel, operation.needs)
        ask = Ask(
            wish.operation,
            args,
            who.claims,
            "try",
            who.assurance,
            f"try-{uuid.uuid4().hex}",
            asyncio.get_running_loop().time() + snapshot.settings.gateway.fanout_budget.total_seconds(),
            f"try-{uuid.uuid4().hex}" if operation.write else None,
            who.behalf,
        )
        return await try_call(snapshot, channel, ask, lambda: datetime.now(UTC), node=document.node)

    try:
        return asyncio.run(run())
    except SignInError as error:
        _stop(str(error))


async def _who(wish: Wish, snapshot: Snapshot, channel: Channel, needs: tuple[str, ...]) -> Any:
    from cli.trial_persona import NOBODY, citizen

    if not needs and not wish.persona:
        return NOBODY
    if snapshot.environment.overlay != "sandbox" and wish.environment != "sandbox":
        raise SignInError(
            f"{wish.operation} is about a citizen, and personas are of the sandbox only: try --env sandbox"
        )
    return await citizen(snapshot, channel, needs, wish.persona)


def _extras(
    wish: Wish, found: Any, file: Path | None, *, record: bool, diff: bool, curl: bool, yes: bool
) -> dict[str, Any]:
    """What the switches add, by name; texts."""
    from cli.trial_extras import compared, kept, requested

    folder = wish.root / wish.city / "fixtures"
    extras: dict[str, Any] = {}
    if curl:
        extras["curl"] = requested(found)
    if diff:
        extras["diff"] = compared(found, folder, wish.lang)
    if record:
        extras["record"] = kept(found, file or folder / f"{wish.operation}.recorded.yaml", overwrite=yes)
    return extras


def _show(found: Any, extras: dict[str, Any], lang: Lang, *, as_json: bool) -> None:
    from cli.trial_text import as_json as told
    from cli.trial_text import as_text

    if as_json:
        typer.echo(json.dumps({**told(found.trial, lang), **extras}, ensure_ascii=False, indent=2, default=str))
        return
    typer.echo(as_text(found.trial, lang))
    for name, text in extras.items():
        typer.echo(f"  {name}:")
        for line in text if isinstance(text, list) else str(text).splitlines():
            typer.echo(f"    {line}")


def _lang(given: str) -> Lang:
    """As asked, else Chinese where the terminal's locale is Chinese."""
    if given not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    return "zh" if (given or os.environ.get("LANG", "")).startswith("zh") else "en"


def _secrets(environment: str) -> Secrets:
    """As the gateway's; in the sandbox also those that `roam up` made here."""
    secrets = Secrets.from_environment(os.environ)
    here = HOME / "secrets"
    return (
        secrets.extended((here,), {}) if environment == "sandbox" and not secrets.folders and here.is_dir() else secrets
    )


def _overlays(environment: str) -> Path | None:
    told = os.environ.get("ROAM_OVERLAYS")
    if told:
        return Path(told)
    here = HOME / "overlays"
    return here if environment == "sandbox" and here.is_dir() else None


def _stop(reason: str, code: int = COULD_NOT_RUN) -> NoReturn:
    typer.echo(f"roam: {reason}", err=True)
    raise typer.Exit(code)
