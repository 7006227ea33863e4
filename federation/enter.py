"""Entering a subgraph with objects of the data: by which key, with what required of them, in which group.

Objects are known to a subgraph by a key; its fields, and those that the wanted field requires, are resolved first, on
the same objects, by the same walk.  A group that is open at the position is joined unless it would wait for itself.
"""

from collections.abc import Iterable
from typing import Protocol

from .around import carried, setters
from .draft import Draft, Group, Level, Place, Sent, View, sent_parts
from .failures import NoPlan, QueryTooLarge
from .graph import Door, Graph
from .knowledge import Knowledge
from .paths import whole, widened
from .plan import Only, Part, Path
from .selections import Field, SelectionSet

REQUEST = 1_000  # the cost of one request; a dependent step costs 1
UNREACHABLE = 10**30  # above the price of any query, however its fragments double
MAX_GROUPS = 500  # steps of one plan before requests are joined
MAX_CHAIN = 24  # inputs of inputs of inputs …

Groups = set[Group]


class Walk(Protocol):
    """What entering needs of the search."""

    def resolve(self, view: View, selections: SelectionSet) -> Groups:
        """Asks for everything selected.  Raises: NoPlan."""

    def here(self, view: View, field: Field) -> object | None:
        """Whether a field can be asked without a request."""


class Entering:
    """The groups of one operation.  `groups` is the result."""

    def __init__(self, graph: Graph, known: Knowledge, walk: Walk) -> None:
        self._graph, self._known, self._walk = graph, known, walk
        self.groups: list[Group] = []
        self._trail: list[tuple[object, str, str]] = []

    def cost(self, view: View, door: Door, field: Field | None = None) -> int:
        """What it costs to be in a subgraph with the objects of a view, and what the field requires."""
        if self.is_root(view.type):
            return 0 if view.level.groups.get(door.graph) else REQUEST
        if not self.may_enter(view, door) or len(self._trail) > MAX_CHAIN:
            return UNREACHABLE
        trial = view.fork()
        try:
            self.enter(trial, door, field)
        except NoPlan:
            return UNREACHABLE
        return min(trial.level.cost, UNREACHABLE)

    def blocked(self, view: View, field: Field, door: Door) -> bool:
        """Whether the door leads to where inputs are being gathered for."""
        origin = view.level.origin
        return (origin, door.graph, "") in self._trail or (origin, door.graph, field.name) in self._trail

    def may_enter(self, view: View, door: Door) -> bool:
        """An interface is entered as an interface only by objects whose types are not known yet."""
        if not self._graph.is_abstract(view.type) or self._graph.is_interface_object(door.graph, door.type):
            return True
        return door.type == view.type and all(self._known.stands_in(place) for place in view.places)

    def is_root(self, type_name: str) -> bool:
        """Whether the type is a root, which every subgraph that has it answers without a key."""
        return type_name in self._graph.roots.values()

    def enter(self, view: View, door: Door, field: Field | None = None) -> Place:
        """Opens a group for the objects of a view, or joins one that is open.  Raises: NoPlan."""
        if self.is_root(view.type):
            return self._enter_root(view, door)
        stands_in = self._graph.is_interface_object(door.graph, door.type)
        key, after = self._supply_key(view, door)
        required: SelectionSet | None = None
        if door.at.requires is not None:
            required = self._graph.field_set((door.at.requires,), door.type if stands_in else view.type)
            after = after | self._supply(view, required, (door.graph, field.name if field else ""))
        taken = list(setters(self._graph, view, door))
        for _, above, wanted in taken:
            after = after | self._supply_around(view, above, wanted, (door.graph, field.name if field else ""))
        group = self._open(view, door.graph, after, taken_at=view.path if taken else None)
        draft = Draft()
        if not view.level.dry:
            for contextual, above, wanted in taken:
                value = carried(self._graph, view, field.name if field else "", contextual, above, wanted)
                group.carried[value.variable] = value
            self._send(group.sent_of(_narrowed_to(view), door.type), view, key, required)
            draft = group.root.on(door.type, typename=self._graph.is_abstract(door.type) and not stands_in)
        place = Place(door.graph, door.type, None, group, draft)
        view.places.append(place)
        return place

    def _send(self, sent: Sent, view: View, key: SelectionSet, required: SelectionSet | None) -> None:
        _add_parts(sent.keys, sent_parts(self._graph, view.level, key, view.type))
        if required is not None:
            _add_parts(sent.more, sent_parts(self._graph, view.level, required, view.type))

    def _enter_root(self, view: View, door: Door) -> Place:
        group = next(iter(view.level.groups.get(door.graph, ())), None)
        if group is None:
            group = Group(door.graph, view.path, entities=False, after={place.group for place in view.places})
            self._add(view.level, group)
        return Place(door.graph, door.type, None, group, group.root)

    def _supply_key(self, view: View, door: Door) -> tuple[SelectionSet, Groups]:
        """The cheapest key of the subgraph, its fields asked for.  Raises: NoPlan."""
        token = (door.graph, "")
        best: SelectionSet | None = None
        least = UNREACHABLE
        for key in self._graph.keys(door.graph, door.type):
            if self._at_hand(view, key):
                return key, self._supply(view, key, token)
            trial = view.fork()
            try:
                self._supply(trial, key, token)
            except NoPlan:
                continue
            if trial.level.cost < least:
                best, least = key, trial.level.cost
            if least == 0:
                break
        if best is None:
            raise NoPlan(f"“{door.type}” cannot be entered in “{self._graph.names[door.graph]}”.")
        return best, self._supply(view, best, token)

    def _at_hand(self, view: View, key: SelectionSet) -> bool:
        """Whether a key is plain and every field of it known where the objects are."""
        return all(
            field.selections is None and field.name != "__typename" and self._walk.here(view, field)
            for field in key.fields(view.type).values()
        )

    def _supply(self, view: View, selections: SelectionSet, token: tuple[str, str]) -> Groups:
        """Resolves inputs of a subgraph on the objects themselves."""
        self._trail.append((view.level.origin, *token))
        try:
            return self._walk.resolve(view, selections)
        finally:
            self._trail.pop()

    def _supply_around(self, view: View, above: View, wanted: SelectionSet, token: tuple[str, str]) -> Groups:
        """Resolves what objects around those of the view give them."""
        if not view.level.dry:
            return self._supply(above, wanted, token)
        trial = above.fork()
        used = self._supply(trial, wanted, token)
        view.level.cost += trial.level.cost
        return used

    def _open(self, view: View, graph: str, after: Groups, *, taken_at: Path | None) -> Group:
        """The group of a subgraph at this level that can still wait for `after`; a new one when there is none."""
        for group in view.level.groups.get(graph, ()):
            fits = group.entities and group.taken_at == taken_at
            if fits and not any(each is group or each.needs(group) for each in after):
                if not view.level.dry:
                    group.after |= after
                    group.path = widened(group.path, whole(view.path))
                return group
        group = Group(graph, whole(view.path), entities=True, after=set(after), taken_at=taken_at)
        self._add(view.level, group)
        view.level.cost += sum(1 for each in after if each.entities)
        return group

    def _add(self, level: Level, group: Group) -> None:
        level.groups.setdefault(group.graph, []).append(group)
        level.cost += REQUEST
        if not level.dry:
            if len(self.groups) >= MAX_GROUPS:
                raise QueryTooLarge(f"The query needs more than {MAX_GROUPS} steps, the most that is planned.")
            group.number = len(self.groups)
            self.groups.append(group)


def _add_parts(known: list[Part], more: Iterable[Part]) -> None:
    known.extend(part for part in more if part not in known)


def _narrowed_to(view: View) -> str | None:
    """The type that sets the view's objects apart at their level; None when they are all there are."""
    return view.type if view.path and isinstance(view.path[-1], Only) else None
