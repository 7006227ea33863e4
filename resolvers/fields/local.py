"""The cities' own fields: each field of a contributed type is answered by the channel's `local.<field>`."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeNode,
    parse,
)

from channels.deployment.snapshot import Snapshot
from resolvers.asking.single import one_page
from resolvers.context import Context, Info
from schema.bind import python_name
from schema.opened import named
from schema.subgraph import SHARED

Row = dict[str, Any]
Answer = Callable[..., Any]
ROOT = "LocalRoot"


def local_answers(snapshot: Snapshot) -> Mapping[str, Answer]:
    """Coordinate → answer for everything the open channels contribute."""
    answers: dict[str, Answer] = {}
    for channel in snapshot.channels.values():
        if channel.contribution:
            answers |= contributed(channel.slug, parse(channel.contribution))
    return answers


def contributed(slug: str, document: DocumentNode) -> Mapping[str, Answer]:
    """The answers of one city: its mount point, and the fields of the type mounted there."""
    mounts = {
        named(field.type): f"{ROOT}.{field.name.value}"
        for node in document.definitions
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value == ROOT
        for field in node.fields or ()
    }
    answers: dict[str, Answer] = dict.fromkeys(mounts.values(), mounted)
    objects = SHARED.union(
        node.name.value for node in document.definitions if isinstance(node, ObjectTypeDefinitionNode)
    )
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value in mounts:
            for field in node.fields or ():
                answers[f"{node.name.value}.{field.name.value}"] = answer_of(
                    slug, field, whole=named(field.type) in objects
                )
    return answers


async def mounted(_: Row, info: Info) -> Row:
    return {}


def answer_of(slug: str, field: FieldDefinitionNode, *, whole: bool) -> Answer:
    """One field: the rows of its local operation, or the one row where the field is no list.

    `whole`: the field is of an object; else it is the value that a row holds under the field's name.
    """
    name = field.name.value
    operation = f"local.{name}"
    wire_names = {python_name(a.name.value): a.name.value for a in field.arguments or ()}
    many = is_list(field.type)

    async def answer(source: Row, info: Info, **arguments: Any) -> Any:
        context: Context = info.context
        args = {wire_names.get(key, key): value for key, value in arguments.items()}
        _, page = await one_page(context, context.channel(slug), operation, args)
        values = page.rows if whole else [row.get(name) for row in page.rows]
        return list(values) if many else next(iter(values), None)

    return answer


def is_list(node: TypeNode) -> bool:
    return isinstance(node.type if isinstance(node, NonNullTypeNode) else node, ListTypeNode)
