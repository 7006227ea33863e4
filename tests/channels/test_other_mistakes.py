"""Mistakes in the files around a channel: each is one error, at its very place, in both languages.

Agreements have a file of their own, test_agreements.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.text.diagnostics import Diagnostic
from tests.channels.deployment import Deployment, errors

LIST, FACTS, REGISTER, ROOM, SECRETS = (
    "mianyang/catalogue.csv", "statistics.csv", "services.yaml", "roam.yaml", "secrets.sandbox",
)  # fmt: skip
DEYANG, ZIYANG = "deyang/contribute.graphql", "ziyang/contribute.graphql"
BILLS, SOAP = "deyang/fixtures/bills.list.yaml", "ziyang/fixtures/bills.list.yaml"
WATER, SOCIAL = "agreements/2026-006-ziyang-water.yaml", "agreements/2026-003-ziyang-social.yaml"
ISSUER = "identity:\n  issuers:\n    - {issuer: https://id.example.gov.cn, "


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """One copy for all: whoever changes a file puts it back."""
    return Deployment.make(tmp_path_factory.mktemp("room"))


def told(deployment: Deployment) -> list[Diagnostic]:
    return errors(deployment.check())


def where(found: list[Diagnostic], root: Path) -> list[str]:
    return [
        f"{Path(item.place.path).relative_to(root)}:{item.place.line}:{item.place.column} {item.code}" for item in found
    ]


def is_whole(item: Diagnostic) -> None:
    """Both languages say it, each in its own words, and nothing internal shows."""
    assert re.search("[\u4e00-\u9fff]", item.zh), item.zh
    assert item.en
    assert bool(item.hint_zh) == bool(item.hint_en)
    for text in (item.zh, item.en, item.hint_zh, item.hint_en):
        assert not re.search(r"pydantic|Input should|NoneType|Traceback|\bNone\b|[{]\w+[}]|``", text), text


# name: file, what is written instead of what (None: the whole file), where it is told and the code
CELLS = {
    "number that is none": (LIST, "\n5,", "\nx,", f"{LIST}:6:1 ROAM-322"),
    "number with a superscript": (LIST, "\n5,", "\n²,", f"{LIST}:6:1 ROAM-322"),
    "number without end": (LIST, "\n5,", "\n" + "9" * 5_000 + ",", f"{LIST}:6:1 ROAM-322"),
    "number twice": (LIST, "\n5,", "\n4,", f"{LIST}:6:1 ROAM-323"),
    "no department": (LIST, "\n5,市人力资源和社会保障局,", "\n5,,", f"{LIST}:6:3 ROAM-322"),
    "no theme": (LIST, "绑定社会保障卡,社会保障,", "绑定社会保障卡,,", f"{LIST}:2:23 ROAM-322"),
    "theme in short": (LIST, "绑定社会保障卡,社会保障,", "绑定社会保障卡,社保,", f"{LIST}:2:23 ROAM-322"),
    "type without its end": (LIST, "社会保障,办理类", "社会保障,办理", f"{LIST}:2:28 ROAM-322"),
    "a day that is none": (LIST, "2月28日,,MI-0001", "2月30日,,MI-0001", f"{LIST}:2:44 ROAM-322"),
    "a day in another form": (LIST, "2月28日,,MI-0001", "2020-02-28,,MI-0001", f"{LIST}:2:44 ROAM-322"),
    "a tick of another kind": (LIST, "2月28日,,MI-0001", "2月28日,x,MI-0001", f"{LIST}:2:50 ROAM-322"),
    "a code in small letters": (LIST, ",MI-0001\n", ",mi-0001\n", f"{LIST}:2:51 ROAM-322"),
    "a code of no register": (LIST, ",SI-QUERY\n", ",SI-QURY\n", f"{LIST}:4:53 ROAM-308"),
    "a code that offers and agreements name": (LIST, ",HF-QUERY\n", ",HF-QURY\n", f"{LIST}:111:51 ROAM-308"),
    "a code twice": (LIST, ",MI-0002\n", ",MI-0001\n", f"{LIST}:3:60 ROAM-323"),
    "a cell too many": (LIST, ",MI-0001\n", ",MI-0001,x\n", f"{LIST}:2:59 ROAM-322"),
    "a comma in a name": (LIST, "绑定社会保障卡", "绑定,社会保障卡", f"{LIST}:2:52 ROAM-322"),
    "cells too few": (LIST, ",市自建系统,已全面完成,2月28日,,MI-0001", "", f"{LIST}:2:28 ROAM-322"),
    "a full-width comma": (LIST, "绑定社会保障卡,社会", "绑定社会保障卡，社会", f"{LIST}:2:22 ROAM-103"),
    "a quote left open": (LIST, "绑定社会保障卡", '"绑定社会保障卡', f"{LIST}:2:15 ROAM-105"),
    "a column of another name": (LIST, "服务主题,", "主题,", f"{LIST}:1:16 ROAM-324"),
    "an optional column of another name": (LIST, ",代码\n", ",编码\n", f"{LIST}:1:46 ROAM-324"),
    "a column twice": (LIST, ",代码\n", ",亮点服务\n", f"{LIST}:1:46 ROAM-324"),
    "a fact of no value": (FACTS, "10000000", "many", f"{FACTS}:2:16 ROAM-322"),
    "a fact with commas": (FACTS, "10000000", "10,000,000", f"{FACTS}:2:29 ROAM-322"),
    "a fact of no day": (FACTS, "2021-07-08,", "2021-13-08,", f"{FACTS}:2:27 ROAM-322"),
    "a fact without a unit": (FACTS, "10000000,人", "10000000,", f"{FACTS}:2:25 ROAM-322"),
    "a fact of no place": (FACTS, "\n510100,", "\n5101,", f"{FACTS}:2:1 ROAM-322"),
    "a fact's column misspelt": (FACTS, ",unit,", ",unitt,", f"{FACTS}:1:28 ROAM-324"),
}  # fmt: skip
REGISTERS = {
    "a row's code misspelt": (REGISTER, "{code: SI-QUERY,", "{code: SI-QERY,", f"{REGISTER}:6:12 ROAM-308"),
    "a row gone": (REGISTER, "  - {code: SI-QUERY,", "  # - {code: SI-QUERY,", f"{REGISTER}:5:1 ROAM-308"),
    "a code twice": (REGISTER, "{code: HF-QUERY,", "{code: SI-QUERY,", f"{REGISTER}:7:12 ROAM-318"),
    "a kind twice": (REGISTER, "kinds: [WATER]", "kinds: [WATER, WATER]", f"{REGISTER}:10:140 ROAM-206"),
    "a blank name": (REGISTER, "zh: 公积金查询,", 'zh: "",', f"{REGISTER}:7:38 ROAM-207"),
    "a key of another name": (REGISTER, "{code: HF-QUERY,", "{number: HF-QUERY,", f"{REGISTER}:7:6 ROAM-201"),
    "a row with nothing": (REGISTER, "services:\n", "services:\n  - {}\n", f"{REGISTER}:6:5 ROAM-202"),
    "no rows": (REGISTER, None, 'roam: "1"\nservices: []\n', f"{REGISTER}:2:11 ROAM-206"),
}  # fmt: skip
ROOMS = {
    "an environment misspelt": (ROOM, "  sandbox:", "  sanbox:", f"{ROOM}:10:3 ROAM-306"),
    "secrets in no file": (ROOM, "secrets: secrets.sandbox", "secrets: secret.sandbox", f"{ROOM}:14:14 ROAM-108"),
    "no secrets at all": (ROOM, "    secrets: secrets.sandbox\n", "", f"{ROOM}:10:3 ROAM-304"),
    "a source of secrets that is none": (ROOM, "file:/run/secrets", "vault:/x", f"{ROOM}:8:18 ROAM-206"),
    "an overlay misspelt": (ROOM, "{overlay: staging,", "{overlay: stagin,", "chengdu/channel.staging.yaml:1:1 ROAM-310"),
    "an overlay that several cities have": (ROOM, "overlay: sandbox", "overlay: sanbox", f"{ROOM}:11:14 ROAM-310"),
    "an audience without a value": (ROOM, "roam: \"1\"\n", f'roam: "1"\n{ISSUER}audience: }}\n', f"{ROOM}:5:52 ROAM-202"),
    "a language that is none": (ROOM, "default_language: zh", "default_language: null", f"{ROOM}:5:21 ROAM-203"),
    "an operator of no name": (ROOM, "name: 运营值班", 'name: ""', f"{ROOM}:17:35 ROAM-207"),
    "an operator twice": (ROOM, "subject: operator.510600", "subject: operator", f"{ROOM}:18:19 ROAM-361"),
    "an operator of a city that is none": (ROOM, "cities: [deyang]", "cities: [deyangg]", f"{ROOM}:18:68 ROAM-313"),
    "a city twice": (ROOM, "cities: [deyang]", "cities: [deyang, deyang]", f"{ROOM}:18:76 ROAM-206"),
    "a provider of no city": (ROOM, "roam: \"1\"\n", f'roam: "1"\n{ISSUER}cities: ["519900"]}}\n', f"{ROOM}:5:52 ROAM-303"),
    "a provider of no cities": (ROOM, "roam: \"1\"\n", f'roam: "1"\n{ISSUER}cities: []}}\n', f"{ROOM}:5:51 ROAM-206"),
    "a provider's secret that nobody set": (ROOM, "roam: \"1\"\n", f'roam: "1"\n{ISSUER}sign_in: {{client_secret: secret:NOBODY}}}}\n', f"{ROOM}:5:68 ROAM-304"),
    "a secret with a colon": (SECRETS, "DEYANG_APP_KEY=x", "DEYANG_APP_KEY: x", f"{SECRETS}:10:1 ROAM-317"),
    "a secret with a full-width sign": (SECRETS, "DEYANG_APP_KEY=x", "DEYANG_APP_KEY＝x", f"{SECRETS}:10:1 ROAM-317"),
    "a secret of no value": (SECRETS, "DEYANG_APP_KEY=x", "DEYANG_APP_KEY=", f"{SECRETS}:10:1 ROAM-317"),
    "a secret in small letters": (SECRETS, "DEYANG_APP_KEY=x", "deyang_app_key=x", f"{SECRETS}:10:1 ROAM-317"),
    "a secret twice": (SECRETS, "DEYANG_APP_KEY=x", "DEYANG_APP_KEY=x\nDEYANG_APP_KEY=y", f"{SECRETS}:11:1 ROAM-317"),
    "a secret that several cities use": (SECRETS, "GATEWAY_TOKEN_KEY=x\n", "", "deyang/channel.yaml:266:64 ROAM-304"),
    "a binding of no row": ("mianyang/channel.yaml", "    HF-QUERY:   {", "    HF-QURY:   {", "mianyang/channel.yaml:41:5 ROAM-325"),
    "a list that is not there": ("mianyang/channel.yaml", "file: catalogue.csv", "file: catalog.csv", "mianyang/channel.yaml:38:9 ROAM-108"),
}  # fmt: skip
CLAIMS = {
    "an agreement too narrow": (WATER, "claims: [ID_NUMBER]", "claims: [PAIRWISE_ID]", f"{WATER}:9:9 ROAM-502"),
    "an agreement without claims": (WATER, "claims: [ID_NUMBER]", "claims: []", f"{WATER}:9:9 ROAM-502"),
    "an agreement that lacks one of two": (SOCIAL, "claims: [ID_NUMBER, NAME]", "claims: [NAME]", f"{SOCIAL}:9:9 ROAM-502"),
    "an offer too narrow": ("ziyang/channel.yaml", "claims: [ID_NUMBER, NAME]}", "claims: [NAME]}", "ziyang/channel.yaml:160:62 ROAM-502"),
    "an offer without claims": ("ziyang/channel.yaml", ", claims: [ID_NUMBER, NAME]}", "}", "ziyang/channel.yaml:160:7 ROAM-502"),
    "an operation that asks for more": ("ziyang/channel.yaml", "needs: [id_number, name]", "needs: [id_number, name, phone]", "ziyang/channel.yaml:55:30 ROAM-502"),
    "an agreement past its end": (WATER, "until: 2029-06-30", "until: 2026-11-21", f"{WATER}:11:34 ROAM-316"),
}  # fmt: skip
SDL = {
    "a type without the prefix": (DEYANG, "type DeyangShuttle", "type Shuttle", f"{DEYANG}:11:6 ROAM-352"),
    "a type with a small prefix": (DEYANG, "type DeyangShuttle", "type deyangShuttle", f"{DEYANG}:11:6 ROAM-352"),
    "a canonical type again": (DEYANG, "type DeyangShuttle", "type Bill", f"{DEYANG}:11:6 ROAM-352"),
    "the mounted type without the prefix": (DEYANG, "type DeyangLocal", "type Local", f"{DEYANG}:2:6 ROAM-352"),
    "a type that nobody knows": (DEYANG, "nextDeparture: DateTime", "nextDeparture: Datetime", f"{DEYANG}:11:77 ROAM-351"),
    "a directive that nobody knows": (DEYANG, "@assurance(", "@asurance(", f"{DEYANG}:4:34 ROAM-351"),
    "a directive's value that is none": (DEYANG, "level: REAL_NAME", "level: REALNAME", f"{DEYANG}:4:52 ROAM-351"),
    "a directive's argument misspelt": (DEYANG, "level: REAL_NAME", "lvel: REAL_NAME", f"{DEYANG}:4:45 ROAM-351"),
    "a directive without its argument": (DEYANG, "@assurance(level: REAL_NAME)", "@assurance", f"{DEYANG}:4:34 ROAM-351"),
    "an argument of another name": (ZIYANG, "policies(keyword:", "policies(keyWord:", "ziyang/channel.yaml:152:40 ROAM-410"),
    "a keyword misspelt": (DEYANG, "type DeyangShuttle", "tpye DeyangShuttle", f"{DEYANG}:11:1 ROAM-351"),
    "no colon": (DEYANG, "line: String!", "line String!", f"{DEYANG}:11:27 ROAM-351"),
    "a full-width colon": (DEYANG, "line: String!", "line： String!", f"{DEYANG}:11:26 ROAM-103"),
    "a full-width exclamation mark": (DEYANG, "line: String!", "line: String！", f"{DEYANG}:11:34 ROAM-103"),
    "a Chinese quote": (DEYANG, '"摆渡车班次。', "“摆渡车班次。", f"{DEYANG}:10:1 ROAM-103"),
    "no quote": (DEYANG, '"摆渡车班次。', "摆渡车班次。", f"{DEYANG}:10:1 ROAM-351"),
    "a NUL": (DEYANG, "line: String!", "line\x00: String!", f"{DEYANG}:11:26 ROAM-109"),
    "a field twice": (DEYANG, "line: String! from", "line: String! line: String! from", f"{DEYANG}:11:36 ROAM-351"),
    "a type twice": (DEYANG, "extend type", "type DeyangShuttle { x: Int }\nextend type", f"{DEYANG}:12:6 ROAM-351"),
    "a field of the introspection": (ZIYANG, "clause: String", "__clause: String", f"{ZIYANG}:7:36 ROAM-351"),
    "an argument of an output type": (ZIYANG, "keyword: String!", "keyword: ZiyangPolicy!", f"{ZIYANG}:4:21 ROAM-351"),
    "two marks": (DEYANG, "(level: REAL_NAME)", "(level: REAL_NAME) @public", f"{DEYANG}:4:3 ROAM-351"),
    "a field without a mark": (DEYANG, "line: String!", 'line: String! @op(id: "bills.list")', f"{DEYANG}:11:22 ROAM-351"),
    "a scalar": (DEYANG, "extend type", "scalar Foo\nextend type", f"{DEYANG}:12:1 ROAM-356"),
    "LocalRoot misspelt": (DEYANG, "extend type LocalRoot", "extend type LocalRot", f"{DEYANG}:12:13 ROAM-356"),
    "LocalRoot defined": (DEYANG, "extend type LocalRoot", "type LocalRoot", f"{DEYANG}:12:6 ROAM-355"),
    "another city's name": (DEYANG, "{ deyang: DeyangLocal }", "{ ziyang: DeyangLocal }", f"{DEYANG}:12:25 ROAM-355"),
    "a field without an operation": (DEYANG, "  shuttleLines:", "  shuttleLine:", f"{DEYANG}:6:3 ROAM-353"),
    "an empty file": (DEYANG, None, "# nothing\n", f"{DEYANG}:1:1 ROAM-107"),
}  # fmt: skip
FIXTURES = {
    "an argument that is none": (BILLS, "args: {kinds:", "args: {kins:", f"{BILLS}:4:12 ROAM-410"),
    "a field that the row cannot have": (BILLS, "DY202610-1, kind:", "DY202610-1, kid:", f"{BILLS}:17:48 ROAM-602"),
    "a case that expects nothing": (BILLS, "expect: {items: 0}", "expect: {}", f"{BILLS}:20:5 ROAM-602"),
    "a name twice": (BILLS, "name: 限流", "name: 未绑定", f"{BILLS}:24:5 ROAM-602"),
    "a status that is none": (BILLS, "status: 200", "status: 20", f"{BILLS}:7:15 ROAM-206"),
    "two bodies": (BILLS, '{status: 200, json: {code: "0"', '{status: 200, text: x, json: {code: "0"', f"{BILLS}:19:5 ROAM-602"),
    "an error that is none": (BILLS, "error: RATE_LIMITED", "error: RATE_LIMITD", f"{BILLS}:26:21 ROAM-203"),
    "an operation that is none": (BILLS, "operation: bills.list", "operation: bills.lst", f"{BILLS}:1:12 ROAM-601"),
    "no cases": (BILLS, None, "operation: bills.list\ncases: []\n", f"{BILLS}:2:8 ROAM-206"),
    "bytes that are not Base64": (SOAP, "base64: PD94", "base64: P!D94", f"{SOAP}:7:15 ROAM-206"),
    "an answer that is not XML": (SOAP, "base64: PD94", 'text: "<a><b>" # ', "ziyang/channel.yaml:87:14 ROAM-603"),
    "a code that the table lacks": (BILLS, 'payFlag: "0"', 'payFlag: "7"', "deyang/channel.yaml:80:9 ROAM-603"),
    "an amount without end": (BILLS, "fee: 3860", "fee: " + "9" * 5_000, "deyang/channel.yaml:83:9 ROAM-603"),
    "an amount that is a word": (BILLS, "fee: 3860", "fee: abc", "deyang/channel.yaml:83:9 ROAM-603"),
    "a number of no end": (BILLS, "fee: 3860", f"fee: {'9' * 30}", "deyang/channel.yaml:83:9 ROAM-603"),
    "a row without a required field": (BILLS, "corpName: 德阳市自来水公司, fee: 3860", "fee: 3860", "deyang/channel.yaml:82:9 ROAM-603"),
    "a list elsewhere": (BILLS, "          total: 2\n          list:", "          total: 2\n          lst:", "deyang/channel.yaml:76:14 ROAM-603"),
}  # fmt: skip
EDITS = {
    f"{part}: {name}": edit
    for part, edits in (
        ("list", CELLS), ("register", REGISTERS), ("room", ROOMS), ("claims", CLAIMS), ("sdl", SDL), ("fixture", FIXTURES),
    )
    for name, edit in edits.items()
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_one_error_at_its_very_place(name: str, deployment: Deployment) -> None:
    """Whoever breaks one thing is told one thing, with line and column, and can read it."""
    file, old, new, place = EDITS[name]
    path = deployment.root / file
    before = path.read_bytes()
    try:
        if old is None:
            path.write_text(new, "utf-8")
        else:
            deployment.edit(file, old, new)
        found = told(deployment)
    finally:
        path.write_bytes(before)
    assert where(found, deployment.root) == [place], [item.en for item in found]
    is_whole(found[0])


RENAMED = {
    "agreements/2026-006-ziyang-water.yaml": ("agreements/2026-006-ziyang-water.yml", "agreements/2026-006-ziyang-water.yml", "ROAM-319"),
    "agreements/2026-005-meishan-accounts.yaml": ("agreements/2026-005-meishan-accounts.yaml.txt", "agreements/2026-005-meishan-accounts.yaml.txt", "ROAM-319"),
    "deyang/fixtures/bills.list.yaml": ("deyang/fixtures/bills.list.yml", "deyang/fixtures/bills.list.yml", "ROAM-319"),
    "deyang/fixtures": ("deyang/fixture", "deyang/fixture", "ROAM-319"),
    "deyang/channel.sandbox.yaml": ("deyang/channel.sandbx.yaml", "deyang/channel.sandbx.yaml", "ROAM-310"),
    "deyang/channel.yaml": ("deyang/channel.yml", "deyang", "ROAM-319"),
    "deyang/contribute.graphql": ("deyang/contribute.gql", "deyang/channel.yaml", "ROAM-108"),
    "deyang": ("deyangg", "deyangg/channel.yaml", "ROAM-302"),
    "mianyang/catalogue.csv": ("mianyang/catalog.csv", "mianyang/channel.yaml", "ROAM-108"),
    "agreements": ("agreement", "agreement", "ROAM-319"),
    "statistics.csv": ("statistic.csv", "statistic.csv", "ROAM-319"),
    "secrets.sandbox": ("secret.sandbox", "roam.yaml", "ROAM-108"),
    "services.yaml": ("services.yml", "services.yaml", "ROAM-108"),
    "roam.yaml": ("roam.yml", "roam.yaml", "ROAM-108"),
}  # fmt: skip


@pytest.mark.parametrize("name", RENAMED)
def test_a_file_of_another_name_is_one_error(name: str, deployment: Deployment) -> None:
    """What nobody reads looks right and does nothing; Notepad adds `.txt` by itself."""
    other, file, code = RENAMED[name]
    (deployment.root / name).rename(deployment.root / other)
    try:
        found = told(deployment)
    finally:
        (deployment.root / other).rename(deployment.root / name)
    assert [(str(Path(item.place.path).relative_to(deployment.root)), item.code) for item in found] == [(file, code)]
    is_whole(found[0])


SAVED: dict[str, Callable[[str], bytes]] = {
    "GBK": lambda text: text.encode("gb18030"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "nothing": lambda text: b"",
    "Unicode without a mark": lambda text: text.encode("utf-16-le"),
}


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize(
    "file", [ROOM, REGISTER, WATER, LIST, FACTS, DEYANG, BILLS, "deyang/channel.sandbox.yaml", SECRETS]
)
def test_a_file_saved_in_another_way_is_one_error(file: str, saved: str, deployment: Deployment) -> None:
    """A file of secrets that is empty leaves the environment without any."""
    path = deployment.root / file
    before = path.read_bytes()
    path.write_bytes(SAVED[saved](before.decode("utf-8")))
    try:
        found = told(deployment)
    finally:
        path.write_bytes(before)
    empty = "ROAM-304" if file == SECRETS else "ROAM-107"
    assert [item.code for item in found] == [empty if saved == "nothing" else "ROAM-101"]
    assert found[0].place.path.endswith(ROOM if file == SECRETS and saved == "nothing" else file)
    is_whole(found[0])


def test_a_list_with_other_separators_is_one_error(deployment: Deployment) -> None:
    """What a spreadsheet calls CSV depends on the language of Windows."""
    path = deployment.root / LIST
    before = path.read_text("utf-8")
    try:
        for separator, place in ((";", 3), ("\t", 3)):
            path.write_text(before.replace(",", separator), "utf-8")
            assert where(told(deployment), deployment.root) == [f"{LIST}:1:{place} ROAM-324"]
        path.write_text(before.splitlines()[0] + "\n", "utf-8")
        assert where(told(deployment), deployment.root) == [f"{LIST}:1:1 ROAM-324"]
    finally:
        path.write_text(before, "utf-8")


def test_columns_that_a_spreadsheet_leaves_blank_are_no_mistake(deployment: Deployment) -> None:
    """A cell that was once touched makes a column of nothing."""
    path = deployment.root / LIST
    before = path.read_text("utf-8")
    try:
        path.write_text(before.replace("\n", ",,\n"), "utf-8")
        assert told(deployment) == []
    finally:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize(
    "text",
    [
        '5,市人力资源和社会保障局,"城镇职工养老保险,缴费","社会保障",查询类,市自建系统,已全面完成,2月28日,,MI-9999\n',
        '5,市人力资源和社会保障局,"说""你好""",社会保障,查询类,市自建系统,已全面完成,2月28日,\n',
        '5,市人力资源和社会保障局,"两行\n名称",社会保障,查询类,市自建系统,已全面完成,2月28日,,\n',
        "\n5,市人力资源和社会保障局,名称，有逗号,社会保障,查询类,市自建系统,已全面完成,2月28日,,,,\n",
    ],
)
def test_what_csv_allows_is_no_mistake(text: str, deployment: Deployment) -> None:
    """RFC 4180: quotes, doubled quotes, line breaks in quotes; and what spreadsheets leave behind."""
    path = deployment.root / LIST
    before = path.read_text("utf-8")
    lines = before.splitlines(keepends=True)
    try:
        path.write_text("".join([*lines[:5], text, *lines[6:]]), "utf-8")
        assert told(deployment) == []
    finally:
        path.write_text(before, "utf-8")


def test_the_published_oddities_are_asked_about_as_warnings(deployment: Deployment) -> None:
    """One name and ten dates are blank in the list as it was published; it is taken as it is."""
    found = [item for item in deployment.check().found if item.place.path.endswith(LIST)]
    assert [(item.code, item.severity) for item in found] == [("ROAM-321", "warning")] * 11
    assert [item.place.line for item in found] == [377, *range(379, 389)]
