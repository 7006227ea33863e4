"""`roam.yaml` against itself and the secrets at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channels.check_agreements import unknown_city
from channels.diagnostics import Diagnostic, report
from channels.documents import Document
from channels.gateway import Environment, GatewayFile
from channels.positions import key_place, value_place
from channels.secrets import Secrets

QUOTAS = ("gateway", "quotas")


def check_quotas(document: Document[GatewayFile], secrets: Secrets) -> Iterator[Diagnostic]:
    """A Redis has an address, memory has none, and the address is at hand."""
    if document.model is None or document.node is None:
        return
    quotas = document.model.gateway.quotas
    if (quotas.store == "redis") != (quotas.url is not None):
        yield report("quota_store", key_place(document.node, QUOTAS))
    elif quotas.url is not None and secrets.find(quotas.url.name) is None:
        place = value_place(document.node, (*QUOTAS, "url"))
        yield report("missing_secret", place, name=quotas.url.name, lower=quotas.url.name.lower())


def check_operators(document: Document[GatewayFile], cities: Sequence[str]) -> Iterator[Diagnostic]:
    """Each operator stands once in an environment, by a provider that it trusts, for cities that there are."""
    if document.model is None or document.node is None:
        return
    for name, environment in document.model.environments.items():
        known = _trusted(document.model, environment)
        seen: set[tuple[str | None, str]] = set()
        for number, one in enumerate(environment.operators):
            at = ("environments", name, "operators", number)
            if one.issuer is not None and one.issuer not in known:
                place = value_place(document.node, (*at, "issuer"))
                yield report("operator_issuer", place, found=one.issuer, choices=known)
            if (key := (one.issuer or next(iter(known), None), one.subject)) in seen:
                yield report("operator_twice", value_place(document.node, (*at, "subject")), found=one.subject)
            seen.add(key)
            for place_of, slug in enumerate(() if one.cities == "ALL" else one.cities):
                if slug not in cities:
                    place = value_place(document.node, (*at, "cities", place_of))
                    yield unknown_city(place, slug, tuple(cities))


def _trusted(model: GatewayFile, environment: Environment) -> tuple[str, ...]:
    """The providers of an environment, the first one first."""
    if environment.issuer is not None:
        return (environment.issuer,)
    return tuple(one.issuer for one in model.identity.issuers)
