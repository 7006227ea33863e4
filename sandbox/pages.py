"""Web pages of a sandbox city: one-time service entries and the cashier.

`/web/<service>?ticket=…` opens a service once for one citizen; a used, unknown or expired ticket gets a page that
says so. `/pages/<path>` is the public page that a service's `web` address stands for. `/cashier/<order>` shows an order, and its button pays it. Pages are Chinese and English, need no script and
no other host. Names are masked. Deliberately not here: signing and sessions of citizens.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from identity.masking import mask_name
from sandbox.personas import PERSONAS
from sandbox.service_names import service_name
from sandbox.store import Row
from sandbox.world import World

TICKET_LIFE = timedelta(minutes=5)
MIANYANG_ROWS = 411  # of the official list: each has a page
# The public pages of each city's own site, without the slash at their start.
PUBLIC_PAGES: Mapping[str, frozenset[str]] = {
    "chengdu": frozenset({"edu", "rail", "coach", "panda"}),
    "deyang": frozenset({"notary", "shuttle", "credit"}),
    "meishan": frozenset({"estate"}),
    "ziyang": frozenset({"marriage", "policy"}),
    "mianyang": frozenset(f"s/{row}" for row in range(1, MIANYANG_ROWS + 1)),
    "leshan": frozenset({"buddha"}),
}
CITY_NAMES: Mapping[str, tuple[str, str]] = {
    "chengdu": ("成都市", "Chengdu"),
    "deyang": ("德阳市", "Deyang"),
    "meishan": ("眉山市", "Meishan"),
    "ziyang": ("资阳市", "Ziyang"),
    "mianyang": ("绵阳市", "Mianyang"),
    "leshan": ("乐山市", "Leshan"),
}
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
_STYLE = "body{font:16px/1.6 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}dt{color:#666}button{font:inherit;padding:.5rem 1.5rem}"


def issue_ticket(world: World, citizen: str, service: str, target: str) -> tuple[str, datetime]:
    """A one-time address for a service and when it expires.  `target` is the declared web address, kept for the page."""
    ticket = secrets.token_urlsafe(24)
    expires_at = world.now().replace(microsecond=0) + TICKET_LIFE
    body = {"service": service, "target": target, "expires_at": expires_at.isoformat(), "used": False}
    world.store.save(Row("ticket", ticket, citizen, "", body))
    return f"{world.base_url}/web/{quote(service, safe='')}?{urlencode({'ticket': ticket})}", expires_at


def web_routes(world: World) -> list[Route]:
    """The routes of the service entries and the public pages: mount them in the city's application."""

    async def enter(request: Request) -> Response:
        row = world.store.row("ticket", request.query_params.get("ticket", ""))
        if row is None or row.body["service"] != request.path_params["service"]:
            return _refused(world, 403, "入口无效", "This entry is not valid.")
        if row.body["used"]:
            return _refused(world, 410, "入口已使用,只能打开一次", "This entry was used already; it opens once.")
        if datetime.fromisoformat(row.body["expires_at"]) <= world.now():
            return _refused(world, 410, "入口已过期", "This entry has expired.")
        if request.method == "GET":  # looking at the headers of an entry does not use it up
            world.store.save(Row(row.kind, row.id, row.owner, row.rank, {**row.body, "used": True}))
        return _entry(world, row)

    async def public(request: Request) -> Response:
        path = request.path_params["path"]
        if path not in PUBLIC_PAGES[world.city]:
            return _refused(world, 404, "没有这个页面", "There is no such page.")
        told = "<p>请从城市 App 登录后办理。<br>Sign in from the city's app to use this service.</p>"
        return _page(world, 200, f"服务入口 Service entry · {path}", told)

    return [
        Route("/web/{service}", enter, methods=["GET"]),
        Route("/pages/{path:path}", public, methods=["GET"]),
    ]


def cashier_url(world: World, order: str) -> str:
    """The address of an order's cashier page."""
    return f"{world.base_url}/cashier/{quote(order, safe='')}"


def cashier_routes(
    world: World, show: Callable[[str], Mapping[str, str] | None], pay: Callable[[str], None]
) -> list[Route]:
    """The cashier's routes: `show(order)` gives the page's rows (`state` and `return_url` among them) or None; `pay(order)` pays."""

    async def cashier(request: Request) -> Response:
        order = request.path_params["order"]
        if request.method == "POST" and show(order) is not None:
            pay(order)
        shown = show(order)
        if shown is None:
            return _refused(world, 404, "没有这笔订单", "There is no such order.")
        return _cashier(world, order, shown)

    return [Route("/cashier/{order}", cashier, methods=["GET", "POST"])]


def _entry(world: World, row: Row) -> Response:
    persona = PERSONAS.get(row.owner)
    citizen = mask_name(persona.name) if persona else "市民 citizen"
    service = service_name(row.body["service"])
    facts = {"服务 Service": service, "市民 Citizen": citizen, "原址 Address": row.body["target"] or "—"}
    return _page(world, 200, f"已登录 Signed in · {service}", _facts(facts))


def _cashier(world: World, order: str, shown: Mapping[str, str]) -> Response:
    facts = {key: value for key, value in shown.items() if key not in {"state", "return_url"}}
    if shown["state"] == "PAID":
        back = shown.get("return_url", "")
        link = f'<p><a href="{escape(back)}">返回 Back</a></p>' if back.startswith(("https://", "http://")) else ""
        return _page(world, 200, "已支付 Paid", _facts(facts) + link)
    button = '<form method="post"><button>支付 Pay</button></form>'
    return _page(world, 200, "待支付 To be paid", _facts({"订单 Order": order, **facts}) + button)


def _refused(world: World, status: int, zh: str, en: str) -> Response:
    return _page(world, status, "无法打开 Cannot open", f"<p>{escape(zh)}。<br>{escape(en)}</p>")


def _facts(facts: Mapping[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items()) + "</dl>"


def _page(world: World, status: int, title: str, body: str) -> Response:
    zh, en = CITY_NAMES[world.city]
    head = f'<meta charset="utf-8"><title>{escape(title)} · {zh} {en}</title><style>{_STYLE}</style>'
    text = f'<!doctype html><html lang="zh-CN"><head>{head}</head><body><p>{zh} {en} · 沙箱 Sandbox</p><h1>{escape(title)}</h1>{body}</body></html>'
    return HTMLResponse(text, status, headers=_HEADERS)
