"""`services.yaml`: the shared register.  A code means the same thing in every city."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from channels.declared.strict_model import Bilingual, FormatVersion, Model
from channels.declared.vocabulary import ServiceType, Theme, UtilityKind
from channels.text.scalars import EachOnce, ServiceCode, Some


class RegisterRow(Model):
    """One service item.  `kinds`: which rows of a list operation it covers; none = all."""

    code: ServiceCode
    name: Bilingual
    theme: Theme
    type: ServiceType
    kinds: Annotated[tuple[UtilityKind, ...], EachOnce] = ()


class RegisterFile(Model):
    roam: FormatVersion
    services: Annotated[tuple[RegisterRow, ...], Some]

    def by_code(self) -> Mapping[str, RegisterRow]:
        return MappingProxyType({row.code: row for row in self.services})
