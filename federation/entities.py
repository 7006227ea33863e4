"""Objects of the data made known to a subgraph, and its answers put back into them.

The seam for an entity store: `gather` decides what is asked, `put_back` where it goes.
Rules: equal representations are asked once.  An object without its inputs (an earlier fetch failed), without its
identity (null keys) or of a type that is not sent is passed over in silence: its part of the answer stays empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .client import Json
from .client import Path as DataPath
from .plan import LIST, Ask, Entities, Only, Part, Path, Representation

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(slots=True)
class Gathered:
    """What is sent for one `_entities` field, and for each item the objects that wait for its answer."""

    sent: list[dict[str, Json]] = field(default_factory=list)
    waiting: list[list[dict[str, Json]]] = field(default_factory=list)


def gather(data: Json, entities: Entities) -> Gathered:
    """The representations of the objects at the paths, each once."""
    found = Gathered()
    known: dict[bytes, int] = {}
    for path in entities.paths:
        for target in objects_at(data, path):
            sent = represent(target, entities.representations)
            if sent is None:
                continue
            index = known.setdefault(_encode(sent), len(found.sent))
            if index == len(found.sent):
                found.sent.append(sent)
                found.waiting.append([])
            found.waiting[index].append(target)
    return found


def put_back(gathered: Gathered, results: list[Json]) -> None:
    """Merges each answer into the objects that wait for it; all but the first get a copy."""
    for result, waiting in zip(results, gathered.waiting, strict=False):
        if isinstance(result, dict):
            for target in waiting[1:]:
                merge(target, _copied(result))
            merge(waiting[0], result)


def objects_at(data: Json, path: Path) -> Iterator[dict[str, Json]]:
    """The objects that a path leads to, in the data's order."""
    found = [data]
    for step in path:
        if isinstance(step, Only):
            found = [each for each in found if each.get("__typename") in step.types]
        elif step == LIST:
            found = [each for items in found if isinstance(items, list) for each in items if each is not None]
        else:
            found = [each[step] for each in found if isinstance(each, dict) and each.get(step) is not None]
    return (each for each in found if isinstance(each, dict))


def paths_at(data: Json, path: Path) -> list[tuple[dict[str, Json], DataPath]]:
    """The same objects with where they are: only errors need that."""
    found: list[tuple[Any, DataPath]] = [(data, ())]
    for step in path:
        if isinstance(step, Only):
            found = [each for each in found if isinstance(each[0], dict) and each[0].get("__typename") in step.types]
        elif step == LIST:
            found = [
                (item, (*at, index))
                for items, at in found
                if isinstance(items, list)
                for index, item in enumerate(items)
            ]
        else:
            found = [(each.get(step), (*at, step)) for each, at in found if isinstance(each, dict)]
    return [each for each in found if isinstance(each[0], dict)]


def represent(target: dict[str, Json], representations: tuple[Representation, ...]) -> dict[str, Json] | None:
    """What is sent of an object; None when it is passed over."""
    for each in representations:
        if each.type is not None and target.get("__typename", each.type) != each.type:
            continue
        fields = _read(target, each.fields)
        if fields is None or all(target.get(key) is None for key in each.keys):
            return None
        return {"__typename": each.sent_as, **fields}
    return None


def merge(target: dict[str, Json], source: dict[str, Json]) -> None:
    """Puts what was answered beside what is there; null never replaces a value."""
    for key, value in source.items():
        present = target.get(key)
        if present is None:
            target[key] = value
        elif isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            _merge_items(present, value)
        elif value is not None and not isinstance(present, dict | list):
            target[key] = value


def _merge_items(present: list[Json], items: list[Json]) -> None:
    for index, (known, item) in enumerate(zip(present, items, strict=False)):
        if isinstance(known, dict) and isinstance(item, dict):
            merge(known, item)
        elif isinstance(known, list) and isinstance(item, list):
            _merge_items(known, item)
        elif known is None:
            present[index] = item


def _read(target: dict[str, Json], parts: tuple[Part, ...]) -> dict[str, Json] | None:
    fields: dict[str, Json] = {}
    for part in parts:
        if isinstance(part, Ask):
            if part.key not in target:
                return None
            value = target[part.key]
            fields[part.name] = _read_value(value, part.parts) if part.parts else value
        elif target.get("__typename") == part.type:
            inner = _read(target, part.parts)
            if inner is None:
                return None
            fields.update(inner)
    return fields


def _read_value(value: Json, parts: tuple[Part, ...]) -> Json:
    if isinstance(value, list):
        return [_read_value(each, parts) for each in value]
    return _read(value, parts) if isinstance(value, dict) else None


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value
