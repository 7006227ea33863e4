"""One mistake that shows in several files, told once: a secret that nobody set, a code that left the register.

What each city's files have wrong by themselves is told before; here the findings of all of them are laid side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from channels.declared.secrets import Secrets
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.documents import read_node, shown_path
from channels.text.positions import Node, find, key_place, value_place
from channels.text.tree import ListNode, ScalarNode

SECRET, SERVICE, TWICE = "ROAM-304", "ROAM-308", "ROAM-318"
SEVERAL, MOST_NAMED = 2, 5
_NAMED = re.compile(r"secret:([A-Z][A-Z0-9_]*)")

Sources = Mapping[str, Sequence[str]]


def told_once(
    found: Iterable[Diagnostic], *, root: Path, environment: str, secrets: Secrets, sources: Sources
) -> list[Diagnostic]:
    """Return: the findings with one in the place of several that have one cause."""
    return _services(_secrets(list(found), root, environment, secrets, sources), root, sources)


def _secrets(
    found: list[Diagnostic], root: Path, environment: str, secrets: Secrets, sources: Sources
) -> list[Diagnostic]:
    """A secret that several files lack is told where the first names it; an environment without any is told as such."""
    missing = [item for item in found if item.code == SECRET]
    named = {name for lines in sources.values() for line in lines for name in _NAMED.findall(line)}
    lacking = sorted({item.about for item in missing})
    alone = len({item.place.path for item in missing}) < SEVERAL
    if alone or any(secrets.find(name) is not None for name in named):
        return _each_once(found)
    place = _key(root / "roam.yaml", ("environments", environment))
    one = report("no_secrets", place, environment=environment, count=len(lacking), names=lacking[:MOST_NAMED])
    return [*(item for item in found if item.code != SECRET), one]


def _each_once(found: list[Diagnostic]) -> list[Diagnostic]:
    first: dict[str, Diagnostic] = {}
    others: dict[str, list[str]] = {}
    for item in sorted((item for item in found if item.code == SECRET), key=lambda item: item.place):
        told = first.setdefault(item.about, item)
        if told is not item and item.place.path != told.place.path:
            others.setdefault(item.about, []).append(f"{item.place.path}:{item.place.line}")
    kept = [item for item in found if item.code != SECRET]
    for name, item in first.items():
        more = others.get(name, [])
        zh, en = (f"(还有 {'、'.join(more)})", f" (also {', '.join(more)})") if more else ("", "")
        kept.append(replace(item, zh=item.zh + zh, en=item.en + en))
    return kept


def _services(found: list[Diagnostic], root: Path, sources: Sources) -> list[Diagnostic]:
    """A code that several cities list and the register lacks is missing from the register."""
    if any(item.code == TWICE for item in found):
        # The row that stands twice may be the one that is missing.
        return [item for item in found if item.code != SERVICE]
    unknown: dict[str, list[Diagnostic]] = {}
    for item in found:
        if item.code == SERVICE:
            unknown.setdefault(item.about, []).append(item)
    shared = {code: items for code, items in unknown.items() if len({item.place.path for item in items}) >= SEVERAL}
    if not shared:
        return found
    file = root / "services.yaml"
    node = read_node(file, shown_path(file)).node
    told = {item for items in shared.values() for item in items}
    kept = [item for item in found if item not in told]
    return kept + [_not_in_register(code, items, file, node, sources) for code, items in shared.items()]


def _not_in_register(
    code: str, items: Sequence[Diagnostic], file: Path, node: Node | None, sources: Sources
) -> Diagnostic:
    """Told at the row of a code that is alike and that nobody uses, else where the rows begin."""
    listed = find(node, ("services",)) if node is not None else None
    rows = listed.items if isinstance(listed, ListNode) else ()
    codes = [_code(row) for row in rows]
    elsewhere = "\n".join(line for path, lines in sources.items() if path != shown_path(file) for line in lines)
    idle = [each for each in codes if each and not re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", elsewhere)]
    meant = nearest(code, idle)
    place = value_place(node, ("services", codes.index(meant), "code")) if node and meant else _key(file, ("services",))
    cities = sorted({Path(item.place.path).parent.name for item in items})
    return report("not_in_register", place, found=code, cities=cities, near=meant or "", choices=idle)


def _key(file: Path, path: tuple[str, ...]) -> Place:
    node = read_node(file, shown_path(file)).node
    return key_place(node, path) if node else Place(shown_path(file), 1, 1)


def _code(row: Node) -> str:
    written = find(row, ("code",))
    return str(written.text) if isinstance(written, ScalarNode) else ""
