"""`roam city try` against every fault of the sandbox: it says what is wrong, where, and what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import city, try_city
from cli.token import SignInError
from cli.trial_persona import full_key
from sandbox.faults import FAULTS
from sandbox.switch import call
from sandbox.up import Stack
from tests.channels.deployment import Deployment

ROAM = typer.Typer()
city.register(ROAM)
try_city.register(ROAM)
CITIES = ("chengdu", "deyang", "meishan", "ziyang", "mianyang", "leshan")
BILLS = "bills.list"

Try = Callable[..., Result]
Switch = Callable[[str, str], None]


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Deployment]]:
    """All six cities, Leshan with them: every kind of backend there is."""
    folder = tmp_path_factory.mktemp("try")
    deployment = Deployment.make(folder)
    with Stack.start(deployment.root, folder / "home") as stack:
        yield stack, deployment


@pytest.fixture
def tried(six: tuple[Stack, Deployment], monkeypatch: pytest.MonkeyPatch) -> Try:
    """`tried("deyang", "bills.list")` is the command as typed, in English."""
    stack, deployment = six
    monkeypatch.setenv("ROAM_OVERLAYS", str(stack.places.overlays))
    monkeypatch.setenv("ROAM_SECRETS_DIR", str(stack.places.secrets))
    monkeypatch.setenv("ROAM_ISSUER", stack.issuer_url)

    def run(*words: str, given: str = "") -> Result:
        language = () if "--lang" in words else ("--lang", "en")
        typed = ["city", "try", *words, "--root", str(deployment.root), *language]
        return CliRunner().invoke(ROAM, typed, input=given)

    return run


@pytest.fixture
def switch(six: tuple[Stack, Deployment]) -> Iterator[Switch]:
    stack, _ = six
    switched: set[str] = set()

    def throw(slug: str, fault: str) -> None:
        switched.add(slug)
        stack.fault(slug, fault)

    yield throw
    for slug in switched:
        stack.fault(slug, "none")


def place(deployment: Deployment, slug: str, operation: str, field: str) -> str:
    """`channel.yaml:line:column` of a field's rule in an operation's mapping, as an editor counts."""
    lines = (deployment.root / slug / "channel.yaml").read_text("utf-8").splitlines()
    start = lines.index(f"  {operation}:")
    for number, line in enumerate(lines[start:], start + 1):
        if found := re.match(rf"\s+{field}: ", line):
            return f"{slug}/channel.yaml:{number}:{found.end() + 1}"
    raise AssertionError(f"{operation} maps no {field}")


@pytest.mark.parametrize("slug", CITIES)
def test_a_good_answer_is_told_hop_by_hop(tried: Try, slug: str) -> None:
    """Every kind of backend: federation, signed REST, OAuth, SOAP in GB18030, GraphQL, forms in GBK."""
    ended = tried(slug, BILLS, "--persona", "test-zhang", "--env", "sandbox")
    assert ended.exit_code == 0, ended.output
    hops = [line.split()[1] for line in ended.output.splitlines() if line.startswith("  ✓")]
    assert [hop for hop in hops if hop not in ("token", "envelope")] == [
        "connect",
        "sign",
        "response",
        "mapping",
        "privacy",
    ]
    assert ("token" in hops) == (slug == "meishan")
    assert ended.output.rstrip().endswith("outcome: OK")
    assert "no personal data beyond the declared fields" in ended.output


def test_a_city_without_a_persona_of_its_own_is_asked_for_the_first_one(six: tuple[Stack, Deployment]) -> None:
    """A city that was made up a minute ago has none in the sandbox."""
    issuer = six[0].issuer_url
    assert full_key(issuer, "", "deyang") == full_key(issuer, "test-zhang", "deyang") == "test-zhang@deyang"
    assert full_key(issuer, "", "zigong") == "chen"
    with pytest.raises(SignInError, match="no persona 'test-zhang'"):
        full_key(issuer, "test-zhang", "zigong")


def test_a_persona_is_the_default_and_the_rows_are_the_gateways(tried: Try) -> None:
    """The masked account number is what a front-end would get."""
    told = json.loads(tried("deyang", BILLS, "--json").output)
    assert (told["outcome"], told["result"][0]["accountNo"]) == ("OK", "08****0045")


# fault → what must be said; `{state}` stands for the place of the rule
DEYANG = {
    "pii": ["! privacy", "idCard (ID_NUMBER), mobile (PHONE); also familyAddr", "ROAM-506", "agreement 2026-002 allows PAIRWISE_ID only", "outcome: OK"],
    "newcode": ["✗ mapping", "backend value `7` has no entry in the enum of `state`", "{state}", 'an `"*"` entry', "outcome: BACKEND_CONTRACT_BROKEN  (front-ends would see coverage.outcome PARTIAL, dropped 1)"],
    "bad_row": ["backend value `7` has no entry in the enum of `state`", "{state}"],
    "no_field": ["required field `id` is missing: the answer has no `billNo`", "{id}", "the row has: bizType"],
    "envelope": ["✗ envelope   `to_string(code) == '0'` is false; top-level keys: status, result", "ROAM-625", "looks like: ok: \"status == 'ok'\", data: result", "record it: roam city try deyang bills.list --record", "outcome: BACKEND_CONTRACT_BROKEN"],
    "html": ["✗ parse      not JSON: '<html>", "ROAM-624 HTTP 200 with an HTML page", "backends.gov.maintenance"],
    "gbk": ["✗ decode     not utf-8 at byte ", "(0xb5)", "ROAM-623 the body is GBK although the header says application/json;charset=UTF-8", "set backends.gov.encoding: gb18030"],
    "clock": ["✗ envelope   ok = false, code = 40107", "✗ error      code 40107 → BACKEND_REJECTED", "ROAM-622 the city's clock is +6", "fix NTP on their side", "outcome: BACKEND_REJECTED"],
    "wrong_key": ["code 40107 → BACKEND_REJECTED", "ROAM-626", "roam secrets set DEYANG_APP_KEY", "our clocks agree"],
    "bad_token": ["code 40108", "ROAM-627", "urn:roam:city:510600", "jwks.json"],
    "limited": ["code 42900 → RATE_LIMITED", "ROAM-633", "retryAfter 10"],
    "slow": ["! response   HTTP 200", "ROAM-632 over the 1.5 s p95 budget for list screens", "outcome: OK"],
    "hang": ["✗ response   nothing after 3s", "ROAM-631 over timeout.total (3s); the gateway gives up here", "roam explain ROAM-631", "outcome: BACKEND_TIMEOUT"],
    "late": ["✗ response   nothing after 3s", "ROAM-631"],
    "refuse": ["✗ connect    127.0.0.1:", "Connection refused", "ROAM-621 nothing listens there, or a firewall drops us", "gateway egress address: 127.0.0.1 — ask the city to allow it", "backends.gov.base_url = ", "outcome: BACKEND_UNREACHABLE  (front-ends would see coverage.outcome FAILED, retryAfter 30)"],
    "lost": ["the connection was closed before any answer", "ROAM-621"],
    "vanish": ["the connection was closed before any answer", "ROAM-621"],
    "truncated": ["✗ response   the answer breaks off", "ROAM-629"],
    "5xx": ["HTTP 503 → BACKEND_UNREACHABLE", "the city's server failed"],
    "wrong_type": ["✗ mapping    the list of rows is not where `items` says: looked for `list`; there is a list where an object is expected", "has the city changed the type?"],
    "duplicate_row": ["! mapping    2 × Bill, all required fields present; 1 came twice", "the city sends a record twice", "outcome: OK"],
}  # fmt: skip


def test_the_table_holds_every_fault() -> None:
    """A fault that nobody tries is one that the command may be silent about."""
    assert {"none", *DEYANG} == set(FAULTS)


@pytest.mark.parametrize("fault", DEYANG)
def test_each_fault_of_deyang_is_named(six: tuple[Stack, Deployment], tried: Try, switch: Switch, fault: str) -> None:
    """Shows 3, on the city whose protocol has the most to go wrong."""
    switch("deyang", fault)
    ended = tried("deyang", BILLS)
    places = {name: place(six[1], "deyang", BILLS, name) for name in ("state", "id")}
    for words in DEYANG[fault]:
        wanted = places[words[1:-1]] if words in ("{state}", "{id}") else words
        assert wanted in ended.output, f"{wanted!r} is not in\n{ended.output}"
    assert ended.exit_code == (0 if fault in ("pii", "slow", "duplicate_row") else 1)


OTHERS = {
    "pii": {"": ["ROAM-506", "idCard (ID_NUMBER), mobile (PHONE); also familyAddr"]},
    "newcode": {
        "": ["backend value `7` has no entry in the enum of `state`", "{state}"],
    },
    "envelope": {
        "": ["ROAM-625", "looks like"],
        "ziyang": ["ROAM-625", "ok: \"*.Status | [0] == '0'\", data: *.Content | [0]"],
        "meishan": ["ROAM-625", "looks like: ok: \"status == 'ok'\", data: result"],
    },
    "html": {"": ["ROAM-624"]},
    "gbk": {
        "": ["ROAM-623 the body is GBK"],
        "ziyang": ["ROAM-623 the body is UTF-8 although the header says text/xml;charset=gb18030"],
        "leshan": ["ROAM-623 the body is UTF-8 although the header says application/json;charset=GBK"],
    },
    "clock": {"": ["ROAM-622 the city's clock is +6"]},
    "wrong_key": {"": ["ROAM-626", "roam secrets set "]},
    "limited": {"": ["ROAM-633", "outcome: RATE_LIMITED"]},
    "no_field": {"": ["required field `id` is missing"]},
    "refuse": {"": ["✗ connect", "ROAM-621", "outcome: BACKEND_UNREACHABLE"]},
    "truncated": {"": ["ROAM-629"]},
    "5xx": {"": ["HTTP 503 → BACKEND_UNREACHABLE", "the city's server failed"]},
    "wrong_type": {
        "": ["there is a list where an object is expected", "has the city changed the type?"],
        "chengdu": ["data is a list, expected an object", "has the city changed the type?"],
        "mianyang": ["data is a list, expected an object", "has the city changed the type?"],
        "ziyang": ["`items` is not a list: `ZD` is text, expected a list", "has the city changed the type?"],
    },
    "bad_row": {
        "": ["backend value `", "has no entry in the enum of `state`", "{state}"],
        "chengdu": ["required field `id` is empty: `id` is there, but null"],
        "mianyang": ["required field `id` is empty: `id` is there, but null"],
    },
    "duplicate_row": {"": ["1 came twice", "the city sends a record twice"]},
    "bad_token": {
        "": ["ROAM-627", "jwks.json", "urn:roam:city:"],
        "chengdu": [
            "ROAM-626",
            "ROAM-627",
            "roam secrets set CHENGDU_GATEWAY_KEY",
            "the gateway's public keys from",
            "/graphql",
        ],
    },
    "slow": {"": ["ROAM-632"]},
    "hang": {"": ["ROAM-631"]},
    "vanish": {"": ["the connection was closed before any answer", "ROAM-621"]},
}


ELSEWHERE = [slug for slug in CITIES if slug != "deyang"]
# Every fault at two cities or more and every city with several faults, its own wording always: all pairs would take minutes.
PAIRS = [
    (fault, slug)
    for number, fault in enumerate(OTHERS)
    for place_, slug in enumerate(ELSEWHERE)
    if slug in OTHERS[fault] or (number + place_) % 3 == 0
]


@pytest.mark.parametrize(("fault", "slug"), PAIRS)
def test_the_main_faults_of_every_other_city_are_named(
    six: tuple[Stack, Deployment], tried: Try, switch: Switch, slug: str, fault: str
) -> None:
    """The same causes, whatever the protocol."""
    switch(slug, fault)
    ended = tried(slug, BILLS)
    for words in OTHERS[fault].get(slug, OTHERS[fault][""]):
        wanted = place(six[1], slug, BILLS, "state") if words == "{state}" else words
        assert wanted in ended.output, f"{wanted!r} is not in\n{ended.output}"


def test_the_command_as_a_process_names_the_cause(six: tuple[Stack, Deployment], switch: Switch) -> None:
    """As an operator types it: three cities at once, three protocols, three causes."""
    stack, deployment = six
    wanted = {"deyang": ("clock", "ROAM-622"), "ziyang": ("gbk", "ROAM-623"), "chengdu": ("pii", "ROAM-506")}
    environ = {
        **os.environ,
        "ROAM_OVERLAYS": str(stack.places.overlays),
        "ROAM_SECRETS_DIR": str(stack.places.secrets),
        "ROAM_ISSUER": stack.issuer_url,
    }
    running = {}
    for slug, (fault, _) in wanted.items():
        switch(slug, fault)
        typed = [sys.executable, "-m", "cli.main", "city", "try", slug, BILLS, "--root", str(deployment.root)]
        running[slug] = subprocess.Popen(typed, stdout=subprocess.PIPE, text=True, env=environ)
    for slug, process in running.items():
        assert wanted[slug][1] in process.communicate(timeout=60)[0]


@pytest.mark.parametrize(
    ("state", "said"), [("NEEDS_REAUTH", "ACCOUNT_NEEDS_REAUTH"), ("SUSPENDED", "ACCOUNT_SUSPENDED")]
)
def test_how_an_account_stands_is_told_from_a_fault(
    six: tuple[Stack, Deployment], tried: Try, state: str, said: str
) -> None:
    """The channel is right; the citizen has something to do."""
    accounts = f"{six[0].control_url('deyang')}/accounts"
    call("PUT", accounts, {"citizen": "test-li@deyang", "state": state})
    told = tried("deyang", BILLS, "--persona", "test-li").output
    call("PUT", accounts, {"citizen": "test-li@deyang", "state": "LINKED"})
    assert said in told
    assert "the account stands like that in the city; the channel is right" in told


def test_a_citizen_who_is_not_linked_is_told_from_a_fault(tried: Try) -> None:
    ended = tried("deyang", BILLS, "--persona", "test-nobody")
    assert "code 40103 → ACCOUNT_NOT_LINKED" in ended.output
    assert "account.link" in ended.output


def test_a_write_is_done_only_when_that_is_said(tried: Try) -> None:
    """A try of a write is a write."""
    refused = tried("deyang", "account.launch", "--arg", "service=WATER-QUERY", "--arg", "web=https://x.example/")
    assert (refused.exit_code, "--yes" in refused.output) == (2, True)
    done = tried("deyang", "account.launch", "--arg", "service=X", "--arg", "web=https://x.example/", "--yes")
    assert (done.exit_code, "1 × LaunchTicket" in done.output) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("deyang", "bill.list"), 2, "did you mean bills.list?"),
        (("deyan", BILLS), 2, "did you mean deyang?"),
        (("deyang", BILLS, "--arg", "kind=WATER"), 2, "it has: kinds, states, dueBefore"),
        (("deyang", BILLS, "--arg", "kinds"), 2, "name=value"),
        (("deyang", "applications.get"), 2, "--arg ids="),
        (("deyang", BILLS, "--persona", "nobody-at-all"), 3, "no persona"),
        (("deyang", BILLS, "out.yaml"), 2, "--record"),
        (("deyang", BILLS, "--env", "prod"), 3, "personas are of the sandbox only"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(tried: Try, words: tuple[str, ...], code: int, said: str) -> None:
    ended = tried(*words)
    assert (ended.exit_code, said in ended.output, "Traceback" in ended.output) == (code, True, False), ended.output


def test_without_a_sandbox_it_says_how_to_start_one(tried: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROAM_ISSUER", "http://127.0.0.1:9")
    ended = tried("deyang", BILLS)
    assert (ended.exit_code, "start it with: roam up" in ended.output) == (3, True)


def test_chinese_and_json(tried: Try, switch: Switch) -> None:
    """Many operators write Chinese; programs read the same tale."""
    switch("deyang", "clock")
    assert "ROAM-622 该市时钟与我方相差 +6" in tried("deyang", BILLS, "--lang", "zh").output
    told = json.loads(tried("deyang", BILLS, "--json").output)
    error = next(hop for hop in told["hops"] if hop["name"] == "error")
    assert (error["mark"], error["advice"][0]["code"], told["outcome"]) == ("error", "ROAM-622", "BACKEND_REJECTED")


@pytest.mark.parametrize(("slug", "operation"), [("ziyang", "social.accounts"), ("leshan", BILLS), ("deyang", BILLS)])
def test_the_curl_command_holds_no_secret_and_no_person(
    six: tuple[Stack, Deployment], tried: Try, slug: str, operation: str
) -> None:
    """It goes into mails and tickets."""
    told = json.loads(tried(slug, operation, "--curl", "--json").output)["curl"]
    assert told.startswith("curl -sS -X POST http")
    assert "***" in told
    for secret in six[0].places.secrets.iterdir():
        assert secret.read_text("utf-8").strip()[:40] not in told
    assert not re.search(r"\d{11}", re.sub(r"try-\w+", "", told))


@pytest.mark.parametrize("slug", CITIES)
@pytest.mark.parametrize("persona", ["test-zhang", "test-many"])
def test_a_kept_answer_is_scrubbed_and_replays_green(
    six: tuple[Stack, Deployment], tried: Try, tmp_path: Path, slug: str, persona: str
) -> None:
    """Nothing of a citizen goes into a repository; what is kept is what the mapping makes of it."""
    deployment = six[1]
    plain = json.loads(tried(slug, BILLS, "--persona", persona, "--json").output)
    ended = tried(slug, BILLS, "--persona", persona, "--record", "--yes")
    assert ended.exit_code == 0, ended.output
    file = deployment.root / slug / "fixtures" / "bills.list.recorded.yaml"
    text = file.read_text("utf-8")
    assert not [row["id"] for row in plain["result"] if row["id"] in text]
    report = deployment.check(only=slug)
    assert [item for item in report.found if "recorded" in item.place.path and item.severity == "error"] == []
    assert "the same structure as" in tried(slug, BILLS, "--persona", persona, "--diff").output
    file.unlink()


def test_a_kept_file_is_not_written_over_unasked(tried: Try, tmp_path: Path) -> None:
    file = tmp_path / "kept.yaml"
    assert tried("deyang", BILLS, str(file), "--record").exit_code == 0
    file.write_text("mine\n", "utf-8")
    assert "was left as it is" in tried("deyang", BILLS, str(file), "--record", given="n\n").output
    assert file.read_text("utf-8") == "mine\n"
    tried("deyang", BILLS, str(file), "--record", given="y\n")
    assert file.read_text("utf-8").startswith("operation: bills.list\n")


def test_a_strangers_data_is_scrubbed_from_what_is_kept(tried: Try, switch: Switch, tmp_path: Path) -> None:
    """Undeclared personal data must not get into the repository by way of a fixture."""
    from sandbox.data_faults import STRANGER

    switch("deyang", "pii")
    file = tmp_path / "kept.yaml"
    tried("deyang", BILLS, str(file), "--record")
    text = file.read_text("utf-8")
    assert "idCard" in text
    assert not [value for value in STRANGER.values() if value in text]


def test_a_broken_wrapper_can_be_kept_and_the_difference_be_told(tried: Try, switch: Switch, tmp_path: Path) -> None:
    """The hint of ROAM-625 says to record it."""
    switch("deyang", "envelope")
    file = tmp_path / "kept.yaml"
    tried("deyang", BILLS, str(file), "--record")
    assert 'expect: {"error": "BACKEND_CONTRACT_BROKEN"}' in file.read_text("utf-8")
    told: Any = tried("deyang", BILLS, "--diff").output
    assert "+ result: object" in told
    assert "- data: " in told
