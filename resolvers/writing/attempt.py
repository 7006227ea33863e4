"""One write as it is kept until its outcome is known: everything that is needed to ask its city about it, or to send it later.

Kept sealed, bound to the citizen: it holds their subject, and the claims that the write sent.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from channels.answer import Failure
from identity.seal import Sealer
from identity.viewer import Actor, Viewer
from resolvers.asking.question import Question
from resolvers.context import Context, ReadOnce, Services
from resolvers.sealed import open_json, seal_json
from schema.codes import AssuranceLevel

KEPT_OF_VIEWER = ("subject", "home_city", "issuer", "client_id")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A write of a citizen to a city. `viewer`: who, without their token; `agreement`, `purpose`, `consent`: what it rested on."""

    city: str
    operation: str
    typename: str
    args: Mapping[str, Any]
    number: str
    service: str | None
    claims: Mapping[str, str]
    viewer: Mapping[str, Any]
    language: str
    agreement: str | None = None
    purpose: str | None = None
    consent: str | None = None
    actor: Mapping[str, str] | None = None

    @classmethod
    def of(cls, context: Context, asked: Question, typename: str, *, number: str, service: str | None) -> Self:
        """The write that `asked` is about to be."""
        viewer, grant, actor = context.viewer, asked.grant, context.viewer.actor
        return cls(
            city=asked.channel.slug,
            operation=asked.operation,
            typename=typename,
            args=dict(asked.ask.args),
            number=number,
            service=service,
            claims=dict(asked.ask.claims),
            viewer={name: getattr(viewer, name) for name in KEPT_OF_VIEWER}
            | {"assurance": viewer.assurance.value, "groups": sorted(viewer.groups)},
            language=context.language,
            agreement=grant.agreement_id,
            purpose=grant.purpose,
            consent=grant.consent_id,
            actor=asdict(actor) if actor else None,
        )

    def sealed(self, sealer: Sealer, purpose: str, citizen: str) -> str:
        return seal_json(sealer, purpose, citizen, asdict(self))

    @classmethod
    def opened(cls, sealer: Sealer, purpose: str, citizen: str, text: str) -> Self:
        """Raises: BrokenSeal."""
        found = open_json(sealer, purpose, citizen, text)
        return cls(**{field.name: found[field.name] for field in fields(cls)})

    def context(self, services: Services) -> Context:
        """A request of the gateway's own in the citizen's place: for this write and nothing else, without their token."""
        kept = {**self.viewer, "groups": frozenset(self.viewer.get("groups", ()))}
        kept["assurance"] = AssuranceLevel(self.viewer["assurance"])
        viewer = Viewer(token="", expires_at=None, **kept)
        if self.actor is not None:
            viewer = with_actor(viewer, self.actor)
        deadline = asyncio.get_running_loop().time() + services.budget_seconds
        known: ReadOnce[Mapping[str, str] | Failure] = ReadOnce(dict(self.claims))
        return Context(services, viewer, self.language, f"settle-{self.number[:16]}", deadline, known=known)


def with_actor(viewer: Viewer, actor: Mapping[str, str]) -> Viewer:
    """The viewer with the person who really acted under a mandate."""
    return replace(viewer, actor=Actor(**actor))
