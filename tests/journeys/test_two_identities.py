"""Two citizens ask at once, over the same caches, the same questions in every order: neither is ever told a value of the other.

What is each one's own is learnt first, alone; then hundreds of questions are mixed, with consents taken back and given in
between, so that caches are filled, shared, purged and filled again.
"""

import random
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack
from tests.client import Answer, FrontEnd, new_key
from tests.consent import consent, revoke

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 400
AT_ONCE = 8
SEED = 20261122
CITIES = "[CHENGDU, DEYANG, MEISHAN, MIANYANG, ZIYANG]"
FRESH = frozenset(
    {"asOf", "cursor", "endCursor", "startCursor", "expiresAt", "payload", "score"}
)  # made anew each time
SOURCE = "source { city { slug } asOf fromCache agreementId }"
MERGED = {
    "bills": f"{{ me {{ id displayName maskedPhone bills(cities: {CITIES}, first: 50) {{ nodes {{ id accountNo payee period "
    f"amount {{ amount }} dueOn {SOURCE} }} unpaidTotal {{ amount }} coverage {{ outcome count }} }} }} }}",
    "bills by pages": f"{{ me {{ bills(cities: {CITIES}, first: 3) {{ edges {{ cursor node {{ id accountNo }} }} pageInfo {{ endCursor }} }} }} }}",
    "insurance": f"{{ me {{ socialInsurance(cities: {CITIES}) {{ nodes {{ employer balance {{ amount }} monthsPaid {SOURCE} }} }} }} }}",
    "funds": f"{{ me {{ housingFund(cities: {CITIES}) {{ nodes {{ employer balance {{ amount }} {SOURCE} }} }} }} }}",
    "appointments": f"{{ me {{ appointments(cities: {CITIES}) {{ nodes {{ id visitCode venueName startsAt }} }} }} }}",
    "applications": "{ me { applications(cities: [DEYANG]) { nodes { id caseNo title submittedAt } } } }",
    "one city": f"{{ roam(city: CHENGDU) {{ standing bills {{ nodes {{ id accountNo {SOURCE} }} }} }} }}",
    "home": "{ me { accounts { city { slug } state linkedAt } consents(activeOnly: false) { id grantedAt } } }",
    "search": '{ search(text: "水费", first: 5) { edges { node { __typename ... on Service { id code } } score } } }',
}
NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox whose agreements count nobody's questions."""
    home = tmp_path_factory.mktemp("two")
    root = home / "cities"
    shutil.copytree(ROOT / "cities", root)
    for path in (root / "agreements").glob("*.yaml"):
        path.write_text(re.sub(r"(?m)^quota:.*\n", "", path.read_text("utf-8")), "utf-8")
    with Stack.start(root, home / "sandbox") as running:
        yield running


def values(told: Any, under: str = "") -> Iterator[str]:
    """Every text and number in an answer, but what is made anew each time."""
    match told:
        case dict():
            for name, value in told.items():
                yield from values(value, name)
        case list():
            for value in told:
                yield from values(value, under)
        case str() | int() | float() if not isinstance(told, bool) and under not in FRESH:
            yield str(told)


def asked(front: FrontEnd) -> dict[str, set[str]]:
    """What a citizen is told to each question, alone."""
    return {name: set(values(front.ask(query).data)) for name, query in MERGED.items()}


class Citizen:
    """One of the two: a front-end, and what is this citizen's own."""

    def __init__(self, front: FrontEnd) -> None:
        self.front = front
        self.told = asked(front)
        self.ids = [node["id"] for node in front.ask(MERGED["bills"]).data["me"]["bills"]["nodes"]]
        self.own: set[str] = set()

    def everything(self) -> set[str]:
        return set().union(*self.told.values())


@pytest.fixture(scope="module")
def two(unlimited: Stack) -> tuple[Citizen, Citizen]:
    """deng and chen, linked in the same five cities; `own`: what only one of them is told."""
    deng, chen = (Citizen(FrontEnd(unlimited.gateway_url, unlimited.token(name))) for name in ("deng", "chen"))
    deng.own, chen.own = deng.everything() - chen.everything(), chen.everything() - deng.everything()
    return deng, chen


def test_each_is_told_plenty_that_is_only_theirs(two: tuple[Citizen, Citizen]) -> None:
    """Else the fuzz would prove nothing."""
    for citizen in two:
        assert len(citizen.own) > 30
        assert len(citizen.ids) > 5
    assert not set(two[0].ids) & set(two[1].ids)


def test_no_value_of_one_is_ever_in_an_answer_for_the_other(two: tuple[Citizen, Citizen]) -> None:
    """Merged lists, cached lists, objects by id, search: 400 questions, eight at a time, consents changing meanwhile."""
    dice = random.Random(SEED)  # noqa: S311 - the same order each time
    plan = [(dice.randrange(2), dice.choice([*MERGED, "node", "their node", "consent"])) for _ in range(QUESTIONS)]

    def put(step: tuple[int, str, int]) -> tuple[int, str, Answer | None]:
        who, what, number = step
        me, other = two[who], two[1 - who]
        if what == "consent":
            granted = consent(me.front, "MEISHAN", ["WATER-QUERY", "SI-QUERY"], ["PAIRWISE_ID"])
            if number % 2:
                revoke(me.front, granted)
                consent(me.front, "MEISHAN", ["WATER-QUERY", "SI-QUERY"], ["PAIRWISE_ID"])
            return who, what, None
        if what in MERGED:
            return who, what, me.front.ask(MERGED[what])
        ids = me.ids if what == "node" else other.ids
        return who, what, me.front.ask(NODE, id=ids[number % len(ids)])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(put, [(who, what, number) for number, (who, what) in enumerate(plan)]))
    leaks = [
        (what, value)
        for who, what, answer in ends
        if answer is not None
        for value in values(answer.data)
        if value in two[1 - who].own
    ]
    assert leaks == []
    foreign = [answer.data["node"] for _, what, answer in ends if what == "their node" and answer is not None]
    assert foreign
    assert set(map(str, foreign)) == {"None"}
    bills = [answer.data["me"]["bills"]["nodes"] for _, what, answer in ends if what == "bills" and answer is not None]
    assert any(node["source"]["fromCache"] for nodes in bills for node in nodes)  # the caches were really shared


def test_a_cursor_of_one_opens_nothing_for_the_other(two: tuple[Citizen, Citizen]) -> None:
    """A cursor is sealed for its citizen."""
    mine, theirs = two
    page = theirs.front.ask(MERGED["bills by pages"]).data["me"]["bills"]["pageInfo"]["endCursor"]
    query = (
        f"query P($after: Cursor) {{ me {{ bills(cities: {CITIES}, first: 3, after: $after) {{ nodes {{ id }} }} }} }}"
    )
    refused = mine.front.ask(query, after=page)
    assert refused.codes == ["INVALID_INPUT"]


def test_a_key_of_one_replays_nothing_for_the_other(two: tuple[Citizen, Citizen]) -> None:
    """Idempotency keys are each citizen's own, also when two choose the same."""
    key = new_key("same")
    mine, theirs = (consent(each.front, "MIANYANG", ["HF-QUERY"], ["PAIRWISE_ID"], key=key) for each in two)
    assert mine != theirs
