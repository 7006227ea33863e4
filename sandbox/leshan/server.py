"""Leshan's server: which path is which interface, and what the city knows at the start."""

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.leshan import answers
from sandbox.leshan.door import NO_INTERFACE, interface, refused
from sandbox.pages import web_routes
from sandbox.personas import linked_in
from sandbox.seeds import Utility, seed_bills
from sandbox.world import World

PREFIX = "/app"
UTILITY = Utility("LS", "0833", {"WATER": "乐山市自来水公司"})
# path, canonical operation, what answers
INTERFACES = (
    ("/water/bill.do", "bills.list", answers.bills),
    ("/water/notice.do", "notices.list", answers.notices),
    ("/account/bind.do", "account.link", answers.bind),
    ("/account/open.do", "account.launch", answers.launch),
    ("/account/query.do", "requests.outcome", answers.request),
)


def create_app(world: World) -> Starlette:
    """Seed the store and return the server."""
    seed(world)
    calls = [Route(path, interface(world, act, name), methods=["POST"]) for path, name, act in INTERFACES]

    async def missing(*_: object) -> Response:
        return refused(NO_INTERFACE, "接口不存在")

    handlers = {404: missing, 405: missing}
    return Starlette(routes=[*calls, Mount(PREFIX, routes=calls), *web_routes(world)], exception_handlers=handlers)


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation of a call, or an empty text."""
    bare = path.removeprefix(PREFIX)
    return next((name for known, name, _ in INTERFACES if known == bare), "")


def seed(world: World) -> None:
    """Make the personas known and give the linked ones their bills; what is there already stays as it is."""
    world.introduce_personas("phone")
    with world.store.transaction():
        answers.seed_notices(world)
        for persona in linked_in(world.city):
            seed_bills(world, UTILITY, persona)
