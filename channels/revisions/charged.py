"""To whose files an error is charged: those are put back, and nobody else's.

An error is charged to the files it is in, where those have changed. Where they have not, something around them did: the
gateway's own files first (a service that left the register), then the cities that changed (a code given twice).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from channels.checks.agreements import AGED
from channels.deployment.instead import Instead
from channels.deployment.snapshot import Loaded
from channels.revisions.history import Standing
from channels.text.diagnostics import Diagnostic
from channels.text.documents import shown_path


def charge(
    root: Path, standing: Standing, loaded: Loaded, instead: Instead, files: Mapping[str, str]
) -> dict[str, list[Diagnostic]]:
    """By name, what is to be put back, and the errors for which it is."""
    errors = [item for item in loaded.diagnostics if item.severity == "error" and item.code != AGED]
    own = {name: _errors_in(root, name, errors) for name in files if is_file(name) and name not in instead.files}
    charged = {name: found for name, found in own.items() if found and name in standing.active}
    if charged or loaded.snapshot is None:
        return charged
    innocent: list[Diagnostic] = []
    for slug, found in loaded.snapshot.broken.items():
        if changed(slug, standing, files) or slug in instead.cities:
            charged[slug] = list(found)
        else:
            innocent += found
    if not innocent:
        return charged
    around = [name for name in files if is_file(name) and name not in instead.files and changed(name, standing, files)]
    around = [name for name in around if name in standing.active] or [
        slug
        for slug in files
        if not is_file(slug) and slug not in (*instead.cities, *instead.without) and changed(slug, standing, files)
    ]
    return charged | {name: innocent for name in around if standing.active}


def changed(name: str, standing: Standing, files: Mapping[str, str]) -> bool:
    """Whether the files are others than those that were last good."""
    active = standing.active.get(name)
    return active is None or active.revision != files.get(name, "")


def is_file(name: str) -> bool:
    """Whether a name is of one of the gateway's own files; a city's slug has no dot."""
    return "." in name


def _errors_in(root: Path, name: str, errors: Iterable[Diagnostic]) -> list[Diagnostic]:
    shown = shown_path(root / name)
    return [item for item in errors if item.place.path == shown]
