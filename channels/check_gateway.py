"""`roam.yaml` against itself and the secrets at hand."""

from __future__ import annotations

from collections.abc import Iterator

from channels.diagnostics import Diagnostic, report
from channels.documents import Document
from channels.gateway import GatewayFile
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
