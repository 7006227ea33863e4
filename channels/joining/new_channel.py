"""The first files of a new city, written from a few answers and a pasted sample.  Every guess is marked as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from channels.joining.guesses import Line, lines, quoted, scalar, score
from channels.joining.sample import Sample, Wrapper, scrubbed
from channels.mapping.shape import canonical_shape
from schema.operations import OPERATIONS

GUESS = "GUESS 猜测"
KINDS = ("rest", "soap", "graphql")
PROOFS = ("none", "api_key", "sign", "oauth2_client", "ws_security")
# The service of the shared register that an operation mostly belongs to: code, theme, type.
SERVICES: Mapping[str, tuple[str, str, str, str]] = {
    "bills.list": ("WATER-QUERY", "BILLS", "QUERY", "水费查询"),
    "social.accounts": ("SI-QUERY", "SOCIAL_SECURITY", "QUERY", "社保查询"),
    "fund.accounts": ("HF-QUERY", "HOUSING", "QUERY", "公积金查询"),
    "notices.list": ("NOTICE-OUTAGE", "DAILY_LIFE", "INFO", "公告"),
    "venues.list": ("HOSP-APPT", "HEALTH", "TRANSACT", "预约挂号"),
    "applications.list": ("HOTLINE-12345", "DAILY_LIFE", "TRANSACT", "12345 诉求"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What the questions gave.  `operation`: a canonical list operation, or empty to guess it."""

    slug: str
    code: str
    zh: str
    en: str
    app: str
    kind: str
    base_url: str
    proof: str
    path: str = "/"
    operation: str = ""
    first_line: str = ""


def operation_of(sample: Sample) -> str:
    """The list operation whose fields the sample holds most of."""
    return max(
        SERVICES, key=lambda name: (score(canonical_shape(str(OPERATIONS[name].output)), sample), name == "bills.list")
    )


def channel_text(answers: Answers, sample: Sample, operation: str, codes: Iterable[str]) -> str:
    """Return: `channel.yaml`.  `codes`: of the register, to see whether the service is in it."""
    shape = canonical_shape(str(OPERATIONS[operation].output))
    parts = [
        *_head(answers),
        *_auth(answers),
        *_backend(answers, sample),
        *_services(answers, operation, codes),
        "operations:",
        f"  {operation}:",
        "    backend: city",
        *(
            []
            if operation == "notices.list"
            else [f"    needs: [pairwise_id]        # {GUESS}: 后端凭什么认市民? By what does it know a citizen?"]
        ),
        *_request(answers, sample, operation),
        *_page(sample),
        "    response:",
        *(
            [f"      items: {quoted(sample.items)}        # {GUESS}: 样例里的列表 the list in the sample"]
            if sample.items
            else ['      items: "@"']
        ),
        "      map:",
        *(f"        {line}" for line in lines(shape, sample)),
        f"    cache: {{ttl: 60s, scope: {'public' if operation == 'notices.list' else 'citizen'}}}",
    ]
    return "\n".join(parts) + "\n"


def _head(answers: Answers) -> list[str]:
    return [
        f"# yaml-language-server: $schema={answers.first_line}",
        f"# {answers.zh} · {answers.app} —— 由 roam city new 生成;{GUESS} 之处请核实后删去该注释。",
        "# Written by `roam city new`; check every GUESS, then remove its comment.",
        'roam: "1"',
        "city:",
        f"  id: {answers.slug}",
        f'  code: "{answers.code}"',
        f"  name: {{zh: {scalar(answers.zh)}, en: {scalar(answers.en)}}}",
        f"  app: {{zh: {scalar(answers.app)}}}",
        "  status: DRAFT                # 上线前改为 PILOT,再改为 LIVE",
        "  # contacts:                  # 试点前写明三类联系人 three contacts before PILOT",
        "  #   - {role: OPERATOR, name: …, phone: …}",
        "",
    ]  # fmt: skip


def _auth(answers: Answers) -> list[str]:
    name = answers.slug.upper()
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(answers.base_url))
    blocks = {
        "none": [],
        "api_key": [f"  proof: {{type: api_key, header: X-Api-Key, value: secret:{name}_API_KEY}}   # {GUESS}: 请求头的名称 the header's name"],
        "sign": [
            f"  proof:                       # {GUESS}: 待签名串和请求头按该市文档改 as the city's document says",
            "    type: sign",
            "    algorithm: hmac-sha256",
            f"    app_id: secret:{name}_APP_ID",
            f"    key: secret:{name}_APP_KEY",
            '    string: "{method}\\n{path}\\n{sorted_query}\\n{timestamp}\\n{nonce}"',
            '    put: {X-App-Id: "{app_id}", X-Timestamp: "{timestamp}", X-Nonce: "{nonce}", X-Sign: "{signature}"}',
        ],
        "oauth2_client": [
            f"  proof: {{type: oauth2_client, token_url: {scalar(origin + '/oauth/token')}, client_id: secret:{name}_CLIENT_ID, "
            f"client_secret: secret:{name}_CLIENT_SECRET}}   # {GUESS}: 令牌地址 the token's address"
        ],
        "ws_security": [f"  proof: {{type: ws_security, username: secret:{name}_WS_USER, password: secret:{name}_WS_PASSWORD}}"],
    }  # fmt: skip
    block = blocks[answers.proof]
    return ["auth:", *block, ""] if block else []


def secret_names(text: str) -> list[str]:
    """The secrets that a channel names."""
    words = text.replace(",", " ").replace("}", " ").split()
    return list(dict.fromkeys(word.removeprefix("secret:") for word in words if word.startswith("secret:")))


def _backend(answers: Answers, sample: Sample) -> list[str]:
    encoding = (
        f"    encoding: gb18030            # {GUESS}: 旧系统多用 GBK old systems mostly use GBK"
        if answers.kind == "soap"
        else ""
    )
    return [
        "backends:",
        "  city:",
        f"    kind: {answers.kind}",
        f"    base_url: {scalar(answers.base_url)}",
        *(["    auth: proof"] if answers.proof != "none" else []),
        *([encoding] if encoding else []),
        *_envelope(sample.wrapper),
        "    timeout: {connect: 1s, total: 4s}",
        "    retry: {attempts: 1}",
        f"    rate: {{per_second: 10, burst: 10}}   # {GUESS}: 问后端能承受多少 ask how much it bears",
        "    # errors: [{code: \"…\", to: ACCOUNT_NOT_LINKED}]   # 补上业务错误码 the backend's codes",
        "",
    ]  # fmt: skip


def _envelope(wrapper: Wrapper | None) -> list[str]:
    if wrapper is None:
        return []
    lines_ = [
        "    envelope:",
        f"      ok: {orjson.dumps(wrapper.ok).decode()}   # {GUESS}: 样例里是 {wrapper.value} as in the sample",
        f"      data: {quoted(wrapper.data)}",
        f"      code: {quoted(wrapper.code)}",
    ]
    return [*lines_, f"      message: {quoted(wrapper.message)}"] if wrapper.message else lines_


def _services(answers: Answers, operation: str, codes: Iterable[str]) -> list[str]:
    code, theme, kind, name = SERVICES[operation]
    own = f"{answers.en[:2].upper()}-{code}"
    listed = code if code in set(codes) else own
    assurance = "" if operation == "notices.list" else ", assurance: REAL_NAME"
    row = (
        f"{{code: {listed}, name: {{zh: {scalar(name)}}}, theme: {theme}, type: {kind}, "
        f"department: {scalar(answers.zh + '数据局')}, status: IN_DEVELOPMENT{assurance}, operations: [{operation}]}}"
    )
    return ["services:", f"  - {row}   # {GUESS}: 事项与责任单位 service and department", ""]


def _request(answers: Answers, sample: Sample, operation: str) -> list[str]:
    who = '"${citizen.pairwise_id}"'
    public = operation == "notices.list"
    told = f"# {GUESS}: 按该市接口文档改 as the city's document says"
    if answers.kind == "graphql":
        head = "query Rows" if public else "query Rows($user: ID!)"
        query = f"{head} {selection(sample.data.get('data', sample.data) if isinstance(sample.data, dict) else {})}"
        return [
            f"    request:                   {told}",
            f"      graphql: {orjson.dumps(query).decode()}",
            *([] if public else [f"      variables: {{user: {who}}}"]),
        ]
    if answers.kind == "soap":
        body = "<Query></Query>" if public else "<Query><UserId>${citizen.pairwise_id}</UserId></Query>"
        return [
            f"    request:                   {told}",
            f"      path: {scalar(answers.path)}",
            "      xml: |",
            f"        {body}",
        ]
    query_ = [] if public else [f"userId: {who}"]
    query_ += ['page: "${page.number}"'] if sample.total else []
    return [f"    request: {{method: GET, path: {scalar(answers.path)}, query: {{{', '.join(query_)}}}}}   {told}"]


def selection(data: object) -> str:
    """A GraphQL selection with the fields that an answer has."""
    if isinstance(data, list):
        return selection(data[0]) if data else ""
    if not isinstance(data, dict) or not data:
        return ""
    return "{ " + " ".join(f"{key} {inner}".strip() for key in data if (inner := selection(data[key])) or True) + " }"


def _page(sample: Sample) -> list[str]:
    if not sample.total:
        return []
    told = f"# {GUESS}: 从 1 数起的页号 pages counted from 1"
    return [f"    page: {{style: number, first: 1, size: 20, total: {quoted(sample.total)}}}   {told}"]


def overlay_text(address: str) -> str:
    """Return: `channel.sandbox.yaml`, with the address of the city's server on this machine."""
    return (
        "# 沙箱:本机上的城市服务器。 The sandbox city on this machine.\n"
        'roam: "1"\n'
        "backends:\n"
        f"  city: {{base_url: {orjson.dumps(address).decode()}, dedicated_line: loopback}}\n"
    )


def fixture_text(operation: str, sample: Sample, expect: Mapping[str, object]) -> str:
    """Return: the fixture of the scrubbed sample, with what it maps to now."""
    head = [
        f"operation: {operation}",
        "# 粘贴的样例,个人信息已替换。 The pasted sample with made-up personal data.",
        "cases:",
    ]
    if sample.xml:
        text = orjson.dumps(_scrubbed_text(sample)).decode()
        response = f"    response: {{status: 200, text: {text}}}"
    else:
        response = f"    response: {{status: 200, json: {orjson.dumps(scrubbed(sample.data)).decode()}}}"
    told = f"    expect: {orjson.dumps(dict(expect)).decode()}   # {GUESS}: 映射现在给出的 what the mapping gives now"
    return "\n".join([*head, "  - name: 样例 sample", response, told]) + "\n"


def _scrubbed_text(sample: Sample) -> str:
    """The text of an XML sample with each personal value replaced as in the data."""
    text = sample.text
    for old, new in _changed(sample.data, scrubbed(sample.data)):
        text = text.replace(f">{old}<", f">{new}<")
    return text


def _changed(old: object, new: object) -> Sequence[tuple[str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [pair for key in old for pair in _changed(old[key], new[key])]
    if isinstance(old, list) and isinstance(new, list):
        return [pair for one, other in zip(old, new, strict=True) for pair in _changed(one, other)]
    return [(str(old), str(new))] if old != new else []


__all__ = ["Answers", "Line", "channel_text", "fixture_text", "operation_of", "overlay_text", "secret_names"]
