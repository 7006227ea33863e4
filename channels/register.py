"""`services.yaml`: the shared register.  A code means the same thing in every city."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from channels.models import Bilingual, FormatVersion, Model
from channels.scalars import ServiceCode, ServiceType, Theme, UtilityKind


class RegisterRow(Model):
    """One service item.  `kinds`: which rows of a list operation it covers; none = all."""

    code: ServiceCode
    name: Bilingual
    theme: Theme
    type: ServiceType
    kinds: tuple[UtilityKind, ...] = ()


class RegisterFile(Model):
    roam: FormatVersion
    services: tuple[RegisterRow, ...]

    def by_code(self) -> Mapping[str, RegisterRow]:
        return MappingProxyType({row.code: row for row in self.services})
