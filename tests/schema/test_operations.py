"""One table says what a city may offer, and it agrees with the graph."""

import pytest
from graphql import build_schema

from schema.operations import OPERATIONS, Kind, Merge, OutputField, check_operations, fields, fields_of, values_of
from schema.sdl import EXPORT

SDL = EXPORT.read_text()


def test_the_operations_of_the_graph_are_those_of_the_table():
    """Every @op is in the table; `applications.get` also batches for lists."""
    in_graph = {line.split('@op(id: "')[1].split('"')[0] for line in SDL.splitlines() if '@op(id: "' in line}
    assert in_graph == OPERATIONS.keys() - {"requests.outcome"}  # the gateway's own question, behind no field


@pytest.mark.parametrize(
    ("operation", "merge"),
    [
        ("bills.list", Merge("dueOn", descending=True)),
        ("notices.list", Merge("publishedAt", descending=True)),
        ("slots.list", Merge("startsAt", descending=False)),
        ("social.accounts", None),
    ],
)
def test_lists_are_merged_by_the_field_a_citizen_looks_for(operation, merge):
    """The next bill due, the latest notice, the earliest slot."""
    assert OPERATIONS[operation].merge == merge


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_a_merge_key_is_a_field_of_the_output(operation):
    """Rows are sorted by it before anything else is known of them."""
    given = fields(operation)
    assert given
    assert operation.merge is None or operation.merge.field in given
    assert "source" not in given


def test_the_fields_of_a_bill_are_derived_from_its_type():
    """A channel's mapping is checked against these before it is ever called."""
    bill = fields(OPERATIONS["bills.list"])
    assert bill["amount"] == OutputField("amount", "Money!", True, Kind.OBJECT, "Money")
    assert bill["kind"] == OutputField("kind", "UtilityKind!", True, Kind.ENUM, "UtilityKind")
    assert bill["dueOn"] == OutputField("dueOn", "Date", False, Kind.SCALAR, "Date")
    assert fields(OPERATIONS["venues.list"])["departments"] == OutputField(
        "departments", "[String!]!", True, Kind.LIST, "String"
    )


def test_fields_that_the_gateway_answers_are_not_asked_of_a_city():
    """Application.service is looked up in the register; a slot's venue is known from the question."""
    assert "service" not in fields(OPERATIONS["applications.list"])
    assert not fields(OPERATIONS["slots.list"])["venueId"].required


def test_nested_rows_and_enums_can_be_looked_into():
    """Steps of an application are mapped with their own fields."""
    assert list(fields_of("ApplicationStep")) == ["state", "at", "note", "label"]
    assert values_of("BillState") == ("UNPAID", "PROCESSING", "PAID", "OVERDUE", "CANCELLED")
    with pytest.raises(KeyError):
        fields_of("NoSuchType")


def test_records_are_outputs_that_are_no_types_of_the_graph():
    """A payment gives a cashier's address, from which the payload is made."""
    assert [(f.name, f.type) for f in fields(OPERATIONS["bills.pay"]).values()] == [
        ("orderNo", "String"),
        ("cashierUrl", "URL!"),
        ("state", "BillState!"),
    ]


def test_an_op_that_is_not_in_the_table_stops_the_build():
    """A misspelt @op would feed a field from nowhere."""
    with pytest.raises(TypeError, match=r"Citizen\.bills: @op names no canonical operation"):
        check_operations(
            build_schema(
                SDL.replace('@op(id: "bills.list") @cost(value: 5, per', '@op(id: "bills.lst") @cost(value: 5, per')
            )
        )


def test_an_op_whose_output_the_field_does_not_hold_stops_the_build():
    """Bills cannot come from a list of notices."""
    with pytest.raises(TypeError, match=r"notices\.list gives Notice, which BillResult does not hold"):
        check_operations(build_schema(SDL.replace('"bills.list"', '"notices.list"')))
