"""The words of every diagnostic: code, sentence and advice in both languages.

1xx the text, 2xx the shape, 3xx what does not agree with something else, 32x the official list, 34x remarks,
4xx mappings (worded in `problems.py`), 5xx personal data, 60x fixtures, 62x and
63x what a real call shows (`roam city try`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates for `str.format_map`; `{near}` becomes "did you mean …?" or nothing."""

    code: str
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""
    severity: Literal["error", "warning", "info"] = "error"


W = Wording

MESSAGES: Mapping[str, Wording] = {
    "encoding_gbk": W("ROAM-101", "文件不是 UTF-8 编码(是 GBK,即记事本里的 ANSI)", "file is not UTF-8 (it is GBK, the 'ANSI' of Chinese Windows)", "另存为 UTF-8,或运行 roam fmt --to-utf8 {path}", "save it as UTF-8, or run: roam fmt --to-utf8 {path}"),
    "encoding": W("ROAM-101", "文件不是 UTF-8 编码", "file is not UTF-8", "另存为 UTF-8", "save it as UTF-8"),
    "tab": W("ROAM-102", "不能用制表符(Tab)", "a tab character", "改成空格", "use spaces"),
    "full_width_colon": W("ROAM-103", "键后面用了全角冒号 `：`", "full-width colon `：` after a key", "改成半角冒号加空格:`{key}: `", "type an ASCII colon followed by a space: `{key}: `"),
    "full_width": W("ROAM-103", "这里用了全角标点 `{found}`", "full-width punctuation `{found}`", "改成半角 `{right}`", "type the ASCII `{right}`"),
    "control": W("ROAM-109", "文件里有控制字符 {found}", "a control character {found}", "删去;文件可能不是文本,或在传输中损坏", "remove it; the file may not be text, or was damaged on its way"),
    "too_large": W("ROAM-108", "`{file}` 太大({size} MB),最多 {most} MB", "`{file}` is too large ({size} MB); {most} MB at most", "清单放进 catalogue.csv,录制的应答只留需要的部分", "lists belong in catalogue.csv; keep only what a fixture needs"),
    "too_deep": W("ROAM-105", "嵌套超过 {most} 层", "nested more than {most} levels deep", "检查括号和缩进", "look at brackets and indentation"),
    "colon_space": W("ROAM-105", "键 `{key}` 的冒号后面少一个空格", "no space after the colon of `{key}`", "写成 `{key}: `", "write `{key}: `"),
    "no_comma": W("ROAM-105", "两项之间少一个逗号", "a comma is missing between two entries", "在这里加上 `,`", "put a `,` here"),
    "unclosed": W("ROAM-105", "`{found}` 没有闭合", "`{found}` is not closed", "在这一行补上对应的另一半", "write its other half on this line"),
    "alias": W("ROAM-104", "不支持锚点和别名 `{name}`", "anchors and aliases are not used here: `{name}`", "把内容完整写出来", "write the content out"),
    "tag": W("ROAM-104", "不支持类型标签 `{name}`", "tags are not used here: `{name}`", "删去标签;值的类型由字段决定", "remove it: the field decides the type"),
    "syntax": W("ROAM-105", "不是合法的 YAML:{problem}", "not YAML: {problem}", "看这一行和上一行的缩进、引号、括号", "look at indentation, quotes and brackets of this line and the one above"),
    "duplicate_key": W("ROAM-106", "重复的键 `{key}`", "duplicate key `{key}`", "一般解析器会悄悄只保留最后一个;请只留一个", "YAML parsers silently keep the last one; keep just one"),
    "documents": W("ROAM-107", "一个文件只能有一个文档", "more than one document in the file", "删去 `---`", "remove `---`"),
    "empty": W("ROAM-107", "文件是空的", "the file is empty"),
    "key": W("ROAM-107", "键须是文字", "a key must be text"),
    "missing_file": W("ROAM-108", "没有文件 `{file}`", "no file `{file}`", "{hint}", "{hint}"),
    "unreadable": W("ROAM-108", "读不了 `{file}`:{reason}", "cannot read `{file}`: {reason}"),
    "unknown_field": W("ROAM-201", "未知字段 `{field}`", "unknown field `{field}`", "{near}此处可用:{choices}", "{near}allowed here: {choices}"),
    "missing": W("ROAM-202", "缺少字段 `{field}`", "missing field `{field}`", "{example}", "{example}"),
    "choice": W("ROAM-203", "`{found}` 不在可选值内:{choices}", "`{found}` is not one of: {choices}", "{near}", "{near}"),
    "secret": W("ROAM-204", "`{field}` 须为密钥引用,却写了明文 {found}", "`{field}` must be a secret reference, found a literal {found}", "密钥不写进文件:放进环境变量,再写 `secret:名称`", "secrets are never written in the file: put the value in the environment and refer to it as `secret:NAME`"),
    "duration": W("ROAM-205", "`{found}` 不是时长", "`{found}` is not a duration", "请写单位,如 3s、300ms", "write a unit: {example}"),
    "format": W("ROAM-206", "`{found}` 不是{expected}", "`{found}` is not {expected}", "{example}", "{example}"),
    "wrong_type": W("ROAM-207", "`{field}` 类型不对:应为{expected},实际 `{found}`", "`{field}` must be {expected}, found `{found}`"),
    "too_small": W("ROAM-206", "`{field}` 不能小于 {low},实际 `{found}`", "`{field}` must be at least {low}, found `{found}`"),
    "one_of": W("ROAM-208", "{fields} 须写且只写一个", "write exactly one of {fields}"),
    "body_kind": W("ROAM-209", "{kind} 后端不能用 `{field}`", "`{field}` does not go with a {kind} backend", "此类后端可用:{choices}", "with this kind: {choices}"),
    "city_name": W("ROAM-301", "{code} 是{found},而 city.name.zh 写的是{written}", "{code} is {found}, but city.name.zh is {written}", "两处改一处:{right}", "fix one of the two: {right}"),
    "folder": W("ROAM-302", "city.id 是 `{found}`,而文件夹叫 `{folder}`", "city.id is `{found}`, but the folder is called `{folder}`", "两处写成一样", "make them the same"),
    "city_code": W("ROAM-303", "行政区划代码 {code} 不在已知之列", "{code} is not a known city code", "{hint}", "{hint}", "warning"),
    "same_code": W("ROAM-303", "{code} 已是 {other} 的代码", "{code} is already the code of {other}"),
    "missing_secret": W("ROAM-304", "当前环境没有密钥 {name}", "secret {name} is not set in this environment", "运行 roam secrets set {name}", "set it with: roam secrets set {name}   (or env ROAM_SECRET_{name}, or /run/secrets/{lower})"),
    "plain_http": W("ROAM-305", "`{found}` 没有加密", "`{found}` is not encrypted", "用 https;确有专线则写 dedicated_line: 线路名", "use https, or name the line: `dedicated_line: <name>`"),
    "unknown_ref": W("ROAM-306", "{where} 里没有 `{found}`", "no `{found}` under {where}", "{near}已有:{choices}", "{near}there are: {choices}"),
    "unknown_operation": W("ROAM-307", "没有规范操作 `{found}`", "`{found}` is not a canonical operation", "{near}", "{near}"),
    "operation_shape": W("ROAM-307", "`{operation}` 要用 `{expected}`", "`{operation}` needs `{expected}`", "{example}", "{example}"),
    "unknown_service": W("ROAM-308", "共用目录里没有事项 `{found}`", "`{found}` is not in the shared register", "{near}本市自有的事项以 {prefix}- 开头", "{near}a service of the city's own begins with {prefix}-"),
    "not_declared": W("ROAM-309", "事项列出的操作 `{found}` 没有声明", "the service lists `{found}`, which `operations:` does not declare", "{near}已声明:{choices}", "{near}declared: {choices}"),
    "overlay": W("ROAM-310", "覆盖层不能改 `{found}`", "an overlay may not change `{found}`", "只能改:{choices}", "it may change: {choices}"),
    "duplicate_service": W("ROAM-311", "{department}的事项 {service} 重复(首次在第 {line} 行)", "service {service} of {department} is listed twice (first at line {line})", "每个(代码,责任单位)只一行;不同单位可共用代码", "one row per (code, department); several departments may share a code"),
    "not_listed": W("ROAM-312", "漫游开放的事项 `{found}` 不在本市目录中", "the offer names `{found}`, which this city does not list", "{near}", "{near}"),
    "unknown_city": W("ROAM-313", "没有城市 `{found}`", "there is no city `{found}`", "{near}已有:{choices}", "{near}there are: {choices}", "warning"),
    "agreement_service": W("ROAM-314", "{city} 没有事项 `{found}`", "{city} does not list `{found}`", "{near}", "{near}"),
    "agreement_dates": W("ROAM-315", "有效期的终止早于开始", "the agreement ends before it begins"),
    "agreement_id": W("ROAM-315", "协议编号 {found} 已用于 {other}", "agreement id {found} is already used by {other}"),
    "agreement_party": W("ROAM-315", "`{found}` 没有签署", "`{found}` is no signatory", "在 parties 里写上", "name it under `parties`"),
    "agreement_expired": W("ROAM-316", "协议 {id} 已于 {until} 到期", "agreement {id} ended on {until}", "续签后改 valid.until", "renew it and change valid.until", "warning"),
    "derived_state": W("ROAM-326", "`{found}` 不由人来写:它由日期和暂停标记得出", "nobody writes `{found}`: it follows from dates and flags", "暂停写 suspended: {{by, since, reason}};到期看 valid.until", "to suspend, write `suspended: {{by, since, reason}}`; EXPIRED follows from `valid.until`"),
    "agreement_self": W("ROAM-315", "`{found}` 不能既是提供方又是使用方", "`{found}` is provider and consumer at once", "从 consumers 里删去", "remove it from `consumers`"),
    "suspension_dates": W("ROAM-327", "暂停的终止早于开始", "the suspension ends before it begins"),
    "suspension_city": W("ROAM-327", "暂停标记的 city 不对:`{found}`", "the flag's `city` does not fit: `{found}`", "{near}by: consumer 时写明是哪个使用方:{choices};其他标记不写 city", "{near}with `by: consumer` name one of: {choices}; other flags have no city"),
    "quota_store": W("ROAM-328", "gateway.quotas 的 store 与 url 不相配", "`store` and `url` of gateway.quotas do not go together", "store: redis 要写 url: secret:名称;store: memory 不写 url", "with `store: redis` write `url: secret:NAME`; with `store: memory` no `url`"),
    "operator_issuer": W("ROAM-361", "此环境不信任身份服务 `{found}`", "the provider `{found}` is not trusted in this environment", "可用:{choices};不写 issuer 即第一个", "trusted: {choices}; without `issuer` it is the first"),
    "operator_twice": W("ROAM-361", "运营人员 `{found}` 重复", "the operator `{found}` is listed twice", "同一个人只写一次", "list each person once"),
    "secret_format": W("ROAM-317", "这一行不是 NAME=value", "not a NAME=value line"),
    "register_duplicate": W("ROAM-318", "共用目录里 `{found}` 重复", "`{found}` is in the register twice"),
    "token_ttl": W("ROAM-329", "令牌最长 60s,实际 `{found}`", "a token lives 60s at most, found `{found}`", "写 ttl: 60s 或更短", "write `ttl: 60s` or less"),
    "token_header": W("ROAM-329", "`{found}` 不是可用的请求头:{problem}", "`{found}` cannot be the token's header: {problem}", "换一个,如 X-Roam-Citizen", "use another one, such as X-Roam-Citizen"),
    "stray_folder": W("ROAM-319", "文件夹 `{found}` 里没有 channel.yaml", "folder `{found}` holds no channel.yaml", "{hint}", "{hint}", "warning"),
    "row_blank": W("ROAM-321", "第 {row} 项没有{column}", "row {row} has no {column}", "向提供清单的单位核实", "ask those who publish the list", "warning"),
    "row_value": W("ROAM-322", "第 {row} 项的{column} `{found}` 不认识", "row {row}: {column} `{found}` is not known", "可用:{choices}", "known: {choices}"),
    "row_duplicate": W("ROAM-323", "第 {row} 项与第 {first} 项的代码、责任单位都相同", "row {row} repeats code and department of row {first}"),
    "header": W("ROAM-324", "表头缺少 {columns}", "the header lacks {columns}"),
    "unused_binding": W("ROAM-325", "清单里没有代码 `{found}`", "the list has no code `{found}`", "{near}", "{near}", "warning"),
    "outcome_operation": W("ROAM-331", "`{found}` 答不出请求的下落", "`{found}` cannot say what became of a request", "可用:{choices}", "use: {choices}"),
    "outcome_of_read": W("ROAM-331", "`{operation}` 只读,不需要 outcome", "`{operation}` only reads: it needs no `outcome`", "删去", "remove it"),
    "outcome_number": W("ROAM-331", "outcome.match 须有 number: {number}", "outcome.match needs number: {number}", "按本网关的请求号查询", "the city is asked by our request number"),
    "outcome_needs": W("ROAM-331", "`{found}` 要用 {claim},而 `{operation}` 没有", "`{found}` needs {claim}, which `{operation}` does not send", "查询下落不能用到更多个人信息", "asking about a request may use no more personal data than the request"),
    "outcome_states": W("ROAM-331", "state 须能说出 DONE,以及 ABSENT 或 REFUSED", "`state` must be able to say DONE, and ABSENT or REFUSED", "例如 {{from: …, enum: {{\"1\": DONE, \"0\": ABSENT}}}}", "for example {{from: …, enum: {{\"1\": DONE, \"0\": ABSENT}}}}"),
    "outcome_needed": W("ROAM-332", "`{operation}` 延后送达,须有 outcome", "`{operation}` is delivered later: it needs an `outcome`", "没有它就无从知道是否送到", "without it nobody could say whether a delivery arrived"),
    "deliver_later": W("ROAM-332", "`{operation}` 不能延后送达", "`{operation}` cannot be delivered later", "可用:{choices}", "possible for: {choices}"),
    "no_outcome": W("ROAM-343", "`{operation}` 没有 outcome:结果不明时由人工核实", "`{operation}` has no `outcome`: an unknown result is settled by a person", severity="info"),
    "not_active": W("ROAM-341", "{settings} 已读入,尚未生效", "{settings}: read, not active yet", severity="info"),
    "no_agreement": W("ROAM-342", "没有协议,开放给别市的 {services} 暂不起作用", "no agreement covers the offer of {services}: it has no effect yet", severity="info"),
    "bad_sdl": W("ROAM-351", "不是合法的 GraphQL:{problem}", "not GraphQL: {problem}"),
    "sdl_prefix": W("ROAM-352", "类型 `{found}` 须以城市英文名 `{prefix}` 开头", "type `{found}` must begin with the city's English name, `{prefix}`"),
    "sdl_field": W("ROAM-353", "`{found}` 在 local: 下没有操作", "`{found}` has no operation under `local:`", "{near}补上 local.{field}", "{near}add local.{field}"),
    "local_field": W("ROAM-354", "contribute.graphql 里没有字段 `{found}`", "contribute.graphql has no field `{found}`", "{near}可用:{choices}", "{near}there are: {choices}"),
    "sdl_root": W("ROAM-355", "要在 LocalRoot 上扩展一个字段 `{slug}`", "extend LocalRoot by one field, `{slug}`", "extend type LocalRoot {{ {slug}: {prefix}Local }}", "extend type LocalRoot {{ {slug}: {prefix}Local }}"),
    "sdl_extends": W("ROAM-356", "只能扩展 LocalRoot,不能扩展 `{found}`", "only LocalRoot may be extended, not `{found}`"),
    "sdl_kind": W("ROAM-356", "contribute.graphql 只放类型和 `extend type LocalRoot`", "contribute.graphql holds types and `extend type LocalRoot` only"),
    "sdl_unmarked": W("ROAM-357", "`{found}` 会发出 {claims},却没有注明 @assurance", "`{found}` sends {claims}, and has no @assurance", "写明谁可以取:`{found}: … @assurance(level: REAL_NAME)`", "say who may have it: `{found}: … @assurance(level: REAL_NAME)`"),
    "does_not_compose": W("ROAM-358", "`{city}` 自己的类型与其他城市的合不到一起:{problem}", "what `{city}` adds to the graph does not compose with the rest: {problem}", "改 contribute.graphql;改好之前沿用上一版", "mend contribute.graphql; the last good version stays until then"),
    "bad_path": W("ROAM-401", "映射表达式有误:{problem}", "bad mapping expression: {problem}", "JMESPath 速查:roam explain mapping", "JMESPath, quick reference: roam explain mapping"),
    "bad_template": W("ROAM-409", "模板有误:{problem}", "bad template: {problem}", "可用:args、citizen、vars、page、request、batch", "known: args, citizen, vars, page, request, batch"),
    "unknown_argument": W("ROAM-410", "`{operation}` 没有参数 `{found}`", "`{operation}` has no argument `{found}`", "{near}可用:{choices}", "{near}there are: {choices}"),
    "undeclared": W("ROAM-501", "请求会发出 citizen.{claim},但 needs 没有声明", "the request sends citizen.{claim}, which `needs:` does not declare", "请加入 needs,协议与同意书据此核对", "add `{claim}` to needs; agreements and consent are checked against it"),
    "not_agreed": W("ROAM-502", "`{operation}` 要用 {claim},协议 {agreement} 没有列入", "`{operation}` needs {claim}, which agreement {agreement} does not list", "在协议 claims 里加上,或改用 PAIRWISE_ID", "add it to the agreement's claims, or do with PAIRWISE_ID"),
    "not_offered": W("ROAM-502", "`{operation}` 要用 {claim},开放条目没有列入", "`{operation}` needs {claim}, which the offer does not list", "在 claims 里加上", "add it to `claims`"),
    "public_cache": W("ROAM-503", "`{operation}` 含个人信息,不能进公共缓存", "`{operation}` carries personal data: it must not be cached for everybody", "改成 scope: citizen", "use `scope: citizen`"),
    "exemption_over": W("ROAM-346", "规则 {rule} 的豁免已于 {until} 到期", "the exemption from {rule} ended on {until}", "删去这一行,或写明新的理由和期限", "remove it, or give a new reason and end", severity="warning"),
    "exemption_reason": W("ROAM-345", "豁免须写明理由", "an exemption needs a reason", "写一句话说明原因", "say why in one sentence"),
    "fixture_operation": W("ROAM-601", "频道没有操作 `{found}`", "the channel does not declare `{found}`", "{near}已声明:{choices}", "{near}declared: {choices}"),
    "fixture_body": W("ROAM-602", "应答须写且只写 json、base64、text 之一", "a response has exactly one of json, base64, text"),
    "fixture_differs": W("ROAM-603", "用例“{case}”:{what} 应为 {expected},实际 {found}", "case “{case}”: {what} should be {expected}, is {found}", "用例在 {where};映射没错时改用例", "the case is at {where}; where the mapping is right, mend the case"),
    "stray_personal": W("ROAM-506", "在网关边缘丢弃,不进日志,不进缓存", "dropped at the edge, never logged, never cached", "请该市停止返回:{basis}", "ask the city to stop returning it: {basis}", "warning"),
    "try_unreachable": W("ROAM-621", "{reason}", "{reason}", "网关出口地址:{egress} —— 请该市放行", "gateway egress address: {egress} — ask the city to allow it"),
    "try_clock": W("ROAM-622", "该市时钟与我方相差 {skew} s:带时间戳的签名和令牌会被拒绝", "the city's clock is {skew} s from ours: signatures with a timestamp will fail", "请该市校准 NTP,或放宽时间窗;密钥本身可能是对的", "fix NTP on their side, or ask for a wider window; the key itself may be right"),
    "try_charset": W("ROAM-623", "响应体是 {actual},而响应头写的是 {declared}", "the body is {actual} although the header says {declared}", "设置 {setting}", "set {setting}"),
    "try_page": W("ROAM-624", "HTTP {status} 却是 HTML 页面:维护页或登录页", "HTTP {status} with an HTML page: a maintenance or login page", "{hint}", "{hint}"),
    "try_wrapper": W("ROAM-625", "外壳与 envelope 所写不同", "the wrapper is not what envelope describes", "{hint}", "{hint}"),
    "try_proof": W("ROAM-626", "该市不认我方的{proof}:密钥或账号不对,或未在该市登记", "the city refuses our {proof}: a wrong key or account, or one that the city has not registered", "与该市核对:{secrets};重新写入:roam secrets set {first}", "compare with the city: {secrets}; set it again: roam secrets set {first}"),
    "try_citizen_token": W("ROAM-627", "该市不认市民令牌", "the city refuses the citizen token", "请该市从 {keys} 取网关的公钥,按 aud {audience} 核验", "the city must take the gateway's public keys from {keys} and expect the audience {audience}"),
    "try_tls": W("ROAM-628", "TLS 握手失败:{reason}", "the TLS handshake failed: {reason}", "{hint}", "{hint}"),
    "try_broken_off": W("ROAM-629", "答复不完整:{reason}", "the answer is not whole: {reason}", "请该市查看其网关或负载均衡为何中途断开", "ask the city why its gateway or balancer breaks off half-way"),
    "try_timeout": W("ROAM-631", "超过 timeout.total({total}),网关到此为止", "over timeout.total ({total}); the gateway gives up here", "先不要调大超时:看缓存 cache.stale、page.size,或请该市建索引", "do not raise the timeout first: consider cache.stale, page.size, or ask the city for an index"),
    "try_slow": W("ROAM-632", "超过列表页 p95 预算 {budget} s", "over the {budget} s p95 budget for list screens", "运行 roam city report 看分布;考虑 page.size、cache.ttl", "see the distribution with: roam city report; consider page.size and cache.ttl", "warning"),
    "try_limited": W("ROAM-633", "该市限流", "the city limits our calls", "backends.{backend}.rate 调到该市允许的频率以下", "keep backends.{backend}.rate below what the city allows"),
}  # fmt: skip
