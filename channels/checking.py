"""`roam city check` as a function: the deployment as it would be loaded, and its fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from channels.checks.shared_causes import told_once
from channels.declared.exemptions import check_exemptions
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import load
from channels.fixtures.replay import check_fixtures
from channels.text.diagnostics import Diagnostic
from channels.text.documents import misnamed, misspelt
from channels.text.refined import refine


@dataclass(frozen=True, slots=True)
class Report:
    """`found`: in order of file and line.  `sources`: lines by path.  `cities`: those that were looked at."""

    found: tuple[Diagnostic, ...]
    sources: Mapping[str, tuple[str, ...]]
    cities: tuple[str, ...]

    @property
    def errors(self) -> int:
        return sum(item.severity == "error" for item in self.found)


def check_root(
    root: Path, *, environment: str, at: date, secrets: Secrets, overlays: Path | None, only: str | None = None
) -> Report:
    """Check everything below `root`.  `only`: leave out what other cities' folders have wrong."""
    loaded = load(root, environment=environment, at=at, secrets=secrets, overlays=overlays)
    found, sources = list(loaded.diagnostics), dict(loaded.sources)
    channels = loaded.snapshot.channels if loaded.snapshot else {}
    broken = loaded.snapshot.broken if loaded.snapshot else {}
    cities = tuple(dict.fromkeys((*channels, *broken)))
    for slug in cities if only is None else [only]:
        more, read = check_fixtures(root / slug, channels.get(slug))
        found += [*misspelt(root / slug, ("exemptions.yaml", "fixtures")), *misnamed(root / slug / "fixtures"), *more]
        sources |= {source.path: source.lines for source in read}
        more, read = check_exemptions(root / slug, at)
        found += more
        sources |= {source.path: source.lines for source in read}
    if only is None:
        known = loaded.snapshot.secrets if loaded.snapshot else Secrets()
        found = told_once(found, root=root, environment=environment, secrets=known, sources=sources)
    else:
        found = [item for item in found if only in Path(item.place.path).parts]
        cities = (only,)
    return Report(tuple(refine(found, sources)), sources, cities)
