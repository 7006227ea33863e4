"""Secrets where none may stand: in headers, in what is sent, in addresses, in the template of a signature.

Secrets are known to `auth:` alone, and there a file only names them.  Elsewhere a value would be a secret in the open, and
`secret:NAME` would be sent as these very letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.declared.models import ChannelFile, SignAuth
from channels.text.diagnostics import Diagnostic, report
from channels.text.tree import ListNode, MapNode, Node, ScalarNode, find, spot
from channels.text.written import secret_name

SENT = ("headers", "query", "json", "form", "variables")
LEAST = 6  # characters; what is shorter keeps no secret
_NAMES = re.compile(
    r"(?:authorization|cookie|(?:api|app|access|secret|sign|private)key|secret|token|password|passwd|pwd|密码|密钥|口令)$"
)
_SEPARATORS = re.compile(r"[\W_]+")
_USER = re.compile(r"https?://[^/@\s]*:(?P<literal>[^/@\s]+)@")
_PAIR = re.compile(
    r"(?:^|[?&;\W])(?P<name>\w*(?:key|secret|token|password|pwd))=(?P<literal>[^{}&\s$]{6,})", re.IGNORECASE
)


def check_literals(channel: ChannelFile, node: Node) -> Iterator[Diagnostic]:
    """Everything that a channel sends, and where to."""
    for name in channel.backends:
        yield from _in_pairs(find(node, ("backends", name, "headers")))
        yield from _in_text(find(node, ("backends", name, "base_url")), (_USER, _PAIR), "base_url")
    paths = [*(("operations", name) for name in channel.operations), *(("local", name) for name in channel.local)]
    for path in paths:
        for part in SENT:
            yield from _in_pairs(find(node, (*path, "request", part)))
        yield from _in_text(find(node, (*path, "request", "path")), (_PAIR,), "path")
    for name, auth in channel.auth.items():
        if isinstance(auth, SignAuth):
            yield from _in_text(find(node, ("auth", name, "string")), (_PAIR,), "string")
            yield from _in_pairs(find(node, ("auth", name, "put")))


def _in_pairs(node: Node | None, key: str = "") -> Iterator[Diagnostic]:
    """Values by name, however deep."""
    match node:
        case MapNode():
            for name, entry in node.entries.items():
                yield from _in_pairs(entry.node, name)
        case ListNode():
            for item in node.items:
                yield from _in_pairs(item, key)
        case ScalarNode() if secret_name(node.text):
            yield report("secret_elsewhere", node.place, field=key, found=node.text)
        case ScalarNode() if _NAMES.search(_SEPARATORS.sub("", key.lower())) and _is_literal(node.text):
            yield report("secret_written", node.place, field=key, found=_shown(node.text))


def _in_text(node: Node | None, patterns: tuple[re.Pattern[str], ...], key: str) -> Iterator[Diagnostic]:
    """A secret inside of a longer text; the first one is told."""
    if not isinstance(node, ScalarNode):
        return
    found = next((match for pattern in patterns if (match := pattern.search(node.text))), None)
    if found is not None:
        literal = found["literal"]
        yield report(
            "secret_written", spot(node, found.start("literal"), len(literal)), field=key, found=_shown(literal)
        )


def _is_literal(text: str) -> bool:
    return len(text) >= LEAST and "{" not in text


def _shown(literal: str) -> str:
    """No more than three characters of it."""
    return f"{literal[:3]}…({len(literal)} chars)"
