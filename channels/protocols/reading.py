"""From a reply's bytes to data, the same for every kind of backend: HTML pages, redirects, charsets, JSON."""

from __future__ import annotations

from typing import Any

import orjson

from channels.protocols.refusals import ContractBroken
from channels.protocols.reply import Reply

_BOM = b"\xef\xbb\xbf"
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")


def refuse_pages(reply: Reply) -> None:
    """Raises: ContractBroken: a page for people or a redirect stands where data should be."""
    start = reply.body[:64].lstrip(b" \t\r\n\xef\xbb\xbf").lower()
    if reply.content_type in ("text/html", "application/xhtml+xml") or start.startswith(_HTML_STARTS):
        raise ContractBroken(f"HTTP {reply.status} with an HTML page", html=True, status=reply.status, step="parse")
    if 300 <= reply.status < 400:
        raise ContractBroken(
            f"HTTP {reply.status}: a redirect, which is not followed", status=reply.status, step="error"
        )


def read_text(reply: Reply, encoding: str) -> str:
    """Return: the body in the declared charset, strictly.  Raises: ContractBroken: bytes of another charset."""
    try:
        return reply.body.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise ContractBroken(f"not {encoding} at byte {error.start}", status=reply.status, step="decode") from None


def read_json(reply: Reply, encoding: str) -> Any:
    """Return: the decoded JSON; None for an empty body.  Raises: ContractBroken."""
    if not reply.body.strip():
        return None
    try:
        if encoding == "utf-8":
            return orjson.loads(reply.body.removeprefix(_BOM))
        return orjson.loads(read_text(reply, encoding))
    except orjson.JSONDecodeError:
        if encoding == "utf-8":
            read_text(reply, encoding)  # a wrong charset is the better explanation
        raise ContractBroken(
            f"not JSON, or cut short ({len(reply.body)} bytes)", status=reply.status, step="parse"
        ) from None


def read_error_body(reply: Reply, encoding: str) -> Any:
    """Return: what an error answer holds, None when it cannot be read: the status speaks for itself."""
    try:
        return read_json(reply, encoding)
    except ContractBroken:
        return None
