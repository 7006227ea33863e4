"""The words of a fixture: arguments that its operation takes, fields that its rows can have, and that something is expected.

What a recorded answer becomes is for the replay to say; a misspelt name in the fixture is told in the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator

from channels.diagnostics import Diagnostic, report
from channels.fixtures import Case, FixtureFile
from channels.positions import Node, key_place
from channels.shape import Shape, canonical_shape, contributed_shapes
from channels.snapshot import Channel
from schema.operations import OPERATIONS

LOCAL = "local."


def check_words(fixture: FixtureFile, node: Node, channel: Channel) -> Iterator[tuple[int, Diagnostic]]:
    """What is wrong, with the number of its case: a case with a wrong word is not replayed."""
    operation = OPERATIONS.get(fixture.operation)
    shape = _shape(fixture.operation, channel)
    names: dict[str, int] = {}
    for index, case in enumerate(fixture.cases):
        path = ("cases", index)
        if names.setdefault(case.name, index) != index:
            yield index, report("fixture_name", key_place(node, (*path, "name")), found=case.name)
        for key in case.args:
            if operation is not None and key not in operation.arguments:
                place = key_place(node, (*path, "args", key))
                yield (
                    index,
                    report(
                        "unknown_argument",
                        place,
                        operation=operation.id,
                        found=key,
                        near=key,
                        choices=operation.arguments,
                    ),
                )
        for key in case.expect.first:
            if shape is not None and key not in shape.fields:
                place, known = key_place(node, (*path, "expect", "first", key)), tuple(shape.fields)
                yield index, report("fixture_field", place, type=shape.name, found=key, near=key, choices=known)
        if _expects_nothing(case):
            yield index, report("fixture_expects", key_place(node, (*path, "expect")))


def _shape(operation: str, channel: Channel) -> Shape | None:
    """The type of the rows; None where it is not known."""
    if operation.startswith(LOCAL):
        return contributed_shapes(channel.contribution or "").get(operation.removeprefix(LOCAL))
    canonical = OPERATIONS.get(operation)
    return canonical_shape(canonical.output) if canonical is not None and canonical.output else None


def _expects_nothing(case: Case) -> bool:
    expect = case.expect
    return expect.items is None and expect.dropped is None and expect.error is None and not expect.first
