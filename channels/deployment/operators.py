"""Who may open the console of this environment, as `roam.yaml` declares it: whom a session must speak for, and what they may do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.declared.gateway import Operator as Declared
from channels.deployment.snapshot import Snapshot
from identity.issuers import Issuer


@dataclass(frozen=True, slots=True)
class Operator:
    """One person.  `subject` as the gateway knows them; `cities` None: all of them."""

    issuer: str
    subject: str = field(repr=False)
    name: str
    acts: bool
    cities: frozenset[str] | None

    def may_act(self, city: str) -> bool:
        """May they roll back, pin or pause this city (a slug)?"""
        return self.acts and (self.cities is None or city in self.cities)

    @property
    def acts_everywhere(self) -> bool:
        """May they act on what concerns several cities?"""
        return self.acts and self.cities is None


def operators_of(snapshot: Snapshot, issuers: Sequence[Issuer]) -> tuple[Operator, ...]:
    """The operators of the snapshot's environment.  `issuers`: the trusted ones, in the order of their declaration.

    Whoever is declared by a provider that is not trusted, or twice, is none: deny on doubt.
    """
    found = [_operator(one, snapshot, issuers) for one in snapshot.environment.operators]
    known = [one for one in found if one is not None]
    times = Counter((one.issuer, one.subject) for one in known)
    return tuple(one for one in known if times[one.issuer, one.subject] == 1)


def _operator(declared: Declared, snapshot: Snapshot, issuers: Sequence[Issuer]) -> Operator | None:
    first = snapshot.environment.issuer or next((one.issuer for one in snapshot.settings.identity.issuers), None)
    if declared.issuer in (None, first):  # whose address may have been told from outside
        issuer = issuers[0] if issuers else None
    else:
        issuer = next((one for one in issuers if one.url == declared.issuer), None)
    if issuer is None:
        return None
    cities = None if declared.cities == "ALL" else frozenset(declared.cities)
    acts = declared.role == "act"
    return Operator(issuer.url, issuer.subject(declared.subject), declared.name, acts, cities)
