"""The package's few public names, and the make of its enums."""

import schema
from schema import codes
from schema.naming import Name


def test_the_package_exports_what_it_says():
    """Everything else is reached by its module's noun."""
    assert schema.__all__ == ["Graph", "answered_coordinates"]
    assert all(hasattr(schema, name) for name in schema.__all__)


def test_every_enum_value_equals_its_name():
    """Rows hold plain text and are compared with members."""
    enums = [e for e in vars(codes).values() if isinstance(e, type) and issubclass(e, Name) and e is not Name]
    assert len(enums) > 25
    assert all(member == member.name for enum in enums for member in enum)
    assert codes.ErrorCode.OUTCOME_UNKNOWN == "OUTCOME_UNKNOWN"
    assert codes.ErrorCode.OUTCOME_UNKNOWN.description.startswith("请求已发出而答复未到")
