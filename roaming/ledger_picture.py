"""A usage report as a picture: one self-contained SVG, a row for each home city, a column for each city visited.

A square's colour says how many calls there were, its figures how many and how fast, the bar at its foot what came of them. No
scripts, no fonts or images from elsewhere; all figures of a square are in its tooltip.
"""

from collections.abc import Iterator
from math import sqrt
from xml.sax.saxutils import escape, quoteattr

from channels.declared.divisions import divisions

from .ledger import Outcome
from .ledger_report import Count, Report

SIDE, TALL = 118, 78
LEFT, TOP = 150, 150
MARGIN = 24
BAR = 6
OUTCOMES = {
    Outcome.OK: ("#2b7a3d", "成功 OK"),
    Outcome.FAILED: ("#c2410c", "失败 failed"),
    Outcome.DENIED: ("#64748b", "未获准 denied"),
    Outcome.UNKNOWN: ("#a16207", "结果未知 unknown"),
}
STYLE = """
text { font: 12px "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "DejaVu Sans", sans-serif;
  fill: #1a202c }
.title { font-size: 18px; font-weight: 600 }
.quiet { fill: #4a5568; font-size: 11px }
.city { font-weight: 600 }
.calls { font-size: 18px; font-weight: 600; text-anchor: middle }
.under { font-size: 11px; text-anchor: middle }
.right { text-anchor: end }
.middle { text-anchor: middle }
.pale { fill: #fff }
.none { fill: #f8fafc; stroke: #e2e8f0 }
.home { fill: #f1f5f9; stroke: #e2e8f0 }
""".strip()


def picture(report: Report) -> str:
    """The report as an SVG document."""
    cities = report.cities
    size = max(len(cities), 3)
    width, height = LEFT + size * SIDE + MARGIN, TOP + max(len(cities), 1) * TALL + 70
    title = f"城市间用量 Usage between cities, {report.period}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(title)}>',
            f"<style>\n{escape(STYLE)}\n</style>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text class="title" x="{MARGIN}" y="36">{escape(title)}</text>',
            f'<text class="quiet" x="{MARGIN}" y="58">{escape(summary(report))}</text>',
            *headings(cities),
            *squares(report, cities),
            *legend(height - 30),
            "</svg>\n",
        )
    )


def summary(report: Report) -> str:
    """One line over all pairs."""
    counts = report.pairs.values()
    if not counts:
        return "无调用 no calls"
    calls, asked = sum(c.calls for c in counts), sum(c.asked for c in counts)
    citizens = len(set[str]().union(*(c.subjects for c in counts)))
    return f"{calls:,} 次调用 calls · {asked:,} 次问到城市 asked of a city · {citizens:,} 位市民 citizens"


def headings(cities: list[str]) -> Iterator[str]:
    """The cities at the left and on top, and what the two sides mean."""
    yield f'<text class="quiet" x="{LEFT}" y="{TOP - 58}">被访城市 city visited →</text>'
    yield f'<text class="quiet right" x="{LEFT - 12}" y="{TOP - 12}">归属城市 home city ↓</text>'
    for place, code in enumerate(cities):
        zh, en = names(code)
        x, y = LEFT + place * SIDE + SIDE / 2, TOP + place * TALL + TALL / 2
        yield f'<text class="city middle" x="{x:g}" y="{TOP - 28}">{escape(zh)}</text>'
        yield f'<text class="quiet middle" x="{x:g}" y="{TOP - 12}">{escape(en)}</text>'
        yield f'<text class="city right" x="{LEFT - 12}" y="{y - 3:g}">{escape(zh)}</text>'
        yield f'<text class="quiet right" x="{LEFT - 12}" y="{y + 13:g}">{escape(en)}</text>'


def squares(report: Report, cities: list[str]) -> Iterator[str]:
    """Every pair, the empty ones too."""
    most = max((count.calls for count in report.pairs.values()), default=1)
    for row, home in enumerate(cities):
        for column, visited in enumerate(cities):
            yield f'<g transform="translate({LEFT + column * SIDE} {TOP + row * TALL})">'
            count = report.pairs.get((home, visited))
            yield from square(count, most, tip(home, visited, count)) if count else empty(home == visited)
            yield "</g>"


def empty(own: bool) -> Iterator[str]:
    yield f'<rect class="{"home" if own else "none"}" x="2" y="2" width="{SIDE - 4}" height="{TALL - 4}" rx="4"/>'
    if own:
        yield f'<text class="quiet middle" x="{SIDE / 2:g}" y="{TALL / 2 + 4:g}">本市 at home</text>'


def square(count: Count, most: int, told: str) -> Iterator[str]:
    """Calls, the share that succeeded, median and 95th percentile, and the bar of outcomes."""
    share = sqrt(count.calls / most) if most else 0
    pale = " pale" if share > 0.75 else ""
    ok = round(100 * count.outcomes[Outcome.OK] / count.calls) if count.calls else 0
    speed = f"{count.latency(0.5)} / {count.latency(0.95)} ms" if count.asked else "未问 none asked"
    yield f"<title>{escape(told)}</title>"
    yield f'<rect x="2" y="2" width="{SIDE - 4}" height="{TALL - 4}" rx="4" fill="{blue(share)}"/>'
    yield f'<text class="calls{pale}" x="{SIDE / 2:g}" y="26">{count.calls:,}</text>'
    yield f'<text class="under{pale}" x="{SIDE / 2:g}" y="44">OK {ok} %</text>'
    yield f'<text class="under{pale}" x="{SIDE / 2:g}" y="59">{escape(speed)}</text>'
    yield from bar(count)


def bar(count: Count) -> Iterator[str]:
    """The outcomes side by side, as wide as they are many."""
    x, room = 8.0, SIDE - 16
    yield f'<rect x="7" y="{TALL - BAR - 8}" width="{room + 2}" height="{BAR + 2}" fill="#fff"/>'
    for outcome, (colour, _) in OUTCOMES.items():
        if width := room * count.outcomes[outcome] / max(count.calls, 1):
            yield f'<rect x="{x:.1f}" y="{TALL - BAR - 7}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
            x += width


def tip(home: str, visited: str, count: Count | None) -> str:
    """All figures of a pair in words."""
    if count is None:
        return ""
    said = [f"{' '.join(names(home))} → {' '.join(names(visited))}", f"{count.calls:,} 次调用 calls"]
    said += [f"{label}: {count.outcomes[outcome]:,}" for outcome, (_, label) in OUTCOMES.items()]
    said += [f"缓存 from cache: {count.cached:,}", f"市民 citizens: {count.citizens:,}"]
    return "\n".join(said)


def legend(y: int) -> Iterator[str]:
    """What the bar's colours and the two times mean."""
    x = MARGIN
    for colour, label in OUTCOMES.values():
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
        yield f'<text class="quiet" x="{x + 18}" y="{y}">{escape(label)}</text>'
        x += 118
    yield f'<text class="quiet" x="{MARGIN}" y="{y + 18}">毫秒:中位数 / 95 分位 milliseconds: median / 95th percentile</text>'


def names(code: str) -> tuple[str, str]:
    """A city in Chinese and English; of one outside the province, its code."""
    known = divisions().get(code)
    return (known.zh, known.en) if known else (code, "")


def blue(share: float) -> str:
    """From nearly white to a dark blue on which white text can be read."""
    low, high = (0xE8, 0xF0, 0xFA), (0x1F, 0x5F, 0xA8)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(low, high, strict=True))
