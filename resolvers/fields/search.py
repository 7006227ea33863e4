"""Search over the catalogue and the cities' notices, from the gateway's own index."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from channels.answer import Failure
from resolvers.asking.walk import Reading, Walk, node_row, read_cities
from resolvers.context import Context, Info
from resolvers.coverage import Outcome, coverage_row
from resolvers.faults import add_error, failed, invalid
from resolvers.fields.notices import notice_walk
from resolvers.index import MAX_QUERY, Entry, SearchIndex, highlight
from resolvers.paging import held_page
from resolvers.provenance import city_row
from resolvers.service_rows import service_row
from roaming import Denial

Row = dict[str, Any]
RECENT_NOTICES = 100  # of each city


@dataclass(frozen=True, slots=True)
class Hit:
    """One found thing: where it ranks, its row, and what the facets count it under."""

    key: str
    score: float
    title: str
    node: Row
    cities: tuple[str, ...]
    theme: str | None


async def search(
    _: None,
    info: Info,
    text: str,
    cities: Sequence[str] | None = None,
    themes: Sequence[str] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Row:
    """One page of hits, best first, with facets over all of them."""
    context: Context = info.context
    if not text.strip() or len(text) > MAX_QUERY:
        zh, en = f"text 应为 1 到 {MAX_QUERY} 个字。", f"`text` must have 1 to {MAX_QUERY} characters."
        raise invalid(context, zh, en, argument="text")
    asked = list(dict.fromkeys(cities)) if cities is not None else [c.slug for c in context.services.listing.shown]
    notices, readings = ([], []) if themes is not None else await notice_hits(context, text, asked)
    hits = sorted([*service_hits(context, text, asked, themes), *notices], key=lambda hit: -hit.score)
    by_key = {hit.key: hit for hit in hits}
    arguments = {"text": text, "cities": asked, "themes": themes}
    page = held_page(info, "Query.search", arguments, list(by_key), first=first, after=after)
    return {
        "edges": [edge(text, by_key[key], cursor) for key, cursor in zip(page.chosen, page.cursors, strict=True)],
        "pageInfo": page.info(),
        "coverage": coverage(context, info, asked, readings, hits),
        "facets": facets(context, hits),
    }


def edge(text: str, hit: Hit, cursor: str | None) -> Row:
    return {"node": hit.node, "score": hit.score, "highlight": highlight(text, hit.title), "cursor": cursor}


def service_hits(context: Context, text: str, cities: Sequence[str], themes: Sequence[str] | None) -> list[Hit]:
    """Services that some provider in `cities` lists."""
    hits = []
    for points, entry in context.services.index.find(text):
        offering = context.services.listing.offering[entry.key]
        listing = tuple(dict.fromkeys(channel.slug for channel, _ in offering if channel.slug in cities))
        row = service_row(context, entry.key)
        if listing and (themes is None or row["theme"] in themes):
            hits.append(Hit(row["id"], points, entry.title, row, listing, row["theme"]))
    return hits


async def notice_hits(context: Context, text: str, cities: Sequence[str]) -> tuple[list[Hit], list[Reading]]:
    """The cities' latest notices that match; a notice has no theme, so a search by theme leaves them out."""
    walk = notice_walk(cities, None)
    readings = await read_cities(context, walk, None, want=RECENT_NOTICES)
    rows = {row["id"]: row for row in latest(context, walk, readings)}
    index = SearchIndex.of(
        Entry(key, row["title"], f"{row.get('summary') or ''} {row.get('area') or ''}") for key, row in rows.items()
    )
    hits = [
        Hit(entry.key, points, entry.title, rows[entry.key], (rows[entry.key]["source"]["city"]["slug"],), None)
        for points, entry in index.find(text)
    ]
    return hits, readings


def latest(context: Context, walk: Walk, readings: Sequence[Reading]) -> Iterable[Row]:
    return (
        node_row(context, walk, reading, placed) for reading in readings for placed in reading.rows[:RECENT_NOTICES]
    )


def coverage(
    context: Context, info: Info, cities: Sequence[str], readings: Sequence[Reading], hits: Sequence[Hit]
) -> list[Row]:
    """The catalogue is always there; a city's row tells how its notices fared."""
    outcomes = {reading.slug: reading.outcome for reading in readings}
    counted = Counter(slug for hit in hits for slug in hit.cities)
    rows = []
    for slug in cities:
        outcome = outcomes.get(slug, Outcome(context.channel(slug)))
        if isinstance(outcome.refusal, Denial) and not outcome.refusal.offered:
            outcome = Outcome(outcome.channel)  # it has no notices to search; its catalogue was searched
        if outcome.failed and isinstance(outcome.refusal, Failure):
            add_error(context, info, failed(context, slug, outcome.refusal))
        rows.append(coverage_row(context, outcome, counted[slug]))
    return rows


def facets(context: Context, hits: Sequence[Hit]) -> list[Row]:
    """How many hits each city and each theme has, the largest first."""
    cities = Counter(slug for hit in hits for slug in hit.cities)
    themes = Counter(hit.theme for hit in hits if hit.theme)
    by_city = [
        {"city": city_row(context, context.channel(s)), "theme": None, "count": n} for s, n in cities.most_common()
    ]
    return [*by_city, *({"city": None, "theme": theme, "count": n} for theme, n in themes.most_common())]


ANSWERS = {"Query.search": search}
