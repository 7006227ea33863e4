"""A usage report as text, CSV and JSON: the same figures in the same order."""

import csv
from collections.abc import Iterator
from io import StringIO

import orjson

from channels.declared.divisions import divisions

from .ledger import Outcome
from .ledger_report import Count, Fee, Report

FIGURES = (
    "calls", "ok", "failed", "denied", "unknown", "settled", "from_cache", "asked", "citizens", "median_ms", "p95_ms",
)  # fmt: skip
KEYS = ("home", "visited", "group")
FEES = ("agreement", "home", "visited", "answers", "per_call", "amount", "settlement")
EVERY = "*"
"""The group of a line over all operations."""


def figures(count: Count) -> dict[str, int | None]:
    """What is told of a count, by name."""
    counted = {outcome.value.lower(): count.outcomes[outcome.value] for outcome in Outcome}
    return {
        "calls": count.calls,
        **counted,
        "settled": count.settled,
        "from_cache": count.cached,
        "asked": count.asked,
        "citizens": count.citizens,
        "median_ms": count.latency(0.5),
        "p95_ms": count.latency(0.95),
    }


def lines(report: Report) -> Iterator[dict[str, str | int | None]]:
    """One line for each pair of cities, followed by one for each of its groups of operations."""
    for (home, visited), count in report.pairs.items():
        yield {"home": home, "visited": visited, "group": EVERY, **figures(count)}
        for (of, to, group), part in report.groups.items():
            if (of, to) == (home, visited):
                yield {"home": home, "visited": visited, "group": group, **figures(part)}


def fee_line(fee: Fee) -> dict[str, str | int | None]:
    return {
        "agreement": fee.agreement,
        "home": fee.home,
        "visited": fee.visited,
        "answers": fee.answers,
        "per_call": f"{fee.per_call:f}",
        "amount": f"{fee.amount:f}",
        "settlement": fee.settlement,
    }


def as_csv(report: Report) -> str:
    """The lines under one heading; the fees under another, after an empty line, where there are any."""
    out = StringIO()
    _table(out, (*KEYS, *FIGURES), list(lines(report)))
    if report.fees:
        out.write("\n")
        _table(out, FEES, [fee_line(fee) for fee in report.fees])
    return out.getvalue()


def _table(out: StringIO, names: tuple[str, ...], found: list[dict[str, str | int | None]]) -> None:
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)


def as_json(report: Report) -> str:
    """`{period: {first, last}, usage: […], fees: […]}`; amounts are text, in yuan."""
    told = {
        "period": {"first": report.period.first.isoformat(), "last": report.period.last.isoformat()},
        "usage": list(lines(report)),
        "fees": [fee_line(fee) for fee in report.fees],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"


def as_text(report: Report) -> str:
    """For a terminal: the pairs, their groups indented below."""
    head = f"usage between cities 城市间用量, {report.period}"
    names = ("calls", "ok", "failed", "denied", "unknown", "from_cache", "citizens", "median_ms", "p95_ms")
    told = [head, f"{'':28}{''.join(f'{name:>11}' for name in names)}"]
    for line in lines(report):
        own = line["group"] == EVERY
        label = f"{city(line['home'])} > {city(line['visited'])}" if own else f"  {line['group']}"
        told.append(f"{label:28}{''.join(f'{dash(line[name]):>11}' for name in names)}")
    told += [due(fee) for fee in report.fees]
    return "\n".join(told if report.pairs else (head, "no calls 无调用")) + "\n"


def due(fee: Fee) -> str:
    """A fee as a sentence."""
    what = f"{fee.answers} answers at {fee.per_call:f}{f', {fee.settlement}' if fee.settlement else ''}"
    return f"{fee.agreement}: {city(fee.home)} owes {city(fee.visited)} {fee.amount:f} yuan for {what}"


def dash(value: str | int | None) -> str:
    return "-" if value is None else str(value)


def city(code: object) -> str:
    """A city's English name, or its code where it is none of the province."""
    known = divisions().get(str(code))
    return known.en if known else str(code)
