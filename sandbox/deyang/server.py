"""Deyang's server: which path is which interface, and what the city knows at the start."""

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.deyang import account, bills, extras, hotline, requests
from sandbox.deyang.door import NOT_FOUND, envelope, interface
from sandbox.pages import cashier_routes, web_routes
from sandbox.personas import linked_in
from sandbox.seeds import Utility, seed_bills
from sandbox.world import World

PREFIX = "/gateway"
UTILITY = Utility(
    "DY", "0838", {"WATER": "德阳市自来水公司", "GAS": "德阳天然气有限公司", "ELECTRICITY": "国网德阳供电公司"}
)
# method, path, canonical operation, what answers, the good code: a number here, a text there
INTERFACES = (
    ("POST", "/api/v2/bill/query", "bills.list", bills.query, 0),
    ("POST", "/api/v2/bill/pay/order", "bills.pay", bills.order, "0"),
    ("POST", "/api/v1/bus/qrcode", "transit.ride_code", extras.ride_code, 0),
    ("POST", "/api/v1/12345/order", "applications.submit", hotline.submit, "0"),
    ("GET", "/api/v1/12345/orders", "applications.list", hotline.page, "0"),
    ("POST", "/api/v1/12345/orders/batch", "applications.get", hotline.batch, 0),
    ("POST", "/api/v1/credit/score", "local.creditScore", extras.credit, 0),
    ("GET", "/api/v1/shuttle/lines", "local.shuttleLines", extras.shuttles, "0"),
    ("POST", "/api/v1/account/bind", "account.link", account.bind, 0),
    ("POST", "/api/v1/account/ticket", "account.launch", account.ticket, 0),
    ("POST", "/api/v1/request/query", "requests.outcome", requests.query, 0),
)


def create_app(world: World) -> Starlette:
    """Seed the store and return the server."""
    seed(world)
    calls = [
        Route(path, interface(world, act, ok=ok, operation=name), methods=[method])
        for method, path, name, act, ok in INTERFACES
    ]
    cashier = cashier_routes(world, lambda order: bills.show(world, order), lambda order: bills.pay(world, order))

    async def missing(*_: object) -> Response:
        return envelope(NOT_FOUND, "接口不存在")

    handlers = {404: missing, 405: missing}
    return Starlette(
        routes=[*calls, Mount(PREFIX, routes=calls), *web_routes(world), *cashier], exception_handlers=handlers
    )


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation of a call, or an empty text."""
    bare = path.removeprefix(PREFIX)
    return next((name for verb, known, name, *_ in INTERFACES if (verb, known) == (method, bare)), "")


def seed(world: World) -> None:
    """Make the personas known and give the linked ones their records; what is there already stays as it is."""
    world.introduce_personas("pairwise_id", "phone")
    with world.store.transaction():
        for persona in linked_in(world.city):
            seed_bills(world, UTILITY, persona)
            hotline.seed(world, persona)
