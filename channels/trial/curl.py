"""The request of a try as a curl command: what proves us and what is somebody's are masked, the rest is as it was sent.

The request is drawn once more with masks for claims, by the template that drew the one that was sent: no value is looked for in
a text, so none can be overlooked.
"""

from __future__ import annotations

import shlex

from channels.mapping.templates import Scope
from channels.protocols.draft import Draft, Form
from channels.protocols.soap_envelope import Envelope
from channels.protocols.trace import Proved
from channels.trial.case import Case

MASK = "***"


def curl(case: Case) -> str:
    """Return: one command over several lines.  Raises: templates.Refused, UnicodeEncodeError: it could not be drawn."""
    draft, proved = _drawn(case), case.proved or Proved()
    lines = [f"curl -sS -X {draft.method} {shlex.quote(draft.url)}"]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in draft.headers.items()]
    lines += [f"-H {shlex.quote(f'{name}: {MASK}')}" for name in proved.headers]
    body = draft.content.encode()
    if body:
        lines.append(_data(draft, body))
    return " \\\n  ".join(lines)


def _drawn(case: Case) -> Draft:
    args, compiled = case.ask.args, case.compiled
    claims = dict.fromkeys(compiled.needs, MASK)
    batch = compiled.batch
    keys = args.get(batch.by.removeprefix("args."), []) if batch else []
    request = {"id": case.ask.request_id, "idempotency_key": case.ask.idempotency_key}
    scope = Scope(args, claims, compiled.variables(args), compiled.pages.values(None), request, {"keys": keys})
    draft, proved = compiled.spoken.draw(scope), case.proved or Proved()
    draft.query += [(name, MASK) for name in proved.query]
    if isinstance(draft.content, Form):
        draft.content.fields += [(name, MASK) for name in proved.form]
    if isinstance(draft.content, Envelope) and proved.header:
        draft.content.header = f"<wsse:Security>{MASK}</wsse:Security>"
    return draft


def _data(draft: Draft, body: bytes) -> str:
    """The body for a shell; what is not UTF-8 is shown as text and turned back on the way."""
    if draft.encoding == "utf-8" or body.isascii():
        return f"--data-binary {shlex.quote(body.decode())}"
    text = shlex.quote(body.decode(draft.encoding))
    return f"--data-binary @<(printf %s {text} | iconv -f utf-8 -t {draft.encoding})"
