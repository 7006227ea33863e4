"""The city block, its backends and its secrets against the rest of the world."""

from __future__ import annotations

from collections.abc import Iterator

import jmespath
from jmespath.exceptions import JMESPathError

from channels.checks.scene import Scene, misspelt_name, official
from channels.declared.divisions import code_of, divisions
from channels.declared.models import BackendBase, ChannelFile, RestBackend, SoapBackend
from channels.mapping.paths import BadPath, compile_path
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.positions import ListNode, MapNode, Node, ScalarNode, find, value_place
from channels.text.written import secret_name

PROVINCE = "51"  # GB/T 2260: Sichuan


def check_city(scene: Scene) -> Iterator[Diagnostic]:
    """The city's names agree with each other, with its folder and with the official code."""
    city = scene.channel.city
    if city.id != scene.folder:
        yield report("folder", scene.at("city", "id"), found=city.id, folder=scene.folder)
    known = divisions().get(city.code)
    if known is None:
        near = code_of(city.name.zh)
        hint = {"zh": f"{city.name.zh}是 {near}", "en": f"{city.name.zh} is {near}"} if near else ""
        # All codes of this province are known; of others nothing is.
        severity = "error" if city.code.startswith(PROVINCE) else "warning"
        yield report("city_code", scene.at("city", "code"), code=city.code, hint=hint, severity=severity)
    elif known.zh != city.name.zh:
        # Which of the two is off, the city's other names say.
        meant = official(city)
        part = ("name", "zh") if meant == known else ("code",)
        right = known.zh if meant == known else code_of(city.name.zh) or known.zh
        names = {"code": city.code, "found": known.zh, "key": "zh", "written": city.name.zh, "right": right}
        yield report("city_name", scene.at("city", *part), **names)
    if (meant := misspelt_name(city)) is not None:
        place, written = scene.at("city", "name", "en"), city.name.en
        yield report("city_name", place, code=meant.code, found=meant.en, key="en", written=written, right=meant.en)
    for slug, other in scene.around.cities.items():
        # Of two cities with one known code, the one whose name is another's has been told so above.
        same = other is not None and other.code == city.code and slug < scene.folder
        if same and other is not None and (known is None or other.name.zh == city.name.zh):
            yield report("same_code", scene.at("city", "code"), code=city.code, other=slug)


def plain_http(channel: ChannelFile, node: Node) -> Iterator[Diagnostic]:
    """Backends that are spoken to without encryption, and over no line of one's own."""
    for name, backend in channel.backends.items():
        line = find(node, ("backends", name, "dedicated_line"))
        empty = isinstance(line, ScalarNode) and not line.text  # told so already
        if backend.base_url.startswith("http:") and backend.dedicated_line is None and not empty:
            yield report("plain_http", value_place(node, ("backends", name, "base_url")), found=backend.base_url)


def check_backends(scene: Scene) -> Iterator[Diagnostic]:
    """Every backend is encrypted, and has expressions that compile."""
    yield from plain_http(scene.channel, scene.node)
    for name, backend in scene.channel.backends.items():
        path = ("backends", name)
        yield from _check_envelope(scene, path, backend)
        for index, rule in enumerate(backend.errors):
            yield from check_error_rule(scene, (*path, "errors", index), rule.code, rule.http, rule.when)


def _check_envelope(scene: Scene, path: tuple[str, ...], backend: BackendBase) -> Iterator[Diagnostic]:
    if not isinstance(backend, (RestBackend, SoapBackend)) or backend.envelope is None:
        return
    envelope, path = backend.envelope, (*path, "envelope")
    if (envelope.ok is None) == (not envelope.ok_codes):
        yield report("one_of", scene.key(*path), fields=("`ok`", "`ok_codes`"))
    for name in ("ok", "data", "code", "message"):
        yield from check_expression(scene, (*path, name), getattr(envelope, name))


def check_error_rule(
    scene: Scene, path: tuple[str | int, ...], code: str | None, http: int | None, when: str | None
) -> Iterator[Diagnostic]:
    """A rule says when it holds."""
    if code is None and http is None and when is None:
        yield report("one_of", scene.key(*path), fields=("`code`", "`http`", "`when`"))
    yield from check_expression(scene, (*path, "when"), when)


def check_expression(scene: Scene, path: tuple[str | int, ...], expression: str | None) -> Iterator[Diagnostic]:
    """An expression outside of a mapping compiles."""
    if expression is None:
        return
    try:
        compile_path(expression)
    except BadPath as bad:
        place = expression_place(scene.at(*path), expression)
        yield report("bad_path", place, problem=str(bad))


def expression_place(place: Place, expression: str) -> Place:
    """The very character of an expression that does not compile, on its line."""
    offset = 0
    try:
        jmespath.compile(expression)
    except JMESPathError as error:
        offset = min(getattr(error, "lex_position", 0) or 0, len(expression))
    quoted = place.width - len(expression) >= 2
    return Place(place.path, place.line, place.column + (1 if quoted else 0) + offset)


def check_secrets(scene: Scene) -> Iterator[Diagnostic]:
    """Every secret that the file names has a value here."""
    secrets = scene.around.secrets
    if secrets is None:
        return
    for name, place in named_secrets(scene.node):
        if secrets.find(name) is None:
            yield report("missing_secret", place, name=name, lower=name.lower())


def named_secrets(node: Node) -> Iterator[tuple[str, Place]]:
    """The name of every secret that a channel speaks of, and where."""
    entries = node.entries if isinstance(node, MapNode) else {}
    for part in ("auth", "backends", "citizen_token"):
        yield from _secret_scalars(entries[part].node) if part in entries else ()


def _secret_scalars(node: Node) -> Iterator[tuple[str, Place]]:
    match node:
        case ScalarNode() if name := secret_name(node.text):
            yield name, node.place
        case MapNode():
            for entry in node.entries.values():
                yield from _secret_scalars(entry.node)
        case ListNode():
            for item in node.items:
                yield from _secret_scalars(item)
