"""A pasted answer of a city taken apart: what wraps it, where the rows are, what the fields may be.  All of it is guessed.

A guess says why it was made, so that whoever knows the backend can judge it.  Nothing here is used by a running gateway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from channels.personal import kind_of
from channels.protocols.soap_envelope import read_envelope
from channels.text.scalars import Json

CODES = ("code", "errcode", "retcode", "resultcode", "returncode", "ret", "status", "success", "errno", "rspcode")
MESSAGES = ("msg", "message", "errmsg", "retmsg", "resultmsg", "desc", "info", "error")
DATA = ("data", "result", "body", "payload", "content", "datas", "obj", "response")
TOTALS = ("total", "totalcount", "cnt", "count", "records", "totalnum", "totalsize", "zs")
GOOD = ("0", "00", "000", "0000", "00000", "000000", "200", "1", "y", "ok", "true", "success", "s", "t")
DEPTH = 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Made-up stand-ins for personal data; the number of each occurrence is added, so that equal stays equal.
STAND_INS = {
    "ID_NUMBER": "51000020000101{:03d}X",
    "PHONE": "19900000{:03d}",
    "BANK_CARD": "6200000000000{:03d}",
    "NAME": "市民{:03d}",
    "ADDRESS": "某路{}号",
    "VEHICLE_PLATE": "川A00{:03d}",
    "EMAIL": "someone{}@example.org",
}


class NotASample(ValueError):
    """Neither JSON nor a SOAP envelope; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The envelope: expressions over the whole answer."""

    ok: str
    data: str
    code: str
    message: str | None
    value: str


@dataclass(frozen=True, slots=True)
class Sample:
    """`items`, `total`: expressions over the unwrapped answer.  `rows`: what `items` finds.  `data`: the whole, scrubbed."""

    text: str
    xml: bool
    data: Json
    wrapper: Wrapper | None
    items: str | None
    total: str | None
    rows: tuple[Mapping[str, Json], ...]

    def values(self, key: str) -> list[Json]:
        """What the rows have under a key, without blanks."""
        return [row[key] for row in self.rows if row.get(key) not in (None, "")]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of plain values, in order of appearance."""
        return tuple(
            dict.fromkeys(key for row in self.rows for key, value in row.items() if not isinstance(value, (dict, list)))
        )


def take_apart(text: str, *, graphql: bool = False) -> Sample:
    """Return: what a pasted answer looks like.  Raises: NotASample."""
    text = text.strip().removeprefix("\ufeff").strip()
    xml = text.startswith("<")
    data = _read(text, xml)
    whole, wrapper = data, None
    if graphql:
        data = data.get("data", data) if isinstance(data, dict) else data
    else:
        wrapper, data = _wrapper(data, xml)
    found = next(_lists(data, ()), None)
    rows: tuple[Mapping[str, Json], ...]
    if found is not None:
        path, rows = found
        items: str | None = path_text(path) or "@"
        total = _total(data, path)
    else:
        items, total = None, None
        rows = (data,) if isinstance(data, dict) else ()
    return Sample(text, xml, whole, wrapper, items, total, rows)


def _read(text: str, xml: bool) -> Json:
    if xml:
        try:
            return read_envelope(text)
        except ValueError as error:
            raise NotASample(f"XML, but {error}") from None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotASample(f"neither JSON nor XML: {error}") from None


def _wrapper(data: Json, xml: bool) -> tuple[Wrapper | None, Json]:
    """The object that has both a code and data or a message, and what lies in it."""
    for path, node in _objects(data, ()):
        code = _key(node, CODES, plain=True)
        inner, message = _key(node, DATA), _key(node, MESSAGES, plain=True)
        if code is None or (inner is None and message is None):
            continue
        value = node[code]
        if not xml and not isinstance(value, bool) and str(value).lower() not in GOOD:
            continue

        def at(*names: str, path: tuple[str, ...] = path) -> str:
            return _anywhere((*path, *names)) if xml else path_text((*path, *names)) or "@"

        ok = f"{at(code)} == `true`" if value is True else f"to_string({at(code)}) == '{value}'"
        ok = f"{at(code)} == '{value}'" if isinstance(value, str) else ok
        held = node.get(inner) if inner else node
        wrapper = Wrapper(ok, at(inner) if inner else at(), at(code), at(message) if message else None, str(value))
        return wrapper, held
    return None, data


def _anywhere(path: tuple[str, ...]) -> str:
    """The first element of a SOAP body is named after the operation: any name will do."""
    return f"*.{path_text(path[1:])} | [0]" if len(path) > 1 else "* | [0]"


def _objects(data: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Json]]]:
    if isinstance(data, dict) and len(path) < DEPTH:
        yield path, data
        for key, value in data.items():
            yield from _objects(value, (*path, key))


def _lists(data: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[dict[str, Json], ...]]]:
    """Lists of objects, the outermost first."""
    if isinstance(data, list) and data and all(isinstance(item, dict) for item in data):
        yield path, tuple(data)
    elif isinstance(data, dict) and len(path) < DEPTH:
        inner = [(key, value) for key, value in data.items() if isinstance(value, (dict, list))]
        for key, value in sorted(inner, key=lambda pair: not isinstance(pair[1], list)):
            yield from _lists(value, (*path, key))


def _total(data: Json, path: tuple[str, ...]) -> str | None:
    """A count beside the list or one level above it."""
    for end in range(len(path) - 1, -1, -1):
        node: Any = data
        for key in path[:end]:
            node = node[key]
        counted = _key(node, TOTALS, plain=True) if isinstance(node, dict) else None
        if counted is not None and str(node[counted]).isdigit():
            return path_text((*path[:end], counted))
    return None


def _key(node: Mapping[str, Json], names: tuple[str, ...], *, plain: bool = False) -> str | None:
    for name in names:
        for key, value in node.items():
            if key.lower().replace("_", "") == name and not (plain and isinstance(value, (dict, list))):
                return key
    return None


def path_text(path: tuple[str, ...]) -> str:
    """A JMESPath of keys; what is no plain name is quoted."""
    return ".".join(key if _NAME.fullmatch(key) else orjson.dumps(key).decode() for key in path)


def scrubbed(data: Json, key: str = "", known: dict[tuple[str, str], str] | None = None) -> Json:
    """The same with made-up stand-ins for personal data; equal values get equal ones."""
    known = {} if known is None else known
    if isinstance(data, dict):
        return {name: scrubbed(value, name, known) for name, value in data.items()}
    if isinstance(data, list):
        return [scrubbed(value, key, known) for value in data]
    if not isinstance(data, str) or (found := kind_of(data, key)) is None:
        return data
    kind = found[0]
    return known.setdefault((kind, data), STAND_INS[kind].format(len(known) + 1))
