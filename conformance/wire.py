"""A city's lines as the kit uses them: the gateway's own, with every answer overheard and, on purpose, a wrong proof.

A `Tap` is the transport of a line that notes what came back and how long it took; `cut` breaks the connection as soon as
the request is out.  A `Forged` proof is the right one with its signature, token or key spoilt.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from channels.answer import Failure
from channels.ask import Ask
from channels.declared.models import ApiKeyAuth, Auth, SignAuth, WsSecurityAuth
from channels.proofs.credentials import ApiKey, Clock, Credential, Nothing
from channels.proofs.proof import Means
from channels.proofs.signing import Signer
from channels.proofs.soap_security import UsernameToken
from channels.protocols.draft import Draft
from channels.protocols.transport import Fault, Reply, Transport

MIDDLE: Final = 12  # how far from its end a token is spoilt: the last character of base64 may mean nothing


@dataclass(frozen=True, slots=True)
class Heard:
    """What one request brought: `seconds` for the whole of it, `at` when it was over."""

    reply: Reply | Fault
    seconds: float
    at: datetime


HEARD: ContextVar[list[Heard] | None] = ContextVar("conformance_heard", default=None)


class Tap(Transport):
    """A transport that is listened to."""

    def __init__(self, inner: Transport, clock: Clock, tls: ssl.SSLContext | None = None, *, cut: bool = False) -> None:
        super().__init__(connect_seconds=1.0)
        self._inner, self._clock, self._cut_tls, self._cut = inner, clock, tls, cut

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float,
        connect: float | None = None,
    ) -> Reply | Fault:
        """As the transport inside, noted for whoever listens in this task."""
        now = asyncio.get_running_loop().time
        started = now()
        if self._cut:
            reply: Reply | Fault = await cut_off(method, url, headers, body, self._cut_tls)
        else:
            reply = await self._inner.send(method, url, headers, body, deadline=deadline, connect=connect)
        if (heard := HEARD.get()) is not None:
            heard.append(Heard(reply, now() - started, self._clock()))
        return reply


async def cut_off(method: str, url: str, headers: Mapping[str, str], body: bytes, tls: ssl.SSLContext | None) -> Fault:
    """Send a request whole and hang up before its answer."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    head = {**headers, "Host": parts.netloc, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    try:
        _, writer = await asyncio.open_connection(parts.hostname, port, ssl=tls if parts.scheme == "https" else None)
    except OSError:
        return Fault("connect", False, "no connection")
    try:
        writer.write("\r\n".join(lines).encode("latin-1") + body)
        await writer.drain()
    finally:
        writer.close()
    return Fault("broken", True, "cut off on purpose after the request was sent")


class Forged(Nothing):
    """The right proof with one header's token spoilt."""

    def __init__(self, proof: Credential, header: str) -> None:
        self._proof, self._header = proof, header

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        refused = await self._proof.apply(draft, ask)
        if self._header in draft.headers:
            draft.headers[self._header] = spoilt(draft.headers[self._header])
        return refused


def forged(auth: Auth | None, proof: Credential, means: Means) -> Credential | None:
    """Return: the proof with its signature, token or key made wrong; None where there is no proof to spoil."""
    reveal = means.reveal
    match auth:
        case None:
            return None
        case SignAuth():
            return Signer(auth, reveal(auth.app_id), spoilt(reveal(auth.key)), means.clock)
        case WsSecurityAuth():
            password = spoilt(reveal(auth.password))
            return UsernameToken(reveal(auth.username), password, digest=auth.digest, clock=means.clock)
        case ApiKeyAuth():
            return ApiKey(auth.header, spoilt(reveal(auth.value)))
        case _:  # a bearer token: the gateway's own, or the one that the city's token endpoint gave
            return Forged(proof, "Authorization")


def spoilt(text: str) -> str:
    """The text with one character changed."""
    place = max(0, len(text) - MIDDLE) if len(text) > MIDDLE else len(text) // 2
    return text[:place] + ("B" if text[place : place + 1] != "B" else "C") + text[place + 1 :]
