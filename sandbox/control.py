"""The control port of a city: the fault switch, and what the city was asked.

GET /faults lists the faults there are; GET /fault → {"fault": …}; PUT /fault {"fault", "operation"?, "count"?} switches; GET /calls lists the last calls by
operation, method and path (no bodies, no query), DELETE /calls forgets them; GET /seen tells which items of whose data
each of the last calls carried, by name and never by value, DELETE /seen forgets that; PUT /accounts {"citizen", "state"}
lets a persona's account stand as LINKED, NEEDS_REAUTH, SUSPENDED or CONFLICT. Loopback only; never for citizens.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import standing
from sandbox.faults import FAULTS, Faults
from sandbox.personas import PERSONAS
from sandbox.seen import told
from sandbox.world import World

LOOPBACK = r"http://(127\.0\.0\.1|localhost)(:\d+)?"

Apply = Callable[[str], Awaitable[None]]


def create_control(faults: Faults, apply: Apply, world: World | None = None) -> Starlette:
    """Returns the control application; `apply(fault)` closes or opens the city's listening socket."""

    async def show(_: Request) -> Response:
        return JSONResponse(_shown(faults))

    async def names(_: Request) -> Response:
        return JSONResponse({"faults": list(FAULTS)})

    async def put(request: Request) -> Response:
        try:
            wish = _wish(await request.body())
            faults.put(**wish)
        except ValueError as error:
            return JSONResponse({"error": str(error), "faults": list(FAULTS)}, status_code=422)
        await apply(faults.fault)
        return JSONResponse(_shown(faults))

    async def calls(request: Request) -> Response:
        if request.method == "DELETE":
            faults.calls.clear()
            return Response(status_code=204)
        return JSONResponse({"calls": list(faults.calls)})

    async def account(request: Request) -> Response:
        assert world is not None  # noqa: S101 - the route stands only where there is one
        try:
            citizen, state = _account(await request.body())
            standing.put(world.store, citizen, state)
        except ValueError as error:
            return JSONResponse({"error": str(error), "states": list(standing.STATES)}, status_code=422)
        return JSONResponse({"citizen": citizen, "state": state})

    async def seen(request: Request) -> Response:
        if request.method == "DELETE":
            faults.seen.clear()
            return Response(status_code=204)
        assert world is not None  # noqa: S101 - as above
        return JSONResponse({"seen": [told(world, *call) for call in faults.seen]})

    routes = [
        *([Route("/accounts", account, methods=["PUT"])] if world else []),
        *([Route("/seen", seen, methods=["GET", "DELETE"])] if world else []),
        Route("/faults", names, methods=["GET"]),
        Route("/fault", show, methods=["GET"]),
        Route("/fault", put, methods=["PUT", "POST"]),
        Route("/calls", calls, methods=["GET", "DELETE"]),
    ]
    # A console in the browser of this machine may switch; pages of other sites may not.
    cors = Middleware(CORSMiddleware, allow_origin_regex=LOOPBACK, allow_methods=["*"], allow_headers=["content-type"])
    return Starlette(routes=routes, middleware=[cors])


def _shown(faults: Faults) -> dict[str, Any]:
    shown: dict[str, Any] = {"fault": faults.fault}
    if faults.operation:
        shown["operation"] = faults.operation
    if faults.count is not None:
        shown["count"] = faults.count
    return shown


def _wish(body: bytes) -> dict[str, Any]:
    wish = orjson.loads(body)
    if not isinstance(wish, dict) or not isinstance(wish.get("fault"), str):
        raise ValueError('the body must be an object with "fault"')
    unknown = sorted(set(wish) - {"fault", "operation", "count"})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; allowed: fault, operation, count")
    operation, count = wish.get("operation"), wish.get("count")
    if operation is not None and not isinstance(operation, str):
        raise ValueError("operation must be text")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        raise ValueError("count must be a whole number")
    return wish


def _account(body: bytes) -> tuple[str, str]:
    """Whose account, and how it shall stand.  Raises ValueError."""
    wish = orjson.loads(body)
    citizen, state = (wish.get("citizen"), wish.get("state")) if isinstance(wish, dict) else (None, None)
    if not isinstance(citizen, str) or citizen not in PERSONAS or not isinstance(state, str):
        raise ValueError('the body must be an object with "citizen", a persona, and "state"')
    return citizen, state
