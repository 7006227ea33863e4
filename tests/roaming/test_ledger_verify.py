"""Whoever changes, removes or moves a record is found, and the record is named."""

import random
import re
import sqlite3
from pathlib import Path

import pytest

from roaming.ledger_chain import COLUMNS, digest
from roaming.ledger_verify import Anchor, Verdict, verify
from storage import StorageUnusable
from tests.roaming.ledgers import kept, unguarded, usage


async def ledger(folder: Path, count: int = 9) -> Path:
    return await kept(folder, *(usage(number) for number in range(1, count + 1)))


def told(verdict: Verdict) -> list[str]:
    return [str(finding) for finding in verdict.findings]


async def test_an_untouched_ledger_is_whole(tmp_path: Path) -> None:
    verdict = verify(await ledger(tmp_path))
    assert (verdict.count, told(verdict), len(verdict.head)) == (9, [], 64)


async def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    verdict = verify(await kept(tmp_path))
    assert (verdict.count, verdict.head, verdict.whole) == (0, "0" * 64, True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", 1),
        ("call", "other"),
        ("home", "510100"),
        ("visited", "510600"),
        ("operation", "bills.pay"),
        ("purpose", None),
        ("agreement", "2026-002"),
        ("consent", ""),
        ("outcome", "DENIED"),
        ("code", "OK"),
        ("latency_ms", 13),
        ("subject", "0"),
        ("actor", "0"),
        ("app", None),
        ("previous", "0" * 64),
    ],
)
async def test_a_changed_record_is_named(tmp_path: Path, column: str, value: object) -> None:
    """Every field is under the hash."""
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        connection.execute(f"UPDATE ledger SET {column} = ? WHERE sequence = 5", (value,))  # noqa: S608
    [finding] = verify(path).findings
    assert (finding.sequence, finding.problem) == (5, "it was changed: its hash does not fit its fields")
    assert re.match(r"record 5 \(\d{4}-.*Z\): it was changed", str(finding))


async def test_a_record_rewritten_with_a_fitting_hash_breaks_the_next(tmp_path: Path) -> None:
    """A forger who can compute hashes must rewrite everything after, and then the head no longer is the noted one."""
    path = await ledger(tmp_path)
    head = verify(path).head
    with unguarded(path) as connection:
        row = list(connection.execute(f"SELECT {', '.join(COLUMNS)} FROM ledger WHERE sequence = 5").fetchone())  # noqa: S608
        row[COLUMNS.index("outcome")] = "DENIED"
        values = ("DENIED", digest(row[:-1]))
        connection.execute("UPDATE ledger SET outcome = ?, hash = ? WHERE sequence = 5", values)
    [finding] = verify(path, Anchor(head, 9)).findings
    assert (finding.sequence, finding.problem) == (6, "it does not follow the record before it")


async def test_a_removed_record_is_named(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence IN (4, 5)")
    [finding] = verify(path).findings
    assert (finding.sequence, finding.problem) == (6, "records 4 to 5 are missing before it")


async def test_the_first_record_cannot_be_taken_away(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence = 1")
    assert told(verify(path))[0].endswith("record 1 is missing before it")


async def test_records_that_changed_places_are_named_with_where_they_stood(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        for old, new in ((3, 99), (7, 3), (99, 7)):
            connection.execute("UPDATE ledger SET sequence = ? WHERE sequence = ?", (new, old))
    found = {finding.sequence: finding.problem for finding in verify(path).findings}
    assert found[3] == "it was moved here from place 7"
    assert found[7] == "it was moved here from place 3"


async def test_closing_the_gap_by_renumbering_is_found(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence = 4")
        for number in range(5, 10):
            connection.execute("UPDATE ledger SET sequence = ? WHERE sequence = ?", (number - 1, number))
    found = {finding.sequence: finding.problem for finding in verify(path).findings}
    assert found[4] == "it was moved here from place 5"
    assert found[8] == "it was moved here from place 9"


async def test_an_end_that_was_cut_off_is_found_by_a_noted_head(tmp_path: Path) -> None:
    """The chain of what is left is whole; only the anchor tells."""
    path = await ledger(tmp_path)
    noted = verify(path)
    with unguarded(path) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence > 6")
    assert verify(path).whole
    for anchor in (Anchor(noted.head, noted.count), Anchor(noted.head)):
        [finding] = verify(path, anchor).findings
        assert noted.head in str(finding)
    assert verify(path, Anchor(verify(path).head, 6)).whole
    assert not verify(path, Anchor(verify(path).head, 5)).whole


async def test_a_head_stays_in_the_chain_as_it_grows(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    noted = verify(path)
    await kept(tmp_path, usage(10), usage(11))
    assert verify(path, Anchor(noted.head, noted.count)).whole


async def test_guards_that_were_taken_away_are_missed(tmp_path: Path) -> None:
    """Whoever removed a trigger meant to change a record, perhaps later."""
    path = await ledger(tmp_path)
    with unguarded(path) as connection:
        pass
    assert verify(path).whole
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER ledger_loses_none")
    connection.close()
    assert told(verify(path)) == ["the file's ledger_loses_none is missing"]


async def test_any_flipped_byte_of_a_record_is_found(tmp_path: Path) -> None:
    """In the raw file, below SQLite: in the record itself or in an index, wherever a record's text stands."""
    path = await ledger(tmp_path)
    whole = path.read_bytes()
    dice = random.Random(4)  # noqa: S311 - a test's own
    places = [match.start() for match in re.finditer(rb"call-5|bills\.list|2026-001|510600", whole)]
    for place in [*places, *(dice.choice(places) + dice.randrange(6) for _ in range(60))]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        verdict = verify(path)
        assert not verdict.whole, place
        assert any(finding.sequence or "file" in finding.problem for finding in verdict.findings)


async def test_a_flipped_byte_in_a_record_names_the_record(tmp_path: Path) -> None:
    path = await ledger(tmp_path)
    whole = path.read_bytes()
    place = whole.index(b"call-7510600") + len(b"call-7")  # its home city, behind its call
    path.write_bytes(whole[:place] + b"6" + whole[place + 1 :])
    assert [finding.sequence for finding in verify(path).findings] == [7]


async def test_no_damage_makes_the_check_itself_fail(tmp_path: Path) -> None:
    """Any byte of the file, any value: a verdict comes, never a crash."""
    path = await ledger(tmp_path, 200)
    whole = path.read_bytes()
    dice = random.Random(7)  # noqa: S311 - a test's own
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 1, 1, 40))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged)
        verify(path)


async def test_a_cut_file_is_found(tmp_path: Path) -> None:
    path = await ledger(tmp_path, 200)
    path.write_bytes(path.read_bytes()[:20_000])
    assert not verify(path).whole


def test_no_file_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(StorageUnusable, match="no such file"):
        verify(tmp_path / "ledger.sqlite")


async def test_only_the_first_findings_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    path = await ledger(tmp_path, 60)
    with unguarded(path) as connection:
        connection.execute("UPDATE ledger SET latency_ms = 99")
    verdict = verify(path)
    assert (len(verdict.findings), verdict.wrong) == (20, 60)
