"""Accept is honoured by quality, then by order: a stock view that looks for one type anywhere breaks urql."""

import pytest

from edge.accept import EVENTS, GRAPHQL, HTML, JSON, preferred

OFFERED = (JSON, GRAPHQL, EVENTS, HTML)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json;q=0.5, application/graphql-response+json", GRAPHQL),
        # urql, queries
        ("application/graphql-response+json, application/graphql+json, application/json, text/event-stream", GRAPHQL),
        # urql, subscriptions
        ("text/event-stream, multipart/mixed", EVENTS),
        ("text/event-stream, application/json", EVENTS),
        ("application/json, text/event-stream", JSON),
        # a browser's address bar
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", HTML),
        ("*/*, application/json;q=0", GRAPHQL),
        ("application/json; charset=utf-8; q=0.3, text/event-stream; q=0.4", EVENTS),
        ("application/json;q=nonsense, text/html;q=0.1", HTML),
        ("image/png", None),
        ("application/json;q=0", None),
    ],
)
def test_the_wanted_type_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert preferred(accept, OFFERED) == chosen
