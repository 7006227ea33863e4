"""Walks a plan over subgraph clients: what is independent at once, everything under one deadline.

Rules: the plan is only read.  A subgraph that fails, answers late or answers nonsense costs the data it owed and becomes
an error with the client's path, its name and a code; what it says about itself stays inside, unless `show_messages`.
Does not: check values against the schema (`project` does), retry, or know how a subgraph is reached.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .client import (
    MAX_ERRORS,
    SUBGRAPH_ERROR,
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    Json,
    Path,
    SubgraphClient,
    SubgraphError,
    SubgraphRequest,
    SubgraphResponse,
    failed,
)
from .entities import Gathered, gather, merge, objects_at, paths_at, put_back, told_apart
from .plan import LIST, Ask, Fetch, On, Only, Part, QueryPlan, Subscription
from .walk import walk

MAX_AT_ONCE = 16  # requests of one fetch whose objects take different values from their contexts
NO_VALUES: Mapping[str, Json] = MappingProxyType({})
_INTERNAL_KEY = re.compile(r"_\d+_")
_SAFE_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_SENTENCES = {
    SUBGRAPH_UNREACHABLE: "The subgraph “{}” could not be reached.",
    SUBGRAPH_TIMEOUT: "The subgraph “{}” did not answer in time.",
    SUBGRAPH_MALFORMED: "The subgraph “{}” sent an answer that cannot be read.",
}


@dataclass(frozen=True, slots=True)
class ResponseError:
    """An error for the client: safe text, a code, and whose it is."""

    message: str
    code: str
    path: Path | None = None
    subgraph: str | None = None
    extensions: Mapping[str, Json] = field(default_factory=dict)

    def formatted(self) -> dict[str, Json]:
        """As GraphQL writes it."""
        extensions = {**self.extensions, "code": self.code, **({"subgraph": self.subgraph} if self.subgraph else {})}
        path = {"path": list(self.path)} if self.path is not None else {}
        return {"message": self.message, **path, "extensions": extensions}


@dataclass(slots=True)
class Execution:
    """One walk: what it has found so far."""

    clients: Mapping[str, SubgraphClient]
    variables: Mapping[str, Json]
    deadline: float | None = None
    show_messages: bool = False
    data: dict[str, Json] = field(default_factory=dict)
    errors: list[ResponseError] = field(default_factory=list)
    shared: bool = False
    """Whether some objects of the data share an answer."""

    async def run(self, plan: QueryPlan) -> None:
        """Walks the whole plan."""
        if plan.node is not None:
            await walk(plan.node, self._fetch)

    async def complete(self, subscription: Subscription, event: SubgraphResponse) -> None:
        """Walks what follows an event of a subscription."""
        self.take_root(subscription.primary, event, [self.data])
        if subscription.rest is not None:
            await walk(subscription.rest, self._fetch)

    async def _fetch(self, fetch: Fetch) -> None:
        await (self._fetch_entities(fetch) if fetch.entities else self._fetch_root(fetch))

    async def _fetch_root(self, fetch: Fetch) -> None:
        targets = objects_at(self.data, fetch.path, shared=self.shared)
        if not targets:
            return
        response = await self._ask(fetch, {})
        self.take_root(fetch, response, targets)

    def take_root(self, fetch: Fetch, response: SubgraphResponse, targets: list[dict[str, Json]]) -> None:
        """Puts an answer to root fields into the data."""
        if isinstance(response.data, dict):
            if fetch.renamed:
                _restore(response.data, fetch.parts)
            for target in targets:
                merge(target, response.data)
            self.shared = self.shared or len(targets) > 1
        elif not response.errors:
            response = failed(SUBGRAPH_MALFORMED, "No data and no errors.")
        base = _static(fetch.path)
        for error in response.errors:
            self._add(fetch, error, [(*base, *_named(error.path, fetch.parts))] if error.path else [base or None])

    async def _fetch_entities(self, fetch: Fetch) -> None:
        if not any(each.carried for each in fetch.entities):
            await self._fetch_some(fetch)
            return
        turns = asyncio.Semaphore(MAX_AT_ONCE)

        async def one(values: dict[str, Json], among: frozenset[int]) -> None:
            async with turns:
                await self._fetch_some(fetch, values, among)

        async with asyncio.TaskGroup() as group:
            for values, among in told_apart(self.data, fetch.entities[0]):
                group.create_task(one(values, among))

    async def _fetch_some(
        self, fetch: Fetch, values: Mapping[str, Json] = NO_VALUES, among: frozenset[int] | None = None
    ) -> None:
        gathered = [gather(self.data, each, shared=self.shared, among=among) for each in fetch.entities]
        if not any(each.sent for each in gathered):
            return
        names = ["representations"] if len(gathered) == 1 else [f"_{index}" for index in range(len(gathered))]
        sent = {name: each.sent for name, each in zip(names, gathered, strict=True)}
        response = await self._ask(fetch, {**sent, **values})
        if fetch.alone and _refused(response):
            async with asyncio.TaskGroup() as group:
                for each in fetch.alone:
                    group.create_task(self._fetch_entities(each))
            return
        keys = ["_entities"] if len(gathered) == 1 else names
        for index, key in enumerate(keys):
            self._take_entities(fetch, index, gathered[index], response, key)
        for error in response.errors:
            if not error.path or error.path[0] not in keys:
                bases = [_static(path) for each in fetch.entities for path in each.paths]
                self._add(fetch, error, list(bases))

    def _take_entities(
        self, fetch: Fetch, index: int, gathered: Gathered, response: SubgraphResponse, key: str
    ) -> None:
        entities = fetch.entities[index]
        results = response.data.get(key) if isinstance(response.data, dict) else None
        if not isinstance(results, list):
            if not response.errors:
                bases = [_static(path) for path in entities.paths]
                self._add(fetch, SubgraphError("No entities.", None, SUBGRAPH_MALFORMED), list(bases))
        else:
            if fetch.renamed:
                for result in results:
                    _restore(result, entities.parts)
            self.shared = put_back(gathered, results, apart=entities.apart) or self.shared
        for error in response.errors:
            if error.path and error.path[0] == key:
                self._add(fetch, error, self._where(fetch, index, gathered, error.path[1:]))

    def _where(self, fetch: Fetch, index: int, gathered: Gathered, path: Path) -> list[Path | None]:
        """The client's paths of an error in an entity: one for each object that waited for it."""
        entities = fetch.entities[index]
        if not path or not isinstance(path[0], int) or not 0 <= path[0] < len(gathered.waiting):
            return [_static(each) for each in entities.paths]
        waiting = {id(target) for targets in gathered.waiting[path[0]] for target in targets}
        placed = [found for each in entities.paths for found in paths_at(self.data, each)]
        below = _named(path[1:], entities.parts)
        return [(*at, *below) for target, at in placed if id(target) in waiting]

    def request(self, fetch: Fetch, own: Mapping[str, Json]) -> SubgraphRequest:
        """What a fetch sends: the variables it names, and its representations."""
        variables = {name: self.variables[name] for name in fetch.variables if name in self.variables}
        return SubgraphRequest(fetch.operation, {**variables, **own}, fetch.kind, self.deadline)

    async def _ask(self, fetch: Fetch, own: Mapping[str, Json]) -> SubgraphResponse:
        request = self.request(fetch, own)
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.clients[fetch.service].fetch(request)
        except TimeoutError:
            return failed(SUBGRAPH_TIMEOUT, "The deadline has passed.")
        except KeyError:
            return failed(SUBGRAPH_UNREACHABLE, "No client is known.")

    def _add(self, fetch: Fetch, error: SubgraphError, paths: list[Path | None]) -> None:
        code = error.code if _SAFE_CODE.fullmatch(error.code) else SUBGRAPH_ERROR
        sentence = _SENTENCES.get(code, "The subgraph “{}” reported an error.").format(fetch.service)
        message = error.message if self.show_messages and code not in _SENTENCES else sentence
        for path in paths[: MAX_ERRORS - len(self.errors)]:
            if error.safe:
                self.errors.append(ResponseError(error.message, error.code, _visible(path), None, error.extensions))
            else:
                self.errors.append(ResponseError(message, code, _visible(path), fetch.service))


def _refused(response: SubgraphResponse) -> bool:
    """Whether a subgraph answered a batch with errors only: one part's fault must not cost the others."""
    return response.data is None and all(error.code not in _SENTENCES for error in response.errors)


def _static(path: tuple[str | Only, ...]) -> Path:
    """The part of a plan's path that leads to one place in the data."""
    found: list[str | int] = []
    for step in path:
        if step == LIST:
            break
        if isinstance(step, str):
            found.append(step)
    return tuple(found)


def _visible(path: Path | None) -> Path | None:
    """Up to the first name that is ours and not the client's."""
    if path is None:
        return None
    for index, step in enumerate(path):
        if isinstance(step, str) and _INTERNAL_KEY.match(step):
            return path[:index]
    return path


def _named(path: Path, parts: tuple[Part, ...]) -> Path:
    """A subgraph's path with the keys of the data, where a field was asked for under another name."""
    found: list[str | int] = []
    for step in path:
        asked = [each for each in _opened(parts) if step == (each.alias or each.key)] if isinstance(step, str) else []
        found.append(asked[0].key if asked else step)
        parts = tuple(part for each in asked for part in each.parts) if isinstance(step, str) else parts
    return tuple(found)


def _opened(parts: tuple[Part, ...]) -> Iterator[Ask]:
    """The fields asked for, of whatever type."""
    for part in parts:
        if isinstance(part, On):
            yield from _opened(part.parts)
        else:
            yield part


def _restore(value: Json, parts: tuple[Part, ...]) -> None:
    """Gives renamed fields their keys back, in place."""
    if isinstance(value, list):
        for each in value:
            _restore(each, parts)
    elif isinstance(value, dict):
        for part in parts:
            if isinstance(part, On):
                _restore(value, part.parts)
            else:
                _restore_field(value, part)


def _restore_field(value: dict[str, Json], ask: Ask) -> None:
    if ask.alias and ask.alias in value:
        value[ask.key] = value.pop(ask.alias)
    if ask.parts and ask.key in value:
        _restore(value[ask.key], ask.parts)
