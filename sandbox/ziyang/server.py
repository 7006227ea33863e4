"""Ziyang's server: which service has which action, and what the city knows at the start."""

import sqlite3
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.citizen_token import HEADER, BadToken
from sandbox.faults import active, too_many
from sandbox.pages import web_routes
from sandbox.personas import linked_in
from sandbox.seeds import Utility, seed_bills, seed_insurance
from sandbox.store import KeyReused
from sandbox.world import World
from sandbox.ziyang import answers, security, soap

PREFIX = "/services"
UTILITY = Utility("ZY", "0280", {"WATER": "资阳市水务投资公司"})
# path, action, canonical operation, what answers
ACTIONS = (
    ("/SheBaoService", "QuerySB", "social.accounts", answers.insurance),
    ("/ShuiFeiService", "QuerySF", "bills.list", answers.bills),
    ("/ZhengCeService", "QueryZC", "local.policies", answers.policy),
    ("/ZhangHuService", "BindZH", "account.link", answers.bind),
    ("/ZhangHuService", "OpenFW", "account.launch", answers.launch),
    ("/ZhangHuService", "QueryLSH", "requests.outcome", answers.request),
)


def create_app(world: World) -> Starlette:
    """Seed the store and return the server."""
    seed(world)
    paths = sorted({path for path, *_ in ACTIONS})
    services = [Route(path, _service(world, path), methods=["POST"]) for path in paths]

    async def missing(*_: object) -> Response:
        return soap.fault("soap:Client", "没有这个服务")

    handlers: Any = {404: missing, 405: missing}
    return Starlette(
        routes=[*services, Mount(PREFIX, routes=services), *web_routes(world)], exception_handlers=handlers
    )


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation of a call, or an empty text."""
    bare = path.removeprefix(PREFIX)
    here = [(action, name) for known, action, name, _ in ACTIONS if known == bare]
    return next((name for action, name in here if f":{action}".encode() in body or f"<{action}".encode() in body), "")


def seed(world: World) -> None:
    """Make the personas known and give the linked ones their records; what is there already stays as it is."""
    world.introduce_personas("id_number")
    with world.store.transaction():
        for persona in linked_in(world.city):
            seed_bills(world, UTILITY, persona)
            seed_insurance(world, "资阳", persona)


def _service(world: World, path: str) -> Callable[[Request], Any]:
    acts = {action: act for known, action, _, act in ACTIONS if known == path}
    names = {action: name for known, action, name, _ in ACTIONS if known == path}

    async def answer(request: Request) -> Response:
        try:
            envelope = soap.read(request, await request.body())
            security.check(world, envelope.security)
            if active() == "limited":
                return too_many()
            world.admit(request.headers.get(HEADER), names.get(envelope.action, ""))
        except BadToken as bad:
            return soap.result(envelope.action, None, code=soap.BAD_TOKEN, message=f"市民令牌无效:{bad}")
        except soap.Fault as fault:
            return soap.fault(fault.code, fault.message)
        except sqlite3.OperationalError:
            return soap.result(envelope.action, None, code=soap.BUSY, message="系统繁忙")
        return _result(world, envelope, acts.get(envelope.action))

    return answer


def _result(world: World, envelope: soap.Envelope, act: answers.Answer | None) -> Response:
    try:
        if act is None:
            raise soap.Refusal(soap.NOT_FOUND, "没有这个接口")
        data: Any = act(world, envelope.fields)
    except soap.Refusal as refusal:
        return soap.result(envelope.action, None, code=refusal.code, message=refusal.message)
    except sqlite3.OperationalError:
        return soap.result(envelope.action, None, code=soap.BUSY, message="系统繁忙")
    except KeyReused:
        return soap.result(envelope.action, None, code=soap.KEY_REUSED, message="流水号已用于其他内容")
    return soap.result(envelope.action, _mistyped(data) if active() == "wrong_type" else data)


def _mistyped(data: dict[str, Any]) -> Any:
    """A text where rows belong; one object becomes two Data elements, which is what a list is in XML."""
    lists = [name for name, value in data.items() if isinstance(value, list)]
    return {name: f"共 {len(data[name])} 条" for name in lists} if lists else [data, data]
