"""Which items of the personas' data a call carried: names of items, never values.

Found by looking for the values themselves in everything that came over the wire (address, headers, body), whatever the
protocol and the charset: a city cannot be sent something without its being found here.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from identity.pairwise import pairwise_id
from sandbox.citizen_token import HEADER
from sandbox.personas import CITY_CODES, PERSONAS
from sandbox.world import World

CHARSETS = ("utf-8", "gb18030")
TOKEN_CLAIMS = ("aud", "scope", "acr", "client_id")


def told(world: World, operation: str, scope: Scope, body: bytes) -> dict[str, Any]:
    """`{operation, citizens: {persona: [items]}, token}`: `token` holds of a citizen's token what names nobody."""
    headers = dict(scope["headers"])
    raw = b"\n".join((scope["raw_path"], scope["query_string"], *headers.values(), body))
    raw += unquote_to_bytes(raw.replace(b"+", b" "))
    found: dict[str, list[str]] = {}
    for persona, item, value in values(world):
        if any(value.encode(charset) in raw for charset in CHARSETS):
            found.setdefault(persona, []).append(item)
    return {"operation": operation, "citizens": found, "token": token(world, token_in(headers))}


def values(world: World) -> Iterator[tuple[str, str, str]]:
    """Every persona's items: their name in this city, in the others (`foreign_pairwise_id`), and the real-name ones."""
    for key, persona in PERSONAS.items():
        yield key, "pairwise_id", world.pairwise(persona.subject)
        for code in CITY_CODES.values():
            if code != world.code:
                yield key, "foreign_pairwise_id", pairwise_id(world.salt, code, persona.subject)
        yield key, "name", persona.name
        yield key, "id_number", persona.id_number
        yield key, "phone", persona.phone


def token(world: World, text: str) -> dict[str, Any] | None:
    """What a token says, with personas for the pairwise ids: `citizen`, `app`, `actor`."""
    claims = _claims(text)
    if claims is None:
        return None
    names = {world.pairwise(persona.subject): key for key, persona in PERSONAS.items()}
    act = claims.get("act") or {}
    person = (act.get("act") or {}).get("sub")
    told_plainly = {name: claims.get(name) for name in TOKEN_CLAIMS}
    return {
        **told_plainly,
        "citizen": names.get(str(claims.get("sub"))),
        "app": act.get("sub"),
        "actor": names.get(str(person)),
    }


def token_in(headers: Mapping[bytes, bytes]) -> str:
    """The gateway's token of a call: in its own header, or as the bearer."""
    bearer = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
    return headers.get(HEADER.encode(), bearer).decode("latin-1")


def _claims(text: str) -> dict[str, Any] | None:
    parts = text.split(".")
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
