"""`roam.yaml` against itself and the secrets at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from channels.checks.agreements import unknown_city
from channels.checks.city import PROVINCE
from channels.declared.divisions import divisions
from channels.declared.gateway import Environment, GatewayFile
from channels.declared.secrets import Secrets
from channels.text.diagnostics import Diagnostic, nearest, report
from channels.text.documents import Document, beside
from channels.text.positions import key_place, value_place

QUOTAS = ("gateway", "quotas")


def unknown_environment(document: Document[GatewayFile], name: str) -> Diagnostic:
    """Told at the environment whose name is nearest, else where environments begin."""
    assert document.model is not None and document.node is not None  # noqa: PT018, S101  (the caller looked)
    known = tuple(document.model.environments)
    near = nearest(name, known)
    place = key_place(document.node, ("environments", near or ""))
    instead = {
        "zh": f"是不是想写 `{near}`?不是则在这里写 `{name}`;" if near else "",
        "en": f"did you mean `{near}`? else write `{name}` here; " if near else "",
    }
    return report("unknown_environment", place, found=name, instead=instead, choices=known)


def secrets_elsewhere(document: Document[GatewayFile], name: str, root: Path) -> Diagnostic:
    """An environment's file of secrets that is not there."""
    assert document.model is not None and document.node is not None  # noqa: PT018, S101  (the caller looked)
    environment = next(key for key, one in document.model.environments.items() if one.secrets == name)
    place = value_place(document.node, ("environments", environment, "secrets"))
    return report("missing_file", place, file=name, hint=beside(root, name))


def check_issuers(document: Document[GatewayFile], secrets: Secrets) -> Iterator[Diagnostic]:
    """Each provider stands once, vouches for cities that there are, and its secret is at hand."""
    if document.model is None or document.node is None:
        return
    seen: set[str] = set()
    for index, one in enumerate(document.model.identity.issuers):
        path = ("identity", "issuers", index)
        if one.issuer in seen:
            yield report("issuer_twice", value_place(document.node, (*path, "issuer")), found=one.issuer)
        seen.add(one.issuer)
        for at, code in enumerate(one.cities or ()):
            if code.startswith(PROVINCE) and code not in divisions():
                place = value_place(document.node, (*path, "cities", at))
                yield report("city_code", place, code=code, hint=_meant_code(code), severity="error")
        secret = one.sign_in.client_secret
        if secret is not None and secrets.find(secret.name) is None:
            place = value_place(document.node, (*path, "sign_in", "client_secret"))
            yield report("missing_secret", place, name=secret.name, lower=secret.name.lower())


def _meant_code(code: str) -> dict[str, str] | str:
    """The city that the code's first four digits name, as those of its districts do; else the one whose code is most like it."""
    near = divisions().get(f"{code[:4]}00") or divisions().get(nearest(code, divisions()) or "")
    return {"zh": f"是不是想写 {near.code}({near.zh})?", "en": f"did you mean {near.code} ({near.en})?"} if near else ""


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
