"""Arguments taken from a context: `@fromContext` in one subgraph, and across several."""

from typing import Any

import pytest

from federation.failures import NoPlan
from federation.graph import Graph
from tests.federation.composing import fed2, supergraph
from tests.federation.gateway import Gateway
from tests.federation.recorded import RecordedSubgraph

SHOP = """
type Query { users: [User!]! best: User shop: Shop }
type User @key(fields: "id") @context(name: "buyer") {
  id: ID! locale: String wallet: Wallet! goods: [Product!]! friend: User
}
type Wallet { currency: String! }
type Shop @key(fields: "id") @context(name: "buyer") { id: ID! language: String goods: [Product!]! }
type Product @key(fields: "id") {
  id: ID!
  price(currency: String @fromContext(field: "$buyer ... on User { wallet { currency } } ... on Shop { language }")): Int
  label(size: Int, locale: String @fromContext(field: "$buyer ... on User { locale } ... on Shop { language }")): String
}
"""


def recorded(**names: Any) -> dict[str, Any]:
    """The value of a field by one argument."""
    ((argument, cases),) = names.items()
    return {"$args": [{"args": {argument: key}, "value": value} for key, value in cases.items()]}


def product(number: str) -> dict[str, Any]:
    labels = [
        {"args": {"locale": locale, **size}, "value": f"{number} {locale} {size.get('size', '')}".strip()}
        for locale in ("zh", "en", "fr")
        for size in ({}, {"size": 3})
    ]
    return {
        "__typename": "Product",
        "id": number,
        "price": recorded(currency={"CNY": 7, "EUR": 1, "fr": 2}),
        "label": {"$args": labels},
    }


def user(number: str, locale: str | None, currency: str, **more: Any) -> dict[str, Any]:
    goods = [{"$ref": "p1"}, {"$ref": "p2"}]
    return {
        "__typename": "User",
        "id": number,
        "locale": locale,
        "wallet": {"__typename": "Wallet", "currency": currency},
        "goods": goods,
        **more,
    }


def entities(*objects: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"representation": {"__typename": each["__typename"], "id": each["id"]}, "result": each} for each in objects
    ]


@pytest.fixture
def shop() -> Gateway:
    objects = {"p1": product("p1"), "p2": product("p2")}
    users = [user("u1", "zh", "CNY"), user("u2", "en", "EUR"), user("u3", "zh", "CNY")]
    data = {
        "objects": objects,
        "roots": {
            "Query": {
                "users": users,
                "best": user("u1", "zh", "CNY", friend=user("u2", "en", "EUR")),
                "shop": {"__typename": "Shop", "id": "s", "language": "fr", "goods": [{"$ref": "p1"}]},
            }
        },
        "entities": entities(*objects.values()),
    }
    sdl = fed2(SHOP)
    return Gateway(Graph(supergraph(shop=sdl)), {"shop": RecordedSubgraph(sdl, data)})


async def test_each_object_is_answered_with_what_stands_around_it(shop: Gateway) -> None:
    """Two users, two currencies, the same products: one request for each value, not for each user."""
    answer = await shop.ask("{ users { goods { id price } } }")
    assert answer == {
        "data": {
            "users": [{"goods": [{"id": "p1", "price": price}, {"id": "p2", "price": price}]} for price in (7, 1, 7)]
        }
    }
    sent = [dict(each.variables) for each in shop.subgraphs["shop"].requests[1:]]
    assert sorted(each["__price_currency"] for each in sent) == ["CNY", "EUR"]
    assert all(len(each["representations"]) == 2 for each in sent)


async def test_the_plan_tells_where_a_value_comes_from(shop: Gateway) -> None:
    query = "{ best { goods { label } } }"
    assert '(service: "shop", context: { $__label_locale: "best { locale }" })' in str(shop.plan(query))


async def test_own_arguments_and_names_of_the_client_stand_beside_it(shop: Gateway) -> None:
    """`locale` is taken by the client: the value goes under another name, which the client never sees."""
    query = "query Q($size: Int) { best { locale: id goods { big: label(size: $size) label } } }"
    answer = await shop.ask(query, {"size": 3})
    goods = [{"big": f"{number} zh 3", "label": f"{number} zh"} for number in ("p1", "p2")]
    assert answer == {"data": {"best": {"locale": "u1", "goods": goods}}}


async def test_the_nearest_object_that_sets_the_context_gives_the_value(shop: Gateway) -> None:
    answer = await shop.ask("{ best { friend { goods { label } } goods { label } } }")
    assert answer["data"]["best"] == {
        "friend": {"goods": [{"label": "p1 en"}, {"label": "p2 en"}]},
        "goods": [{"label": "p1 zh"}, {"label": "p2 zh"}],
    }


async def test_each_type_gives_what_is_selected_of_it(shop: Gateway) -> None:
    answer = await shop.ask("{ shop { goods { label price } } best { goods { label } } }")
    assert answer["data"]["shop"] == {"goods": [{"label": "p1 fr", "price": 2}]}
    assert answer["data"]["best"]["goods"][0] == {"label": "p1 zh"}


async def test_a_field_around_which_nothing_sets_the_context_cannot_be_planned() -> None:
    sdl = fed2(SHOP.replace("best: User", "best: User loose: Product"))
    gateway = Gateway(Graph(supergraph(shop=sdl)))
    assert gateway.plan("{ loose { id } }").fetches()
    with pytest.raises(NoPlan, match="price"):
        gateway.plan("{ loose { price } }")


ACCOUNTS = 'type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! language: String author: Author! }'
ACCOUNTS += ' type Author @key(fields: "id") { id: ID! }'
HOMES = 'type Author @key(fields: "id") { id: ID! home: Home! } type Home @key(fields: "id") { id: ID! }'
WORDS = """
type Post @key(fields: "id") @context(name: "post") { id: ID! language: String @external }
type Home @key(fields: "id") { id: ID! welcome(in: String @fromContext(field: "$post { language }")): Words }
type Words { text: String! }
"""


def across(languages: tuple[str | None, ...], *, homes: Any = None, required: bool = False) -> Gateway:
    """Posts of one author, whose home greets in the language of the post: three subgraphs."""
    words = fed2(WORDS.replace("(in: String ", "(in: String! ") if required else WORDS)
    sdls = {"accounts": fed2(ACCOUNTS), "homes": fed2(HOMES), "words": words}
    posts = [
        {"id": str(number), "language": each, "author": {"__typename": "Author", "id": "a"}}
        for number, each in enumerate(languages)
    ]
    texts = {each: {"__typename": "Words", "text": f"in {each}"} for each in {*languages, None}}
    home = {"__typename": "Home", "id": "h", "welcome": recorded(**{"in": texts})}
    author = {"__typename": "Author", "id": "a", "home": homes or {"__typename": "Home", "id": "h"}}
    data: dict[str, dict[str, Any]] = {
        "accounts": {"roots": {"Query": {"posts": posts}}},
        "homes": {"entities": entities(author)},
        "words": {"entities": entities(home)},
    }
    subgraphs = {name: RecordedSubgraph(sdl, {"objects": {}, **data[name]}) for name, sdl in sdls.items()}
    return Gateway(Graph(supergraph(**sdls)), dict(subgraphs))


async def test_what_several_objects_have_in_common_is_answered_for_each_of_them() -> None:
    """One author, one home, asked for once; the greeting differs with the post through which it is reached."""
    gateway = across(("zh", "en", "zh"))
    answer = await gateway.ask("{ posts { author { home { id welcome { text } } } } }")
    texts = [post["author"]["home"]["welcome"]["text"] for post in answer["data"]["posts"]]
    assert texts == ["in zh", "in en", "in zh"]
    assert len(gateway.subgraphs["homes"].requests) == 1
    assert len(gateway.subgraphs["words"].requests) == 2


async def test_a_null_is_passed_on_where_it_may_be() -> None:
    answer = await across((None,)).ask("{ posts { author { home { welcome { text } } } } }")
    assert answer["data"]["posts"][0]["author"]["home"]["welcome"] == {"text": "in None"}


async def test_a_null_where_a_value_must_be_asks_nobody() -> None:
    gateway = across((None, "en"), required=True)
    answer = await gateway.ask("{ posts { author { home { welcome { text } } } } }")
    welcomes = [post["author"]["home"]["welcome"] for post in answer["data"]["posts"]]
    assert welcomes == [None, {"text": "in en"}]


async def test_a_failure_on_the_way_costs_its_own_part() -> None:
    gateway = across(("zh",), homes={"$error": "broken"})
    answer = await gateway.ask("{ posts { language author { id home { welcome { text } } } } }")
    assert answer["errors"]
    assert gateway.subgraphs["words"].requests == []
