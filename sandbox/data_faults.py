"""Faults of what a city says, each in the city's own format: what an operator meets when a backend changes under a channel.

`spoil_rows` changes rows (`newcode`, `no_field`, `pii`), `recoded` the bytes of a whole answer (`gbk`), `Swapped` the secrets
that the city checks with (`wrong_key`).  `clock`, `envelope`, `limited` and `bad_token` are carried out where the city keeps
its clock, writes its wrapper and checks its door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.types import Message, Send

CLOCK_SKEW_SECONDS = 610  # more than every city's window of 300 s
RETRY_AFTER_SECONDS = 7
NEW_CODE = "7"  # in no enum table
# Fields that hold a code and must be there, first those that mean a state; of every city's own words.
_CODED = (
    "payFlag", "JFBZ", "CBZT", "BDZT", "bindFlag", "状态", "zt", "ZT", "state", "status", "paid", "result",
    "XZLX", "kind", "type",
)  # fmt: skip
# Fields without which a row is none.
_NEEDED = ("billNo", "orderNo", "ZDBH", "id", "qr", "score", "url", "DZ", "CBZT", "status", "zt", "lineName", "title")
# A made-up person: a region and a range of numbers that are nobody's.
STRANGER = {"idCard": "510603199001011418", "mobile": "13900000000", "familyAddr": "德阳市旌阳区某某路1号2栋3单元"}
_KEEP = ("GATEWAY_PAIRWISE_SALT", "GATEWAY_JWKS")


def new_code(row: dict[str, Any]) -> dict[str, Any]:
    """The row with a code that nobody told the gateway about."""
    name = next((name for name in _CODED if row.get(name) is not None), None)
    return row if name is None else {**row, name: NEW_CODE}


def bereft(row: dict[str, Any]) -> dict[str, Any]:
    """The row without a field that it must have."""
    name = next((name for name in _NEEDED if name in row), next(iter(row), None))
    return {key: value for key, value in row.items() if key != name}


def talkative(row: dict[str, Any]) -> dict[str, Any]:
    """The row with somebody's number, phone and address, which nobody asked for."""
    return {**row, **STRANGER}


ROW_FAULTS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "newcode": new_code,
    "no_field": bereft,
    "pii": talkative,
}


class Swapped(Mapping[str, str]):
    """A city's secrets; under `wrong_key` it checks with others than it gave out."""

    def __init__(self, secrets: Mapping[str, str], active: Callable[[], str]) -> None:
        self._secrets, self._active = secrets, active

    def __getitem__(self, name: str) -> str:
        value = self._secrets[name]
        return f"{value}-changed" if self._active() == "wrong_key" and name not in _KEEP else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._secrets)

    def __len__(self) -> int:
        return len(self._secrets)


def recoded(send: Send) -> Send:
    """Whole answers in the other charset, GBK for UTF-8 and UTF-8 for GBK, under the header of before."""
    start: list[Message] = []
    body = bytearray()

    async def other(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        headers = {key.lower(): value for key, value in start[0].get("headers", [])}
        media, _, rest = headers.get(b"content-type", b"").partition(b";")
        chinese = b"gb" in rest.lower()
        made = _in_other(bytes(body), chinese=chinese)
        headers[b"content-type"] = media + (b";" + rest.strip() if chinese else b";charset=UTF-8")
        headers[b"content-length"] = str(len(made)).encode()
        await send({**start[0], "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": made})

    return other


def _in_other(body: bytes, *, chinese: bool) -> bytes:
    if chinese:
        return body.decode("gb18030").encode("utf-8")
    return body.decode("utf-8").encode("gb18030")
