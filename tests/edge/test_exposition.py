"""`/metrics` is for whoever runs the gateway."""

import pytest

from edge.exposition import Exposition


async def seen(exposition: Exposition, client: str | None = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "headers": lines,
        "client": (client, 5) if client else None,
    }
    await exposition(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]["status"], sent[1]["body"]  # type: ignore[return-value]


def shown() -> str:
    return "roam_city_calls_total 1\n"


@pytest.mark.parametrize(
    ("token", "client", "headers", "status"),
    [
        (None, "127.0.0.1", {}, 200),
        (None, "::1", {}, 200),
        (None, "192.0.2.7", {}, 404),
        (None, None, {}, 404),
        (None, "127.0.0.1", {"x_forwarded_for": "192.0.2.7"}, 404),
        ("metrics-token", "192.0.2.7", {"authorization": "Bearer metrics-token"}, 200),
        ("metrics-token", "192.0.2.7", {"authorization": "Bearer other"}, 404),
        ("metrics-token", "127.0.0.1", {}, 404),
    ],
)
async def test_who_may_see_what_was_counted(
    token: str | None, client: str | None, headers: dict[str, str], status: int
) -> None:
    """A token where one is set, else this machine alone, and nobody through a proxy."""
    found, body = await seen(Exposition(shown, token), client, **headers)
    assert found == status
    assert (body == shown().encode()) is (status == 200)


async def test_before_the_gateway_is_open_there_is_nothing_to_see() -> None:
    """Not an empty page, which would read as zero calls."""
    assert (await seen(Exposition(lambda: None, None)))[0] == 404
