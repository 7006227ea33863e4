"""Meishan's server: which resource is which operation, and what the city knows at the start."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from sandbox.meishan import citizens, marriage
from sandbox.meishan.door import Act, Problem, endpoint, token_route
from sandbox.pages import web_routes
from sandbox.personas import linked_in
from sandbox.seeds import Utility, seed_bills, seed_insurance
from sandbox.world import World

UTILITY = Utility("MS", "0280", {"WATER": "眉山市供水公司", "GAS": "眉山燃气公司"})
# method, path, canonical operation, what answers
RESOURCES = (
    ("GET", "/v1/citizens/{citizen}/insurances", "social.accounts", citizens.insurances),
    ("GET", "/v1/citizens/{citizen}/bills", "bills.list", citizens.bills),
    ("PUT", "/v1/citizens/{citizen}/link", "account.link", citizens.link),
    ("POST", "/v1/citizens/{citizen}/tickets", "account.launch", citizens.ticket),
    ("GET", "/v1/requests/{key}", "requests.outcome", citizens.request),
    ("GET", "/v1/marriage/offices", "venues.list", marriage.offices),
    ("GET", "/v1/marriage/offices/{office}/slots", "slots.list", marriage.slots),
    ("POST", "/v1/marriage/appointments", "appointments.book", marriage.book),
    ("GET", "/v1/marriage/appointments", "appointments.list", marriage.appointments),
    ("DELETE", "/v1/marriage/appointments/{appointment}", "appointments.cancel", marriage.cancel),
)


def create_app(world: World) -> Starlette:
    """Seed the store and return the server."""
    seed(world)
    routes = [_route(world, method, path, act, name) for method, path, name, act in RESOURCES]
    handlers: Any = {HTTPException: _problem}
    return Starlette(routes=[token_route(world), *routes, *web_routes(world)], exception_handlers=handlers)


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation of a call, or an empty text."""
    scope = {"type": "http", "method": method, "path": path}
    return next((name for route, name in _KNOWN if route.matches(scope)[0] is Match.FULL), "")


def seed(world: World) -> None:
    """Make the personas known and give the linked ones their records; what is there already stays as it is."""
    world.introduce_personas("pairwise_id")
    with world.store.transaction():
        for persona in linked_in(world.city):
            seed_bills(world, UTILITY, persona)
            seed_insurance(world, "眉山", persona)
            marriage.seed(world, persona)


def _route(world: World, method: str, path: str, act: Act, name: str) -> Route:
    reading = method == "GET"
    answer = endpoint(world, act, scope="roam.read" if reading else "roam.write", keyed=not reading, operation=name)
    return Route(path, answer, methods=[method])


async def _problem(_: Request, error: HTTPException) -> Response:
    return Problem("not-found" if error.status_code == 404 else "invalid", error.status_code, error.detail).response()


async def _nothing(_: Request) -> Response:
    return Response()


_KNOWN = tuple((Route(path, _nothing, methods=[method]), name) for method, path, name, _ in RESOURCES)
