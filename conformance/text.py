"""The report as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.report import Report
from conformance.rules import TIERS, Rule
from conformance.verdict import State

BAR = 20
MARKS = {
    State.PASSED: "✓",
    State.FAILED: "✗",
    State.NOT_MEASURED: "?",
    State.EXEMPT: "~",
    State.NOT_APPLICABLE: "–",
}
WORDS = {
    "zh": {"next": "距离下一枚徽章还差", "none": "没有了:这是最高的徽章", "know": "另请留意", "state": "未测"},
    "en": {
        "next": "what stands between you and the next badge",
        "none": "nothing: this is the highest badge",
        "know": "worth knowing",
        "state": "not measured",
    },
}


def as_text(report: Report, language: str, *, all_rules: bool = False) -> str:
    """Several lines, without one at the end.  `all_rules`: with a line for every rule."""
    return "\n".join(_lines(report, language, all_rules))


def _lines(report: Report, language: str, all_rules: bool) -> Iterator[str]:
    words = WORDS[language]
    name = f"{report.name.text(language)} · {report.app.text(language)}"
    live = "" if report.live else ("   (仅文件)" if language == "zh" else "   (files only)")
    yield (
        f"{name}   badge {report.badge}   score {report.score}/100   rules v{report.book.version}"
        f"   config {report.revision or '—'}{live}"
    )
    for tier in TIERS:
        count, whole = report.counted(tier)
        yield f"  {tier:<6}  {'█' * round(BAR * count / whole):<{BAR}} {count}/{whole}"
    if all_rules:
        for rule in report.book.rules:
            yield f"   {MARKS[report.verdicts[rule.id].state]} {_told(report, rule, language)}"
        return
    yield f"  {words['next']}:" if report.next_badge else f"  {words['none']}"
    for rule in report.in_the_way:
        yield f"   {MARKS[report.verdicts[rule.id].state]} {_told(report, rule, language)}"
    if report.worth_knowing:
        yield f"  {words['know']}:"
        for rule in report.worth_knowing:
            yield f"   ! {_told(report, rule, language)}"


def _told(report: Report, rule: Rule, language: str) -> str:
    verdict = report.verdicts[rule.id]
    state = {
        State.NOT_MEASURED: WORDS[language]["state"],
        State.NOT_APPLICABLE: "不适用" if language == "zh" else "not applicable",
    }
    detail = ": ".join(part for part in (state.get(verdict.state, ""), verdict.text(language)) if part)
    return f"{rule.id} {rule.text(language)}  {detail}".rstrip()
