"""A try as text for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

from channels.text.diagnostics import Lang
from channels.trial.told import Advice, Hop, Trial

MARKS = {"ok": "✓", "warning": "!", "error": "✗"}
NAME_CELLS = 11
MOST_ROWS = 5
_SEEN = {
    "zh": ("结果", "结论", "还有 {} 行", "前端会看到"),
    "en": ("result", "outcome", "and {} more", "front-ends would see"),
}


def as_text(trial: Trial, lang: Lang) -> str:
    """Hop by hop, then the rows and the outcome."""
    result, outcome, more, seen = _SEEN[lang]
    lines = [line for hop in trial.hops for line in _hop(hop, lang)]
    if trial.rows:
        lines.append(f"  {result}:")
        lines += [f"    {_json(row)}" for row in trial.rows[:MOST_ROWS]]
        if len(trial.rows) > MOST_ROWS:
            lines.append(f"    … {more.format(len(trial.rows) - MOST_ROWS)}")
    tail = f"  ({seen} {trial.coverage})" if trial.coverage else ""
    lines.append(f"  {outcome}: {trial.outcome}{tail}")
    return "\n".join(lines)


def as_json(trial: Trial, lang: Lang) -> dict[str, Any]:
    """The same for programs; `mark` is ok, warning or error."""
    return {
        "city": trial.city,
        "operation": trial.operation,
        "hops": [_hop_json(hop, lang) for hop in trial.hops],
        "result": list(trial.rows),
        "outcome": trial.outcome,
        "coverage": trial.coverage or None,
    }


def _hop(hop: Hop, lang: Lang) -> Iterator[str]:
    took = f"  {hop.ms} ms" if hop.ms is not None else ""
    yield f"  {MARKS[hop.mark]} {hop.name:<{NAME_CELLS}}{hop.text.text(lang)}{took}"
    for advice in hop.advice:
        for line in _advice(advice, lang):
            yield f"{'':15}↳ {line}"


def _advice(advice: Advice, lang: Lang) -> Iterator[str]:
    text = advice.text.text(lang)
    if text:
        yield f"{advice.code} {text}".strip()
    if advice.place is not None:
        yield _place(advice)


def _place(advice: Advice) -> str:
    place = advice.place
    return f"{place.path}:{place.line}:{place.column}" if place is not None else ""


def _hop_json(hop: Hop, lang: Lang) -> dict[str, Any]:
    return {
        "name": hop.name,
        "mark": hop.mark,
        "text": hop.text.text(lang),
        "ms": hop.ms,
        "advice": [
            {"code": advice.code or None, "text": advice.text.text(lang), "place": _place(advice) or None}
            for advice in hop.advice
        ],
    }


def _json(value: Any) -> str:
    # Spaces after commas and colons, for people.
    return json.dumps(orjson.loads(orjson.dumps(value, default=str)), ensure_ascii=False)
