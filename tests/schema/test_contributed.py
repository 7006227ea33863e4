"""Cities' own SDL: checked before it is served."""

import pytest

from tests.schema.graphs import contributions, giving, graph_of, keeping


async def test_contributed_fields_use_the_graph_s_own_scalars_and_cities():
    """A CityId in a contributed argument is a slug there too, and a bad date is refused there too."""
    seen = []
    sdl = "type DeyangLocal { day(city: CityId, on: Date): Date } extend type LocalRoot { deyang: DeyangLocal }"
    local = {"LocalRoot.deyang": giving({}), "DeyangLocal.day": keeping(seen, "2026-02-30")}
    graph = graph_of({"Query.local": giving({})}, local_sdl={"deyang": sdl}, local_answers=local)
    result = await graph.execute('{ local { deyang { day(city: ZIYANG, on: "2026-01-01") } } }')
    assert seen == [{"city": "ziyang", "on": "2026-01-01"}]
    assert "Date cannot be this text of 10 characters" in result.errors[0].message


async def test_contributed_rows_are_read_by_their_names():
    """Also by names that Python would not allow, such as `from`."""
    local = {"LocalRoot.deyang": giving({}), "DeyangLocal.shuttleLines": giving([{"line": "1", "from": "德阳"}])}
    graph = graph_of({"Query.local": giving({})}, local_sdl=contributions(), local_answers=local)
    result = await graph.execute("{ local { deyang { shuttleLines { line from } } } }")
    assert result.data == {"local": {"deyang": {"shuttleLines": [{"line": "1", "from": "德阳"}]}}}


@pytest.mark.parametrize(
    ("sdl", "problem"),
    [
        ("type DeyangLocal {", "deyang: contributed SDL at 1:19: Syntax Error"),
        ("extend type LocalRoot { deyang: DeyangLocal }", "Unknown type 'DeyangLocal'"),
        ("type Bill { id: ID }", "There can be only one type named 'Bill'"),
        ("extend type LocalRoot { available: Boolean }", "LocalRoot.available"),
        ("type DeyangLocal { a: Int @assurance(level: HIGH) }", "HIGH"),
        ("type DeyangLocal { a: Int @nonsense }", "Unknown directive '@nonsense'"),
        ("directive @x on FIELD", "types and `extend type` only, found directive_definition"),
        ("type DeyangLocal implements Node { a: Int }", "Node.id"),
    ],
)
def test_an_unfit_contribution_is_refused_by_name(sdl, problem):
    """The operator of one city reads this message."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011  (the message is asserted below)
        graph_of(local_sdl={"deyang": sdl})
    assert problem in str(refused.value)


def test_an_answer_for_a_field_that_nobody_contributed_is_refused():
    """It would never be called, and nobody would know why."""
    with pytest.raises(ValueError, match=r"DeyangLocal\.score"):
        graph_of(local_sdl=contributions(), local_answers={"DeyangLocal.score": giving(1)})
