"""A city's SDL may say anything; only what is the city's own, and fits where the graph is open, comes in."""

import contextlib
import time

import pytest
from graphql import parse

from schema.opened import MAX_SDL_CHARACTERS, Entity, Opened, UnfitSdl, opened

ENTITIES = {
    "City": Entity("code", "String!", frozenset({"code", "name", "slug"})),
    "Service": Entity("code", "ID!", frozenset({"code", "name"})),
}
DISTRICTS = """
type City @key(fields: "code") { code: String! districts: [ChengduDistrict!]! }
type ChengduDistrict { name: String! }
"""


def of(sdl: str, taken: frozenset[str] = frozenset()) -> Opened:
    found = opened("chengdu", sdl, ENTITIES, taken)
    for text in filter(None, (found.contribution, found.subgraph)):
        parse(text)
    return found


def says(sdl: str) -> str:
    """The text on one line."""
    return " ".join(sdl.split())


def test_a_field_on_an_entity_enters_with_the_types_that_it_needs() -> None:
    """This is the whole offer: the graph's entity, the city's field, the city's type."""
    found = of(DISTRICTS)
    assert found.coordinates == {"City.districts"}
    assert found.contribution.split() == (
        [
            "type",
            "ChengduDistrict",
            "{",
            "name:",
            "String!",
            "}",
            "extend",
            "type",
            "City",
            "{",
            "districts:",
            "[ChengduDistrict!]",
            "}",
        ]
    )
    assert 'type City @key(fields: "code") { code: String! }' in found.subgraph


def test_an_entity_field_is_nullable_whatever_the_city_says() -> None:
    """A city that is down must cost its field, and not the object around it."""
    assert "districts: [ChengduDistrict!]\n" in of(DISTRICTS).contribution
    assert "districts: [ChengduDistrict!]!" not in of(DISTRICTS).subgraph


def test_the_citys_own_roots_and_types_never_enter() -> None:
    """Its `me` and `Bill` mean something else than the graph's, and serve canonical operations only."""
    found = of(DISTRICTS + "type Query { me: Resident bills: [Bill] } type Resident { id: ID } type Bill { id: ID }")
    assert found == of(DISTRICTS)


def test_a_field_that_the_graph_has_is_never_overridden() -> None:
    """Who answers `City.name` is not for a city to decide."""
    found = of(
        DISTRICTS.replace("districts:", 'name: String! @shareable slug: String @override(from: "gateway") districts:')
    )
    assert found == of(DISTRICTS)


@pytest.mark.parametrize(
    "key",
    ["", '@key(fields: "id")', '@key(fields: "code name")', '@key(fields: "code", resolvable: false)'],
)
def test_a_type_that_the_city_does_not_answer_for_by_the_graphs_key_is_another_thing(key: str) -> None:
    """A city's own `City` by an id of its own would be asked for codes that it does not know."""
    assert of(DISTRICTS.replace('@key(fields: "code")', key)).coordinates == frozenset()


def test_a_key_counts_under_its_full_name_and_on_an_extension() -> None:
    """Two ways of writing the same: without the import, and as in Federation 1."""
    assert of(DISTRICTS.replace("@key", "@federation__key")).coordinates == {"City.districts"}
    assert of(DISTRICTS.replace("type City", "extend type City")).coordinates == {"City.districts"}


@pytest.mark.parametrize("mark", ["@inaccessible", "@external", '@requires(fields: "name")', "@federation__external"])
def test_what_the_city_withholds_or_cannot_answer_alone_stays_outside(mark: str) -> None:
    """An inaccessible field is hidden on purpose; an external one is not the city's; a requiring one would get nothing."""
    found = of(DISTRICTS.replace("districts:", f"secret: String {mark} districts:"))
    assert found == of(DISTRICTS)
    assert "secret" not in of(DISTRICTS.replace("{ name", f"{{ secret: String {mark} name")).subgraph


def test_directives_are_left_at_the_border() -> None:
    """The graph's own @cost, @assurance and @op must mean what the graph says."""
    marked = """
    type City @key(fields: "code") { code: String! mayors(of: ChengduKind = NOW @tag(name: "x")): [ChengduMayor] @cost(weight: 0) }
    type ChengduMayor @tag(name: "a") { name: String @tag(name: "b") }
    enum ChengduKind @tag(name: "c") { NOW @tag(name: "d") THEN }
    """
    found = of(marked)
    assert found.coordinates == {"City.mayors"}
    assert "@tag" not in found.subgraph + found.contribution
    assert "@cost" not in found.subgraph + found.contribution


def test_a_type_enters_as_far_as_its_fields_types_do() -> None:
    """One field of a stranger's type must not cost the city everything."""
    found = of("""
    type City @key(fields: "code") { code: String! places(in: ChengduWhere): [ChengduPlace!] bills: [Bill] lost: ChengduLost }
    type ChengduPlace implements Node & ChengduNamed { id: ID! name: String! at: Point bill: Bill city: City! }
    interface ChengduNamed { name: String! }
    interface Node { id: ID! }
    input ChengduWhere { near: Point }
    union ChengduLost = Bill
    scalar Point
    type Bill { id: ID! }
    """)
    assert found.coordinates == frozenset()  # `places` takes an argument whose type stays outside
    found = of("""
    type City @key(fields: "code") { code: String! places: [ChengduPlace!] }
    type ChengduPlace implements Node & ChengduNamed { id: ID! name: String! at: Point city: City! service: Service }
    interface ChengduNamed { name: String! at: Point }
    interface Node { id: ID! }
    scalar Point
    """)
    assert says(found.contribution) == (
        "type ChengduPlace implements ChengduNamed { id: ID! name: String! city: City! service: Service }"
        " interface ChengduNamed { name: String! } extend type City { places: [ChengduPlace!] }"
    )
    assert (
        'type Service @key(fields: "code") { code: ID! }' in found.subgraph
    )  # mentioned, so the subgraph knows its key


def test_types_without_the_prefix_or_with_a_taken_name_stay_outside() -> None:
    """Two meanings of one name would make the graph lie about one of them."""
    sdl = """
    type City @key(fields: "code") { code: String! a: Chengdu b: Chengdunese c: ChengduTaken d: DeyangThing e: ChengduOwn }
    type Chengdu { x: Int } type Chengdunese { x: Int } type ChengduTaken { x: Int } type DeyangThing { x: Int }
    type ChengduOwn { x: Int }
    """
    assert of(sdl, frozenset({"ChengduTaken"})).coordinates == {"City.e"}


def test_a_field_given_twice_enters_once() -> None:
    """A definition and its extension may repeat each other; the graph would not build with both."""
    assert of(DISTRICTS + "extend type City { districts: [ChengduDistrict] }") == of(DISTRICTS)


def test_an_sdl_that_adds_nothing_gives_nothing() -> None:
    """Most cities' subgraphs serve canonical operations only."""
    assert of("type Query { bills: [Bill] } type Bill { id: ID }") == Opened("", "", frozenset())


@pytest.mark.parametrize(
    ("sdl", "told"),
    [
        ("type City {", "line 1:12: Syntax Error: Expected Name, found <EOF>."),
        ("<html>502</html>", "line 1:1: Syntax Error"),
        ("# " + "x" * MAX_SDL_CHARACTERS, "500002 characters"),
        ("type City { a: " + "[" * 100_000 + "Int" + "]" * 100_000 + " }", "nested too deep"),
        ("\0", "line 1:1"),
    ],
    ids=["cut", "a page", "too long", "too deep", "a null byte"],
)
def test_an_sdl_that_cannot_be_read_says_where(sdl: str, told: str) -> None:
    """The city's engineer reads this line in the log."""
    with pytest.raises(UnfitSdl) as refused:
        of(sdl)
    assert told in str(refused.value)


@pytest.mark.parametrize("end", ["x: Int", "bill: Bill"], ids=["all of it enters", "none of it may"])
def test_a_big_sdl_is_read_in_bounded_time(end: str) -> None:
    """A city may be large, or hostile; the gateway's other cities must not notice."""
    chain = "".join(f"type ChengduT{i} {{ next: ChengduT{i + 1} }}\n" for i in range(5_000))
    started = time.process_time()
    with contextlib.suppress(UnfitSdl):  # the loss of one type may spread so far only
        of(DISTRICTS + chain + f"type ChengduT5000 {{ {end} }}")
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "guard",
    [
        "@authenticated",
        '@requiresScopes(scopes: [["staff"]])',
        '@policy(policies: [["p"]])',
        "@federation__authenticated",
        "@assurance(level: REAL_NAME)",
    ],
)
def test_what_the_city_gives_to_some_people_only_stays_outside(guard: str) -> None:
    """The city is asked without a word about the citizen: what it guards for others must not become public here."""
    guarded = f"extend type City {{ secrets: [ChengduSecret!] {guard} }} type ChengduSecret {{ name: String }}"
    assert of(DISTRICTS + guarded).coordinates == {"City.districts"}
    assert (
        of(DISTRICTS.replace("type ChengduDistrict {", f"type ChengduDistrict {guard} {{")).coordinates == frozenset()
    )
