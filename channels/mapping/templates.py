"""`${…}` in requests, compiled to closures over a Scope.

Each place has its own rules, so that no value can leave it: a path segment is percent-encoded and may hold no slash and no
dot segment, a header takes no line break, XML is escaped, a query leaves out what is absent.  A template that is one whole
`${…}` keeps its JSON type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from channels.mapping.converters import text

_HOLE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_NAME = re.compile(r"(args|citizen|vars)\.([A-Za-z_][A-Za-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_.]*))?")
_WELL_FORMED = re.compile(r"\$\{[^{}$]*\}")
_SLIP = re.compile(
    r"(?:\$ ?[{(｛（]{0,2} *|\{{1,2} *|｛ *)(?P<name>(?:args|citizen|vars|page|request|batch)\.[A-Za-z_][\w.]*) *[})｝）]{0,2}"
)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*):")
_FIXED = frozenset(
    {"page.number", "page.size", "page.offset", "page.cursor", "request.id", "request.idempotency_key", "batch.keys"}
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 §2.2
_XML_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_NOT_HEADER = re.compile("[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110 §5.5
_NOT_SEGMENT = re.compile(r"[/\\\x00-\x1f\x7f]")


class BadTemplate(ValueError):
    """A hole that names nothing; the text says which."""


class Refused(ValueError):
    """A value that must not stand in its place of the request.  The text names the place, never the value."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything a template may name.  `citizen` holds only what the operation's `needs:` declares."""

    args: Mapping[str, Any]
    citizen: Mapping[str, Any]
    vars: Mapping[str, Any]
    page: Mapping[str, Any]
    request: Mapping[str, Any]
    batch: Mapping[str, Any]


Value: TypeAlias = Callable[[Scope], Any]
Written: TypeAlias = Callable[[Scope], str]
Pairs: TypeAlias = Callable[[Scope], list[tuple[str, str]]]


def names(template: Any) -> list[str]:
    """Return: every `x.y` named in a template, a list or a mapping of templates, in order."""
    if isinstance(template, str):
        return _HOLE.findall(template)
    if isinstance(template, Mapping):
        return [name for item in template.values() for name in names(item)]
    if isinstance(template, list | tuple):
        return [name for item in template for name in names(item)]
    return []


@dataclass(frozen=True, slots=True)
class Slip:
    """What was meant to be a `${…}` and is none.  `right`: how it should be; None: nobody knows what it should name."""

    at: int
    written: str
    right: str | None


def slip(template: str) -> Slip | None:
    """Return: the first of `$args.x`, `{args.x}`, `$(args.x)`, a bare `args.x`, or a `${` that is left open."""
    if template in _FIXED or _NAME.fullmatch(template):
        return Slip(0, template, f"${{{template}}}")
    rest = _WELL_FORMED.sub(lambda hole: " " * len(hole[0]), template)
    if found := _SLIP.search(rest):
        return Slip(found.start(), found[0].strip(), f"${{{found['name']}}}")
    at = rest.find("${")
    return Slip(at, "${", None) if at >= 0 else None


def elements(xml: str) -> list[str]:
    """Return: the prefixes of element names in XML that declares none itself, each once, in order."""
    found = dict.fromkeys(_ELEMENT.findall(xml))
    return [prefix for prefix in found if f"xmlns:{prefix}=" not in xml]


def compile_json(template: Any) -> Value:
    """Return: a function that fills any JSON template.  A whole `${…}` keeps its type; null stays null."""
    if isinstance(template, str):
        return compile_value(template)
    if isinstance(template, Mapping):
        members = [(key, compile_json(item)) for key, item in template.items()]
        return lambda scope: {key: fill(scope) for key, fill in members}
    if isinstance(template, list | tuple):
        items = [compile_json(item) for item in template]
        return lambda scope: [fill(scope) for fill in items]
    return lambda scope: template


def compile_value(template: str) -> Value:
    """Return: a function to the value of a whole `${…}`, else to text."""
    whole = _HOLE.fullmatch(template)
    return _lookup(whole[1]) if whole else compile_text(template)


def compile_text(template: str, write: Callable[[Any], str] = lambda value: _plain(value)) -> Written:
    """Return: a function to text; each hole is written by `write` (None is given to it as None)."""
    parts = _HOLE.split(template)
    if len(parts) == 1:
        return lambda scope: template
    steps = [(parts[at], _lookup(parts[at + 1])) for at in range(0, len(parts) - 1, 2)]
    tail = parts[-1]
    return lambda scope: "".join([before + write(get(scope)) for before, get in steps]) + tail


def compile_url_path(template: str) -> Written:
    """Return: a function to a path; every value is one percent-encoded part that cannot move to another resource."""
    return compile_text(template, _segment)


def compile_xml(template: str) -> Written:
    """Return: a function to XML text with every value escaped; absent values are empty."""
    return compile_text(template, _xml)


def compile_pairs(templates: Mapping[str, Any]) -> Pairs:
    """Return: a function to query or form fields.  Absent values are left out, a list repeats its key."""
    members = [
        (key, compile_value(item) if isinstance(item, str) else compile_json(item)) for key, item in templates.items()
    ]

    def pairs(scope: Scope) -> list[tuple[str, str]]:
        made: list[tuple[str, str]] = []
        for key, fill in members:
            value = fill(scope)
            items = value if isinstance(value, list | tuple) else (value,)
            made.extend((key, _plain(item)) for item in items if item is not None)
        return made

    return pairs


def compile_headers(templates: Mapping[str, str]) -> Callable[[Scope], dict[str, str]]:
    """Return: a function to headers.  Absent values are left out; control characters are refused."""
    members = [(key, compile_value(item)) for key, item in templates.items()]

    def headers(scope: Scope) -> dict[str, str]:
        filled = ((key, fill(scope)) for key, fill in members)
        return {key: _header(key, value) for key, value in filled if value is not None}

    return headers


def _lookup(name: str) -> Value:
    if name in _FIXED:
        room, key = name.split(".")
        return lambda scope: getattr(scope, room).get(key)
    found = _NAME.fullmatch(name)
    if found is None:
        raise BadTemplate(f"${{{name}}} names nothing")
    room, key, rest = found[1], found[2], found[3]
    if rest is None:
        return lambda scope: getattr(scope, room).get(key)
    return _deep(room, [key, *rest.split(".")])


def _deep(room: str, keys: list[str]) -> Value:
    def get(scope: Scope) -> Any:
        value: Any = getattr(scope, room)
        for key in keys:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    return get


def _plain(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        raise Refused("an object cannot stand inside a text")
    return "" if value is None else text(value)


def _segment(value: Any) -> str:
    written = _plain(value)
    if written in ("", ".", "..") or _NOT_SEGMENT.search(written):
        raise Refused("not a path segment")
    return quote(written, safe="")


def _xml(value: Any) -> str:
    written = _plain(value)
    if _NOT_XML.search(written):
        raise Refused("a character that XML cannot carry")
    return written.translate(_XML_ENTITIES)


def _header(name: str, value: Any) -> str:
    written = _plain(value)
    if _NOT_HEADER.search(written):
        raise Refused(f"a control character in header {name}")
    return written
