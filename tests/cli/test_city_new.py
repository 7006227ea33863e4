"""`roam city new`, `import-catalogue` and `diff`: from nothing to a folder that passes the check, and what a change changes."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner

from cli import main
from tests.channels.deployment import PROJECT, Deployment, errors

SAMPLE = {
    "code": "0000",
    "msg": "ok",
    "data": {
        "total": 2,
        "rows": [
            {"billNo": "A1", "bizType": "水", "payFlag": "N", "acctNo": "0813000011", "corpName": "自贡水务", "fee": "38.60",
             "billMonth": "2026-10", "limitDate": "20261130", "userName": "陈晓明", "phone": "13800138000"},
            {"billNo": "A2", "bizType": "气", "payFlag": "Y", "acctNo": "0813000012", "corpName": "自贡燃气", "fee": "12.00",
             "billMonth": "2026-09", "limitDate": "20261030", "userName": "陈晓明", "phone": "13800138000"},
        ],
    },
}  # fmt: skip
SOAP = """<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
<soap:Body><QueryResponse><Result><RetCode>000</RetCode><RetMsg>ok</RetMsg><Data>
<ZD><ZDBH>1</ZDBH><HH>00112233</HH><JE>52.10</JE><JFBZ>N</JFBZ><DWMC>自贡水务</DWMC><JZRQ>20261130</JZRQ></ZD>
<ZD><ZDBH>2</ZDBH><HH>00112233</HH><JE>1.10</JE><JFBZ>Y</JFBZ><DWMC>自贡水务</DWMC><JZRQ>20261130</JZRQ></ZD>
</Data></Result></QueryResponse></soap:Body></soap:Envelope>"""
GRAPHQL = {
    "data": {"bills": {"rows": [{"id": "1", "type": "水", "fee": 5210, "state": "PAID", "company": "自贡水务"}]}}
}
BARE = [{"id": "n1", "title": "停水", "content": "管网维修", "fbsj": "2026-11-21 08:00:00", "lx": "停水"}]


def run(*words: str, given: str = "") -> tuple[int, str, str]:
    app = typer.Typer()
    for register in main.parts():
        register(app)
    ended = CliRunner().invoke(app, list(words), input=given)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment.make(tmp_path, "deyang", "ziyang", "mianyang")


def secrets_of(file: Path) -> list[str]:
    return list(dict.fromkeys(re.findall(r"secret:(ZIGONG_\w+)", file.read_text("utf-8"))))


def new(deployment: Deployment, tmp_path: Path, sample: Any, *words: str) -> tuple[int, str, str]:
    file = tmp_path / "sample.txt"
    file.write_text(sample if isinstance(sample, str) else json.dumps(sample, ensure_ascii=False), "utf-8")
    return run("city", "new", "zigong", "--root", str(deployment.root), "-y", "--sample", str(file), *words)


@pytest.mark.parametrize("proof", ["none", "api_key", "sign", "oauth2_client", "ws_security"])
@pytest.mark.parametrize(
    ("kind", "sample", "operation"),
    [("rest", SAMPLE, "bills.list"), ("soap", SOAP, "bills.list"), ("graphql", GRAPHQL, "bills.list"), ("rest", BARE, "notices.list")],
)  # fmt: skip
def test_a_new_folder_passes_the_check(
    kind: str, sample: Any, operation: str, proof: str, deployment: Deployment, tmp_path: Path
) -> None:
    """Nothing that the command writes may be wrong by the project's own rules."""
    code, out, _ = new(deployment, tmp_path, sample, "--kind", kind, "--auth", proof)
    assert code == 0, out
    assert f"roam city try zigong {operation}" in out
    assert "roam city check zigong" in out
    named = secrets_of(deployment.root / "zigong/channel.yaml")
    assert [line.split()[-1] for line in out.splitlines() if "roam secrets set" in line] == named
    assert [item for item in errors(deployment.check()) if "zigong" in item.place.path] == []
    text = (deployment.root / "zigong/channel.yaml").read_text("utf-8")
    assert "GUESS" in text
    fixture = (deployment.root / f"zigong/fixtures/{operation}.yaml").read_text("utf-8")
    assert '"items":' in fixture


def test_two_new_cities_have_two_addresses_in_the_sandbox(deployment: Deployment, tmp_path: Path) -> None:
    """One that was made before keeps its port; the sandbox's own cities have theirs."""
    new(deployment, tmp_path, SAMPLE)
    sample = str(tmp_path / "sample.txt")
    assert run("city", "new", "neijiang", "--root", str(deployment.root), "-y", "--sample", sample)[0] == 0
    told = [(deployment.root / city / "channel.sandbox.yaml").read_text("utf-8") for city in ("zigong", "neijiang")]
    assert ["127.0.0.1:8107" in told[0], "127.0.0.1:8108" in told[1]] == [True, True]


def test_the_guesses_of_a_sample(deployment: Deployment, tmp_path: Path) -> None:
    """Envelope, list, count, unit, form of days, words; each marked on its line."""
    new(deployment, tmp_path, SAMPLE)
    text = (deployment.root / "zigong/channel.yaml").read_text("utf-8")
    for line in (
        "      ok: \"code == '0000'\"",
        "      data: data",
        "      message: msg",
        "      items: rows",
        "total: total",
        "        id: billNo",
        '        state: {from: payFlag, enum: {"N": UNPAID, "Y": PAID}}',
        "        amount: {from: fee, as: money.yuan}",
        "        dueOn: {from: limitDate, as: date, format: yyyyMMdd}",
        "        accountNo: {from: acctNo, as: mask.account}",
    ):
        assert line in text, line
    mapped = text.partition("      map:\n")[2].partition("    cache")[0].splitlines()
    assert all("# GUESS 猜测" in line for line in mapped)


def test_nobody_of_the_sample_stands_in_the_fixture(deployment: Deployment, tmp_path: Path) -> None:
    """Whoever pastes an answer pastes people; equal ones stay equal."""
    new(deployment, tmp_path, SAMPLE)
    fixture = (deployment.root / "zigong/fixtures/bills.list.yaml").read_text("utf-8")
    assert "陈晓明" not in fixture
    assert "13800138000" not in fixture
    assert fixture.count("市民001") == 2


def test_a_folder_that_is_there_is_left_alone(deployment: Deployment, tmp_path: Path) -> None:
    new(deployment, tmp_path, SAMPLE)
    before = (deployment.root / "zigong/channel.yaml").read_bytes()
    code, _, error = new(deployment, tmp_path, SOAP, "--kind", "soap")
    assert code == 1
    assert "exists already" in error
    assert (deployment.root / "zigong/channel.yaml").read_bytes() == before


def test_eight_questions_are_asked(deployment: Deployment) -> None:
    """Return takes the default; the sample ends with a dot."""
    answers = [
        "zigong",
        "",
        "",
        "",
        "rest",
        "https://api.zg.example.gov.cn",
        "api_key",
        *json.dumps(SAMPLE).splitlines(),
        ".",
    ]
    code, out, _ = run("city", "new", "--root", str(deployment.root), given="\n".join(answers) + "\n")
    assert code == 0, out
    assert all(f"{number}/8" in out for number in range(1, 9))
    assert 'code: "510300"' in (deployment.root / "zigong/channel.yaml").read_text("utf-8")


def test_a_word_that_is_no_choice_is_asked_for_again(deployment: Deployment) -> None:
    """A slip at the fifth question does not cost the four answers before it."""
    answers = ["zigong", "", "", "", "rset", "REST", "", "magic", "none", json.dumps(SAMPLE), "."]
    code, out, error = run("city", "new", "--root", str(deployment.root), given="\n".join(answers) + "\n")
    assert code == 0, out
    assert "one of: rest, soap, graphql" in error
    assert "one of: none, api_key" in error
    assert "kind: rest" in (deployment.root / "zigong/channel.yaml").read_text("utf-8")


@pytest.mark.parametrize(("lang", "told"), [("zh", "没有样例"), ("en", "there is no sample")])
def test_nothing_pasted_is_told_as_such(lang: str, told: str, deployment: Deployment) -> None:
    """Not as JSON that broke off at its first character."""
    code, _, error = run("city", "new", "zigong", "--root", str(deployment.root), "-y", "--lang", lang, given=".\n")
    assert code == 2
    assert told in error
    assert not (deployment.root / "zigong").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("../x",), "an id is"),
        (("zigong", "--kind", "rset"), "--kind"),
        (("zigong", "--auth", "magic"), "--auth"),
        (("zigong", "--sample", "-"), "sample is"),
    ],
)
def test_wrong_answers_write_nothing(words: tuple[str, ...], told: str, deployment: Deployment) -> None:
    code, _, error = run("city", "new", *words, "--root", str(deployment.root), "-y", given="not a sample")
    assert code == 2
    assert told in error
    assert not (deployment.root / "zigong").exists()


LIST = "序号,责任部门,事项名称,主题分类,事项类型,系统来源,状态,完成时限,是否亮点\n1,市人社局,社保查询,社会保障,查询,市自建系统,已全面完成,2020年2月28日,是\n2,,公积金查询,住房,查询类,,未对接,3月1日,\n"


def as_xlsx(text: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["某市公共服务清单"])
    for line in text.splitlines():
        sheet.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("list.csv", LIST.encode()),
        ("list.csv", b"\xef\xbb\xbf" + LIST.encode()),
        ("list.csv", LIST.encode("gbk")),
        ("list.csv", LIST.replace(",", "\t").encode("utf-16")),
        ("list.xlsx", as_xlsx(LIST)),
    ],
    ids=["utf-8", "bom", "gbk", "utf-16", "xlsx"],
)
def test_an_official_list_becomes_a_catalogue(name: str, raw: bytes, deployment: Deployment, tmp_path: Path) -> None:
    """Headers, words and encodings as departments use them; every guess is told."""
    file = tmp_path / name
    file.write_bytes(raw)
    code, out, _ = run("city", "import-catalogue", "deyang", str(file), "--root", str(deployment.root), "--lang", "en")
    made = (deployment.root / "deyang/catalogue.csv").read_text("utf-8").splitlines()
    assert made[0] == "序列,责任单位,对接服务事项,服务主题,服务类型,事项来源,目前状态,完成时间,亮点服务,代码,猜测"
    assert made[1].startswith("1,市人社局,社保查询,社会保障,查询类,市自建系统,已全面完成,2月28日,√,DE-0001,猜测: ")
    assert made[2].startswith("2,市人社局,公积金查询,")
    assert "HF-QUERY" in made[2]
    assert "2 rows" in out
    assert code in (0, 1)


def test_the_published_list_goes_round(deployment: Deployment, tmp_path: Path) -> None:
    """411 rows of a real city: every cell as published."""
    kept = PROJECT / "cities/mianyang/catalogue.csv"
    lines = [line.rpartition(",")[0] for line in kept.read_text("utf-8").splitlines()]
    file = tmp_path / "list.csv"
    file.write_bytes("\n".join(lines).encode("gb18030"))
    code, out, _ = run(
        "city", "import-catalogue", "mianyang", str(file), "--root", str(deployment.root), "--force", "--lang", "en"
    )
    assert code == 0
    assert "ROAM-321" in out
    made = (deployment.root / "mianyang/catalogue.csv").read_text("utf-8").splitlines()
    assert [",".join(line.split(",")[:9]) for line in made] == lines
    found = errors(deployment.check(only="mianyang"))
    assert [item for item in found if item.place.path.endswith("catalogue.csv")] == []


def test_what_is_no_list_is_refused(deployment: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK not a workbook")
    root = str(deployment.root)
    assert run("city", "import-catalogue", "deyang", str(file), "--root", root)[0] == 3
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n", "utf-8")
    code, _, error = run("city", "import-catalogue", "deyang", str(file), "--root", root)
    assert code == 3
    assert "no columns for department and service" in error
    assert not (deployment.root / "deyang/catalogue.csv").exists()


def diff(deployment: Deployment, *words: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = run("city", "diff", *words, "--root", str(deployment.root), "--json")
    return code, json.loads(out)["sections"]


def test_layout_and_defaults_make_no_difference(deployment: Deployment, tmp_path: Path) -> None:
    """Only what is meant is compared."""
    other = tmp_path / "other"
    shutil.copytree(deployment.root, other)
    deployment.edit("deyang/channel.yaml", "timeout: {connect: 1s, total: 3s}", "timeout: {total: 3000ms}   # the same")
    assert diff(deployment, "--against", str(other))[0] == 0


@pytest.mark.parametrize(
    ("file", "old", "new_text", "section", "path"),
    [
        ("deyang/channel.yaml", "total: 3s", "total: 5s", "routing", "backends.gov.timeout.total"),
        ("deyang/channel.yaml", "cache: {ttl: 60s", "cache: {ttl: 90s", "privacy", "operations.bills.list.cache.ttl"),
        ("ziyang/channel.yaml", "needs: [id_number, name]", "needs: [id_number]", "privacy", "operations.social.accounts.needs"),
        ("ziyang/channel.yaml", "to: [chengdu, meishan]", "to: [chengdu]", "roaming", "roaming.offers[0].to"),
        ("agreements/2026-006-ziyang-water.yaml", "until: 2029-06-30", "until: 2030-06-30", "roaming", "agreements.2026-006.valid.until"),
    ],
)  # fmt: skip
def test_a_change_stands_in_its_section(
    file: str, old: str, new_text: str, section: str, path: str, deployment: Deployment, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(deployment.root, other)
    deployment.edit(file, old, new_text)
    code, sections = diff(deployment, "--against", str(other))
    assert code == 1
    assert [change["path"] for change in sections[section]] == [path]
    assert sum(map(len, sections.values())) == 1


def test_changes_of_the_graph_are_weighed(deployment: Deployment, tmp_path: Path) -> None:
    """A field that goes breaks clients, a field that comes does not."""
    other = tmp_path / "other"
    shutil.copytree(deployment.root, other)
    deployment.edit("ziyang/contribute.graphql", "clause: String", "author: String")
    code, sections = diff(deployment, "ziyang", "--against", str(other))
    assert code == 1
    levels = {change["level"]: change["change"] for change in sections["graph"]}
    assert "ZiyangPolicy.clause" in levels["breaking"]
    assert "ZiyangPolicy.author" in levels["safe"]


def test_a_new_city_breaks_no_client(deployment: Deployment, tmp_path: Path) -> None:
    """`CityId` is for arguments only, so a value more is safe; and a text of several lines stays one line."""
    other = tmp_path / "other"
    shutil.copytree(deployment.root, other)
    new(deployment, tmp_path, SAMPLE, "--auth", "sign")
    code, sections = diff(deployment, "zigong", "--against", str(other))
    assert code == 1
    told = [(change["level"], change["change"]) for change in sections["graph"]]
    assert told == [("safe", "Enum value CityId.ZIGONG was added.")]
    signed = {change["path"]: change["after"] for change in sections["routing"]}["auth.proof.string"]
    assert signed.startswith('"{method}\\n{path}')


def test_against_a_revision_that_the_gateway_kept_where_it_keeps_them(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`roam city history` names the revisions; both look in the same folder without being told."""
    shutil.copytree(deployment.root / "deyang", tmp_path / ".sandbox/state/history/cities/deyang/3f0c91d2ab/deyang")
    deployment.edit("deyang/channel.yaml", "burst: 100", "burst: 90")
    monkeypatch.delenv("ROAM_STATE", raising=False)
    monkeypatch.chdir(tmp_path)
    code, sections = diff(deployment, "deyang", "--against", "3f0c")
    assert (code, [change["before"] for change in sections["routing"]]) == (1, ["100"])


def test_against_a_revision_an_environment_and_nothing(deployment: Deployment) -> None:
    git = shutil.which("git")
    assert git
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x"),
    ):
        subprocess.run([git, "-C", str(deployment.root), *words], check=True)
    assert diff(deployment, "--against", "HEAD")[0] == 0
    deployment.edit("deyang/channel.yaml", "burst: 100", "burst: 90")
    code, sections = diff(deployment, "deyang", "--against", "HEAD")
    assert (code, sections["routing"][0]["before"], sections["routing"][0]["after"]) == (1, "100", "90")
    code, sections = diff(deployment, "deyang", "--against", "prod")
    assert "backends.gov.base_url" in [change["path"] for change in sections["routing"]]
    for against in ("nonsense", "--output=x"):
        assert run("city", "diff", "--root", str(deployment.root), f"--against={against}")[0] in (2, 3)
