"""Directives can be read from the schema that runs."""

from schema.applied import applied
from tests.schema.graphs import contributions, graph_of


def test_costs_and_data_classes_are_read_from_any_field():
    """The limiter multiplies by the number of cities; a contributed field counts like any other."""
    core = graph_of(local_sdl=contributions()).core
    fields = core.type_map["Citizen"].fields
    assert applied(core, fields["bills"], "cost") == {"value": 5, "perCity": True}
    assert applied(core, fields["displayName"], "pii") == {"level": "PERSONAL"}
    assert applied(core, fields["displayName"], "cost") is None
    assert applied(core, core.type_map["CityScope"].fields["bills"], "cost") == {"value": 5, "perCity": False}
    assert applied(core, core.type_map["DeyangCreditScore"].fields["score"], "pii") == {"level": "SENSITIVE"}
    assert applied(core, core.type_map["SubmitApplicationInput"].fields["form"], "pii") == {"level": "SENSITIVE"}
