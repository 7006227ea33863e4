"""`--arg name=value` as canonical arguments."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from channels.protocols.compiled import LOCAL, Compiled
from schema.operations import OPERATIONS

LISTS = frozenset({"kinds", "states", "ids"})


class BadArgument(ValueError):
    """What was typed is no argument of the operation; the text says which ones are."""


def read_arguments(written: Iterable[str], name: str, operation: Compiled) -> dict[str, Any]:
    """Return: arguments by name.  Lists are written with commas, objects as JSON; all else is text.  Raises: BadArgument."""
    canonical = OPERATIONS.get(name)
    known = canonical.arguments if canonical is not None else None
    listed = LISTS | ({operation.batch.by.removeprefix("args.")} if operation.batch else set())
    args: dict[str, Any] = {}
    for item in written:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise BadArgument(f"--arg {item}: write name=value")
        if known is not None and key not in known and not name.startswith(LOCAL):
            raise BadArgument(f"{name} has no argument {key}; it has: {', '.join(known) or 'none'}")
        args[key] = _value(key, value, listed)
    if operation.batch is not None and not args.get(by := operation.batch.by.removeprefix("args.")):
        raise BadArgument(f"{name} asks for nothing without --arg {by}=…")
    return args


def _value(key: str, value: str, listed: Iterable[str]) -> Any:
    if value[:1] in ("[", "{", '"'):
        try:
            return json.loads(value)
        except ValueError as error:
            raise BadArgument(f"--arg {key}: not JSON: {error}") from None
    return [part for part in value.split(",") if part] if key in listed else value
