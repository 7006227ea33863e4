"""Rows shown by compiled closures are what graphql-core makes of them, to the byte, with the same errors.

Random operations on the real graph (fragments, aliases, directives with variables, languages) over random rows: good ones, and
ones with wrong types, missing keys, nulls where none may be, Exceptions, and values that nobody has seen before.
"""

import asyncio
import gc
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import orjson
import pytest
from graphql import (
    Executor,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    execute_root_selection_set,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.execution.is_awaitable import optimized_is_awaitable

from edge.executor import RowExecutor
from edge.projections import MAX_KEPT, Projections
from schema import answered_coordinates
from tests.schema.graphs import Context, contributions, graph_of

CURRENT: dict[str, Any] = {}


async def current(source: Any, info: Any, **arguments: Any) -> Any:
    """Answer with the rows of the example at hand."""
    return await CURRENT["answer"](source, info, **arguments)


GRAPH = graph_of(
    {c: current for c in answered_coordinates() if not c.startswith("Subscription.")}, local_sdl=contributions()
)
CORE = GRAPH.core
VARIABLES = {"yes": True, "no": False, "lang": "EN"}
GOOD: dict[str, Any] = {
    "String": "text", "ID": "id-1", "Int": 7, "Float": 1.5, "Boolean": True, "Decimal": "38.60", "Date": "2026-11-30",
    "DateTime": "2026-11-30T09:00:00+08:00", "URL": "https://example.cn/a", "Cursor": "abc", "JSON": {"a": [1, None]},
    "IdempotencyKey": "0123456789abcdef",
}  # fmt: skip


def odd(random: Random) -> Any:
    """A value that may fit nowhere."""
    return random.choice(
        [
            None, "", "no such value", 7, -1, 2**40, True, 1.5, float("nan"), Decimal("1.5"), [], [None], {}, {"en": "E"},
            ("a",), b"bytes", ValueError("withheld"), GraphQLError("denied", extensions={"code": "FORBIDDEN"}),
            {"__typename": "Bill"}, {"__typename": "Query"}, {"__typename": 3}, object, {"zh": None}, {"zh": 5},
        ]
    )  # fmt: skip


class Making:
    """Makes operations and rows from one source of chance."""

    def __init__(self, random: Random, oddness: float) -> None:
        self.random, self.oddness = random, oddness
        self.fragments: list[str] = []
        self.shared: dict[str, Any] = {}

    def selections(self, type_: Any, depth: int) -> str:
        random = self.random
        parts = [self.field(type_, depth) for _ in range(random.randint(1, 4))] if hasattr(type_, "fields") else []
        if is_abstract_type(type_):
            possible = random.sample(list(CORE.get_possible_types(type_)), 2)
            parts += [f"... on {each.name} {self.selections(each, depth - 1)}" for each in possible]
        if random.random() < 0.3:
            parts.append("__typename" + self.directive())
        if random.random() < 0.2:
            parts.append(f"... {self.directive()} {{ {self.field(type_, depth) if parts else '__typename'} }}")
        if random.random() < 0.15 and depth > 0:
            name = f"F{len(self.fragments)}"
            self.fragments.append("")
            self.fragments[int(name[1:])] = f"fragment {name} on {type_.name} {self.selections(type_, depth - 1)}"
            parts.append(f"...{name}{self.directive()}")
        random.shuffle(parts)
        return "{ " + " ".join(part or "__typename" for part in parts or ["__typename"]) + " }"

    def field(self, type_: Any, depth: int) -> str:
        random = self.random
        fields = [
            (name, field)
            for name, field in getattr(type_, "fields", {}).items()
            if not any(is_required_argument(each) for each in field.args.values())
            and (depth > 0 or is_leaf_type(get_named_type(field.type)))
        ]
        if not fields:
            return "__typename"
        name, field = random.choice(fields)
        alias = f"a{random.randint(0, 9)}{name}: " if random.random() < 0.2 else ""
        lang = random.choice(["", "(lang: EN)", "(lang: ZH)", "(lang: $lang)"]) if set(field.args) == {"lang"} else ""
        below = get_named_type(field.type)
        inner = "" if is_leaf_type(below) else self.selections(below, depth - 1)
        return f"{alias}{name}{lang}{self.directive()} {inner}"

    def directive(self) -> str:
        words = ["@skip(if: $no)", "@include(if: $yes)", "@skip(if: $yes)", "@include(if: false)"]
        return f" {self.random.choice(words)}" if self.random.random() < 0.12 else ""

    def value(self, type_: Any, depth: int = 3) -> Any:
        random = self.random
        if random.random() < self.oddness:
            return odd(random)
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type, depth)
        if random.random() < 0.1:
            return None
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type, depth) for _ in range(random.randint(0, 3))]
        if isinstance(type_, GraphQLEnumType):
            return random.choice([each.value for each in type_.values.values()])
        if is_leaf_type(type_):
            return GOOD[type_.name]
        if is_abstract_type(type_):
            type_ = random.choice(list(CORE.get_possible_types(type_)))
        if type_.name in self.shared and random.random() < 0.3:
            return self.shared[type_.name]
        row = self.shared[type_.name] = self.row(type_, depth) if depth else {}
        return row

    def row(self, type_: GraphQLObjectType, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {"__typename": type_.name}
        for name, field in type_.fields.items():
            if self.random.random() < self.oddness:
                continue
            if set(field.args) == {"lang"} and self.random.random() < 0.7:
                made[name] = {"zh": "文", "en": "text"} if self.random.random() < 0.7 else {"zh": "文"}
            else:
                made[name] = self.value(field.type, depth - 1)
        return made


def answered(making: Making) -> Any:
    """The same rows for every asking, by coordinate: both executors read the same objects."""
    kept: dict[str, Any] = {}

    async def answer(source: Any, info: Any, **arguments: Any) -> Any:
        coordinate = f"{info.parent_type.name}.{info.field_name}"
        if coordinate not in kept:
            kept[coordinate] = making.value(info.return_type)
        if isinstance(kept[coordinate], Exception):
            raise kept[coordinate]
        return kept[coordinate]

    return answer


async def ran(executor: Any) -> tuple[bytes, list[Any]]:
    assert isinstance(executor, Executor), executor
    result: Any = execute_root_selection_set(executor)
    if optimized_is_awaitable(result):
        result = await result
    return orjson.dumps(result.data, default=repr), [error.formatted for error in result.errors or ()]


def compiled(document: Any, context: Any, projections: Projections, variables: Any) -> RowExecutor:
    executor = RowExecutor.build(CORE, document, None, context, variables, is_awaitable=optimized_is_awaitable)
    assert isinstance(executor, RowExecutor), executor
    executor.projection = projections.of(document, executor)
    executor.shares = projections.shares
    return executor


@pytest.fixture
def _awaitables_left_behind() -> Iterator[None]:
    """Collected here, where their warnings are expected, and neither in the middle of another frame nor in a later test.

    graphql-core leaves awaitables of an answer that an error has ended, with and without a projection.
    """
    gc.disable()
    yield
    gc.enable()
    CURRENT.clear()  # what was raised holds the frames, and these the awaitables
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::RuntimeWarning")
@pytest.mark.usefixtures("_awaitables_left_behind")
def test_rows_are_shown_as_graphql_core_shows_them() -> None:
    """Data and errors are equal to the byte, on the first request and once it is compiled, for each set of variables."""
    shown_alike()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), oddness=st.sampled_from([0.0, 0.02, 0.15]), shares=st.booleans())
def shown_alike(seed: int, oddness: float, shares: bool) -> None:
    random = Random(seed)  # noqa: S311  no secret
    making = Making(random, oddness)
    text = f"query ($yes: Boolean!, $no: Boolean!, $lang: Language) {making.selections(CORE.query_type, 4)} "
    document = parse(text + " ".join(making.fragments))
    CURRENT["answer"] = answered(making)
    projections = Projections(shares=shares)
    for variables in (VARIABLES, VARIABLES, {"yes": False, "no": True}, VARIABLES):
        context = Context(random.choice(["zh", "en"]))
        plain = Executor.build(CORE, document, None, context, variables, is_awaitable=optimized_is_awaitable)
        expected = asyncio.run(ran(plain))
        assert asyncio.run(ran(compiled(document, context, projections, variables))) == expected


BILLS = """query ($lang: Language, $before: Date, $yes: Boolean = true) { me { bills(filter: { dueBefore: $before }) {
  nodes { id source { city { name(lang: $lang) } asOf @include(if: $yes) } } } } }"""


def bills(*, source: dict[str, Any]) -> Any:
    rows = [{"__typename": "Bill", "id": f"b{n}", "source": source} for n in range(3)]

    async def answer(_source: Any, info: Any, **_arguments: Any) -> Any:
        return {"nodes": rows} if info.field_name == "bills" else {}

    return answer


def shown(projections: Projections, variables: dict[str, Any], language: str = "zh") -> Any:
    """The nodes of one more request."""
    executor = compiled(DOCUMENT, Context(language), projections, variables)
    result = asyncio.run(finished(execute_root_selection_set(executor)))
    assert result.errors is None
    return result.data["me"]["bills"]["nodes"]


async def finished(result: Any) -> Any:
    return await result


DOCUMENT = parse(BILLS)
SOURCE = {"city": {"name": {"zh": "德阳市", "en": "Deyang"}}, "asOf": "2026-11-30T09:00:00+08:00"}


def test_rows_of_a_page_share_what_is_shown_of_their_source() -> None:
    """A thousand rows name one city: it is shown once, from the second request on, unless somebody will change the answer."""
    CURRENT["answer"] = bills(source=SOURCE)
    projections, own = Projections(), Projections(shares=False)
    first, second = shown(projections, {}), shown(projections, {})
    assert first == second
    assert first[0]["source"] is not first[1]["source"]
    assert second[0]["source"] is second[1]["source"]
    shown(own, {})
    apart = shown(own, {})
    assert apart[0]["source"] is not apart[1]["source"]


def test_each_combination_of_deciding_variables_is_compiled_by_itself_and_few_are_kept() -> None:
    """Language and directives decide what is shown; a citizen's own variables decide nothing, and are not kept."""
    CURRENT["answer"] = bills(source=SOURCE)
    projections = Projections()
    for _ in range(2):
        for lang, name in (("EN", "Deyang"), ("ZH", "德阳市"), (None, "德阳市")):
            for yes in (True, False):
                [row, *_] = shown(projections, {"lang": lang, "yes": yes, "before": "2026-12-01"})
                assert row["source"]["city"] == {"name": name}
                assert ("asOf" in row["source"]) is yes
    assert shown(projections, {}, "en")[0]["source"]["city"] == {"name": "Deyang"}
    kept = list(projections._kept.values())
    assert len(kept) <= MAX_KEPT
    assert all("before" not in each.variables.coerced for each in kept)
