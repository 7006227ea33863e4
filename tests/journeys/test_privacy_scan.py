"""Nothing personal in anything that is written: logs, stores, caches, ids, cursors, errors, metrics.

A whole set of journeys runs against a sandbox of its own, with faults and bad input; then every byte that the gateway and the
provider left behind is searched for every persona's number, phone and name, their pairwise ids and their tokens, in every form.
The cities' own stores are the cities' affair; their servers' logs are searched all the same.
"""

import asyncio
import http.client
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from identity.pairwise import pairwise_id
from sandbox.personas import CITY_CODES, PERSONAS, RARE_NAME
from sandbox.up import Stack
from tests.client import Answer, FrontEnd, new_key
from tests.journeys.scanning import Scanner, forms

ROOT = Path(__file__).resolve().parents[2]
WHO = ("deng", "chen", "mei", "zi", "mian", "test-zhang@deyang", "test-hanzi@meishan", "test-nobody@ziyang")
SLUGS = ("chengdu", "deyang", "mianyang", "meishan", "ziyang")
FAULTS = ("5xx", "html", "truncated", "wrong_type", "bad_row", "duplicate_row", "refuse")
SOURCE = "source { city { slug } agreementId asOf fromCache }"
COVERAGE = "coverage { city { slug } outcome code message agreementId }"
EVERYTHING = f"""
query Everything($first: Int! = 50) {{
  me {{
    id displayName maskedPhone assurance homeCity {{ slug }}
    accounts {{ city {{ slug }} state linkedAt pairwise }}
    consents(activeOnly: false) {{ id provider {{ slug }} claims purpose recipient method text }}
    accessLog(first: $first) {{
      nodes {{ at operation purpose agreementId consentId outcome code app }} edges {{ cursor }} pageInfo {{ endCursor }}
    }}
    bills(first: $first, cities: [CHENGDU, DEYANG, MIANYANG, MEISHAN, ZIYANG]) {{
      nodes {{ id kind state accountNo payee amount {{ amount }} dueOn address {SOURCE} }}
      edges {{ cursor }} pageInfo {{ startCursor endCursor }} {COVERAGE}
    }}
    socialInsurance(cities: [CHENGDU, DEYANG, MIANYANG, MEISHAN, ZIYANG]) {{ nodes {{ kind state {SOURCE} }} {COVERAGE} }}
    housingFund(cities: [CHENGDU, DEYANG, MIANYANG, MEISHAN, ZIYANG]) {{ nodes {{ {SOURCE} }} {COVERAGE} }}
    appointments(first: $first) {{ nodes {{ id kind state venueName }} pageInfo {{ endCursor }} {COVERAGE} }}
    applications(first: $first) {{ nodes {{ id caseNo state title }} pageInfo {{ endCursor }} {COVERAGE} }}
  }}
}}
"""
NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"
UNPAID = "{ me { bills(cities: [DEYANG], filter: {states: [UNPAID]}) { nodes { id amount { amount } } } } }"
PAY = """mutation P($input: PayBillInput!) { payBill(input: $input) {
  bill { id } cashierUrl userErrors { code message field } idempotency { key replayed } } }"""
SUBMIT = """mutation S($form: JSON!, $key: IdempotencyKey!) {
  submitApplication(input: {city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}) {
    application { id caseNo } userErrors { code message field } } }"""
BOOK = """mutation B($slot: ID!, $key: IdempotencyKey!, $name: String) {
  bookAppointment(input: {slotId: $slot, idempotencyKey: $key, patientName: $name}) {
    appointment { id venueName } userErrors { code message field } } }"""
GRANT = """mutation G($services: [ID!]!, $claims: [Claim!]!, $key: IdempotencyKey!) {
  grantConsent(input: {provider: CHENGDU, services: $services, claims: $claims, days: 30, idempotencyKey: $key}) {
    consent { id } userErrors { code message field } } }"""
REVOKE = """mutation R($id: ID!, $key: IdempotencyKey!) {
  revokeConsent(input: {consentId: $id, idempotencyKey: $key}) { consent { id } userErrors { code } } }"""
VENUES = '{ roam(city: CHENGDU) { venues(kind: HOSPITAL, keyword: "省人民医院") { nodes { id } } } }'
SLOTS = """query S($venue: ID!, $day: Date!) {
  roam(city: CHENGDU) { slots(venueId: $venue, department: "心内科", date: $day) { id } } }"""
TOLERATED = {"ACCOUNT_NOT_LINKED", "CONSENT_REQUIRED"}
"""Codes with which some persona's reading of everything may end; a mistake in the query is none of them."""
PROGRESS = "subscription P($id: ID!) { applicationProgress(id: $id) { id state } }"


@dataclass
class Run:
    """One sandbox, everything that was said to its front-ends, and what must be nowhere."""

    stack: Stack
    tokens: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, bytes]] = field(default_factory=list)

    def front(self, who: str) -> "Noting":
        if who not in self.tokens:
            self.tokens[who] = self.stack.token(who)
        return Noting(self.stack.gateway_url, self.tokens[who], said=self.said, name=who)


@dataclass(frozen=True)
class Noting(FrontEnd):
    """A front-end that notes every answer."""

    said: list[tuple[str, bytes]] = field(default_factory=list)
    name: str = ""

    def send(self, body: bytes, path: str = "/graphql") -> Answer:
        answer = super().send(body, path)
        told = json.dumps([answer.data, answer.errors, dict(answer.extensions)], ensure_ascii=False)
        self.said.append((f"answer to {self.name}", told.encode()))
        return answer


def reads(run: Run) -> None:
    for who in WHO:
        front = run.front(who)
        answer = front.ask(EVERYTHING)
        assert set(answer.codes) <= TOLERATED, answer.errors
        me = answer.data["me"]
        for connection in ("bills", "applications", "appointments", "accessLog"):
            for node in ((me or {}).get(connection) or {}).get("nodes", [])[:3]:
                if "id" in node:
                    front.ask(NODE, id=node["id"])
        front.ask(EVERYTHING, first=1)


def mutations(run: Run) -> None:
    """Each twice with the same key, and once with another input; personal data in free text too."""
    chen, deng = run.front("chen"), run.front("deng")
    person = PERSONAS["chen"]
    for row in chen.ask(UNPAID).data["me"]["bills"]["nodes"][:1]:
        given = {"billId": row["id"], "returnUrl": "https://example.org/done", "idempotencyKey": new_key("scan")}
        for amount in (row["amount"]["amount"], row["amount"]["amount"], "0.01"):
            chen.ask(PAY, input={**given, "amount": amount})
    key = new_key("scan")
    form = {"title": "行道树倒伏", "content": f"联系人{person.name},电话{person.phone}", "address": person.id_number}
    for changed in ({}, {}, {"title": "改"}):
        chen.ask(SUBMIT, form=form | changed, key=key)
    venue = deng.ask(VENUES).data["roam"]["venues"]["nodes"][0]["id"]
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    for slot in deng.ask(SLOTS, venue=venue, day=day).data["roam"]["slots"][:2]:
        deng.ask(BOOK, slot=slot["id"], key=new_key("scan"), name=PERSONAS["deng"].name)
    zhang = run.front("test-zhang@deyang")
    granted = zhang.ask(GRANT, services=["WATER-QUERY"], claims=["PAIRWISE_ID"], key=new_key("scan"))
    zhang.ask(EVERYTHING)
    if consent := (granted.data or {}).get("grantConsent", {}).get("consent"):
        zhang.ask(REVOKE, id=consent["id"], key=new_key("scan"))


def bad_input(run: Run) -> None:
    """Personal data where none belongs: ids, variables, literals, headers, tokens."""
    person = PERSONAS["deng"]
    for front in (run.front("deng"), replace(run.front("deng"), token=None)):
        quiet = replace(front, said=[])  # a client's own words may come back to that client, and to nobody else
        for value in (person.id_number, person.phone, person.name):
            quiet.ask(NODE, id=value)
            quiet.ask(f'{{ node(id: "{value}") {{ id }} }}')
            quiet.ask(f"{{ {'x' if value.isascii() else value}{value} }}")
            quiet.ask("query Q($first: Int!) { me { bills(first: $first) { nodes { id } } } }", first=value)
            quiet.ask(PAY, input={"billId": value, "amount": value, "returnUrl": value, "idempotencyKey": value})
            quiet.send(value.encode())
            run_get(run, f"/graphql?query={quote('{gateway{version}}')}&variables={quote(value)}", quiet.token)
            run_get(run, f"/{quote(value)}", quiet.token)
    for token in ("x", run.tokens["deng"][:-4] + "AAAA", person.id_number):
        replace(run.front("deng"), token=token).ask("{ me { id } }")


def run_get(run: Run, path: str, token: str | None = None) -> bytes:
    at = urlsplit(run.stack.gateway_url)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=10)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {token}"} if token else {})
        return connection.getresponse().read()
    finally:
        connection.close()


def faults(run: Run) -> None:
    front = run.front("mian")
    for fault in FAULTS:
        for slug in SLUGS:
            run.stack.fault(slug, fault)
        front.ask(EVERYTHING, first=FAULTS.index(fault) + 2)
        run.front("chen").ask(SUBMIT, form={"title": "a", "content": "b", "address": "c"}, key=new_key("scan"))
    for slug in SLUGS:
        run.stack.fault(slug, "none")


async def socket(run: Run) -> None:
    """A subscription, signed in by the connection's parameters."""
    front = run.front("chen")
    cases = front.ask("{ me { applications(cities: [DEYANG]) { nodes { id } } } }").data["me"]["applications"]["nodes"]
    url = run.stack.gateway_url.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as opened:
        await opened.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {front.token}"}})
        )
        await opened.recv()
        for number, name in enumerate((cases[0]["id"] if cases else "x", PERSONAS["chen"].id_number)):
            payload = {"query": PROGRESS, "variables": {"id": name}}
            await opened.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
            async with asyncio.timeout(10):
                front.said.append(("socket", str(await opened.recv()).encode()))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The journeys, run; the processes still stand."""
    with Stack.start(ROOT / "cities", tmp_path_factory.mktemp("scanned")) as stack:
        run = Run(stack)
        reads(run)
        mutations(run)
        bad_input(run)
        faults(run)
        asyncio.run(socket(run))
        yield run


def secret_of(stack: Stack, name: str) -> bytes:
    return (stack.places.secrets / name).read_bytes().strip()


def people() -> dict[str, str]:
    """Every persona's number, phone and name, and the ids at the provider that are no plain words."""
    found = {}
    for key, person in PERSONAS.items():
        found |= {f"number of {key}": person.id_number, f"phone of {key}": person.phone, f"name of {key}": person.name}
        if "." in person.subject:
            found[f"subject of {key}"] = person.subject
    return found


def names_in_cities(run: Run) -> dict[str, str]:
    """The pairwise ids of everybody in every city."""
    salt = secret_of(run.stack, "gateway_pairwise_salt")
    issuer = run.stack.issuer_url
    return {
        f"pairwise id of {key} in {slug}, {place}": pairwise_id(salt, code, subject)
        for key, person in PERSONAS.items()
        for slug, code in CITY_CODES.items()
        for place, subject in enumerate((person.subject, f"{issuer}|{person.subject}"))
    }


def tokens(run: Run) -> dict[str, str]:
    """Each access token's signature: the part that makes it usable."""
    return {f"token of {who}": token.rpartition(".")[2] for who, token in run.tokens.items()}


def all_secrets(run: Run) -> dict[str, str]:
    return people() | names_in_cities(run) | tokens(run)


def written(run: Run) -> list[Path]:
    """Everything that was written, but for the cities' own stores, and the keys and settings that the sandbox made at its start."""
    home = run.stack.places.home
    own = tuple(f"{slug}.sqlite" for slug in CITY_CODES)
    made = ("secrets", "overlays")
    files = [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in made]
    return [path for path in files if not path.name.startswith(own)]


def test_nothing_personal_is_in_logs_stores_or_caches(run: Run) -> None:
    """0 hits in every file of the gateway and the provider, and in every server's log."""
    files = written(run)
    names = {path.name for path in files}
    assert {"gateway.log", "idp.log", "deyang.log", "gateway.sqlite", "ledger.sqlite"} <= names
    assert sum(path.stat().st_size for path in files) > 200_000
    assert Scanner(all_secrets(run)).scan_files(files) == []


def test_nothing_personal_is_in_the_rows_of_the_stores(run: Run) -> None:
    """Value by value, as a reader of the tables sees them: pages of a file may split what a row holds together."""
    scanner = Scanner(all_secrets(run))
    hits = []
    for name in ("gateway.sqlite", "ledger.sqlite"):
        with closing(sqlite3.connect(run.stack.places.state / name)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                    values = (value if isinstance(value, bytes) else str(value).encode() for value in row)
                    hits += [hit for value in values for hit in scanner.scan(f"{name}: {table}", value)]
    assert hits == []


def test_nothing_personal_is_in_answers_ids_or_cursors(run: Run) -> None:
    """Also decoded. Names are masked even to their bearer; what a city is told of a citizen comes back to nobody."""
    secrets = {what: value for what, value in all_secrets(run).items() if value != RARE_NAME}  # also in payees' names
    scanner = Scanner(secrets)
    assert len(run.said) > 50
    assert [hit for place, data in run.said for hit in scanner.scan(place, data)] == []


def test_nothing_personal_is_in_health_or_metrics(run: Run) -> None:
    scanner = Scanner(all_secrets(run))
    for path in ("/healthz", "/readyz", "/metrics"):
        assert list(scanner.scan(path, run_get(run, path))) == []


@pytest.mark.parametrize("form", sorted(forms("陈同城510104198803100015")))
@pytest.mark.parametrize("secret", ["陈同城", "51010419880310101X", "19900000011", "㛃𠅤䶮"])
def test_the_scanner_finds_a_planted_value_in_each_form(tmp_path: Path, secret: str, form: str) -> None:
    """A scan that finds nothing says something only if it would find something."""
    planted = tmp_path / "gateway.log"
    found = forms(secret).get(form)
    assert found is not None
    planted.write_bytes(b'{"event": "call", "x": "' + found + b'"}\n' + bytes(range(256)))
    assert [hit.what for hit in Scanner({"it": secret}).scan_files([planted])][:1] == ["it"]


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_the_scanner_looks_into_base64_and_hex(before: str) -> None:
    import base64

    scanner = Scanner({"phone": "19900000011"})
    text = f"{before}tel:19900000011;".encode()
    for data in (base64.urlsafe_b64encode(text).rstrip(b"="), base64.b64encode(text), text.hex().encode()):
        assert [hit.what for hit in scanner.scan("x", b'"' + data + b'"')]


def test_the_scanner_finds_what_a_store_holds_that_was_never_checkpointed(tmp_path: Path) -> None:
    """The write-ahead log is a file like any other."""
    path = tmp_path / "gateway.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.execute("INSERT INTO t VALUES ('邓德阳 19900000012')")
        files = sorted(tmp_path.iterdir())
        assert {hit.place for hit in Scanner({"phone": "19900000012"}).scan_files(files)} == {"gateway.sqlite-wal"}
