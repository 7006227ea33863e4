"""Signatures are checked as a city would check them: recomputed from what arrived, by another route where there is one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.declared.models import SignAuth
from channels.proofs.credentials import BadCredential
from channels.proofs.signing import Signer, digest, timestamp
from schema.codes import ErrorCode
from tests.channels.loopback import BILL_MAP, NOW, PAID, PAY, always, connected, http, served, snapshot

SECRETS = {"APP_ID": "app-1", "APP_KEY": "密钥-key"}
SM3 = {
    "type": "sign",
    "algorithm": "hmac-sm3",
    "app_id": "secret:APP_ID",
    "key": "secret:APP_KEY",
    "string": "{method}\n{path}\n{sorted_query}\n{body_sm3}\n{timestamp}\n{nonce}",
    "put": {"X-App-Id": "{app_id}", "X-Timestamp": "{timestamp}", "X-Nonce": "{nonce}", "X-Sign": "{signature}"},
}
MD5 = {
    "type": "sign",
    "algorithm": "md5",
    "app_id": "secret:APP_ID",
    "key": "secret:APP_KEY",
    "string": "{sorted_form}&key={key}",
    "encoding": "HEX",
    "timestamp": "yyyyMMddHHmmss",
    "put": {"form.partnerNo": "{app_id}", "form.reqTime": "{timestamp}", "form.sign": "{signature}"},
}


def test_known_digests() -> None:
    """GB/T 32905 example 1, and RFC 2202's HMAC idea carried to SM3 by hashlib's own hmac."""
    assert hashlib.new("sm3", b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest("md5", "k")(b"abc").hex() == "900150983cd24fb0d6963f7d28e17f72"
    assert digest("hmac-sha256", "Jefe")(b"what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"  # RFC 4231 case 2
    )


@pytest.mark.parametrize(
    ("form", "text"), [("ms", "1795233600000"), ("s", "1795233600"), ("yyyyMMddHHmmss", "20261121120000")]
)
def test_timestamps(form: str, text: str) -> None:
    assert timestamp(form)(NOW) == text


async def test_hmac_sm3_covers_the_request_as_it_arrived() -> None:
    """The path is the path of the URL as sent, with the gateway prefix of `base_url`."""
    query = {"b": "二 1", "a": "x&y", "none": "${args.nothing}"}
    pay = {**PAY, "request": {**PAY["request"], "query": query}}
    held = {"operations": {"bills.pay": pay}, "auth": {"s": SM3}, "secrets": SECRETS}
    async with (
        served(always(http(PAID))) as city,
        connected(snapshot(f"{city.url}/gateway", backend={"auth": "s"}, **held)) as call,
    ):
        await call("bills.pay", args={"billId": "号1"})
        await call("bills.pay", args={"billId": "b2"})
    first, second = city.asked
    for asked in (first, second):
        parts = urlsplit(asked.target)
        ordered = "&".join(sorted(parts.query.split("&")))
        lines = [asked.method, parts.path, ordered, hashlib.new("sm3", asked.body).hexdigest()]
        lines += [asked.headers["x-timestamp"], asked.headers["x-nonce"]]
        expected = hmac.new(SECRETS["APP_KEY"].encode(), "\n".join(lines).encode(), "sm3").hexdigest()
        assert asked.headers["x-sign"] == expected
    assert urlsplit(first.target).path == "/gateway/pay/%E5%8F%B71"
    assert first.headers["x-nonce"] != second.headers["x-nonce"]
    assert first.headers["x-app-id"] == "app-1"


async def test_a_signed_gbk_form_covers_every_field_but_the_signature() -> None:
    """Values are signed as text, sorted by key, empty ones left out; the body is percent-encoded GBK."""
    operation = {
        "backend": "api",
        "needs": ["name"],
        "request": {
            "method": "POST",
            "path": "/water/bill.do",
            "form": {"name": "${citizen.name}", "empty": "", "none": "${args.nothing}", "page": "1"},
        },
        "response": {"items": "rows", "map": BILL_MAP},
    }
    backend = {"auth": "s", "format": "form", "encoding": "gbk"}
    held = {"operations": {"bills.list": operation}, "auth": {"s": MD5}, "secrets": SECRETS | {"APP_KEY": "k1"}}
    async with (
        served(always(http({"rows": []}))) as city,
        connected(snapshot(city.url, backend=backend, **held)) as call,
    ):
        await call(claims={"name": "陈&a=b"})
        failed = await call(claims={"name": "㛃"})
    assert failed.code is ErrorCode.INVALID_INPUT, "GBK has no such character, and a guess would be another person"
    assert len(city.asked) == 1
    body = city.asked[0].body.decode("ascii")
    assert "%B3%C2%26a%3Db" in body
    fields = dict(parse_qsl(body, encoding="gbk", keep_blank_values=True))
    sign = fields.pop("sign")
    text = "&".join(f"{key}={value}" for key, value in sorted(fields.items()) if value)
    assert text.startswith("name=陈&a=b&page=1&partnerNo=app-1&reqTime=20261121120000")
    assert sign == hashlib.md5(f"{text}&key=k1".encode("gbk")).hexdigest().upper()  # noqa: S324


async def test_a_signature_in_the_query_and_in_base64() -> None:
    rule = {
        **SM3,
        "algorithm": "hmac-sha256",
        "encoding": "base64",
        "string": "{sorted_query}|{body_sha256}",
        "put": {"query.t": "{timestamp}", "query.sign": "{signature}"},
    }
    held = {"auth": {"s": rule}, "secrets": SECRETS}
    async with served(always(http(PAID))) as city, connected(snapshot(city.url, backend={"auth": "s"}, **held)) as call:
        await call("bills.pay", args={"billId": "b1"})
    query = dict(parse_qsl(urlsplit(city.asked[0].target).query))
    text = f"t=1795233600000|{hashlib.sha256(city.asked[0].body).hexdigest()}"
    made = hmac.new(SECRETS["APP_KEY"].encode(), text.encode(), "sha256").digest()
    assert query["sign"] == base64.b64encode(made).decode()


def test_an_empty_key_is_no_key() -> None:
    """A signature that anybody can make is found at start."""
    with pytest.raises(BadCredential, match="APP_KEY is empty"):
        Signer(SignAuth.model_validate(SM3), "app", "", lambda: NOW)
