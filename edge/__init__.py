"""The HTTP edge: bytes in, a checked GraphQL operation executed on the graph, bytes out.

```
routes      what is served where; `GatewayPort` is all the edge asks of the gateway
view        GraphQL over HTTP: methods, media types, status codes      sse  graphql-sse, distinct connections
ws          graphql-transport-ws, on Strawberry's handler              accept  which media type a client wants most
body        bytes → GraphQLRequest                                     coding  result → bytes
language    zh or en, as the client likes better
documents   text → Prepared: parsed, measured, validated, cached       gauge   one memoised pass: depth, aliases, cost
execution   Prepared + context → Answer                                errors  coded errors, and what a client may read
executor    graphql-core's, which leaves rows to the projection        leaves  leaf values, checked in the plain case
projection  rows → the client's shape, one closure a selection         projections  what is compiled of one operation
door        authenticate, bind the graph, prepare           responses headers of every answer
signin      browsers: /auth/login, callback, session, logout  refusals  what is said to a bad token, proof or session
console/    the operators' pages, at /console                switches    fault switches of a sandbox, for testers
pages       GraphiQL's built files    health  /healthz, /readyz        server  uvicorn with read timers, the collector
```
Rules: a request is refused here before any city is called, in time bounded by `Limits`; nothing here knows a city, a
token or a config file. The gateway says who is asking (`GatewayPort.context`); the edge only carries the headers there.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge.limits import Limits
    from edge.pages import Site
    from edge.ports import Credentials, GatewayPort, GraphPort, RequestContext
    from edge.readiness import CityReadiness, Readiness
    from edge.server import server_config
    from edge.signin import SignIn

_HOMES = {
    "CityReadiness": "readiness",
    "Credentials": "ports",
    "GatewayPort": "ports",
    "GraphPort": "ports",
    "Limits": "limits",
    "Readiness": "readiness",
    "RequestContext": "ports",
    "SignIn": "signin",
    "Site": "pages",
    "server_config": "server",
}

__all__ = [
    "CityReadiness",
    "Credentials",
    "GatewayPort",
    "GraphPort",
    "Limits",
    "Readiness",
    "RequestContext",
    "SignIn",
    "Site",
    "server_config",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: a gateway of anyone's subgraphs needs no sign-in and no console."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'edge' has no attribute {name!r}")
    return getattr(import_module(f"edge.{home}"), name)
