"""Names that a channel declares and refers to: `backends`, `auth`, `vars`, `namespaces`, `operations`.

A reference to what is not declared is the mistake, unless a declaration that is like it is referred to by nobody and its
name is written less often than the other: then it was misspelt where it is declared.  Overlays refer to names, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from channels.checks.scene import Reference, Scene
from channels.declared.models import Operation, SoapBackend
from channels.mapping.templates import elements
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.tree import ScalarNode, find, spot, words
from schema.operations import OPERATIONS


def check_names(scene: Scene) -> Iterator[Diagnostic]:
    """Every reference between parts of a channel, and from its overlays."""
    operations = [(path, operation) for path, operation in scene.every_operation()]
    auths = [
        Reference(backend.auth, scene.at("backends", name, "auth"))
        for name, backend in scene.channel.backends.items()
        if backend.auth is not None
    ]
    yield from unknown(scene, ("auth",), [*auths, *scene.strangers.get("auth", ())])
    asked = [Reference(operation.backend, scene.at(*path, "backend")) for path, operation in operations]
    yield from unknown(scene, ("backends",), [*asked, *scene.strangers.get("backends", ())])
    for name, backend in scene.channel.backends.items():
        if isinstance(backend, SoapBackend):
            own = [(path, operation) for path, operation in operations if operation.backend == name]
            yield from unknown(scene, ("backends", name, "namespaces"), [*_prefixes(scene, own)])


def unknown(scene: Scene, declared: Sequence[str], references: Sequence[Reference]) -> Iterator[Diagnostic]:
    """What is referred to and not declared under the path `declared`."""
    known, where = scene.names(*declared), declared[-1]
    used = {reference.name for reference in references}
    lost = [reference for reference in references if reference.name not in known]
    for name in dict.fromkeys(reference.name for reference in lost):
        places = [reference.place for reference in lost if reference.name == name]
        unused = [each for each in known if each not in used]
        # Where one is declared and one is referred to, they are the same, however short the name.
        idle = known[0] if len(known) == len(unused) == len(used) == 1 else nearest(name, unused)
        if idle is not None and _written(scene, name) + _outside(places, scene) > _written(scene, idle):
            yield report("misspelt_name", scene.key(*declared, idle), where=where, found=idle, meant=name)
        elif not scene.blocks_run_together:
            for place in places:
                yield report("unknown_ref", place, where=where, found=name, near=name, choices=known)


def _written(scene: Scene, name: str) -> int:
    """How many keys and texts of the channel hold the name as a word."""
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
    return sum(word.search(text) is not None for text in words(scene.node))


def _outside(places: Sequence[Place], scene: Scene) -> int:
    """How many of the places lie in overlays."""
    return sum(place.path != scene.node.place.path for place in places)


def misspelt_operations(scene: Scene) -> Mapping[str, str]:
    """Canonical operations that the file has under a name that is none: as they are called, and as they are written."""
    written = [name for name in scene.names("operations") if name not in OPERATIONS]
    return {meant: name for name in written if (meant := nearest(name, OPERATIONS)) is not None}


def _prefixes(scene: Scene, operations: Sequence[tuple[tuple[str, str], Operation]]) -> Iterator[Reference]:
    """The prefixes that the operations' XML begins its names with, each once for an operation."""
    for path, operation in operations:
        where = find(scene.node, (*path, "request", "xml"))
        for prefix in elements(operation.request.xml or ""):
            at = operation.request.xml.index(f"<{prefix}:") + 1 if operation.request.xml else 0
            place = (
                spot(where, at, len(prefix)) if isinstance(where, ScalarNode) else scene.key(*path, "request", "xml")
            )
            yield Reference(prefix, place)
