"""Values that files write as one text, and that have parts: a secret's name, a daily window, an order of rows."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from channels.text.refusal import refuse, shown

_SECRET = re.compile(r"secret:([A-Z][A-Z0-9_]*)")
_NEARLY_SECRET = re.compile(r"secret[:：] *([A-Za-z][A-Za-z0-9_-]*)", re.IGNORECASE)
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) ([A-Za-z_]+/[A-Za-z_/]+|UTC)", re.ASCII)
_SORT = re.compile(r"([a-z][A-Za-z0-9]*) (asc|desc)")


class Written:
    """A value that files write as one text; its `parse` is how models read it."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Self:
        """The value of a text, or one that is read already.  Raises: a refusal, as `refuse` makes them."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)


@dataclass(frozen=True, slots=True)
class SecretRef(Written):
    """`secret:NAME`: the only way a file speaks of a secret.  Its value is looked up in `declared.secrets.Secrets`."""

    name: str

    def __str__(self) -> str:
        return f"secret:{self.name}"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Raises: a `secret` refusal that never quotes more than three characters of a literal."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _SECRET.fullmatch(value)):
            return cls(match[1])
        if isinstance(value, str) and (match := _NEARLY_SECRET.fullmatch(value)):
            raise refuse("secret_form", value, right=f"secret:{match[1].upper().replace('-', '_')}")
        text = value if isinstance(value, str) else shown(value)
        raise refuse("secret", f"{text[:3]}…({len(text)} chars)")


def secret_name(text: str) -> str | None:
    """The name in a well-written `secret:NAME`."""
    found = _SECRET.fullmatch(text)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Window(Written):
    """A daily maintenance window, `02:00-03:00 Asia/Shanghai`; it may cross midnight."""

    start: time
    end: time
    zone: str

    @classmethod
    def parse(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _WINDOW.fullmatch(value)):
            try:
                ZoneInfo(match[5])
            except (KeyError, ValueError):
                raise refuse("window", value) from None
            return cls(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])), match[5])
        raise refuse("window", value)


@dataclass(frozen=True, slots=True)
class SortedBy(Written):
    """The order in which a backend promises its rows, `dueOn desc`."""

    field: str
    descending: bool

    @classmethod
    def parse(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _SORT.fullmatch(value)):
            return cls(match[1], match[2] == "desc")
        raise refuse("sorting", value)
