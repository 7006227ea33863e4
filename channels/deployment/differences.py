"""Two deployments compared by what they mean: effective models with every default filled in on both sides.

Four sections: where requests go and how (routing), what clients see (graph), what is sent of citizens and how long it is kept
(privacy), and what is open to citizens of other cities (roaming).  Layout and comments of the files make no difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAlias

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_ast_schema, get_named_type
from graphql.utilities import DangerousChange, DangerousChangeType, find_breaking_changes, find_dangerous_changes
from pydantic import BaseModel

from channels.declared.agreements import Agreement
from channels.declared.gateway import Environment, GatewayFile
from channels.declared.models import NOT_GIVEN, ChannelFile
from channels.deployment.folder import CHANNEL, read_folder
from channels.text.documents import read_document
from channels.text.durations import written
from channels.text.written import SecretRef
from schema.contributed import with_local
from schema.document import with_cities
from schema.exported import exported

Section: TypeAlias = Literal["routing", "graph", "privacy", "roaming"]
SECTIONS: tuple[Section, ...] = ("routing", "graph", "privacy", "roaming")
Level: TypeAlias = Literal["breaking", "dangerous", "safe"]
# Parts of a channel that say what of a citizen is sent, to whom it is proved, and how long it is kept.
PRIVATE = frozenset({"needs", "cache", "citizen_token", "claims", "assurance"})
KEYED = {
    "services": ("code", "department"),
    "contacts": ("role",),
    "errors": ("code", "http", "when"),
    "parties": ("city",),
}


NO_CITY = {"NO_CITY": ("none", "")}  # on both sides: an enum needs a value, and where it is the only one it is no news


class Unreadable(ValueError):
    """A file on one side cannot be read; the text says which."""


@dataclass(frozen=True, slots=True)
class Effective:
    """One side.  `graph`: the canonical graph with the cities' own fields."""

    channels: Mapping[str, ChannelFile]
    agreements: Mapping[str, Agreement]
    contributions: Mapping[str, str]
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """`before` or `after` is None where there is nothing on that side.  `level`: of changes of the graph."""

    section: Section
    city: str
    path: str
    before: str | None
    after: str | None
    level: Level | None = None

    def __str__(self) -> str:
        if self.level is not None:
            return f"{self.level}: {self.after}"
        if self.before is None:
            return f"+ {self.path}: {self.after}"
        return f"- {self.path}: {self.before}" if self.after is None else f"~ {self.path}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class _Side:
    values: dict[str, str] = field(default_factory=dict)


def effective(root: Path, environment: str, overlays: Path | None = None) -> Effective:
    """Read one side.  Raises: Unreadable: a file does not hold; `roam city check` says why."""
    settings = read_document(root / "roam.yaml", "roam.yaml", GatewayFile).model
    if settings is None:
        raise Unreadable(f"{root}/roam.yaml")
    chosen = settings.environments.get(environment, Environment(overlay=environment))
    channels: dict[str, ChannelFile] = {}
    contributions: dict[str, str] = {}
    for folder in sorted(path.parent for path in root.glob(f"*/{CHANNEL}")):
        if folder.name.startswith((".", "_")):
            continue
        reading = read_folder(folder, chosen.overlay or environment, overlays)
        if reading.channel is None or not reading.whole:
            raise Unreadable(f"{folder}/{CHANNEL}")
        channels[folder.name] = reading.channel
        if reading.contribution is not None:
            contributions[folder.name] = reading.contribution.source.text
    agreements: dict[str, Agreement] = {}
    for file in sorted((root / "agreements").glob("*.yaml")):
        model = read_document(file, str(file), Agreement).model
        if model is None:
            raise Unreadable(str(file))
        agreements[model.id] = model
    return Effective(channels, agreements, contributions, chosen)


def differences(before: Effective, after: Effective, city: str | None = None) -> list[Change]:
    """Return: every change, by section, city and path.  `city`: of that city alone."""
    slugs = sorted({*before.channels, *after.channels}) if city is None else [city]
    found: list[Change] = []
    for slug in slugs:
        found += _channel(slug, before.channels.get(slug), after.channels.get(slug))
    for number in sorted({*before.agreements, *after.agreements}):
        sides = before.agreements.get(number), after.agreements.get(number)
        cities = {name for side in sides if side is not None for name in (side.provider, *side.consumers)}
        if city is None or city in cities:
            provider = next(side.provider for side in sides if side is not None)
            found += _compared(
                "roaming", provider, _side(sides[0], f"agreements.{number}"), _side(sides[1], f"agreements.{number}")
            )
    found += _graph(before, after, city)
    return sorted(
        found, key=lambda change: (SECTIONS.index(change.section), change.city, change.path, change.after or "")
    )


def _channel(slug: str, before: ChannelFile | None, after: ChannelFile | None) -> Iterator[Change]:
    for change in _compared("routing", slug, _side(before, ""), _side(after, "")):
        steps = change.path.replace("[", ".").split(".")
        section: Section = "routing"
        if steps[0] == "roaming":
            section = "roaming"
        elif PRIVATE & set(steps):
            section = "privacy"
        yield Change(section, change.city, change.path, change.before, change.after)


def _compared(section: Section, city: str, before: _Side, after: _Side) -> list[Change]:
    paths = dict.fromkeys((*before.values, *after.values))
    return [
        Change(section, city, path, before.values.get(path), after.values.get(path))
        for path in paths
        if before.values.get(path) != after.values.get(path)
    ]


def _side(model: BaseModel | None, prefix: str) -> _Side:
    side = _Side()
    if model is not None:
        _flatten(model, prefix, side.values)
    return side


def _flatten(value: Any, path: str, values: dict[str, str]) -> None:
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            _flatten(getattr(value, name), f"{path}.{info.alias or name}".lstrip("."), values)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(item, f"{path}.{key}".lstrip("."), values)
    elif isinstance(value, (tuple, list)) and any(isinstance(item, (BaseModel, Mapping)) for item in value):
        keys = KEYED.get(path.rpartition(".")[2], ())
        for index, item in enumerate(value):
            named = [str(part) for key in keys if (part := getattr(item, key, None)) is not None]
            label = "·".join(named) or str(index)
            while f"{path}[{label}]" in {known[: len(f"{path}[{label}]")] for known in values}:
                label += "'"
            _flatten(item, f"{path}[{label}]", values)
    elif value is not NOT_GIVEN and value is not None and value != ():
        values[path] = shown(value)


def shown(value: Any) -> str:
    """A value as a file writes it.  A secret is its name."""
    match value:
        case bool():
            return "true" if value else "false"
        case timedelta():
            return written(value)
        case SecretRef() | Decimal():
            return str(value)
        case Enum():
            return str(value.value)
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(shown(item) for item in value)}]"
        case Mapping():
            return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if "\n" in text else text


def _graph(before: Effective, after: Effective, city: str | None) -> list[Change]:
    # Of one city: its own fields, in a graph without the others.
    sides = (before, after) if city is None else (_alone(before, city), _alone(after, city))
    if sides[0].contributions == sides[1].contributions and set(sides[0].channels) == set(sides[1].channels):
        return []
    old, new = _schema(sides[0]), _schema(sides[1])
    breaking = find_breaking_changes(old, new)
    dangerous = find_dangerous_changes(old, new)
    found = [("breaking", change.description) for change in breaking]
    answered = _answered(new)
    found += [(_danger(change, answered), change.description) for change in dangerous]
    found += [("safe", text) for text in _added(old, new)]
    owner = city or ""
    return [Change("graph", owner, "", None, text, level) for level, text in found]  # type: ignore[arg-type]


def _alone(side: Effective, city: str) -> Effective:
    own = {city: side.contributions[city]} if city in side.contributions else {}
    return Effective({slug: file for slug, file in side.channels.items() if slug == city}, {}, own)


def _schema(side: Effective) -> GraphQLSchema:
    cities = {**NO_CITY, **{slug.upper(): (slug, "") for slug in side.channels}}
    try:
        return build_ast_schema(with_local(with_cities(exported().document, cities), side.contributions))
    except ValueError as error:
        raise Unreadable(str(error).splitlines()[0]) from None


def _answered(schema: GraphQLSchema) -> frozenset[str]:
    """The types that fields give; of the others clients get no value."""
    owners = (made for made in schema.type_map.values() if isinstance(made, (GraphQLObjectType, GraphQLInterfaceType)))
    return frozenset(get_named_type(given.type).name for owner in owners for given in owner.fields.values())


def _danger(change: DangerousChange, answered: frozenset[str]) -> Level:
    """A value that is new in an enum of arguments, such as a city in `CityId`, meets no client unprepared."""
    enum = change.description.removeprefix("Enum value ").partition(".")[0]
    new_value = change.type is DangerousChangeType.VALUE_ADDED_TO_ENUM
    return "safe" if new_value and enum not in answered else "dangerous"


def _added(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[str]:
    """What clients get and need not know about."""
    for name, made in new.type_map.items():
        known = old.type_map.get(name)
        if known is None:
            yield f"{name} was added."
            continue
        fields, before = getattr(made, "fields", {}), getattr(known, "fields", {})
        for field_name in fields:
            if field_name not in before:
                yield f"{name}.{field_name} was added."
