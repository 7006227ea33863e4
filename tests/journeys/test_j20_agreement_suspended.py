"""J20: an agreement is suspended or expires: effective at the next call, without a reload, told with reason and date."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from channels.declared.agreements import Suspension
from roaming.suspensions import MIGRATIONS, suspend
from sandbox.up import Stack
from storage import Database
from tests.client import FrontEnd, new_key

ROOT = Path(__file__).resolve().parents[2]
BILLS = """query B($cities: [CityId!]) { me { bills(cities: $cities) {
  nodes { id source { city { slug } } }
  coverage { city { slug } outcome code message retryAfter agreementId } } } }"""
PAY = """mutation P($input: PayBillInput!) { payBill(input: $input) {
  cashierUrl userErrors { code message city { slug } } } }"""


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def rewritten(root: Path, number: str, old: str, new: str) -> None:
    """Change the file of one agreement."""
    file = next((root / "agreements").glob(f"{number}-*.yaml"))
    text, count = re.subn(old, new, file.read_text("utf-8"), count=1)
    assert count == 1
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox in which every agreement stands differently today."""
    root = tmp_path_factory.mktemp("root") / "cities"
    shutil.copytree(ROOT / "cities", root)
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    rewritten(root, "2026-002", r"until: [0-9-]+", f"until: {yesterday}")
    rewritten(root, "2026-004", r"\Z", f'suspended: {{since: {yesterday}, reason: "接口改造"}}\n')
    rewritten(root, "2026-005", r"\Z", f'suspended: [{{by: provider, since: {tomorrow}, reason: "系统升级"}}]\n')
    flag = f'{{by: consumer, city: chengdu, since: {yesterday}, until: {tomorrow}, reason: "费用争议"}}'
    rewritten(root, "2026-006", r"\Z", f"suspended: [{flag}]\n")
    rewritten(root, "2026-007", r"\Z", "state: ARCHIVED\n")
    channel = root / "deyang" / "channel.yaml"
    channel.write_text(channel.read_text("utf-8").replace("every: 30s", "every: 1s"), "utf-8")
    with Stack.start(root, tmp_path_factory.mktemp("fallen")) as running:
        yield running


def covered(stack: Stack, persona: str, *cities: str, language: str = "zh") -> dict[str, Any]:
    """The coverage of `persona`'s bills by city."""
    front = FrontEnd(stack.gateway_url, stack.token(persona), {"accept-language": language})
    rows = front.ask(BILLS, cities=[city.upper() for city in cities]).whole()["me"]["bills"]["coverage"]
    return {row["city"]["slug"]: row for row in rows}


def verdicts(rows: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {slug: (row["outcome"], row["code"]) for slug, row in rows.items()}


def test_every_city_is_judged_by_its_own_agreement_and_the_others_answer(fallen: Stack) -> None:
    """J8 too: a city without an agreement in force is DENIED alone."""
    rows = covered(fallen, "chen", "chengdu", "deyang", "meishan", "ziyang", "mianyang")
    assert verdicts(rows) == {
        "chengdu": ("OK", None),
        "deyang": ("DENIED", "AGREEMENT_EXPIRED"),
        "meishan": ("OK", None),  # its provider's flag goes up tomorrow
        "ziyang": ("DENIED", "AGREEMENT_SUSPENDED"),
        "mianyang": ("DENIED", "NO_AGREEMENT"),
    }
    assert rows["meishan"]["agreementId"] == "2026-005"


def test_the_message_names_the_reason_and_the_date_in_both_languages(fallen: Stack) -> None:
    """A citizen who is refused asks why, and since when."""
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    zh, en = (covered(fallen, "chen", "deyang", "ziyang", "mianyang", language=each) for each in ("zh", "en"))
    assert zh["deyang"]["message"] == f"漫游协议 2026-002 已于 {yesterday} 到期。"
    assert en["deyang"]["message"] == f"The roaming agreement 2026-002 expired on {yesterday}."
    assert zh["ziyang"]["message"] == f"漫游协议 2026-006 自 {yesterday} 起由归属城市暂停,至 {tomorrow}:费用争议。"
    assert f"since {yesterday} until {tomorrow}: 费用争议." in en["ziyang"]["message"]
    assert zh["mianyang"]["message"] == "漫游协议 2026-007 已归档。"


def test_one_consumers_flag_does_not_stop_the_others(fallen: Stack) -> None:
    """Chengdu has a quarrel with Ziyang; Deyang has none."""
    assert verdicts(covered(fallen, "deng", "ziyang"))["ziyang"][1] != "AGREEMENT_SUSPENDED"
    assert covered(fallen, "deng", "ziyang")["ziyang"]["agreementId"] == "2026-006"


def test_a_single_suspension_is_the_gateways(fallen: Stack) -> None:
    """The short form, as it has always been written."""
    row = covered(fallen, "deng", "chengdu")["chengdu"]
    assert (row["code"], row["message"]) == (
        "AGREEMENT_SUSPENDED",
        f"漫游协议 2026-004 自 {today() - timedelta(days=1)} 起由网关暂停:接口改造。",
    )


def test_a_field_of_one_city_says_the_same_in_its_error(fallen: Stack) -> None:
    """Null with a code, the city, and the sentence."""
    front = FrontEnd(fallen.gateway_url, fallen.token("chen"), {"accept-language": "zh"})
    answer = front.ask("{ roam(city: DEYANG) { rideCode { payload } standing } }")
    assert answer.data["roam"]["rideCode"] is None
    assert [(e["extensions"]["code"], e["extensions"]["city"]) for e in answer.errors] == [
        ("AGREEMENT_EXPIRED", "deyang")
    ]
    assert "2026-002" in answer.errors[0]["message"]
    assert str(today() - timedelta(days=1)) in answer.errors[0]["message"]


def test_a_share_tells_the_state_the_reason_and_the_sentence(fallen: Stack) -> None:
    """An operator asks the graph why."""
    query = """query S($with: CityId!) { service(code: "WATER-QUERY") { providers(cities: [ZIYANG]) {
        share(with: $with) { allowed reason agreementId agreementState message(lang: ZH) } } } }"""

    def share(with_: str) -> Any:
        return FrontEnd(fallen.gateway_url).ask(query, **{"with": with_}).whole()["service"]["providers"][0]["share"]

    no, yes = share("CHENGDU"), share("DEYANG")
    assert (no["allowed"], no["reason"], no["agreementId"]) == (False, "AGREEMENT_SUSPENDED", "2026-006")
    assert (no["agreementState"], "费用争议" in no["message"]) == ("SUSPENDED", True)
    assert (yes["allowed"], yes["reason"], yes["agreementState"], yes["message"]) == (True, None, "ACTIVE", None)


def operate(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`roam agreement …` as an operator types it beside the running gateway."""
    command = [sys.executable, "-m", "cli.main", "agreement", *arguments]
    places = {"ROAM_ROOT": str(stack.places.root), "ROAM_STATE": str(stack.places.state)}
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "LANG": "C.UTF-8", **places}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


SUBMIT = """mutation S($form: JSON!, $key: IdempotencyKey!) { submitApplication(input: {
  city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key }) { application { id } } }"""
PROGRESS = "subscription P($id: ID!) { applicationProgress(id: $id) { id } }"


async def test_a_running_subscription_ends_at_the_next_look_and_says_why(fallen: Stack) -> None:
    """A stream holds no agreement open: the city is not asked again once the flag is up."""
    front = FrontEnd(fallen.gateway_url, await asyncio.to_thread(fallen.token, "chen"))
    form = {"title": "树倒了", "content": "路边一棵树倒了", "address": "德阳市旌阳区"}
    told = await asyncio.to_thread(front.ask, SUBMIT, form=form, key=new_key("case"))
    case = told.whole()["submitApplication"]["application"]["id"]
    url = f"{fallen.gateway_url.replace('http', 'ws', 1)}/graphql"
    async with asyncio.timeout(20), connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {front.token}"}})
        )
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": PROGRESS, "variables": {"id": case}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        assert json.loads(await socket.recv())["type"] == "next"
        flag = Suspension(by="provider", since=today(), reason="系统升级")
        async with await Database.open(fallen.places.state / "gateway.sqlite", (MIGRATIONS,)) as store:
            await suspend(store, "2026-008", flag, at=datetime.now(UTC), who="tester")
        while (ended := json.loads(await socket.recv()))["type"] == "next" and "errors" not in ended["payload"]:
            pass
    [error] = ended["payload"] if ended["type"] == "error" else ended["payload"]["errors"]
    assert (error["extensions"]["code"], error["extensions"]["city"]) == ("AGREEMENT_SUSPENDED", "deyang")
    assert "系统升级" in error["message"]


Operator = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def operator(stack: Stack) -> Iterator[Operator]:
    """`roam agreement` at the shared sandbox; whatever it suspends is resumed."""
    done: list[tuple[str, ...]] = []

    def type_(*arguments: str) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "suspend":
            at = arguments.index("--by")
            city = arguments[arguments.index("--city") :][:2] if "--city" in arguments else ()
            done.append(("resume", arguments[1], *arguments[at : at + 2], *city))
        return operate(stack, *arguments)

    yield type_
    for each in done:
        operate(stack, *each)


def test_an_operators_flag_is_obeyed_at_the_very_next_call_and_so_is_its_end(stack: Stack, operator: Operator) -> None:
    """No reload, no restart: and the other direction, and the other cities, are untouched."""
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("OK", None)
    put = operator("suspend", "2026-002", "--by", "provider", "--reason", "接口遭攻击")
    assert (put.returncode, put.stderr) == (0, "")
    rows = covered(stack, "chen", "chengdu", "deyang", "ziyang")
    assert verdicts(rows) == {
        "chengdu": ("OK", None),
        "deyang": ("DENIED", "AGREEMENT_SUSPENDED"),
        "ziyang": ("OK", None),
    }
    assert rows["deyang"]["message"] == f"漫游协议 2026-002 自 {today()} 起由提供方城市暂停:接口遭攻击。"
    assert operator("resume", "2026-002", "--by", "provider").returncode == 0
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("OK", None)


def test_the_flags_are_independent(stack: Stack, operator: Operator) -> None:
    """Two sides stopped it; when one of them is satisfied, the other still is not."""
    operator("suspend", "2026-002", "--by", "provider", "--reason", "一")
    operator("suspend", "2026-002", "--by", "gateway", "--reason", "二")
    operator("resume", "2026-002", "--by", "provider")
    row = covered(stack, "chen", "deyang")["deyang"]
    assert (row["code"], "由网关暂停:二" in row["message"]) == ("AGREEMENT_SUSPENDED", True)
    operator("resume", "2026-002", "--by", "gateway")
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("OK", None)


def test_a_consumers_flag_at_run_time_is_about_its_own_citizens(stack: Stack, operator: Operator) -> None:
    operator("suspend", "2026-002", "--by", "consumer", "--city", "chengdu", "--reason", "对账")
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("DENIED", "AGREEMENT_SUSPENDED")
    assert verdicts(covered(stack, "mian", "deyang"))["deyang"] == ("OK", None)


def test_a_flag_for_tomorrow_changes_nothing_today(stack: Stack, operator: Operator) -> None:
    tomorrow = str(today() + timedelta(days=1))
    operator("suspend", "2026-002", "--by", "gateway", "--since", tomorrow, "--reason", "检修")
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("OK", None)


def test_a_payment_under_a_suspended_agreement_is_refused_before_the_city_is_asked(
    stack: Stack, operator: Operator
) -> None:
    """The bill was read in time; the payment comes too late, and may be made again once the flag is down."""
    front = FrontEnd(stack.gateway_url, stack.token("chen"), {"accept-language": "zh"})
    bills = front.ask(BILLS, cities=["DEYANG"]).whole()["me"]["bills"]["nodes"]
    given = {
        "billId": bills[0]["id"],
        "amount": "1.00",
        "idempotencyKey": new_key("j20"),
        "returnUrl": "https://a.example",
    }
    operator("suspend", "2026-002", "--by", "gateway", "--reason", "检修")
    told = front.ask(PAY, input=given).whole()["payBill"]
    assert told["cashierUrl"] is None
    assert [(e["code"], e["city"]["slug"], "检修" in e["message"]) for e in told["userErrors"]] == [
        ("AGREEMENT_SUSPENDED", "deyang", True)
    ]


def test_the_list_shows_states_days_and_who_did_it(stack: Stack, operator: Operator) -> None:
    """What an operator sees is what the gateway obeys."""
    operator("suspend", "2026-003", "--by", "gateway", "--reason", "演练", "--who", "值班员")
    listed = operator("list")
    line, flag = next(
        (line, listed.stdout.splitlines()[at + 1])
        for at, line in enumerate(listed.stdout.splitlines())
        if line.startswith("2026-003")
    )
    assert re.match(r"2026-003  SUSPENDED +\d+ days", line)
    assert f"gateway since {today()}: 演练 (值班员, " in flag


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("suspend", "2026-999", "--by", "gateway", "--reason", "x"), 1, "no agreement 2026-999; there are 2026-001"),
        (("suspend", "2026-002", "--by", "gateway", "--reason", " "), 2, "--reason is empty"),
        (("suspend", "2026-002", "--by", "consumer", "--reason", "x"), 2, "the consumers of 2026-002 are chengdu"),
        (("suspend", "2026-002", "--by", "consumer", "--city", "meishan", "--reason", "x"), 2, "--city meishan"),
        (("suspend", "2026-002", "--by", "gateway", "--until", "2020-01-01", "--reason", "x"), 2, "--until 2020-01-01"),
        (("resume", "2026-002", "--by", "gateway"), 1, "it is not up"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    stack: Stack, arguments: tuple[str, ...], status: int, told: str
) -> None:
    found = operate(stack, *arguments)
    assert (found.returncode, told in found.stderr) == (status, True)
    assert verdicts(covered(stack, "chen", "deyang"))["deyang"] == ("OK", None)
