"""`roam token PERSONA`: signs a persona in at the sandbox's identity provider and prints the access token.

The real flow, authorisation code with PKCE, without a browser: the provider's answer is read from its redirect.
Nothing but the token goes to standard output, so that `TOKEN=$(roam token deng)` works.
"""

import asyncio
import base64
import difflib
import hashlib
import os
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, urlsplit

import typer

if TYPE_CHECKING:
    import aiohttp

CLIENT_ID = "roam-cli"
REDIRECT_URI = "http://127.0.0.1/callback"  # never opened: the code is taken from the redirect itself
DEFAULT_PORT = "8100"
TIMEOUT_SECONDS = 10.0
LEVELS = {"REGISTERED": "loa1", "REAL_NAME": "loa2", "REAL_PERSON": "loa3", "IN_PERSON": "loa4"}


class SignInError(Exception):
    """No token was had; the message is one line for the person at the terminal."""


def register(app: typer.Typer) -> None:
    """Adds the command to the `roam` application."""
    app.command("token")(token)


def token(
    persona: Annotated[str, typer.Argument(help="deng, test-zhang@CITY, …")],
    issuer: Annotated[str, typer.Option(help="Default: ROAM_ISSUER, or the sandbox's own port.")] = "",
    acr: Annotated[str, typer.Option(help="loa1 to loa4, or a level's name; default: the persona's own.")] = "",
) -> None:
    """Print an access token of a persona. 打印某位虚拟市民的访问令牌。"""
    try:
        typer.echo(asyncio.run(sign_in(issuer or default_issuer(os.environ), persona, LEVELS.get(acr, acr))))
    except SignInError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def default_issuer(environ: Mapping[str, str]) -> str:
    """The provider of `roam up` under these settings."""
    return environ.get("ROAM_ISSUER") or f"http://127.0.0.1:{environ.get('ROAM_SANDBOX_PORT') or DEFAULT_PORT}"


async def sign_in(issuer: str, persona: str, acr: str = "") -> str:
    """Returns the access token. Raises SignInError."""
    import aiohttp  # slow to import, and every other command starts without it

    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            endpoints = await _json(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            await _check_known(session, issuer, persona)
            return await _signed_in(session, endpoints, persona, acr)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SignInError(f"the identity provider at {issuer} does not answer; start it with `roam up`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SignInError(f"{issuer} does not answer like an identity provider") from error


async def _check_known(session: "aiohttp.ClientSession", issuer: str, persona: str) -> None:
    known = [row["key"] for row in await _json(session, f"{issuer.rstrip('/')}/personas")]
    if persona not in known:
        near = difflib.get_close_matches(persona, known, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise SignInError(f"no persona {persona!r}{hint}; known: {', '.join(known)}")


async def _signed_in(session: "aiohttp.ClientSession", endpoints: dict[str, str], persona: str, acr: str) -> str:
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid",
        "state": state,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "prompt": "none",
        "login_hint": persona,
    } | ({"acr_values": acr} if acr else {})
    url = endpoints["authorization_endpoint"]
    async with session.get(url, params=asked, allow_redirects=False) as response:
        code = _code(response.headers.get("Location", ""), state)
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "code": code,
        "code_verifier": verifier,
    }
    async with session.post(endpoints["token_endpoint"], data=form, allow_redirects=False) as response:
        answer = await response.json()
    if "access_token" not in answer:
        raise SignInError(f"no token for {persona}: {answer.get('error_description', answer.get('error'))}")
    return str(answer["access_token"])


def _code(location: str, state: str) -> str:
    """The code in a redirect. Raises SignInError: the provider refused, or it is not our answer."""
    answer = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    if "error" in answer:
        raise SignInError(f"sign-in refused: {answer.get('error_description', answer['error'])}")
    if not location.startswith(REDIRECT_URI) or answer.get("state") != state or "code" not in answer:
        raise SignInError("the identity provider did not answer the authorisation request")
    return answer["code"]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def _json(session: "aiohttp.ClientSession", url: str) -> Any:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise ValueError(f"{url} answered {response.status}")
        return await response.json()
