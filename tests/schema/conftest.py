"""Fixtures of the schema's tests."""

import pytest

from schema import Graph
from tests.schema.graphs import graph_of


@pytest.fixture(scope="session")
def plain() -> Graph:
    """A graph that answers nothing."""
    return graph_of()
