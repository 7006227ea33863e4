"""The identity providers of a deployment: from `roam.yaml`, its environment, and what the process was told.

An environment with a provider of its own trusts that one alone. A provider told from outside takes the place of the
first one's address, and keeps its rules.
"""

from collections.abc import Mapping
from dataclasses import replace

from channels.declared.gateway import Issuer as IssuerRule
from channels.deployment.snapshot import Snapshot
from identity.issuers import DEFAULT_ACR, Issuer, SignInClient, trusted
from schema.codes import AssuranceLevel


def issuers_of(snapshot: Snapshot, told: str | None) -> tuple[Issuer, ...]:
    """In order of declaration; empty when there is none.

    `told`: the URL that replaces the first one's. Raises: AmbiguousIssuers: two under one URL; MissingSecret.
    """
    public, own = snapshot.settings.gateway.public_url, snapshot.environment.issuer
    declared = [rule for rule in snapshot.settings.identity.issuers if own in (None, rule.issuer)]
    if not declared and (own or told):
        declared = [IssuerRule(issuer=own or told or "")]
    found = [_issuer(rule, public, snapshot, qualified=place > 0) for place, rule in enumerate(declared)]
    if told and found:
        found[0] = replace(found[0], url=told)
    return tuple(trusted(found).values())


def _issuer(rule: IssuerRule, public_url: str, snapshot: Snapshot, *, qualified: bool) -> Issuer:
    secret = rule.sign_in.client_secret
    return Issuer(
        url=rule.issuer,
        audience=rule.audience or public_url,
        acr=_levels(rule.acr) or DEFAULT_ACR,
        qualified=qualified,
        amr=_levels(rule.amr),
        algorithms=rule.algorithms,
        cities=None if rule.cities is None else frozenset(rule.cities),
        client=SignInClient(
            rule.sign_in.client_id, snapshot.secrets.reveal(secret) if secret else None, rule.sign_in.scope
        ),
        groups=rule.groups,
    )


def _levels(words: Mapping[str, str]) -> Mapping[str, AssuranceLevel]:
    return {value: AssuranceLevel(level) for value, level in words.items()}
