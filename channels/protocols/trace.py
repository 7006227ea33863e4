"""What one real call lets be seen: a listener that the transport and the line tell what they do, as they do it.

Nothing here decides anything: a call with a listener is the call that would have been made without one.  The serving gateway
has none.  Notes hold what was sent and received, personal data included: whoever keeps them decides what may be shown.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from channels.answer import Failure
    from channels.protocols.refusals import ContractBroken
    from channels.protocols.transport import Fault, Reply


@dataclass(slots=True)
class Mark:
    """One HTTP exchange while it happens; all times are loop time.

    `sent`: the request may have reached the city.  `connected_at`: None where no new connection stood in time.
    `tls`: protocol and cipher of a handshake that was completed.  `error`: why there is no answer, as the client said it.
    """

    began_at: float = 0.0
    connecting_at: float | None = None
    connected_at: float | None = None
    headers_at: float | None = None
    sent: bool = False
    reused: bool = False
    tls: tuple[str, str] | None = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as sent, and what came of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    result: Reply | Fault
    ended_at: float
    mark: Mark


@dataclass(frozen=True, slots=True)
class Proved:
    """A draft with its proof: which headers and fields the credential put there; `refused`: there was no proof to be had.

    `header`: whether a SOAP header was put in.
    """

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    header: bool = False
    refused: Failure | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A complete answer taken apart: data, a Failure, or the reason why it is no proper answer."""

    reply: Reply
    data: Any = field(repr=False)
    broken: ContractBroken | None = None


Event: TypeAlias = Exchange | Proved | Opened
Listener: TypeAlias = Callable[[Event], None]


def told_of(context: ssl.SSLContext, told: Callable[[str, str], None]) -> None:
    """Let a context say protocol and cipher of every handshake that it completes."""

    class Told(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            told(self.version() or "", (self.cipher() or ("",))[0])

    context.sslobject_class = Told
