"""The identity providers this gateway trusts, as configured: values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from identity.algorithms import DEFAULT, KNOWN
from schema.codes import AssuranceLevel

# What the levels are called by a provider that configures no table of its own.
DEFAULT_ACR: Mapping[str, AssuranceLevel] = {
    "loa1": AssuranceLevel.REGISTERED,
    "loa2": AssuranceLevel.REAL_NAME,
    "loa3": AssuranceLevel.REAL_PERSON,
    "loa4": AssuranceLevel.IN_PERSON,
}


class UnsafeAlgorithm(ValueError):
    """A provider is configured with a signature algorithm that is not on the closed list."""


@dataclass(frozen=True, slots=True)
class SignInClient:
    """The gateway as a client of one provider (RFC 6749 §2); `secret` None for a public client, which PKCE protects."""

    id: str
    secret: str | None = field(default=None, repr=False)
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One trusted provider.

    `audience` is the `aud` its tokens must carry; `acr` maps its values to our levels. The subjects of one
    provider, the first, are taken as they are; those of any other are `qualified` with its URL, so that equal
    subjects of two providers are never one citizen.

    `amr` maps methods to levels, for tokens without `acr`. `algorithms` are those its tokens may be signed with.
    `cities` are the GB codes of the home cities it may vouch for, None for all: a city's own provider must not make
    anybody a citizen of another city. `client` is who the gateway is at this provider when a browser signs in.
    `groups` is the claim in which its tokens say what groups a citizen is in.
    """

    url: str
    audience: str
    acr: Mapping[str, AssuranceLevel] = field(default_factory=lambda: DEFAULT_ACR)
    qualified: bool = False
    amr: Mapping[str, AssuranceLevel] = field(default_factory=dict)
    algorithms: tuple[str, ...] = DEFAULT
    cities: frozenset[str] | None = None
    client: SignInClient | None = None
    groups: str = "groups"

    def __post_init__(self) -> None:
        wrong = [name for name in self.algorithms if name not in KNOWN]
        if wrong or not self.algorithms:
            raise UnsafeAlgorithm(f"{self.url}: {wrong[0] if wrong else 'no'} algorithm; known: {', '.join(KNOWN)}")

    def vouches_for(self, city: str) -> bool:
        """May this provider say that somebody is a citizen of this city (a GB code)?"""
        return self.cities is None or city in self.cities

    def subject(self, sub: str) -> str:
        """The gateway's subject for this provider's `sub`."""
        return f"{self.url}|{sub}" if self.qualified else sub


class AmbiguousIssuers(ValueError):
    """Two trusted providers share a URL, or two hand out unqualified subjects."""


def trusted(issuers: Iterable[Issuer]) -> Mapping[str, Issuer]:
    """Returns the providers by URL. Raises AmbiguousIssuers."""
    found: dict[str, Issuer] = {}
    for issuer in issuers:
        if issuer.url in found:
            raise AmbiguousIssuers(f"the issuer {issuer.url} is configured twice")
        found[issuer.url] = issuer
    plain = [issuer.url for issuer in found.values() if not issuer.qualified]
    if len(plain) > 1:
        raise AmbiguousIssuers(f"the subjects of {plain[1]} must be qualified: {plain[0]} already hands out plain ones")
    return found
