"""Parts that several pages share: tables of agreements, operations and actions."""

import re
from collections.abc import Iterable, Sequence

from channels.declared.agreements import Suspension
from channels.measured.figures import Spread
from channels.measured.metrics import RECENT_CALLS
from channels.measured.times import RELATIVE_ERROR
from resolvers.operators.oversight import Agreed, Done, Measured, Opened, Oversight, Rejected, Unfitting

from .frame import HOME, chip, stamp
from .html import Child, Markup, tag
from .words import Words

GOOD = frozenset({"UP", "UNKNOWN", "CLOSED"})  # what is not worth a word where processes differ
EXCERPT = re.compile(r" *[0-9]* \| ")  # a source line, or the caret below it, as `roam city check` shows them


def table(heads: Sequence[str], rows: Iterable[Sequence[Child]], *, cls: str = "") -> Markup:
    """A table; on a phone each row becomes a block, each cell with its column's name before it."""
    head = tag("tr", [tag("th", text, scope="col") for text in heads])
    body = [
        tag("tr", [tag("td", cell, data_label=label) for label, cell in zip(heads, row, strict=True)]) for row in rows
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", body), cls=cls), cls="scroll")


def city_name(words: Words, seen: Oversight, slug: str) -> str:
    """A city's name, or its slug where it has left."""
    city = seen.city(slug)
    return words.pick(city.name) if city else slug


def city_link(words: Words, seen: Oversight, slug: str) -> Child:
    """The name, leading to the city's page."""
    if seen.city(slug) is None:
        return slug
    return tag("a", city_name(words, seen, slug), href=f"{HOME}/cities/{slug}")


def agreements_table(words: Words, seen: Oversight, agreements: Sequence[Agreed]) -> Child:
    """Agreements with the days they have left and the flags that are up."""
    if not agreements:
        return tag("p", words("no_agreements"), cls="soft")
    heads = [words(key) for key in ("agreement", "parties", "state", "until", "days_left")]
    return table(heads, (_agreement(words, seen, one) for one in agreements), cls="agreements")


def _agreement(words: Words, seen: Oversight, one: Agreed) -> Sequence[Child]:
    consumers = words.listed(city_name(words, seen, slug) for slug in one.consumers)
    number = tag("a", one.id, href=f"{HOME}/agreements/{one.id}")
    late = "late" if one.days_left < 1 else "soon" if one.soon else None
    return (
        (number, " ", tag("small", one.title)),
        (city_name(words, seen, one.provider), " → ", consumers),
        (chip(words, one.state.value), flags(words, one.flags)),
        one.until.isoformat(),
        tag("span", days_left(words, one), cls=late),
    )


def days_left(words: Words, one: Agreed) -> str:
    """`98 days`, or for how long it has been over."""
    over = one.days_left < 1
    n = 1 - one.days_left if over else one.days_left
    days = words("day" if n == 1 else "days", n=n)
    return words("over", days=days) if over else days


def flags(words: Words, found: Sequence[Suspension]) -> Child:
    """Whose flags are up, since when and why."""
    if not found:
        return None
    return tag("ul", [tag("li", flag_text(words, flag)) for flag in found], cls="flags")


def flag_text(words: Words, flag: Suspension) -> str:
    """One flag in a sentence."""
    until = words("flag_until", until=flag.until) if flag.until else ""
    return words("flag", by=words.code(flag.by), since=flag.since, until=until, reason=flag.reason)


def history_table(words: Words, seen: Oversight, done: Sequence[Done]) -> Child:
    """What operators did, the last first."""
    if not done:
        return tag("p", words("no_history"), cls="soft")
    heads = [words(key) for key in ("when", "city", "what", "why", "who")]
    rows = (
        (
            stamp(one.at),
            city_link(words, seen, one.city),
            tag("span", words.code(one.action), " ", tag("code", one.detail) if one.detail else None),
            one.reason,
            one.by,
        )
        for one in done
    )
    return table(heads, rows, cls="history")


def alone_notice(words: Words, seen: Oversight) -> Markup | None:
    """That the figures are one process's own, where they are."""
    return tag("p", words("alone"), cls="notice bad") if seen.alone else None


def processes_text(words: Words, seen: Oversight) -> str:
    """`4 processes`: of how many the figures are."""
    return words("process" if seen.processes == 1 else "processes", n=seen.processes)


def differing(words: Words, spread: Spread | None) -> str | None:
    """`open in 1 of 4 processes`; None where all see the same."""
    if spread is None or len(spread.states) == 1:
        return None
    parts = [words("in_one", n=n, word=words.code(state)) for state, n in spread.states if state not in GOOD]
    return words("in_some", all=spread.processes, parts=words.listed(parts)) if parts else None


def breaker_chip(words: Words, spread: Spread) -> Markup:
    """The state of a breaker; where processes differ, in how many of them."""
    return chip(words, spread.worst, text=differing(words, spread))


def since(words: Words, spread: Spread) -> Child:
    """When the breaker came to what it is, where it is not closed."""
    if spread.worst in GOOD or spread.since is None:
        return None
    return (" ", tag("small", words("since", at=stamp(spread.since)), cls="soft"))


def operations_table(words: Words, seen: Oversight, measured: Sequence[Measured]) -> Child:
    """How each operation went: calls, failures, p50 and p95, breaker."""
    if not any(one.calls for one in measured):
        return tag("p", words("no_calls"), cls="soft")
    heads = [words(key) for key in ("operation", "calls", "failed", "p50", "p95", "breaker")]
    rows = (
        (
            tag("code", one.operation),
            str(one.calls),
            tag("span", share(one.failed), cls="late" if (one.failed or 0) >= 0.1 else None),
            milliseconds(one.p50_ms),
            milliseconds(one.p95_ms),
            tag("span", breaker_chip(words, one.breaker), since(words, one.breaker))
            if one.breaker
            else words("no_breaker"),
        )
        for one in measured
        if one.calls
    )
    percent = f"{RELATIVE_ERROR * 100:g}"
    note = words("measured_note", processes=processes_text(words, seen), n=RECENT_CALLS, percent=percent)
    return (tag("p", note, cls="soft small"), table(heads, rows, cls="figures"))


def milliseconds(value: float | None) -> str:
    """`85 ms`, `1.9 s`, or a dash."""
    if value is None:
        return "—"
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"


def share(value: float | None) -> str:
    """`2.5%`, or a dash."""
    return "—" if value is None else f"{value * 100:.1f}%".replace(".0%", "%")


def opening_now(opened: Opened | None) -> bool:
    """Is a city open to some, and not to all?"""
    return opened is not None and not opened.over


def rollout_word(words: Words, opened: Opened | None) -> str:
    """A rollout in a chip: `rollout 5 %`."""
    if opened is None or opened.aborted:
        return words("rollout_aborted")
    return words("rollout_percent", percent=f"{opened.percent:g}")


def rollout_text(words: Words, opened: Opened) -> str:
    """How far a city is open, to whom, until when; or why it was closed again."""
    allow = words("rollout_allow", groups=words.listed(opened.allow)) if opened.allow else ""
    if opened.aborted:
        return words("rollout_closed", why=words.pick(opened.aborted), allow=allow)
    if opened.over:
        return words("rollout_over", at=stamp(opened.until))
    until = words("rollout_until", at=stamp(opened.until)) if opened.until else words("rollout_endless")
    return f"{opened.percent:g} %{until}{allow}"


def rejected_part(words: Words, rejected: Rejected | None, *, served: bool) -> Child:
    """The edit that was not taken, as `roam city check` shows it, the caret below its place.  `served`: by an earlier version."""
    if rejected is None:
        return tag("p", words("no_rejected"), cls="soft")
    found = rejected.zh if words.lang == "zh" else rejected.en
    note = tag(
        "p",
        words("rejected_note" if served else "rejected_unserved"),
        " ",
        tag("small", stamp(rejected.at), cls="soft"),
    )
    return (note, [_finding(text) for text in found])


def unfit_part(words: Words, unfit: Unfitting) -> Child:
    """What the city's own subgraph gives and nobody can use."""
    found = unfit.found.zh if words.lang == "zh" else unfit.found.en
    said = words("unfit_earlier" if unfit.earlier else "unfit_none")
    at = tag("small", stamp(unfit.found.at), cls="soft")
    return (tag("h3", words("unfit")), tag("p", said, " ", at), [_finding(text) for text in found])


def _finding(text: str) -> Markup:
    """One finding: place and sentence, the line with its caret (which must not wrap), the hint."""
    head, *rest = text.split("\n")
    excerpt = [line for line in rest if EXCERPT.match(line)]
    hints = [line.strip().removeprefix("=").strip() for line in rest if line not in excerpt]
    return tag(
        "div",
        tag("p", head, cls="place"),
        tag("pre", "\n".join(excerpt), tabindex=0) if excerpt else None,
        [tag("p", hint) for hint in hints],
        cls="finding",
    )
