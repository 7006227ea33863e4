"""What is served where."""

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from .console import Console
from .door import Door
from .exposition import Exposition
from .health import Health
from .key_set import Keys, KeySet
from .pages import Pages, Site
from .ports import GatewayPort
from .signin import SignIn
from .switches import Switches
from .view import GraphQLView
from .ws import SocketView


def routes(
    gateway: GatewayPort,
    site: Site | None = None,
    subgraph: GatewayPort | None = None,
    *,
    keys: Keys | None = None,
    sign_in: SignIn | None = None,
    console: Console | None = None,
    switches: Switches | None = None,
    exposition: Exposition | None = None,
) -> list[BaseRoute]:
    """`/graphql` (HTTP, SSE, WebSocket), the GraphiQL page and its files, and the two probes.

    `subgraph` is the gateway as a supergraph's router sees it: the same transports at `/subgraph`, without a page.
    `keys` are the gateway's public keys, shown at `/.well-known/jwks.json`. `sign_in` is for browsers, at `/auth`.
    `console` is for operators, at `/console`; `switches` for testers of a sandbox, at `/sandbox/faults`.
    `exposition` is what was counted, at `/metrics`.
    """
    pages = Pages(site or Site())
    health = Health(gateway.readiness)
    return [
        *_graph_routes("/graphql", gateway, pages),
        *(_graph_routes("/subgraph", subgraph, Pages(Site(enabled=False))) if subgraph else ()),
        Route("/healthz", _App(health.alive), methods=["GET"]),
        Route("/readyz", _App(health.ready), methods=["GET"]),
        *((Route("/.well-known/jwks.json", _App(KeySet(keys).show), methods=["GET"]),) if keys else ()),
        *((Route("/metrics", exposition, methods=["GET"]),) if exposition else ()),
        *(_sign_in_routes(sign_in) if sign_in else ()),
        *(_console_routes(console) if console else ()),
        *(_switch_routes(switches) if switches else ()),
        *(_page_routes(pages) if pages.enabled else ()),
    ]


def _graph_routes(path: str, gateway: GatewayPort, pages: Pages) -> list[BaseRoute]:
    door = Door(gateway)
    # Raw ASGI endpoints: the hot path pays for no request and response objects.
    return [Route(path, GraphQLView(door, pages)), WebSocketRoute(path, SocketView(door))]


def _sign_in_routes(sign_in: SignIn) -> list[BaseRoute]:
    return [
        Route("/auth/login", _App(sign_in.login), methods=["GET"]),
        Route("/auth/callback", _App(sign_in.callback), methods=["GET"]),
        Route("/auth/session", _App(sign_in.session), methods=["GET"]),
        Route("/auth/logout", _App(sign_in.logout), methods=["POST"]),
    ]


def _console_routes(console: Console) -> list[BaseRoute]:
    return [
        Route("/console/assets/{name}", _App(console.asset), methods=["GET"]),
        Route("/console", _App(console.serve), methods=["GET"]),
        Route("/console/{path:path}", _App(console.serve), methods=["GET", "POST"]),
    ]


def _switch_routes(switches: Switches) -> list[BaseRoute]:
    return [
        Route("/sandbox/faults", _App(switches.show), methods=["GET"]),
        Route("/sandbox/faults/{slug}", _App(switches.put), methods=["PUT"]),
    ]


def _page_routes(pages: Pages) -> list[BaseRoute]:
    return [
        Route("/", RedirectResponse("/graphql"), methods=["GET"]),
        Route("/graphiql/callback", _App(pages.callback), methods=["GET"]),
        Route("/graphiql/operations.json", _App(pages.operations), methods=["GET"]),
        Route("/graphiql/config.json", _App(pages.config), methods=["GET"]),
        Mount("/graphiql", _App(pages.files)),
    ]


class _App:
    """A bound method as an ASGI app: Starlette would take a plain function for a request handler."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
