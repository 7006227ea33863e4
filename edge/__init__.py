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

from .limits import Limits
from .pages import Site
from .ports import Credentials, GatewayPort, GraphPort, RequestContext
from .readiness import CityReadiness, Readiness
from .routes import routes
from .server import server_config
from .signin import SignIn

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
    "routes",
    "server_config",
]
