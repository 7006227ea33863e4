"""How writes are followed up: `outcome:` names a read that can tell, and `deliver_later:` stands where it may.

A write that may be delivered later needs an `outcome:` too: without one nobody could say whether a delivery arrived.
"""

from __future__ import annotations

from collections.abc import Iterator

from channels.checks.names import misspelt_operations
from channels.checks.operations import inside, slipped
from channels.checks.scene import Scene
from channels.declared.models import Leaf, Operation, Outcome
from channels.mapping.templates import names, slip
from channels.text.diagnostics import Diagnostic, report
from schema.operations import OPERATIONS, REQUEST_STATES

DELIVERABLE = ("applications.submit",)
TELLS = "RequestOutcome"
NUMBER = "${request.idempotency_key}"

Path = tuple[str | int, ...]


def check_outcomes(scene: Scene) -> Iterator[Diagnostic]:
    """Every operation's `outcome:` and `deliver_later:`, and the read that they rely on."""
    for path, operation in scene.every_operation():
        if path[0] == "operations" and path[1] not in OPERATIONS:
            continue  # told so; nobody knows what it does
        canonical = OPERATIONS.get(path[1]) if path[0] == "operations" else None
        write = canonical is not None and canonical.kind == "write"
        if operation.deliver_later and path[1] not in DELIVERABLE:
            yield report("deliver_later", scene.key(*path, "deliver_later"), operation=path[1], choices=DELIVERABLE)
        if canonical is not None and canonical.output == TELLS:
            yield from _check_states(scene, path, operation)
        if operation.outcome is None:
            if write:
                yield from _without(scene, path, operation)
        elif not write:
            yield report("outcome_of_read", scene.key(*path, "outcome"), operation=path[1])
        else:
            yield from _check_outcome(scene, path, operation)


def _without(scene: Scene, path: Path, operation: Operation) -> Iterator[Diagnostic]:
    if operation.deliver_later:
        yield report("outcome_needed", scene.key(*path, "deliver_later"), operation=path[1])
    else:
        yield report("no_outcome", scene.key(*path), operation=path[1])


def _check_outcome(scene: Scene, path: Path, operation: Operation) -> Iterator[Diagnostic]:
    outcome = operation.outcome
    assert outcome is not None  # noqa: S101 - the caller has looked
    place, name = scene.at(*path, "outcome", "operation"), outcome.operation
    reads = tuple(each for each in scene.channel.operations if _tells(each))
    asked = scene.channel.operations.get(name)
    if asked is None:
        refused = name in scene.names("operations") or name in misspelt_operations(scene)
        if refused or scene.blocks_run_together:
            return  # it is there, and has been told
        yield report("unknown_ref", place, where="operations", found=name, near=name, choices=reads)
        return
    if not _tells(name):
        yield report("outcome_operation", place, found=name, choices=reads or ("requests.outcome",))
        return
    found = list(_check_match(scene, path, outcome))
    yield from found
    if not found and NUMBER not in outcome.match.get("number", "").replace(" ", ""):
        number = (*path, "outcome", "match", "number")
        where = scene.at(*number) if "number" in outcome.match else scene.key(*number)
        yield report("outcome_number", where, number=NUMBER)
    for claim in asked.needs:
        if claim not in operation.needs:
            yield report("outcome_needs", place, found=name, claim=claim, operation=path[1])


def _check_match(scene: Scene, path: Path, outcome: Outcome) -> Iterator[Diagnostic]:
    """The arguments of the read are its own, and every hole names something of the write."""
    known, given = OPERATIONS[outcome.operation].arguments, OPERATIONS[str(path[1])].arguments
    for key, text in outcome.match.items():
        place = scene.at(*path, "outcome", "match", key)
        if key not in known:
            where = scene.key(*path, "outcome", "match", key)
            yield report("unknown_argument", where, operation=outcome.operation, found=key, near=key, choices=known)
        if found := slip(text):
            yield slipped(found, inside(place, text, found.at, len(found.written)))
            continue
        for hole in names(text):
            if hole != "request.idempotency_key" and hole.removeprefix("args.") not in given:
                problem = {"zh": f"`${{{hole}}}` 没有所指", "en": f"`${{{hole}}}` names nothing"}
                yield report("bad_template", inside(place, text, text.index(hole), len(hole)), problem=problem)


def _tells(name: str) -> bool:
    known = OPERATIONS.get(name)
    return known is not None and known.kind == "read" and known.output == TELLS


def _check_states(scene: Scene, path: Path, operation: Operation) -> Iterator[Diagnostic]:
    """`state` must be told in our words, from the city's: DONE and one of the two ways of not being done."""
    leaf = operation.response.mapping.get("state")
    if not isinstance(leaf, Leaf):
        return
    said = tuple((leaf.enum or {}).values())
    for key, value in (leaf.enum or {}).items():
        if value not in REQUEST_STATES:
            where = scene.at(*path, "response", "map", "state", "enum", key)
            found = "null" if value is None else str(value)
            yield report("choice", where, found=found, choices=REQUEST_STATES, near=found)
    if not set(said) <= set(REQUEST_STATES):
        return  # one mistake, one error
    if "DONE" not in said or not {"ABSENT", "REFUSED"} & set(said):
        yield report("outcome_states", scene.key(*path, "response", "map", "state"))
