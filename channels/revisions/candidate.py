"""The configuration that would be served: the files as they are, but for what operators hold and what does not hold.

`settled` reads the room, and puts back what has an error as it last was good, until nothing is left to put back. Rules:
1. Files that an error is charged to (`charged`) are served as they last were good. A city that never was good stays out; at
   the very first start, when nothing ever was, it keeps its place in the graph and is asked nothing.
2. A city whose folder is gone is retired: it keeps its place, so that ids and queries that name it get an answer that says so.
3. A revision that an operator holds is served whatever the files say, a rollback until the files change, a pin until it is let
   go. One that no longer fits is not served.

Reads files and the history; asks no network and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from channels.declared.secrets import Secrets
from channels.deployment.editions import Editions, digest_of, revision_of
from channels.deployment.folder import CHANNEL
from channels.deployment.instead import AGREEMENTS, Instead
from channels.deployment.snapshot import Channel, Loaded, Snapshot, load
from channels.revisions.charged import charge, is_file
from channels.revisions.history import Activation, Hold, Rejection, Source, Standing
from channels.revisions.not_composed import not_composed
from channels.text.diagnostics import Diagnostic, Place, Renderer, ordered, report
from channels.text.documents import shown_path

OWN_FILES: Final = ("roam.yaml", "services.yaml", "statistics.csv")
NEEDED: Final = ("roam.yaml", "services.yaml")
ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a deployment's files are, and how they are read."""

    root: Path
    environment: str
    secrets: Secrets
    overlays: Path | None
    editions: Editions

    @property
    def watched(self) -> tuple[Path, ...]:
        """The folders in which a change may matter, beside those that `roam.yaml` names for secrets."""
        own = (self.root,) if self.overlays is None else (self.root, self.overlays)
        return (*own, *self.secrets.folders)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`loaded`: what would be served.  `rejected`: by name, what was put back or left out and why.

    `chosen`: revision and source by name, of cities and of the gateway's own files.  `files`: the revision that each name's
    files have now.  `bare`: the channels without what operators laid over them, to be used again by the next load.
    """

    loaded: Loaded
    rejected: Mapping[str, Rejection]
    chosen: Mapping[str, tuple[str, Source]]
    files: Mapping[str, str]
    bare: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def settled(
    ground: Ground,
    standing: Standing,
    *,
    day: date,
    at: datetime,
    known: Mapping[str, Channel] = MappingProxyType({}),
    unfit: Mapping[str, str] = MappingProxyType({}),
) -> Candidate:
    """The configuration of now.  `unfit`: why a city's own subgraph does not compose with the rest, by slug."""
    files = current(ground)
    holds = in_force(standing.holds, files)
    held = {slug: folder for slug, hold in holds.items() if (folder := ground.editions.city(slug, hold.revision))}
    away = absent(ground, standing, files)
    gone = frozenset(slug for slug in away if not (ground.root / slug).is_dir())
    instead = Instead().adding({**away, **held}, {})
    told = {slug: not_composed(ground.root / slug, problem) for slug, problem in unfit.items()}
    why: dict[str, list[Diagnostic]] = {slug: [found] for slug, (found, _) in told.items()}
    why |= {slug: [_no_channel(ground, slug)] for slug in away if slug not in gone}
    sources: dict[str, tuple[str, ...]] = {source.path: source.lines for _, source in told.values()}
    if unfit:
        instead = _put_back(ground, standing, instead, frozenset(unfit), frozenset())
    for _ in range(ROUNDS):
        loaded = load(
            ground.root,
            environment=ground.environment,
            at=day,
            secrets=ground.secrets,
            overlays=ground.overlays,
            instead=instead,
            known=known,
        )
        sources |= loaded.sources
        charged = charge(ground.root, standing, loaded, instead, files)
        for name, found in charged.items():
            why.setdefault(name, []).extend(found)
        cities = frozenset(name for name in charged if not is_file(name))
        own = frozenset(name for name in charged if is_file(name))
        after = _put_back(ground, standing, instead, cities, own)
        if after == instead:
            break
        instead = after
    if loaded.snapshot is not None:
        for slug, broken in loaded.snapshot.broken.items():
            why.setdefault(slug, []).extend(broken)
    made = {name: _rejection(name, found, sources, files, at) for name, found in why.items() if found}
    rejected = {name: _first(found, standing.rejected.get(name)) for name, found in made.items()}
    return _candidate(loaded, standing, instead, rejected, files, gone - frozenset(held))


def current(ground: Ground) -> dict[str, str]:
    """The revision of every city's files, and of the gateway's own, by name."""
    root = ground.root
    folders = [folder for folder in Instead().folders(root) if (folder / CHANNEL).is_file()]
    names = [*OWN_FILES, *(f"{AGREEMENTS}{file.name}" for file in sorted((root / AGREEMENTS).glob("*.yaml")))]
    own = {name: digest_of(root / name) for name in names if (root / name).is_file() or name in NEEDED}
    return {folder.name: revision_of(folder) for folder in folders if not folder.name.startswith((".", "_"))} | own


def in_force(holds: Mapping[str, Hold], files: Mapping[str, str]) -> dict[str, Hold]:
    """The holds that hold: a pin always, a rollback while the files are as they were."""
    return {slug: hold for slug, hold in holds.items() if hold.pinned or files.get(slug, "") == hold.files}


def absent(ground: Ground, standing: Standing, files: Mapping[str, str]) -> dict[str, Path]:
    """The last good folders of cities whose own are gone, or hold no channel any more."""
    gone: dict[str, Path] = {}
    for slug, active in standing.active.items():
        if not is_file(slug) and slug not in files and (folder := ground.editions.city(slug, active.revision)):
            gone[slug] = folder
    return gone


def _put_back(
    ground: Ground,
    standing: Standing,
    instead: Instead,
    cities: frozenset[str],
    own: frozenset[str],
) -> Instead:
    """What is read in the next round."""
    back, without = dict[str, Path](), set[str]()
    for slug in sorted(cities):
        active = standing.active.get(slug)
        folder = ground.editions.city(slug, active.revision) if active else None
        if slug in instead.cities:
            if instead.cities[slug] != folder and folder is not None:
                back[slug] = folder  # what an operator holds does not fit any more
        elif folder is not None:
            back[slug] = folder
        elif standing.active and active is None:
            without.add(slug)
    kept = {
        name: file
        for name in sorted(own)
        if (active := standing.active.get(name)) and (file := ground.editions.file(name, active.revision))
    }
    return instead.adding(back, kept, without)


def _no_channel(ground: Ground, slug: str) -> Diagnostic:
    shown = shown_path(ground.root / slug / CHANNEL)
    return report("missing_file", Place(shown, 1, 1), file=shown)


def _rejection(
    name: str,
    found: Iterable[Diagnostic],
    sources: Mapping[str, tuple[str, ...]],
    files: Mapping[str, str],
    at: datetime,
) -> Rejection:
    told = ordered(item for item in found if item.severity == "error")
    zh, en = ("\n\n".join(Renderer(lang, dict(sources)).render(item) for item in told) for lang in ("zh", "en"))
    return Rejection(files.get(name, ""), zh, en, at, standing=True)


def _first(found: Rejection, before: Rejection | None) -> Rejection:
    """The same edit refused again is told with the moment of the first time."""
    return before if before is not None and replace(before, at=found.at) == found else found


def _candidate(
    loaded: Loaded,
    standing: Standing,
    instead: Instead,
    rejected: Mapping[str, Rejection],
    files: Mapping[str, str],
    gone: frozenset[str],
) -> Candidate:
    if loaded.snapshot is None:
        return Candidate(loaded, rejected, {}, files)
    chosen: dict[str, tuple[str, Source]] = {}
    holds = in_force(standing.holds, files)
    for slug, channel in loaded.snapshot.channels.items():
        revision = channel.revision if channel.available else ""  # never good: its place in the graph is all it has
        chosen[slug] = revision, _source(slug, revision, gone, holds, files) if revision else "files"
    for name, digest in files.items():
        if is_file(name):
            kept = instead.files.get(name)
            if kept is None and name not in rejected:
                chosen[name] = digest, "files"
            elif kept is not None:
                chosen[name] = kept.parent.name, "kept"
    bare = loaded.snapshot.channels
    laid = replace(loaded, snapshot=laid_over(loaded.snapshot, standing, gone))
    return Candidate(laid, rejected, chosen, files, bare)


def _source(
    slug: str, revision: str, gone: frozenset[str], holds: Mapping[str, Hold], files: Mapping[str, str]
) -> Source:
    if slug in gone:
        return "retired"
    hold = holds.get(slug)
    if hold is not None and hold.revision == revision:
        return "pin" if hold.pinned else "rollback"
    return "files" if files.get(slug) == revision else "kept"


def laid_over(snapshot: Snapshot, standing: Standing, gone: frozenset[str]) -> Snapshot:
    """The snapshot with the cities that operators have paused, and those whose folders are gone."""
    status = {**dict.fromkeys(standing.pauses, "PAUSED"), **dict.fromkeys(gone, "RETIRED")}
    channels = {slug: with_status(channel, status.get(slug)) for slug, channel in snapshot.channels.items()}
    if all(channels[slug] is channel for slug, channel in snapshot.channels.items()):
        return snapshot
    return replace(snapshot, channels=MappingProxyType(channels))


def with_status(channel: Channel, status: str | None) -> Channel:
    """The channel as an operator wants it; a retired one stays retired, paused or not."""
    if status is None or channel.status in (status, "RETIRED"):
        return channel
    city = channel.config.city.model_copy(update={"status": status})
    return replace(channel, config=channel.config.model_copy(update={"city": city}))


def activations(candidate: Candidate, standing: Standing, at: datetime) -> Mapping[str, Activation]:
    """What is told of every name that is served, or was refused."""
    found: dict[str, Activation] = {}
    for name in sorted({*candidate.chosen, *candidate.rejected}):
        revision, source = candidate.chosen.get(name, ("", "files"))
        before, hold = standing.active.get(name), standing.holds.get(name)
        same = before is not None and (before.revision, before.source) == (revision, source)
        found[name] = Activation(
            slug=name,
            revision=revision,
            activated_at=before.activated_at if same and before else at,
            source=source,
            pinned=source == "pin" and hold is not None and hold.pinned,
            paused=standing.pauses.get(name),
            last_rejected=candidate.rejected.get(name) or _past(standing.rejected.get(name)),
        )
    return MappingProxyType(found)


def _past(rejection: Rejection | None) -> Rejection | None:
    return replace(rejection, standing=False) if rejection else None


__all__ = ["Candidate", "Ground", "activations", "settled"]
