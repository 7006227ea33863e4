"""Objects of the data made known to a subgraph, and its answers put back into them.

The seam for an entity store: `gather` decides what is asked, `put_back` where it goes.
Rules: equal representations are asked once, and objects of one path that sent the same share the answer: whatever is asked
of it later is again the same.  Objects of different paths may have different names for things, so each path has its own; and where several requests
write into the same inner objects (`Entities.apart`), so has each object.  An object without its inputs (an earlier fetch failed), without its
identity (null keys) or of a type that is not sent is passed over in silence: its part of the answer stays empty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec

from .client import Json
from .client import Path as DataPath
from .plan import LIST, Ask, Entities, Only, Part, Path, Representation

_encode = msgspec.json.Encoder(order="deterministic").encode

NOBODY = -1  # the place of objects that are passed over


@dataclass(slots=True)
class Gathered:
    """What is sent for one `_entities` field, and for each item the objects that wait for its answer."""

    sent: list[dict[str, Json]] = field(default_factory=list)
    waiting: list[list[list[dict[str, Json]]]] = field(default_factory=list)
    """For each item, path by path."""


def gather(data: Json, entities: Entities, *, shared: bool = True, among: frozenset[int] | None = None) -> Gathered:
    """The representations of the objects at the paths, each once.

    `shared`: an object may be at several places.  `among`: the identities of the objects that count; None for all.
    """
    found = Gathered()
    known: dict[Any, int] = {}
    identify = _identity(entities.representations)
    for path in entities.paths:
        here: dict[int, list[dict[str, Json]]] = {}
        for target in objects_at(data, path, shared=shared):
            if among is not None and id(target) not in among:
                continue
            key = identify(target)
            index = known.get(key)
            if index is None:
                index = known[key] = _admit(found, target, entities)
            if index in here:
                here[index].append(target)
            elif index != NOBODY:
                here[index] = [target]
                found.waiting[index].append(here[index])
    return found


def told_apart(data: Json, entities: Entities) -> list[tuple[dict[str, Json], frozenset[int]]]:
    """The objects by what they take from a context: the values of the variables, and the objects' identities.

    Objects without a value (an earlier fetch failed), or with null where none may be, are left out.
    """
    taken: dict[int, dict[str, Json]] = {}
    for each in entities.carried:
        for around in objects_at(data, each.path):
            found, value = _value(around, each.parts)
            if found and not (value is None and each.type.endswith("!")):
                for target in objects_at(around, each.below):
                    taken.setdefault(id(target), {})[each.variable] = value
    groups: dict[bytes, tuple[dict[str, Json], set[int]]] = {}
    for identity, values in taken.items():
        if len(values) == len(entities.carried):
            groups.setdefault(_encode(values), (values, set()))[1].add(identity)
    return [(values, frozenset(identities)) for values, identities in groups.values()]


def _value(around: dict[str, Json], parts: tuple[Part, ...]) -> tuple[bool, Json]:
    """The one leaf that the parts lead to, and whether it is there; null on the way to it is a null."""
    sent: dict[str, Json] = {}
    if not _read(around, parts, sent):
        return False, None
    value: Json = sent
    while isinstance(value, dict):
        value = next((inner for key, inner in value.items() if key != "__typename"), None)
    return bool(sent), value


def _admit(found: Gathered, target: dict[str, Json], entities: Entities) -> int:
    """The place of an object not seen before among what is sent, or NOBODY."""
    sent = represent(target, entities.representations)
    if sent is None:
        return NOBODY
    found.sent.append(sent)
    found.waiting.append([])
    return len(found.sent) - 1


def _identity(representations: tuple[Representation, ...]) -> Callable[[dict[str, Json]], Any]:
    """What tells objects apart: equal for those of which the same is sent, or nothing."""
    keys = _flat_keys(representations)

    def written(target: dict[str, Json]) -> bytes:
        return _encode(represent(target, representations))

    if keys is None:
        return written
    pick = itemgetter(*keys)

    def identify(target: dict[str, Json]) -> Any:
        try:
            key = target.get("__typename"), pick(target)
            hash(key)
        except (KeyError, TypeError):  # an input is missing, or a list
            return written(target)
        return key

    return identify


def _flat_keys(representations: tuple[Representation, ...]) -> list[str] | None:
    """The data keys of all inputs, when one representation reads leaves only."""
    if len(representations) != 1 or not all(isinstance(each, Ask) for each in representations[0].fields):
        return None
    asked = [each for each in representations[0].fields if isinstance(each, Ask)]
    return [each.key for each in asked] if asked and not any(each.parts for each in asked) else None


def put_back(gathered: Gathered, results: list[Json], *, apart: bool) -> bool:
    """Merges each answer into the objects that wait for it; `apart`: none shares it with another.

    Returns: whether some objects now share what is inside of an answer.
    """
    shared = False
    for result, paths in zip(results, gathered.waiting, strict=False):
        if isinstance(result, dict):
            if _has_inside(result):
                groups = [[target] for waiting in paths for target in waiting] if apart else paths
                shared = _put_inside(groups, result) or shared
            else:
                for waiting in paths:
                    for target in waiting:
                        merge(target, result)
    return shared


def _put_inside(groups: list[list[dict[str, Json]]], result: dict[str, Json]) -> bool:
    """Gives each group its own copy of what is inside.  Returns: whether a group has several objects."""
    for number, waiting in enumerate(groups):
        own = _copied(result) if number else result
        for target in waiting:
            merge(target, own)
    return any(len(waiting) > 1 for waiting in groups)


def _has_inside(result: dict[str, Json]) -> bool:
    return any(type(each) is dict or type(each) is list for each in result.values())


def objects_at(data: Json, path: Path, *, shared: bool = True) -> list[dict[str, Json]]:
    """The objects that a path leads to, in the data's order, each once however often it is `shared`."""
    found: list[Any] = [data]
    for step in path:
        if isinstance(step, Only):
            found = [each for each in found if type(each) is dict and each.get("__typename") in step.types]
        elif step == LIST:
            found = [each for items in found if type(items) is list for each in items if each is not None]
        else:
            found = [value for each in found if type(each) is dict and (value := each.get(step)) is not None]
        if shared and len(found) > 1:
            found = list({id(each): each for each in found}.values())
    return [each for each in found if type(each) is dict]


def paths_at(data: Json, path: Path) -> list[tuple[dict[str, Json], DataPath]]:
    """The same objects with everywhere they are: only errors need that."""
    found: list[tuple[Any, DataPath]] = [(data, ())]
    for step in path:
        if isinstance(step, Only):
            found = [each for each in found if type(each[0]) is dict and each[0].get("__typename") in step.types]
        elif step == LIST:
            found = [
                (item, (*at, index)) for items, at in found if type(items) is list for index, item in enumerate(items)
            ]
        else:
            found = [(each.get(step), (*at, step)) for each, at in found if type(each) is dict]
    return [each for each in found if type(each[0]) is dict]


def represent(target: dict[str, Json], representations: tuple[Representation, ...]) -> dict[str, Json] | None:
    """What is sent of an object; None when it is passed over."""
    for each in representations:
        if each.type is not None and target.get("__typename", each.type) != each.type:
            continue
        sent = {"__typename": each.sent_as}
        if not _read(target, each.fields, sent) or not _identified(target, each):
            return None
        return sent
    return None


def merge(target: dict[str, Json], source: dict[str, Json]) -> None:
    """Puts what was answered beside what is there, in place: others wait for these same objects.

    Null never replaces a value.
    """
    if target.keys().isdisjoint(source):
        target.update(source)
        return
    for key, value in source.items():
        present = target.get(key)
        if present is None:
            target[key] = value
        elif value is present or value is None:
            continue
        elif type(present) is dict and type(value) is dict:
            merge(present, value)
        elif type(present) is list and type(value) is list:
            _merge_items(present, value)
        elif type(present) is not dict and type(present) is not list:
            target[key] = value


def _merge_items(present: list[Json], items: list[Json]) -> None:
    for index, (known, item) in enumerate(zip(present, items, strict=False)):
        if type(known) is dict and type(item) is dict:
            merge(known, item)
        elif type(known) is list and type(item) is list:
            _merge_items(known, item)
        elif known is None:
            present[index] = item


def _identified(target: dict[str, Json], representation: Representation) -> bool:
    for key in representation.keys:  # noqa: SIM110  a generator costs as much as the rest of it, for every object
        if target.get(key) is not None:
            return True
    return False


def _read(target: dict[str, Json], parts: tuple[Part, ...], fields: dict[str, Json]) -> bool:
    """Reads inputs into `fields`.  Returns: whether they are all there."""
    for part in parts:
        if isinstance(part, Ask):
            if part.key not in target:
                return False
            value = target[part.key]
            fields[part.name] = _read_value(value, part.parts) if part.parts else value
        elif target.get("__typename") == part.type and not _read(target, part.parts, fields):
            return False
    return True


def _read_value(value: Json, parts: tuple[Part, ...]) -> Json:
    if type(value) is list:
        return [_read_value(each, parts) for each in value]
    fields: dict[str, Json] = {}
    return fields if type(value) is dict and _read(value, parts, fields) else None


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value
