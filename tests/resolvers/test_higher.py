"""Items of the province and the ministries: the same in every city that lists them, so one city is asked for all."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from channels.deployment.snapshot import Channel, Snapshot
from resolvers import Context
from resolvers.asking.lists import gathered
from resolvers.asking.walk import Walk, read_cities
from resolvers.asking.watch import Watch
from resolvers.coverage import coverage_row
from resolvers.fields.explaining import step_row
from resolvers.fields.planning import plan
from roaming.higher import asked_once, higher_item
from schema.codes import ErrorCode
from tests.resolvers.simulator import NOW, City, Row, citizen, request, services, snapshot

OPERATION = "notices.list"
CITIES = ["chengdu", "deyang", "mianyang"]
TODAY = NOW.date()


def listed(channel: Channel, operation: str, source: str, code: str) -> Channel:
    """The city with one provider of `operation`, of that level."""
    model = channel.providers[0]
    others = tuple(p for p in channel.providers if operation not in p.operations)
    made = replace(model, code=code, source=source, operations=(operation,))
    return replace(channel, providers=(*others, made))


def with_items(sources: dict[str, tuple[str, str]], operation: str = OPERATION) -> Snapshot:
    """The project's cities, in which those named list `operation` as an item of (level, code)."""
    held = snapshot()
    template = held.channels["mianyang"]
    channels = dict(held.channels)
    for slug, (source, code) in sources.items():
        mine = listed(channels[slug], operation, source, code)
        operations = {**mine.operations, operation: mine.operations.get(operation) or template.operations[operation]}
        channels[slug] = replace(mine, operations=operations)
    return replace(held, channels=channels)


def test_a_ministrys_item_is_asked_at_home_and_covers_the_others() -> None:
    held = with_items(dict.fromkeys(CITIES, ("MINISTRY", "CREDIT")))
    assert asked_once(held, OPERATION, CITIES, "deyang", TODAY) == {"chengdu": "deyang", "mianyang": "deyang"}
    assert asked_once(held, OPERATION, CITIES, None, TODAY) == {"deyang": "chengdu", "mianyang": "chengdu"}
    assert asked_once(held, OPERATION, ["mianyang"], "deyang", TODAY) == {}


@pytest.mark.parametrize(
    "differing", [("CITY", "CREDIT"), ("PARTNER", "CREDIT"), ("PROVINCE", "CREDIT"), ("MINISTRY", "OTHER")]
)
def test_another_level_or_another_service_is_another_item(differing: tuple[str, str]) -> None:
    """The city's own rows must not be lost."""
    held = with_items({"chengdu": ("MINISTRY", "CREDIT"), "deyang": differing})
    assert asked_once(held, OPERATION, ["chengdu", "deyang"], "chengdu", TODAY) == {}


def test_a_city_that_has_rows_of_its_own_beside_is_asked_itself() -> None:
    held = with_items(dict.fromkeys(CITIES, ("MINISTRY", "CREDIT")))
    own = replace(held.channels["deyang"].providers[-1], code="DE-OWN", source="CITY")
    channels = {
        **held.channels,
        "deyang": replace(held.channels["deyang"], providers=(*held.channels["deyang"].providers, own)),
    }
    assert asked_once(replace(held, channels=channels), OPERATION, CITIES, "chengdu", TODAY) == {"mianyang": "chengdu"}


def test_a_provinces_item_is_the_same_within_the_province() -> None:
    """A code of another province's city is another item, though level and service are equal."""
    held = with_items(dict.fromkeys(CITIES, ("PROVINCE", "PERMIT")))
    far = held.channels["mianyang"]
    city = far.config.city.model_copy(update={"code": "330100"})
    elsewhere = replace(far, config=far.config.model_copy(update={"city": city}))
    moved = replace(held, channels={**held.channels, "mianyang": elsewhere})
    assert asked_once(moved, OPERATION, CITIES, "chengdu", TODAY) == {"deyang": "chengdu"}
    assert higher_item(elsewhere, OPERATION) != higher_item(held.channels["deyang"], OPERATION)


def test_without_a_grant_at_home_the_first_city_that_may_be_asked_is() -> None:
    """Social insurance: a citizen of Chengdu may ask Ziyang (by agreement) but no such thing is at home."""
    held = with_items(dict.fromkeys(("meishan", "ziyang"), ("PROVINCE", "SI-QUERY")), "social.accounts")
    asked = ["ziyang", "meishan"]
    assert asked_once(held, "social.accounts", asked, "chengdu", TODAY) == {"meishan": "ziyang"}
    assert asked_once(held, "social.accounts", asked, "deyang", TODAY) == {
        "ziyang": "meishan"
    }  # no agreement with ziyang


def test_the_projects_own_cities_share_no_such_item_of_one_operation() -> None:
    """Chengdu's provincial hospitals and Meishan's marriage office are two items: both are asked."""
    for operation in {name for channel in snapshot().channels.values() for name in channel.operations}:
        assert asked_once(snapshot(), operation, list(snapshot().channels), "chengdu", TODAY) == {}


def notice(number: int) -> Row:
    return {"id": f"n{number}", "title": "t", "kind": "POLICY", "publishedAt": "2026-11-01T09:00:00+08:00"}


def context_over(held: Snapshot, cities: dict[str, City]) -> Context:
    made = services(None, cities)
    return request(replace(made, snapshot=held), citizen("510100"))


async def test_a_walk_asks_the_one_city_and_tells_the_others_so() -> None:
    held = with_items(dict.fromkeys(CITIES, ("MINISTRY", "POLICY")))
    context = context_over(held, {slug: City([notice(1)]) for slug in CITIES})
    walk = Walk(OPERATION, CITIES, lambda grant: {}, lambda row: True, {})
    readings = await read_cities(context, walk, None, want=None)
    simulated: Any = context.services.connections
    assert [slug for slug, _ in simulated.asked] == ["chengdu"]
    rows = [coverage_row(context, reading.outcome, len(reading.rows)) for reading in readings]
    assert [(row["city"]["slug"], row["outcome"], row["count"]) for row in rows] == [
        ("chengdu", "OK", 1),
        ("deyang", "OK", 0),
        ("mianyang", "OK", 0),
    ]
    assert rows[0]["message"] is None
    assert rows[1]["message"] == {
        "zh": "省级或部级统一事项,只问一次:见成都市。",
        "en": "An item of the province or a ministry, asked once: see Chengdu.",
    }


async def test_an_explanation_says_which_city_is_asked_in_place_of_the_others() -> None:
    """Nothing is called there, and that is no refusal."""
    held = with_items(dict.fromkeys(CITIES, ("MINISTRY", "POLICY")))
    watched = replace(context_over(held, {}), watch=Watch(plan))
    walk = Walk(OPERATION, CITIES, lambda grant: {}, lambda row: True, {})
    await read_cities(watched, walk, None, want=None)
    await gathered(cast("Any", SimpleNamespace(context=watched)), "Notice", OPERATION, CITIES)
    steps = [step_row(watched, step) for step in watched.watch.steps] if watched.watch else []
    told = {(s["city"]["slug"], s["called"], s.get("code"), (s.get("message") or {"en": ""})["en"]) for s in steps}
    there = "An item of the province or a ministry, asked once: see Chengdu."
    assert told == {("chengdu", True, None, ""), ("deyang", False, None, there), ("mianyang", False, None, there)}


async def test_when_the_one_city_fails_the_covered_ones_fail_with_it() -> None:
    """Nobody may read an empty answer as 'there is nothing'."""
    held = with_items(dict.fromkeys(CITIES, ("MINISTRY", "POLICY")))
    context = context_over(held, {"chengdu": City(fault=ErrorCode.BACKEND_UNREACHABLE)})
    walk = Walk(OPERATION, CITIES, lambda grant: {}, lambda row: True, {})
    readings = await read_cities(context, walk, None, want=None)
    rows = [coverage_row(context, reading.outcome) for reading in readings]
    assert [(row["outcome"], row["code"]) for row in rows] == [("FAILED", "BACKEND_UNREACHABLE")] * 3
