"""Cursors and ids are the gateway's own: whatever was changed, or belongs elsewhere, does not open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.seal import Sealer
from resolvers.cursor import MAX_HINT, MAX_LENGTH, BadCursor, Place, open_place, seal_place, walk_binding
from resolvers.ids import open_id, seal_id
from tests.resolvers.simulator import KEY

SEALER = Sealer(KEY)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
PLACE = Place(
    ("2026-11-01", "n1", "deyang"),
    {"deyang": 3, "chengdu": "row-6"},
    {"meishan": "BACKEND_TIMEOUT"},
    ["ziyang"],
    ["deyang"],
)


@given(value=st.none() | words, row=words, city=words, page=st.integers() | words)
def test_a_place_comes_back_as_it_was(value: str | None, row: str, city: str, page: int | str) -> None:
    """A cursor is the whole memory of a walk."""
    if isinstance(page, int) and abs(page) > 2**53:
        page = 1
    place = Place((value, row, city), {city: page}, {city: "INTERNAL"}, [city], [city])
    assert open_place(SEALER, "b", seal_place(SEALER, "b", place)) == place


@given(at=st.integers(0, 10_000), letter=st.sampled_from("ABab09-_"))
def test_a_changed_cursor_or_id_does_not_open(at: int, letter: str) -> None:
    """One letter is enough."""
    cursor, held = seal_place(SEALER, "b", PLACE), seal_id(SEALER, "Bill", "deyang", "B1")
    for text in (cursor, held):
        changed = text[: at % len(text)] + letter + text[at % len(text) + 1 :]
        if changed == text:
            continue
        with pytest.raises(BadCursor):
            open_place(SEALER, "b", changed)
        assert open_id(SEALER, changed) is None


@given(st.text(max_size=60))
def test_what_the_gateway_never_wrote_does_not_open(text: str) -> None:
    """Any text may come from outside, and none may be a fault."""
    with pytest.raises(BadCursor):
        open_place(SEALER, "b", text)
    assert open_id(SEALER, text) is None


def test_a_cursor_of_another_citizen_list_or_filter_does_not_open() -> None:
    """It names rows; somebody else's names somebody else's."""
    mine = walk_binding("me", "bills.list", {"cities": ["deyang"], "kinds": None})
    cursor = seal_place(SEALER, mine, PLACE)
    assert open_place(SEALER, mine, cursor) == PLACE
    for other in (
        walk_binding("you", "bills.list", {"cities": ["deyang"], "kinds": None}),
        walk_binding(None, "bills.list", {"cities": ["deyang"], "kinds": None}),
        walk_binding("me", "notices.list", {"cities": ["deyang"], "kinds": None}),
        walk_binding("me", "bills.list", {"cities": ["deyang"], "kinds": ["GAS"]}),
    ):
        with pytest.raises(BadCursor):
            open_place(SEALER, other, cursor)


def test_an_id_is_no_cursor_and_a_cursor_no_id() -> None:
    """Each purpose has its own key."""
    with pytest.raises(BadCursor):
        open_place(SEALER, "", seal_id(SEALER, "Bill", "deyang", "B1"))
    assert open_id(SEALER, seal_place(SEALER, "", PLACE)) is None


def test_an_id_opens_only_as_what_it_is() -> None:
    """A bill's id is no slot's."""
    held = seal_id(SEALER, "Bill", "deyang", "a\x1fb")
    assert open_id(SEALER, held, "Slot", "Venue") is None
    found = open_id(SEALER, held, "Bill")
    assert found
    assert (found.city, found.local) == ("deyang", "a\x1fb")


def test_an_endless_city_cursor_is_not_carried() -> None:
    """A city decides how long its cursors are, not how long ours are."""
    place = Place(("x", "y", "deyang"), {"deyang": "z" * (MAX_HINT + 1)})
    assert open_place(SEALER, "b", seal_place(SEALER, "b", place)).pages == {}


def test_a_cursor_over_a_whole_province_stays_short_enough_to_come_back() -> None:
    """21 cities with long cursors of their own, and the field's limit of 4,096 characters."""
    slugs = [f"city-{n:02}" for n in range(21)]
    pages, out = dict.fromkeys(slugs, "p" * MAX_HINT), dict.fromkeys(slugs, "BACKEND_UNREACHABLE")
    cursor = seal_place(
        SEALER, "b", Place(("2026-11-01T09:00:00+08:00", "n" * 64, "city-00"), pages, out, slugs, slugs)
    )
    assert len(cursor) <= MAX_LENGTH
    assert open_place(SEALER, "b", cursor).pages == dict.fromkeys(slugs[:6], "p" * MAX_HINT)


def test_the_same_object_always_has_the_same_id_that_shows_nothing() -> None:
    """Clients keep ids in caches and links; the city's number may be personal."""
    first, second = (seal_id(Sealer(KEY), "Bill", "deyang", "510600199001010011") for _ in range(2))
    assert first == second
    assert "5106" not in first
    assert seal_id(Sealer(b"x" * 32), "Bill", "deyang", "510600199001010011") != first
