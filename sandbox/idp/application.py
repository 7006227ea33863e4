"""The provider's HTTP: routes, headers, and nothing decided.

Browsers on loopback may read everything but `/authorize`, which is a page and answers by redirect.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.idp.authorization import RefusedError, Return, UnknownClientError, grant, read_query, returning, sound
from sandbox.idp.exchange import exchanged
from sandbox.idp.page import error_page, label, persona_page
from sandbox.idp.provider import Provider
from sandbox.idp.userinfo import InvalidTokenError, bearer, userinfo

MAX_BODY_BYTES = 16 * 1024
FORM = "application/x-www-form-urlencoded"
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}  # RFC 6749 §5.1
LOOPBACK_ORIGINS = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?"

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(provider: Provider) -> Starlette:
    """The provider as its citizens and clients see it."""

    async def discovery(_: Request) -> Response:
        return JSONResponse(provider.discovery())

    async def jwks(_: Request) -> Response:
        return JSONResponse(provider.keys.jwks(), headers={"cache-control": "public, max-age=60"})

    async def personas(_: Request) -> Response:
        people = provider.personas.values()
        rows = [{"key": p.key, "label": label(p), "homeCity": p.home_city} for p in people]
        return JSONResponse(rows, headers=NO_STORE)

    async def authorize(request: Request) -> Response:
        return _authorized(await _text(request), provider, request.method)

    async def token(request: Request) -> Response:
        return _exchanged(request, await _text(request), provider)

    async def info(request: Request) -> Response:
        try:
            persona = bearer(provider, request.headers.get("authorization", ""))
        except InvalidTokenError as error:
            challenge = f'Bearer error="invalid_token", error_description="{error}"'  # RFC 6750 §3
            headers = {**NO_STORE, "www-authenticate": challenge}
            return JSONResponse({"error": "invalid_token"}, 401, headers=headers)
        return JSONResponse(userinfo(persona), headers=NO_STORE)

    return Starlette(
        routes=[
            _open("/.well-known/openid-configuration", discovery, "GET"),
            _open("/jwks", jwks, "GET"),
            _open("/personas", personas, "GET"),
            _open("/token", token, "POST"),
            _open("/userinfo", info, "GET", "POST"),
            Route("/authorize", authorize, methods=["GET", "POST"], max_body_size=MAX_BODY_BYTES),
        ]
    )


def create_control(provider: Provider) -> Starlette:
    """The switchboard, on a port of its own: POST /rotate makes a new signing key."""

    async def rotate(_: Request) -> Response:
        return JSONResponse({"kid": provider.keys.rotate(provider.clock()).kid})

    return Starlette(routes=[Route("/rotate", rotate, methods=["POST"])])


def _open(path: str, endpoint: Endpoint, *methods: str) -> Route:
    """A route that browsers on loopback may read; OPTIONS is for their preflight."""
    cors = Middleware(
        CORSMiddleware,
        allow_origin_regex=LOOPBACK_ORIGINS,
        allow_methods=methods,
        allow_headers=["authorization", "content-type", "dpop"],
        expose_headers=["www-authenticate"],
    )
    return Route(path, endpoint, methods=[*methods, "OPTIONS"], middleware=[cors], max_body_size=MAX_BODY_BYTES)


async def _text(request: Request) -> str:
    """The parameters as they came: the query of a GET, the body of a POST. Not text gives an empty one."""
    if request.method != "POST":
        return request.url.query
    try:
        return (await request.body()).decode("ascii")  # a form is ASCII; anything else is percent-encoded
    except UnicodeDecodeError:
        return ""


def _authorized(text: str, provider: Provider, method: str) -> Response:
    try:
        parameters, repeated = read_query(text)
        back = returning(parameters, repeated)
    except ValueError:
        return error_page("请求格式不正确", "The request is malformed.")
    except UnknownClientError as error:
        return error_page(error.zh, error.en)
    status = 303 if method == "POST" else 302
    return _answered(parameters, repeated, back, provider, status)


def _answered(
    parameters: Mapping[str, str], repeated: frozenset[str], back: Return, provider: Provider, status: int
) -> Response:
    try:
        request = sound(parameters, repeated, back, provider)
        if not request.silent:
            people = provider.everyone.values()
            return persona_page(parameters, back.client, back.redirect_uri, people, request.hint)
        answer = {"code": provider.codes.issue(grant(request, provider))}
    except RefusedError as refused:
        answer = {"error": refused.error, "error_description": refused.description}
    return RedirectResponse(back.to(provider.issuer, **answer), status, headers=NO_STORE)


def _exchanged(request: Request, text: str, provider: Provider) -> Response:
    content_type, proof = request.headers.get("content-type", ""), request.headers.get("dpop")
    try:
        if content_type.partition(";")[0].strip().lower() != FORM:
            raise RefusedError("invalid_request", f"the content type must be {FORM}")
        try:
            parameters, repeated = read_query(text)
        except ValueError:
            raise RefusedError("invalid_request", "the body is not a form") from None
        return JSONResponse(exchanged(parameters, repeated, provider, proof), headers=NO_STORE)
    except RefusedError as refused:
        body = {"error": refused.error, "error_description": refused.description}
        return JSONResponse(body, 400, headers=NO_STORE)
