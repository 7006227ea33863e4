"""The bill queries of the five cities, written by hand: one coroutine for each, no channel file and no mapping engine.

Same requests and same credentials as the gateway sends; rows come back in the form that the graph answers. Errors are
not handled: a handler that did would be slower, and nothing fails here.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import orjson
import xmltodict

from identity.exchange import OnBehalf, SigningKey, exchange
from sandbox.personas import CITY_CODES

CHINA = ZoneInfo("Asia/Shanghai")
PAGE = 50
MANY_KINDS = ["WATER", "GAS", "ELECTRICITY"]
BILLS = """query Bills($kinds: [String!], $first: Int, $after: String) {
  me { bills(kinds: $kinds, first: $first, after: $after) {
    nodes { id kind state accountNo payee amount { amount } period dueOn paidAt }
    pageInfo { endCursor hasNextPage } } }
}
"""
MIANYANG_BILLS = """query B($u: ID!, $skip: Int!, $take: Int!) {
  bills(userId: $u, skip: $skip, take: $take) { total rows { id company type amountFen due paid meterNo month } }
}
"""
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
NONCE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who asks: the pairwise id in each city, and the identity number that Ziyang's old system wants."""

    pairwise: Mapping[str, str]
    id_number: str


class Wires:
    """The five cities by hand. `bases` are their base URLs, `reveal` gives a secret by name."""

    def __init__(
        self, session: aiohttp.ClientSession, bases: Mapping[str, str], reveal: Callable[[str], str], kinds: list[str]
    ) -> None:
        self._session, self._bases, self._reveal, self._kinds = session, bases, reveal, kinds
        shared = SigningKey.read(reveal("GATEWAY_TOKEN_KEY"))
        self._keys = {
            "chengdu": SigningKey.read(reveal("CHENGDU_GATEWAY_KEY")),
            "deyang": shared,
            "meishan": shared,
            "ziyang": shared,
            "mianyang": SigningKey.read(reveal("GATEWAY_TOKEN_ED25519_KEY"), "EdDSA"),
        }
        self._oauth = ("", 0.0)
        self.by_city: Mapping[str, Callable[[Citizen], Awaitable[list[Row]]]] = {
            "chengdu": self.chengdu,
            "deyang": self.deyang,
            "meishan": self.meishan,
            "ziyang": self.ziyang,
            "mianyang": self.mianyang,
        }

    async def chengdu(self, citizen: Citizen) -> list[Row]:
        token = self._about("chengdu", citizen)
        variables = {"kinds": self._kinds, "first": PAGE, "after": None}
        body = orjson.dumps({"query": BILLS, "variables": variables})
        data = orjson.loads(await self._post("chengdu", "", body, {"Authorization": f"Bearer {token}"}))
        return [
            {
                "id": row["id"],
                "kind": "ELECTRICITY" if row["kind"] == "ELECTRIC" else row["kind"],
                "state": row["state"],
                "accountNo": masked(row["accountNo"]),
                "payee": row["payee"],
                "amount": money(row["amount"]["amount"]),
                "period": row["period"],
                "dueOn": row["dueOn"],
            }
            for row in data["data"]["me"]["bills"]["nodes"]
        ]

    async def deyang(self, citizen: Citizen) -> list[Row]:
        asked = {"userId": citizen.pairwise["deyang"], "bizType": "", "pageNo": 1, "pageSize": PAGE}
        body, nonce, stamp = orjson.dumps(asked), secrets.token_hex(16), str(int(time.time() * 1000))
        path = "/gateway/api/v2/bill/query"
        text = f"POST\n{path}\n\n{hashlib.new('sm3', body).hexdigest()}\n{stamp}\n{nonce}"
        sign = hmac.new(self._reveal("DEYANG_APP_KEY").encode(), text.encode(), "sm3").hexdigest()
        headers = {
            "X-App-Id": self._reveal("DEYANG_APP_ID"),
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Sign": sign,
            "X-Roam-Citizen": self._about("deyang", citizen),
        }
        data = orjson.loads(await self._post("deyang", "/api/v2/bill/query", body, headers))
        kinds = {"01": "WATER", "02": "GAS", "03": "ELECTRICITY"}
        states = {"0": "UNPAID", "1": "PAID", "2": "PROCESSING", "9": "CANCELLED"}
        return [
            {
                "id": str(row["billNo"]),
                "kind": kinds[row["bizType"]],
                "state": states[str(row["payFlag"])],
                "accountNo": masked(row["acctNo"]),
                "payee": row["corpName"],
                "amount": fen(row["fee"]),
                "period": row["billMonth"],
                "dueOn": dashed(row["limitDate"]),
            }
            for row in data["data"]["list"]
        ]

    async def meishan(self, citizen: Citizen) -> list[Row]:
        url = f"{self._bases['meishan']}/v1/citizens/{citizen.pairwise['meishan']}/bills?limit={PAGE}"
        headers = {
            "Accept": "application/json",
            "Accept-Language": "zh-CN",
            "Authorization": f"Bearer {await self._token()}",
            "X-Roam-Citizen": self._about("meishan", citizen),
        }
        async with self._session.get(url, headers=headers) as response:
            data = orjson.loads(await response.read())
        kinds = {"water": "WATER", "gas": "GAS", "power": "ELECTRICITY"}
        return [
            {
                "id": row["id"],
                "kind": kinds[row["utility"]],
                "state": row["status"].upper(),
                "accountNo": masked(row["account_no"]),
                "payee": row["payee"],
                "amount": fen(row["amount_cents"]),
                "period": row["period"],
                "dueOn": row["due_on"],
            }
            for row in data["bills"]
        ]

    async def ziyang(self, citizen: Citizen) -> list[Row]:
        body = f"<zy:QuerySF><zy:Body><zy:SFZH>{citizen.id_number}</zy:SFZH></zy:Body></zy:QuerySF>"
        text = (
            '<?xml version="1.0" encoding="GB18030"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:zy="http://zy.gov.cn/esb/v1">'
            f"<soap:Header>{self._username_token()}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
        )
        headers = {
            "Accept": "text/xml",
            "Content-Type": "text/xml; charset=GB18030",
            "SOAPAction": '"http://zy.gov.cn/esb/v1/QuerySF"',
            "X-Roam-Citizen": self._about("ziyang", citizen),
        }
        raw = await self._post("ziyang", "/ShuiFeiService", text.encode("gb18030"), headers)
        answer = raw.decode("gb18030").partition("?>")[2]
        read = xmltodict.parse(
            answer, xml_attribs=False, postprocessor=lambda _, key, value: (key.split(":")[-1], value)
        )
        (reply,) = read["Envelope"]["Body"].values()
        rows = reply["Result"]["Data"]["ZD"]
        return [
            {
                "id": row["ZDBH"],
                "kind": "WATER",
                "state": "PAID" if row["JFBZ"] == "Y" else "UNPAID",
                "accountNo": masked(row["HH"]),
                "payee": "资阳市水务投资公司",
                "amount": money(row["JE"]),
                "period": row["ZQ"],
                "dueOn": dashed(row["JZRQ"]),
            }
            for row in (rows if isinstance(rows, list) else [rows])
        ]

    async def mianyang(self, citizen: Citizen) -> list[Row]:
        rows: list[Row] = []
        kinds = {"水": "WATER", "气": "GAS", "电": "ELECTRICITY"}
        while True:
            variables = {"u": citizen.pairwise["mianyang"], "skip": len(rows), "take": PAGE}
            body = orjson.dumps({"query": MIANYANG_BILLS, "variables": variables})
            token = self._about("mianyang", citizen)
            headers = {"X-Open-Token": self._reveal("MIANYANG_OPEN_TOKEN"), "X-Roam-Citizen": token}
            page = orjson.loads(await self._post("mianyang", "", body, headers))["data"]["bills"]
            rows += [
                {
                    "id": row["id"],
                    "kind": kinds[row["type"]],
                    "state": "PAID" if row["paid"] else "UNPAID",
                    "accountNo": masked(row["meterNo"]),
                    "payee": row["company"],
                    "amount": fen(row["amountFen"]),
                    "period": row["month"],
                    "dueOn": row["due"],
                }
                for row in page["rows"]
            ]
            if len(rows) >= page["total"]:
                return rows

    def _about(self, city: str, citizen: Citizen) -> str:
        """The gateway's short token about a citizen for one call of one city."""
        audience = self._bases["chengdu_audience"] if city == "chengdu" else f"urn:roam:city:{CITY_CODES[city]}"
        return exchange(
            OnBehalf(citizen.pairwise[city], "roam-cli"),
            self._keys[city],
            issuer=self._bases["public"],
            audience=audience,
            scope="bills.list",
            acr="REAL_PERSON",
            now=datetime.now(UTC),
        )

    async def _post(self, city: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        sent = {"Content-Type": "application/json", **headers}
        async with self._session.post(self._bases[city] + path, data=body, headers=sent) as response:
            return await response.read()

    async def _token(self) -> str:
        if time.monotonic() > self._oauth[1]:
            fields = {
                "grant_type": "client_credentials",
                "scope": "roam.read roam.write",
                "client_id": self._reveal("MEISHAN_CLIENT_ID"),
                "client_secret": self._reveal("MEISHAN_CLIENT_SECRET"),
            }
            async with self._session.post(self._bases["meishan_token"], data=fields) as response:
                got = await response.json()
            self._oauth = (got["access_token"], time.monotonic() + got["expires_in"] - 60)
        return self._oauth[0]

    def _username_token(self) -> str:
        created, nonce = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", secrets.token_bytes(16)
        secret = nonce + created.encode() + self._reveal("ZIYANG_WS_PASSWORD").encode()
        digest = base64.b64encode(hashlib.sha1(secret, usedforsecurity=False).digest()).decode()
        return (
            f'<wsse:Security soap:mustUnderstand="1" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsse:UsernameToken>'
            f"<wsse:Username>{self._reveal('ZIYANG_WS_USER')}</wsse:Username>"
            f'<wsse:Password Type="{PROFILE}#PasswordDigest">{digest}</wsse:Password>'
            f'<wsse:Nonce EncodingType="{NONCE}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )


def masked(number: str) -> str:
    """First two and last four characters of an account number."""
    return f"{number[:2]}****{number[-4:]}"


def money(yuan: object) -> Row:
    """Money from yuan as a city writes it."""
    return {"amount": f"{float(str(yuan)):.2f}", "currency": "CNY"}


def fen(count: object) -> Row:
    """Money from a count of fen."""
    yuan, rest = divmod(int(str(count)), 100)
    return {"amount": f"{yuan}.{rest:02d}", "currency": "CNY"}


def dashed(day: str) -> str:
    """`20261130` to `2026-11-30`."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"
