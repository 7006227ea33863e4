"""A city's Federation subgraph asked as such: SDL and entities, by texts that a query planner wrote.

Only public information is asked this way: the city learns the gateway, never a citizen. What a citizen may see of their own
goes by canonical operations, where agreements and consents decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from channels.answer import Failure
from channels.calls.connections import Connections
from channels.declared.models import FederationBackend, Operation
from channels.deployment.snapshot import Channel
from channels.failures import failure
from channels.mapping.templates import Scope
from channels.protocols.compiled import Compiled, compile_operation
from channels.protocols.draft import Base, Bytes, Draft
from channels.protocols.reading import read_error_body, read_json, refuse_pages
from channels.protocols.refusals import ContractBroken, Match, Said, compile_refusals, retry_after, unmapped
from channels.protocols.spoken import Draw, Unwrap
from channels.protocols.transport import Reply
from federation.client import SUBGRAPH_MALFORMED, SubgraphError, SubgraphRequest, SubgraphResponse, read_response
from schema.codes import ErrorCode

NAME = "subgraph.query"
SDL = "{ _service { sdl } }"
UNSAID = failure(ErrorCode.BACKEND_REJECTED, "the subgraph reported an error")
UNREADABLE = failure(ErrorCode.BACKEND_CONTRACT_BROKEN, "the answer is no GraphQL response")
_ACCEPT = "application/graphql-response+json, application/json;q=0.9"


def subgraph_query(channel: Channel) -> Compiled | None:
    """The operation that carries any query text to the channel's subgraph and its whole answer back; None without one."""
    for name, backend in channel.config.backends.items():
        if isinstance(backend, FederationBackend):
            rule = Operation.model_validate({"backend": name, "request": {"graphql": SDL}, "response": {"map": {}}})
            compiled = compile_operation(NAME, rule, backend)
            return replace(
                compiled,
                spoken=replace(compiled.spoken, draw=_draw(backend), unwrap=_unwrap(compile_refusals(backend.errors))),
            )
    return None


def _draw(backend: FederationBackend) -> Draw:
    base = Base.of(backend.base_url)
    headers = {"Accept": _ACCEPT, "Content-Type": "application/json", **backend.headers}

    def draw(scope: Scope) -> Draft:
        body = Bytes(orjson.dumps({"query": scope.args["query"], "variables": scope.args["variables"]}))
        return Draft("POST", base.origin, base.path, [], dict(headers), body)

    return draw


def _unwrap(match: Match) -> Unwrap:
    def unwrap(reply: Reply) -> Any:
        """The body as it came, errors and all: a subgraph may answer in part. Without one, what the status says."""
        refuse_pages(reply)
        if reply.status < 400:
            return read_json(reply, "utf-8")
        body = read_error_body(reply, "utf-8")
        if isinstance(body, dict) and ("data" in body or "errors" in body):
            return body
        said = Said(reply.status, None, body, retry_after(reply))
        found = match(said)
        if found is None and reply.status >= 500:
            raise ContractBroken(f"HTTP {reply.status} without a declared error", status=reply.status)
        return found or unmapped(said)

    return unwrap


@dataclass(frozen=True, slots=True)
class CitySubgraph:
    """One city's subgraph, as a plan's execution sees it (federation.client.SubgraphClient)."""

    connections: Connections
    channel: Channel
    operation: Compiled
    request_id: str
    deadline: float
    language: str = "zh"

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Ask. What the city says of its errors stays inside; the client gets the gateway's own sentence."""
        answer = await self.query(request.operation, request.variables)
        if isinstance(answer, Failure):
            return SubgraphResponse(None, (self._told(answer),))
        response = read_response(answer)
        return replace(response, errors=tuple(self._retold(error) for error in response.errors))

    def _retold(self, error: SubgraphError) -> SubgraphError:
        """An error of the city's answer, in our words."""
        return replace(self._told(UNREADABLE if error.code == SUBGRAPH_MALFORMED else UNSAID), path=error.path)

    def _told(self, failure: Failure) -> SubgraphError:
        """A failure as the client may read it: our sentence, its code, the city, and when to try again."""
        told = {"city": self.channel.slug, "retryAfter": failure.retry_after}
        extensions = {name: value for name, value in told.items() if value is not None}
        return SubgraphError(failure.message.text(self.language), None, failure.code.value, True, extensions)

    async def sdl(self) -> str | Failure | None:
        """The subgraph's own SDL; None when its answer holds none."""
        answer = await self.query(SDL, {})
        if isinstance(answer, Failure):
            return answer
        sdl = answer
        for name in ("data", "_service", "sdl"):
            sdl = sdl.get(name) if isinstance(sdl, dict) else None
        return sdl if isinstance(sdl, str) and sdl.strip() else None

    async def query(self, text: str, variables: Mapping[str, Any]) -> Any:
        """The whole answer of one query, decoded, or a Failure."""
        args = {"query": text, "variables": dict(variables)}
        return await self.connections.query(
            self.channel, self.operation, args, request_id=self.request_id, deadline=self.deadline
        )
