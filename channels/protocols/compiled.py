"""One operation of one city, compiled at activation: nothing is interpreted per call that could be decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from channels.declared.models import (
    Backend,
    Batch,
    Cache,
    FederationBackend,
    GraphqlBackend,
    Operation,
    RestBackend,
    SoapBackend,
)
from channels.mapping.paths import BadPath, Getter, compile_path, dotted
from channels.mapping.problems import Problem
from channels.mapping.rows import RowReader, Variables, compile_map, compile_vars
from channels.mapping.shape import Shape, canonical_shape
from channels.mapping.templates import BadTemplate
from channels.protocols import federation_backend, graphql_backend, rest, soap
from channels.protocols.paging import Pages, compile_pages
from channels.protocols.refusals import ContractBroken, Match, compile_refusals
from channels.protocols.spoken import Spoken
from schema.operations import OPERATIONS, dated

LOCAL = "local."
Items: TypeAlias = Callable[[Any], list[Any]]


class NotCompiled(ValueError):
    """The operation cannot be spoken; `problems` say why, for the checker."""

    def __init__(self, reason: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(reason)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything a call needs.  `many`: a list of rows rather than one.  `connect_seconds`/`total_seconds`: the budget.

    `refusal`: what the city's codes mean, where an answer holds one without being refused itself.
    """

    id: str
    write: bool
    backend: str
    needs: tuple[str, ...]
    variables: Variables
    spoken: Spoken
    items: Items
    many: bool
    read: RowReader
    pages: Pages
    batch: Batch | None
    cache: Cache | None
    connect_seconds: float
    total_seconds: float
    refusal: Match | None = None


def compile_operation(name: str, operation: Operation, backend: Backend, shape: Shape | None = None) -> Compiled:
    """Return: the compiled operation.  `shape`: of a local field's type; canonical ones are looked up here.

    Raises: NotCompiled: with every mapping problem, or the first bad expression elsewhere.
    """
    canonical = OPERATIONS.get(name)
    if canonical is not None and canonical.output:
        shape = canonical_shape(canonical.output)
    read, found = compile_map(operation.response.mapping, shape)
    variables, more = compile_vars(operation.vars)
    if found or more:
        raise NotCompiled(f"{name}: {len(found + more)} problems in its mapping", found + more)
    try:
        match = compile_refusals((*operation.errors, *backend.errors))
        spoken = speak(backend, operation, match)
        items, many = _items(operation, spoken)
        pages = compile_pages(operation.page)
    except (BadPath, BadTemplate) as error:
        raise NotCompiled(f"{name}: {error}") from error
    timeout = operation.timeout or backend.timeout
    return Compiled(
        id=name,
        write=canonical is not None and canonical.kind == "write",
        backend=operation.backend,
        needs=operation.needs,
        variables=variables,
        spoken=spoken,
        items=items,
        many=many,
        read=read,
        pages=pages,
        batch=operation.batch,
        cache=_cache(name, operation),
        connect_seconds=timeout.connect.total_seconds(),
        total_seconds=timeout.total.total_seconds(),
        refusal=match,
    )


def _cache(name: str, operation: Operation) -> Cache | None:
    """Return: how long its pages are kept.  Where nothing would tell the age of a row, none outlives its `ttl`."""
    rule = operation.cache
    return rule if rule is None or dated(name) else rule.model_copy(update={"stale": None})


def speak(backend: Backend, operation: Operation, match: Match) -> Spoken:
    """Return: the operation in its backend's protocol.  Raises: BadPath, BadTemplate."""
    match backend:
        case RestBackend():
            return rest.speak(backend, operation, match)
        case SoapBackend():
            return soap.speak(backend, operation, match)
        case GraphqlBackend():
            return graphql_backend.speak(backend, operation, match)
        case FederationBackend():
            return federation_backend.speak(backend, operation, match)
    assert_never(backend)


def _items(operation: Operation, spoken: Spoken) -> tuple[Items, bool]:
    response = operation.response
    if response.items is None:
        return _one(compile_path(response.item) if response.item else compile_path("@")), False
    get = compile_path(response.items)
    must_be_there = None if spoken.xml_lists else _presence(response.items)

    def items(data: Any) -> list[Any]:
        found = get(data)
        if found is None or found == "":
            if data is not None and must_be_there is not None and not must_be_there(data):
                raise ContractBroken("the list of rows is not where `items` says")
            return []
        if isinstance(found, dict) and spoken.xml_lists:
            return [found]
        if not isinstance(found, list):
            raise ContractBroken("`items` is not a list")
        return found

    return items, True


def _one(get: Getter) -> Items:
    def item(data: Any) -> list[Any]:
        found = get(data)
        if found is not None and not isinstance(found, dict):
            raise ContractBroken("the answer is not one object")
        return [] if found is None else [found]

    return item


def _presence(path: str) -> Callable[[Any], bool] | None:
    """Return: whether the last key of a plain path is there; `null` counts as an empty list, a missing key does not."""
    keys = dotted(path)
    if path == "@" or keys is None:
        return None
    parent = keys[:-1]

    def there(data: Any) -> bool:
        for key in parent:
            data = data.get(key) if isinstance(data, Mapping) else None
        return isinstance(data, Mapping) and keys[-1] in data

    return there
