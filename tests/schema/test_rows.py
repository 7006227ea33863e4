"""How rows become answers."""

from datetime import date
from decimal import Decimal

import pytest

from schema.bind import python_name
from tests.schema.graphs import Context, giving, graph_of, keeping

BILL = {
    "__typename": "Bill",
    "id": "b1",
    "kind": "WATER",
    "state": "UNPAID",
    "payee": "自来水",
    "amount": {"amount": "38.60", "currency": "CNY"},
    "dueOn": "2026-11-30",
    "accountNo": None,
}


async def test_a_row_is_read_by_canonical_name():
    """Channels give rows, not objects; nothing is converted on the way out."""
    graph = graph_of({"Query.node": giving(BILL)})
    text = '{ node(id: "b1") { __typename id ... on Bill { kind payee amount { amount } dueOn accountNo paidAt } } }'
    result = await graph.execute(text, context_value=Context())
    assert result.errors is None
    assert result.data["node"] == {
        "__typename": "Bill", "id": "b1", "kind": "WATER", "payee": "自来水",
        "amount": {"amount": "38.60"}, "dueOn": "2026-11-30", "accountNo": None, "paidAt": None,
    }  # fmt: skip


async def test_numbers_and_dates_are_written_out_as_text():
    """The index and the statistics hold Python values; clients see the same text either way."""
    row = BILL | {"amount": {"amount": Decimal("38.6"), "currency": "CNY"}, "dueOn": date(2026, 11, 30)}
    graph = graph_of({"Query.node": giving(row)})
    result = await graph.execute(
        '{ node(id: "b1") { ... on Bill { amount { amount } dueOn } } }', context_value=Context()
    )
    assert result.data == {"node": {"amount": {"amount": "38.6"}, "dueOn": "2026-11-30"}}


async def test_a_wrong_enum_value_costs_its_field_and_names_it():
    """A city that invents a state must not take the process, or another city, down."""
    graph = graph_of({"Query.cities": giving([{"slug": "a"}]), "City.badge": giving("PLATINUM")})
    result = await graph.execute("{ cities { slug badge } gateway { version } }")
    assert "PLATINUM" in result.errors[0].message
    assert result.errors[0].path == ["cities", 0, "badge"]


async def test_an_exception_in_a_row_is_null_and_an_error_in_its_place():
    """A denied field of an otherwise good row."""
    graph = graph_of({"Query.node": giving(BILL | {"period": ValueError("withheld")})})
    result = await graph.execute('{ node(id: "b1") { id ... on Bill { period } } }', context_value=Context())
    assert result.data == {"node": {"id": "b1", "period": None}}
    assert result.errors[0].path == ["node", "period"]


@pytest.mark.parametrize(
    ("asked", "language", "expected"),
    [
        ("name", "zh", "德阳市"),
        ("name", "en", "Deyang"),
        ("name(lang: EN)", "zh", "Deyang"),
        ("name(lang: ZH)", "en", "德阳市"),
    ],
)
async def test_a_text_is_read_in_the_language_asked_for(asked, language, expected):
    """The argument wins over the request's language."""
    graph = graph_of({"Query.city": giving({"name": {"zh": "德阳市", "en": "Deyang"}})})
    result = await graph.execute(f"{{ city(id: DEYANG) {{ {asked} }} }}", context_value=Context(language))
    assert result.data == {"city": {"name": expected}}


async def test_a_text_without_a_translation_is_given_in_chinese():
    """Most official names have no English; a null would be worse."""
    graph = graph_of({"Query.city": giving({"name": {"zh": "德阳市"}})})
    result = await graph.execute("{ city(id: DEYANG) { name(lang: EN) } }", context_value=Context())
    assert result.data == {"city": {"name": "德阳市"}}


async def test_a_union_is_told_apart_by_typename():
    """Search hits are rows of three types."""
    edges = [{"node": {"__typename": "Venue", "id": "v"}}, {"node": {"__typename": "Service", "code": "WATER-PAY"}}]
    graph = graph_of({"Query.search": giving({"edges": edges})})
    text = '{ search(text: "水") { edges { node { __typename ... on Venue { id } ... on Service { code } } } } }'
    result = await graph.execute(text)
    assert result.data["search"]["edges"][1]["node"] == {"__typename": "Service", "code": "WATER-PAY"}


async def test_inputs_arrive_as_plain_mappings_of_canonical_names():
    """Keys that the client left out are absent; a decimal is a number to compute with."""
    seen = []
    graph = graph_of({"Mutation.payBill": keeping(seen)})
    text = """mutation { payBill(input: {billId: "b", amount: "12.34", returnUrl: "https://a.gov.cn/", idempotencyKey: "0123456789abcdef"})
      { cashierUrl } }"""
    await graph.execute(text, context_value=Context())
    assert seen == [{"input": {
        "billId": "b", "amount": Decimal("12.34"), "returnUrl": "https://a.gov.cn/", "idempotencyKey": "0123456789abcdef"
    }}]  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "name"),
    [("venueId", "venue_id"), ("with", "with_"), ("activeOnly", "active_only"), ("first", "first")],
)
def test_arguments_reach_answers_under_python_names(argument, name):
    """`with` is an argument of ServiceProvider.share, and no Python name."""
    assert python_name(argument) == name


async def test_a_keyword_argument_reaches_its_answer():
    """As ServiceProvider.share(with:) does."""
    seen = []
    provider = {"providers": [{"__typename": "ServiceProvider"}]}
    graph = graph_of(
        {
            "Query.service": giving({}),
            "Service.providers": giving(provider["providers"]),
            "ServiceProvider.share": keeping(seen),
        }
    )
    await graph.execute('{ service(code: "X") { providers { share(with: ZIYANG) { allowed } } } }')
    assert seen == [{"with_": "ziyang"}]
