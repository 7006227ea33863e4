"""What the edge needs of the gateway, and nothing more. `app.py` implements it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import GraphQLError, GraphQLSchema

from federation.client import SubgraphClient
from federation.graph import Graph
from identity.addresses import Served
from identity.admission import Standing

from .limits import Limits
from .readiness import Readiness

NOWHERE = Served()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client brought to the door."""

    headers: Mapping[str, str]
    """Names in lower case; of a repeated header, the last."""
    request_id: str
    connection_params: Mapping[str, Any] | None = None
    """The payload of a WebSocket's `connection_init`."""
    method: str = "POST"
    served: Served = NOWHERE
    """Where the request came in."""
    standing: Standing | None = None
    """What a WebSocket has proved so far; None for a request by itself."""

    @property
    def mandate(self) -> str | None:
        """The mandate to act under: the header `Roam-Mandate`, or the WebSocket's connection param `mandate`."""
        for name, value in (self.connection_params or {}).items():
            if name.lower() == "mandate":
                return value if isinstance(value, str) else ""
        return self.headers.get("roam-mandate")

    @property
    def authorization(self) -> str | None:
        """The Authorization header, or what the WebSocket's connection params carry in its place."""
        return self._brought("authorization")

    @property
    def proof(self) -> str | None:
        """The DPoP header, or what the WebSocket's connection params carry in its place."""
        return self._brought("dpop")

    def _brought(self, header: str) -> str | None:
        for name, value in (self.connection_params or {}).items():
            if name.lower() == header and isinstance(value, str):
                return value
        return self.headers.get(header)


class GraphPort(Protocol):
    """One version of the graph, as a request binds it."""

    @property
    def core(self) -> GraphQLSchema:
        """The graphql-core schema to execute on."""

    @property
    def version(self) -> str:
        """The schema version: told in `extensions.roam.schema`, and the key of prepared documents."""


class RequestContext(Protocol):
    """The context value of one operation: what resolvers get as `info.context`, and what the edge reads of it."""

    @property
    def graph(self) -> GraphPort:
        """The graph of the snapshot this request is bound to."""

    @property
    def config_version(self) -> str:
        """Told in `extensions.roam.config`."""

    @property
    def errors(self) -> list[GraphQLError]:
        """Errors beside the fields' own, added by resolvers; the edge takes them out and appends them to the answer."""

    @property
    def extensions(self) -> dict[str, Any]:
        """Further response extensions, added by resolvers."""

    @property
    def too_low(self) -> list[tuple[Sequence[str | int], str]]:
        """Response paths that the viewer's assurance does not reach, with the level, where no error tells it."""

    def acr_values(self, required: Iterable[str]) -> Sequence[str]:
        """What to ask the viewer's provider for, so that all these levels are reached; none named: any more than now."""

    @property
    def request_id(self) -> str:
        """Ties the answer to its log lines."""

    @property
    def middleware(self) -> object | None:
        """What wraps every field of a dry run (its `resolve` is called in the field's place); None in earnest."""

    @property
    def deadline(self) -> float:
        """The instant, on the event loop's clock, when the request ends."""

    @property
    def mutation_refusal(self) -> GraphQLError | None:
        """Why this client's mutations are not begun, if so."""

    @property
    def supergraph(self) -> "SupergraphPort | None":
        """What plans operations that touch fields of cities' own subgraphs."""

    @property
    def shows_plans(self) -> bool:
        """May this client see query plans?"""

    def fork(self) -> "RequestContext":
        """The same request on the gateway's own subgraph, with an error list of its own."""

    def remotes(self) -> Mapping[str, SubgraphClient]:
        """The subgraphs that are not the gateway's, by name."""


class SupergraphPort(Protocol):
    """The composed graph, as operations are planned on it."""

    @property
    def graph(self) -> Graph:
        """Of the planner."""

    @property
    def coordinates(self) -> frozenset[str]:
        """The fields, such as `City.districts`, that the gateway's own graph declares and cannot answer."""

    def __hash__(self) -> int:
        """By identity: one composition is one supergraph."""


class GatewayPort(Protocol):
    """The gateway, seen from its door."""

    @property
    def limits(self) -> Limits:
        """Read for each request, so that a reload may change them."""

    async def context(self, credentials: Credentials) -> RequestContext:
        """Authenticate and bind the active snapshot.

        Raises: GraphQLError with `extensions.code` (UNAUTHENTICATED: the token is not good).
        """

    def readiness(self) -> Readiness:
        """Whether this process can answer, city by city."""
