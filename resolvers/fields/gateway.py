"""What the gateway says about itself."""

from typing import Any

from resolvers.context import Context, Info
from resolvers.provenance import instant

Row = dict[str, Any]


def gateway(_: None, info: Info) -> Row:
    context: Context = info.context
    return {
        "version": context.services.version,
        "configVersion": context.snapshot.version,
        "schemaVersion": context.schema_version,
        "time": instant(context.now),
    }


def local(_: None, info: Info) -> Row:
    return {"available": True}


ANSWERS = {"Query.gateway": gateway, "Query.local": local}
