"""Whatever bytes or text come in, the outcome is a request or a coded refusal, never another exception."""

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.body import GraphQLRequest, parse_body, parse_query_string
from edge.documents import Documents, Prepared
from edge.errors import Refusal, code_of
from edge.limits import Limits
from tests.edge.town import SCHEMA

LIMITS = Limits()
DOCUMENTS = Documents(SCHEMA._schema, LIMITS)
WORDS = [
    *'{}()[]:!$@=|&.,#"\\\n ',
    *("...", "on", "query", "mutation", "subscription", "fragment", "A", "B", "Query", "Citizen", "CityId", "Int"),
    *("me", "friend", "bills", "nodes", "add", "a", "b", "first", "cities", "EAST", "null", "-1", "1e9", '"x"', '"""'),
    *("__typename", "__schema", "@skip", "@include", "if", "true", "pay", "count", "9" * 30),
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
@example(b'{"query": "{a}", "variables": {"\\u0000": [[[]]]}}')
def test_any_body(raw: bytes) -> None:
    """A Refusal is coded by construction."""
    for read in (parse_body, parse_query_string):
        with suppress(Refusal):
            assert isinstance(read(raw, LIMITS), GraphQLRequest)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.none() | st.sampled_from(["A", "B"]),
    st.dictionaries(st.sampled_from(["a", "b"]), st.none() | st.integers() | st.text() | st.lists(st.integers())),
)
@example(
    "query A($a: [CityId!] = [EAST], $b: Int) { me { bills(cities: $a, first: $b) { nodes { id } } } }", "A", {"a": 7}
)
@example("{ ...A } fragment A on CityId { a }", None, {})
@example("fragment A on Query { ...A } { add(a: $a) }", None, {})
@example("query A @skip(if: $a) { ... @include(if: $b) { me { ...B } } } fragment B on None { x { y } }", "A", {})
def test_any_text(text: str, name: str | None, variables: dict[str, object]) -> None:
    found = DOCUMENTS.prepare(text, name, variables)
    if not isinstance(found, Prepared):
        assert found
        assert all(code_of(error) for error in found)
