"""Walking a list over several cities: no row lost, repeated or out of order, whatever the cities' pages look like."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolvers.asking.connection import places_after
from resolvers.asking.question import MAX_PAGES
from resolvers.asking.walk import Merged, Walk, merge_cities
from resolvers.context import Context
from resolvers.cursor import Place, open_place, seal_place
from schema.codes import CityOutcome, ErrorCode
from tests.resolvers.simulator import City, request, services

CITIES = ["chengdu", "mianyang"]  # the two that publish notices, and declare the newest first
Row = dict[str, Any]

values = st.one_of(st.none(), st.sampled_from([f"2026-11-{day:02}T09:00:00+08:00" for day in range(1, 9)]))
rows = st.lists(st.tuples(values, st.booleans()), max_size=14)


def notices(held: Sequence[tuple[str | None, bool]], seed: int = 0) -> list[Row]:
    """Rows in the declared order: the newest first, nulls last, equal values in any order, some sent twice."""
    chance = random.Random(seed)  # noqa: S311 - a test's own
    made = [
        {"id": f"n{n}", "publishedAt": value, "kind": "WATER" if flag else "GAS"}
        for n, (value, flag) in enumerate(held)
    ]
    chance.shuffle(made)
    made.sort(key=lambda row: row["publishedAt"] or "", reverse=True)
    return [twice for row in made for twice in [row] * (2 if chance.random() < 0.2 else 1)]


def walk_of(keep: Callable[[Row], bool] = lambda row: True) -> Walk:
    return Walk("notices.list", CITIES, lambda grant: {"kinds": None}, keep, {})


def key(row: Row, city: str) -> tuple[bool, tuple[int, ...], str, str]:
    value = row["publishedAt"]
    return value is None, tuple(-ord(letter) for letter in value or ""), row["id"], city


def expected(cities: Mapping[str, City], keep: Callable[[Row], bool]) -> list[tuple[str, str]]:
    """What a walk must give: every kept row once, in the merged order."""
    every = {(city, row["id"]): row for city, held in cities.items() for row in held.rows if keep(row)}
    return sorted(every, key=lambda at: key(every[at], at[0]))


def given_out(merged: Merged) -> list[tuple[str, str]]:
    return [(reading.slug, placed.row["id"]) for reading, placed in merged.rows]


async def next_page(context: Context, walk: Walk, place: Place | None, first: int) -> tuple[Merged, Place | None]:
    """One page, and the place behind it as a client would bring it back: sealed and opened."""
    merged = await merge_cities(context, walk, place, first=first, whole=False)
    places = places_after(walk, merged, place)
    sealer = context.services.sealer
    return merged, open_place(sealer, "b", seal_place(sealer, "b", places[-1])) if places else None


async def walked(cities: Mapping[str, City], first: int, keep: Callable[[Row], bool]) -> list[tuple[str, str]]:
    context, walk = request(services(None, cities)), walk_of(keep)
    ids: list[tuple[str, str]] = []
    place: Place | None = None
    while True:
        merged, place = await next_page(context, walk, place, first)
        ids += given_out(merged)
        if not merged.has_next:
            return ids
        assert merged.rows, "a page that has a next one is never empty"


@settings(max_examples=150, deadline=None)
@given(
    chengdu=rows,
    mianyang=rows,
    sizes=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    first=st.integers(1, 9),
    filtered=st.booleans(),
    seed=st.integers(0, 9),
)
def test_every_page_size_gives_the_same_rows_in_the_same_order(
    chengdu: list[tuple[str | None, bool]],
    mianyang: list[tuple[str | None, bool]],
    sizes: tuple[int, int],
    first: int,
    filtered: bool,
    seed: int,
) -> None:
    """Ties over page borders, duplicates, nulls, filters, two page styles."""
    cities = {
        "chengdu": City(notices(chengdu, seed), sizes[0], opaque=True),
        "mianyang": City(notices(mianyang, seed + 1), sizes[1]),
    }

    def keep(row: Row) -> bool:
        return not filtered or row["kind"] == "WATER"

    assert asyncio.run(walked(cities, first, keep)) == expected(cities, keep)


def day(number: int) -> str:
    return f"2026-11-{number:02}T09:00:00+08:00"


# One late row belongs into the very group of equal values that the cursor stands in, and before the cursor.
INTO_ITS_GROUP = [(None, True)] * 3 + [(day(1), True)] * 3 + [(day(2), True), (None, True)]


@settings(max_examples=80, deadline=None)
@example(held=INTO_ITS_GROUP, first=1, seed=10)
@given(held=st.lists(st.tuples(values, st.just(True)), max_size=10), first=st.integers(1, 5), seed=st.integers(0, 50))
def test_a_city_that_breaks_its_declared_order_gives_nothing_twice_and_nothing_out_of_order(
    held: list[tuple[str | None, bool]], first: int, seed: int
) -> None:
    """What it sends too late is withheld and told as PARTIAL; all else stands in its place."""
    mixed = notices(held)
    random.Random(seed).shuffle(mixed)  # noqa: S311 - a test's own
    cities = {"chengdu": City(mixed, 2, opaque=True), "mianyang": City(notices([("2026-11-04T09:00:00+08:00", True)]))}

    async def story() -> tuple[list[tuple[str, str]], int]:
        context, walk = request(services(None, cities)), walk_of()
        ids: list[tuple[str, str]] = []
        withheld, place = 0, None
        while True:
            merged, place = await next_page(context, walk, place, first)
            ids += given_out(merged)
            withheld += sum(reading.outcome.dropped for reading in merged.readings)
            if not merged.has_next:
                return ids, withheld

    ids, withheld = asyncio.run(story())
    whole = expected(cities, lambda row: True)
    assert [each for each in whole if each in ids] == ids
    assert len(set(ids)) == len(ids)
    assert len(ids) + withheld == len(whole)


def dated(*days: int) -> list[Row]:
    return [{"id": f"n{day:02}", "publishedAt": f"2026-11-{day:02}T09:00:00+08:00", "kind": "WATER"} for day in days]


async def test_a_row_that_leaves_between_two_pages_costs_no_other_row() -> None:
    """Pages by number move when a bill is paid: the gateway sees it and reads from the start."""
    city = City(dated(9, 8, 7, 6, 5, 4, 3, 2, 1), size=2)
    context, walk = request(services(None, {"chengdu": City(), "mianyang": city})), walk_of()
    merged, place = await next_page(context, walk, None, 4)
    assert given_out(merged) == [("mianyang", f"n{day:02}") for day in (9, 8, 7, 6)]
    city.rows = dated(7, 6, 5, 4, 3, 2, 1)
    merged, place = await next_page(context, walk, place, 4)
    assert given_out(merged) == [("mianyang", f"n{day:02}") for day in (5, 4, 3, 2)]


async def test_a_later_page_is_read_from_where_the_cursor_stands() -> None:
    """Deep pages of a long list must not cost more than shallow ones."""
    city = City(dated(*range(28, 0, -1)), size=4)
    held = services(None, {"chengdu": City(), "mianyang": city})
    context, walk = request(held), walk_of()
    place: Place | None = None
    calls = []
    for _ in range(5):
        before = len(held.connections.asked)  # type: ignore[attr-defined]
        _, place = await next_page(context, walk, place, 4)
        calls.append(sum(slug == "mianyang" for slug, _ in held.connections.asked[before:]))  # type: ignore[attr-defined]
    assert max(calls) <= 3


async def test_a_failing_city_stays_out_of_the_rest_of_the_walk() -> None:
    """Its rows would come after rows that they precede."""
    broken = City(dated(9, 8), fault=ErrorCode.BACKEND_TIMEOUT)
    context, walk = request(services(None, {"chengdu": broken, "mianyang": City(dated(7, 6, 5))})), walk_of()
    merged, place = await next_page(context, walk, None, 1)
    assert [r.outcome.kind for r in merged.readings] == [CityOutcome.FAILED, CityOutcome.OK]
    broken.fault = None
    merged, _ = await next_page(context, walk, place, 5)
    assert given_out(merged) == [("mianyang", "n06"), ("mianyang", "n05")]
    assert next((r.outcome.kind, r.outcome.left_out) for r in merged.readings) == (CityOutcome.FAILED, True)


async def test_a_city_that_learns_of_the_citizen_half_way_stays_out_too() -> None:
    """Linked between two pages, its first rows would be missing without a word."""
    stranger = City(dated(9, 8), fault=ErrorCode.ACCOUNT_NOT_LINKED)
    context, walk = request(services(None, {"chengdu": stranger, "mianyang": City(dated(7, 6, 5))})), walk_of()
    _, place = await next_page(context, walk, None, 1)
    stranger.fault = None
    merged, _ = await next_page(context, walk, place, 5)
    assert [r.outcome.kind for r in merged.readings] == [CityOutcome.DENIED, CityOutcome.OK]


async def test_a_city_whose_pages_do_not_end_has_broken_the_contract() -> None:
    """A walk is bounded: in pages as in time."""
    endless = City(dated(*[1] * (MAX_PAGES + 5)), size=1)
    context = request(services(None, {"chengdu": City(dated(2)), "mianyang": endless}))
    merged = await merge_cities(context, walk_of(), None, first=5, whole=True)
    assert [r.outcome.refusal.code for r in merged.readings if r.outcome.refusal] == [ErrorCode.BACKEND_CONTRACT_BROKEN]
    assert given_out(merged) == [("chengdu", "n02")]


@pytest.mark.parametrize("first", [1, 2, 50])
async def test_a_whole_reading_gives_the_same_page(first: int) -> None:
    """A total must not change what the page shows."""
    cities = {"chengdu": City(dated(9, 7, 5, 3), 2, opaque=True), "mianyang": City(dated(8, 6, 4), 2)}
    context = request(services(None, cities))
    page = await merge_cities(context, walk_of(), None, first=first, whole=False)
    whole = await merge_cities(context, walk_of(), None, first=first, whole=True)
    assert given_out(page) == given_out(whole)
    assert page.has_next == whole.has_next
