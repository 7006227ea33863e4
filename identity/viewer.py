"""Who is behind one request: a citizen, or nobody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from identity.assurance import reaches
from schema.codes import AssuranceLevel


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who really acts, where a mandate lets them act for the viewer.

    `subject` and `issuer` as a Viewer's own, `name` masked, `mandate` its id in the store, `relation` what the viewer
    is to them.
    """

    subject: str = field(repr=False)
    issuer: str
    name: str
    mandate: str
    relation: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """One request's citizen. Neither the subject nor the token is ever printed.

    `subject` identifies the citizen at the gateway and is what pairwise ids are made of; `home_city` is a
    GB code of six digits; `token` is the access token as it came, for the provider's UserInfo only, and
    `expires_at` when it ends; None for nobody. `client_id` is the app that was let in, empty where the token names
    none; `auth_time` when the citizen proved who they are, None where the provider does not say. `bound_to` is the
    thumbprint of the key the token is bound to (RFC 9449 §6), empty for a plain bearer token. `groups` are those the
    provider puts the citizen in, under a mandate the one who acts: they open cities that are not open to all yet, and go
    nowhere from here.
    """

    subject: str = field(repr=False)
    home_city: str
    assurance: AssuranceLevel
    token: str = field(repr=False)
    issuer: str = ""
    expires_at: datetime | None = None
    client_id: str = ""
    auth_time: datetime | None = None
    bound_to: str = field(default="", repr=False)
    actor: Actor | None = None
    groups: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def anonymous(cls) -> Self:
        """Nobody: no subject, no home city, the level ANONYMOUS."""
        return cls("", "", AssuranceLevel.ANONYMOUS, "")

    @property
    def signed_in(self) -> bool:
        return self.assurance is not AssuranceLevel.ANONYMOUS

    def reaches(self, needed: AssuranceLevel) -> bool:
        """True when this viewer's assurance is `needed` or higher."""
        return reaches(self.assurance, needed)
