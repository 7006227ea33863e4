"""`roam city report`: the conformance kit.  Which rules a city keeps, which badge that earns, and what is in the way.

Without `--live` files and kept metrics only. With it one bounded session speaks to the city's real backends, for the test
citizens of an environment that has some; its report is kept, and `City.badge` in the graph follows it.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cli.city import COULD_NOT_RUN, ERRORS, FINE, Env, Language, Root, city

if TYPE_CHECKING:
    from channels.declared.secrets import Secrets
    from channels.deployment.snapshot import Snapshot
    from conformance import Report, Session
    from conformance.personas import Person

HOME = Path(".sandbox")
STATE = HOME / "state"
SANDBOX = "sandbox"
SALT = "GATEWAY_PAIRWISE_SALT"
SHORTEST_SECONDS, LONGEST_SECONDS = 0.5, 60.0


class CannotExamine(Exception):
    """No report can be made; the text is one line for the person at the terminal."""


def register(app: typer.Typer) -> None:
    """Adds the command below `roam city`."""
    city.command("report")(report)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for at the command line."""

    cities: tuple[str, ...]
    root: Path
    environment: str
    live: bool
    load_seconds: float
    environ: Mapping[str, str]

    @property
    def state(self) -> Path:
        return Path(self.environ.get("ROAM_STATE") or STATE)

    @property
    def overlays(self) -> Path | None:
        """As told, else where `roam up` put the ones of a sandbox that was moved."""
        given, usual = self.environ.get("ROAM_OVERLAYS"), HOME / "overlays"
        if given:
            return Path(given)
        return usual if self.environment == SANDBOX and usual.is_dir() else None


def report(
    cities: Annotated[list[str] | None, typer.Argument(metavar="[CITY…]", help="Without one: all of them.")] = None,
    root: Root = Path("cities"),
    env: Env = SANDBOX,
    live: Annotated[bool, typer.Option("--live", help="Ask the city itself, for test citizens only.")] = False,
    drill: Annotated[
        bool, typer.Option("--drill", help="Confirm that the on-call number answered; valid 90 days.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write one bilingual page here.")] = None,
    all_rules: Annotated[bool, typer.Option("--all", help="A line for every rule.")] = False,
    load_seconds: Annotated[
        float, typer.Option(min=SHORTEST_SECONDS, max=LONGEST_SECONDS, help="F04: how long concurrency is held.")
    ] = 20.0,
    lang: Language = "",
) -> None:
    """Examine cities by the conformance rules. 一致性检验,给出徽章。  Exit: 0 no BRONZE rule failed, 1 one did, 2 usage, 3 could not run."""
    if lang not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    language = "zh" if (lang or os.environ.get("LANG", "")).startswith("zh") else "en"
    wish = Wish(tuple(cities or ()), root, env, live, load_seconds, os.environ)
    try:
        if drill:
            _drill(wish)
        made = asyncio.run(reports(wish))
        if html is not None:
            from conformance.page import as_page

            html.write_text(as_page(made), encoding="utf-8")
    except (CannotExamine, OSError) as error:
        typer.echo(f"roam: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from None
    typer.echo(_as_json(made) if as_json else _as_text(made, language, all_rules=all_rules))
    raise typer.Exit(ERRORS if any(_failed_bronze(one) for one in made) else FINE)


async def reports(wish: Wish) -> list[Report]:
    """One report for each city, in order; live ones are kept.  Raises: CannotExamine."""
    from channels.measured.badges import keep
    from conformance import examine

    snapshot = loaded(wish)
    slugs = wish.cities or tuple(snapshot.channels)
    if unknown := [slug for slug in slugs if slug not in snapshot.channels]:
        raise CannotExamine(f"no city {unknown[0]} in {wish.root}; known: {', '.join(snapshot.channels)}")
    if wish.live:
        refuse_real_citizens(snapshot)
    alone = asyncio.Lock()  # they are asked side by side, but measured one at a time
    sessions = [replace(await session_of(wish, snapshot, slug), alone=alone) for slug in slugs]
    made = await examine([(session, await _people(wish, session)) for session in sessions], _now)
    for one in made if wish.live else ():
        keep(wish.state, one.slug, one.as_json())
    return made


async def _people(wish: Wish, session: Session) -> Mapping[str, Person] | None:
    """The test citizens of a city that is to be asked; None where files are enough.  Raises: CannotExamine."""
    from cli.token import SignInError, sign_in
    from conformance.personas import NoPersonas, people

    if not wish.live or not session.channel.available:
        return None
    snapshot = session.snapshot
    try:
        salt = snapshot.secrets.reveal(SALT).encode()
        return await people(session.channel, issuer_of(wish, snapshot), salt, sign_in)
    except (NoPersonas, SignInError, LookupError, ValueError) as error:
        raise CannotExamine(str(error)) from None


def loaded(wish: Wish) -> Snapshot:
    """The deployment as the gateway would load it.  Raises: CannotExamine."""
    from channels.deployment.snapshot import load

    found = load(
        wish.root,
        environment=wish.environment,
        at=_today(),
        secrets=_secrets(wish),
        overlays=wish.overlays,
    )
    if found.snapshot is None:
        raise CannotExamine(f"{wish.root}/roam.yaml cannot be read; run: roam city check")
    return found.snapshot


def refuse_real_citizens(snapshot: Snapshot) -> None:
    """A live session only where citizens are made up.  Raises: CannotExamine."""
    if snapshot.environment_name != SANDBOX and not snapshot.environment.test_personas:
        name = snapshot.environment_name
        raise CannotExamine(
            f"--live asks about test citizens only, and the environment {name} declares none:"
            f" environments.{name}.test_personas"
        )


def issuer_of(wish: Wish, snapshot: Snapshot) -> str:
    """The provider of the environment's test citizens; of the sandbox, where `roam up` put it.  Raises: CannotExamine."""
    from sandbox import running

    if told := wish.environ.get("ROAM_ISSUER"):
        return told
    if wish.environment == SANDBOX and (port := wish.environ.get("ROAM_SANDBOX_PORT", "")).isdigit():
        return f"http://127.0.0.1:{port}"
    if wish.environment == SANDBOX and (noted := running.issuer(HOME)):
        return noted
    if snapshot.environment.issuer is None:
        raise CannotExamine(f"the environment {wish.environment} names no issuer")
    return snapshot.environment.issuer


async def session_of(wish: Wish, snapshot: Snapshot, slug: str) -> Session:
    from channels.checking import check_root
    from channels.measured.drill import last_drill
    from channels.measured.metrics_store import soak_of
    from conformance import Session
    from conformance.fixtures import fixtures_of

    found = check_root(
        wish.root,
        environment=wish.environment,
        at=_today(),
        secrets=_secrets(wish),
        overlays=wish.overlays,
        only=slug,
    ).found
    return Session(
        slug=slug,
        folder=wish.root / slug,
        snapshot=snapshot,
        channel=snapshot.channels[slug],
        diagnostics=tuple(found),
        fixtures=fixtures_of(wish.root / slug),
        now=_now(),
        soak=await soak_of(wish.state, slug, _today()),
        drill=last_drill(wish.state, slug),
        load_seconds=wish.load_seconds,
    )


def _drill(wish: Wish) -> None:
    """Somebody rang: at a terminal it is asked for each city, elsewhere the option itself says so."""
    from channels.measured.drill import keep_drill

    snapshot = loaded(wish)
    for slug in wish.cities or tuple(snapshot.channels):
        if slug not in snapshot.channels:
            continue  # told with the report
        numbers = [c.phone for c in snapshot.channels[slug].city.contacts if c.role == "ONCALL" and c.phone]
        if not numbers:
            raise CannotExamine(f"{slug} has no ONCALL contact with a phone")
        asked = f"{slug}: {', '.join(numbers)} — 有人接听吗? Did somebody answer?"
        if not sys.stdin.isatty() or typer.confirm(asked):
            keep_drill(wish.state, slug, at=_now(), by=_who())


def _secrets(wish: Wish) -> Secrets:
    from channels.declared.secrets import Secrets as Sources

    told = dict(wish.environ)
    if wish.environment == SANDBOX and "ROAM_SECRETS_DIR" not in told and (HOME / "secrets").is_dir():
        told["ROAM_SECRETS_DIR"] = str(HOME / "secrets")
    return Sources.from_environment(told)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _failed_bronze(made: Report) -> bool:
    from conformance import State

    return any(made.verdicts[rule.id].state is State.FAILED for rule in made.blocking("BRONZE"))


def _as_json(made: Sequence[Report]) -> str:
    return json.dumps({"reports": [one.as_json() for one in made]}, ensure_ascii=False, indent=2)


def _as_text(made: Sequence[Report], language: str, *, all_rules: bool) -> str:
    from conformance.text import as_text

    return "\n\n".join(as_text(one, language, all_rules=all_rules) for one in made)


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _now() -> datetime:
    return datetime.now(UTC)
