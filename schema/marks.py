"""Who may have what: the marks @assurance and @public, and the rule that nothing is open by omission.

1. A field of a root, and a field with @op, carries exactly one mark. A field below without one is as its parent.
2. A type that can be refetched by id (it implements Node) carries a mark of its own: `node`, and any other road on which less
   was asked for, holds each object to its type's mark.
3. So a mark on a road never lowers what the type demands: `Query.me` is public, and gives a Citizen to the signed-in alone.
A graph that breaks 1 or 2 is not built; the error names each coordinate and what to write there.
"""

from collections.abc import Iterator, Mapping

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type
from graphql.type import is_abstract_type

from schema.applied import applied
from schema.codes import AssuranceLevel

OPEN = AssuranceLevel.ANONYMOUS
REFETCHED = "Node"
WRITE = "write @assurance(level: …), or @public where nobody's data is behind it"


def mark_of(core: GraphQLSchema, marked: GraphQLField | GraphQLObjectType) -> AssuranceLevel | None:
    """The level that a field or type demands; ANONYMOUS for @public, None without a mark."""
    if found := applied(core, marked, "assurance"):
        return AssuranceLevel(found["level"])
    return OPEN if applied(core, marked, "public") is not None else None


def demanded(core: GraphQLSchema, typename: str) -> AssuranceLevel:
    """What an object of a type demands of whoever names it by its id; of a type without a mark, the most."""
    type_ = core.type_map.get(typename)
    mark = mark_of(core, type_) if isinstance(type_, GraphQLObjectType) else None
    return max(AssuranceLevel) if mark is None else mark


def given(core: GraphQLSchema, field: GraphQLField) -> list[GraphQLObjectType]:
    """The object types that a field may give."""
    type_ = get_named_type(field.type)
    if isinstance(type_, GraphQLObjectType):
        return [type_]
    return list(core.get_possible_types(type_)) if is_abstract_type(type_) else []


class Levels:
    """What it takes to reach each type and field of one graph, at least: computed once, when the graph is built."""

    def __init__(self, core: GraphQLSchema) -> None:
        self._core = core
        self._types: dict[str, AssuranceLevel] = {}
        self.own = {type_.name: mark_of(core, type_) or OPEN for type_ in objects(core)}
        reached = [root for root in roots(core) if self._reach(root, OPEN)]
        while reached:
            type_ = reached.pop()
            for field in type_.fields.values():
                level = self.of(type_, field)
                reached += [each for each in given(core, field) if self._reach(each, level)]

    def reached(self, type_: GraphQLObjectType) -> AssuranceLevel:
        """The level of a viewer who has got as far as to have an object of this type."""
        return self._types.get(type_.name, OPEN)

    def of(self, type_: GraphQLObjectType, field: GraphQLField) -> AssuranceLevel:
        """The level of a viewer who has got as far as to have this field."""
        return max(mark_of(self._core, field) or OPEN, self.reached(type_))

    def held(self, type_: GraphQLObjectType, field: GraphQLField) -> Mapping[str, AssuranceLevel]:
        """The types that a field may give and that demand more than the field does."""
        level = self.of(type_, field)
        return {each.name: self.own[each.name] for each in given(self._core, field) if self.own[each.name] > level}

    def _reach(self, type_: GraphQLObjectType, level: AssuranceLevel) -> bool:
        """Note a road to a type. Returns: is it an easier one than all before?"""
        level, known = max(level, self.own[type_.name]), self._types.get(type_.name)
        if known is not None and known <= level:
            return False
        self._types[type_.name] = level
        return True


def objects(core: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """The object types, without those of introspection."""
    for type_ in core.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            yield type_


def roots(core: GraphQLSchema) -> list[GraphQLObjectType]:
    return [root for root in (core.query_type, core.mutation_type, core.subscription_type) if root]


def refuse_unmarked(core: GraphQLSchema) -> None:
    """Raises: ValueError: a mark is missing, or there are two; one line for each coordinate."""
    if problems := list(unmarked(core)):
        raise ValueError("\n".join(problems))


def unmarked(core: GraphQLSchema) -> Iterator[str]:
    """What breaks the rule: coordinate, what was found, and what to write."""
    node = core.type_map.get(REFETCHED)
    for type_ in objects(core):
        if isinstance(node, GraphQLInterfaceType) and node in type_.interfaces and mark_of(core, type_) is None:
            yield f"type {type_.name} implements {REFETCHED} and has no mark: {WRITE}"
        yield from twice(core, f"type {type_.name}", type_)
        for name, field in type_.fields.items():
            yield from twice(core, f"{type_.name}.{name}", field)
            if needs_mark(core, type_, name) and mark_of(core, field) is None:
                yield f"{type_.name}.{name} has no mark: {WRITE}"


def needs_mark(core: GraphQLSchema, type_: GraphQLObjectType, name: str) -> bool:
    """Fields of the roots, and fields fed by a canonical operation; not those of the Federation protocol."""
    return not name.startswith("_") and (type_ in roots(core) or applied(core, type_.fields[name], "op") is not None)


def twice(core: GraphQLSchema, where: str, marked: GraphQLField | GraphQLObjectType) -> Iterator[str]:
    """A field or type is public or it is not."""
    if applied(core, marked, "assurance") and applied(core, marked, "public") is not None:
        yield f"{where} has both @assurance and @public: keep one"
