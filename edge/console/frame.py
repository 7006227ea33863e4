"""What stands around every page of the console: head, top bar, notice, and the short pages that turn somebody away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from channels.deployment.operators import Operator

from .html import Child, Markup, joined, tag
from .words import Words

CHINA = ZoneInfo("Asia/Shanghai")
HOME = "/console"
REFRESH_SECONDS = 30  # of a page without script


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody has just sent in vain: the page that says why keeps it in the form."""

    action: str
    reason: str
    to: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: in which words, where, as which operator, and the word that their forms must bring back."""

    words: Words
    path: str = HOME
    operator: Operator | None = None
    csrf: str = ""
    tried: Tried | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Cities' names by slug, as far as they are known."""


def page(
    visitor: Visitor, title: str, body: Child, *, facts: Child = None, alone: bool = False, reading: bool = False
) -> bytes:
    """The whole document. `alone`: a page that stays as it is, without live updates; `reading`: one without forms to fill."""
    words = visitor.words
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · CityRoam"),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href=f"{HOME}/assets/console.css"),
        None if alone or not reading else refreshing(),
        None if alone else tag("script", src=f"{HOME}/assets/console.js", defer=True),
    )
    inside = (
        tag("a", words("skip"), href="#main", cls="skip"),
        _top(visitor, facts, alone=alone),
        tag("p", words("lost"), id="lost", cls="notice bad", role="status", hidden=True),
        tag("p", words("resting"), id="resting", cls="notice", role="status", hidden=True),
        tag("main", body, id="main"),
    )
    lang = "zh-CN" if words.lang == "zh" else "en"
    document = tag("html", tag("head", head), tag("body", inside), lang=lang)
    return f"<!doctype html>\n{document}\n".encode()


def refreshing() -> Markup:
    """For the head of a reading page: without script it loads itself anew."""
    return tag("noscript", tag("meta", http_equiv="refresh", content=REFRESH_SECONDS))


def turned_away(visitor: Visitor, title: str, why: Child, *more: Child) -> bytes:
    """A short page: what is the matter, and what one can do."""
    body = tag("section", tag("h1", title), tag("p", why), *more, cls="card narrow")
    return page(visitor, title, body, alone=True)


def sign_in_link(visitor: Visitor) -> Markup:
    """To the provider and back to this page."""
    return tag(
        "a", visitor.words("sign_in"), href=f"/auth/login?return={quote(visitor.path, safe='/')}", cls="button main"
    )


def sign_out_form(visitor: Visitor, cls: str = "plain") -> Markup:
    """One button, safe from other sites like every form here; `plain` is for the bar."""
    button = tag("button", visitor.words("sign_out"), type="submit", cls=cls)
    return tag("form", secret(visitor), button, method="post", action=f"{HOME}/sign-out")


def secret(visitor: Visitor) -> Markup:
    """The session's word, which only pages of ours know."""
    return tag("input", type="hidden", name="csrf", value=visitor.csrf)


def section(title: str, *body: Child, cls: str = "card") -> Markup:
    """One card of a page."""
    return tag("section", tag("h2", title), body, cls=cls)


def live(name: str, *body: Child, cls: str | None = None) -> Markup:
    """A part that the script brings up to date; one with forms waits while a form is open."""
    return tag("div", body, id=f"live-{name}", data_live=True, cls=cls)


def chip(words: Words, value: str, kind: str | None = None, *, text: str | None = None) -> Markup:
    """A code as a coloured word, or in a longer `text`."""
    colour = (kind or value).lower().replace("_", "-")
    return tag("span", text or words.code(value), cls=f"chip {colour}{' long' if text else ''}", title=value)


def stamp(moment: datetime | None) -> str:
    """A moment in the cities' time, to the second."""
    return "—" if moment is None else moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _top(visitor: Visitor, facts: Child, *, alone: bool) -> Markup:
    words, operator = visitor.words, visitor.operator
    other, shown = ("en", "EN") if words.lang == "zh" else ("zh", "中文")
    who: Child = None
    if operator is not None:
        own = sorted(operator.cities or ())
        reach = words("all_cities") if operator.cities is None else words.listed(visitor.names.get(s, s) for s in own)
        role = words("role_act") + f" · {reach}" if operator.acts else words("role_view")
        who = tag("span", tag("strong", operator.name), " ", tag("small", role), cls="who")
    brand = tag("a", tag("b", "CityRoam"), " ", tag("span", words("title")), href=HOME, cls="brand")
    switch = tag("a", shown, href=f"?lang={other}", hreflang=other, lang=other, cls="plain", id="language")
    out = sign_out_form(visitor) if visitor.csrf else None
    pulse = None if alone else tag("span", words("live"), cls="pulse", id="pulse", hidden=True)
    return tag("header", brand, joined(facts), tag("nav", pulse, switch, who, out), cls="top")
