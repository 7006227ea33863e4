"""`roam ledger`: an auditor's two commands, on ledgers as they are found."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from cli.main import parts
from roaming import Outcome
from roaming.ledger import FROM_CACHE, settled
from roaming.ledger_report import BadPeriod, Period, period
from tests.roaming.ledgers import kept, unguarded, usage

CITIES = Path(__file__).resolve().parents[2] / "cities"


def roam(*arguments: str) -> Result:
    import typer

    command = typer.Typer()
    for register in parts():
        register(command)
    return CliRunner().invoke(command, ["ledger", *arguments])


async def test_a_whole_ledger_is_told_with_its_head(tmp_path: Path) -> None:
    """The head is what an auditor notes down."""
    await kept(tmp_path, usage(1), usage(2))
    result = roam("verify", "--state", str(tmp_path))
    assert result.exit_code == 0
    assert "ledger: 2 records, the chain is whole" in result.output
    head = result.output.split("head ")[1][:64]
    assert roam("verify", "--state", str(tmp_path), "--head", head, "--count", "2").exit_code == 0


async def test_a_flipped_byte_names_its_record(tmp_path: Path) -> None:
    """One bit of one byte, in the file itself."""
    path = await kept(tmp_path, *(usage(number) for number in range(1, 10)))
    whole = bytearray(path.read_bytes())
    whole[whole.index(b"call-7510600") + 6] ^= 1
    path.write_bytes(whole)
    result = roam("verify", "--state", str(tmp_path))
    assert result.exit_code == 1
    assert "record 7 (2026-11-22T03:04:12.678901Z): it was changed" in result.output
    assert "9 records, NOT WHOLE" in result.output


async def test_an_end_cut_off_is_found_with_a_noted_head(tmp_path: Path) -> None:
    path = await kept(tmp_path, usage(1), usage(2), usage(3))
    head = roam("verify", "--state", str(tmp_path)).output.split("head ")[1][:64]
    with unguarded(path) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence = 3")
    assert roam("verify", "--state", str(tmp_path)).exit_code == 0
    result = roam("verify", "--state", str(tmp_path), "--head", head)
    assert result.exit_code == 1
    assert f"the noted head {head} is not in the chain" in result.output


def test_where_there_is_no_ledger_that_is_told(tmp_path: Path) -> None:
    for command in (["verify"], ["report", "--period", "2026-11"]):
        result = roam(*command, "--state", str(tmp_path))
        assert result.exit_code == 2
        assert "there is no such file" in result.output


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection:
        connection.execute("CREATE TABLE other (a)")
    for command in (["verify"], ["report", "--period", "2026-11", "--root", str(CITIES)]):
        result = roam(*command, "--state", str(tmp_path))
        assert result.exit_code in (1, 2)
        assert "no such table" in result.output


async def month(folder: Path) -> str:
    """A month of calls, and one on each side of it: in China's days, which begin eight hours earlier than UTC's."""
    calls = [
        usage(1, at=datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)),
        usage(2, at=datetime(2026, 10, 31, 16, tzinfo=UTC), latency_ms=10),
        usage(3, latency_ms=30, subject="b"),
        usage(4, latency_ms=1_000, outcome=Outcome.FAILED, code="BACKEND_TIMEOUT"),
        usage(5, outcome=Outcome.DENIED, code="NO_AGREEMENT", agreement=None),
        usage(6, code=FROM_CACHE),
        usage(7, operation="bills.pay", outcome=Outcome.UNKNOWN, code="OUTCOME_UNKNOWN", latency_ms=20),
        usage(8, operation="bills.pay", call=settled("call-7")),
        usage(9, visited="510700", operation="fund.accounts", agreement="2026-002"),
        usage(10, home="510100", visited="510600", agreement="2026-002", operation="transit.ride_code"),
        usage(11, at=datetime(2026, 11, 30, 16, tzinfo=UTC)),
    ]
    await kept(folder, *calls)
    return str(folder)


async def test_a_report_counts_each_pair_of_cities(tmp_path: Path) -> None:
    state = await month(tmp_path)
    result = roam("report", "--state", state, "--root", str(CITIES), "--period", "2026-11", "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["period"] == {"first": "2026-11-01", "last": "2026-11-30"}
    lines = {(line["home"], line["visited"], line["group"]): line for line in told["usage"]}
    pair = lines["510600", "510100", "*"]
    assert {name: pair[name] for name in ("calls", "ok", "failed", "denied", "unknown", "settled", "from_cache")} == {
        "calls": 6,
        "ok": 3,
        "failed": 1,
        "denied": 1,
        "unknown": 1,
        "settled": 1,
        "from_cache": 1,
    }
    assert (pair["asked"], pair["citizens"], pair["median_ms"], pair["p95_ms"]) == (4, 2, 20, 1_000)
    assert lines["510600", "510700", "fund"]["calls"] == 1
    assert told["fees"] == [
        {
            "agreement": "2026-002",
            "home": "510100",
            "visited": "510600",
            "answers": 1,
            "per_call": "0.00",
            "amount": "0.00",
            "settlement": "免费",
        },
        {
            "agreement": "2026-002",
            "home": "510600",
            "visited": "510700",
            "answers": 1,
            "per_call": "0.00",
            "amount": "0.00",
            "settlement": "免费",
        },
    ]


async def test_csv_and_json_tell_the_same(tmp_path: Path) -> None:
    state = await month(tmp_path)
    options = ("--state", state, "--root", str(CITIES), "--period", "2026-11")
    usages = json.loads(roam("report", *options, "--format", "json").stdout)["usage"]
    table = roam("report", *options, "--format", "csv").stdout.partition("\n\n")[0]
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows == [{name: "" if value is None else str(value) for name, value in line.items()} for line in usages]


async def test_the_text_names_the_cities(tmp_path: Path) -> None:
    state = await month(tmp_path)
    told = roam("report", "--state", state, "--root", str(CITIES), "--period", "2026-11").stdout
    assert "Deyang > Chengdu" in told
    assert "2026-002: Chengdu owes Deyang 0.00 yuan for 1 answers" in told


async def test_the_picture_is_one_well_formed_svg_in_two_languages(tmp_path: Path) -> None:
    state, out = await month(tmp_path), tmp_path / "usage.svg"
    options = ("--state", state, "--root", str(CITIES), "--period", "2026-11", "--format", "svg", "--out", str(out))
    assert roam("report", *options).exit_code == 0
    tree = ElementTree.fromstring(out.read_text("utf-8"))  # noqa: S314 - our own file
    told = " ".join(tree.itertext())
    assert all(word in told for word in ("成都市", "Chengdu", "德阳市", "Deyang", "Usage between cities", "OK 50 %"))
    assert "http" not in out.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")


async def test_a_period_without_calls_gives_an_empty_report(tmp_path: Path) -> None:
    state = await month(tmp_path)
    for form, found in (("text", "no calls"), ("csv", "home,visited"), ("json", '"usage": []'), ("svg", "no calls")):
        options = ("--state", state, "--root", str(CITIES), "--period", "2025", "--format", form)
        assert found in roam("report", *options).stdout


async def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    state = await month(tmp_path)
    options = ("--state", state, "--root", str(CITIES), "--period", "2026-11")
    for more, expected in (
        (("--format", "pdf"), "'pdf' is no format; there are text, csv, json, svg"),
        (("--out", str(tmp_path / "none" / "x")), "No such file"),
    ):
        result = roam("report", *options, *more)
        assert result.exit_code == 2
        assert expected in result.output


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22)),
        ("2026-11-01..2026-11-30", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-Q1..2026-06", date(2026, 1, 1), date(2026, 6, 30)),
    ],
)
def test_periods_are_read(text: str, first: date, last: date) -> None:
    assert period(text) == Period(first, last)


@pytest.mark.parametrize(
    "text", ["", "November", "2026-13", "2026-Q5", "2026-11-31", "2026-11-30..2026-11-01", "..", "2026-11..", "26-11"]
)
def test_what_is_no_period_is_told_with_the_forms(text: str) -> None:
    with pytest.raises(BadPeriod, match="2026-Q4"):
        period(text)
