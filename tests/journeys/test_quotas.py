"""Quotas through the public graph: so many crossings a day under an agreement, then QUOTA_EXCEEDED with the time to come back."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from app import CannotStart, Settings, create_app
from channels.declared.secrets import Secrets
from sandbox.up import Stack
from tests.client import FrontEnd, new_key
from tests.journeys.test_j01_one_login_all_cities import WHO, Forger
from tests.journeys.test_sign_in_rules import proof
from tests.roaming.counting import free_port, redis_server

ROOT = Path(__file__).resolve().parents[2]
BILLS = """query B($cities: [CityId!]) { me { bills(cities: $cities) {
  nodes { id } coverage { city { slug } outcome code message retryAfter } } } }"""
ALIASED = """query A { me {
  a: bills(cities: [DEYANG]) { coverage { code } } b: bills(cities: [DEYANG]) { coverage { code } }
  c: bills(cities: [DEYANG]) { coverage { code } } } }"""
LAUNCH = """mutation L($input: LaunchInput!) { launch(input: $input) {
  url userErrors { code message retryAfter city { slug } } idempotency { replayed } } }"""
A_DAY = 24 * 3600


def limited(root: Path, number: str, quota: str) -> None:
    """Give one agreement another quota."""
    file = next((root / "agreements").glob(f"{number}-*.yaml"))
    text, count = re.subn(r"quota: \{[^}]*\}", f"quota: {{{quota}}}", file.read_text("utf-8"), count=1)
    assert count == 1
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox with narrow quotas, counted in a Redis."""
    folder = tmp_path_factory.mktemp("counted")
    root = folder / "cities"
    shutil.copytree(ROOT / "cities", root)
    limited(root, "2026-002", "per_citizen_per_day: 4")
    limited(root, "2026-003", "per_day: 1")
    limited(root, "2026-001", "per_citizen_per_day: 1")
    room = root / "roam.yaml"
    quotas = "  default_language: zh\n  quotas: {store: redis, url: secret:COUNTS}\n"
    room.write_text(room.read_text("utf-8").replace("  default_language: zh\n", quotas), "utf-8")
    with (
        redis_server(folder, free_port()) as url,
        Stack.start(root, folder / "home", environment={"ROAM_SECRET_COUNTS": url}) as running,
    ):
        yield running


def front(stack: Stack, persona: str) -> FrontEnd:
    return FrontEnd(stack.gateway_url, stack.token(persona), {"accept-language": "zh"})


def covered(asking: FrontEnd, *cities: str) -> dict[str, Any]:
    rows = asking.ask(BILLS, cities=[city.upper() for city in cities]).data["me"]["bills"]["coverage"]
    return {row["city"]["slug"]: row for row in rows}


def test_the_fifth_of_four_is_refused_alone_and_told_when_to_come_back(counted: Stack) -> None:
    """One request is one crossing, however many aliases it has; the other cities answer as before."""
    chen = front(counted, "chen")
    assert [chen.ask(ALIASED).data["me"][each]["coverage"][0]["code"] for each in "abc"] == [None] * 3  # three requests
    assert covered(chen, "deyang")["deyang"]["code"] is None
    rows = covered(chen, "chengdu", "deyang", "meishan")
    assert {slug: (row["outcome"], row["code"]) for slug, row in rows.items()} == {
        "chengdu": ("OK", None),
        "deyang": ("DENIED", "QUOTA_EXCEEDED"),
        "meishan": ("OK", None),
    }
    assert 0 < rows["deyang"]["retryAfter"] <= A_DAY
    assert rows["deyang"]["message"].startswith("漫游协议 2026-002 限每位市民每天 4 次,已用完")


def test_another_citizens_day_is_untouched(counted: Stack) -> None:
    assert covered(front(counted, "mian"), "deyang")["deyang"]["code"] is None


def test_a_field_of_one_city_carries_the_wait_in_its_error(counted: Stack) -> None:
    """Under the same agreement, so used up by the bills."""
    answer = front(counted, "chen").ask("{ roam(city: DEYANG) { rideCode { payload } } }")
    assert answer.data["roam"]["rideCode"] is None
    assert answer.codes == ["QUOTA_EXCEEDED"]
    assert 0 < answer.errors[0]["extensions"]["retryAfter"] <= A_DAY


def test_a_share_tells_it_to_the_citizen_concerned_only(counted: Stack) -> None:
    query = """{ service(code: "WATER-QUERY") { providers(cities: [DEYANG]) { share(with: CHENGDU) { allowed reason message } } } }"""

    def share(asking: FrontEnd) -> Any:
        return asking.ask(query).whole()["service"]["providers"][0]["share"]

    mine, others = share(front(counted, "chen")), share(FrontEnd(counted.gateway_url))
    assert (mine["allowed"], mine["reason"], "2026-002" in mine["message"]) == (False, "QUOTA_EXCEEDED", True)
    assert (others["allowed"], others["reason"], others["message"]) == (True, None, None)


def test_a_total_for_the_day_is_one_for_all_citizens(counted: Stack) -> None:
    query = "query S($cities: [CityId!]) { me { socialInsurance(cities: $cities) { coverage { outcome code } } } }"
    first = front(counted, "chen").ask(query, cities=["ZIYANG"]).whole()["me"]["socialInsurance"]["coverage"]
    second = front(counted, "mei").ask(query, cities=["ZIYANG"]).whole()["me"]["socialInsurance"]["coverage"]
    assert [row["code"] for row in (*first, *second)] == [None, "QUOTA_EXCEEDED"]


def test_a_mutation_that_is_refused_says_so_and_one_that_is_replayed_costs_nothing(counted: Stack) -> None:
    """The first launch is the one of the day; its repetition is answered from the journal, another is refused."""
    deng = front(counted, "deng")
    query = """{ service(code: "RAIL-TICKET") { providers(cities: [CHENGDU]) { id } } }"""
    given = {"providerId": deng.ask(query).whole()["service"]["providers"][0]["id"], "idempotencyKey": new_key("quota")}
    first, again = (deng.ask(LAUNCH, input=given).whole()["launch"] for _ in range(2))
    assert (first["userErrors"], again["userErrors"], again["idempotency"]["replayed"]) == ([], [], True)
    other = deng.ask(LAUNCH, input=given | {"idempotencyKey": new_key("quota")}).whole()["launch"]
    assert [(error["code"], error["city"]["slug"]) for error in other["userErrors"]] == [("QUOTA_EXCEEDED", "chengdu")]
    assert 0 < other["userErrors"][0]["retryAfter"] <= A_DAY


def with_proof(stack: Stack) -> FrontEnd:
    """A citizen whose token is bound to a key, and one proof of holding it."""
    key = ECKey.generate_key("P-256")
    token = Forger(stack).token(cnf={"jkt": key.thumbprint()})
    return FrontEnd(stack.gateway_url, None, {"authorization": f"DPoP {token}", "dpop": proof(stack, key, token)})


def test_without_its_redis_nothing_crosses_and_home_answers(tmp_path: Path) -> None:
    """Deny on doubt: the code is the gateway's own, and says to come back. Proofs, which are remembered there, are not taken."""
    root = tmp_path / "cities"
    shutil.copytree(ROOT / "cities", root)
    room = root / "roam.yaml"
    quotas = "  default_language: zh\n  quotas: {store: redis, url: secret:COUNTS}\n"
    room.write_text(room.read_text("utf-8").replace("  default_language: zh\n", quotas), "utf-8")
    port = free_port()
    nowhere = {"ROAM_SECRET_COUNTS": f"redis://127.0.0.1:{port}/0"}
    with Stack.start(root, tmp_path / "home", environment=nowhere) as stack:
        chen = front(stack, "chen")
        rows = covered(chen, "chengdu", "deyang")
        assert {slug: (row["outcome"], row["code"]) for slug, row in rows.items()} == {
            "chengdu": ("OK", None),
            "deyang": ("FAILED", "STORE_UNAVAILABLE"),
        }
        refused = (deng := with_proof(stack)).ask(WHO)
        assert (refused.codes, refused.data, str(port) in str(refused.errors)) == (["STORE_UNAVAILABLE"], None, False)
        with redis_server(tmp_path, port):
            assert covered(chen, "deyang")["deyang"]["code"] is None
            assert deng.ask(WHO).whole()["me"]
            assert deng.ask(WHO).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("given", "told"),
    [({}, "secret COUNTS is not set"), ({"COUNTS": "http://user:hidden@counts"}, "needs a URL like redis://")],
)
def test_a_gateway_without_a_usable_address_does_not_start(tmp_path: Path, given: dict[str, str], told: str) -> None:
    """One line at the start, which shows no password, and not a surprise at the first crossing."""
    root = tmp_path / "cities"
    shutil.copytree(ROOT / "cities", root)
    room = root / "roam.yaml"
    quotas = "  default_language: zh\n  quotas: {store: redis, url: secret:COUNTS}\n"
    room.write_text(room.read_text("utf-8").replace("  default_language: zh\n", quotas), "utf-8")
    keys = {"GATEWAY_SEAL_KEY": "k" * 32, "GATEWAY_PAIRWISE_SALT": "s" * 32}
    with pytest.raises(CannotStart, match=told) as refused:
        create_app(Settings(root=root, state=tmp_path / "state", secrets=Secrets(keys | given)))
    assert "hidden" not in str(refused.value)
