"""@assurance is kept in one place, before anything is asked."""

import pytest

from schema.codes import AssuranceLevel
from tests.schema.graphs import Context, Viewer, contributions, giving, graph_of, keeping

LEVELS = list(AssuranceLevel)


def test_levels_are_ordered_by_strength_and_not_by_letters():
    """IN_PERSON comes before REAL_NAME in any dictionary."""
    assert sorted(LEVELS, reverse=True) == LEVELS[::-1]
    assert AssuranceLevel.IN_PERSON > "REAL_NAME" > AssuranceLevel.ANONYMOUS
    assert AssuranceLevel.REAL_NAME >= "REAL_NAME"


@pytest.mark.parametrize("level", LEVELS)
async def test_a_field_is_answered_from_its_level_up(level):
    """Citizen.bills needs REAL_NAME."""
    seen = []
    graph = graph_of({"Query.me": giving({"id": "c"}), "Citizen.bills": keeping(seen, {"nodes": []})})
    result = await graph.execute("{ me { bills { nodes { id } } } }", context_value=Context("en", Viewer(level)))
    allowed = level in LEVELS[2:]
    assert bool(seen) is allowed
    bills = {"nodes": []} if allowed else None
    assert result.data == {"me": None if level == "ANONYMOUS" else {"bills": bills}}
    if not allowed:
        refusal = ("UNAUTHENTICATED", "REGISTERED") if level == "ANONYMOUS" else ("ASSURANCE_TOO_LOW", "REAL_NAME")
        assert result.errors[0].extensions == dict(zip(("code", "required"), refusal, strict=True))


async def test_a_request_without_a_viewer_is_nobody():
    """A forgotten context must not open anything."""
    result = await graph_of({"Query.me": giving({})}).execute("{ me { bills { nodes { id } } } }")
    assert result.errors[0].extensions["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(("language", "message"), [("zh", "请先登录。"), ("en", "Sign in first.")])
async def test_the_refusal_speaks_the_language_of_the_request(language, message):
    """It is shown to citizens."""
    context = Context(language, Viewer(AssuranceLevel.ANONYMOUS))
    result = await graph_of({"Query.me": giving({})}).execute(
        "{ me { bills { nodes { id } } } }", context_value=context
    )
    assert result.errors[0].message == message


async def test_a_contributed_field_is_held_to_its_assurance_too():
    """A city's own field is no way round."""
    seen = []
    local = {"LocalRoot.deyang": giving({}), "DeyangLocal.creditScore": keeping(seen, {"score": 700, "level": "A"})}
    graph = graph_of({"Query.local": giving({"available": True})}, local_sdl=contributions(), local_answers=local)
    text = "{ local { available deyang { creditScore { score } } } }"
    low = await graph.execute(text, context_value=Context("zh", Viewer(AssuranceLevel.REGISTERED)))
    assert low.data == {"local": {"available": True, "deyang": {"creditScore": None}}}
    assert low.errors[0].extensions == {"code": "ASSURANCE_TOO_LOW", "required": "REAL_NAME"}
    assert seen == []
    high = await graph.execute(text, context_value=Context())
    assert high.data["local"]["deyang"] == {"creditScore": {"score": 700}}


async def test_a_subscription_is_refused_before_it_starts():
    """Nothing is streamed to nobody."""
    stream = await graph_of().subscribe('subscription { applicationProgress(id: "a") { id } }')
    first = await anext(stream)
    assert first.errors[0].extensions["code"] == "UNAUTHENTICATED"
