"""Real-name claims of the viewer, read from the provider's UserInfo with the viewer's own token.

They are kept briefly, in memory only, under a hash of the token, and never logged. What a city may receive of
them is decided elsewhere.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from identity.authentication import Authentication
from identity.provider import ProviderError, fetch_json
from identity.viewer import Viewer
from schema.codes import ErrorCode

LIFETIME = timedelta(seconds=60)
MAX_CITIZENS = 1000
MAX_CLAIM_CHARS = 2000
# Ours <- OpenID Connect Core 1.0 §5.1, and the provider's own names for what the standard lacks.
NAMES = {
    "name": "name",
    "id_number": "id_number",
    "phone": "phone_number",
    "social_card_number": "social_card_number",
    "vehicle_plate": "vehicle_plate",
    "address": "address",
    "face_proof": "face_proof",
}


@dataclass(frozen=True, slots=True)
class ClaimsFailure:
    """Why no claims could be had. `zh` and `en` are safe for the client, `detail` is internal."""

    code: ErrorCode
    zh: str
    en: str
    retry_after: int | None = None
    detail: str = field(default="", repr=False)


def _unreachable(detail: str) -> ClaimsFailure:
    zh, en = "身份提供方暂时无法访问,请稍后重试", "the identity provider cannot be reached; try again shortly"
    return ClaimsFailure(ErrorCode.BACKEND_UNREACHABLE, zh, en, retry_after=5, detail=detail)


def _refused(detail: str) -> ClaimsFailure:
    zh, en = "身份提供方不再接受该登录凭证", "the identity provider no longer accepts the access token; sign in again"
    return ClaimsFailure(ErrorCode.UNAUTHENTICATED, zh, en, detail=detail)


class UserInfo:
    """Real-name claims by viewer; bounded to MAX_CITIZENS, each for LIFETIME."""

    def __init__(self, authentication: Authentication, session: aiohttp.ClientSession) -> None:
        self._authentication = authentication
        self._session = session
        self._kept: OrderedDict[bytes, tuple[datetime, Mapping[str, str]]] = OrderedDict()

    async def claims(self, viewer: Viewer, now: datetime) -> Mapping[str, str] | ClaimsFailure:
        """The claims the provider knows, under our names; one it lacks is absent. Never raises."""
        if not viewer.signed_in:
            return ClaimsFailure(ErrorCode.UNAUTHENTICATED, "请先登录", "sign in first")
        key = hashlib.sha256(viewer.token.encode()).digest()
        kept = self._kept.get(key)
        if kept is not None and now < kept[0]:
            return kept[1]
        try:
            found = await self._asked(viewer, now)
        except ProviderError as error:
            return _refused(str(error)) if error.status in (401, 403) else _unreachable(str(error))
        if not isinstance(found, ClaimsFailure):
            self._keep(key, found, now)
        return found

    def forget(self, viewer: Viewer) -> None:
        """Drops what is kept for this viewer's token."""
        self._kept.pop(hashlib.sha256(viewer.token.encode()).digest(), None)

    async def _asked(self, viewer: Viewer, now: datetime) -> Mapping[str, str] | ClaimsFailure:
        issuer = self._authentication.issuers.get(viewer.issuer)
        if issuer is None:
            return _refused("the viewer's issuer is not trusted any more")
        endpoint = (await self._authentication.keys[issuer.url].metadata(now)).userinfo_endpoint
        if endpoint is None:
            return _unreachable(f"{issuer.url} offers no UserInfo")
        document = await fetch_json(self._session, endpoint, bearer=viewer.token)
        # OpenID Connect Core 1.0 §5.3.2: without this, one citizen's token could bring another's name.
        sub = document.get("sub")
        if not isinstance(sub, str) or issuer.subject(sub) != viewer.subject:
            return _refused("UserInfo speaks of another subject")
        return renamed(document)

    def _keep(self, key: bytes, found: Mapping[str, str], now: datetime) -> None:
        self._kept[key] = (now + LIFETIME, found)
        self._kept.move_to_end(key)
        while len(self._kept) > MAX_CITIZENS:
            self._kept.popitem(last=False)


def renamed(document: Mapping[str, object]) -> Mapping[str, str]:
    """A UserInfo document under our claim names; only non-empty texts are taken."""
    return {ours: text for ours, theirs in NAMES.items() if (text := _text(document.get(theirs)))}


def _text(value: object) -> str:
    if isinstance(value, dict):  # OpenID Connect Core 1.0 §5.1.1: an address is an object
        value = value.get("formatted")
    return value if isinstance(value, str) and len(value) <= MAX_CLAIM_CHARS else ""
