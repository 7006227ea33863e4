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

from .around import spoken
from .draft import Group, Level, Place, Spot, View
from .enter import UNREACHABLE, Entering, Groups
from .failures import NoPlan, QueryTooLarge
from .graph import Door, Graph
from .join import FieldAt
from .knowledge import Knowledge
from .plan import LIST, Only
from .selections import Field, SelectionSet

MAX_POSITIONS = 20_000  # objects walked for one operation, trials included


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
        self._graph = graph
        self._known = Knowledge(graph, labels)
        self._entering = Entering(graph, self._known, self)
        self._needs: dict[tuple[SelectionSet, tuple[Spot, ...]], int] = {}
        self._positions = 0
        self._cause = "no subgraph has it"

    @property
    def groups(self) -> list[Group]:
        """The fetches to be, in the order of making."""
        return self._entering.groups

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
        """Some fields of objects of one type.  `internal`: they are asked for ourselves, not for the client."""
        used: Groups = set()
        waiting: list[tuple[int, Field]] = []
        for field in fields:
            if field.name == "__typename":
                continue
            source = self.here(view, field)
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
        real = next((place for place in view.places if not self._known.stands_in(place)), None)
        if real is None:
            door = self._entrance(view)
            if door is None:
                raise NoPlan(f"No subgraph can tell the type of the {view.type} objects at {view.level.path}.")
            real = self._entering.enter(view, door)
        if not view.level.dry:
            real.draft()
        return {real.group}

    def _entrance(self, view: View) -> Door | None:
        """The door to where most types of an interface are known."""
        doors = [Door(graph, view.type, FieldAt("")) for graph in self._graph.entrances(view.type)]
        usable = [door for door in doors if self._entering.cost(view, door) < UNREACHABLE]
        return max(usable, key=lambda door: len(self._graph.members(door.graph, view.type)), default=None)

    def _runtime_types(self, view: View) -> Sequence[str]:
        names: dict[str, None] = {}
        possible = self._graph.possible(view.type)
        for place in view.places:
            if not self._known.stands_in(place):
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
            at = self._known.resolvable(graph, known_as, provided, field.name)
            if at is not None:
                found.setdefault(graph, self._known.inside(graph, known_as, provided, field, at))
        for door in self._graph.doors(view.type, field.name):
            if (
                door.graph not in found
                and self._known.active(door.at)
                and self._entering.cost(view, door, field) < UNREACHABLE
            ):
                found[door.graph] = self._known.inside(door.graph, door.type, None, field, door.at)
        return tuple(found.values())

    def _narrowed(self, view: View, type_name: str) -> View:
        places = []
        for place in view.places:
            if self._known.stands_in(place):
                places.append(place)
            elif type_name in self._graph.members(place.graph, place.type):
                places.append(place.narrowed(type_name))
        reach = tuple(
            (graph, type_name, provided)
            for graph, known_as, provided in view.reach
            if type_name in self._graph.members(graph, known_as)
        )
        return View(view.level, type_name, (*view.path, Only((type_name,))), places, reach, view.above)

    # -- choosing sources

    def here(self, view: View, field: Field) -> Source | None:
        """The first place where the field can be asked without a request."""
        return next(self._present(view, field), None)

    def _present(self, view: View, field: Field) -> Iterator[Source]:
        for place in view.places:
            at = self._known.local(place, field.name)
            if at is not None:
                yield Source(0, self._known.inside(place.graph, place.type, place.provided, field, at), place=place)

    def _sources(self, view: View, field: Field) -> list[Source]:
        """Every way to the field, those without a request first."""
        found = list(self._present(view, field))
        present = {source.spot[0] for source in found}
        for door in self._graph.doors(view.type, field.name):
            if door.graph in present or not self._known.active(door.at) or self._entering.blocked(view, field, door):
                continue
            cost = self._entering.cost(view, door, field)
            if cost < UNREACHABLE:
                spot = self._known.inside(door.graph, door.type, None, field, door.at)
                found.append(Source(cost, spot, door=door))
        return found

    def _choose(self, view: View, field: Field) -> list[Source]:
        """The cheapest sources that together answer the field.  Raises: NoPlan."""
        sources = self._sources(view, field)
        if not sources:
            self._cause = f"no key leads to “{view.type}.{field.name}”"
        elif field.selections is None:
            return [min(sources, key=lambda source: source.cost)]
        else:
            chosen, cost = self._cheapest(field.selections, sources)
            if cost < UNREACHABLE:
                return chosen
        raise NoPlan(f"“{view.type}.{field.name}” cannot be answered: {self._cause}.")

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

    # -- building

    def _commit(self, view: View, field: Field, sources: list[Source], internal: bool) -> Groups:
        """Asks for the field, and for everything below it.  Returns: the groups asked."""
        if view.level.dry and field.selections is not None:
            view.level.cost += self._need(field.selections, tuple(source.spot for source in sources))
        places = [self._place(view, source, field) for source in sources]
        used = {place.group for place in places}
        if view.level.dry:
            return used
        key = view.level.key_of(field, internal=internal)
        if field.selections is None:
            places[0].draft().ask(key, spoken(field, sources[0].door))
            return used
        return used | self._descend(view, field, key, list(zip(places, sources, strict=True)))

    def _place(self, view: View, source: Source, field: Field) -> Place:
        if source.place is not None:
            return source.place
        assert source.door is not None  # noqa: S101  a source has a place or a door
        return self._entering.enter(view, source.door, field)

    def _descend(self, view: View, field: Field, key: str, known: list[tuple[Place, Source]]) -> Groups:
        assert field.selections is not None  # noqa: S101  the caller looked
        type_name, depth = field.selections.type, field.type.count("[")
        abstract = self._graph.is_abstract(type_name)
        places = []
        for place, source in known:
            graph, inner, provided = source.spot
            typename = abstract and not self._graph.is_interface_object(graph, inner)
            asked = spoken(field, source.door)
            places.append(place.inside(asked, key, type_name=inner, provided=provided, typename=typename))
        path = (*view.path, key, *(LIST,) * depth)
        below = View(view.level.child(key, depth), type_name, path, places, self._reach(view, field), view)
        used = self.resolve(below, field.selections)
        if not any(place.opened for place in places):
            places[0].draft()
        return used


def _same(done: Field | None, field: Field) -> bool:
    return done is not None and done.selections is field.selections
