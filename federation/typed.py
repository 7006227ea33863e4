"""The quick tier: a plan walked on Structs, for answers that are plain.

Subgraphs' bytes are decoded straight into the objects of the response, later answers are put into their attributes, and the
same objects are encoded.  Anything else than a complete, error-free answer of the expected types (`Surprise`) ends the walk:
the careful tier then answers from the bytes that are here already, and asks only for what is missing.
Does not: report errors, propagate nulls, handle operations that have no shape.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec

from .client import Json, Received, SubgraphResponse, Wire, request_head
from .places import Place, Places
from .plan import Ask, Fetch, Node, QueryPlan
from .shapes import Given, Shape, Shaped
from .structs import Assign, Structs, assigning, attribute, decoder, entities, representation
from .walk import walk

STEP_STRUCTS = 4  # response, data, entity, representation

_encode = msgspec.json.Encoder().encode


class Surprise(Exception):
    """An answer that is not plain."""


@dataclass(frozen=True, slots=True)
class EntityStep:
    """One `_entities` field of a request: whose objects, how each is known, where its answer goes."""

    places: tuple[Place, ...]
    identify: Callable[[Any], Any]
    single: bool
    """Whether one value identifies; otherwise a tuple."""
    keys: tuple[int, ...]
    """The positions of what identifies: an object in which it is all null is nobody."""
    sent: type[msgspec.Struct]
    assign: Assign
    needed: bool
    key: str
    """The attribute of the answer's data."""

    def gather(self, found: list[list[Any] | None]) -> dict[Any, list[Any]]:
        """The objects that wait, by what is sent of them.  Raises: Surprise: one that needs an answer is nobody."""
        groups: defaultdict[Any, list[Any]] = defaultdict(list)
        for place in self.places:
            targets = place.values(found)
            for key, target in zip(map(self.identify, targets), targets):  # noqa: B905  as many of both
                groups[key].append(target)
        nobodies = [key for key in groups if self._is_nobody(key)]
        if nobodies and self.needed:
            raise Surprise
        for key in nobodies:
            del groups[key]
        return groups

    def _is_nobody(self, key: Any) -> bool:
        if self.single:
            return key is None
        return all(key[position] is None for position in self.keys)

    def written(self, groups: dict[Any, list[Any]]) -> bytes:
        """The representations, as JSON."""
        sent = self.sent
        return _encode([sent(key) for key in groups] if self.single else [sent(*key) for key in groups])

    def put(self, groups: dict[Any, list[Any]], answers: list[Any]) -> None:
        """Gives each group its answer.  Raises: Surprise: they are not as many."""
        if len(groups) != len(answers):
            raise Surprise
        assign = self.assign
        for targets, answer in zip(groups.values(), answers):  # noqa: B905  as many of both
            if answer is not None:
                assign(targets, answer)


@dataclass(frozen=True, slots=True)
class Step:
    """One request: its bytes up to the variables, and how its answer is read."""

    service: str
    head: bytes
    variables: tuple[str, ...]
    decode: Callable[[bytes], Any]
    assign: Assign | None
    """Of root fields."""
    entities: tuple[EntityStep, ...]
    names: tuple[str, ...]
    """The variables of the representations."""


@dataclass(frozen=True, slots=True)
class Program:
    """One operation, ready for the quick tier."""

    node: Node
    root: type[msgspec.Struct]
    response: type[msgspec.Struct]
    steps: Mapping[int, Step]
    """By the identity of the plan's fetch."""
    places: int
    hidden: tuple[tuple[Place, Assign, msgspec.Struct], ...]
    """Where the objects are that hold more than the client sees, and what removes it."""
    structs: int
    """How many were generated, about: what the program costs to keep."""


@dataclass(slots=True)
class TypedRun:
    """One walk: what it has found so far."""

    program: Program
    clients: Mapping[str, Wire]
    variables: Mapping[str, Json]
    answered: dict[tuple[str, bytes], Received | SubgraphResponse] = field(default_factory=dict)
    """What each request to a subgraph brought: the careful tier does not ask again."""
    _found: list[list[Any] | None] = field(default_factory=list)
    _surprised: bool = False

    async def body(self, deadline: float | None) -> bytes | None:
        """The response; None when it is not plain, or not complete in time."""
        program = self.program
        root = program.root()
        self._found = [None] * program.places
        self._found[0] = [root]
        try:
            async with asyncio.timeout_at(deadline):
                await walk(program.node, self._fetch)
        except TimeoutError:
            return None
        if self._surprised:
            return None
        for place, assign, nothing in program.hidden:
            assign(place.values(self._found), nothing)
        return _encode(program.response(root))

    async def _fetch(self, fetch: Fetch) -> None:
        if self._surprised:
            return
        step = self.program.steps[id(fetch)]
        try:
            if step.assign is not None:
                step.assign(self._found[0] or [], await self._asked(step, ()))
            else:
                await self._fetch_entities(step)
        except (Surprise, msgspec.DecodeError):
            self._surprised = True

    async def _fetch_entities(self, step: Step) -> None:
        gathered = [each.gather(self._found) for each in step.entities]
        if not any(gathered):
            return
        data = await self._asked(step, gathered)
        for each, groups in zip(step.entities, gathered, strict=True):
            each.put(groups, getattr(data, each.key))

    async def _asked(self, step: Step, gathered: Any) -> Any:
        """Asks; the data of the answer.  Raises: Surprise, msgspec.DecodeError."""
        parts = [_named(name, _encode(self.variables[name])) for name in step.variables if name in self.variables]
        for name, each, groups in zip(step.names, step.entities, gathered, strict=True):
            parts.append(_named(name, each.written(groups)))
        request = b"".join((step.head, b",".join(parts), b"}}"))
        answer = await self.clients[step.service].exchange(request, None)
        self.answered[step.service, request] = answer
        if isinstance(answer, SubgraphResponse):
            raise Surprise
        return step.decode(answer.body).data


def compiled(plan: QueryPlan, shaped: Shaped) -> Program | None:
    """The program of a plan; None for one that asks nobody."""
    if plan.node is None:
        return None
    structs, places = Structs(), Places()
    steps = {id(fetch): _step(fetch, shaped.given[id(fetch)], structs, places) for fetch in plan.fetches()}
    root = structs.of(shaped.root)
    response = msgspec.defstruct("Response", [("data", root)], gc=False)
    hidden = tuple(_hidden(shaped.root, (), places))
    made = len(structs) + STEP_STRUCTS * len(steps)
    return Program(plan.node, root, response, steps, len(places.made), hidden, made)


def _step(fetch: Fetch, given: tuple[Given, ...], structs: Structs, places: Places) -> Step:
    head = request_head(fetch.operation)
    if not fetch.entities:
        keys = [ask.key for ask in given[0].asked]
        decode = decoder(structs.answer(given[0])).decode
        return Step(fetch.service, head, fetch.variables, decode, assigning(keys), (), ())
    alone = len(given) == 1
    names = ("representations",) if alone else tuple(f"_{index}" for index in range(len(given)))
    keys = ["_entities"] if alone else list(names)
    made = tuple(_entity_step(each, key, places) for each, key in zip(given, keys, strict=True))
    answers = [structs.answer(each) if each.needed else structs.answer(each) | None for each in given]
    decode = decoder(entities(zip(keys, answers, strict=True))).decode
    return Step(fetch.service, head, fetch.variables, decode, None, made, names)


def _entity_step(given: Given, key: str, places: Places) -> EntityStep:
    asked = given.representation
    assert asked is not None  # noqa: S101  entities have one
    fields = [each for each in asked.fields if isinstance(each, Ask)]
    return EntityStep(
        tuple(places.at(path) for path in given.paths),
        attrgetter(*(attribute(each.key) for each in fields)),
        len(fields) == 1,
        tuple(index for index, each in enumerate(fields) if each.key in asked.keys),
        representation(asked.sent_as, [each.name for each in fields]),
        assigning([ask.key for ask in given.asked]),
        given.needed,
        attribute(key),
    )


def _hidden(shape: Shape, path: tuple[str, ...], places: Places) -> Any:
    """Every place with fields that the client does not see."""
    keys = [slot.key for slot in shape.slots.values() if slot.output is None]
    if keys:
        nothing = msgspec.defstruct("Nothing", [(attribute(key), Any, msgspec.UNSET) for key in keys])
        yield places.at(path), assigning(keys), nothing()
    for slot in shape.slots.values():
        if slot.shape is not None:
            yield from _hidden(slot.shape, (*path, slot.key, *("@",) * slot.lists), places)


def _named(name: str, value: bytes) -> bytes:
    return b'"%s":%s' % (name.encode(), value)
