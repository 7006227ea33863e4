"""The report as one page in Chinese and English: self-contained, readable on a phone, printable.

No script, no other host: what needs opening is a `details`. Every text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from zoneinfo import ZoneInfo

from conformance.page_style import STYLE
from conformance.report import Report
from conformance.rules import TIERS, Rule, meanings
from conformance.verdict import State

CHINA = ZoneInfo("Asia/Shanghai")
BADGES = {
    "NONE": ("暂无徽章", "No badge"),
    "BRONZE": ("铜", "Bronze"),
    "SILVER": ("银", "Silver"),
    "GOLD": ("金", "Gold"),
}
MEANS = {
    "NONE": ("尚无徽章,还不能试运行。", "No badge yet: not ready for a pilot."),
    "BRONZE": ("已获铜徽章,可以试运行。", "Bronze: ready for a pilot."),
    "SILVER": ("已获银徽章,可以正式上线。", "Silver: ready to go live."),
    "GOLD": ("已获金徽章,全部规则都做到了。", "Gold: every rule is kept."),
}
STATES = {
    State.PASSED: ("passed", "✓", "通过", "Passed"),
    State.FAILED: ("failed", "✗", "未通过", "Failed"),
    State.NOT_MEASURED: ("unmeasured", "?", "未测", "Not measured"),
    State.EXEMPT: ("exempt", "~", "豁免", "Exempt"),
    State.NOT_APPLICABLE: ("beside", "–", "不适用", "Not applicable"),
}
FAMILIES = {
    "A": ("契约", "Contract"),
    "B": ("错误", "Errors"),
    "C": ("身份与隐私", "Identity and privacy"),
    "D": ("幂等与办理", "Doing things once"),
    "E": ("分页与批量", "Paging and batches"),
    "F": ("性能与韧性", "Performance and resilience"),
    "G": ("运营", "Operations"),
}


def as_page(reports: Sequence[Report]) -> str:
    """The whole document."""
    body = "\n".join(part for report in reports for part in _city(report))
    title = "一致性报告 Conformance report"
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>一致性报告 <span lang="en">Conformance report</span></h1>{_contents(reports)}</header>\n'
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _contents(reports: Sequence[Report]) -> str:
    if len(reports) < 2:
        return ""
    rows = "".join(
        f'<li><a href="#{escape(r.slug)}">{escape(r.name.text("zh"))} <span lang="en">{escape(r.name.text("en"))}</span></a>'
        f"{_badge(r.badge)}</li>"
        for r in reports
    )
    return f'<nav aria-label="城市 Cities"><ul>{rows}</ul></nav>'


def _city(report: Report) -> Iterator[str]:
    yield f'<section class="city" id="{escape(report.slug)}">'
    yield (
        f'<div class="head"><div><h2>{escape(report.name.text("zh"))} · {escape(report.app.text("zh"))}</h2>'
        f'<p lang="en">{escape(report.name.text("en"))} · {escape(report.app.text("en"))}</p></div>{_badge(report.badge)}</div>'
    )
    yield _lead(report)
    yield _facts(report)
    yield f'<div class="tiers">{"".join(_tier(report, tier) for tier in TIERS)}</div>'
    yield from _way(report)
    yield from _families(report)
    yield "</section>"


def _badge(badge: str) -> str:
    zh, en = BADGES[badge]
    return f'<span class="badge {badge.lower()}"><b>{zh}</b> <span lang="en">{en}</span></span>'


def _lead(report: Report) -> str:
    """What an official wants to know first: what the badge allows, and how far it is to the next."""
    zh, en = MEANS[report.badge]
    if report.next_badge is not None:
        tier, waiting = BADGES[report.next_badge], [report.verdicts[rule.id].state for rule in report.in_the_way]
        counted = [(waiting.count(state), state) for state in (State.FAILED, State.NOT_MEASURED)]
        parts = [(f"{count} 条{STATES[state][2]}", f"{count} {state}") for count, state in counted if count]
        zh += f"距{tier[0]}徽章还差 {len(waiting)} 条:{','.join(part[0] for part in parts)}。"
        en += f" {len(waiting)} rule{'s' * (len(waiting) > 1)} to {tier[1]}: {', '.join(part[1] for part in parts)}."
    return f'<p class="lead">{zh}<br><span lang="en">{en}</span></p>'


def _facts(report: Report) -> str:
    at = report.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    how = ("线上会话", "live session") if report.live else ("仅文件", "files only")
    facts = (
        ("时间", "Time", at),
        ("环境", "Environment", report.environment),
        ("方式", "By", f"{how[0]} {how[1]}"),
        ("配置", "Config", report.revision or "—"),
        ("规则", "Rules", f"v{report.book.version}"),
        ("得分", "Score", f"{report.score}/100"),
    )
    rows = "".join(f'<div><dt>{zh} <span lang="en">{en}</span></dt><dd>{escape(v)}</dd></div>' for zh, en, v in facts)
    return f'<dl class="facts">{rows}</dl>'


def _tier(report: Report, tier: str) -> str:
    count, whole = report.counted(tier)
    zh, en = BADGES[tier]
    return (
        f'<div class="tier {tier.lower()}"><div><b>{zh}</b> <span lang="en">{en}</span><span class="count">{count}/{whole}</span></div>'
        f'<div class="bar" role="img" aria-label="{zh} {en} {count}/{whole}"><i style="width:{100 * count / whole:.0f}%"></i></div></div>'
    )


def _way(report: Report) -> Iterator[str]:
    yield '<h3>距离下一枚徽章 <span lang="en">What stands between the city and its next badge</span></h3>'
    if report.next_badge is None:
        yield '<p class="fine">已是最高徽章。 <span lang="en">This is the highest badge.</span></p>'
    else:
        zh, en = BADGES[report.next_badge]
        yield f'<p>下一枚:<b>{zh}</b>。 <span lang="en">Next: {en}.</span></p>'
        yield f'<ul class="way">{"".join(_row(report, rule) for rule in report.in_the_way)}</ul>'
    if report.worth_knowing:
        yield '<h3>另请留意 <span lang="en">Worth knowing</span></h3>'
        yield f'<ul class="way">{"".join(_row(report, rule) for rule in report.worth_knowing)}</ul>'


def _families(report: Report) -> Iterator[str]:
    yield '<h3>全部规则 <span lang="en">All rules</span></h3>'
    for letter, (zh, en) in FAMILIES.items():
        rules = [rule for rule in report.book.rules if rule.id.startswith(letter)]
        good = sum(report.verdicts[rule.id].counts for rule in rules)
        rows = "".join(_row(report, rule) for rule in rules)
        yield (
            f'<details><summary><b>{letter} {zh}</b> <span lang="en">{en}</span><span class="count">{good}/{len(rules)}</span></summary>'
            f"<ul>{rows}</ul></details>"
        )


def _row(report: Report, rule: Rule) -> str:
    verdict = report.verdicts[rule.id]
    kind, mark, zh, en = STATES[verdict.state]
    told = [text for text in dict.fromkeys((verdict.zh, verdict.en)) if text]
    why = meanings()[rule.id]
    detail = f'<p class="detail">{"<br>".join(map(escape, told))}</p>' if told else ""
    return (
        f'<li class="{kind}"><span class="mark" aria-hidden="true">{mark}</span><div><p><b>{rule.id}</b> {escape(rule.zh)}'
        f' <span lang="en">{escape(rule.en)}</span></p>'
        f'<p class="why">要求:{escape(why["zh"])} <span lang="en">Wanted: {escape(why["en"])}</span></p>'
        f'<p class="state"><span class="tag {rule.tier.lower()}">{BADGES[rule.tier][0]} {BADGES[rule.tier][1]}</span>'
        f' {zh} <span lang="en">{en}</span></p>{detail}</div></li>'
    )
