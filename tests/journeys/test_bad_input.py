"""Each mistake gets one clear error that says what and where; nothing internal leaks."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack
from tests.client import Citizen, Faults, FrontEnd

ROOT = Path(__file__).resolve().parents[2]


def forged(token: str, **claims: Any) -> str:
    """The token with other claims under its old signature."""
    head, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | claims
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode(), signature))


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "", "eyJhbGciOiJub25lIn0.e30."])
def test_a_wrong_token_is_told_and_never_quietly_nobody(stack: Stack, token: str) -> None:
    """A client that believes it is signed in must hear that it is not."""
    front = FrontEnd(stack.gateway_url, headers={"authorization": f"Bearer {token}"})
    answer = front.ask("{ me { id } }")
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.data is None


def test_a_token_with_changed_claims_is_refused(citizen: Citizen, stack: Stack) -> None:
    """Nobody makes themselves another citizen."""
    token = citizen("deng").token or ""
    answer = FrontEnd(stack.gateway_url, forged(token, sub="chen")).ask("{ me { id } }")
    assert answer.codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("query", "variables", "words"),
    [
        ("{ city(id: CHONGQING) { slug } }", {}, ["CHONGQING", "CityId"]),
        ("query Q($c: CityId!) { city(id: $c) { slug } }", {"c": "CHONGQING"}, ["CHONGQING", "CityId"]),
        ('{ me { bills(filter: {dueBefore: "2026-13-01"}) { nodes { id } } } }', {}, ["2026-13-01", "Date"]),
        (
            "query Q($d: Date!) { me { bills(filter: {dueBefore: $d}) { nodes { id } } } }",
            {"d": "30/11/2026"},
            ["30/11/2026", "YYYY-MM-DD"],
        ),
        ("{ me { bills(first: 0) { nodes { id } } } }", {}, ["first", "1", "0"]),
        ("{ me { bills(first: 2000) { nodes { id } } } }", {}, ["first", "1000", "2000"]),
        ('{ me { bills(after: "zzzz") { nodes { id } } } }', {}, ["after"]),
        ('{ roam(city: CHENGDU) { slots(venueId: "h-1", date: "2026-12-01") { id } } }', {}, ["venueId"]),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_found(
    citizen: Citizen, query: str, variables: Mapping[str, Any], words: list[str]
) -> None:
    """The reader of the message can mend the query."""
    front = FrontEnd(citizen("deng").url, citizen("deng").token, headers={"accept-language": "en"})
    answer = front.ask(query, **variables)
    assert len(answer.errors) == 1
    assert answer.errors[0]["extensions"]["code"] in ("INVALID_INPUT", "GRAPHQL_VALIDATION_FAILED", "QUERY_REJECTED")
    for word in words:
        assert word in answer.errors[0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{n}: gateway {{ version }}" for n in range(500)) + " }",
        "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ cities " + "{ services { nodes { providers { city " * 12 + "{ slug }" + " } } } }" * 12 + " }",
        '{ search(text: "' + "水" * 200_000 + '") { edges { score } } }',
    ],
    ids=["500 aliases", "fragment cycle", "deep", "huge literal"],
)
def test_a_hostile_query_is_refused_before_any_city_is_called(citizen: Citizen, query: str) -> None:
    """Refused by size, depth or cost, in bounded time."""
    answer = citizen("deng").ask(query)
    assert answer.data is None
    assert answer.codes[0] in ("QUERY_REJECTED", "GRAPHQL_VALIDATION_FAILED")


def test_errors_say_nothing_of_the_inside(citizen: Citizen, faults: Faults) -> None:
    """No address, no path, no stack, no backend's own words."""
    for fault in ("refuse", "html", "truncated", "5xx", "wrong_type"):
        faults("deyang", fault)
        answer = citizen("test-zhang@deyang").ask("{ me { applications(cities: [DEYANG]) { nodes { id } } } }")
        text = json.dumps([answer.errors, answer.data], ensure_ascii=False)
        for secret in ("127.0.0.1", "Traceback", "/work", ".py", "<html", "gateway/api"):
            assert secret not in text


def started(root: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the gateway alone; it must end by itself."""
    told = {**os.environ, "ROAM_ROOT": str(root), "ROAM_STATE": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "app"], cwd=ROOT, env=told, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_missing_secret_is_named_at_start(tmp_path: Path) -> None:
    """One line that says which, and how to set it."""
    shutil.copytree(ROOT / "cities", tmp_path / "cities")
    secrets = tmp_path / "cities" / "secrets.sandbox"
    kept = [line for line in secrets.read_text("utf-8").splitlines() if not line.startswith("GATEWAY_SEAL_KEY=")]
    secrets.write_text("\n".join(kept) + "\n", "utf-8")
    ended = started(tmp_path / "cities", tmp_path / "state")
    assert ended.returncode != 0
    assert "GATEWAY_SEAL_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_named_at_start(tmp_path: Path) -> None:
    """The operator sees which port, not a stack."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        key = "k" * 32
        ended = started(
            ROOT / "cities",
            tmp_path / "state",
            ROAM_PORT=port,
            ROAM_SECRET_GATEWAY_SEAL_KEY=key,
            ROAM_SECRET_GATEWAY_PAIRWISE_SALT=key,
        )
    assert ended.returncode != 0
    assert port in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_wrong_port_number_is_named_at_start(tmp_path: Path, port: str) -> None:
    """What was found and what is expected."""
    ended = started(ROOT / "cities", tmp_path / "state", ROAM_PORT=port)
    assert ended.returncode == 1
    assert f"'{port}'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_without_channels_is_named_at_start(tmp_path: Path) -> None:
    """Pointing at the wrong folder is the most usual mistake."""
    ended = started(tmp_path, tmp_path / "state")
    assert ended.returncode == 1
    assert str(tmp_path) in ended.stderr
    assert "Traceback" not in ended.stderr
