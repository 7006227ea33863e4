"""Who is behind one request: a citizen, or nobody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from identity.assurance import reaches
from schema.codes import AssuranceLevel


@dataclass(frozen=True, slots=True)
class Viewer:
    """One request's citizen. Neither the subject nor the token is ever printed.

    `subject` identifies the citizen at the gateway and is what pairwise ids are made of; `home_city` is a
    GB code of six digits; `token` is the access token as it came, for the provider's UserInfo only, and
    `expires_at` when it ends; None for nobody.
    """

    subject: str = field(repr=False)
    home_city: str
    assurance: AssuranceLevel
    token: str = field(repr=False)
    issuer: str = ""
    expires_at: datetime | None = None

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
