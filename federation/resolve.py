"""Where each field is asked for: the search at the heart of planning.

At every position of the response some groups know the objects.  A field is asked of a group that knows it there; else a
subgraph that resolves it is entered by a key, whose fields, and those that the field requires, are resolved first by the
same rules.  Alternatives are weighed by `need`: how many further requests an object's selections cost when it is known
in such and such places, found by the same walk on a scratch level and remembered.
Fewest requests first; the order of fields and of subgraphs breaks ties, so equal input gives an equal plan.
Bounded: a field weighs each of its sources alone, all present ones, and all; never their power set.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .draft import Draft, Group, Level, Place, Sent, Spot, View, sent_parts
from .failures import NoPlan, QueryTooLarge
from .graph import Door, Graph, field_type_in
from .join import FieldAt
from .plan import LIST, Only, Part, Path
from .selections import Field, Nodes, SelectionSet

REQUEST = 1_000  # the cost of one request; a dependent step costs 1
UNREACHABLE = 10**9
MAX_POSITIONS = 20_000  # objects walked for one operation, trials included
MAX_CHAIN = 24  # inputs of inputs of inputs …

Groups = set[Group]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a field can be had: at a place where its object is known, or through a door that costs something."""

    cost: int
    spot: Spot
    """Of the field's value."""
    place: Place | None = None
    door: Door | None = None


class Resolver:
    """One operation's search.  `groups` is the result."""

    def __init__(self, graph: Graph, labels: frozenset[str]) -> None:
        self._graph, self._labels = graph, labels
        self.groups: list[Group] = []
        self._needs: dict[tuple[SelectionSet, tuple[Spot, ...]], int] = {}
        self._trail: list[tuple[object, str, str]] = []
        self._positions = 0

    # -- one position

    def resolve(self, view: View, selections: SelectionSet) -> Groups:
        """Everything asked of the objects of a view.  Returns: the groups that will have been asked.

        Raises: NoPlan, QueryTooLarge.
        """
        self._positions += 1
        if self._positions > MAX_POSITIONS:
            raise QueryTooLarge(f"Planning looked at {MAX_POSITIONS} positions, the most it may, and found no end.")
        if self._graph.is_abstract(view.type):
            return self._resolve_abstract(view, selections)
        return self.resolve_fields(view, selections.fields(view.type).values(), internal=selections.internal)

    def resolve_fields(self, view: View, fields: Iterable[Field], *, internal: bool = False) -> Groups:
        used: Groups = set()
        waiting: list[tuple[int, Field]] = []
        for field in fields:
            if field.name == "__typename":
                continue
            source = self._here(view, field)
            if source is not None and self._need(field.selections, (source.spot,)) == 0:
                used |= self._commit(view, field, [source], internal)
            else:
                waiting.append((len(self._graph.doors(view.type, field.name)), field))
        # What has one door only opens it first; what has several then finds one open.
        for _, field in sorted(waiting, key=lambda each: each[0]):
            used |= self._commit(view, field, self._choose(view, field), internal)
        return used

    def _resolve_abstract(self, view: View, selections: SelectionSet) -> Groups:
        used: Groups = set()
        done: dict[str, Field] = {}
        apart = False
        for key, field in selections.fields(view.type).items():
            if field.name == "__typename":
                used |= self._know_types(view)
            elif sources := self._common(view, field):
                used |= self._commit(view, field, sources, selections.internal)
            else:
                apart = True
                continue
            done[key] = field
        if apart or selections.narrows():
            used |= self._know_types(view)
            for type_name in self._runtime_types(view):
                narrow = self._narrowed(view, type_name)
                rest = [field for key, field in selections.fields(type_name).items() if not _same(done.get(key), field)]
                used |= self.resolve_fields(narrow, rest, internal=selections.internal)
        return used

    def _common(self, view: View, field: Field) -> list[Source]:
        """Sources that answer for every type at once; none when the types are to be taken apart."""
        try:
            return self._choose(view, field)
        except NoPlan:
            return []

    def _know_types(self, view: View) -> Groups:
        """Sees to it that the objects' types are in the data."""
        real = next((place for place in view.places if not self._stands_in(place)), None)
        if real is None:
            door = self._entrance(view)
            if door is None:
                raise NoPlan(f"No subgraph can tell the type of the {view.type} objects at {view.level.path}.")
            real = self._enter(view, door)
        if not view.level.dry:
            real.draft()
        return {real.group}

    def _entrance(self, view: View) -> Door | None:
        """The door to where most types of an interface are known."""
        doors = [Door(graph, view.type, FieldAt("")) for graph in self._graph.entrances(view.type)]
        usable = [door for door in doors if self._entry_cost(view, door) < UNREACHABLE]
        return max(usable, key=lambda door: len(self._graph.members(door.graph, view.type)), default=None)

    def _runtime_types(self, view: View) -> Sequence[str]:
        names: dict[str, None] = {}
        possible = self._graph.possible(view.type)
        for place in view.places:
            if not self._stands_in(place):
                names.update(dict.fromkeys(self._graph.members(place.graph, place.type)))
        return [name for name in names if name in possible and self._agreed(view, name)]

    def _agreed(self, view: View, type_name: str) -> bool:
        """Subgraphs that share a field must answer it alike: of uneven unions, only common members can come."""
        if view.type not in self._graph.uneven:
            return True
        return all(type_name in self._graph.members(graph, known_as) for graph, known_as, _ in view.reach)

    def _reach(self, view: View, field: Field) -> tuple[Spot, ...]:
        """Everywhere a field's value could be had from, chosen or not."""
        if not self._graph.uneven or view.level.dry:
            return ()
        found: dict[str, Spot] = {}
        for graph, known_as, provided in (*view.reach, *(place.spot for place in view.places)):
            at = self._resolvable(graph, known_as, provided, field.name)
            if at is not None:
                found.setdefault(graph, self._inside(graph, known_as, provided, field, at))
        for door in self._graph.doors(view.type, field.name):
            if door.graph not in found and self._active(door.at) and self._entry_cost(view, door, field) < UNREACHABLE:
                found[door.graph] = self._inside(door.graph, door.type, None, field, door.at)
        return tuple(found.values())

    def _narrowed(self, view: View, type_name: str) -> View:
        places = []
        for place in view.places:
            if self._stands_in(place):
                places.append(place)
            elif type_name in self._graph.members(place.graph, place.type):
                places.append(place.narrowed(type_name))
        reach = tuple(
            (graph, type_name, provided)
            for graph, known_as, provided in view.reach
            if type_name in self._graph.members(graph, known_as)
        )
        return View(view.level, type_name, (*view.path, Only((type_name,))), places, reach)

    def _stands_in(self, place: Place) -> bool:
        return self._graph.is_interface_object(place.graph, place.type)

    # -- choosing sources

    def _here(self, view: View, field: Field) -> Source | None:
        """The first place where the field can be asked without a request."""
        return next(self._present(view, field), None)

    def _present(self, view: View, field: Field) -> Iterator[Source]:
        for place in view.places:
            at = self._local(place, view.type, field.name)
            if at is not None:
                yield Source(0, self._inside(place.graph, place.type, place.provided, field, at), place=place)

    def _local(self, place: Place, view_type: str, name: str) -> FieldAt | None:
        """The field at a place where it can be asked as it stands; of an abstract type, for every type it may have."""
        at = self._resolvable(place.graph, place.type, place.provided, name)
        if at is None or not self._graph.is_abstract(place.type) or self._stands_in(place):
            return at
        members = self._graph.members(place.graph, place.type)
        everywhere = all(self._resolvable(place.graph, each, place.provided, name) for each in members)
        return at if everywhere else None

    def _resolvable(self, graph: str, type_name: str, provided: SelectionSet | None, name: str) -> FieldAt | None:
        at = self._graph.at(graph, type_name, name)
        if at is None or at.requires is not None or not self._active(at):
            return None
        if not at.external or (provided is not None and name in provided.fields(type_name)):
            return at
        known = self._graph.known_by(graph, type_name)
        return at if known is not None and name in known.fields(type_name) else None

    def _active(self, at: FieldAt) -> bool:
        return at.label is None or (at.label in self._labels) is at.when_labelled

    def _inside(self, graph: str, type_name: str, provided: SelectionSet | None, field: Field, at: FieldAt) -> Spot:
        """The spot of a field's value."""
        if field.selections is None:
            return graph, "", None
        nodes: Nodes = () if at.provides is None else (at.provides,)
        sets = [provided, self._graph.known_by(graph, type_name)] if at.external else [provided]
        for known in sets:
            inner = known.fields(type_name).get(field.name) if known else None
            if inner is not None and inner.selections is not None:
                nodes += inner.selections.nodes
        inside = self._graph.field_set(nodes, field.selections.type) if nodes else None
        return graph, field_type_in(at), inside

    def _sources(self, view: View, field: Field) -> list[Source]:
        """Every way to the field, those without a request first."""
        found = list(self._present(view, field))
        present = {source.spot[0] for source in found}
        for door in self._graph.doors(view.type, field.name):
            if door.graph in present or not self._active(door.at) or self._blocked(view, field, door):
                continue
            cost = self._entry_cost(view, door, field)
            if cost < UNREACHABLE:
                spot = self._inside(door.graph, door.type, None, field, door.at)
                found.append(Source(cost, spot, door=door))
        return found

    def _blocked(self, view: View, field: Field, door: Door) -> bool:
        origin = view.level.origin
        return (origin, door.graph, "") in self._trail or (origin, door.graph, field.name) in self._trail

    def _choose(self, view: View, field: Field) -> list[Source]:
        """The cheapest sources that together answer the field.  Raises: NoPlan."""
        sources = self._sources(view, field)
        if field.selections is None:
            if sources:
                return [min(sources, key=lambda source: source.cost)]
        else:
            chosen, cost = self._cheapest(field.selections, sources)
            if cost < UNREACHABLE:
                return chosen
        raise NoPlan(f"“{view.type}.{field.name}” cannot be reached at “{'.'.join(map(str, view.level.path))}”.")

    def _cheapest(self, selections: SelectionSet, sources: list[Source]) -> tuple[list[Source], int]:
        best: list[Source] = []
        cost = UNREACHABLE
        present = [source for source in sources if source.cost == 0]
        for option in (*([source] for source in sources), present, sources):
            price = self._price(selections, option)
            if price < cost:
                best, cost = option, price
            if cost == 0:
                break
        for source in reversed(best):
            fewer = [each for each in best if each is not source]
            if fewer and (price := self._price(selections, fewer)) <= cost:
                best, cost = fewer, price
        return best, cost

    def _price(self, selections: SelectionSet, option: list[Source]) -> int:
        if not option:
            return UNREACHABLE
        cost = sum(source.cost for source in option)
        return min(UNREACHABLE, cost + self._need(selections, tuple(source.spot for source in option)))

    # -- weighing

    def _need(self, selections: SelectionSet | None, spots: tuple[Spot, ...]) -> int:
        """The price of the requests that selections need beyond those in whose answers their objects stand."""
        if selections is None:
            return 0
        key = (selections, spots)
        known = self._needs.get(key)
        if known is None:
            self._needs[key] = UNREACHABLE  # the answer while it is being found: a way that leads through itself
            known = self._needs[key] = self._try(selections, spots)
        return known

    def _try(self, selections: SelectionSet, spots: tuple[Spot, ...]) -> int:
        level = Level((), None, dry=True)
        places = [Place(graph, name, provided, Group(graph, (), entities=False)) for graph, name, provided in spots]
        try:
            self.resolve(View(level, selections.type, (), places), selections)
        except NoPlan:
            return UNREACHABLE
        return min(level.cost, UNREACHABLE)

    def _entry_cost(self, view: View, door: Door, field: Field | None = None) -> int:
        """What it costs to be in a subgraph with the objects of a view, and what the field requires."""
        if self._is_root(view.type):
            return 0 if view.level.groups.get(door.graph) else REQUEST
        if not self._may_enter(view, door) or len(self._trail) > MAX_CHAIN:
            return UNREACHABLE
        trial = view.fork()
        try:
            self._enter(trial, door, field)
        except NoPlan:
            return UNREACHABLE
        return min(trial.level.cost, UNREACHABLE)

    def _may_enter(self, view: View, door: Door) -> bool:
        """An interface is entered as an interface only by objects whose types are not known yet."""
        if not self._graph.is_abstract(view.type) or self._graph.is_interface_object(door.graph, door.type):
            return True
        return door.type == view.type and all(self._stands_in(place) for place in view.places)

    def _is_root(self, type_name: str) -> bool:
        return type_name in self._graph.roots.values()

    # -- building

    def _commit(self, view: View, field: Field, sources: list[Source], internal: bool) -> Groups:
        """Asks for the field, and for everything below it.  Returns: the groups asked."""
        if view.level.dry and field.selections is not None:
            view.level.cost += self._need(field.selections, tuple(source.spot for source in sources))
        places = [
            source.place or self._enter(view, source.door, field) for source in sources if source.place or source.door
        ]
        used = {place.group for place in places}
        if view.level.dry:
            return used
        key = view.level.key_of(field, internal=internal)
        if field.selections is None:
            places[0].draft().ask(key, field)
            return used
        return used | self._descend(view, field, key, list(zip(places, sources, strict=True)))

    def _descend(self, view: View, field: Field, key: str, known: list[tuple[Place, Source]]) -> Groups:
        assert field.selections is not None  # noqa: S101  the caller looked
        type_name, depth = field.selections.type, field.type.count("[")
        abstract = self._graph.is_abstract(type_name)
        places = []
        for place, (graph, inner, provided) in ((place, source.spot) for place, source in known):
            typename = abstract and not self._graph.is_interface_object(graph, inner)
            places.append(place.inside(field, key, type_name=inner, provided=provided, typename=typename))
        path = (*view.path, key, *(LIST,) * depth)
        below = View(view.level.child(key, depth), type_name, path, places, self._reach(view, field))
        used = self.resolve(below, field.selections)
        if not any(place.opened for place in places):
            places[0].draft()
        return used

    def _enter(self, view: View, door: Door | None, field: Field | None = None) -> Place:
        """Opens a group for the objects of a view, or joins one that is open.  Raises: NoPlan."""
        assert door is not None  # noqa: S101  a source has a place or a door
        if self._is_root(view.type):
            return self._enter_root(view, door)
        stands_in = self._graph.is_interface_object(door.graph, door.type)
        key, after = self._supply_key(view, door)
        required: SelectionSet | None = None
        if door.at.requires is not None:
            required = self._graph.field_set((door.at.requires,), door.type if stands_in else view.type)
            after = after | self._supply(view, required, (door.graph, field.name if field else ""))
        group = self._open(view, door.graph, after)
        draft = Draft()
        if not view.level.dry:
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
            field.selections is None and field.name != "__typename" and self._here(view, field)
            for field in key.fields(view.type).values()
        )

    def _supply(self, view: View, selections: SelectionSet, token: tuple[str, str]) -> Groups:
        """Resolves inputs of a subgraph on the objects themselves."""
        self._trail.append((view.level.origin, *token))
        try:
            return self.resolve(view, selections)
        finally:
            self._trail.pop()

    def _open(self, view: View, graph: str, after: Groups) -> Group:
        """The group of a subgraph at this level that can still wait for `after`; a new one when there is none."""
        for group in view.level.groups.get(graph, ()):
            if group.entities and not any(each is group or each.needs(group) for each in after):
                if not view.level.dry:
                    group.after |= after
                    group.path = _widened(group.path, _whole(view.path))
                return group
        group = Group(graph, _whole(view.path), entities=True, after=set(after))
        self._add(view.level, group)
        view.level.cost += sum(1 for each in after if each.entities)
        return group

    def _add(self, level: Level, group: Group) -> None:
        level.groups.setdefault(group.graph, []).append(group)
        level.cost += REQUEST
        if not level.dry:
            self.groups.append(group)


def _same(done: Field | None, field: Field) -> bool:
    return done is not None and done.selections is field.selections


def _add_parts(known: list[Part], more: Iterable[Part]) -> None:
    known.extend(part for part in more if part not in known)


def _narrowed_to(view: View) -> str | None:
    """The type that sets the view's objects apart at their level; None when they are all there are."""
    return view.type if view.path and isinstance(view.path[-1], Only) else None


def _whole(path: Path) -> Path:
    """The path of a whole level: which types are sent is said by the representations."""
    return path[:-1] if path and isinstance(path[-1], Only) else path


def _widened(path: Path, other: Path) -> Path:
    """A path that leads to the objects of both; they differ in types only."""
    if path == other:
        return path
    keys = [step for step in path if not isinstance(step, Only)]
    types, others = _types(path), _types(other)
    widened: list[str | Only] = []
    for index in range(len(keys) + 1):
        here, there = types.get(index), others.get(index)
        if here is not None and there is not None:
            widened.append(Only(tuple(sorted({*here, *there}))))
        if index < len(keys):
            widened.append(keys[index])
    return tuple(widened)


def _types(path: Path) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    index = 0
    for step in path:
        if isinstance(step, Only):
            found[index] = step.types
        else:
            index += 1
    return found
