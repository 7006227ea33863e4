"""Nothing is open by omission: every way into the graph says who may take it."""

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

from schema.applied import applied
from schema.codes import AssuranceLevel
from schema.marks import Levels, demanded, mark_of, needs_mark, objects, refuse_unmarked
from schema.sdl import EXPORT
from tests.schema.graphs import Context, Viewer, contributions, giving, graph_of

MARKS = """
enum AssuranceLevel { ANONYMOUS REGISTERED REAL_NAME REAL_PERSON IN_PERSON }
directive @assurance(level: AssuranceLevel!) on FIELD_DEFINITION | OBJECT
directive @public on FIELD_DEFINITION | OBJECT
directive @op(id: String!) on FIELD_DEFINITION
interface Node { id: ID! }
"""
LOW = Context("en", Viewer(AssuranceLevel.REGISTERED))
# Texts and numbers that a citizen can be shown and that say nothing about anybody.
NOT_PERSONAL = {
    "CityAccount": {"linkedAt", "pairwise"},
    "ApplicationStep": {"label"},  # the name of its state
    "IdempotencyInfo": {"key"},
    "Mandate": {"operations"},  # ids of canonical operations
    "Money": {"amount", "currency"},  # the field that gives the money is marked
    "RideCode": {"discount"},
    "UserError": {"field", "message", "retryAfter"},
    "Bill": {"payee", "period"},  # a supplier's name, and a month
}
TELLING = {"String", "Int", "Float", "Decimal", "JSON", "URL", "Money"}


def core_of(sdl: str):
    return build_schema(MARKS + sdl)


@pytest.mark.parametrize(
    ("sdl", "problem"),
    [
        ("type Query { a: Int }", "Query.a has no mark: write @assurance(level: …), or @public"),
        ("type Query { a: Int @public } type Mutation { b: Int }", "Mutation.b has no mark"),
        ("type Query { a: Int @public } type Subscription { c: Int }", "Subscription.c has no mark"),
        ('type Query { a: A @public } type A { b: Int @op(id: "x") }', "A.b has no mark"),
        ("type Query { a: A @public } type A implements Node { id: ID! }", "type A implements Node and has no mark"),
        ("type Query { a: Int @public @assurance(level: REAL_NAME) }", "Query.a has both @assurance and @public"),
        (
            "type Query { a: A @public } type A @public @assurance(level: REAL_NAME) { b: Int }",
            "type A has both @assurance and @public",
        ),
    ],
)
def test_a_missing_mark_names_its_coordinate_and_what_to_write(sdl, problem):
    """Whoever adds a field reads this, and not a citizen's data by mistake."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011  (the message is asserted below)
        refuse_unmarked(core_of(sdl))
    assert problem in str(refused.value)


def test_all_missing_marks_are_told_at_once():
    """One round, not five."""
    with pytest.raises(ValueError, match=r"Query\.a has no mark[^\n]*\nQuery\.b has no mark"):
        refuse_unmarked(core_of("type Query { a: Int b: Int }"))


def test_a_graph_with_an_unmarked_field_is_not_built():
    """The rule is kept where the graph is built, for contributed types as for our own."""
    sdl = "type DeyangThing implements Node { id: ID! } extend type LocalRoot { deyang: DeyangThing }"
    with pytest.raises(ValueError, match="type DeyangThing implements Node and has no mark"):
        graph_of(local_sdl={"deyang": sdl})


def test_every_way_into_the_graph_is_marked():
    """The export is what clients and reviewers read."""
    core = build_schema(EXPORT.read_text())
    refuse_unmarked(core)
    counted = [f"{t.name}.{name}" for t in objects(core) for name in t.fields if needs_mark(core, t, name)]
    assert {"Query.node", "Mutation.payBill", "Subscription.noticePublished", "CityScope.slots"} <= set(counted)


def test_an_object_demands_by_its_id_what_the_roads_to_it_demand():
    """`node(id:)` of a bill may not be easier than Citizen.bills."""
    core = build_schema(EXPORT.read_text())
    assert {
        name: demanded(core, name).value for name in ("Bill", "Application", "Appointment", "Citizen", "Venue")
    } == {
        "Bill": "REAL_NAME",
        "Application": "REAL_NAME",
        "Appointment": "REAL_NAME",
        "Citizen": "REGISTERED",
        "Venue": "ANONYMOUS",
    }
    levels = Levels(core)
    assert levels.held(core.type_map["Query"], core.type_map["Query"].fields["node"]).keys() >= {"Bill", "Consent"}
    guarded = [
        (type_.name, name)
        for type_ in objects(core)
        for name, field in type_.fields.items()
        if type_ is not core.query_type and levels.held(type_, field)
    ]
    assert guarded == [], "a road below the roots that asks for less than the type it gives"


def test_a_type_without_a_mark_demands_the_most():
    """Fail closed."""
    core = build_schema(EXPORT.read_text())
    assert demanded(core, "Money") == demanded(core, "NoSuchType") == AssuranceLevel.IN_PERSON


def test_every_personal_value_below_a_citizen_names_its_data_class():
    """@pii is what logs, audits and masks go by: a name or an amount without it would pass through all of them."""
    core = build_schema(graph_of(local_sdl=contributions()).as_str())
    levels = Levels(core)
    missing = [
        f"{type_.name}.{name}"
        for type_ in objects(core)
        if type_ not in (core.query_type, core.mutation_type, core.subscription_type)
        and levels.reached(type_) > AssuranceLevel.ANONYMOUS
        for name, field in type_.fields.items()
        if get_named_type(field.type).name in TELLING
        and name not in NOT_PERSONAL.get(type_.name, ())
        and not applied(core, field, "pii")
    ]
    assert missing == []


async def test_an_object_is_held_to_its_own_mark_on_a_public_road():
    """A resolver that forgets to look must not open anything."""
    bill = {"__typename": "Bill", "id": "b1", "payee": "水务"}
    graph = graph_of({"Query.node": giving(bill)})
    text = '{ node(id: "x") { id ... on Bill { payee } } gateway { version } }'
    graph_answers = await graph_of({"Query.node": giving(bill), "Query.gateway": giving({"version": "1"})}).execute(
        text, context_value=LOW
    )
    assert graph_answers.data == {"node": None, "gateway": {"version": "1"}}
    assert graph_answers.errors[0].extensions == {"code": "ASSURANCE_TOO_LOW", "required": "REAL_NAME"}
    open_enough = await graph.execute('{ node(id: "x") { id } }', context_value=Context())
    assert open_enough.data == {"node": {"id": "b1"}}


def test_marks_are_read_from_fields_and_types():
    core = build_schema(EXPORT.read_text())
    query, bill = core.query_type, core.type_map["Bill"]
    assert mark_of(core, query.fields["me"]) is AssuranceLevel.ANONYMOUS
    assert isinstance(bill, GraphQLObjectType)
    assert mark_of(core, bill) is AssuranceLevel.REAL_NAME
    assert mark_of(core, bill.fields["payee"]) is None
