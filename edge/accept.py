"""Which media type a client wants most: RFC 9110 §12.5.1.

Quality decides; among equals the more specific range, then the order in which the client wrote them, then ours.
"""

from collections.abc import Sequence

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
HTML = "text/html"


def preferred(accept: str | None, offered: Sequence[str]) -> str | None:
    """The best of `offered` (our own order first), or None when the client accepts none of them."""
    if not accept or not accept.strip():
        return offered[0] if offered else None
    ranges = [_range(position, part) for position, part in enumerate(accept.split(",")[:50]) if part.strip()]
    best: tuple[float, int, int, int] | None = None
    choice = None
    for rank, media in enumerate(offered):
        matches = [
            (specific, -position, quality) for position, name, quality in ranges if (specific := _fits(name, media))
        ]
        if not matches:
            continue
        specific, order, quality = max(matches)
        # `*/*` says nothing about order: there our own rank decides.
        score = (quality, specific, order if specific > 1 else 0, -rank)
        if quality > 0 and (best is None or score > best):
            best, choice = score, media
    return choice


def _range(position: int, part: str) -> tuple[int, str, float]:
    name, *parameters = part.split(";")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value.strip())))
            except ValueError:
                quality = 0.0
    return position, name.strip().lower(), quality


def _fits(name: str, media: str) -> int:
    """3 for the type itself, 2 for `kind/*`, 1 for `*/*`, 0 for no match."""
    if name == media:
        return 3
    if name == media.split("/")[0] + "/*":
        return 2
    return 1 if name in ("*/*", "*") else 0
