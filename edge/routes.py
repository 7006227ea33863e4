"""What is served where."""

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from .door import Door
from .health import Health
from .pages import Pages, Site
from .ports import GatewayPort
from .view import GraphQLView
from .ws import SocketView


def routes(gateway: GatewayPort, site: Site | None = None) -> list[BaseRoute]:
    """`/graphql` (HTTP, SSE, WebSocket), the GraphiQL page and its files, and the two probes."""
    door = Door(gateway)
    pages = Pages(site or Site())
    health = Health(gateway.readiness)
    return [
        # Raw ASGI endpoints: the hot path pays for no request and response objects.
        Route("/graphql", GraphQLView(door, pages)),
        WebSocketRoute("/graphql", SocketView(door)),
        Route("/healthz", _App(health.alive), methods=["GET"]),
        Route("/readyz", _App(health.ready), methods=["GET"]),
        *(_page_routes(pages) if pages.enabled else ()),
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
