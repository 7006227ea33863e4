"""The pages of the console: the overview, one city, one agreement."""

from resolvers.operators.oversight import Agreed, CityView, Oversight, State

from .forms import agreement_forms, city_forms
from .frame import HOME, Visitor, chip, live, page, section, stamp
from .html import Child, Markup, tag
from .parts import (
    agreements_table,
    alone_notice,
    breaker_chip,
    city_name,
    days_left,
    differing,
    flags,
    history_table,
    milliseconds,
    opening_now,
    operations_table,
    processes_text,
    rejected_part,
    rollout_text,
    rollout_word,
    share,
    since,
    unfit_part,
)
from .tiles import Mark, drawn
from .words import Words

LEGEND = ("UP", "DEGRADED", "DOWN", "PAUSED", "BROKEN", "UNKNOWN")
RECENT = 12


def overview(visitor: Visitor, seen: Oversight, notice: Child = None) -> bytes:
    """The map, a line for each city, the agreements and what was done last."""
    words = visitor.words
    marks = {city.code: _mark(words, city) for city in seen.cities}
    others = (("chip none", "not_joined"), ("chip rejected-edit", "edit_rejected"))
    body = (
        notice,
        live("alone", alone_notice(words, seen)),
        tag(
            "div",
            section(
                words("map"),
                live("map", drawn(marks, words.lang, words("map"))),
                tag(
                    "ul",
                    [tag("li", chip(words, one)) for one in LEGEND],
                    [tag("li", tag("span", words(key), cls=cls)) for cls, key in others],
                    cls="legend",
                ),
                tag("p", words("map_note"), cls="soft small"),
                cls="card atlas",
            ),
            section(
                words("cities"),
                live("cities", [_line(words, city) for city in seen.cities], _cities_note(words, seen), cls="lines"),
            ),
            cls="overview",
        ),
        live(
            "files",
            [
                tag("section", tag("h2", tag("code", name)), rejected_part(words, one, served=True), cls="card")
                for name, one in seen.files.items()
            ],
        ),
        section(words("agreements"), live("agreements", agreements_table(words, seen, seen.agreements))),
        section(words("history"), live("history", history_table(words, seen, seen.done[:RECENT]))),
    )
    return page(visitor, words("title"), body, facts=_facts(words, seen), reading=True)


def city_page(visitor: Visitor, seen: Oversight, city: CityView, notice: Child = None) -> bytes:
    """Everything about one city, and what an operator can do with it."""
    words = visitor.words
    name = words.pick(city.name)
    done = [one for one in seen.done if one.city == city.slug]
    rejected = rejected_part(words, city.rejected, served=city.state != State.BROKEN)
    unfit = unfit_part(words, city.unfit) if city.unfit else None
    body = (
        notice,
        tag("p", tag("a", "← ", words("back"), href=HOME), cls="back"),
        tag("h1", name, " ", tag("small", f"{city.code} · {words.pick(city.app)}")),
        live("city", alone_notice(words, seen), _held(words, city), _summary(words, city)),
        tag(
            "div",
            tag(
                "div",
                section(words("rejected"), live("rejected", rejected, unfit), cls="card first"),
                section(words("operations"), live("operations", operations_table(words, seen, city.measured))),
                section(
                    words("agreements"),
                    live("agreements", agreements_table(words, seen, seen.agreements_of(city.slug))),
                ),
                cls="wide",
            ),
            tag(
                "div",
                section(words("actions"), live("acts", city_forms(visitor, city)), cls="card acts"),
                _contacts(words, city),
                cls="side",
            ),
            cls="split",
        ),
        section(words("history"), live("history", history_table(words, seen, done))),
    )
    return page(visitor, name, body, facts=_facts(words, seen))


def agreement_page(visitor: Visitor, seen: Oversight, one: Agreed, notice: Child = None) -> bytes:
    """One agreement: who, what, until when, which flags are up; and the gateway's own flag."""
    words = visitor.words
    consumers = words.listed(city_name(words, seen, slug) for slug in one.consumers)
    facts = _list(
        (words("parties"), f"{city_name(words, seen, one.provider)} → {consumers}"),
        (words("state"), (chip(words, one.state.value), flags(words, one.flags))),
        (words("until"), f"{one.until.isoformat()} · {days_left(words, one)}"),
        (words("services"), words.listed(words.pick(name) for name in one.services)),
    )
    done = [each for each in seen.done if each.detail == one.id]
    body = (
        notice,
        tag("p", tag("a", "← ", words("back"), href=HOME), cls="back"),
        tag("h1", one.id, " ", tag("small", one.title)),
        live("agreement", facts),
        section(words("actions"), live("acts", agreement_forms(visitor, one)), cls="card acts"),
        section(words("history"), live("history", history_table(words, seen, done))),
    )
    return page(visitor, one.id, body, facts=_facts(words, seen))


def _facts(words: Words, seen: Oversight) -> Markup:
    return live(
        "facts",
        _list(
            (words("environment"), seen.environment),
            (words("config"), tag("code", seen.config)),
            (words("graph"), tag("code", seen.graph)),
            (words("as_of"), stamp(seen.at)),
        ),
        cls="facts",
    )


def _list(*pairs: tuple[str, Child]) -> Markup:
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs], cls="pairs")


def _mark(words: Words, city: CityView) -> Mark:
    name, word = words.pick(city.name), words.code(city.state.value)
    more = f" · {words('edit_rejected')}" if city.rejected else ""
    href = f"{HOME}/cities/{city.slug}"
    return Mark(city.state.value, word, href, f"{name} · {word}{more}", warned=city.rejected is not None)


def _cities_note(words: Words, seen: Oversight) -> Markup:
    return tag("p", words("cities_note", processes=processes_text(words, seen)), cls="soft small")


def _line(words: Words, city: CityView) -> Markup:
    """A city in the overview: all of it is one link."""
    facts: list[Child] = [
        (words("status"), " ", tag("b", words.code(city.status))),
        (words("badge"), " ", tag("b", words.code(city.badge), cls=f"badge {city.badge.lower()}")),
        (words("revision"), " ", tag("code", city.revision or "—")),
        (words("answered"), " ", tag("b", share(city.answered))),
        _times(words, city),
        differing(words, city.spread),
        (words("breaker"), " ", breaker_chip(words, city.breaker)) if city.breaker else None,
    ]
    warned = tag("span", words("edit_rejected"), cls="chip rejected-edit") if city.rejected else None
    pinned = tag("span", words("held"), cls="chip pinned") if city.pinned else None
    opening = tag("span", rollout_word(words, city.opened), cls="chip pinned") if opening_now(city.opened) else None
    return tag(
        "a",
        tag("span", tag("strong", words.pick(city.name)), tag("small", words.pick(city.app)), cls="name"),
        tag("span", chip(words, city.state.value), warned, pinned, opening, cls="state"),
        tag("span", [tag("span", fact) for fact in facts if fact is not None], cls="more"),
        href=f"{HOME}/cities/{city.slug}",
        cls=f"line {city.state.value.lower()}",
    )


def _times(words: Words, city: CityView) -> Markup:
    figures = ("p50 ", tag("b", milliseconds(city.p50_ms)), " · p95 ", tag("b", milliseconds(city.p95_ms)))
    return tag("span", figures, title=words("times_what"))


def _summary(words: Words, city: CityView) -> Markup:
    return tag(
        "div",
        _list(
            (words("state"), chip(words, city.state.value)),
            (words("status"), chip(words, city.status, "quiet")),
            (
                words("availability"),
                (
                    chip(words, city.availability.value),
                    " ",
                    tag("b", share(city.answered)),
                    tag("div", tag("small", differing(words, city.spread), cls="soft")) if city.spread else None,
                ),
            ),
            *(
                ((words("breaker"), (breaker_chip(words, city.breaker), since(words, city.breaker))),)
                if city.breaker
                else ()
            ),
            (words("badge"), tag("b", words.code(city.badge), cls=f"badge {city.badge.lower()}")),
            (words("revision"), tag("code", city.revision or "—")),
            (words("activated"), stamp(city.activated_at)),
            (words("source"), words.code(city.source) if city.source else "—"),
            *(((words("rollout"), rollout_text(words, city.opened)),) if city.opened else ()),
        ),
        cls="card summary",
    )


def _held(words: Words, city: CityView) -> Child:
    held = city.paused
    paused = words("paused_by", by=held.by, at=stamp(held.at), reason=held.reason) if held else None
    return (
        tag("p", paused, cls="notice") if paused else None,
        tag("p", words("pinned"), cls="notice") if city.pinned else None,
    )


def _contacts(words: Words, city: CityView) -> Child:
    if not city.contacts:
        return None
    rows = []
    for contact in city.contacts:
        phone = tag("a", contact.phone, href=f"tel:{contact.phone}") if contact.phone else None
        mail = tag("a", contact.email, href=f"mailto:{contact.email}") if contact.email else None
        lines = [phone, tag("br") if phone and mail else None, mail]
        rows.append((words.code(contact.role), (contact.name, tag("br"), lines)))
    return section(
        words("contacts"),
        tag("dl", [tag("div", tag("dt", a), tag("dd", b)) for a, b in rows], cls="people"),
        cls="card contacts",
    )
