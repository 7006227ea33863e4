"""The identity providers this gateway trusts, as configured: values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schema.codes import AssuranceLevel

# What the levels are called by a provider that configures no table of its own.
DEFAULT_ACR: Mapping[str, AssuranceLevel] = {
    "loa1": AssuranceLevel.REGISTERED,
    "loa2": AssuranceLevel.REAL_NAME,
    "loa3": AssuranceLevel.REAL_PERSON,
    "loa4": AssuranceLevel.IN_PERSON,
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """One trusted provider.

    `audience` is the `aud` its tokens must carry; `acr` maps its values to our levels. The subjects of one
    provider, the first, are taken as they are; those of any other are `qualified` with its URL, so that equal
    subjects of two providers are never one citizen.
    """

    url: str
    audience: str
    acr: Mapping[str, AssuranceLevel] = field(default_factory=lambda: DEFAULT_ACR)
    qualified: bool = False

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
