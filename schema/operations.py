"""The one table of canonical operations: every named thing that a city may offer.

An operation's `arguments` are canonical names; ids in them are the city's own. Its output is a row (`item`) or rows (`list`)
of one type of the graph, or of a record that is no type of the graph (RECORDS); `fields` says which of the type's fields
a city gives. Rows of several cities are merged by `merge`: nulls last, the id as tie-break.

The table is checked against `@op` in the graph when a graph is built, and against every channel when it is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse_type,
    type_from_ast,
)

from schema.applied import applied
from schema.exported import exported


@dataclass(frozen=True, slots=True)
class Merge:
    """How rows of several cities are ordered: by one field, nulls last, then by id ascending."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class CanonicalOperation:
    """One thing that a city may offer. `output` names a type of the graph or a record; None gives nothing back."""

    id: str
    kind: Literal["read", "write"]
    arguments: tuple[str, ...]
    output: str | None
    shape: Literal["item", "list"]
    merge: Merge | None = None


class Kind(StrEnum):
    """What a field's value is, before looking at what it is of."""

    SCALAR = "SCALAR"
    ENUM = "ENUM"
    OBJECT = "OBJECT"
    LIST = "LIST"


@dataclass(frozen=True, slots=True)
class OutputField:
    """One field that a city gives: `type` as in the SDL ("[String!]!"); `of` is the named type inside ("String").

    `mask`: the kind of its @mask: how the text is masked, whatever the city sends.
    """

    name: str
    type: str
    required: bool
    kind: Kind
    of: str
    mask: str | None = None


def newest(field: str) -> Merge:
    """Latest first."""
    return Merge(field, descending=True)


def read(id_: str, arguments: str, output: str, merge: Merge | None = None) -> CanonicalOperation:
    """A list that a city may be asked for any number of times."""
    return CanonicalOperation(id_, "read", tuple(arguments.split()), output, "list", merge)


def write(id_: str, arguments: str, output: str) -> CanonicalOperation:
    """A change, done at most once for one idempotency key."""
    return CanonicalOperation(id_, "write", tuple(arguments.split()), output, "item")


OPERATIONS: Mapping[str, CanonicalOperation] = {
    operation.id: operation
    for operation in (
        read("bills.list", "kinds states dueBefore", "Bill", newest("dueOn")),
        write("bills.pay", "billId amount returnUrl", "BillPayment"),
        read("social.accounts", "", "SocialInsuranceAccount"),
        read("fund.accounts", "", "HousingFundAccount"),
        read("venues.list", "kind keyword", "Venue"),
        read("slots.list", "venueId department date", "Slot", Merge("startsAt", descending=False)),
        read("appointments.list", "", "Appointment", newest("startsAt")),
        write("appointments.book", "slotId patientName note", "Appointment"),
        write("appointments.cancel", "appointmentId reason", "Appointment"),
        read("applications.list", "state", "Application", newest("submittedAt")),
        read("applications.get", "ids", "Application"),
        write("applications.submit", "serviceCode form", "Application"),
        read("notices.list", "kinds", "Notice", newest("publishedAt")),
        CanonicalOperation("transit.ride_code", "read", (), "RideCode", "item"),
        write("account.link", "", "AccountLink"),
        write("account.launch", "service web", "LaunchTicket"),
        CanonicalOperation("requests.outcome", "read", ("number", "operation"), "RequestOutcome", "item"),
    )
}

# Outputs that are no types of the graph: resolvers make a payload of them.
RECORDS: Mapping[str, Mapping[str, str]] = {
    "BillPayment": {"orderNo": "String", "cashierUrl": "URL!", "state": "BillState!"},
    "AccountLink": {"state": "AccountState!", "linkedAt": "DateTime"},
    "LaunchTicket": {"url": "URL!", "expiresAt": "DateTime!"},
    # What became of a write, by our request number. `state` is one of REQUEST_STATES; `answer` is what the city answered to the
    # write, in its own words, read with the write's own mapping; `code` is the city's own code of a refusal.
    "RequestOutcome": {"state": "String!", "answer": "JSON", "code": "String"},
}

REQUEST_STATES = ("DONE", "REFUSED", "ABSENT", "PENDING")

# Fields of output types that the gateway fills in, so that no channel maps them.
OURS = frozenset({"source"})

# Fields that a city may leave out although the graph requires them: the gateway knows them from the arguments.
KNOWN = frozenset({"Slot.venueId"})


def dated(operation_id: str) -> bool:
    """Do the rows become types of the graph, whose `source` tells where they came from and when? Records and local fields have none."""
    operation = OPERATIONS.get(operation_id)
    return operation is not None and operation.output is not None and operation.output not in RECORDS


def fields(operation: CanonicalOperation) -> Mapping[str, OutputField]:
    """The fields that a city gives for an operation, by name, in the order of the type."""
    return fields_of(operation.output) if operation.output else {}


@cache
def fields_of(name: str) -> Mapping[str, OutputField]:
    """The fields that a city gives for a record or an object type, nested ones included. Raises: KeyError: no such type."""
    core = exported().core
    if name in RECORDS:
        return {field: described(core, name, field, typed(core, text)) for field, text in RECORDS[name].items()}
    type_ = core.type_map[name]
    if not isinstance(type_, GraphQLObjectType):
        raise KeyError(name)
    mapped = {
        f: field for f, field in type_.fields.items() if f not in OURS and f"{name}.{f}" not in exported().answered
    }
    return {field: described(core, name, field, mapped[field].type) for field in mapped}


@cache
def values_of(name: str) -> tuple[str, ...]:
    """The names of an enum's values, in order. Raises: KeyError: no such enum."""
    type_ = exported().core.type_map[name]
    if not is_enum_type(type_):
        raise KeyError(name)
    return tuple(type_.values)


@cache
def choices_of(operation_id: str, argument: str) -> tuple[str, ...]:
    """The values that an argument may have, also inside of an input object; empty where it is no enum, or not in the graph."""
    core = exported().core
    for type_ in core.type_map.values():
        for field in type_.fields.values() if isinstance(type_, GraphQLObjectType) else ():
            if (applied(core, field, "op") or {}).get("id") != operation_id:
                continue
            for name, given in field.args.items():
                inner = get_named_type(given.type)
                known = {name: inner}
                if is_input_object_type(inner):
                    known |= {part: get_named_type(each.type) for part, each in inner.fields.items()}
                if argument in known and is_enum_type(known[argument]):
                    return tuple(known[argument].values)
    return ()


def typed(core: GraphQLSchema, text: str) -> GraphQLOutputType:
    """Read a record's type as the SDL writes it."""
    found = type_from_ast(core, parse_type(text))
    assert found is not None, text  # noqa: S101  (RECORDS is ours)
    return found  # type: ignore[return-value]


def described(core: GraphQLSchema, owner: str, name: str, type_: GraphQLOutputType) -> OutputField:
    """Describe one field."""
    named = get_named_type(type_)
    required = is_non_null_type(type_) and f"{owner}.{name}" not in KNOWN
    return OutputField(name, str(type_), required, kind_of(type_), named.name, mask_of(core, owner, name))


def mask_of(core: GraphQLSchema, owner: str, name: str) -> str | None:
    """The kind of a field's @mask; records have none."""
    type_ = core.type_map.get(owner)
    mask = applied(core, type_.fields[name], "mask") if isinstance(type_, GraphQLObjectType) else None
    return mask["kind"] if mask else None


def kind_of(type_: GraphQLOutputType) -> Kind:
    """Tell what a value of the type is."""
    inner = get_nullable_type(type_)
    if is_list_type(inner):
        return Kind.LIST
    if is_object_type(inner):
        return Kind.OBJECT
    return Kind.ENUM if is_enum_type(inner) else Kind.SCALAR


def check_operations(core: GraphQLSchema) -> None:
    """Hold the table against the graph. Raises: TypeError: an @op names no operation, or a read's output differs."""
    problems = [
        problem
        for type_ in core.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if (found := applied(core, field, "op"))
        for problem in misfits(core, f"{type_.name}.{name}", field, OPERATIONS.get(found["id"]))
    ]
    if problems:
        raise TypeError("; ".join(problems))


def misfits(
    core: GraphQLSchema, coordinate: str, field: GraphQLField, operation: CanonicalOperation | None
) -> list[str]:
    """Say how a field and the operation of its @op differ: no such operation, or another output than the table's."""
    if operation is None:
        return [f"{coordinate}: @op names no canonical operation"]
    if operation.output in RECORDS or operation.output in reached(core, get_named_type(field.type).name):
        return []
    return [f"{coordinate}: {operation.id} gives {operation.output}, which {field.type} does not hold"]


def reached(core: GraphQLSchema, name: str) -> set[str]:
    """The type and the types of its own fields: a result holds its rows one step down."""
    type_ = core.type_map[name]
    own = (
        {get_named_type(f.type).name for f in type_.fields.values()} if isinstance(type_, GraphQLObjectType) else set()
    )
    return {name} | own
