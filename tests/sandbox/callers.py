"""Hand-written callers of the four cities: each signs as the city's open platform documents it.

They are written from the wire, not from the server's code, and let a test break one part at a time.
"""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode
from zoneinfo import ZoneInfo

import aiohttp
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from sandbox.deyang.server import operation_of as deyang_operation
from sandbox.leshan.server import operation_of as leshan_operation
from sandbox.meishan.server import operation_of as meishan_operation
from sandbox.ziyang.server import operation_of as ziyang_operation

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)
TOKEN_KEY, ED25519_KEY = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
SALT = "a-salt-of-the-tests-that-is-long-enough-for-hmac"
SECRETS = {
    "GATEWAY_PAIRWISE_SALT": SALT,
    "DEYANG_APP_ID": "app-1",
    "DEYANG_APP_KEY": "deyang-key",
    "MEISHAN_CLIENT_ID": "roam",
    "MEISHAN_CLIENT_SECRET": "meishan-secret",
    "ZIYANG_WS_USER": "roam",
    "ZIYANG_WS_PASSWORD": "ziyang-password",
    "LESHAN_PARTNER_NO": "P001",
    "LESHAN_MD5_KEY": "leshan-key",
    "GATEWAY_TOKEN_KEY": TOKEN_KEY.as_pem(private=True).decode(),
    "GATEWAY_TOKEN_ED25519_KEY": ED25519_KEY.as_pem(private=True).decode(),
    "GATEWAY_JWKS": json.dumps(
        {
            "keys": [
                {**TOKEN_KEY.as_dict(private=False), "kid": TOKEN_KEY.thumbprint(), "alg": "ES256"},
                {**ED25519_KEY.as_dict(private=False), "kid": ED25519_KEY.thumbprint(), "alg": "EdDSA"},
            ]
        }
    ),
}


class Clock:
    """A clock that tests move."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def pairwise(code: str, subject: str) -> str:
    """The pairwise id as the contract's formula says, worked out here on its own."""
    digest = hmac.new(SALT.encode(), f"{code}\0{subject}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def citizen_token(code: str, operation: str, sub: str, clock: Clock, /, **other: Any) -> str:
    """The gateway's token about a citizen for one operation of one city; `other` replaces or adds claims."""
    now = int(clock().timestamp())
    claims = {
        "iss": "https://graph.example.gov.cn/graphql",
        "aud": f"urn:roam:city:{code}",
        "sub": sub,
        "act": {"sub": "roam-cli"},
        "client_id": "roam-cli",
        "scope": operation,
        "acr": "REAL_PERSON",
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
    }
    header = {"alg": "ES256", "typ": "at+jwt", "kid": TOKEN_KEY.thumbprint()}
    return jwt.encode(header, {**claims, **other}, TOKEN_KEY)


class Deyang:
    """Signs with HMAC-SM3."""

    def __init__(self, session: aiohttp.ClientSession, base: str, clock: Clock, *, key: str = "deyang-key") -> None:
        self.session, self.base, self.clock, self.key = session, base + "/gateway", clock, key

    async def call(
        self,
        method: str,
        path: str,
        arguments: dict[str, Any],
        *,
        skew: float = 0,
        nonce: str | None = None,
        token: str = "",
    ) -> dict[str, Any]:
        """The envelope that came back."""
        body = json.dumps(arguments).encode() if method == "POST" else b""
        query = urlencode(sorted(arguments.items())) if method == "GET" else ""
        stamp = str(int((self.clock().timestamp() + skew) * 1000))
        nonce = nonce or uuid.uuid4().hex
        text = "\n".join([method, "/gateway" + path, query, hashlib.new("sm3", body).hexdigest(), stamp, nonce])
        headers = {
            "X-App-Id": "app-1",
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Sign": hmac.new(self.key.encode(), text.encode(), "sm3").hexdigest(),
        }
        if operation := deyang_operation(method, path, b""):
            who = str(arguments.get("userId", ""))
            headers["X-Roam-Citizen"] = token or citizen_token("510600", operation, who, self.clock)
        url = self.base + path + (f"?{query}" if query else "")
        async with self.session.request(method, url, data=body or None, headers=headers) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def data(self, method: str, path: str, arguments: dict[str, Any]) -> Any:
        """The data of an answer that must be good."""
        answer = await self.call(method, path, arguments)
        assert str(answer["code"]) == "0", answer
        return answer["data"]


class Meishan:
    """Gets a token with client credentials and carries it."""

    def __init__(self, session: aiohttp.ClientSession, base: str, clock: Clock) -> None:
        self.session, self.base, self.token, self.clock = session, base, "", clock

    async def authorize(
        self, *, secret: str = SECRETS["MEISHAN_CLIENT_SECRET"], scope: str = "roam.read roam.write"
    ) -> dict[str, Any]:
        """Ask the token endpoint; remembers the token when there is one."""
        form = {"grant_type": "client_credentials", "scope": scope}
        basic = base64.b64encode(f"roam:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        async with self.session.post(self.base + "/oauth2/token", data=form, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        self.token = answer.get("access_token", "")
        return {"status": response.status, **answer}

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and body."""
        key, citizen = options.pop("key", None), options.pop("citizen", None)
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        if operation := meishan_operation(method, path.partition("?")[0], b""):
            who = self._named(path, options)
            headers["X-Roam-Citizen"] = citizen or citizen_token("511400", operation, who, self.clock)
        async with self.session.request(method, self.base + path, headers=headers, **options) as response:
            return response.status, await response.json(content_type=None)

    def _named(self, path: str, options: dict[str, Any]) -> str:
        """The citizen that a call names, as its token must."""
        inside = parse_qs(path.partition("?")[2]).get("sub", [""])[0]
        query, body = options.get("params") or {}, options.get("json")
        applicant = body.get("applicant") if isinstance(body, dict) else None
        sub = applicant.get("sub") if isinstance(applicant, dict) else None
        parts = path.partition("?")[0].split("/")
        who = parts[3] if parts[2] == "citizens" else query.get("sub") or inside or sub
        return str(who or "x" * 43)


class Ziyang:
    """Writes a GB18030 envelope with a UsernameToken digest."""

    def __init__(self, session: aiohttp.ClientSession, base: str, clock: Clock) -> None:
        self.session, self.base, self.clock = session, base + "/services", clock

    async def call(
        self,
        service: str,
        action: str,
        inner: str,
        *,
        password: str = SECRETS["ZIYANG_WS_PASSWORD"],
        skew: float = 0,
        nonce: bytes | None = None,
        token: str = "",
    ) -> tuple[int, str]:
        """Status and text."""
        nonce = nonce or uuid.uuid4().bytes
        created = (self.clock().astimezone(UTC) + timedelta(seconds=skew)).strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()  # noqa: S324
        oasis = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
        envelope = (
            '<?xml version="1.0" encoding="gb18030"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:zy="http://zy.gov.cn/esb/v1">'
            f'<soap:Header><wsse:Security xmlns:wsse="{oasis}-wssecurity-secext-1.0.xsd" xmlns:wsu="{oasis}-wssecurity-utility-1.0.xsd">'
            f"<wsse:UsernameToken><wsse:Username>roam</wsse:Username>"
            f'<wsse:Password Type="{oasis}-username-token-profile-1.0#PasswordDigest">{digest}</wsse:Password>'
            f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
            "</wsse:UsernameToken></wsse:Security></soap:Header>"
            f"<soap:Body><zy:{action}><zy:Body>{inner}</zy:Body></zy:{action}></soap:Body></soap:Envelope>"
        ).encode("gb18030")
        headers = {"Content-Type": "text/xml; charset=gb18030", "SOAPAction": f'"http://zy.gov.cn/esb/v1/{action}"'}
        if operation := ziyang_operation("POST", f"/services/{service}", envelope):
            headers["X-Roam-Citizen"] = token or citizen_token("512000", operation, "z" * 43, self.clock)
        async with self.session.post(f"{self.base}/{service}", data=envelope, headers=headers) as response:
            return response.status, (await response.read()).decode("gb18030")


class Leshan:
    """Posts a GBK form with an MD5 signature."""

    def __init__(self, session: aiohttp.ClientSession, base: str, clock: Clock, *, key: str = "leshan-key") -> None:
        self.session, self.base, self.clock, self.key = session, base + "/app", clock, key

    async def raw(self, path: str, form: dict[str, str], *, skew: float = 0) -> bytes:
        """The bytes that came back."""
        stamp = f"{self.clock() + timedelta(seconds=skew):%Y%m%d%H%M%S}"
        sent = {**form, "partnerNo": "P001", "reqTime": stamp}
        text = "&".join(f"{name}={sent[name]}" for name in sorted(sent)) + f"&key={self.key}"
        sent["sign"] = hashlib.md5(text.encode("gbk")).hexdigest().upper()  # noqa: S324
        body = "&".join(f"{quote(k, encoding='gbk')}={quote(v, encoding='gbk', safe='')}" for k, v in sent.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if operation := leshan_operation("POST", f"/app{path}", b""):
            headers["X-Roam-Citizen"] = citizen_token("511100", operation, "l" * 43, self.clock)
        async with self.session.post(self.base + path, data=body.encode(), headers=headers) as response:
            return await response.read()

    async def call(self, path: str, form: dict[str, str], *, skew: float = 0) -> dict[str, Any]:
        """The envelope that came back."""
        answer: dict[str, Any] = json.loads((await self.raw(path, form, skew=skew)).decode("gbk"))
        return answer
