"""@override: which subgraph gave up which field, and to whom.

A field that moved is not resolved where it came from.  It stays in that subgraph's declaration when a key, @requires,
@provides or interface needs it there (`used`), and altogether while a label still decides where it is resolved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from federation.definitions import Applied, uses
from federation.facts import Coordinate, Facts
from federation.merging.ledger import Ledger
from federation.rules import (
    override_collision_with_another_directive,
    override_from_self_error,
    override_label_invalid,
    override_on_interface,
    override_source_has_override,
)


@dataclass(frozen=True, slots=True)
class FieldOverride:
    """What became of one field in the subgraphs it moved from."""

    used: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    """By subgraph, both that of the @override and the one it names."""
    target: Mapping[str, str] = field(default_factory=dict)
    """The subgraph that a subgraph's @override names, when it is known there."""

    def gone(self, subgraph: str) -> bool:
        """Whether the subgraph's declaration does not count any more."""
        return subgraph in self.unused and subgraph not in self.labels

    def moved(self, subgraph: str) -> bool:
        """Whether the subgraph does not resolve the field any more, whatever a label says."""
        return subgraph in self.used | self.unused and subgraph not in self.labels


@dataclass(frozen=True, slots=True)
class Move:
    """One @override whose source has the field."""

    coordinate: Coordinate
    to: Facts
    source: Facts
    label: str | None


def read_overrides(subgraphs: Sequence[Facts], ledger: Ledger) -> dict[Coordinate, FieldOverride]:
    """Every field that moves."""
    by_name = {facts.name: facts for facts in subgraphs}
    moves: dict[Coordinate, list[Move]] = {}
    for facts in subgraphs:
        for one in facts.types.values():
            for item in one.fields.values():
                for applied in uses(item, "override")[-1:]:
                    coordinate = (one.name, item.name)
                    move = _move(coordinate, facts, applied, by_name=by_name, ledger=ledger)
                    if move:
                        moves.setdefault(coordinate, []).append(move)
    return {coordinate: _outcome(found, ledger) for coordinate, found in moves.items()}


def _move(
    coordinate: Coordinate, facts: Facts, applied: Applied, *, by_name: Mapping[str, Facts], ledger: Ledger
) -> Move | None:
    source_name = applied.text("from") or ""
    refused = override_on_interface.error(facts, coordinate) or override_from_self_error.error(
        facts, coordinate, source_name
    )
    if refused:
        ledger.errors.append(refused)
        return None
    source = by_name.get(source_name)
    name = ".".join(coordinate)
    if source is None:
        near = get_close_matches(source_name, by_name, 1)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        message = (
            f'Source subgraph "{source_name}" for field "{name}" on subgraph "{facts.name}" does not exist.{meant}'
        )
        ledger.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message, name)
        return None
    if source.field(coordinate) is None:
        message = f'Field "{name}" on subgraph "{facts.name}" no longer exists in the from subgraph.'
        ledger.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", f"{message} The @override directive can be removed.", name)
        return None
    return _checked(Move(coordinate, facts, source, applied.text("label")), ledger)


def _checked(move: Move, ledger: Ledger) -> Move:
    """The move as it is meant; a refused one counts as made, or the field would be refused again as not shareable."""
    found = (
        override_source_has_override.error(move.to, move.source, move.coordinate),
        override_collision_with_another_directive.error(move.to, move.source, move.coordinate, move.label),
        override_label_invalid.error(move.to, move.coordinate, move.label),
    )
    ledger.errors += [error for error in found if error]
    return replace(move, label=None) if found[2] else move


def _outcome(moves: Sequence[Move], ledger: Ledger) -> FieldOverride:
    used: list[str] = []
    unused: list[str] = []
    labels: dict[str, str] = {}
    for move in moves:
        name, source = ".".join(move.coordinate), move.source
        if source.external(move.coordinate):
            message = f'Field "{name}" on subgraph "{move.to.name}" is not resolved anymore by the from subgraph'
            message += f' (it is marked "@external" in "{source.name}"). The @override directive can be removed.'
            ledger.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, name)
        else:
            (used if move.coordinate in source.used else unused).append(source.name)
            message = f'Field "{name}" on subgraph "{source.name}" is overridden.'
            ledger.hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", f"{message} Consider removing it.", name)
        if move.label is not None:
            labels |= {move.to.name: move.label, source.name: move.label}
            ledger.hint("OVERRIDE_MIGRATION_IN_PROGRESS", f'Field "{name}" is being migrated with @override.', name)
    targets = {move.to.name: move.source.name for move in moves}
    return FieldOverride(frozenset(used), frozenset(unused), labels, targets)
