"""WS-Security UsernameToken with a password digest.

Source: OASIS UsernameToken Profile 1.0 §3.1: Password_Digest = Base64(SHA-1(nonce + created + password)). `Created`
may be 300 s off, a nonce is good once.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.world import World
from sandbox.ziyang.soap import Fault

MAX_SKEW_SECONDS = 300


def check(world: World, security: Mapping[str, Any]) -> None:
    """Raises Fault: no token, wrong user or digest, clock off, nonce used before."""
    if world.unsigned:
        return
    token = security.get("UsernameToken")
    if not isinstance(token, dict):
        raise Fault("wsse:InvalidSecurity", "缺少 UsernameToken")
    user, digest, nonce, created = (_text(token, key) for key in ("Username", "Password", "Nonce", "Created"))
    expected = password_digest(_decoded(nonce), created, world.secrets["ZIYANG_WS_PASSWORD"])
    right = hmac.compare_digest(digest.encode(), expected.encode())
    if not (hmac.compare_digest(user.encode(), world.secrets["ZIYANG_WS_USER"].encode()) and right):
        raise Fault("wsse:FailedAuthentication", "用户名或密码摘要错误")
    now = world.now().timestamp()
    if abs(_instant(created) - now) > MAX_SKEW_SECONDS:
        raise Fault("wsse:FailedAuthentication", "Created 超出允许范围")
    if not world.store.spend(nonce, now, now + 2 * MAX_SKEW_SECONDS):
        raise Fault("wsse:FailedAuthentication", "Nonce 重复")


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """Returns 28 characters of base64."""
    made = hashlib.sha1(
        nonce + created.encode() + password.encode(), usedforsecurity=False
    )  # the profile prescribes it
    return base64.b64encode(made.digest()).decode()


def _text(token: Mapping[str, Any], key: str) -> str:
    value = token.get(key)
    return value if isinstance(value, str) else ""


def _decoded(nonce: str) -> bytes:
    try:
        raw = base64.b64decode(nonce, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if not raw:
        raise Fault("wsse:InvalidSecurity", "Nonce 无效")
    return raw


def _instant(created: str) -> float:
    try:
        at = datetime.fromisoformat(created)
    except ValueError as error:
        raise Fault("wsse:InvalidSecurity", "Created 无效") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
