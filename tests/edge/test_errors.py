"""What a client reads of a fault: a code that says whether another try is worth it, and nothing of the inside."""

import pytest
from graphql import GraphQLError

from edge.errors import client_safe
from storage import StorageBusy, StorageUnusable

LOCKED, BROKEN = StorageBusy("/srv/state/gateway.sqlite is locked"), StorageUnusable("/srv/state: not a database")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (LOCKED, "STORE_UNAVAILABLE"),
        (ExceptionGroup("unhandled errors", [LOCKED, ExceptionGroup("deeper", [BROKEN])]), "STORE_UNAVAILABLE"),
        (ExceptionGroup("unhandled errors", [LOCKED, ValueError("510600199001010011")]), "INTERNAL"),
        (ValueError("510600199001010011"), "INTERNAL"),
    ],
)
def test_a_fault_is_told_by_code_and_request_alone(fault: Exception, code: str) -> None:
    """A store that is locked or full is worth another try; neither its path nor a value is told."""
    told = client_safe(GraphQLError("inside", original_error=fault, path=["me", "bills"]), "req-1")
    assert told.extensions == {"code": code, "requestId": "req-1"}
    assert told.path == ["me", "bills"]
    for inside in ("srv", "510600199001010011", "inside"):
        assert inside not in told.message
