"""What every kind of backend gives for one operation: how to ask, and how to understand the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from channels.mapping.templates import Scope
from channels.protocols.draft import Draft
from channels.protocols.reply import Reply

Draw: TypeAlias = Callable[[Scope], Draft]
"""Fill a draft.  It raises templates.Refused or UnicodeEncodeError for a value that cannot stand there."""

Unwrap: TypeAlias = Callable[[Reply], Any]
"""Data, or a Failure when the city said no.  It raises refusals.ContractBroken when the answer is no proper answer."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One operation in one backend's protocol.  `xml_lists`: no element is no rows, one is a list of one."""

    draw: Draw
    unwrap: Unwrap
    xml_lists: bool = False
