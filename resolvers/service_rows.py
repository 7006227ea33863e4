"""Service and ServiceProvider rows, made from the register and from what the cities list."""

from typing import Any
from urllib.parse import urlsplit

from channels.declared.providers import Provider
from channels.deployment.snapshot import Channel
from resolvers.context import Context
from resolvers.fixed import pair, provider_key
from resolvers.ids import seal_id
from resolvers.provenance import city_row

Row = dict[str, Any]


def service_row(context: Context, code: str) -> Row:
    """The Service row of a code. Raises: KeyError: nobody lists it."""
    return context.services.listing.services[code]


def provider_row(context: Context, channel: Channel, provider: Provider) -> Row:
    """The ServiceProvider row of a city × department."""
    return {
        "__typename": "ServiceProvider",
        "id": seal_id(context.services.sealer, "ServiceProvider", channel.slug, provider_key(provider)),
        "code": provider.code,
        "service": service_row(context, provider.code),
        "city": city_row(context, channel),
        "department": provider.department,
        "localName": pair(provider.name),
        "source": provider.source,
        "status": provider.status,
        "highlight": provider.highlight,
        "requiredAssurance": provider.assurance,
        "entry": entry_row(provider),
    }


def is_web(provider: Provider) -> bool:
    """Does it open as a web page? A service that is not live yet opens nothing."""
    return bool(provider.web) and not provider.operations and provider.status == "LIVE"


def entry_row(provider: Provider) -> Row:
    """How a front-end opens it: by operations of this graph, or as a web page by `launch`."""
    if not is_web(provider):
        return {"__typename": "NativeEntry", "operations": list(provider.operations)}
    return {"__typename": "WebEntry", "host": urlsplit(provider.web).hostname, "embeddable": False}
