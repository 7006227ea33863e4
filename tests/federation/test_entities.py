"""What is asked of a subgraph for the objects of the data, and where its answers go."""

from typing import Any

from federation.entities import gather, objects_at, put_back
from federation.plan import Ask, Entities, Representation

ROWS = ("rows", "@")


def entities(*inputs: Ask, paths: tuple[tuple[str, ...], ...] = (ROWS,)) -> Entities:
    row = Representation("Row", "Row", inputs, frozenset(("id",)))
    return Entities(paths, (row,), (Ask("name", "name"),))


ID = Ask("id", "id")


def test_equal_objects_are_asked_for_once_and_all_get_the_answer() -> None:
    """The dearest part of a deep query is asking again for what is asked already."""
    data: dict[str, Any] = {"rows": [{"id": "1"}, {"id": "2"}, {"id": "1"}]}
    gathered = gather(data, entities(ID))
    assert gathered.sent == [{"__typename": "Row", "id": "1"}, {"__typename": "Row", "id": "2"}]
    assert not put_back(gathered, [{"name": "a"}, {"name": "b"}], apart=False)
    assert [row["name"] for row in data["rows"]] == ["a", "b", "a"]


def test_objects_without_identity_or_inputs_are_passed_over() -> None:
    """An earlier request failed for them: their part of the answer stays empty."""
    data = {"rows": [{"id": None}, {}, {"id": "1"}, {"id": None}]}
    assert gather(data, entities(ID)).sent == [{"__typename": "Row", "id": "1"}]


def test_inputs_that_are_lists_tell_objects_apart_too() -> None:
    """A list cannot be looked up as it is; the objects are compared as they are sent."""
    data = {"rows": [{"id": "1", "tags": ["a"]}, {"id": "1", "tags": ["b"]}, {"id": "1", "tags": ["a"]}]}
    gathered = gather(data, entities(ID, Ask("tags", "tags")))
    assert [each["tags"] for each in gathered.sent] == [["a"], ["b"]]


def test_objects_that_share_an_answer_with_objects_inside_are_reported() -> None:
    """What follows must then look at each shared object once; `apart` gives each its own instead."""
    for apart in (False, True):
        data: dict[str, Any] = {"rows": [{"id": "1"}, {"id": "1"}]}
        assert put_back(gather(data, entities(ID)), [{"inner": {"id": "x"}}], apart=apart) is not apart
        assert (data["rows"][0]["inner"] is data["rows"][1]["inner"]) is not apart


def test_an_object_at_two_places_is_found_once() -> None:
    """Shared objects would otherwise be sent, and merged, as often as they appear."""
    row = {"id": "1"}
    assert objects_at({"rows": [row, row]}, ROWS) == [row]
