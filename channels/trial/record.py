"""A try kept as a fixture that `roam city check` replays: scrubbed, in the form of `fixtures/*.yaml`.

What is expected of it is what the replay makes of the scrubbed answer, so that a kept answer is green on the day it is kept and
red on the day the mapping changes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape, unescape

import orjson

from channels.answer import Failure
from channels.declared.fixtures import Case as FixtureCase
from channels.declared.models import RestBackend, SoapBackend
from channels.fixtures.replay import CLAIMS, REQUEST, replayed
from channels.mapping.shape import Shape, canonical_shape
from channels.mapping.templates import Scope
from channels.protocols.draft import Form
from channels.protocols.transport import Reply
from channels.trial.case import Case
from channels.trial.charset import likely
from channels.trial.scrub import Scrub
from schema.operations import OPERATIONS

_LEAF = re.compile(r"<((?:\w+:)?\w+)((?:\s[^>]*)?)>([^<]+)</\1>")


class NotKept(ValueError):
    """There is nothing that can be kept, or it cannot be scrubbed; the text says why."""


def fixture(case: Case) -> str:
    """Return: the text of the fixture file.  Raises: NotKept."""
    reply = case.reply
    if reply is None:
        raise NotKept("no complete answer came, so there is nothing to keep")
    scrub = Scrub(case.rule.response.mapping, _shape(case), public=not case.rule.needs, claims=case.ask.claims)
    args = scrub.value(dict(case.ask.args))
    made: dict[str, Any] = {"name": f"{case.began_at:%Y-%m-%d} recorded"}
    if args:
        made["args"] = args
    with suppress(
        Exception
    ):  # a request that cannot be drawn from scrubbed arguments is left out: the answer is what counts
        made["request"] = _request(case, args)
    made["response"] = _response(case, reply, scrub)
    made["expect"] = _expected(case, made)
    return f"operation: {case.compiled.id}\ncases:\n" + "".join(_written(made))


def _shape(case: Case) -> Shape | None:
    canonical = OPERATIONS.get(case.compiled.id)
    return canonical_shape(canonical.output) if canonical is not None and canonical.output else None


def _response(case: Case, reply: Reply, scrub: Scrub) -> dict[str, Any]:
    made: dict[str, Any] = {"status": reply.status}
    content_type = reply.headers.get("content-type", "")
    if content_type and content_type.partition(";")[0] not in ("application/json", "text/xml"):
        made["headers"] = {"Content-Type": content_type}
    encoding = _actual(case, reply)
    text = reply.body.decode(encoding, "strict")
    if isinstance(case.backend, SoapBackend):
        return {**made, "base64": _packed(_xml(text, scrub), encoding)}
    try:
        value = scrub.value(orjson.loads(text))
    except orjson.JSONDecodeError:
        kept = scrub.loose(text)
        return {**made, "text": kept} if encoding == "utf-8" else {**made, "base64": _packed(kept, encoding)}
    if encoding == "utf-8" and case.charset == "utf-8":
        return {**made, "json": value}
    return {**made, "base64": _packed(json.dumps(value, ensure_ascii=False), encoding)}


def _actual(case: Case, reply: Reply) -> str:
    """The charset that the bytes are in, declared or not: what cannot be read cannot be scrubbed."""
    for name in (case.charset, likely(reply.body, case.charset)):
        with suppress(UnicodeDecodeError):
            if name is not None:
                reply.body.decode(name)
                return name
    raise NotKept("the answer is text in no charset we know: it cannot be scrubbed, so it is not kept")


def _xml(text: str, scrub: Scrub) -> str:
    def one(found: re.Match[str]) -> str:
        name, attributes, value = found.groups()
        scrubbed = scrub.text(unescape(value), name.rpartition(":")[2])
        return f"<{name}{attributes}>{escape(scrubbed)}</{name}>"

    return _LEAF.sub(one, text)


def _packed(text: str, encoding: str) -> str:
    try:
        raw = text.encode(encoding)
    except UnicodeEncodeError:
        raw = json.dumps(json.loads(text)).encode("ascii")  # the escapes that a city of that charset uses too
    return base64.b64encode(raw).decode("ascii")


def _request(case: Case, args: Mapping[str, Any]) -> dict[str, Any]:
    """What the replay will draw, with the made-up citizen of every fixture."""
    compiled = case.compiled
    claims = {key: CLAIMS[key] for key in compiled.needs}
    batch = compiled.batch
    keys = args.get(batch.by.removeprefix("args."), []) if batch else []
    scope = Scope(args, claims, compiled.variables(args), compiled.pages.values(None), REQUEST, {"keys": keys})
    draft = compiled.spoken.draw(scope)
    made: dict[str, Any] = {"method": draft.method, "path": unquote(draft.path)}
    if draft.query:
        made["query"] = dict(draft.query)
    if isinstance(draft.content, Form):
        made["form"] = dict(draft.content.fields)
    elif isinstance(case.backend, RestBackend) and (body := draft.content.encode()):
        made["json"] = orjson.loads(body)
    return made


def _expected(case: Case, made: Mapping[str, Any]) -> dict[str, Any]:
    written = FixtureCase.model_validate({**made, "expect": {}})
    answer = replayed(case.compiled, written, xml=isinstance(case.backend, SoapBackend))
    if isinstance(answer, Failure):
        return {"error": str(answer.code)}
    expect: dict[str, Any] = {"items": len(answer.rows)}
    if answer.dropped:
        expect["dropped"] = answer.dropped
    first = {name: plain for name, value in (answer.rows[0] if answer.rows else {}).items() if (plain := _plain(value))}
    return {**expect, "first": first} if first else expect


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("amount") if "currency" in value else None
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _written(case: Mapping[str, Any]) -> Iterator[str]:
    """One case as YAML: keys as people write them, values as JSON, which is YAML and never misread."""
    lead = "  - "
    for key, value in case.items():
        if key == "response":
            yield f"{lead}{key}:\n"
            for name, inner in value.items():
                yield f"      {name}: {_json(inner, 8)}\n"
        else:
            yield f"{lead}{key}: {_json(value, 6, flat=key != 'args')}\n"
        lead = "    "


def _json(value: Any, indent: int, *, flat: bool = False) -> str:
    if flat or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * indent)
