"""Mistakes of people who write Chinese, in the files beside a channel: each is one error, with what to type.

Where the others stand: test_other_mistakes.py, test_agreements.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.text.diagnostics import Diagnostic
from tests.channels.deployment import Deployment, errors

ROOM, REGISTER, SECRETS = "roam.yaml", "services.yaml", "secrets.sandbox"
SHARED, SOCIAL = "agreements/2026-001-chengdu-shared.yaml", "agreements/2026-003-ziyang-social.yaml"
LIST, CHANNEL = "mianyang/catalogue.csv", "mianyang/channel.yaml"
SDL, BILLS, SCORE = (
    "deyang/contribute.graphql",
    "deyang/fixtures/bills.list.yaml",
    "deyang/fixtures/local.creditScore.yaml",
)
LAUNCH, OVERLAY, EXEMPT = (
    "deyang/fixtures/account.launch.yaml",
    "deyang/channel.sandbox.yaml",
    "deyang/exemptions.yaml",
)
HEADER = "序列,责任单位,对接服务事项,服务主题,服务类型,事项来源,目前状态,完成时间,亮点服务,代码"
FIRST = "社会保障,办理类,市自建系统,已全面完成,2月28日,,MI-0001"
THROTTLED = 'json: {code: "42900", msg: 请求过于频繁}'
GAP = "- {rule: B03, reason: 改造中, until: 2027-03-31}"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """One copy for all: whoever changes a file puts it back."""
    made = Deployment.make(tmp_path_factory.mktemp("room"))
    made.write(EXEMPT, f'roam: "1"\nexemptions:\n  {GAP}\n')
    return made


def told(deployment: Deployment, file: str, change: Callable[[str], str]) -> list[Diagnostic]:
    """The errors after one change, which is taken back."""
    path = deployment.root / file
    before = path.read_bytes()
    after = change(before.decode())
    assert after.encode() != before
    path.write_text(after, "utf-8")
    try:
        return errors(deployment.check())
    finally:
        path.write_bytes(before)


def one(deployment: Deployment, file: str, change: Callable[[str], str]) -> tuple[str, Diagnostic]:
    """The only error, and where it is told."""
    (found,) = told(deployment, file, change)
    for text in (found.zh, found.en, found.hint_zh, found.hint_en):
        assert text, found
        assert not re.search(r"pydantic|Input should|NoneType|Traceback|\bNone\b|``", text), text
    assert re.search("[\u4e00-\u9fff]", found.zh), found.zh
    shown = Path(found.place.path).relative_to(deployment.root)
    return f"{shown}:{found.place.line}:{found.place.column} {found.code}", found


# name: file, what is written instead of what, where it is told, and what the advice says
MISTAKES = {
    "a value left out among braces": (SOCIAL, "signed_by: 眉山市人社局", "signed_by: ", f"{SOCIAL}:15:31 ROAM-202", "value"),
    "a reason left out": (EXEMPT, "reason: 改造中", "reason: ", f"{EXEMPT}:3:24 ROAM-202", "value"),
    "an expectation left out": (BILLS, "expect: {error: RATE_LIMITED}", "expect:", f"{BILLS}:26:12 ROAM-202", "value"),
    "an address without its scheme": (ROOM, "https://graph", "graph", f"{ROOM}:4:15 ROAM-206", "`https://graph.example.gov.cn/graphql`"),
    "a scheme with a slip": (OVERLAY, "http://127.0.0.1:8102/gateway", "htp://127.0.0.1:8102/gateway", f"{OVERLAY}:4:19 ROAM-206", "`http://127.0.0.1:8102/gateway`"),
    "a folder of secrets without its word": (ROOM, "file:/run", "/run", f"{ROOM}:8:18 ROAM-206", "`file:/run/secrets`"),
    "one city without brackets": (ROOM, "cities: [deyang]", "cities: deyang", f"{ROOM}:18:67 ROAM-207", "`[deyang]`"),
    "all cities in small letters": (ROOM, "cities: ALL", "cities: all", f"{ROOM}:17:60 ROAM-203", "`ALL`"),
    "a city by its code": (ROOM, "cities: [deyang]", 'cities: ["510600"]', f"{ROOM}:18:68 ROAM-206", "`deyang`"),
    "a city by its Chinese name": (SHARED, "consumers: [deyang", "consumers: [德阳", f"{SHARED}:6:13 ROAM-206", "`deyang`"),
    "a provider's city by a code that none has": (ROOM, "environments:", "identity: {issuers: [{issuer: https://id.gov.cn, cities: ['510601']}]}\nenvironments:", f"{ROOM}:9:59 ROAM-303", "510600 (Deyang)"),
    "an environment with a slip": (ROOM, "  sandbox:  ", "  sandobx:  ", f"{ROOM}:10:3 ROAM-306", "`sandbox` here"),
    "a name in one language": (REGISTER, "name: {zh: 在线公证,           en: Online notary}", "name: 在线公证", f"{REGISTER}:23:33 ROAM-207", "`{zh: 在线公证}`"),
    "a span for two days": (SOCIAL, "valid: {from: 2026-01-01, until: 2029-01-10}", "valid: 2026年至2029年", f"{SOCIAL}:11:8 ROAM-207", "{from: …, until: …}"),
    "brackets around one": (SOCIAL, "provider: ziyang", "provider: [ziyang]", f"{SOCIAL}:4:11 ROAM-207", "`ziyang`"),
    "ten thousand by its character": (SOCIAL, "day: 100000", "day: 10万", f"{SOCIAL}:10:30 ROAM-207", "`100000`"),
    "a day that the month lacks": (SHARED, "until: 2027-12-31", "until: 2027-11-31", f"{SHARED}:12:34 ROAM-206", "`2027-11-30`"),
    "the year last": (SHARED, "until: 2027-12-31", "until: 31.12.2027", f"{SHARED}:12:34 ROAM-206", "`2027-12-31`"),
    "another provider than signed": (SOCIAL, "provider: ziyang", "provider: deyang", f"{SOCIAL}:4:11 ROAM-315", "`ziyang`"),
    "signed next year": (SOCIAL, "signed_on: 2025-12-31", "signed_on: 2027-12-31", f"{SOCIAL}:15:51 ROAM-315", "signed text"),
    "a share for a percentage": (OVERLAY, 'roam: "1"', 'roam: "1"\nrollout: {percent: 10%}', f"{OVERLAY}:3:20 ROAM-207", "`10`"),
    "a column of another name": (LIST, "责任单位,", "牵头部门,", f"{LIST}:1:4 ROAM-324", "`责任单位`"),
    "the code's column in English": (LIST, ",代码", ",code", f"{LIST}:1:46 ROAM-324", "`代码`"),
    "the code's column without a name": (LIST, ",代码", "", f"{LIST}:1:41 ROAM-324", "代码"),
    "a column twice for another": (LIST, "亮点服务", "目前状态", f"{LIST}:1:41 ROAM-324", "`亮点服务`"),
    "a title above the header": (LIST, HEADER, f"绵阳市责任清单,,,,,,,,,\n{HEADER}", f"{LIST}:1:1 ROAM-324", "first line"),
    "cells between bars": (LIST, HEADER, HEADER.replace(",", "|"), f"{LIST}:1:3 ROAM-324", "commas"),
    "two cells the wrong way round": (LIST, FIRST, FIRST.replace("社会保障,办理类", "办理类,社会保障"), f"{LIST}:2:23 ROAM-322", "places"),
    "a cell left out": (LIST, FIRST, FIRST.replace("社会保障,", ""), f"{LIST}:2:46 ROAM-322", "comma"),
    "a day with its year": (LIST, FIRST, FIRST.replace("2月28日", "2020/2/28"), f"{LIST}:2:44 ROAM-322", "`2月28日`"),
    "a day with a point": (LIST, FIRST, FIRST.replace("2月28日", "2.28"), f"{LIST}:2:44 ROAM-322", "`2月28日`"),
    "a tick by a word": (LIST, FIRST, FIRST.replace("日,,", "日,是,"), f"{LIST}:2:50 ROAM-322", "`√`"),
    "a code with a wide dash": (LIST, FIRST, FIRST.replace("MI-0001", "ｍi–0001"), f"{LIST}:2:51 ROAM-322", "`MI-0001`"),
    "a number with a point": (LIST, "\n5,", "\n5.0,", f"{LIST}:6:1 ROAM-322", "`5`"),
    "a year with a digit too many": (CHANNEL, "year: 2020 ", "year: 20200 ", f"{CHANNEL}:39:9 ROAM-206", "1949"),
    "a page by another word": (CHANNEL, "/s/{row}", "/s/{序列}", f"{CHANNEL}:45:61 ROAM-409", "`{row}`"),
    "a page by a template": (CHANNEL, "/s/{row}", "/s/${row}", f"{CHANNEL}:45:61 ROAM-409", "`{row}`"),
    "a state that there is not": (BILLS, "state: UNPAID,", "state: UNPAYED,", f"{BILLS}:17:68 ROAM-602", "`UNPAID`"),
    "a state in the city's words": (BILLS, "state: UNPAID,", 'state: "0",', f"{BILLS}:17:68 ROAM-602", "UNPAID"),
    "an amount in fen": (BILLS, '"38.60"', "3860", f"{BILLS}:17:84 ROAM-602", "yuan"),
    "an amount without quotes": (BILLS, '"38.60"', "38.60", f"{BILLS}:17:84 ROAM-602", '"38.60"'),
    "an amount with its unit": (BILLS, '"38.60"', "38.60元", f"{BILLS}:17:84 ROAM-602", '"38.60"'),
    "a day in the city's form": (BILLS, 'dueOn: "2026-11-30"', 'dueOn: "20261130"', f"{BILLS}:17:100 ROAM-602", '"2026-11-30"'),
    "a moment without its offset": (LAUNCH, '09:21:01+08:00"', '09:21:01"', f"{LAUNCH}:9:102 ROAM-602", '"2026-11-22T09:21:01+08:00"'),
    "a number in quotes": (SCORE, "{first: {score: 712", '{first: {score: "712"', f"{SCORE}:5:29 ROAM-602", "712"),
    "an argument's value with a slip": (BILLS, "[WATER]", "[WATRE]", f"{BILLS}:4:20 ROAM-407", "`WATER`"),
    "JSON in quotes": (BILLS, THROTTLED, "json: '{\"code\": \"42900\"}'", f"{BILLS}:25:35 ROAM-602", "quotes"),
    "a claim by another name": (BILLS, "    args: {kinds", "    claims: {PHONES: x}\n    args: {kinds", f"{BILLS}:4:14 ROAM-203", "`phone`"),
    "a shared type extended": (SDL, "extend type LocalRoot", "extend type Query", f"{SDL}:12:13 ROAM-356", "shared"),
    "a type twice": (SDL, "extend type LocalRoot", "type DeyangShuttle { line: Int }\nextend type LocalRoot", f"{SDL}:12:6 ROAM-351", "one"),
    "a directive with a slip": (SDL, "@assurance", "@assurence", f"{SDL}:4:34 ROAM-351", "`@assurance`"),
    "a directive without its sign": (SDL, "@assurance", "assurance", f"{SDL}:4:34 ROAM-351", "`@assurance`"),
    "a directive without a level": (SDL, "@assurance(level: REAL_NAME)", "@assurance", f"{SDL}:4:34 ROAM-351", "level: ANONYMOUS|"),
    "a level in quotes": (SDL, "level: REAL_NAME", 'level: "REAL_NAME"', f"{SDL}:4:52 ROAM-351", "`REAL_NAME`"),
    "a type of another language": (SDL, "score: Int!", "score: Integer!", f"{SDL}:9:33 ROAM-351", "Int"),
    "a Chinese name of a field": (SDL, "line: String!", "线路: String!", f"{SDL}:11:22 ROAM-351", "letters"),
    "a comment of another language": (SDL, "extend type", "// 说明\nextend type", f"{SDL}:12:1 ROAM-351", "#"),
    "a brace left open": (SDL, "nextDeparture: DateTime }", "nextDeparture: DateTime", f"{SDL}:11:20 ROAM-105", "other half"),
    "a list left open": (SDL, "[DeyangShuttle!]", "[DeyangShuttle!", f"{SDL}:6:17 ROAM-105", "other half"),
    "a merge left half-way": (SDL, "extend type", "<<<<<<< HEAD\nextend type", f"{SDL}:12:1 ROAM-105", "<<<<<<<"),
    "a secret's name with dashes": (SECRETS, "DEYANG_APP_KEY=x", "DEYANG-APP-KEY=x", f"{SECRETS}:10:1 ROAM-317", "capitals"),
    "a secret's name as it is referred to": (SECRETS, "DEYANG_APP_KEY=x", "secret:DEYANG_APP_KEY=x", f"{SECRETS}:10:1 ROAM-317", "capitals"),
    "a secret's name as in an environment": (SECRETS, "DEYANG_APP_KEY=x", "ROAM_SECRET_DEYANG_APP_KEY=x", f"{SECRETS}:10:1 ROAM-317", "capitals"),
    "a list for a file": (EXEMPT, 'roam: "1"\nexemptions:\n  ', "", f"{EXEMPT}:1:1 ROAM-207", "roam"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "place", "advice"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_error_that_says_what_to_type(
    deployment: Deployment, file: str, old: str, new: str, place: str, advice: str
) -> None:
    """Whoever made it finds it by the place, and types what is advised."""
    where, found = one(deployment, file, lambda text: text.replace(old, new, 1))
    assert where == place
    assert advice in found.hint_en


def test_what_is_refused_of_a_claim_is_its_name_and_never_its_value(deployment: Deployment) -> None:
    """The value may be somebody's."""
    number = "510000200001010017"
    claim = f'    claims: {{id_no: "{number}"}}\n    args: {{kinds'
    where, found = one(deployment, BILLS, lambda text: text.replace("    args: {kinds", claim, 1))
    assert where == f"{BILLS}:4:14 ROAM-203"
    assert number not in found.zh + found.en + found.hint_zh + found.hint_en


EVERYWHERE = {
    "a word of their own": ("已全面完成", "已完成", f"{LIST}:2:38 ROAM-322"),
    "days as a spreadsheet writes them": (r"(\d+)月(\d+)日", r"2020/\1/\2", f"{LIST}:2:44 ROAM-322"),
    "codes in small letters": ("MI-", "mi-", f"{LIST}:2:51 ROAM-322"),
    "a column left out below the header": (r"(?m)^(\d+,[^,]*,[^,]*),[^,]*", r"\1", f"{LIST}:2:46 ROAM-322"),
    "two columns under each other's names": ("服务主题,服务类型", "服务类型,服务主题", f"{LIST}:2:28 ROAM-322"),
    "cells that were one": (r"(?m)^([234]),市人力资源和社会保障局,", r"\1,,", f"{LIST}:3:3 ROAM-322"),
}


@pytest.mark.parametrize(("old", "new", "place"), EVERYWHERE.values(), ids=EVERYWHERE.keys())
def test_what_is_wrong_in_one_way_in_many_rows_is_one_error(
    deployment: Deployment, old: str, new: str, place: str
) -> None:
    """411 rows come out of one spreadsheet: whoever set its form set it for all of them."""
    where, found = one(deployment, LIST, lambda text: re.sub(old, new, text))
    assert where == place
    assert "行" in found.zh
    assert "also lines" in found.en


def test_two_rows_that_are_wrong_in_two_ways_are_two_errors(deployment: Deployment) -> None:
    """Only what is written alike is told together."""
    found = told(
        deployment,
        LIST,
        lambda text: text.replace("已全面完成", "已完成", 1).replace("查询类,市自建系统", "查询类,市级系统", 1),
    )
    assert [item.place.line for item in found] == [2, 3]


HARMLESS = {
    "a method in small letters": (BILLS, "method: POST", "method: post"),
    "a code without quotes": (BILLS, '{billNo: DY202610-1, bizType: "01"', "{billNo: DY202610-1, bizType: 01"),
    "a column for people": (LIST, HEADER, f"{HEADER},备注"),
    "blank cells at the end": (LIST, FIRST, f"{FIRST},,,"),
    "signed on the day it begins": (SOCIAL, "signed_on: 2025-12-31", "signed_on: 2026-01-01"),
}


@pytest.mark.parametrize(("file", "old", "new"), HARMLESS.values(), ids=HARMLESS.keys())
def test_what_does_no_harm_is_no_error(deployment: Deployment, file: str, old: str, new: str) -> None:
    """A check that cries over nothing is not read."""
    assert told(deployment, file, lambda text: text.replace(old, new, 1)) == []
