"""Trying a call: the causes that the sandbox cannot make happen, over a raw server whose every byte the test decides."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.mapping.shape import canonical_shape
from channels.personal import card_number, identity_number, kind_of, masked, person, scan
from channels.trial.charset import disguised, likely
from channels.trial.run import try_call
from channels.trial.scrub import Pseudonyms, Scrub
from channels.trial.structure import changes, structure
from channels.trial.told import Trial
from channels.trial.wrapper import guess
from sandbox.numbers import identity_number as made_up
from tests.channels.loopback import BILL, BILLS, Asked, City, always, http, question, served, snapshot

GOOD = always(http({"rows": [BILL]}))


async def tried(url: str, *, backend: dict[str, Any] | None = None, seconds: float = 5.0, **parts: Any) -> Trial:
    held = snapshot(url, backend=backend, **parts)
    ask = question(seconds=seconds)
    found = await try_call(held, held.channels["testville"], ask, lambda: datetime.now(UTC))
    return found.trial


def told(trial: Trial) -> str:
    """Every hop and all its advice in English, one line each."""
    lines = []
    for hop in trial.hops:
        lines.append(f"{hop.mark} {hop.name}: {hop.text.en}")
        lines += [f"{advice.code} {advice.text.en}".strip() for advice in hop.advice]
    return "\n".join([*lines, trial.outcome])


def certificate(folder: Path) -> ssl.SSLContext:
    """A server of its own authority, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "city")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "city.pem"
    file.write_bytes(pem + private)
    (folder / "ca.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_the_protocol_of_a_handshake_is_told(tmp_path: Path) -> None:
    """The version is what the city's auditor asks for."""
    async with served(GOOD, certificate(tmp_path)) as city:
        authority = (tmp_path / "ca.pem").read_text("ascii")
        trial = await tried(city.url, backend={"tls": {"ca": "secret:CA"}}, secrets={"CA": authority})
    assert trial.outcome == "OK"
    assert "TLSv1.3 TLS_" in trial.hops[0].text.en


async def test_an_authority_that_is_not_trusted_is_named(tmp_path: Path) -> None:
    async with served(GOOD, certificate(tmp_path)) as city:
        trial = await tried(city.url)
    assert (trial.outcome, trial.hops[0].codes) == ("BACKEND_UNREACHABLE", ("ROAM-628",))
    assert "self-signed certificate" in told(trial)
    assert "backends.api.tls.ca" in told(trial)


async def test_plain_http_where_tls_is_spoken_is_a_handshake_that_failed() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        trial = await tried(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert trial.hops[0].codes == ("ROAM-628",)


async def test_a_name_that_does_not_resolve_is_told_from_a_closed_port() -> None:
    trial = await tried("http://city.invalid")
    assert "the name does not resolve" in told(trial)
    assert trial.hops[0].codes == ("ROAM-621",)


async def test_a_closed_port_names_the_address_to_be_let_in() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        trial = await tried(f"http://127.0.0.1:{holder.getsockname()[1]}")
    assert [hop.name for hop in trial.hops] == ["connect"]
    assert "Connection refused" in told(trial)
    assert "gateway egress address: 127.0.0.1" in told(trial)


async def test_a_reset_before_the_answer_is_told_from_an_answer_cut_short() -> None:
    async def reset(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def cut(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()

    async with served(reset) as city:
        assert "ROAM-621 the city, or a device between us, reset the connection" in told(await tried(city.url))
    async with served(cut) as city:
        assert "ROAM-629" in told(await tried(city.url))


async def test_a_silent_city_is_over_the_declared_time() -> None:
    async def silent(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await city.has_been_asked(2)

    async with served(silent) as city:
        trial = await tried(city.url, backend={"timeout": {"connect": "1s", "total": "200ms"}})
    assert "nothing after 0.2s" in told(trial)
    assert "ROAM-631 over timeout.total (0.2s)" in told(trial)


async def test_attempts_are_counted() -> None:
    answers = [http("", 503), http({"rows": [BILL]})]

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return answers.pop(0)

    async with served(respond) as city:
        trial = await tried(city.url, backend={"retry": {"attempts": 1, "on": ["503"]}})
    assert "(attempt 2)" in told(trial)
    assert trial.outcome == "OK"


async def test_a_clock_that_is_off_is_worth_a_word_while_all_is_well() -> None:
    async with served(always(http({"rows": [BILL]}, date="Thu, 01 Jan 2026 00:00:00 GMT"))) as city:
        trial = await tried(city.url)
    assert (trial.outcome, "ROAM-622" in told(trial)) == ("OK", True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**BILL, "flag": "9"}, "backend value `9` has no entry in the enum of `state`"),
        ({**BILL, "amount": "38.6"}, "`amount` met text `38.6`: not a whole number"),
        ({**BILL, "due": "2026-11-30"}, "`dueOn` met text `2026-11-30`: not a date in the form yyyyMMdd"),
        ({**BILL, "id": None}, "required field `id` is empty: `id` is there, but null"),
        ({**BILL, "flag": "510603199001011418"}, "backend value `510*************18`"),
        (7, "a row is no object but a number"),
    ],
)
async def test_each_way_not_to_fit_is_told_with_what_was_met(row: Any, said: str) -> None:
    """A value that is somebody's is not shown, though it is what does not fit."""
    async with served(always(http({"rows": [row]}))) as city:
        assert said in told(await tried(city.url))


async def test_a_row_that_fits_is_kept_beside_one_that_does_not() -> None:
    async with served(always(http({"rows": [BILL, {**BILL, "id": "b2", "flag": "9"}]}))) as city:
        trial = await tried(city.url)
    assert (trial.outcome, trial.broken, len(trial.rows)) == ("PARTIAL", False, 1)
    assert "warning mapping: backend value `9` has no entry in the enum of `state` (1 of 2 rows)" in told(trial)


async def test_personal_data_beside_the_rows_is_found_too() -> None:
    """A wrapper may talk as well."""
    number = made_up("510603", date(1990, 1, 1), 141)
    async with served(always(http({"rows": [{**BILL, "payee": "水司"}], "operator": {"sfz": number}}))) as city:
        trial = await tried(city.url)
    assert "operator.sfz (ID_NUMBER)" in told(trial)
    assert number not in told(trial)


async def test_what_the_city_was_told_itself_is_no_news() -> None:
    rules = {"bills.list": {**BILLS, "needs": ["pairwise_id", "phone"]}}
    held = snapshot("http://127.0.0.1:1", operations=rules)
    async with served(always(http({"rows": [{**BILL, "sjh": "19900000011"}]}))) as city:
        held = snapshot(city.url, operations=rules)
        ask = question(claims={"pairwise_id": "p1", "phone": "19900000011"})
        found = await try_call(held, held.channels["testville"], ask, lambda: datetime.now(UTC))
    assert "no personal data beyond the declared fields" in told(found.trial)


async def test_a_missing_secret_is_told_before_anything_is_sent() -> None:
    auth = {"key": {"type": "api_key", "header": "X-Key", "value": "secret:CITY_KEY"}}
    trial = await tried("http://127.0.0.1:1", backend={"auth": "key"}, auth=auth)
    assert [(hop.name, hop.mark) for hop in trial.hops] == [("sign", "error")]
    assert "secret CITY_KEY is not set" in told(trial)
    assert "roam secrets set CITY_KEY" in told(trial)


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        ("510603199001011418", "x", "ID_NUMBER"),
        ("510603199001011417", "x", None),  # the check character is wrong
        ("510603199013011412", "x", None),  # there is no thirteenth month
        ("电话 13900000000", "x", "PHONE"),
        ("12900000000", "x", None),
        ("6222021234567890127", "x", None),
        ("4111111111111111", "x", "BANK_CARD"),
        ("张三", "xm", "NAME"),
        ("张三", "corpName", None),
        ("四川省人民医院", "name", None),
        ("德阳市旌阳区某路1号", "familyAddr", "ADDRESS"),
        ("川F12345", "cp", "VEHICLE_PLATE"),
        ("someone@example.com", "x", "EMAIL"),
        ("DY202610-1", "billNo", None),
        ("20261130", "limitDate", None),
    ],
)
def test_what_is_somebodys(text: str, key: str, kind: str | None) -> None:
    """Numbers prove themselves; names need a name's place. An order number is nobody's."""
    found = kind_of(text, key)
    assert (found[0] if found else None) == kind


def test_the_detectors_agree_with_the_standards() -> None:
    assert identity_number("11010519491231002X")  # the example of GB 11643
    assert card_number("5555555555554444")
    assert not card_number("5555555555554445")
    assert person("欧阳") is False  # outside the list: suspected names are a help, not a proof


def test_masking_leaves_no_number_whole() -> None:
    assert masked("身份证510603199001011418,电话13900000000") == "身份证510*************18,电话139******00"


def test_lists_share_a_path() -> None:
    found = list(scan({"rows": [{"tel": "13900000000"}, {"tel": "13900000001"}]}))
    assert {one.name for one in found} == {"rows.tel"}


@pytest.mark.parametrize(
    ("body", "declared", "actual"),
    [
        ("水费".encode("gbk"), "utf-8", "gbk"),
        ("水费账单".encode(), "gb18030", "utf-8"),
        (b"plain", "utf-8", None),
        ("水".encode("utf-16"), "utf-8", "utf-16"),
    ],
)
def test_a_charset_is_guessed_from_bytes(body: bytes, declared: str, actual: str | None) -> None:
    assert likely(body, declared) == actual


def test_utf8_that_reads_as_gbk_is_seen_through() -> None:
    """It reads without an error, and wrongly."""
    text = "德阳市自来水公司水费".encode()
    assert disguised(text, "gb18030")
    assert not disguised("德阳市自来水公司水费".encode("gb18030"), "gb18030")


def test_a_structure_says_what_came_went_and_changed() -> None:
    before = structure([{"code": 0, "rows": [{"id": "1", "fee": 1, "note": None}], "gone": True}])
    after = structure([{"code": "0", "rows": [{"id": "1", "fee": 2, "note": "x", "idCard": "5"}]}])
    assert [str(change) for change in changes(before, after)] == [
        "~ code: number → string",
        "- gone: boolean",
        "+ rows[].idCard: string",
    ]
    empty = structure([{"code": 0, "rows": [], "gone": True}])
    assert changes(before, empty) == ()


def test_a_wrapper_is_guessed_by_its_words_and_by_where_the_rows_are() -> None:
    held = snapshot("http://127.0.0.1:1")
    response = held.channels["testville"].config.operations["bills.list"].response
    assert guess({"status": "ok", "result": {"rows": [BILL]}}, response) == "ok: \"status == 'ok'\", data: result"
    assert guess({"success": True, "obj": [BILL]}, response) == 'ok: "success", data: obj'
    assert guess({"r": {"code": 0, "data": {"rows": []}}}, response) == "ok: \"to_string(r.code) == '0'\", data: r.data"
    assert guess([BILL], response) is None


def test_pseudonyms_are_the_same_for_the_same_and_different_for_others() -> None:
    names = Pseudonyms()
    first, second = names.of("DY202610-1"), names.of("DY202610-2")
    assert (names.of("DY202610-1"), first != second, first[:2], first[8]) == (first, True, "DY", "-")
    assert kind_of(names.of("510603199001011418")) == ("ID_NUMBER", True)
    assert names.of("13900000000").startswith("199")


def test_free_text_is_blotted_out_and_an_address_keeps_its_host() -> None:
    """A case's title may name a person before it names a hospital."""
    held = snapshot("http://127.0.0.1:1").channels["testville"].config.operations["bills.list"].response
    scrub = Scrub(held.mapping, canonical_shape("Bill"), public=False, claims={"pairwise_id": "p1"})
    assert scrub.text("张三投诉某医院", "title") == "某某某某某某某"
    assert scrub.text("德阳市自来水公司", "payee") == "德阳市自来水公司"
    assert scrub.text("p1", "userId") == "p-777"
    kept = scrub.text("https://m.example.gov.cn/t/A1b2C3d4E5f6G7h8", "url")
    assert (kept[:25], "A1b2C3d4" in kept) == ("https://m.example.gov.cn/", False)
    assert scrub.value({"flag": "0", "amount": 3860, "due": "20261130"}) == {
        "flag": "0",
        "amount": 3860,
        "due": "20261130",
    }
