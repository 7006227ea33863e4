"""The two pages of the provider: choose a persona, and what went wrong. No script, no other host.

A page may be framed by loopback origins only (the test console signs in silently in a hidden frame), and its form
may lead only there.
"""

from collections.abc import Iterable, Mapping
from html import escape

from starlette.responses import HTMLResponse

from identity.masking import mask_name
from sandbox.idp.authorization import origin
from sandbox.idp.clients import Client
from sandbox.idp.levels import LEVELS
from sandbox.idp.provider import CITIES_BY_CODE
from sandbox.personas import PROVINCE, Persona

_LOOPBACK = "http://127.0.0.1:* http://localhost:*"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        f"form-action 'self' {_LOOPBACK}; frame-ancestors 'self' {_LOOPBACK}"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#777;--mark:#1463b8}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;padding:1.25rem;max-width:30rem}
h1{font-size:1.4rem;margin:.25rem 0 0}p{margin:.4rem 0}.soft{color:var(--soft);font-size:.9rem}
label,h2{display:block;font-size:1rem;margin:1rem 0 .4rem;font-weight:600}
select,button{font:inherit;width:100%;min-height:3rem;border:1px solid var(--line);border-radius:.6rem;background:transparent;color:inherit}
select{padding:0 .75rem}summary{cursor:pointer;padding:.6rem 0;border-top:1px solid var(--line)}
button{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:.4rem .9rem;margin:.5rem 0;text-align:left;cursor:pointer}
button:hover,button:focus-visible,select:focus-visible{border-color:var(--mark);outline:2px solid var(--mark);outline-offset:-1px}
button.hinted{border-color:var(--mark);border-width:2px}
code{color:var(--soft)}
"""


def label(persona: Persona) -> str:
    """How a persona is shown: masked name and home city, in both scripts. Never a number."""
    return f"{mask_name(persona.name)} · {_home(persona)}"


def persona_page(
    parameters: Mapping[str, str], client: Client, redirect_uri: str, personas: Iterable[Persona], hint: str
) -> HTMLResponse:
    """The choice of a persona and of a level; every other parameter is carried as it came."""
    carried = {name: value for name, value in parameters.items() if name not in ("login_hint", "prompt", "acr_values")}
    fields = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in carried.items())
    people = sorted(personas, key=lambda persona: persona.key != hint)
    staff = [persona for persona in people if persona.home_city == PROVINCE]
    named = "".join(_button(persona, hint) for persona in people if "@" not in persona.key and persona not in staff)
    body = (
        f'<p class="soft">沙箱身份提供方 Sandbox identity provider</p><h1>选择一位虚拟市民<br>Choose a persona</h1>'
        f"<p>登录到 Sign in to <b>{escape(client.zh)} {escape(client.en)}</b> <code>{escape(origin(redirect_uri))}</code></p>"
        f'<form method="get" action="authorize">{fields}<input type="hidden" name="prompt" value="none">'
        f"{_levels(parameters.get('acr_values', ''), people)}"
        f"<h2>市民 Personas</h2>{named}{_test_personas(people, hint)}{_staff(staff, hint)}</form>"
        f'<p class="soft">人物均为虚构,证件号不属于任何人。<br>Everyone here is invented; no number belongs to anybody.</p>'
    )
    return _page("登录 Sign in", body, 200)


def error_page(zh: str, en: str, status: int = 400) -> HTMLResponse:
    """A plain page for requests that cannot be answered to a client."""
    return _page(
        "无法登录 Cannot sign in", f"<h1>无法登录 Cannot sign in</h1><p>{escape(zh)}</p><p>{escape(en)}</p>", status
    )


def _levels(wanted: str, personas: list[Persona]) -> str:
    """Levels nobody here reaches are not offered; the client's own wish is chosen from the start."""
    names = [level for _, level, *_ in LEVELS]
    top = max((names.index(persona.assurance) for persona in personas), default=0)
    options = [f'<option value="{escape(wanted)}">{_as_wished(wanted)}</option>']
    options += [f'<option value="{acr}">{acr} · {zh} {en}</option>' for acr, _, zh, en in LEVELS[: top + 1]]
    return f'<label for="level">实名等级 Assurance level</label><select id="level" name="acr_values">{"".join(options)}</select>'


def _as_wished(wanted: str) -> str:
    return f"应用要求的 As the application asks: {escape(wanted)}" if wanted else "本人最高等级 The persona's own"


def _test_personas(personas: list[Persona], hint: str) -> str:
    found = ""
    for code, (zh, en) in CITIES_BY_CODE.items():
        here = [persona for persona in personas if "@" in persona.key and persona.home_city == code]
        if here:
            opened = " open" if any(persona.key == hint for persona in here) else ""
            buttons = "".join(_button(persona, hint) for persona in here)
            found += f"<details{opened}><summary>{zh} {en} · 测试 test</summary>{buttons}</details>"
    return found


def _staff(operators: list[Persona], hint: str) -> str:
    """Who signs in to the console; open where one of them is hinted at."""
    if not operators:
        return ""
    opened = " open" if any(persona.key == hint for persona in operators) else ""
    buttons = "".join(_button(persona, hint, persona.name) for persona in operators)
    return f"<details{opened}><summary>运营人员 Operators · 控制台 console</summary>{buttons}</details>"


def _button(persona: Persona, hint: str, shown: str = "") -> str:
    mark = ' class="hinted"' if persona.key == hint else ""
    text = f"<span>{escape(shown or label(persona))}</span><code>{escape(persona.key)}</code>"
    return f'<button name="login_hint" value="{escape(persona.key)}"{mark}>{text}</button>'


def _home(persona: Persona) -> str:
    return " ".join(CITIES_BY_CODE.get(persona.home_city, (persona.home_city,)))


def _page(title: str, body: str, status: int) -> HTMLResponse:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style>"
    )
    text = f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'
    return HTMLResponse(text, status, headers=HEADERS)
