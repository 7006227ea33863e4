"""One authorisation request: is it sound, and who signs in (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1.2).

Three outcomes: a code goes back to the client, the persona page is shown, or an error. An error goes back to the
client only when the client and its redirect URI are known; otherwise a plain page says so, because redirecting to
an unknown address would make this provider a tool of whoever wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.idp.clients import CLIENTS, Client
from sandbox.idp.codes import CHALLENGE, Grant
from sandbox.idp.levels import granted, highest
from sandbox.idp.provider import Provider

MAX_VALUE_CHARS = 2048
PROMPTS = frozenset({"none", "login", "consent", "select_account"})


class UnknownClientError(Exception):
    """The client or its redirect URI is not known: no redirect. `zh` and `en` go on a page."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class RefusedError(Exception):
    """The client is known and hears an OAuth error code with a description in plain ASCII."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class Return:
    """Where the answer goes: a redirect URI that was checked, and the client's own state."""

    client: Client
    redirect_uri: str
    state: str | None

    def to(self, issuer: str, **answer: str) -> str:
        """The client's address with the answer in its query; `iss` guards against mix-up (RFC 9207)."""
        pairs = {**answer, **({} if self.state is None else {"state": self.state}), "iss": issuer}
        return f"{self.redirect_uri}?{urlencode(pairs)}"


@dataclass(frozen=True, slots=True)
class Authorization:
    """A sound request. `wanted` are acr values in the client's order of preference, `hint` a persona's key."""

    back: Return
    challenge: str = field(repr=False)
    nonce: str
    scope: str
    wanted: tuple[str, ...]
    hint: str
    silent: bool


def read_query(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """The parameters, and the names of those sent more than once (RFC 6749 §3.1 forbids it). Empty ones are absent.

    Raises ValueError: the text is not a form.
    """
    pairs = [(name, value) for name, value in parse_qsl(text, errors="strict", max_num_fields=40) if value]
    names = [name for name, _ in pairs]
    return dict(pairs), frozenset(name for name in names if names.count(name) > 1)


def returning(parameters: Mapping[str, str], repeated: frozenset[str]) -> Return:
    """Where this request's answer may go. Raises UnknownClientError."""
    client = CLIENTS.get(parameters.get("client_id", ""))
    if client is None or "client_id" in repeated:
        raise UnknownClientError("应用未登记(client_id)", "The application is not registered (client_id).")
    redirect_uri = parameters.get("redirect_uri", "")
    if "redirect_uri" in repeated or not client.owns(redirect_uri):
        raise UnknownClientError(
            "返回地址与应用登记的不一致(redirect_uri)",
            "The return address is not the one registered for the application (redirect_uri).",
        )
    return Return(client, redirect_uri, parameters.get("state"))


def sound(parameters: Mapping[str, str], repeated: frozenset[str], back: Return, provider: Provider) -> Authorization:
    """The request as a value. Raises RefusedError."""
    if repeated:
        raise RefusedError("invalid_request", f"sent more than once: {', '.join(sorted(repeated))}")
    if any(len(value) > MAX_VALUE_CHARS for value in parameters.values()):
        raise RefusedError("invalid_request", f"a parameter is longer than {MAX_VALUE_CHARS} characters")
    _check_response(parameters)
    _check_pkce(parameters)
    scope = parameters.get("scope", "openid")
    if "openid" not in scope.split():
        raise RefusedError("invalid_scope", "the scope must hold openid")
    if parameters.get("resource", provider.audience) != provider.audience:  # RFC 8707 §2
        raise RefusedError("invalid_target", "tokens are issued for the gateway only")
    return Authorization(
        back=back,
        challenge=parameters["code_challenge"],
        nonce=parameters.get("nonce", ""),
        scope="openid",
        wanted=tuple(parameters.get("acr_values", "").split()),
        hint=parameters.get("login_hint", ""),
        silent=_silent(parameters),
    )


def grant(request: Authorization, provider: Provider) -> Grant:
    """What the hinted persona grants without a page. Raises RefusedError."""
    if not request.hint:
        raise RefusedError("login_required", "prompt=none needs a login_hint: the key of a persona")
    persona = provider.everyone.get(request.hint)
    if persona is None:
        raise RefusedError("login_required", "login_hint names no persona; /personas lists them")
    acr = granted(highest(persona.assurance), request.wanted)
    if acr is None:
        highest_own = highest(persona.assurance)
        raise RefusedError("unmet_authentication_requirements", f"this persona reaches {highest_own} at most")
    return Grant(
        client_id=request.back.client.id,
        redirect_uri=request.back.redirect_uri,
        challenge=request.challenge,
        nonce=request.nonce,
        scope=request.scope,
        persona=persona.key,
        acr=acr,
        at=provider.clock(),
    )


def _check_response(parameters: Mapping[str, str]) -> None:
    for name in ("request", "request_uri"):
        if name in parameters:
            raise RefusedError(f"{name}_not_supported", f"{name} is not supported")
    if "response_type" not in parameters:
        raise RefusedError("invalid_request", "response_type is missing")
    if parameters["response_type"] != "code":
        raise RefusedError("unsupported_response_type", "only response_type=code is supported")
    if parameters.get("response_mode", "query") != "query":
        raise RefusedError("invalid_request", "only response_mode=query is supported")


def _check_pkce(parameters: Mapping[str, str]) -> None:
    if "code_challenge" not in parameters:
        raise RefusedError("invalid_request", "code_challenge is missing: PKCE is required")
    if parameters.get("code_challenge_method") != "S256":  # absent means plain (RFC 7636 §4.3)
        raise RefusedError("invalid_request", "code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(parameters["code_challenge"]):
        raise RefusedError("invalid_request", "code_challenge is not an unpadded base64url SHA-256")


def _silent(parameters: Mapping[str, str]) -> bool:
    prompts = set(parameters.get("prompt", "").split())
    if prompts - PROMPTS:
        raise RefusedError("invalid_request", "prompt has an unknown value")
    if "none" in prompts and len(prompts) > 1:
        raise RefusedError("invalid_request", "prompt=none stands alone")
    return "none" in prompts


def origin(url: str) -> str:
    """Scheme, host and port of an address, as shown on the page."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
