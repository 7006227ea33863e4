"""What overlays are called: in a city's folder by an environment, in the machine's own folder by a city.

One of another name is read by nobody.  Where several cities have the same one, `roam.yaml` calls it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from channels.declared.divisions import joining
from channels.declared.gateway import GatewayFile
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.documents import Document, shown_path
from channels.text.positions import key_place, value_place

SEVERAL = 2
_MEANT = re.compile(r"channel[-_ ]+(?P<overlay>.+)\.ya?ml")
"""A file that was meant as an overlay, and is one by no dot."""


def check_overlay_names(
    document: Document[GatewayFile], folders: Mapping[str, Path], overlays: Path | None
) -> Iterator[Diagnostic]:
    """`folders`: of the cities, by slug.  `overlays`: the machine's own folder."""
    if document.model is not None and document.model.environments:
        yield from _of_environments(document, folders)
    for file in sorted(overlays.glob("*.y*ml")) if overlays is not None else ():
        if file.suffix != ".yaml" or file.stem not in folders:
            place = Place(shown_path(file), 1, 1)
            severity = "warning" if joining(file.stem) else "error"  # a city that is not here yet is worth a word
            near, choices = file.stem, tuple(folders)
            yield report("overlay_city", place, found=file.name, near=near, choices=choices, severity=severity)


def _of_environments(document: Document[GatewayFile], folders: Mapping[str, Path]) -> Iterator[Diagnostic]:
    used = _used(document)
    files = [file for folder in folders.values() for file in sorted(folder.glob("channel.*.y*ml"))]
    files += [
        file for folder in folders.values() for file in sorted(folder.glob("channel*")) if _undotted(file) in used
    ]
    strange = [file for file in files if not file.name.startswith("channel.") or not _serves(file, used)]
    known = tuple(sorted(used))
    for name in dict.fromkeys(file.name for file in strange):
        same = [file for file in strange if file.name == name]
        idle = [overlay for overlay in known if not any(_named(file) == overlay for file in files)]
        if len(same) < SEVERAL:
            near = _named(same[0])
            yield report("overlay_name", Place(shown_path(same[0]), 1, 1), found=name, near=near, choices=known)
            continue
        written = nearest(_named(same[0]), idle)
        place = used[written] if written is not None else _environments(document)
        cities = [file.parent.name for file in same]
        yield report("overlay_unused", place, found=name, cities=cities, right=_named(same[0]))


def _named(file: Path) -> str:
    """The environment's word in a file's name."""
    return _undotted(file) or file.name.removeprefix("channel.").removesuffix(file.suffix)


def _undotted(file: Path) -> str:
    """The same where it is parted by something else than a dot."""
    found = _MEANT.fullmatch(file.name)
    return found["overlay"] if found else ""


def _serves(file: Path, used: Mapping[str, Place]) -> bool:
    return file.suffix == ".yaml" and _named(file) in used


def _used(document: Document[GatewayFile]) -> Mapping[str, Place]:
    """The overlays that environments use, and where each is named."""
    assert document.model is not None and document.node is not None  # noqa: PT018, S101  (the caller looked)
    return {
        each.overlay or name: value_place(document.node, ("environments", name, "overlay"))
        if each.overlay
        else key_place(document.node, ("environments", name))
        for name, each in document.model.environments.items()
    }


def _environments(document: Document[GatewayFile]) -> Place:
    assert document.node is not None  # noqa: S101  (it has a model)
    return key_place(document.node, ("environments",))
