"""The gateway's short tokens: they live for a minute at most, in a header that nothing else uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.checks.scene import Scene
from channels.declared.models import (
    ApiKeyAuth,
    ChannelFile,
    CitizenTokenRule,
    GatewayJwtAuth,
    OAuth2ClientAuth,
    SignAuth,
)
from channels.text.diagnostics import Diagnostic, report
from identity.exchange import MAX_LIFETIME

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "soapaction"})


def check_tokens(scene: Scene) -> Iterator[Diagnostic]:
    """What is wrong with `citizen_token` and with every `gateway_jwt`."""
    for name, auth in scene.channel.auth.items():
        if isinstance(auth, GatewayJwtAuth):
            yield from _check_lifetime(scene, ("auth", name), auth)
    rule = scene.channel.citizen_token
    if rule is None:
        return
    yield from _check_lifetime(scene, ("citizen_token",), rule)
    if not _TOKEN.fullmatch(rule.header):
        problem = {"zh": "只能用字母、数字和连字符", "en": "letters, digits and hyphens only"}
        yield report("token_header", scene.at("citizen_token", "header"), found=rule.header, problem=problem)
    elif rule.header.lower() in taken(scene.channel):
        problem = {"zh": "已有别的用途", "en": "it has another use already"}
        yield report("token_header", scene.at("citizen_token", "header"), found=rule.header, problem=problem)


def _check_lifetime(
    scene: Scene, path: tuple[str, ...], rule: GatewayJwtAuth | CitizenTokenRule
) -> Iterator[Diagnostic]:
    seconds = rule.ttl.total_seconds()
    if not 1 <= seconds <= MAX_LIFETIME.total_seconds():
        yield report("token_ttl", scene.at(*path, "ttl"), found=f"{seconds:g}s")


def taken(channel: ChannelFile) -> frozenset[str]:
    """The headers that the channel already fills, in lower case."""
    found = set(_OURS)
    for auth in channel.auth.values():
        match auth:
            case GatewayJwtAuth() | OAuth2ClientAuth():
                found.add("authorization")
            case ApiKeyAuth():
                found.add(auth.header.lower())
            case SignAuth():
                found |= {place.lower() for place in auth.put if "." not in place}
    for backend in channel.backends.values():
        found |= {name.lower() for name in backend.headers}
    for operation in (*channel.operations.values(), *channel.local.values()):
        found |= {name.lower() for name in operation.request.headers}
    return frozenset(found)
