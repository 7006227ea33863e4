"""One city's folder: the channel under its overlays, and the files beside it, read but not yet checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel

from channels.checks.city import plain_http
from channels.checks.contribution import Contribution, parse_contribution
from channels.checks.literals import check_literals
from channels.checks.scene import Reference, own_prefix
from channels.declared.catalogue import List, read_catalogue
from channels.declared.divisions import divisions
from channels.declared.models import ChannelFile, City, FederationBackend
from channels.declared.providers import Provider, declared_providers
from channels.declared.register import RegisterRow
from channels.declared.strict_model import Bilingual
from channels.deployment.overlays import overlaid
from channels.text.diagnostics import Diagnostic, report
from channels.text.documents import Document, beside, read_bytes, read_node, shown_path
from channels.text.hollow import hollow, without_hollow
from channels.text.lines import SourceText, decode
from channels.text.misplaced import misplaced
from channels.text.positions import ListNode, MapNode, Node, value_place
from channels.text.validation import read_as_meant, validate

CHANNEL = "channel.yaml"
CONTRIBUTION = "contribute.graphql"
INTROSPECT = "introspect"
OVERLAY = "ROAM-310"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read and everything that is wrong with it so far.

    `channel`: None when there is no telling what the file means.  `whole`: nothing of it was refused.  `strangers`: names in
    overlays of which the channel knows nothing, by section.
    """

    slug: str
    node: Node | None
    channel: ChannelFile | None
    whole: bool
    contribution: Contribution | None
    sources: tuple[SourceText, ...]
    raw: bytes
    found: tuple[Diagnostic, ...]
    strangers: Mapping[str, tuple[Reference, ...]]


def read_folder(folder: Path, overlay: str, overlays: Path | None) -> Reading:
    """Read `channel.yaml`, lay `channel.<overlay>.yaml` and the machine's `<city>.yaml` over it, make the model."""
    base = read_node(folder / CHANNEL, shown_path(folder / CHANNEL))
    node, whole_model, refused = _as_channel(base.node)
    if (meant := misplaced(base.source, (*base.found, *refused), lambda tree: _as_channel(tree)[2])) is not None:
        base = replace(base, node=meant.node, found=(meant.found,))
        node, whole_model, refused = _as_channel(base.node)
    sources, raw, found = [base.source], [base.raw], [*base.found, *refused]
    if whole_model is not None and node is not None:
        found += [*plain_http(whole_model, node), *check_literals(whole_model, node)]
    strangers: list[tuple[str, Reference]] = []
    laid_nodes: list[Node] = []
    whole_node, unread = node, any(item.code.startswith("ROAM-10") for item in found)
    for file in _overlay_files(folder, overlay, overlays):
        laid = read_node(file, shown_path(file))
        sources.append(laid.source)
        raw.append(laid.raw)
        used = file.name == f"channel.{overlay}.yaml" or file.parent == overlays
        under = node if used else whole_node
        if isinstance(under, MapNode) and not unread:
            laid = _in_line(laid, under)
        found += laid.found
        if isinstance(under, MapNode) and laid.node is not None:
            merged, told = overlaid(under, laid.node)
            laid_nodes.append(laid.node)
            # Of a channel that could not be read whole nobody knows what it declares.
            found += [item for item in told.found if not (unread and item.code == OVERLAY)]
            strangers += [] if unread else told.strangers
            if used:
                node = merged
            else:
                found += _of_file(laid.path, merged)
    contribution = None
    if (folder / CONTRIBUTION).is_file():
        source, text, refused = _read_text(folder / CONTRIBUTION)
        sources.append(source)
        raw.append(text)
        found += refused
        contribution, refused = parse_contribution(source) if not refused else (None, [])
        found += refused
    channel, refused = whole_model, list[Diagnostic]()
    if node is not whole_node or whole_model is None:
        channel, refused = made(node) if node is not None else (None, [])
    refused = without_hollow(base.node, refused) if base.node is not None else refused
    refused += [item for overlay_node in laid_nodes for item in hollow(overlay_node, (*found, *refused))]
    whole = not strangers and not any(item.severity == "error" for item in (*found, *refused))
    return Reading(
        slug=folder.name,
        node=node,
        channel=channel,
        whole=whole,
        contribution=contribution,
        sources=tuple(sources),
        raw=b"\0".join(raw),
        found=(*found, *refused),
        strangers=MappingProxyType(_by_section(strangers)),
    )


def _as_channel(node: Node | None) -> tuple[Node | None, ChannelFile | None, list[Diagnostic]]:
    """The tree with misspelt keys as they were meant, its model, and what is refused of it."""
    if node is None:
        return None, None, []
    right, model, refused = read_as_meant(ChannelFile, node)
    return right, model, [*refused, *hollow(right, refused)]


def _in_line(overlay: Document[BaseModel], base: MapNode) -> Document[BaseModel]:
    """An overlay with its one line out of place where that is what is wrong with it."""

    def judge(node: Node) -> list[Diagnostic]:
        _, told = overlaid(base, node)
        unknown = [report("overlay_section", each.place, found=each.name) for _, each in told.strangers]
        return [*told.found, *unknown, *hollow(node, told.found)]

    refused = judge(overlay.node) if overlay.node is not None else []
    meant = misplaced(overlay.source, (*overlay.found, *refused), judge)
    return overlay if meant is None else replace(overlay, node=meant.node, found=(meant.found,))


def _by_section(strangers: Iterable[tuple[str, Reference]]) -> dict[str, tuple[Reference, ...]]:
    made: dict[str, tuple[Reference, ...]] = {}
    for section, reference in strangers:
        made[section] = (*made.get(section, ()), reference)
    return made


def _of_file(path: str, merged: Node) -> list[Diagnostic]:
    """What an overlay of another environment has wrong: its own values, and an address that is not encrypted."""
    channel, refused = made(merged)
    found = [*refused]
    if channel is not None:
        found += [*plain_http(channel, merged), *check_literals(channel, merged)]
    return [item for item in found if item.place.path == path]


def _overlay_files(folder: Path, overlay: str, overlays: Path | None) -> list[Path]:
    """The overlays of every environment (each must be lawful; one is used), then the machine's own."""
    files = sorted(folder.glob("channel.*.yaml"), key=lambda file: (file.name != f"channel.{overlay}.yaml", file.name))
    own = overlays / f"{folder.name}.yaml" if overlays else None
    return [*files, own] if own and own.is_file() else files


def made(node: Node) -> tuple[ChannelFile | None, list[Diagnostic]]:
    """The model; where parts are refused, the model of the rest, so that the rest is checked too."""
    channel, found = validate(ChannelFile, node)
    if channel is not None or not isinstance(node, MapNode):
        return channel, found
    rest = pruned(node, found)
    return (validate(ChannelFile, rest)[0], found) if rest is not None else (None, found)


def pruned(node: MapNode, found: list[Diagnostic]) -> Node | None:
    """The tree without the parts in which something was refused; None when what is left cannot be a channel.

    A part is an entry of `operations`, `backends`, …, or an item of `services`: the smallest that can be missing.
    """
    bad = {(item.place.path, item.place.line, item.place.column) for item in found}
    entries = {}
    for key, entry in node.entries.items():
        inner = entry.node
        if key == "roaming" or key == "rollout" or key == "catalogue":
            if _holds(entry.node, bad) or _at(entry.place) in bad:
                continue
        elif isinstance(inner, MapNode) and key in ("auth", "backends", "operations", "local"):
            kept = {
                name: part
                for name, part in inner.entries.items()
                if _at(part.place) not in bad and not _holds(part.node, bad)
            }
            inner = MapNode(kept, inner.place)
        elif isinstance(inner, ListNode) and key == "services":
            inner = ListNode(tuple(item for item in inner.items if not _holds(item, bad)), inner.place)
        elif key not in ("roam", "city"):
            continue
        entries[key] = type(entry)(entry.key, entry.place, inner)
    return MapNode(entries, node.place)


def sections(node: Node, found: Iterable[Diagnostic]) -> frozenset[str]:
    """The sections of a channel in which an error lies; an error in the official list is one of the catalogue."""
    errors = [item.place for item in found if item.severity == "error"]
    if not isinstance(node, MapNode) or not errors:
        return frozenset()
    hit = {"catalogue" for place in errors if place.path.endswith(".csv")}
    for key, entry in node.entries.items():
        bad = {(place.path, place.line, place.column) for place in errors}
        if _at(entry.place) in bad or _holds(entry.node, bad):
            hit.add(key)
    return frozenset(hit)


def _at(place: object) -> tuple[str, int, int]:
    return (place.path, place.line, place.column)  # type: ignore[attr-defined]


def _holds(node: Node, bad: set[tuple[str, int, int]]) -> bool:
    """Whether a refused place lies in this part of the tree."""
    if _at(node.place) in bad:
        return True
    if isinstance(node, MapNode):
        return any(_at(entry.place) in bad or _holds(entry.node, bad) for entry in node.entries.values())
    return isinstance(node, ListNode) and any(_holds(item, bad) for item in node.items)


def readable_city(node: Node | None) -> City | None:
    """The city block by itself, so that a broken channel keeps its place in the graph."""
    if not isinstance(node, MapNode) or "city" not in node.entries:
        return None
    return validate(City, node.entries["city"].node)[0]


def division_city(slug: str) -> City | None:
    """The city a folder is named after, paused: what is left of a channel whose file says nothing readable."""
    found = next((division for division in divisions().values() if division.slug == slug), None)
    if found is None:
        return None
    name = Bilingual(zh=found.zh, en=found.en)
    return City(id=slug, code=found.code, name=name, app=name, status="PAUSED")


def read_subgraph(folder: Path, channel: ChannelFile, node: Node) -> tuple[SourceText | None, list[Diagnostic], bytes]:
    """The SDL of the channel's subgraph where a file holds it; None where the city is asked for it."""
    for name, backend in channel.backends.items():
        if isinstance(backend, FederationBackend) and backend.sdl != INTROSPECT:
            file = folder / backend.sdl
            if not file.is_file() or file.parent != folder:
                place = value_place(node, ("backends", name, "sdl"))
                return None, [report("missing_file", place, file=backend.sdl, hint="")], b""
            source, raw, found = _read_text(file)
            return source, found, raw
    return None, [], b""


def read_providers(
    folder: Path, reading: Reading, register: Mapping[str, RegisterRow]
) -> tuple[tuple[Provider, ...], list[Diagnostic], list[SourceText], bytes]:
    """The providers of `services:` and of the catalogue, in that order."""
    channel = reading.channel
    if channel is None:
        return (), [], [], b""
    providers = declared_providers(channel.services, register)
    if channel.catalogue is None:
        return providers, [], [], b""
    file = folder / channel.catalogue.file
    if not file.is_file() or file.parent != folder:
        assert reading.node is not None  # noqa: S101  (there is a channel)
        place = value_place(reading.node, ("catalogue", "file"))
        return (
            providers,
            [report("missing_file", place, file=channel.catalogue.file, hint=_list_beside(folder, file))],
            [],
            b"",
        )
    source, raw, found = _read_text(file)
    if found:
        return providers, found, [source], raw
    listed, found = read_catalogue(List(source, channel.catalogue, own_prefix(channel), register))
    return (*providers, *listed), found, [source], raw


def _list_beside(folder: Path, file: Path) -> dict[str, str] | str:
    """The list that was meant: one of another name, or one that is not a CSV yet."""
    book = next(iter(sorted(folder.glob("*.xlsx"))), None)
    if book is None:
        return beside(folder, file.name)
    command = f"roam city import-catalogue {folder.name} {shown_path(book)}"
    return {"zh": f"先转成 CSV:{command}", "en": f"make a CSV of the list: {command}"}


def _read_text(file: Path) -> tuple[SourceText, bytes, list[Diagnostic]]:
    shown = shown_path(file)
    raw, found = read_bytes(file, shown)
    if found:
        return SourceText.of(shown, ""), raw, found
    source, found = decode(shown, raw)
    return source, raw, found
