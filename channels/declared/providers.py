"""Providers: city × department, from the `services:` of a channel and from its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from channels.declared.models import ServiceRow
from channels.declared.register import RegisterRow
from channels.declared.strict_model import Bilingual


@dataclass(frozen=True, slots=True)
class Provider:
    """One department that offers one service.

    `code`: of the register, or the city's own (`MI-0001`).  `row`: its number in the official list.  It opens by
    `operations` of this graph, else by `web`; neither: it is only listed.
    """

    code: str
    name: Bilingual
    theme: str
    type: str
    department: str
    source: str
    status: str
    highlight: bool
    assurance: str
    operations: tuple[str, ...] = ()
    web: str | None = None
    row: int | None = None
    due: date | None = None


def declared_providers(rows: tuple[ServiceRow, ...], register: Mapping[str, RegisterRow]) -> tuple[Provider, ...]:
    """The rows of `services:`; a missing English name is taken from the register."""
    return tuple(
        Provider(
            code=row.code,
            name=named(row.name, register.get(row.code)),
            theme=row.theme,
            type=row.type,
            department=row.department,
            source=row.source,
            status=row.status,
            highlight=row.highlight,
            assurance=row.assurance,
            operations=row.operations,
            web=row.web,
            due=row.due,
        )
        for row in rows
    )


def named(name: Bilingual, entry: RegisterRow | None) -> Bilingual:
    """A local name with the register's English one where it has none."""
    return name if name.en or entry is None else Bilingual(zh=name.zh, en=entry.name.en)
