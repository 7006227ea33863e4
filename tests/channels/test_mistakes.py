"""The eighteen mistakes that operators make: each gives one error, at its place, in both languages, with a way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors, rendered

DEYANG = "deyang/channel.yaml"
Edit = Callable[[Deployment], None]


def change(old: str, new: str, file: str = DEYANG) -> Edit:
    return lambda deployment: deployment.edit(file, old, new)


def save_as_gbk(deployment: Deployment) -> None:
    path = deployment.root / DEYANG
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))


AGAIN = "  - {code: WATER-QUERY, name: {zh: 水费}, theme: BILLS, type: QUERY, department: 德阳市自来水公司, status: NOT_STARTED}\n"

# name: the edit; code, line:column; a part of the English help; a part of the Chinese line
MISTAKES: dict[str, tuple[Edit, str, str, str, str]] = {
    "wrong type": (
        change("max_concurrent: 40", "max_concurrent: forty"),
        "ROAM-207 45:32", "`max_concurrent` must be a whole number, found `forty`", "", "`max_concurrent` 类型不对:应为整数,实际 `forty`",
    ),
    "unknown field": (
        change("    timeout: {connect: 1s, total: 3s}", "    timeouts: {connect: 1s, total: 3s}"),
        "ROAM-201 42:5", "unknown field `timeouts`", "did you mean `timeout`? allowed here: base_url, auth", "未知字段 `timeouts`",
    ),
    "misspelt kind": (
        change("kind: rest", "kind: rset"),
        "ROAM-203 34:11", "`rset` is not one of: rest, soap, graphql, federation", "did you mean `rest`?", "`rset` 不在可选值内",
    ),
    "duration without a unit": (
        change("cache: {ttl: 60s", "cache: {ttl: 60"),
        "ROAM-205 87:18", "`60` is not a duration", "write a unit: `60s` or `60ms`", "`60` 不是时长",
    ),
    "full-width colon": (
        change("  id: deyang", "  id：deyang"),
        "ROAM-103 5:5", "full-width colon `：` after a key", "type an ASCII colon followed by a space: `id: `", "键后面用了全角冒号",
    ),
    "file saved as GBK": (
        save_as_gbk,
        "ROAM-101 2:3", "file is not UTF-8 (it is GBK", "roam fmt --to-utf8", "文件不是 UTF-8 编码",
    ),
    "duplicate key": (
        change("        amount: {from: fee,", "        payee: company\n        amount: {from: fee,"),
        "ROAM-106 83:9", "duplicate key `payee`", "keep just one", "重复的键 `payee`",
    ),
    "bad mapping expression": (
        change('|| args.kinds[0]"', '|| args.kinds[0"'),
        "ROAM-401 69:60", "bad mapping expression", "roam explain mapping", "映射表达式有误",
    ),
    "Chinese field name not quoted": (
        change("""from: '"状态"'""", "from: 状态", "leshan/channel.yaml"),
        "ROAM-401 60:23", "Unknown token 状", "need double quotes", "映射表达式有误",
    ),
    "unknown canonical field": (
        change("        dueOn: {from: limitDate", "        dueDate: {from: limitDate"),
        "ROAM-403 85:9", "`Bill` has no field `dueDate`", "did you mean", "规范类型 `Bill` 没有字段 `dueDate`",
    ),
    "required field not mapped": (
        change("        payee: corpName\n", ""),
        "ROAM-404 77:7", "required field `payee: String!` of `Bill` is not mapped", "add `payee: <path>`", "的必填字段 `payee: String!` 没有映射",
    ),
    "fen or yuan": (
        change("amount: {from: fee, as: money.fen}", "amount: fee"),
        "ROAM-408 83:9", "`amount` is Money", "add `as: money.fen` or `as: money.yuan`", "`amount` 是金额",
    ),
    "enum value that does not exist": (
        change('"0": UNPAID', '"0": UNPAYED'),
        "ROAM-407 80:44", "`UNPAYED` is not a value of BillState", "did you mean `UNPAID`?", "`UNPAYED` 不是 BillState 的取值",
    ),
    "literal secret": (
        change("key: secret:DEYANG_APP_KEY", "key: 9f8a1c0b77e24d5f9f8a1c0b77e24d5f"),
        "ROAM-204 21:10", "found a literal 9f8…(32 chars)", "refer to it as `secret:NAME`", "`key` 须为密钥引用",
    ),
    "missing secret": (
        change("key: secret:DEYANG_APP_KEY", "key: secret:DEYANG_APP_KEYS"),
        "ROAM-304 21:10", "secret DEYANG_APP_KEYS is not set in this environment", "roam secrets set DEYANG_APP_KEYS", "当前环境没有密钥 DEYANG_APP_KEYS",
    ),
    "duplicate service code": (
        change("  - {code: NOTARY,", f"{AGAIN}  - {{code: NOTARY,"),
        "ROAM-311 59:12", "is listed twice (first at line 56)", "one row per (code, department)", "重复(首次在第 56 行)",
    ),
    "city code of another city": (
        change('code: "510600"', 'code: "510700"'),
        "ROAM-301 6:9", "510700 is 绵阳市, but city.name.zh is 德阳市", "fix one of the two: 510600", "510700 是绵阳市,而 city.name.zh 写的是德阳市",
    ),
    "personal data sent but not declared": (
        change('userId: "${citizen.pairwise_id}", bizType', 'userId: "${citizen.id_number}", bizType'),
        "ROAM-501 70:5", "the request sends citizen.id_number, which `needs:` does not declare", "add `id_number` to needs", "请求会发出 citizen.id_number",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_one_error_at_its_place(name: str, tmp_path: Path) -> None:
    """An operator who breaks one thing must not have to guess which of ten messages is the cause."""
    edit, where, message, hint, chinese = MISTAKES[name]
    deployment = Deployment.make(tmp_path)
    edit(deployment)
    report = deployment.check()
    found = errors(report)
    assert [f"{item.code} {item.place.line}:{item.place.column}" for item in found] == [where]
    assert message in found[0].en
    assert hint in found[0].hint_en
    assert chinese in found[0].zh


def test_an_error_shows_its_line_and_what_is_meant(tmp_path: Path) -> None:
    """The caret must stand under the very word, also on a line that begins with Chinese."""
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.edit(DEYANG, "max_concurrent: 40", "max_concurrent: forty")
    english = rendered(deployment.check(), "en").splitlines()
    assert english[0].endswith(
        "deyang/channel.yaml:45:32: error ROAM-207 `max_concurrent` must be a whole number, found `forty`"
    )
    assert english[1:] == [
        "    45 |     bulkhead: {max_concurrent: forty, queue: 20}",
        "       |                                ^^^^^",
        "       = help: write digits alone, such as `40`; no unit",
    ]


def test_a_caret_counts_the_cells_of_chinese(tmp_path: Path) -> None:
    """A Chinese character takes two cells: the caret would else stand to the left of what is meant."""
    deployment = Deployment.make(tmp_path, "leshan")
    deployment.edit("leshan/channel.yaml", "name: {zh: 水费查询}, theme: BILLS", "name: {zh: 水费查询}, theme: BILL")
    lines = rendered(deployment.check(only="leshan"), "zh").splitlines()
    assert lines[2].index("^") == lines[1].index("BILL,") + 4
    assert "错误 ROAM-203" in lines[0]
    assert lines[3].startswith("       = 建议 是不是想写 `BILLS`?")


def test_mistakes_in_several_files_are_told_at_once(tmp_path: Path) -> None:
    """Fixing one error only to be told the next is how an afternoon goes."""
    deployment = Deployment.make(tmp_path)
    deployment.edit(DEYANG, "max_concurrent: 40", "max_concurrent: forty")
    deployment.edit(DEYANG, "        payee: corpName\n", "")
    deployment.edit("ziyang/channel.yaml", 'code: "512000"', 'code: "511400"')
    deployment.edit("services.yaml", "theme: HEALTH", "theme: HEALT")
    deployment.edit("agreements/2026-002-deyang-transit.yaml", "valid: {from: 2026-03-01", "valid: {from: 2026-13-01")
    assert sorted(item.code for item in errors(deployment.check())) == [
        "ROAM-203", "ROAM-206", "ROAM-207", "ROAM-301", "ROAM-404",
    ]  # fmt: skip
