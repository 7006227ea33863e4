"""A plan as a picture: one self-contained SVG, drawn from top to bottom, the same for the same plan.

A box is a request, coloured by its service; an arrow is "then"; lanes beside each other run at once.  Every block is drawn
from (0, 0) and moved by the block around it, so no block knows where it stands.  No scripts, no fonts or images from
elsewhere; the request's whole text is the tooltip of its box.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never
from xml.sax.saxutils import escape, quoteattr

from federation.plan import Fetch, Node, Parallel, QueryPlan, Sequence, Subscription

from .boxes import Row, columns, rows

COLUMN = 7.3  # width of a character at 12 px, of the widest of the usual fixed fonts
LINE = 17
HEADER = 28
PAD = 12
GAP = 40
"""Between what follows one another: room for an arrow."""
MARGIN = 24
MIN_WIDTH = 180
COLOURS = (
    "#1f5fa8", "#a8431f", "#2b7a3d", "#7a3d9e", "#8a6100", "#0f7580", "#b02a5b", "#4a5568", "#5b6b00", "#3f4db8",
)  # fmt: skip
"""White text on each has a contrast of 4.5 or more (WCAG 2.1 §1.4.3).  The eleventh service begins again."""

STYLE = """
text { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1a202c; white-space: pre }
.title { font: 600 15px "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif }
.name { font: 600 13px "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; fill: #fff }
.kind { font: 11px "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; fill: #fff; text-anchor: end }
.note, .end text { font: 11px "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; fill: #4a5568 }
.end text { text-anchor: middle }
.where { fill: #4a5568 }
.given { fill: #6b46a1 }
.paper { fill: #fff }
.frame { fill: none; stroke: #a0aec0; stroke-dasharray: 4 4 }
.lane > rect { fill: #f1f5f9 }
.end rect { fill: #fff; stroke: #4a5568 }
.then path { fill: none; stroke: #4a5568; stroke-width: 1.5 }
.then .tip { fill: #4a5568; stroke: none }
""".strip()

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Block:
    """A drawn part of the picture, from (0, 0) to (width, height)."""

    width: float
    height: float
    lines: tuple[str, ...]
    names: tuple[str, ...]
    """What arrows lead to: the boxes that begin."""
    ends: tuple[str, ...]
    """What arrows come from: the boxes that end."""
    entries: tuple[Point, ...]
    exits: tuple[Point, ...]


@dataclass(slots=True)
class Palette:
    """The colour of each service, and the number of the next box."""

    colours: dict[str, str]
    drawn: int = field(default=0)

    def next_name(self) -> str:
        """`1`, `2`, … in printing order."""
        self.drawn += 1
        return str(self.drawn)


def picture(plan: QueryPlan) -> str:
    """The plan as an SVG document."""
    services = sorted({fetch.service for fetch in plan.fetches()})
    palette = Palette({name: COLOURS[index % len(COLOURS)] for index, name in enumerate(services)})
    between = [_block(plan.node, palette)] if plan.node else []
    whole = _one_after_another([_end("request"), *between, _end("answer")])
    title = _title(plan, len(services))
    width = max(whole.width, columns(title) * 8.6) + 2 * MARGIN
    height = whole.height + 3 * MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}"'
            f' viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label={quoteattr(title)}>',
            f"<style>\n{escape(STYLE)}\n</style>",
            '<rect class="paper" width="100%" height="100%"/>',
            f'<text class="title" x="{MARGIN}" y="{MARGIN + 4}">{escape(title)}</text>',
            *_moved(whole, (width - whole.width) / 2, 2 * MARGIN),
            "</svg>\n",
        )
    )


def rounds(node: Node | None) -> int:
    """How many requests wait for one another on the longest way."""
    match node:
        case None:
            return 0
        case Fetch():
            return 1
        case Sequence():
            return sum(rounds(each) for each in node.nodes)
        case Parallel():
            return max((rounds(each) for each in node.nodes), default=0)
        case Subscription():
            return 1 + rounds(node.rest)
        case _:
            assert_never(node)


def _title(plan: QueryPlan, services: int) -> str:
    counts = ((len(plan.fetches()), "request"), (services, "service"), (rounds(plan.node), "round"))
    requests, asked, waits = (f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    return f"{requests} to {asked} in {waits}"


def _block(node: Node, palette: Palette) -> Block:
    match node:
        case Fetch():
            return _box(node, palette)
        case Sequence():
            return _one_after_another([_block(each, palette) for each in node.nodes])
        case Parallel():
            return _side_by_side([_block(each, palette) for each in node.nodes])
        case Subscription():
            steps = (node.primary, node.rest) if node.rest else (node.primary,)
            return _one_after_another([_block(each, palette) for each in steps], note="for each event")
        case _:
            assert_never(node)


def _box(fetch: Fetch, palette: Palette) -> Block:
    said, name, colour = rows(fetch), palette.next_name(), palette.colours[fetch.service]
    kind = f"{name}  {'entities' if fetch.entities else fetch.kind}"
    heading = columns(fetch.service) * 9 + columns(kind) * 7.5 + PAD
    width = max(MIN_WIDTH, heading + 2 * PAD, max(columns(row.text) for row in said) * COLUMN + 2 * PAD)
    height = HEADER + len(said) * LINE + PAD + 4
    lines = (
        f'<g class="fetch" id="fetch-{name}" data-service={quoteattr(fetch.service)} data-kind="{fetch.kind}">',
        f"<title>{escape(fetch.operation)}</title>",
        f'<rect width="{_n(width)}" height="{_n(height)}" rx="6" fill="#fff" stroke="{colour}" stroke-width="1.5"/>',
        f'<path d="M0 {HEADER}V6A6 6 0 0 1 6 0H{_n(width - 6)}A6 6 0 0 1 {_n(width)} 6V{HEADER}Z" fill="{colour}"/>',
        f'<text class="name" x="{PAD}" y="19">{escape(fetch.service)}</text>',
        f'<text class="kind" x="{_n(width - PAD)}" y="18">{escape(kind)}</text>',
        *_text(said),
        "</g>",
    )
    return Block(width, height, lines, (name,), (name,), ((width / 2, 0),), ((width / 2, height),))


def _text(said: tuple[Row, ...]) -> Iterator[str]:
    for index, row in enumerate(said):
        indent = len(row.text) - len(row.text.lstrip())
        x, y = PAD + indent * COLUMN, HEADER + LINE * (index + 1)
        yield f'<text class="{row.role}" x="{_n(x)}" y="{_n(y)}">{escape(row.text.lstrip())}</text>'


def _end(word: str) -> Block:
    width, height = 84.0, 24.0
    lines = (
        f'<g class="end" id="{word}">',
        f'<rect width="{_n(width)}" height="{_n(height)}" rx="12"/>',
        f'<text x="{_n(width / 2)}" y="16">{word}</text>',
        "</g>",
    )
    return Block(width, height, lines, (word,), (word,), ((width / 2, 0),), ((width / 2, height),))


def _one_after_another(blocks: list[Block], note: str = "") -> Block:
    """Downwards, centred, an arrow between each and the next; arrows are drawn last, above the lanes they enter."""
    width = max(each.width for each in blocks)
    lines: list[str] = []
    arrows: list[str] = []
    placed: list[Block] = []
    y = 0.0
    for block in blocks:
        at = _at(block, (width - block.width) / 2, y)
        if placed:
            arrows += _arrow(placed[-1], at, y - GAP / 2, note)
        lines += _moved(block, (width - block.width) / 2, y)
        placed.append(at)
        y += block.height + GAP
    first, last = placed[0], placed[-1]
    return Block(width, y - GAP, (*lines, *arrows), first.names, last.ends, first.entries, last.exits)


def _side_by_side(blocks: list[Block]) -> Block:
    """Lanes in a dashed frame."""
    inner = max(each.height for each in blocks)
    lanes: list[str] = []
    placed: list[Block] = []
    x, top = float(PAD), float(PAD + 14)
    for block in blocks:
        lanes += (
            '<g class="lane">',
            f'<rect x="{_n(x)}" y="{_n(top)}" width="{_n(block.width + 2 * PAD)}" height="{_n(inner + 2 * PAD)}" rx="6"/>',
            *_moved(block, x + PAD, top + PAD),
            "</g>",
        )
        placed.append(_at(block, x + PAD, top + PAD))
        x += block.width + 3 * PAD
    width, height = x, inner + top + 3 * PAD
    lines = (
        f'<g class="parallel"><rect class="frame" width="{_n(width)}" height="{_n(height)}" rx="8"/>',
        f'<text class="note" x="{PAD}" y="17">at once</text>',
        *lanes,
        "</g>",
    )
    return Block(width, height, lines, *_together(placed))


def _together(
    placed: list[Block],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Point, ...], tuple[Point, ...]]:
    return (
        tuple(name for each in placed for name in each.names),
        tuple(name for each in placed for name in each.ends),
        tuple(point for each in placed for point in each.entries),
        tuple(point for each in placed for point in each.exits),
    )


def _arrow(before: Block, after: Block, middle: float, note: str) -> Iterator[str]:
    """From every end of what was before, over one bar, to every beginning of what follows."""
    yield f'<g class="then" data-from="{" ".join(before.ends)}" data-to="{" ".join(after.names)}">'
    xs = [x for x, _ in (*before.exits, *after.entries)]
    for x, y in before.exits:
        yield f'<path d="M{_n(x)} {_n(y)}V{_n(middle)}"/>'
    if max(xs) > min(xs):
        yield f'<path d="M{_n(min(xs))} {_n(middle)}H{_n(max(xs))}"/>'
    for x, y in after.entries:
        yield f'<path d="M{_n(x)} {_n(middle)}V{_n(y - 7)}"/>'
        yield f'<path class="tip" d="M{_n(x)} {_n(y)}l-4.5 -8h9z"/>'
    if note:
        yield f'<text class="note" x="{_n(max(xs) + 8)}" y="{_n(middle + 4)}">{escape(note)}</text>'
    yield "</g>"


def _at(block: Block, x: float, y: float) -> Block:
    def moved(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((left + x, top + y) for left, top in points)

    return Block(block.width, block.height, (), block.names, block.ends, moved(block.entries), moved(block.exits))


def _moved(block: Block, x: float, y: float) -> Iterator[str]:
    yield f'<g transform="translate({_n(x)} {_n(y)})">'
    yield from block.lines
    yield "</g>"


def _n(value: float) -> str:
    """A coordinate: at most one digit behind the point, and none that is 0."""
    return f"{value:.1f}".removesuffix(".0")
