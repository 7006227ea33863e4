"""The city block, its backends and its secrets against the rest of the world."""

from __future__ import annotations

from collections.abc import Iterator

import jmespath
from jmespath.exceptions import JMESPathError

from channels.diagnostics import Diagnostic, Place, report
from channels.divisions import code_of, divisions
from channels.models import BackendBase, RestBackend, SoapBackend
from channels.paths import BadPath, compile_path
from channels.positions import ListNode, MapNode, Node, ScalarNode
from channels.scene import Scene

PROVINCE = "51"  # GB/T 2260: Sichuan
NOT_ACTIVE = ("breaker", "stale", "rollout")  # read and kept, used by a later version


def check_city(scene: Scene) -> Iterator[Diagnostic]:
    """The city's names agree with each other, with its folder and with the official code."""
    city = scene.channel.city
    if city.id != scene.folder:
        yield report("folder", scene.at("city", "id"), found=city.id, folder=scene.folder)
    official = divisions().get(city.code)
    if official is None:
        near = code_of(city.name.zh)
        hint = {"zh": f"{city.name.zh}是 {near}", "en": f"{city.name.zh} is {near}"} if near else ""
        # All codes of this province are known; of others nothing is.
        severity = "error" if city.code.startswith(PROVINCE) else "warning"
        yield report("city_code", scene.at("city", "code"), code=city.code, hint=hint, severity=severity)
    elif official.zh != city.name.zh:
        right = code_of(city.name.zh) or official.zh
        names = {"code": city.code, "found": official.zh, "written": city.name.zh, "right": right}
        yield report("city_name", scene.at("city", "code"), **names)
    for slug, other in scene.around.cities.items():
        # Of two cities with one known code, the one whose name is another's has been told so above.
        same = other is not None and other.code == city.code and slug < scene.folder
        if same and other is not None and (official is None or other.name.zh == city.name.zh):
            yield report("same_code", scene.at("city", "code"), code=city.code, other=slug)


def check_backends(scene: Scene) -> Iterator[Diagnostic]:
    """Every backend is encrypted, proves itself by a declared `auth`, and has expressions that compile."""
    for name, backend in scene.channel.backends.items():
        path = ("backends", name)
        if backend.base_url.startswith("http:") and backend.dedicated_line is None:
            yield report("plain_http", scene.at(*path, "base_url"), found=backend.base_url)
        known = scene.names("auth")
        if backend.auth is not None and backend.auth not in known:
            where = scene.at(*path, "auth")
            yield report("unknown_ref", where, where="auth", found=backend.auth, near=backend.auth, choices=known)
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
        place = expression_place(scene.node, scene.at(*path), expression)
        yield report("bad_path", place, problem=str(bad))


def expression_place(node: Node, place: Place, expression: str) -> Place:
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
    for part in ("auth", "backends", "citizen_token"):
        for text, place in _secrets(scene.node, part):
            name = text.removeprefix("secret:")
            if secrets.find(name) is None:
                yield report("missing_secret", place, name=name, lower=name.lower())


def _secrets(node: Node, part: str) -> Iterator[tuple[str, Place]]:
    if isinstance(node, MapNode) and part in node.entries:
        yield from _secret_scalars(node.entries[part].node)


def _secret_scalars(node: Node) -> Iterator[tuple[str, Place]]:
    match node:
        case ScalarNode() if node.text.startswith("secret:"):
            yield node.text, node.place
        case MapNode():
            for entry in node.entries.values():
                yield from _secret_scalars(entry.node)
        case ListNode():
            for item in node.items:
                yield from _secret_scalars(item)


def check_activity(scene: Scene) -> Iterator[Diagnostic]:
    """One remark per file on settings that load and do nothing yet."""
    found: dict[str, Place] = {}
    for key, place in _keys(scene.node):
        if key in NOT_ACTIVE:
            found.setdefault(key, place)
    if found:
        first = min(found.values())
        yield report("not_active", first, settings=[f"`{name}`" for name in NOT_ACTIVE if name in found])


def _keys(node: Node) -> Iterator[tuple[str, Place]]:
    if isinstance(node, MapNode):
        for key, entry in node.entries.items():
            yield key, entry.place
            if key not in ("map", "json", "variables", "vars"):  # there, keys are the city's own names
                yield from _keys(entry.node)
